"""A drawn graph over its picture, for people to check."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from assemble.graph import DIRECTED_KINDS, BondKind, MoleculeGraph

_COLOURS: dict[BondKind, tuple[int, int, int]] = {
    BondKind.SINGLE: (200, 120, 0),
    BondKind.DOUBLE: (0, 140, 0),
    BondKind.TRIPLE: (160, 0, 160),
    BondKind.AROMATIC: (0, 170, 170),
    BondKind.WEDGE: (0, 0, 230),
    BondKind.HASH: (0, 110, 255),
}
"""BGR; the other kinds are gray."""
_OTHER = (110, 110, 110)
_LABEL = (0, 0, 200)
MOST_PIXELS = 30_000_000
"""Pictures are not enlarged beyond this many pixels."""
LEAST_BOND = 40.0
"""Small pictures are enlarged so that a bond has at least this many pixels."""


def draw_overlay(gray: NDArray[np.uint8], graph: MoleculeGraph) -> NDArray[np.uint8]:
    """The picture in pale gray with bonds coloured by kind, atoms as dots and labels beside them.

    Args:
        gray: (H, W); graph: in its pixels.

    Returns:
        (H, W, 3) BGR, enlarged by a whole number if bonds are short.
    """
    zoom = 1
    if graph.n_bonds:
        most = int(np.clip(np.sqrt(MOST_PIXELS / gray.size), 1, 4))
        zoom = int(np.clip(np.ceil(LEAST_BOND / max(graph.bond_length(), 1.0)), 1, most))
    pale = (128 + gray.astype(np.float32) / 2).astype(np.uint8)
    size = (gray.shape[1] * zoom, gray.shape[0] * zoom)
    canvas = cv2.cvtColor(cv2.resize(pale, size), cv2.COLOR_GRAY2BGR)
    places = [(round((x + 0.5) * zoom), round((y + 0.5) * zoom)) for x, y in graph.xy.tolist()]
    for (begin, end), kind in zip(graph.bonds.tolist(), graph.kinds.tolist(), strict=True):
        colour = _COLOURS.get(BondKind(kind), _OTHER)
        if kind in DIRECTED_KINDS:
            cv2.arrowedLine(canvas, places[begin], places[end], colour, 2, cv2.LINE_AA)
        else:
            cv2.line(canvas, places[begin], places[end], colour, 2, cv2.LINE_AA)
    for place, label in zip(places, graph.labels, strict=True):
        cv2.circle(canvas, place, 3, (0, 0, 0) if not label else _LABEL, -1, cv2.LINE_AA)
        if label:
            at = (place[0] + 5, place[1] - 5)
            cv2.putText(canvas, label, at, cv2.FONT_HERSHEY_SIMPLEX, 0.5, _LABEL, 1, cv2.LINE_AA)
    return np.asarray(canvas, np.uint8)
