"""Parts of a molecule whose link a worn page has lost."""

import numpy as np
import pytest

from detectors.links import LIKELY, SINGLE, with_lost_links

XY = np.array([(26 * i, 20 * (i % 2)) for i in range(8)], np.float32)
"""A zigzag of eight atoms."""
PAIRS = np.array([(i, i + 1) for i in range(7)] + [(3, 5), (2, 4)])


def zigzag(link: float, other: float = 0.0) -> np.ndarray:
    """Bonds along the zigzag; the one in the middle has this probability, two others cross it."""
    edge = np.zeros((len(PAIRS), 4), np.float32)
    edge[:, SINGLE] = [0.99, 0.99, 0.99, link, 0.99, 0.99, 0.99, other, other]
    edge[:, 0] = 1 - edge[:, SINGLE]
    return edge


@pytest.mark.parametrize("link", [0.03, 0.4])
def test_parts_a_bond_apart_are_linked_where_it_is_likeliest(link):
    edge = zigzag(link, 0.9 * link)
    found = with_lost_links(edge, PAIRS, XY)
    assert found[3, SINGLE] == np.float32(LIKELY)
    np.testing.assert_allclose(found.sum(1), 1.0, rtol=1e-5)
    np.testing.assert_array_equal(np.delete(found, 3, 0), np.delete(edge, 3, 0))


def test_whole_molecules_and_distant_or_small_parts_stay_as_they_are():
    whole = zigzag(0.9, 0.4)
    unlikely = zigzag(0.01)
    small = zigzag(0.4)
    small[1, [0, SINGLE]] = small[5, [0, SINGLE]] = (0.99, 0.01)  # parts of two atoms
    for edge in (whole, unlikely, small):
        np.testing.assert_array_equal(with_lost_links(edge, PAIRS, XY), edge)
    apart = XY + np.where(np.arange(8) > 3, 30, 0)[:, None]
    np.testing.assert_array_equal(with_lost_links(zigzag(0.4), PAIRS, apart), zigzag(0.4))
