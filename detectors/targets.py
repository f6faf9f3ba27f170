"""Truth maps for the detector, from a drawn graph in pixels (numpy only)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assemble.graph import MoleculeGraph
from detectors.frame import STRIDE

SIGMA = 0.7
"""Standard deviation of a keypoint's Gaussian, in cells."""


@dataclass(frozen=True, slots=True)
class TruthMaps:
    """What the heads should answer on an image of H x W pixels; maps are (., H / 4, W / 4)."""

    heat: NDArray[np.float32]
    """(2, h, w) atoms and bond midpoints, Gaussians with peak 1."""
    shape: NDArray[np.float32]
    """(7, h, w) atom offset (dx, dy), midpoint offset (dx, dy), cos 2a, sin 2a, log2 length;
    offsets in cells, a the direction of the bond, length in pixels."""
    mask: NDArray[np.bool_]
    """(2, h, w) where the atom part and the midpoint part of ``shape`` are defined."""


def _paint(heat: NDArray[np.float32], cells: NDArray[np.floating]) -> None:
    around = np.stack(np.meshgrid(np.arange(-2, 3), np.arange(-2, 3)), -1).reshape(-1, 2)
    at = np.rint(cells).astype(int)[:, None] + around
    value = np.exp(-((at - cells[:, None]) ** 2).sum(-1) / (2 * SIGMA**2)).astype(np.float32)
    # the nearest cell is the positive one of the focal loss, whatever the sub-cell position
    value[:, len(around) // 2] = 1.0
    h, w = heat.shape
    inside = (at >= 0).all(-1) & (at[..., 0] < w) & (at[..., 1] < h)
    np.maximum.at(heat, (at[inside][:, 1], at[inside][:, 0]), value[inside])


def _around(cells: NDArray[np.floating], h: int, w: int) -> tuple[NDArray, NDArray, NDArray]:
    """Owner, column and row of the 3 x 3 cells around each point, the nearest cell written last."""
    steps = np.array([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y] + [(0, 0)])
    at = np.rint(cells).astype(int)[None] + steps[:, None]
    owner = np.broadcast_to(np.arange(len(cells)), at.shape[:2])
    inside = (at >= 0).all(-1) & (at[..., 0] < w) & (at[..., 1] < h)
    return owner[inside], at[..., 0][inside], at[..., 1][inside]


def truth_maps(graph: MoleculeGraph, height: int, width: int) -> TruthMaps:
    """Maps for a graph whose coordinates are pixels of an image of this size."""
    h, w = height // STRIDE, width // STRIDE
    heat = np.zeros((2, h, w), np.float32)
    shape = np.zeros((7, h, w), np.float32)
    mask = np.zeros((2, h, w), bool)
    if not graph.n_atoms:
        return TruthMaps(heat, shape, mask)
    cells = (graph.xy - (STRIDE - 1) / 2) / STRIDE
    _paint(heat[0], cells)
    owner, x, y = _around(cells, h, w)
    mask[0, y, x] = True
    shape[:2, y, x] = (cells[owner] - np.stack([x, y], -1)).T
    if graph.n_bonds:
        ends = cells[graph.bonds]
        middle, along = ends.mean(1), ends[:, 1] - ends[:, 0]
        angle = 2 * np.arctan2(along[:, 1], along[:, 0])
        length = np.log2(np.maximum(np.hypot(along[:, 0], along[:, 1]) * STRIDE, 1))
        _paint(heat[1], middle)
        owner, x, y = _around(middle, h, w)
        mask[1, y, x] = True
        shape[2:4, y, x] = (middle[owner] - np.stack([x, y], -1)).T
        shape[4:, y, x] = np.stack([np.cos(angle), np.sin(angle), length])[:, owner]
    return TruthMaps(heat, shape, mask)
