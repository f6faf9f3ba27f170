"""Pages with strokes that are broken or missing."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from data.scan import Image, PageOdds, at_scan, cut, dotted, inked

Ink = NDArray[np.uint8]
"""(H, W) mask, 255 where a page is black."""
WIDEST = 1.7
"""Pixels; wider strokes mostly survive that rows and columns are left out."""


def broken(
    image: Image,
    xy: NDArray[np.float32],
    bond: float,
    paper: int,
    reduce: float,
    rng: np.random.Generator,
    odds: PageOdds,
) -> Image:
    """A page in black and white with gaps in its strokes and stray dots.

    Args:
        image: (H, W) gray.
        xy: (N, 2) places of the atoms in pixels, each of which keeps some of its ink.
        bond: median bond length in pixels.
        paper: gray value of the paper.
        reduce: size at which the page will be used.
        rng: all choices come from it.
        odds: how often what happens.

    Returns:
        The page at the resolution of a scan.
    """
    decimated = rng.random() < odds.decimated
    if decimated:
        ink, unit = _decimated(image, xy, bond, paper, rng, odds)
    else:
        scan, unit = at_scan(image, bond, odds.broken_bond, reduce, rng, odds)
        if rng.random() < odds.thinned:
            # After a blur only the middle of a stroke is as dark as most of it was.
            ink = cut(scan, paper, float(rng.uniform(0.6, 0.8)), 0.02 * unit)
        else:
            ink = cut(scan, paper, float(rng.uniform(*odds.broken_weight)), 0.0)
    # thin strokes can do with fewer gaps
    missing = float(rng.uniform(*odds.missing)) * (0.4 if decimated else 1.0)
    missing = round(255 * missing * float(rng.random()))
    if missing:
        lots = np.frombuffer(rng.bytes(ink.size), np.uint8).reshape(ink.shape)
        ink = np.where(lots < missing, 0, ink).astype(np.uint8)
    black = np.flatnonzero(ink)
    area = ink.size / unit**2
    holes = int(rng.poisson(area * odds.holes_per_bond2 * float(rng.random()) ** 2))
    if len(black) and holes:
        places = black[rng.integers(0, len(black), holes)]
        half = rng.uniform(0.02, odds.hole / 2, holes) * unit
        for place, reach in zip(places.tolist(), half.tolist(), strict=True):
            y, x = divmod(place, ink.shape[1])
            r = max(1, round(reach))
            ink[max(y - r, 0) : y + r + 1, max(x - r, 0) : x + r + 1] = 0
    ink = dotted(ink, unit, rng, odds)
    return inked(ink, paper)


def _decimated(
    image: Image,
    xy: NDArray[np.float32],
    bond: float,
    paper: int,
    rng: np.random.Generator,
    odds: PageOdds,
) -> tuple[Ink, float]:
    """A page with thin strokes of which rows and columns of pixels are left out.

    So upright and level strokes are there or not, each line of a double bond by itself, and the
    others become dashes.

    Returns:
        The ink and the bond length in its pixels.
    """
    keep = float(rng.uniform(*odds.decimated_to))
    fine = float(np.exp(rng.uniform(*np.log(odds.decimated_bond)))) / keep / bond
    height, width = image.shape
    size = (max(1, round(width * fine)), max(1, round(height * fine)))
    way = cv2.INTER_AREA if fine < 1 else cv2.INTER_LINEAR
    scan = np.asarray(cv2.resize(image, size, interpolation=way), np.uint8)
    whole = cut(scan, paper, float(rng.uniform(*odds.decimated_weight)), 0.0)
    stroke = _stroke_width(whole)
    if stroke > WIDEST and rng.random() < odds.decimated_thinned:
        whole = _thin(whole, stroke)
    rows = _kept(size[1], keep, rng)
    columns = _kept(size[0], keep, rng)
    ink = np.ascontiguousarray(whole[rows][:, columns])
    # what an atom had within reach and has lost is put back
    near = max(2, round(0.15 * bond * fine * keep))
    far = round(0.5 * bond * fine * keep)
    full = cv2.resize(whole, ink.shape[::-1], interpolation=cv2.INTER_AREA)
    places = ((xy + 0.5) * fine * keep - 0.5).round().astype(int)
    for x, y in places.tolist():
        window = np.s_[max(y - near, 0) : y + near + 1, max(x - near, 0) : x + near + 1]
        if not ink[window].any() and full[window].any():
            around = np.s_[max(y - far, 0) : y + far + 1, max(x - far, 0) : x + far + 1]
            ink[around] |= np.where(full[around] > 100, 255, 0).astype(np.uint8)
    return ink, bond * fine * keep


def _kept(count: int, keep: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Numbers of the rows or columns that stay, evenly spread."""
    left = np.arange(max(1, int(count * keep)))
    return np.minimum((left + float(rng.random())) / keep, count - 1).astype(np.int64)


def _stroke_width(ink: Ink) -> float:
    """Typical width of strokes in pixels, from the area of the ink and the length of its edge."""
    area = cv2.countNonZero(ink)
    edge = area - cv2.countNonZero(cv2.erode(ink, np.ones((3, 3), np.uint8)))
    return 2 * area / edge if edge else 2.0


def _thin(ink: Ink, stroke: float) -> Ink:
    """The middles of strokes, one or two pixels wide; what is wider than they are stays wider."""
    depth = cv2.distanceTransform(ink, cv2.DIST_L2, 3)
    ridge = depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)) - 0.01
    return np.where((ink > 0) & (ridge | (depth > 0.75 * stroke)), 255, 0).astype(np.uint8)
