"""Drawings are told from text, tables and charts."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from assemble.graph import MoleculeGraph
from graphparse import Recognizer
from graphparse.fit_refusal import fit_refusal
from graphparse.refusal import angles_of, explained_ink, features, is_grid, why_no_structure

HEXAGON = [(200 + 60 * np.sin(a), 200 - 60 * np.cos(a)) for a in np.arange(6) * np.pi / 3]


def graph(
    places: list[tuple[float, float]], bonds: list[tuple[int, int]], labels: list[str] | None = None
) -> MoleculeGraph:
    kinds = np.ones(len(bonds), int)
    labels = labels or [""] * len(places)
    pairs = np.array(bonds, int).reshape(-1, 2)
    return MoleculeGraph(np.array(places), tuple(labels), np.zeros(len(places)), pairs, kinds)


def page(drawn: MoleculeGraph, size: tuple[int, int] = (400, 400)) -> np.ndarray:
    gray = np.full(size, 255, np.uint8)
    places = np.rint(drawn.xy).astype(int).tolist()
    for begin, end in drawn.bonds.tolist():
        cv2.line(gray, places[begin], places[end], 0, 3)
    return gray


def ring() -> MoleculeGraph:
    return graph(HEXAGON, [(i, (i + 1) % 6) for i in range(6)])


def ladder(labels: list[str] | None = None, turn: float = 0.0) -> MoleculeGraph:
    """Four rungs, 60 px apart."""
    places = [(100.0 + 60 * (i % 2), 100.0 + 60 * (i // 2)) for i in range(8)]
    rotate = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    turned = [tuple(rotate @ np.array(place)) for place in places]
    bonds = [(i, i + 1) for i in range(0, 8, 2)] + [(i, i + 2) for i in range(6)]
    return graph(turned, bonds, labels)


def test_a_drawing_alone_is_explained() -> None:
    drawn = ring()
    assert explained_ink(drawn, page(drawn)) == pytest.approx(1.0)
    assert why_no_structure(drawn, page(drawn)) == ""


@pytest.mark.parametrize("scale", [0.25, 1.0, 4.0])
def test_explained_ink_is_a_share_at_every_scale(scale: float) -> None:
    """A second ring of the same size that nobody read is half of the ink."""
    drawn = ring()
    gray = page(drawn, (400, 900))
    gray[:, 448:848] = gray[:, :400]  # a multiple of 4: shrunk alike
    gray = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    scaled = graph([(x * scale, y * scale) for x, y in HEXAGON], drawn.bonds.tolist())
    assert explained_ink(scaled, gray) == pytest.approx(0.5, abs=0.05)


def test_a_caption_is_allowed_and_a_page_is_not() -> None:
    drawn = ring()
    gray = page(drawn, (400, 900))
    cv2.putText(gray, "Example 12", (450, 200), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2)
    assert why_no_structure(drawn, gray) == ""
    for line in range(12):
        text = "a page of text with one ring"
        cv2.putText(gray, text, (400, 30 + 30 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 0, 2)
    assert "most of what is drawn" in why_no_structure(drawn, gray)


def test_labels_are_explained_on_either_side() -> None:
    for label, left in (("CO2CH3", 165), ("H3CO2C", 60)):
        drawn = graph([(100, 100), (160, 100)], [(0, 1)], ["", label])
        gray = page(drawn, (200, 400))
        cv2.putText(gray, label, (left, 108), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 0, 2)
        assert explained_ink(drawn, gray) > 0.95


def test_tables_are_no_structures_but_fischer_projections_are() -> None:
    table = ladder()
    assert is_grid(table)
    assert "table" in why_no_structure(table, page(table))
    assert not is_grid(ladder(["CHO", "", "OH", "", "H", "", "HO", "CH2OH"]))
    assert not is_grid(ladder(turn=0.3))
    square = graph([(100, 100), (160, 100), (160, 160), (100, 160)], [(0, 1), (1, 2), (2, 3)])
    assert not is_grid(square)


def test_lone_labels_are_no_structure() -> None:
    blank = np.full((90, 90), 255, np.uint8)
    assert why_no_structure(MoleculeGraph.empty(), blank)
    assert "no bonds" in why_no_structure(graph([(20, 20)], [], ["Cl-"]), blank)
    words = graph([(20.0 * i, 20) for i in range(1, 8)], [(0, 1)])
    assert "text" in why_no_structure(words, blank)


def test_angles_between_neighbouring_bonds() -> None:
    assert angles_of(ring()) == pytest.approx(np.full(12, 120.0), abs=0.1)
    cross = graph([(50, 50), (90, 50), (50, 90), (10, 50), (50, 10)], [(0, i) for i in range(1, 5)])
    assert angles_of(cross) == pytest.approx(np.full(4, 90.0), abs=0.1)
    assert len(angles_of(graph([(0, 0), (9, 0)], [(0, 1)]))) == 0


def test_a_flow_chart_is_no_structure() -> None:
    """Its lines are drawn as surely as bonds, but they are square and of many lengths."""
    places = [(60, 60), (300, 60), (300, 140), (60, 140), (180, 140), (180, 250), (90, 250)]
    places += [(270, 250), (270, 330), (90, 330)]
    bonds = [(0, 1), (1, 2), (2, 4), (4, 3), (3, 0), (4, 5), (5, 6), (5, 7), (7, 8), (8, 9), (9, 6)]
    boxes = graph([(float(x), float(y)) for x, y in places], bonds)
    assert features(boxes, explained_ink(boxes, page(boxes))).shape == (11,)
    assert why_no_structure(boxes, page(boxes))
    turn = np.deg2rad(20)
    rotate = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    centred = [rotate @ (np.array(place) - 200) + 200 for place in places]
    askew = graph([tuple(place) for place in centred], bonds)
    assert "hardly" in why_no_structure(askew, page(askew))


def test_drawings_to_fit_on_are_needed(recognizer: Recognizer, tmp_path: Path) -> None:
    # drawing 1 is one to train on
    (tmp_path / "references.csv").write_text("id,image,smiles\n1,a.png,CO\n")
    with pytest.raises(ValueError, match="0 drawings kept from training"):
        fit_refusal([tmp_path], recognizer, tmp_path / "refusal.json", 1, 0)
    assert not (tmp_path / "refusal.json").exists()
