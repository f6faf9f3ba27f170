"""From the networks' scores to graphs."""

import numpy as np
import pytest

from detectors.decoding import Decoded, LabelReading
from detectors.vocabulary import CHARGES, COMMON_LABELS, N_EDGE_CLASSES, N_LABEL_CLASSES

HALF_A_BOND_APART, FAR = 12.0, 100.0


def decoded(existence: float, x: float) -> Decoded:
    """Two bonded carbons and something doubtful ``x`` pixels from them, whose label is read."""
    label = np.zeros((3, N_LABEL_CLASSES), np.float32)
    label[:2, 1 + COMMON_LABELS.index("")] = 1
    label[2, 0] = 1
    edge = np.zeros((1, N_EDGE_CLASSES), np.float32)
    edge[0, 1] = 1
    return Decoded(
        xy=np.array([[0, 0], [24, 0], [24 + x, 0]], np.float32),
        heat=np.array([0.9, 0.9, 0.7], np.float32),
        image_index=np.zeros(3, np.int64),
        exists=np.array([1, 1, existence], np.float32),
        label=label,
        charge=np.eye(len(CHARGES), dtype=np.float32)[[0, 0, 0]],
        pairs=np.array([[0, 1]]),
        edge=edge,
        apart=np.array([False, False, x == FAR]),
        to_read=np.array([2]),
    )


@pytest.mark.parametrize(
    ("existence", "x", "text", "probability", "seen"),
    [
        (0.9, FAR, "HNO3", 0.9, True),
        (0.2, FAR, "HNO3", 0.9, True),
        (0.2, FAR, "2I-", 0.9, True),
        (0.2, FAR, "HNO3", 0.5, False),
        (0.2, FAR, "R1", 0.9, False),
        (0.2, FAR, "", 0.9, False),
        (0.2, HALF_A_BOND_APART, "HNO3", 0.9, False),
    ],
)
def test_doubtful_atoms_that_stand_alone_are_there_if_they_read_as_a_counter_ion(
    existence: float, x: float, text: str, probability: float, seen: bool
) -> None:
    readings = [LabelReading(2, text, probability)]
    ((graph, _, _),) = decoded(existence, x).graphs(1, readings)
    assert graph.labels == (("", "", text) if seen else ("", ""))


def test_one_counter_ion_is_seen_at_each_place() -> None:
    one = decoded(0.2, FAR)
    twice = Decoded(
        xy=np.array([*one.xy, one.xy[2] + (8, 0)], np.float32),
        heat=one.heat[[0, 1, 2, 2]],
        image_index=np.zeros(4, np.int64),
        exists=np.array([1, 1, 0.2, 0.3], np.float32),
        label=one.label[[0, 1, 2, 2]],
        charge=one.charge[[0, 1, 2, 2]],
        pairs=one.pairs,
        edge=one.edge,
        apart=np.array([False, False, True, True]),
        to_read=np.array([2, 3]),
    )
    readings = [LabelReading(2, "HNO3", 0.9), LabelReading(3, "HNO3", 0.9)]
    ((graph, _, _),) = twice.graphs(1, readings)
    assert graph.labels == ("", "", "HNO3")
    assert graph.xy[2, 0] == 24 + FAR + 8


@pytest.mark.parametrize(
    ("existence", "x", "score"), [(0.1, 24.0, 0.7), (0.1, FAR, 0.0), (0.9, 24.0, 0.0)]
)
def test_what_is_left_out_beside_the_graph_is_told(
    existence: float, x: float, score: float
) -> None:
    readings = [LabelReading(2, "CH3OOC", 0.9)]
    ((_, _, alternatives),) = decoded(existence, x).graphs(1, readings)
    assert alternatives.passed_over == pytest.approx(score)
