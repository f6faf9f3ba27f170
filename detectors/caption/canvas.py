"""The canvas of the caption models: a whole picture, of any size, on one of fixed size."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

PATCH = 16
"""Pixels of a cell of the grid, for every encoder."""
CANVAS = (256, 384)
"""Height and width in pixels, where a model does not say otherwise."""
LONGEST_ENLARGED = 2.0
"""Small pictures are enlarged so many times at most."""


def on_canvas(gray: NDArray[np.uint8], canvas: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture (H, W) with white paper, fitted into the middle of a canvas (height, width).

    Its shape is kept; what is longer than wide is laid on its side, as the canvas is wide.
    """
    height, width = canvas
    if gray.shape[0] > gray.shape[1] * 1.5 and width > height:
        gray = np.ascontiguousarray(np.rot90(gray))
    room = height - PATCH // 2, width - PATCH // 2
    factor = min(room[0] / gray.shape[0], room[1] / gray.shape[1], LONGEST_ENLARGED)
    size = max(1, round(gray.shape[1] * factor)), max(1, round(gray.shape[0] * factor))
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    small = cv2.resize(gray, size, interpolation=way)
    out = np.full(canvas, 255, np.uint8)
    top, left = (height - size[1]) // 2, (width - size[0]) // 2
    out[top : top + size[1], left : left + size[0]] = small
    return out
