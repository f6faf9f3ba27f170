"""Several looks at one picture: what most of them agree on."""

from collections.abc import Iterator

import numpy as np
import pytest

from assemble.graph import MoleculeGraph
from detectors.parser import Reading
from graphparse.agreement import SURE, agreed


def reading(last: str, confidence: float) -> Reading:
    """Two atoms, the second with this label; none without a confidence."""
    if not confidence:
        return Reading(MoleculeGraph.empty(), 0.0, 0.0)
    graph = MoleculeGraph(
        np.array([(0, 0), (26, 0)], np.float32),
        ("", last),
        np.zeros(2, np.int8),
        np.array([(0, 1)], np.int32),
        np.array([1], np.int8),
    )
    return Reading(graph, 26.0, confidence)


def looks(*readings: Reading) -> Iterator[Reading]:
    yield from readings


def nothing_more() -> Iterator[Reading]:
    yield reading("O", SURE)
    pytest.fail("a second look was not called for")


def test_one_sure_look_is_enough() -> None:
    assert agreed(nothing_more()).agreement == 1.0


def test_an_empty_picture_is_not_looked_at_twice() -> None:
    assert not agreed(looks(reading("", 0.0))).graph.n_atoms


def test_two_that_agree_outweigh_a_surer_one() -> None:
    # "OH" and "O" mean the same
    found = agreed(looks(reading("F", 0.6), reading("O", 0.3), reading("OH", 0.4)))
    assert found.graph.labels == ("", "OH") and found.confidence == 0.4
    votes = np.sqrt([0.6, 0.3, 0.4])
    assert found.agreement == pytest.approx(votes[1:].sum() / votes.sum())


def test_what_cannot_be_outvoted_is_enough() -> None:
    def two() -> Iterator[Reading]:
        yield reading("O", 0.3)
        yield reading("OH", 0.4)
        pytest.fail("a third look was not called for")

    assert agreed(two()).agreement == 1.0


def test_the_surest_counts_if_all_differ_or_none_is_a_molecule() -> None:
    found = agreed(looks(reading("F", 0.2), reading("O", 0.3), reading("S", 0.1)))
    assert found.graph.labels == ("", "O")
    nothing = reading("", 0.0)
    assert agreed(looks(reading("N", 0.2), nothing, nothing)).graph.labels == ("", "N")
