"""What scanning does to a page: its resolution, black and white, dots, noise."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PageOdds:
    """Shares between 0 and 1, and ranges (low, high)."""

    turn: float = 0.22
    turn_degrees: float = 1.6
    """Standard deviation of the rotation of a page that lies askew."""
    shear: float = 0.10
    shear_by: float = 0.03
    stretch: float = 0.15
    stretch_by: float = 0.05
    """Standard deviation of log(width / height)."""
    one_bit: float = 0.55
    """Black and white only, at the resolution of the scan."""
    broken: float = 0.16
    """The same with thin strokes, missing pixels and stray dots. Drawings with bonds missing are
    always on such pages, on top."""
    gray: float = 0.16
    """Blur, noise, uneven light. The rest are clean, as published on screen."""
    one_bit_bond: tuple[float, float] = (28.0, 100.0)
    """Bond length in pixels at the resolution of the scan."""
    broken_bond: tuple[float, float] = (20.0, 45.0)
    gray_bond: tuple[float, float] = (13.0, 40.0)
    low: float = 0.08
    """Of scans made at a lower resolution still, down to ``lowest_bond``."""
    lowest_bond: float = 12.0
    weight: tuple[float, float] = (0.50, 0.85)
    """Share of full ink that still counts as black: low makes strokes bold, high thin."""
    broken_weight: tuple[float, float] = (0.42, 0.75)
    blur: float = 0.25
    """Of scans blurred before they become black and white."""
    blur_by: tuple[float, float] = (0.012, 0.04)
    """Standard deviation of that blur, in bond lengths."""
    bolder: float = 0.05
    """Of scans with strokes one pixel wider, or two above 36 px a bond."""
    rough: float = 0.12
    """Of scans with rough edges."""
    dots: float = 0.14
    """Of scans with stray dots."""
    dots_per_bond2: tuple[float, float] = (0.002, 0.06)
    """Their number in a square of one bond length."""
    thinned: float = 0.25
    """Of broken ones: strokes made thinner first."""
    decimated: float = 0.6
    """Of broken ones: rows and columns of pixels left out, and with them thin strokes."""
    decimated_bond: tuple[float, float] = (15.0, 30.0)
    """Bond length in pixels after that."""
    decimated_thinned: float = 0.85
    """Of those with wide strokes: strokes made thinner before."""
    decimated_weight: tuple[float, float] = (0.6, 0.9)
    decimated_to: tuple[float, float] = (0.68, 0.95)
    """Share of the rows and columns that stay."""
    missing: tuple[float, float] = (0.0, 0.14)
    """Broken: share of ink pixels missing."""
    holes_per_bond2: float = 0.06
    """Broken: gaps of up to ``hole`` bond lengths torn into strokes, at most."""
    hole: float = 0.22
    noise: tuple[float, float] = (1.0, 14.0)
    """Gray: standard deviation of gray values."""
    uneven: float = 0.3
    """Of gray ones with light that changes over the page."""
    jpeg: float = 0.10
    jpeg_quality: tuple[int, int] = (25, 90)
    sharp_up: float = 0.3
    """Of what is enlarged: linear rather than cubic interpolation."""

    def all_broken(self) -> PageOdds:
        """The same where every page is a broken one."""
        return replace(self, one_bit=0.0, broken=1.0, gray=0.0)

    def none_broken(self) -> PageOdds:
        """The same where no page is a broken one."""
        return replace(self, one_bit=self.one_bit + self.broken, broken=0.0)


FAINTEST = 0.12
"""Share of the strongest ink on a page below which nothing becomes black."""
FAINTEST_ROUGH = 0.27
"""The same where there is noise."""


def at_scan(
    image: Image,
    bond: float,
    limits: tuple[float, float],
    reduce: float,
    rng: np.random.Generator,
    odds: PageOdds,
) -> tuple[Image, float]:
    """The page at the resolution of a scan, and the bond length there."""
    scan = float(np.exp(rng.uniform(*np.log(limits))))
    if rng.random() < odds.low:
        scan = float(rng.uniform(odds.lowest_bond, limits[0]))
    # Not much larger than what was drawn or will be used: nothing is gained, and it takes long.
    factor = float(np.clip(scan / bond, 0.2, max(2.3 * reduce, 1.15)))
    if 0.85 < factor < 1.15:
        return image, bond
    height, width = image.shape
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=way), np.uint8), bond * factor


def resized(scan: Image, size: tuple[int, int], linear: bool) -> Image:
    """A scan brought to a size (width, height)."""
    if scan.shape == (size[1], size[0]):
        return scan
    way = cv2.INTER_LINEAR if linear else cv2.INTER_CUBIC
    if scan.shape[0] > size[1]:
        way = cv2.INTER_AREA
    return np.asarray(cv2.resize(scan, size, interpolation=way), np.uint8)


def cut(
    scan: Image, paper: int, share: float, blur: float, faintest: float = FAINTEST
) -> NDArray[np.uint8]:
    """Mask of ink, 255 where it is black: what has at least ``share`` of the ink around it.

    Compared with the strongest ink nearby, so that neither thin strokes beside bold letters nor
    strokes that lie half on one row of pixels and half on the next vanish.
    """
    ink = cv2.absdiff(scan, np.full_like(scan, paper))
    most = float(ink.max())
    if most < 8:
        return np.zeros_like(scan)
    if blur > 0.25:
        ink = cv2.GaussianBlur(ink, (0, 0), blur)
        most = float(ink.max())
    limit = cv2.convertScaleAbs(cv2.dilate(ink, np.ones((3, 3), np.uint8)), alpha=share)
    limit = cv2.max(limit, np.full_like(limit, max(faintest * most, 1.0)))
    return np.asarray(cv2.compare(ink, limit, cv2.CMP_GE), np.uint8)


def inked(ink: NDArray[np.uint8], paper: int) -> Image:
    """Black ink on white paper, or the reverse where the paper was dark."""
    return ink if paper < 128 else np.asarray(255 - ink, np.uint8)


def dotted(
    ink: NDArray[np.uint8], unit: float, rng: np.random.Generator, odds: PageOdds
) -> NDArray[np.uint8]:
    """Stray dots of one to three pixels, and as many small holes."""
    density = float(np.exp(rng.uniform(*np.log(odds.dots_per_bond2))))
    count = int(rng.poisson(density * ink.size / unit**2))
    ink = ink.copy()
    height, width = ink.shape
    big = rng.random() < 0.3
    for value in (255, 0):
        ys, xs = rng.integers(0, height, count), rng.integers(0, width, count)
        ink[ys, xs] = value
        if big:
            ink[np.minimum(ys + rng.integers(0, 2, count), height - 1), xs] = value
            ink[ys, np.minimum(xs + rng.integers(0, 2, count), width - 1)] = value
    return ink


def noisy(scan: Image, sigma: float, rng: np.random.Generator) -> Image:
    # One block of noise, repeated: drawing it anew for each pixel would take most of the time.
    block = rng.normal(0, sigma, (61, 67)).astype(np.float32)
    tall, wide = -(-scan.shape[0] // 61), -(-scan.shape[1] // 67)
    noise = np.tile(block, (tall, wide))[: scan.shape[0], : scan.shape[1]]
    return np.asarray(np.clip(scan + noise, 0, 255).astype(np.uint8), np.uint8)
