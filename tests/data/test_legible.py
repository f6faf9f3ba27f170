"""Letters get smaller where labels would lie on each other or on bonds."""

from __future__ import annotations

import numpy as np
import pytest

from assemble.graph import BondKind, MoleculeGraph
from data.glyphs import Piece, font_path, set_label
from data.legible import LEAST, legible_capital
from data.style import Style


def graph_of(places: list[tuple[float, float]], bonds: list[tuple[int, int]]) -> MoleculeGraph:
    return MoleculeGraph(
        np.array(places, np.float32),
        ("",) * len(places),
        np.zeros(len(places), np.int8),
        np.array(bonds, np.int32).reshape(-1, 2),
        np.full(len(bonds), BondKind.SINGLE),
    )


def written(labels: dict[int, str]) -> dict[int, list[Piece]]:
    path = font_path(Style())
    return {i: set_label(text, 0, 0, 0, Style(), path) for i, text in labels.items()}


@pytest.mark.parametrize(("apart", "smaller"), [(3.0, False), (1.2, True)])
def test_labels_side_by_side_do_not_meet(apart: float, smaller: bool) -> None:
    graph = graph_of([(0, 0), (apart, 0), (0, 1), (apart, 1)], [(0, 2), (1, 3)])
    found = legible_capital(graph, written({0: "OCH3", 1: "OH"}), 0.5)
    assert LEAST < found < 0.5 if smaller else found == 0.5


def test_labels_do_not_lie_on_bonds_of_others() -> None:
    own = graph_of([(0, 0), (0, 1)], [(0, 1)])
    crossed = graph_of([(0, 0), (0, 1), (0.9, -1), (0.9, 1)], [(0, 1), (2, 3)])
    assert legible_capital(own, written({0: "OCH3"}), 0.5) == 0.5
    assert legible_capital(crossed, written({0: "OCH3"}), 0.5) < 0.5


def test_there_is_an_end_to_it() -> None:
    graph = graph_of([(0, 0), (0.1, 0)], [])
    assert legible_capital(graph, written({0: "OH", 1: "OH"}), 0.5) == LEAST
    assert legible_capital(graph, {}, 0.2) == 0.2
    assert legible_capital(graph, written({0: "OH", 1: "OH"}), 0.2) == 0.2
