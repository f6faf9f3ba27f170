"""Gray values of coloured drawings: any ink that differs from its paper is dark."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

COLOURED = 60
"""Difference between a pixel's channels, in gray values, from which on it has a colour: scans of
black ink have less, JPEG artefacts among them."""
FEWEST = 8
"""Coloured pixels with which a picture is a coloured one."""
DARK_PAPER = 110
"""Median gray below which a picture is taken for light ink on dark paper."""
COARSE = 640
"""Longest side, in pixels, of the picture in which the paper is looked for."""
WIDEST = 25
"""Pixels of that: what is narrower is ink, what is wider is paper (a marker, a coloured field)."""


def gray_of(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W) gray of a picture (H, W, 3), RGB; that of its luminance if it has no colours.

    The luminance of a yellow or light green letter is nearly that of paper. What counts is how much
    darker than the paper around it a pixel is in the channel that tells most; paper is what is left
    when all that is narrow has been closed (Serra 1982, morphological closing). Black stays black
    however wide it is.
    """
    gray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    red, green, blue = cv2.split(rgb)
    spread = cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue))
    if np.count_nonzero(np.asarray(spread) > COLOURED) < FEWEST:
        return gray
    if float(np.median(gray)) < DARK_PAPER:
        return 255 - _darker(255 - rgb, 255 - gray)
    return _darker(rgb, gray)


def _darker(rgb: NDArray[np.uint8], gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Dark ink on light paper: the luminance, and darker where a channel says more."""
    height, width = gray.shape
    factor = min(1.0, COARSE / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    coarse = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA) if factor < 1 else rgb
    paper = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, np.ones((WIDEST, WIDEST), np.uint8))
    if factor < 1:
        paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    ink = cv2.subtract(paper, rgb).max(axis=2)
    return np.asarray(cv2.min(gray, 255 - ink), np.uint8)
