"""The ink along bonds and beside them (numpy and OpenCV only)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def ink_beside(
    gray: NDArray[np.uint8],
    begin: NDArray[np.float32],
    end: NDArray[np.float32],
    along: NDArray[np.float64],
    aside: NDArray[np.float64],
) -> NDArray[np.float32]:
    """(P, T, S) darkness, 0 of white paper to 255, on grids that lie along bonds.

    Args:
        gray: (H, W) page; outside of it there is white paper.
        begin: (P, 2) where bonds begin, in its pixels; end: (P, 2) where they end.
        along: (T,) places on a bond, 0 at its begin and 1 at its end.
        aside: (S,) pixels from it, to both sides.
    """
    way = end - begin
    length = np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-3)
    across = np.stack([-way[:, 1], way[:, 0]], -1) / length
    on_bond = begin[:, None, None] + along[:, None, None] * way[:, None, None]
    points = on_bond + aside[:, None] * across[:, None, None]
    # a row for each bond: OpenCV takes no maps of more than 32,766 rows
    flat = points.reshape(len(begin), -1, 2).astype(np.float32)
    paper = cv2.remap(
        gray,
        flat[..., 0],
        flat[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )
    return np.float32(255.0) - paper.reshape(len(begin), len(along), len(aside))
