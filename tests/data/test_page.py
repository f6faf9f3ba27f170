"""Ageing and clutter: places stay true, pages stay pages."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from data.captions import foreign
from data.clutter import ClutterOdds, add_clutter
from data.fonts import FontBook
from data.page import PageOdds, paper_of, spoil


def page_with_dots(paper: int = 255) -> tuple[np.ndarray, np.ndarray]:
    """Three discs on a page, and their places."""
    image = np.full((150, 210), paper, np.uint8)
    xy = np.array([(40, 50), (66, 50), (160, 110)], np.float32)
    for x, y in xy:
        cv2.circle(image, (int(x), int(y)), 4, 255 - paper, -1)
    return image, xy


def centres(image: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """Centre of the ink within 9 px of each place."""
    ink = np.abs(image.astype(float) - paper_of(image))
    ink[ink < 60] = 0
    ys, xs = np.mgrid[: image.shape[0], : image.shape[1]]
    found = []
    for x, y in xy:
        near = ink * (np.hypot(xs - x, ys - y) < 9)
        found.append(((near * xs).sum() / near.sum(), (near * ys).sum() / near.sum()))
    return np.array(found)


@pytest.mark.parametrize("paper", [255, 0])
def test_places_stay_on_their_dots(paper: int) -> None:
    odds = PageOdds(turn=0.5, shear=0.5, stretch=0.5, dots=0.0, holes_per_bond2=0.0)
    image, xy = page_with_dots(paper)
    for seed in range(60):
        page, moved = spoil(image, xy, np.random.default_rng(seed), odds)
        assert page.dtype == np.uint8
        assert page.ndim == 2
        assert moved.dtype == np.float32
        assert np.abs(centres(page, moved) - moved).max() < 1.5, seed


def test_places_stay_on_their_dots_when_the_page_is_reduced() -> None:
    image, xy = page_with_dots()
    odds = PageOdds(dots=0.0, holes_per_bond2=0.0)
    for seed in range(40):
        page, moved = spoil(image, xy, np.random.default_rng(seed), odds, reduce=0.6)
        assert abs(page.shape[1] - image.shape[1] * 0.6) < 16
        assert np.abs(centres(page, moved) - moved).max() < 1.0, seed


@pytest.mark.parametrize("reduce", [0.0, 1.5])
def test_pages_are_not_enlarged(reduce: float) -> None:
    image, xy = page_with_dots()
    with pytest.raises(ValueError, match="reduce"):
        spoil(image, xy, np.random.default_rng(0), reduce=reduce)


def test_thin_strokes_beside_bold_ones_survive_scanning() -> None:
    image = np.full((120, 120), 255, np.uint8)
    cv2.circle(image, (30, 90), 14, 0, -1)
    image[20] = 70
    xy = np.array([(10, 20), (36, 20), (62, 20)], np.float32)
    odds = PageOdds(one_bit=1.0, turn=0.0, shear=0.0, dots=0.0, rough=0.0)
    for seed in range(30):
        page, _ = spoil(image, xy, np.random.default_rng(seed), odds)
        rows = page[: page.shape[0] // 3]
        assert (rows.min(0) < 200).mean() > 0.9, seed


def test_strong_rotation_keeps_everything_on_the_page() -> None:
    odds = PageOdds(turn=1.0, turn_degrees=20.0)
    image, xy = page_with_dots()
    for seed in range(20):
        page, moved = spoil(image, xy, np.random.default_rng(seed), odds)
        assert (moved >= 0).all()
        assert (moved < (page.shape[1], page.shape[0])).all()


def test_most_pages_are_black_and_white_at_their_own_resolution() -> None:
    odds = PageOdds(
        one_bit=1.0, jpeg=0.0, turn=0.0, shear=0.0, stretch=0.0, one_bit_bond=(25.9, 26.1), low=0.0
    )
    image, xy = page_with_dots()
    image = cv2.GaussianBlur(image, (0, 0), 1.0)
    page, _ = spoil(image, xy, np.random.default_rng(0), odds)
    assert set(np.unique(page)) == {0, 255}


def test_thin_strokes_survive_scanning() -> None:
    image = np.full((120, 120), 255, np.uint8)
    cv2.line(image, (10, 15), (110, 100), 0, 1, cv2.LINE_AA)
    xy = np.array([(10, 15), (30, 32), (50, 49)], np.float32)
    odds = replace(PageOdds(), one_bit=1.0)
    for seed in range(30):
        page, _ = spoil(image, xy, np.random.default_rng(seed), odds)
        assert (page < 128).sum() > 40, seed


def test_spoil_and_clutter_repeat_from_the_seed() -> None:
    image, xy = page_with_dots()
    for seed in range(20):
        pages = []
        for _ in range(2):
            rng = np.random.default_rng(seed)
            pages.append(spoil(*add_clutter(image, xy, rng, ClutterOdds(any=1.0)), rng)[0])
        assert np.array_equal(*pages)


def test_clutter_leaves_what_is_drawn_alone() -> None:
    image, xy = page_with_dots()
    before = image.copy()
    odds = ClutterOdds(
        any=1.0, number=0.9, caption=0.9, descriptor=0.5, atom_numbers=0.3, dot=0.5, arrow=0.4
    )
    for seed in range(60):
        page, moved = add_clutter(image, xy, np.random.default_rng(seed), odds)
        assert page.shape[0] >= image.shape[0]
        assert page.shape[1] >= image.shape[1]
        for (x, y), (u, v) in zip(xy.astype(int), moved.astype(int), strict=True):
            near, after = (
                picture[b - 4 : b + 5, a - 4 : a + 5]
                for picture, a, b in ((image, x, y), (page, u, v))
            )
            assert (after[near < 128] < 128).all(), seed
    assert np.array_equal(image, before)


def test_strokes_go_missing_but_no_atom_does() -> None:
    odds = PageOdds(
        one_bit=0.0,
        broken=1.0,
        gray=0.0,
        jpeg=0.0,
        turn=0.0,
        shear=0.0,
        stretch=0.0,
        decimated=1.0,
        missing=(0.0, 0.0),
        holes_per_bond2=0.0,
        dots_per_bond2=(1e-9, 1e-8),
    )
    image = np.full((260, 260), 255, np.uint8)
    xy = np.array([(x, y) for y in range(30, 260, 50) for x in range(30, 260, 50)], np.float32)
    for x, y in xy.astype(int):
        cv2.line(image, (x, y), (x + 36, y), 0, 2)
        cv2.line(image, (x, y), (x, y + 36), 0, 2)
    lost = 0
    for seed in range(20):
        page, moved = spoil(image, xy, np.random.default_rng(seed), odds, reduce=0.5)
        for x, y in moved.round().astype(int):
            assert (page[max(y - 5, 0) : y + 6, max(x - 5, 0) : x + 6] < 160).any(), seed
            lost += int((page[y - 2 : y + 3, x + 9 : x + 12] > 200).all())
    assert 20 < lost < 400


def test_captions_come_in_japanese_where_there_is_a_font() -> None:
    rng = np.random.default_rng(0)
    book = FontBook({}, (), ("some.ttf",))
    lines = [foreign(book, 1.0, rng) for _ in range(60)]
    assert all(line is not None and line.font == "some.ttf" for line in lines)
    assert len({line.text for line in lines if line is not None}) > 40
    assert foreign(FontBook({}, (), ()), 1.0, rng) is None


def test_pages_without_atoms_work() -> None:
    empty = np.zeros((0, 2), np.float32)
    for seed in range(30):
        rng = np.random.default_rng(seed)
        page, _ = add_clutter(np.full((90, 130), 255, np.uint8), empty, rng, ClutterOdds(any=1.0))
        page, moved = spoil(page, empty, rng)
        assert moved.shape == (0, 2)
        assert page.size
