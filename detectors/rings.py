"""Six-rings that lack one line of a double bond, on pages that have lost strokes (numpy only)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assemble.graph import BondKind
from detectors.vocabulary import edge_class, give, likeliest_edges

SINGLE, DOUBLE = edge_class(BondKind.SINGLE), edge_class(BondKind.DOUBLE)
LEAST = 0.01
"""Probability of the double bond below which the page is believed."""
LIKELY = 0.7
"""Probability that it gets: rings with two double bonds where three could be are rare, and worn
pages are not."""


def with_lost_lines(
    edge: NDArray[np.float32], pairs: NDArray[np.int64], room: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Probabilities of bonds, with the third double bond of rings that show two alternating ones.

    Args:
        edge: (P, classes) probabilities.
        pairs: (P, 2) atoms.
        room: (N,) bonds that an atom can have, a double bond counted twice.
    """
    best = likeliest_edges(edge)
    near = [_neighbours(pairs[best == kind], len(room)) for kind in (SINGLE, DOUBLE)]
    orders = np.zeros(len(room), np.int64)
    np.add.at(orders, pairs[best > 0], 1)
    np.add.at(orders, pairs[best == DOUBLE], 1)
    free = room > orders
    out = edge
    for row in np.flatnonzero((best == SINGLE) & (edge[:, DOUBLE] >= LEAST)).tolist():
        a, b = pairs[row].tolist()
        if free[a] and free[b] and not near[1][a] | near[1][b] and _alternates(a, b, *near):
            out = edge.copy() if out is edge else out
            give(out, row, DOUBLE, LIKELY)
    return out


def _neighbours(pairs: NDArray[np.int64], count: int) -> list[set[int]]:
    found: list[set[int]] = [set() for _ in range(count)]
    for a, b in pairs.tolist():
        found[a].add(b)
        found[b].add(a)
    return found


def _alternates(a: int, b: int, single: list[set[int]], double: list[set[int]]) -> bool:
    """Whether a way of single, double, single, double and single bond leads from a to b."""
    return any(
        b in single[fifth]
        for second in single[a] - {b}
        for third in double[second]
        for fourth in single[third] - {second}
        for fifth in double[fourth]
    )
