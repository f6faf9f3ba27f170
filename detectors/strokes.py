"""Is there ink where a bond is said to be? (numpy only)

The refiner knows how molecules are drawn and may complete what a worn page lacks. On a page whose
strokes are whole it must not: two atoms that lie a bond apart and have no stroke have no bond.
The same measure tells on which pages a line may have got lost.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detectors.hashes import without_broken_lines
from detectors.links import with_lost_links
from detectors.profiles import ink_beside
from detectors.rings import with_lost_lines
from detectors.vocabulary import likeliest_edges

POINTS = 33
"""Places along a bond."""
ASIDE = 4.5
"""Pixels of the canonical frame to both sides of a bond where its stroke may lie."""
INKED = 0.35
"""Of the darkness of a typical stroke of the page: what is as dark is ink."""
WHOLE, WORST = 0.9, 0.25
"""Strokes of a page are whole if so much of a bond is inked, of all bonds but this share."""
FEWEST = 4
"""Bonds; fewer do not tell whether strokes are whole."""
BARE = 0.4
"""A bond of which less is inked has no stroke: what ink there is belongs to what it ends at."""
DOUBTFUL = 0.998
"""Bonds that are more probable than this are not questioned."""
STRAY = 0.02
"""What is left of the probability of a bond that has no stroke on such a page."""


def stroke_coverage(
    gray: NDArray[np.uint8], xy: NDArray[np.float32], pairs: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(P,) share of the way between two atoms where there is ink.

    Args:
        gray: (H, W) in the canonical frame, white paper.
        xy: (N, 2) atoms in its pixels; pairs: (P, 2) of them.
    """
    if not len(pairs):
        return np.zeros(0)
    aside = np.arange(-ASIDE, ASIDE + 0.5)
    begin, end = xy[pairs[:, 0]], xy[pairs[:, 1]]
    darkness = ink_beside(gray, begin, end, np.linspace(0, 1, POINTS), aside).max(-1)
    share: NDArray[np.float64] = (darkness > INKED * np.median(darkness)).mean(1)
    return share


def weighed(
    edge: NDArray[np.float32],
    gray: NDArray[np.uint8],
    xy: NDArray[np.float32],
    pairs: NDArray[np.int64],
    room: NDArray[np.int64],
) -> tuple[NDArray[np.float32], bool]:
    """Probabilities of bonds in the light of what strokes the page has.

    On a page with whole strokes those of bonds without one are lowered; on a worn one, broken lines
    are told from hashed wedges, rings that lack a line are completed and parts a bond apart linked.

    Args:
        edge: (P, classes) probabilities, the first that there is no bond.
        gray: (H, W) in the canonical frame.
        xy: (N, 2) atoms in its pixels; pairs: (P, 2) of them.
        room: (N,) see :func:`detectors.rings.with_lost_lines`.

    Returns:
        The probabilities, and whether the page has lost strokes.
    """
    bonds = np.flatnonzero(likeliest_edges(edge))
    if len(bonds) < FEWEST:
        return edge, False
    coverage = stroke_coverage(gray, xy, pairs[bonds])
    if np.quantile(coverage, WORST) < WHOLE:
        edge = without_broken_lines(edge, gray, xy, pairs)
        return with_lost_links(with_lost_lines(edge, pairs, room), pairs, xy), True
    bare = bonds[(coverage < BARE) & (edge[bonds, 0] > 1 - DOUBTFUL)]
    if not len(bare):
        return edge, False
    lowered = edge.copy()
    lowered[bare, 1:] *= STRAY
    lowered[bare, 0] = 1 - lowered[bare, 1:].sum(1)
    return lowered, False
