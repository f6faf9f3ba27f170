"""What printing, scanning and publishing do to a drawing."""

from __future__ import annotations

from dataclasses import dataclass

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
    broken: float = 0.11
    """The same with thin strokes, missing pixels and stray dots."""
    gray: float = 0.16
    """Blur, noise, uneven light. The rest are clean, as published on screen."""
    one_bit_bond: tuple[float, float] = (24.0, 90.0)
    """Bond length in pixels at the resolution of the scan."""
    broken_bond: tuple[float, float] = (20.0, 45.0)
    gray_bond: tuple[float, float] = (13.0, 40.0)
    low: float = 0.08
    """Of scans made at a lower resolution still, down to ``lowest_bond``."""
    lowest_bond: float = 12.0
    weight: tuple[float, float] = (0.42, 0.80)
    """Share of full ink that still counts as black: low makes strokes bold, high thin."""
    broken_weight: tuple[float, float] = (0.42, 0.75)
    blur: float = 0.4
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
    decimated: float = 0.4
    """Of broken ones: rows and columns of pixels left out, and with them thin strokes."""
    decimated_to: tuple[float, float] = (0.6, 0.9)
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


ODDS = PageOdds()
FAINTEST = 0.12
"""Share of the strongest ink on a page below which nothing becomes black."""
FAINTEST_ROUGH = 0.27
"""The same where there is noise."""


def spoil(
    image: Image,
    xy: NDArray[np.float32],
    rng: np.random.Generator,
    odds: PageOdds = ODDS,
    reduce: float = 1.0,
) -> tuple[Image, NDArray[np.float32]]:
    """Age a page.

    Scans are better imitated from a page that is drawn larger than it is used, since what makes
    them black and white works on finer pixels: draw it twice as large and ``reduce`` by 0.5.

    Args:
        image: (H, W) gray.
        xy: (N, 2) places in pixels.
        rng: all choices come from it.
        odds: how often what happens.
        reduce: size of the page that is returned, of the page that is given.

    Returns:
        The page, whose size changes a little more if it lies askew, and the places on it.

    Raises:
        ValueError: ``reduce`` is not in (0, 1].
    """
    if not 0 < reduce <= 1:
        raise ValueError(f"reduce: expected a number above 0 and up to 1, got {reduce}")
    paper = paper_of(image)
    image, xy = _askew(image, xy, rng, odds, paper)
    bond = typical_bond(xy) if len(xy) > 1 else 25.0 / reduce
    height, width = image.shape
    size = (max(1, round(width * reduce)), max(1, round(height * reduce)))
    lot = float(rng.random())
    is_gray = 0 <= lot - odds.one_bit - odds.broken < odds.gray
    if lot < odds.one_bit:
        image = _one_bit(image, bond, paper, reduce, rng, odds)
    elif lot < odds.one_bit + odds.broken:
        image = _broken(image, bond, paper, reduce, rng, odds)
    elif is_gray:
        image = _gray(image, bond, reduce, rng, odds)
    image = _resized(image, size, bool(rng.random() < odds.sharp_up))
    if is_gray:
        image = _lit(image, rng, odds)
    if rng.random() < odds.jpeg:
        image = _jpeg(image, rng, odds)
    if reduce < 1:
        scale = np.array([size[0] / width, size[1] / height])
        xy = ((xy + 0.5) * scale - 0.5).astype(np.float32)
    return image, xy


def paper_of(image: Image) -> int:
    """Gray value of the paper: what most of the page has."""
    if not image.size:
        return 255
    part = np.ascontiguousarray(image[::3, ::3])
    # several times as fast as sorting
    below = np.cumsum(cv2.calcHist([part], [0], None, [256], [0, 256]))
    return int(np.searchsorted(below, part.size / 2))


def typical_bond(xy: NDArray[np.float32]) -> float:
    """Median distance to the nearest atom; a usual value if there are too few atoms."""
    if len(xy) < 2:
        return 25.0
    step = xy[:, None] - xy[None]
    square = (step * step).sum(-1)
    np.fill_diagonal(square, np.inf)
    return float(np.clip(np.sqrt(np.median(square.min(1))), 6.0, 200.0))


def _askew(
    image: Image,
    xy: NDArray[np.float32],
    rng: np.random.Generator,
    odds: PageOdds,
    paper: int,
) -> tuple[Image, NDArray[np.float32]]:
    matrix = np.eye(2)
    plain = True
    if rng.random() < odds.turn:
        angle = np.deg2rad(rng.normal(0, odds.turn_degrees))
        c, s = np.cos(angle), np.sin(angle)
        matrix, plain = np.array([[c, -s], [s, c]]) @ matrix, False
    if rng.random() < odds.shear:
        matrix, plain = np.array([[1, rng.normal(0, odds.shear_by)], [0, 1]]) @ matrix, False
    if rng.random() < odds.stretch:
        by = np.exp(rng.normal(0, odds.stretch_by) / 2)
        matrix, plain = np.diag([by, 1 / by]) @ matrix, False
    if plain:
        return image, xy
    height, width = image.shape
    corners = np.array([[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1]])
    moved = corners @ matrix.T
    low = moved.min(0)
    size = np.ceil(moved.max(0) - low).astype(int) + 1
    full = np.column_stack([matrix, -low])
    turned = cv2.warpAffine(
        image,
        full,
        (int(size[0]), int(size[1])),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=paper,
    )
    return np.asarray(turned, np.uint8), (xy @ matrix.T - low).astype(np.float32)


