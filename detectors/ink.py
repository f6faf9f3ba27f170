"""What of a picture is ink."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from skimage.filters import threshold_otsu

INK_LEVELS = (100, 200)
"""Limits of the gray value below which there is ink."""


def ink_level(gray: NDArray[np.uint8]) -> float:
    """The gray value below which the pixels of a picture, (H, W), are ink.

    It is the threshold of Otsu (1979), within limits that dark strokes on light paper have.
    """
    return float(np.clip(threshold_otsu(gray), *INK_LEVELS))
