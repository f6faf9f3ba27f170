"""Hashed wedges that are nothing but broken lines (numpy only).

On a worn page a plain line is a row of dots, as a hashed wedge is. The dots of a wedge are strokes
across it: far from its tip they reach further to both sides than a line is wide.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assemble.graph import BondKind
from detectors.profiles import ink_beside
from detectors.vocabulary import edge_class, likeliest_edges

POINTS = 25
"""Places along a bond."""
OUTER = (0.4, 0.88)
"""Part of a bond, from its tip, where strokes across are wide and the atom's label is not yet."""
ASIDE = 4.5
"""Pixels of the canonical frame to both sides of a bond that are looked at."""
WIDER = 1.3
"""A hashed wedge is so many times wider than the lines of its page. On worn renders about half of
the doubtful wedges that are narrower are lines, though molecules with stereo are drawn there twice
as often as they are found."""
SURE = 0.97
"""Hashed wedges that are more probable than this are not questioned."""
STRAY = 0.02
"""What is left of the probability of a hashed wedge that is as narrow as a line."""

_SINGLE = edge_class(BondKind.SINGLE)
_FORWARD = edge_class(BondKind.HASH)
_BACKWARD = edge_class(BondKind.HASH, True)


def ink_spread(
    gray: NDArray[np.uint8], begin: NDArray[np.float32], end: NDArray[np.float32]
) -> NDArray[np.float64]:
    """(P,) root mean square distance of ink from the line of a bond, in pixels.

    Args:
        gray: (H, W) in the canonical frame, white paper.
        begin: (P, 2) the tips of bonds in its pixels; end: (P, 2) their other ends.
    """
    aside = np.arange(-ASIDE, ASIDE + 0.5, 0.5)
    ink = ink_beside(gray, begin, end, np.linspace(*OUTER, POINTS), aside).mean(1)
    spread: NDArray[np.float64] = np.sqrt((ink * aside**2).sum(1) / (ink.sum(1) + 1e-6))
    return spread


def without_broken_lines(
    edge: NDArray[np.float32],
    gray: NDArray[np.uint8],
    xy: NDArray[np.float32],
    pairs: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Probabilities of bonds on a worn page: doubtful hashed wedges as narrow as lines are lines.

    Args:
        edge: (P, classes) probabilities, the first that there is no bond.
        gray: (H, W) in the canonical frame.
        xy: (N, 2) atoms in its pixels; pairs: (P, 2) of them.
    """
    best = likeliest_edges(edge)
    lines = pairs[best == _SINGLE]
    hashed = np.isin(best, (_FORWARD, _BACKWARD))
    doubtful = np.flatnonzero(hashed & (edge[np.arange(len(edge)), best] < SURE))
    if not len(lines) or not len(doubtful):
        return edge
    tips = np.where(best[doubtful] == _FORWARD, 0, 1)
    begin, end = pairs[doubtful, tips], pairs[doubtful, 1 - tips]
    usual = np.median(ink_spread(gray, xy[lines[:, 0]], xy[lines[:, 1]]))
    narrow = doubtful[ink_spread(gray, xy[begin], xy[end]) < WIDER * usual]
    changed = edge.copy()
    for kind in (_FORWARD, _BACKWARD):
        changed[narrow, _SINGLE] += (1 - STRAY) * changed[narrow, kind]
        changed[narrow, kind] *= STRAY
    return changed
