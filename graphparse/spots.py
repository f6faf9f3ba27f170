"""Connected ink of a page, and the height of the letters among it."""

from __future__ import annotations

from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.ink import INK_LEVELS, ink_level

PALE = 0.5
"""Share of dark pixels in a spot below which all of it is ink that is pale."""
WHITE, MOSTLY = 245, 0.75
"""Gray value of clean paper, and the share of a page that has it: on a shaded scan what is paler
than black is shade."""
LETTER_PIXELS = (6, 60)
"""Heights, in working pixels, among which that of a letter is looked for."""
LARGE_LETTER = 200
"""Largest height where there are none of those, as on a page that is one drawing."""
RING, STROKE = 0.2, 0.8
"""Share of a bar of the same inertia that ink fills: of rings, and of strokes and dots. That of
letters lies between."""


class Spots:
    """Connected ink, or paper: columns of boxes without the background."""

    def __init__(self, mask: NDArray[np.uint8]) -> None:
        count, labels, stats, middles = cv2.connectedComponentsWithStats(mask, connectivity=8)
        self.labels = np.asarray(labels, np.int32)
        self.count = count - 1
        rows = stats[1:].astype(np.int64)
        self.left, self.top, self.width, self.height, self.area = rows.T
        self.right, self.bottom = self.left + self.width, self.top + self.height
        self.middle_x, self.middle_y = middles[1:].T

    @cached_property
    def filling(self) -> NDArray[np.float64]:
        """(count,) ink as a share of a filled bar with the same moments of inertia.

        It is 1 for strokes in any direction and for dots, less for what is bent or has holes.
        """
        y, x = np.nonzero(self.labels)
        own = self.labels[y, x] - 1
        dx, dy = x - self.middle_x[own], y - self.middle_y[own]
        xx, yy, xy = (
            np.bincount(own, product, minlength=self.count) / self.area
            for product in (dx * dx, dy * dy, dx * dy)
        )
        # a pixel has an extent, too
        xx, yy = xx + 1 / 12, yy + 1 / 12
        return self.area / (12 * np.sqrt(np.maximum(xx * yy - xy * xy, 1e-9)))

    def mask(self, chosen: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """(H, W), 1 at the pixels of the chosen ones."""
        return np.concatenate([[False], chosen])[self.labels].astype(np.uint8)


def ink_of_page(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W), 1 at ink: what is dark, and spots that are drawn paler than most of the page.

    A level between paper and black text parts gray strokes, or leaves them out. On clean paper
    spots that are mostly above it are pale ones; the others are black ones with their pale rims.
    """
    if int(gray.min()) == int(gray.max()):
        return np.zeros_like(gray)
    dark = gray < ink_level(gray)
    if float(np.mean(gray >= WHITE)) < MOSTLY:
        return dark.astype(np.uint8)
    spots = Spots((gray < INK_LEVELS[1]).astype(np.uint8))
    of_spots = np.bincount(spots.labels[dark], minlength=spots.count + 1)[1:]
    return spots.mask(of_spots < PALE * spots.area) | dark.astype(np.uint8)


def as_bytes(image: object) -> NDArray[np.uint8]:
    """What OpenCV gives back for an image of bytes."""
    return np.asarray(image, np.uint8)


def letter_height(spots: Spots) -> float:
    """Typical height of a letter in pixels: most of what is on a page are letters.

    The strokes of hashed bonds are not; there may be more of them than of letters.
    """
    low, high = LETTER_PIXELS
    height, bent = spots.height, spots.filling < STROKE
    seen = height[bent & (height >= low) & (height <= high)]
    if not len(seen):
        seen = height[bent & (spots.filling > RING) & (height > high) & (height <= LARGE_LETTER)]
    return float(np.percentile(seen, 60)) if len(seen) else float(low)


def at_spots(
    spots: Spots, labels: NDArray[np.int32], asked: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """(count,) the value of an image of labels at a pixel of each spot asked for, else 0."""
    flat = spots.labels.ravel()
    first = np.zeros(spots.count + 1, np.int64)
    places = np.flatnonzero(flat)
    # of several values for one index the last stays: any pixel of a spot will do
    first[flat[places]] = places
    return np.where(asked, labels.ravel()[first[1:]], 0).astype(np.int64)
