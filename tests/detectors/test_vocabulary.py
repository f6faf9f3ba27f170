import numpy as np
import pytest

from assemble.graph import DIRECTED_KINDS, BondKind
from detectors import vocabulary as v


@pytest.mark.parametrize("label", ["", "N", "CO2Et", "N(CH3)2", "13CH3", "R'", "NH3+", "O-"])
def test_encode_decode_round_trip(label: str) -> None:
    assert v.decode(v.encode(label)) == label


def test_long_labels_are_cut_and_unknown_characters_marked() -> None:
    assert v.decode(v.encode("C" * 50)) == "C" * v.MAX_LABEL
    assert v.decode(v.encode("N\u00e9")) == "N?"


def test_label_classes_are_unique_and_invertible() -> None:
    assert len(set(v.COMMON_LABELS)) == len(v.COMMON_LABELS)
    for label in v.COMMON_LABELS:
        assert v.label_of_class(v.label_class(label)) == label
    assert v.label_of_class(v.label_class("unheard of")) is None
    assert v.label_of_class(v.BARE_CARBON) == ""


def test_turning_an_edge_twice_changes_nothing() -> None:
    assert (v.REVERSED_EDGE[v.REVERSED_EDGE] == np.arange(v.N_EDGE_CLASSES)).all()


@pytest.mark.parametrize("kind", list(BondKind))
def test_only_directed_kinds_have_a_reverse(kind: BondKind) -> None:
    forth, back = v.edge_class(kind), v.edge_class(kind, True)
    assert (forth != back) == (kind in DIRECTED_KINDS)
    assert v.REVERSED_EDGE[forth] == back


def test_kinds_that_vie_with_each_other_are_a_bond_all_the_same() -> None:
    edge = np.zeros((3, v.N_EDGE_CLASSES), np.float32)
    edge[0, :3] = (0.36, 0.30, 0.34)
    edge[1, :3] = (0.51, 0.49, 0.0)
    edge[2, :3] = (0.2, 0.8, 0.0)
    assert v.likeliest_edges(edge).tolist() == [2, 0, 1]


def test_what_one_class_is_given_the_others_lack() -> None:
    edge = np.array([[0.6, 0.3, 0.1], [0.2, 0.8, 0.0]], np.float32)
    v.give(edge, 0, 1, 0.7)
    np.testing.assert_allclose(edge, [[0.6 * 0.3 / 0.7, 0.7, 0.1 * 0.3 / 0.7], [0.2, 0.8, 0]], 1e-6)