def _at_scan(
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


def _resized(scan: Image, size: tuple[int, int], linear: bool) -> Image:
    """A scan brought to a size (width, height)."""
    if scan.shape == (size[1], size[0]):
        return scan
    way = cv2.INTER_LINEAR if linear else cv2.INTER_CUBIC
    if scan.shape[0] > size[1]:
        way = cv2.INTER_AREA
    return np.asarray(cv2.resize(scan, size, interpolation=way), np.uint8)


def _cut(
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


def _one_bit(
    image: Image,
    bond: float,
    paper: int,
    reduce: float,
    rng: np.random.Generator,
    odds: PageOdds,
) -> Image:
    scan, unit = _at_scan(image, bond, odds.one_bit_bond, reduce, rng, odds)
    blur = float(rng.uniform(*odds.blur_by)) * unit if rng.random() < odds.blur else 0.0
    faintest = FAINTEST
    if rng.random() < odds.rough:
        scan, faintest = _noisy(scan, float(rng.uniform(6, 20)), rng), FAINTEST_ROUGH
    ink = _cut(scan, paper, float(rng.uniform(*odds.weight)), blur, faintest)
    if rng.random() < odds.bolder:
        shape = (3, 3) if unit > 36 and rng.random() < 0.5 else (2, 2)
        ink = np.asarray(cv2.dilate(ink, np.ones(shape, np.uint8)), np.uint8)
    if rng.random() < odds.dots:
        ink = _dotted(ink, unit, rng, odds)
    return _inked(ink, paper)


def _broken(
    image: Image,
    bond: float,
    paper: int,
    reduce: float,
    rng: np.random.Generator,
    odds: PageOdds,
) -> Image:
    scan, unit = _at_scan(image, bond, odds.broken_bond, reduce, rng, odds)
    keep = float(rng.uniform(*odds.decimated_to)) if rng.random() < odds.decimated else 1.0
    if keep < 1:
        size = (max(1, round(scan.shape[1] / keep)), max(1, round(scan.shape[0] / keep)))
        scan = np.asarray(cv2.resize(scan, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    if rng.random() < odds.thinned:
        # After a blur only the middle of a stroke is as dark as most of it was.
        ink = _cut(scan, paper, float(rng.uniform(0.6, 0.8)), 0.02 * unit / keep)
    else:
        ink = _cut(scan, paper, float(rng.uniform(*odds.broken_weight)), 0.0)
    if keep < 1:
        size = (max(1, round(ink.shape[1] * keep)), max(1, round(ink.shape[0] * keep)))
        ink = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    missing = round(255 * float(rng.uniform(*odds.missing)) * float(rng.random()))
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
    ink = _dotted(ink, unit, rng, odds)
    return _inked(ink, paper)


def _inked(ink: NDArray[np.uint8], paper: int) -> Image:
    """Black ink on white paper, or the reverse where the paper was dark."""
    return ink if paper < 128 else np.asarray(255 - ink, np.uint8)


def _dotted(
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


def _noisy(scan: Image, sigma: float, rng: np.random.Generator) -> Image:
    # One block of noise, repeated: drawing it anew for each pixel would take most of the time.
    block = rng.normal(0, sigma, (61, 67)).astype(np.float32)
    tall, wide = -(-scan.shape[0] // 61), -(-scan.shape[1] // 67)
    noise = np.tile(block, (tall, wide))[: scan.shape[0], : scan.shape[1]]
    return np.asarray(np.clip(scan + noise, 0, 255).astype(np.uint8), np.uint8)


def _gray(
    image: Image, bond: float, reduce: float, rng: np.random.Generator, odds: PageOdds
) -> Image:
    scan, unit = _at_scan(image, bond, odds.gray_bond, reduce, rng, odds)
    if rng.random() < 0.6:
        blur = float(rng.uniform(0.01, 0.05)) * unit
        scan = np.asarray(cv2.GaussianBlur(scan, (0, 0), max(blur, 0.3)), np.uint8)
    sigma = float(np.exp(rng.uniform(*np.log(odds.noise))))
    if rng.random() < 0.6:
        scan = _noisy(scan, sigma, rng)
    return scan


def _lit(page: Image, rng: np.random.Generator, odds: PageOdds) -> Image:
    """Other contrast, and light that changes over the page."""
    contrast = float(rng.uniform(0.55, 1.0))
    values = np.arange(256, dtype=np.float32)
    curve = 255 * (values / 255) ** float(rng.uniform(0.6, 1.6))
    curve = 255 - (255 - curve) * contrast
    page = np.asarray(cv2.LUT(page, np.clip(curve, 0, 255).astype(np.uint8)), np.uint8)
    if rng.random() < odds.uneven:
        coarse = rng.uniform(0.72, 1.0, (3, 3)).astype(np.float32)
        light = cv2.resize(coarse, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
        page = np.asarray(page * np.asarray(light, np.float32), np.uint8)
    return page


def _jpeg(image: Image, rng: np.random.Generator, odds: PageOdds) -> Image:
    quality = int(rng.integers(*odds.jpeg_quality))
    done, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        return image
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
