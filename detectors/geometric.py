"""The refiner's convolution in torch-geometric, with which it is trained."""

from __future__ import annotations

from torch_geometric.nn import MessagePassing

from detectors.refiner import EdgeConvolution


class GeometricConvolution(EdgeConvolution, MessagePassing):
    """The same layers and messages; torch-geometric collects them, as fast as a device can."""

    propagate = MessagePassing.propagate
