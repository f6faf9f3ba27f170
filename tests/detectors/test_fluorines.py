"""Letters that have lost their level strokes."""

import numpy as np
import pytest

from assemble.graph import BondKind, MoleculeGraph
from detectors.fluorines import LIKELY, with_whole_fluorines


def star(centre: str, *around: str) -> MoleculeGraph:
    """One atom with others around it."""
    count = len(around)
    angles = np.arange(count) * 2 * np.pi / count
    return MoleculeGraph(
        xy=np.concatenate([[(0, 0)], 24 * np.stack([np.cos(angles), np.sin(angles)], 1)]),
        labels=(centre, *around),
        charges=np.zeros(count + 1),
        bonds=np.array([(0, i + 1) for i in range(count)]),
        kinds=np.full(count, BondKind.SINGLE),
    )


@pytest.mark.parametrize(
    ("around", "expected", "changed"),
    [
        (("", "F", "F", "I"), ("", "F", "F", "F"), 1),
        (("", "I", "F", "I"), ("", "F", "F", "F"), 2),
        (("", "I"), ("", "I"), 0),
        (("", "Cl", "I"), ("", "Cl", "I"), 0),
    ],
)
def test_an_i_beside_an_f_is_an_f(
    around: tuple[str, ...], expected: tuple[str, ...], changed: int
) -> None:
    graph, count = with_whole_fluorines(star("", *around))
    assert graph.labels == ("", *expected) and count == changed
    assert np.isclose(graph.atom_scores, LIKELY).sum() == changed


def test_only_on_carbon() -> None:
    graph, count = with_whole_fluorines(star("P", "F", "I"))
    assert graph.labels == ("P", "F", "I") and not count
