"""Tells structures from photos, text and tables that the networks found bonds in."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from assemble.graph import MoleculeGraph
from detectors.ink import ink_level

LEAST_SCORE = 0.55
"""Mean score of atoms and bonds below which what was found is no structure."""
MOST_LONELY = 0.5
"""Share of atoms without a bond above which what was found is text."""
LEAST_EXPLAINED = 0.4
"""Share of the ink that must lie at the graph. Of real drawings that are read right few have less
than 0.8, and those with the longest captions 0.45."""
FEW_BONDS = 3
LEAST_EXPLAINED_BY_FEW = 0.6
"""The same for graphs with fewer bonds than that: any page has a stroke or two."""
GRID_BONDS = 6
GRID_SHARE = 0.95
"""From so many bonds on, a graph is a table if this share of its bonds is upright or level, and
this share of its atoms has no label (Fischer projections have labels)."""
GRID_ANGLE = 4.0
"""Degrees from the axes."""
SQUARE_ANGLE = 5.0
"""Degrees from 90 or 180 within which an angle is a right or a straight one."""
LOW_SCORE = 0.7
WORKING_BOND = 32.0
"""Pixels of a bond at which the ink is looked at; finer pictures are shrunk to it."""


def why_no_structure(graph: MoleculeGraph, gray: NDArray[np.uint8]) -> str:
    """Why a graph is no molecule that somebody drew; "" if it may well be one.

    Args:
        graph: as read, in pixels of the picture.
        gray: (H, W), the picture.
    """
    if not graph.n_atoms:
        return "nothing that looks like a structure"
    if not graph.n_bonds:
        return "no bonds found"
    lonely = 1 - len(set(graph.bonds.reshape(-1).tolist())) / graph.n_atoms
    if lonely > MOST_LONELY:
        return "text rather than a structure: most atoms have no bond"
    scores = np.concatenate([graph.atom_scores, graph.bond_scores])
    if float(scores.mean()) < LEAST_SCORE:
        return "nothing that is surely a structure"
    if is_grid(graph):
        return "lines of a table or chart rather than a structure"
    least = LEAST_EXPLAINED if graph.n_bonds >= FEW_BONDS else LEAST_EXPLAINED_BY_FEW
    explained = explained_ink(graph, gray)
    if explained < least:
        return "most of what is drawn is no structure"
    weights, least_likeness = _model()
    if float(features(graph, explained) @ weights) < least_likeness:
        return "lines that are hardly those of a structure"
    return ""


@cache
def _model() -> tuple[NDArray[np.float64], float]:
    """Coefficients of the features, and the sum below which a graph is refused."""
    record = json.loads((files("graphparse") / "weights" / "refusal.json").read_text())
    return np.array(record["coefficients"], np.float64), float(record["least"])


def features(graph: MoleculeGraph, explained: float) -> NDArray[np.float64]:
    """(11,) what tells drawings of molecules from other lines.

    Chemists draw bonds of one length at angles of 120 degrees; charts and diagrams are upright,
    level, and of any length. Logs of the numbers of bonds, and of fragments for each bond; mean
    score, and share of low scores; share of the ink explained; shares of atoms without a bond,
    without a label, and with more than four bonds; share of bonds that are upright or level;
    spread of the lengths; share of the angles that are right or straight.

    Args:
        graph: as read, in pixels of the picture; at least one bond.
        explained: share of the ink, see :func:`explained_ink`.
    """
    scores = np.concatenate([graph.atom_scores, graph.bond_scores])
    degree = np.bincount(graph.bonds.reshape(-1), minlength=graph.n_atoms)
    steps = (graph.xy[graph.bonds[:, 1]] - graph.xy[graph.bonds[:, 0]]).astype(np.float64)
    lengths = np.log(np.linalg.norm(steps, axis=1) + 1e-3)
    angles = angles_of(graph)
    square = np.minimum(np.abs(angles - 90), np.abs(angles - 180)) < SQUARE_ANGLE
    links = coo_array(
        (np.ones(graph.n_bonds), (graph.bonds[:, 0], graph.bonds[:, 1])), (graph.n_atoms,) * 2
    )
    fragments = connected_components(links, directed=False)[0]
    return np.array(
        [
            np.log(graph.n_bonds),
            np.log(fragments / graph.n_bonds),
            scores.mean(),
            np.mean(scores < LOW_SCORE),
            explained,
            np.mean(degree == 0),
            np.mean([not label for label in graph.labels]),
            np.mean(degree > 4),
            np.mean(_off_axes(graph) < GRID_ANGLE),
            np.quantile(lengths, 0.9) - np.quantile(lengths, 0.1),
            square.mean() if len(square) else 0.0,
        ]
    )


def angles_of(graph: MoleculeGraph) -> NDArray[np.float64]:
    """(K,) degrees between neighbouring bonds of each atom: as many as it has bonds, if several."""
    around: list[list[float]] = [[] for _ in range(graph.n_atoms)]
    for begin, end in graph.bonds.tolist():
        x, y = (graph.xy[end] - graph.xy[begin]).tolist()
        around[begin].append(np.degrees(np.arctan2(y, x)) % 360)
        around[end].append(np.degrees(np.arctan2(-y, -x)) % 360)
    found = [np.diff([*sorted(some), min(some) + 360]) for some in around if len(some) > 1]
    turns = np.concatenate(found) if found else np.zeros(0)
    return np.minimum(turns, 360 - turns)


def is_grid(graph: MoleculeGraph) -> bool:
    """Whether a graph is nothing but unlabelled lines that are upright or level."""
    if graph.n_bonds < GRID_BONDS:
        return False
    off = _off_axes(graph)
    bare = sum(not label for label in graph.labels) / graph.n_atoms
    return bool(np.mean(off < GRID_ANGLE) >= GRID_SHARE and bare >= GRID_SHARE)


def _off_axes(graph: MoleculeGraph) -> NDArray[np.float32]:
    """(M,) degrees between each bond and the nearer axis, 0 to 45."""
    along = np.abs(graph.xy[graph.bonds[:, 1]] - graph.xy[graph.bonds[:, 0]])
    return np.degrees(np.arctan2(along.min(axis=1), along.max(axis=1)))


def explained_ink(graph: MoleculeGraph, gray: NDArray[np.uint8]) -> float:
    """Share of a picture's ink that lies at bonds, atoms and labels of a graph; 1.0 without ink.

    Args:
        graph: in pixels of the picture.
        gray: (H, W), dark ink on white paper.
    """
    bond = max(graph.bond_length(), 1.0)
    factor = min(1.0, WORKING_BOND / bond)
    height, width = (max(1, round(side * factor)) for side in gray.shape)
    small = np.asarray(cv2.resize(gray, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    if int(small.min()) == int(small.max()):
        return 1.0
    ink = small < ink_level(small)
    bond *= factor
    places = [(round(x), round(y)) for x, y in (graph.xy * factor).tolist()]
    cover = np.zeros((height, width), np.uint8)
    for begin, end in graph.bonds.tolist():
        cv2.line(cover, places[begin], places[end], 1, max(3, round(0.7 * bond)))
    for (x, y), label in zip(places, graph.labels, strict=True):
        # the text may stand on either side of its atom
        reach, rise = round((0.5 + 0.35 * len(label)) * bond), round(0.6 * bond)
        cv2.rectangle(cover, (x - reach, y - rise), (x + reach, y + rise), 1, -1)
    return float((ink & (cover > 0)).sum() / max(int(ink.sum()), 1))
