"""Bilinear look-up of a feature map at arbitrary image points, batched over images."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from detectors.frame import STRIDE


def sample_points(feature_map: Tensor, points: Tensor, image_index: Tensor) -> Tensor:
    """Features at groups of points, zero outside of the map.

    Args:
        feature_map: (B, C, H, W) at STRIDE.
        points: (N, S, 2) image pixels (x, y): S points for each of N items.
        image_index: (N,) which image an item belongs to, ascending.

    Returns:
        (N, S, C) float32.
    """
    batch, channels, height, width = feature_map.shape
    n, s, _ = points.shape
    if n == 0:
        return feature_map.new_zeros((0, s, channels), dtype=torch.float32)
    counts = torch.bincount(image_index, minlength=batch)
    starts = torch.cumsum(counts, 0) - counts
    slot = torch.arange(n, device=points.device) - starts[image_index]
    cells = (points - (STRIDE - 1) / 2) / STRIDE
    size = torch.tensor([width, height], dtype=points.dtype, device=points.device)
    padded = points.new_zeros((batch, int(counts.max()), s, 2))
    padded[image_index, slot] = (2 * cells + 1) / size - 1
    found = F.grid_sample(feature_map.float(), padded, mode="bilinear", align_corners=False)
    return found.permute(0, 2, 3, 1)[image_index, slot]
