"""Letters small enough for labels to be read: not upon each other, nor upon bonds of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assemble.graph import MoleculeGraph
from data.glyphs import Piece

SMALLER = 0.87
"""From one height of letters to the next one that is tried."""
LEAST = 0.26
"""Height of a capital, in bond lengths, that letters are not made smaller than."""
Boxes = NDArray[np.float64]
"""(K, 4): left, top, right, bottom."""


def legible_capital(
    graph: MoleculeGraph, written: Mapping[int, Sequence[Piece]], capital: float
) -> float:
    """The height of capitals at which no label lies on another or on a bond of other atoms.

    Args:
        graph: in bond lengths.
        written: the characters of each label by its atom, in capital heights.
        capital: the height that is wanted, bond lengths.

    Returns:
        That, or as much less as is needed, down to :data:`LEAST`.
    """
    owner = np.array([i for i, pieces in written.items() for _ in pieces], np.int64)
    if not len(owner):
        return capital
    least = min(capital, LEAST)
    boxes = np.array([piece.box for pieces in written.values() for piece in pieces])
    places = graph.xy.astype(np.float64)
    while capital > LEAST:
        on_page = np.tile(places[owner], 2) + boxes * capital
        if not (_met(on_page, owner) or _struck(on_page, owner, places, graph.bonds)):
            return capital
        capital *= SMALLER
    return least


def _met(boxes: Boxes, owner: NDArray[np.int64]) -> bool:
    """Whether characters of different labels meet."""
    low, high = boxes[:, :2], boxes[:, 2:]
    apart = (low[:, None] >= high[None]).any(-1)
    return bool((~(apart | apart.T) & (owner[:, None] != owner)).any())


def _struck(
    boxes: Boxes,
    owner: NDArray[np.int64],
    places: NDArray[np.float64],
    bonds: NDArray[np.int32],
) -> bool:
    """Whether a bond of other atoms passes through a character."""
    start, step = places[bonds[:, 0]], places[bonds[:, 1]] - places[bonds[:, 0]]
    step = np.where(np.abs(step) < 1e-9, 1e-9, step)
    # where along the bond (0 to 1) it is between the box's sides, in x and in y
    first = (boxes[:, None, :2] - start) / step
    last = (boxes[:, None, 2:] - start) / step
    enters = np.minimum(first, last).max(-1)
    leaves = np.maximum(first, last).min(-1)
    inside = (enters < leaves) & (enters < 1) & (leaves > 0)
    return bool((inside & (owner[:, None, None] != bonds).all(-1)).any())
