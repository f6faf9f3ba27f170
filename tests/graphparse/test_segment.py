"""Structures are found on pages, and single structures are left whole."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from rdkit import Chem

from data.molecules import bundled_pool
from data.pages import MadePage, make_page
from graphparse.score_pages import PageScore, match, overlap
from graphparse.segment import find_structures, split_page

MOLECULES = bundled_pool(max_heavy=25)


@pytest.fixture(scope="module")
def pages() -> list[MadePage]:
    """Two clean pages and two scanned ones."""
    return [make_page(MOLECULES, np.random.default_rng(i), scanned=i > 1) for i in range(4)]


def test_a_made_page_knows_its_structures(pages: list[MadePage]) -> None:
    again = make_page(MOLECULES, np.random.default_rng(0))
    assert (again.image == pages[0].image).all()
    for page in pages:
        height, width = page.image.shape
        assert 1 <= len(page.structures) <= 8
        for structure in page.structures:
            left, top, right, bottom = structure.box
            assert 0 <= left < right <= width and 0 <= top < bottom <= height
            assert (page.image[top:bottom, left:right] < 128).any()
            assert Chem.MolFromSmiles(structure.smiles) is not None


def test_nearly_all_structures_are_found(pages: list[MadePage]) -> None:
    hits = total = 0
    for page in pages:
        boxes = [region.ink for region in find_structures(page.image)]
        hits += len(match(boxes, [structure.box for structure in page.structures]))
        total += len(page.structures)
    assert hits >= 0.85 * total


def test_what_is_cut_out_is_the_page_without_its_text(pages: list[MadePage]) -> None:
    page = pages[0].image
    for region in find_structures(page):
        left, top, right, bottom = region.box
        piece = page[top:bottom, left:right]
        assert region.gray.shape == piece.shape
        changed = region.gray != piece
        assert (region.gray[changed] == 255).all()
        assert left <= region.ink[0] and region.ink[3] <= bottom


def test_gray_drawings_beside_black_ones_are_found_whole() -> None:
    page = np.full((600, 1200), 255, np.uint8)
    for x, ink in ((200, 0), (600, 150), (1000, 150)):
        cv2.polylines(page, [hexagon(x, 300, 60)], True, ink, 3, cv2.LINE_AA)
    cv2.rectangle(page, (20, 500), (1180, 590), 0, -1)
    boxes = [region.ink for region in find_structures(page)]
    assert len(boxes) == 3
    assert min(right - left for left, _, right, _ in boxes) > 100


def test_a_page_is_known_by_its_text(pages: list[MadePage]) -> None:
    assert sum(bool(split_page(page.image)) for page in pages) >= 3
    for page in pages:
        left, top, right, bottom = page.structures[0].box
        assert not split_page(page.image[top:bottom, left:right])


def test_ions_beside_each_other_are_no_page() -> None:
    picture = np.full((300, 700), 255, np.uint8)
    for x in (80, 280):
        cv2.polylines(picture, [hexagon(x, 150, 60)], True, 0, 3)
    cv2.putText(picture, "2 HCl", (420, 160), cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)
    assert not split_page(picture)


def test_a_counter_ion_goes_with_its_structure() -> None:
    page = np.full((600, 900), 255, np.uint8)
    cv2.polylines(page, [hexagon(200, 300, 60)], True, 0, 3)
    cv2.putText(page, "HCl", (300, 310), cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)
    (region,) = find_structures(page)
    assert region.ink[0] < 150 and region.ink[2] > 320


def test_labels_beside_crossing_bonds_are_no_line_of_text() -> None:
    """A cross with a label on either side, between two rings."""
    page = np.full((700, 700), 255, np.uint8)
    for y in (150, 450):
        cv2.polylines(page, [hexagon(350, y, 60)], True, 0, 3)
    strokes = [((350, 210), (350, 225)), ((350, 283), (350, 320)), ((310, 300), (390, 300))]
    for start, end in [*strokes, ((350, 340), (350, 390))]:
        cv2.line(page, start, end, 0, 2)
    cv2.putText(page, "HN", (330, 262), cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)
    cv2.putText(page, "PhH2C", (195, 312), cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)
    cv2.putText(page, "H", (395, 312), cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)
    (region,) = find_structures(page)
    assert region.ink[1] < 95 and region.ink[3] > 505 and region.ink[0] < 200


@pytest.mark.parametrize("value", [0, 128, 255])
def test_an_even_page_has_nothing(value: int) -> None:
    page = np.full((400, 300), value, np.uint8)
    assert find_structures(page) == [] and split_page(page) == []


def test_overlap_and_scores() -> None:
    assert overlap((0, 0, 10, 10), (0, 0, 10, 10)) == 1.0
    assert overlap((0, 0, 10, 10), (0, 5, 10, 10)) == 0.5
    assert overlap((0, 0, 10, 10), (10, 0, 20, 10)) == 0.0
    assert match([(0, 0, 10, 9), (50, 50, 60, 60)], [(0, 0, 10, 10)]) == [(0, 0)]
    both = PageScore(1, 1, 3, 2, 0, 1) + PageScore(1, 0, 1, 1, 1, 1)
    assert str(both) == (
        "4 structures on 2 pages: found 75.0 %, missed 25.0 %, false 25.0 %, "
        "exact InChI of the found 66.7 %, taken for pages 50.0 %"
    )


def hexagon(x: int, y: int, radius: int) -> np.ndarray:
    angles = np.deg2rad(np.arange(30, 390, 60))
    return np.rint([x, y] + radius * np.column_stack([np.cos(angles), np.sin(angles)])).astype(
        np.int32
    )


def test_pages_need_a_molecule_that_can_be_drawn() -> None:
    for molecules in ([], ["not SMILES"]):
        with pytest.raises(ValueError, match="molecules"):
            make_page(molecules, np.random.default_rng(0))
