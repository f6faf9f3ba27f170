"""The canvas of the caption models: a whole picture, of any size, on one of fixed size."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

PATCH = 16
"""Pixels of a cell of the grid, for every encoder."""
CANVAS = (256, 384)
"""Height and width in pixels, where a model does not say otherwise."""
LONGEST_ENLARGED = 2.0
"""Small pictures are enlarged so many times at most."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How a picture lies on a canvas."""

    turned: bool
    """By a quarter, anticlockwise."""
    width: int
    """Of the picture, before it is turned."""
    factor: float
    """Size on the canvas, of the picture."""
    left: int
    top: int

    def points(self, xy: NDArray[np.floating]) -> NDArray[np.float64]:
        """(N, 2) pixels of the picture -> pixels of the canvas."""
        placed = np.asarray(xy, np.float64)
        if self.turned:
            placed = np.stack([placed[:, 1], self.width - 1 - placed[:, 0]], 1)
        return (placed + 0.5) * self.factor - 0.5 + (self.left, self.top)


def on_canvas(gray: NDArray[np.uint8], canvas: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture (H, W) with white paper, fitted into the middle of a canvas (height, width).

    Its shape is kept; what is longer than wide is laid on its side, as the canvas is wide.
    """
    return fitted(gray, canvas)[0]


def fitted(gray: NDArray[np.uint8], canvas: tuple[int, int]) -> tuple[NDArray[np.uint8], Fit]:
    """The same as :func:`on_canvas`, and where things have gone."""
    height, width = canvas
    before = gray.shape[1]
    turned = gray.shape[0] > before * 1.5 and width > height
    if turned:
        gray = np.ascontiguousarray(np.rot90(gray))
    room = height - PATCH // 2, width - PATCH // 2
    factor = min(room[0] / gray.shape[0], room[1] / gray.shape[1], LONGEST_ENLARGED)
    size = max(1, round(gray.shape[1] * factor)), max(1, round(gray.shape[0] * factor))
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    small = cv2.resize(gray, size, interpolation=way)
    out = np.full(canvas, 255, np.uint8)
    top, left = (height - size[1]) // 2, (width - size[0]) // 2
    out[top : top + size[1], left : left + size[0]] = small
    return out, Fit(turned, before, factor, left, top)
