"""Convolutional networks in ONNX Runtime, where it is installed: the same maps in less time."""

from __future__ import annotations

import operator
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.nn import functional as F

OPSET, IR_VERSION = 17, 8
"""Of the ONNX format; every version of the runtime that is asked for reads these."""


class Engine(StrEnum):
    """What runs the convolutions."""

    TORCH = "torch"
    ONNX = "onnxruntime"


def to_onnx(module: nn.Module) -> bytes:
    """A network as an ONNX model, for any batch, height and width.

    Args:
        module: takes one tensor (B, 1, H, W); made of convolutions, ReLU, sums and enlargements by
            two, its batch normalisation fused already. ``forward`` gives a tensor or several.

    Raises:
        NotImplementedError: it does something else.
    """
    from onnx import TensorProto, helper, numpy_helper

    traced = fx.symbolic_trace(module.eval())
    modules = dict(traced.named_modules())
    nodes, weights, outputs = [], [], []
    name_of: dict[fx.Node, str] = {}

    def constant(name: str, value: Tensor) -> str:
        array = value.detach().float().contiguous().cpu().numpy()
        weights.append(numpy_helper.from_array(array, name))
        return name

    for node in traced.graph.nodes:
        name, given = node.name, [name_of[each] for each in node.all_input_nodes]
        name_of[node] = name
        layer = modules[node.target] if node.op == "call_module" else None
        if node.op == "placeholder":
            name_of[node] = "ink"
        elif node.op == "output":
            outputs = given
        elif isinstance(layer, nn.Identity) or node.target == "float":
            name_of[node] = given[0]
        elif isinstance(layer, nn.Conv2d):
            given.append(constant(f"{name}.weight", layer.weight))
            if layer.bias is not None:
                given.append(constant(f"{name}.bias", layer.bias))
            nodes.append(helper.make_node("Conv", given, [name], **_geometry(layer)))
        elif isinstance(layer, nn.ReLU) or node.target is F.relu:
            nodes.append(helper.make_node("Relu", given, [name]))
        elif node.target is operator.add and len(given) == 2:
            nodes.append(helper.make_node("Add", given, [name]))
        elif node.target is F.interpolate and node.kwargs == _TWICE:
            scales = constant(f"{name}.scales", torch.tensor([1.0, 1.0, 2.0, 2.0]))
            how = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
            given += ["", scales]
            nodes.append(helper.make_node("Resize", given, [name], mode="nearest", **how))
        else:
            raise NotImplementedError(f"{layer or node.target} in {type(module).__name__}")

    def value(name: str, channels: int | None) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, channels, None, None])

    graph = helper.make_graph(
        nodes, "maps", [value("ink", 1)], [value(name, None) for name in outputs], weights
    )
    opset = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=IR_VERSION)
    return model.SerializeToString()


_TWICE = {
    "size": None,
    "scale_factor": 2.0,
    "mode": "nearest",
    "align_corners": None,
    "recompute_scale_factor": None,
    "antialias": False,
}
"""Arguments of the only enlargement there is, as torch.fx writes them down."""


def _geometry(conv: nn.Conv2d) -> dict[str, Any]:
    if isinstance(conv.padding, str):
        raise NotImplementedError(f"padding {conv.padding}")
    return {
        "kernel_shape": conv.kernel_size,
        "strides": conv.stride,
        "pads": conv.padding * 2,
        "dilations": conv.dilation,
        "group": conv.groups,
    }


def run_with_onnx(module: nn.Module, threads: int) -> Callable[[Tensor], tuple[Tensor, ...]]:
    """The same function as a network, run by ONNX Runtime on the processor.

    Args:
        module: see :func:`to_onnx`.
        threads: that it may take.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # pictures come in many shapes, and an arena keeps the most that any of them took
    options.enable_cpu_mem_arena = False
    # threads that wait for work must not take the cores of other processes
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    providers = ["CPUExecutionProvider"]
    session = onnxruntime.InferenceSession(to_onnx(module), options, providers=providers)

    def run(ink: Tensor) -> tuple[Tensor, ...]:
        found = session.run(None, {"ink": ink.contiguous().numpy()})
        return tuple(torch.from_numpy(array) for array in found)

    return run
