"""Hashed wedges and broken lines on worn pages."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from assemble.graph import BondKind
from detectors.hashes import STRAY, ink_spread, without_broken_lines
from detectors.vocabulary import N_EDGE_CLASSES, edge_class

LENGTH = 26.5
XY = np.array([(30 + LENGTH * i, 40 + 13 * (i % 2)) for i in range(6)], np.float32)
"""A zigzag."""
PAIRS = np.array([(i, i + 1) for i in range(5)])
ASKED = 2
"""Row of the bond in question."""


def page(wedge: bool, backward: bool = False) -> NDArray[np.uint8]:
    """Lines of dots; one of them may be a hashed wedge, strokes across that grow."""
    gray = np.full((96, 200), 255, np.uint8)
    for row, (i, j) in enumerate(PAIRS.tolist()):
        p, q = (XY[j], XY[i]) if backward else (XY[i], XY[j])
        aside = np.array([q[1] - p[1], p[0] - q[0]]) / np.linalg.norm(q - p)
        for t in np.arange(0.1, 1.0, 0.16):
            reach = 4.5 * t if wedge and row == ASKED else 0.5
            at = p + t * (q - p)
            ends = [
                tuple(np.rint(8 * (at + side * reach * aside)).astype(int).tolist())
                for side in (-1, 1)
            ]
            cv2.line(gray, *ends, 0, 1, cv2.LINE_AA, 3)
    return gray


def probabilities(hashed: float, backward: bool = False) -> NDArray[np.float32]:
    """All pairs are single bonds, but for one that is a hashed wedge with a probability."""
    edge = np.zeros((len(PAIRS), N_EDGE_CLASSES), np.float32)
    edge[:, 0], edge[:, edge_class(BondKind.SINGLE)] = 0.001, 0.999
    edge[ASKED, edge_class(BondKind.SINGLE)] = 0.999 - hashed
    edge[ASKED, edge_class(BondKind.HASH, backward)] = hashed
    return edge


def test_ink_of_a_wedge_reaches_further_aside() -> None:
    line = ink_spread(page(False), XY[:-1], XY[1:])
    wedge = ink_spread(page(True), XY[:-1], XY[1:])
    assert line.max() / line.min() < 1.25
    assert wedge[ASKED] > 1.5 * line[ASKED]


@pytest.mark.parametrize("backward", [False, True])
def test_a_doubtful_wedge_as_narrow_as_a_line_is_one(backward: bool) -> None:
    kind = edge_class(BondKind.HASH, backward)
    found = without_broken_lines(probabilities(0.9, backward), page(False, backward), XY, PAIRS)
    assert found[ASKED].argmax() == edge_class(BondKind.SINGLE)
    assert found[ASKED, kind] == pytest.approx(0.9 * STRAY)
    np.testing.assert_allclose(found.sum(1), 1.0, atol=1e-5)


@pytest.mark.parametrize(("wedge", "hashed"), [(True, 0.9), (False, 0.98)])
def test_wide_wedges_and_those_beyond_doubt_stay(wedge: bool, hashed: float) -> None:
    edge = probabilities(hashed)
    np.testing.assert_array_equal(without_broken_lines(edge, page(wedge), XY, PAIRS), edge)
