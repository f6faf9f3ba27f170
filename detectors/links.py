"""Bonds that link parts of a molecule, on pages that have lost strokes (numpy and SciPy only)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from assemble.graph import BondKind
from detectors.vocabulary import edge_class, give, likeliest_edges

SINGLE = edge_class(BondKind.SINGLE)
LEAST = 0.02
"""Probability of a bond below which the page is believed."""
LIKELY = 0.7
"""Probability that the link gets: parts that lie just a bond apart are seldom two molecules."""
PART = 3
"""Atoms of the smallest part that a molecule falls into; smaller ones may be ions."""
LENGTHS = (0.75, 1.3)
"""Of a link, in typical bonds."""


def with_lost_links(
    edge: NDArray[np.float32], pairs: NDArray[np.int64], xy: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Probabilities of bonds, with the likeliest link between parts that lie a bond apart.

    Args:
        edge: (P, classes) probabilities.
        pairs: (P, 2) atoms.
        xy: (N, 2) their places in pixels.
    """
    real = likeliest_edges(edge) > 0
    lengths = np.linalg.norm(xy[pairs[:, 0]] - xy[pairs[:, 1]], axis=1)
    joined = coo_array((np.ones(real.sum()), pairs[real].T), (len(xy), len(xy)))
    _, part = connected_components(joined, directed=False)
    ends = part[pairs]
    large = (np.bincount(part)[ends] >= PART).all(1)
    ratio = lengths / np.median(lengths[real])
    near = (ratio > LENGTHS[0]) & (ratio < LENGTHS[1])
    rows = np.flatnonzero((ends[:, 0] != ends[:, 1]) & large & near & (edge[:, 0] < 1 - LEAST))
    out, linked = edge.copy(), set[frozenset[int]]()
    for row in rows[np.argsort(edge[rows, 0], kind="stable")].tolist():
        parts = frozenset(ends[row].tolist())
        if parts not in linked:
            linked.add(parts)
            give(out, row, SINGLE, LIKELY)
    return out
