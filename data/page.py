"""What printing, scanning and publishing do to a drawing."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from data.broken import broken
from data.scan import (
    FAINTEST,
    FAINTEST_ROUGH,
    Image,
    PageOdds,
    at_scan,
    cut,
    dotted,
    inked,
    noisy,
    resized,
)

ODDS = PageOdds()


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
        image = broken(image, xy, bond, paper, reduce, rng, odds)
    elif is_gray:
        image = _gray(image, bond, reduce, rng, odds)
    image = resized(image, size, bool(rng.random() < odds.sharp_up))
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


def _one_bit(
    image: Image,
    bond: float,
    paper: int,
    reduce: float,
    rng: np.random.Generator,
    odds: PageOdds,
) -> Image:
    scan, unit = at_scan(image, bond, odds.one_bit_bond, reduce, rng, odds)
    blur = float(rng.uniform(*odds.blur_by)) * unit if rng.random() < odds.blur else 0.0
    faintest = FAINTEST
    if rng.random() < odds.rough:
        scan, faintest = noisy(scan, float(rng.uniform(6, 20)), rng), FAINTEST_ROUGH
    ink = cut(scan, paper, float(rng.uniform(*odds.weight)), blur, faintest)
    if rng.random() < odds.bolder:
        shape = (3, 3) if unit > 36 and rng.random() < 0.5 else (2, 2)
        ink = np.asarray(cv2.dilate(ink, np.ones(shape, np.uint8)), np.uint8)
    if rng.random() < odds.dots:
        ink = dotted(ink, unit, rng, odds)
    return inked(ink, paper)


def _gray(
    image: Image, bond: float, reduce: float, rng: np.random.Generator, odds: PageOdds
) -> Image:
    scan, unit = at_scan(image, bond, odds.gray_bond, reduce, rng, odds)
    if rng.random() < 0.6:
        blur = float(rng.uniform(0.01, 0.05)) * unit
        scan = np.asarray(cv2.GaussianBlur(scan, (0, 0), max(blur, 0.3)), np.uint8)
    sigma = float(np.exp(rng.uniform(*np.log(odds.noise))))
    if rng.random() < 0.6:
        scan = noisy(scan, sigma, rng)
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
