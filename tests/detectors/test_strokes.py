"""Bonds without a stroke, on pages whose other bonds have theirs."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.rings import LIKELY
from detectors.strokes import STRAY, stroke_coverage, weighed

LENGTH = 26.5
XY = np.array([(30 + LENGTH * i, 40 + 13 * (i % 2)) for i in range(9)], np.float32)
"""A zigzag."""
PAIRS = np.array([(i, i + 1) for i in range(8)])
ROOM = np.full(9, 4)


def page(drawn: list[int], broken: bool = False) -> NDArray[np.uint8]:
    """Strokes of some of the pairs; broken ones are dashes."""
    gray = np.full((96, 280), 255, np.uint8)
    for row in drawn:
        p, q = XY[PAIRS[row]]
        parts = [(0.0, 0.25), (0.4, 0.6), (0.8, 1.0)] if broken else [(0.0, 1.0)]
        for a, b in parts:
            ends = [tuple(np.rint(p + t * (q - p)).astype(int).tolist()) for t in (a, b)]
            cv2.line(gray, ends[0], ends[1], 0, 2)
    return gray


def probabilities(bond: float) -> NDArray[np.float32]:
    """All pairs are single bonds, the middle one with this probability."""
    edge = np.tile(np.array([0.0005, 0.9995, 0.0], np.float32), (len(PAIRS), 1))
    edge[4] = (1 - bond, bond, 0.0)
    return edge


def test_coverage_is_the_share_of_the_way_with_ink() -> None:
    found = stroke_coverage(page([0, 1, 2, 3, 5, 6, 7]), XY, PAIRS)
    assert (np.delete(found, 4) > 0.97).all()
    assert found[4] < 0.3  # the neighbours' ends
    assert stroke_coverage(page([0]), XY, PAIRS[:0]).shape == (0,)
    many = stroke_coverage(page([0, 1, 2, 3, 5, 6, 7]), XY, np.tile(PAIRS, (200, 1)))
    np.testing.assert_array_equal(many, np.tile(found, 200))


def test_a_bond_without_a_stroke_is_none_on_a_whole_page() -> None:
    edge, _ = weighed(probabilities(0.97), page([0, 1, 2, 3, 5, 6, 7]), XY, PAIRS, ROOM)
    assert edge.argmax(1).tolist() == [1, 1, 1, 1, 0, 1, 1, 1]
    assert edge[4, 1] == pytest.approx(0.97 * STRAY)
    np.testing.assert_allclose(edge.sum(1), 1.0, atol=1e-5)


@pytest.mark.parametrize(
    ("drawn", "broken", "bond"),
    [
        ([0, 1, 2, 3, 4, 5, 6, 7], False, 0.97),  # it has a stroke
        ([0, 1, 2, 3, 5, 6, 7], True, 0.97),  # strokes are broken: one may be lost
        ([0, 1, 2, 3, 5, 6, 7], False, 0.9995),  # beyond doubt
    ],
)
def test_other_bonds_are_left_alone(drawn: list[int], broken: bool, bond: float) -> None:
    edge = probabilities(bond)
    found, lost = weighed(edge, page(drawn, broken), XY, PAIRS, ROOM)
    np.testing.assert_array_equal(found, edge)
    assert lost == broken


CORNERS = np.array(
    [(60 + LENGTH * np.cos(a), 48 + LENGTH * np.sin(a)) for a in np.arange(6) * np.pi / 3],
    np.float32,
)
RING = np.array([(i, (i + 1) % 6) for i in range(6)])


def ring_read(broken: bool, lost: float, room: int = 4) -> list[int]:
    """Orders of a ring with two double bonds, if the third is one with a probability."""
    gray = np.full((96, 128), 255, np.uint8)
    for i, j in RING.tolist():
        for t in np.arange(0, 1, 0.2):
            p, q = (CORNERS[i] * (1 - s) + CORNERS[j] * s for s in (t, t + 0.1 * (2 - broken)))
            cv2.line(gray, *(tuple(np.rint(end).astype(int).tolist()) for end in (p, q)), 0, 1)
    edge = np.zeros((6, 4), np.float32)
    edge[:, 1] = edge[:, 2] = 0.001
    edge[[1, 3], 2] = edge[[0, 2, 4], 1] = 0.999
    edge[5, 1:3] = (1 - lost, lost)
    found, _ = weighed(edge, gray, CORNERS, RING, np.full(6, room))
    np.testing.assert_allclose(found[5].sum(), 1.0, atol=1e-5)
    if found[5].argmax() == 2:
        assert found[5, 2] == pytest.approx(LIKELY)
    return found.argmax(1).tolist()


def test_rings_are_completed_where_a_line_may_have_got_lost() -> None:
    assert ring_read(broken=True, lost=0.05) == [1, 2, 1, 2, 1, 2]
    assert ring_read(broken=True, lost=0.002) == [1, 2, 1, 2, 1, 1]  # surely none
    assert ring_read(broken=False, lost=0.05) == [1, 2, 1, 2, 1, 1]  # nothing gets lost here
    assert ring_read(broken=True, lost=0.05, room=2) == [1, 2, 1, 2, 1, 1]  # no room
