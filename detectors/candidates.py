"""From maps to candidates: keypoints, and pairs of them that may be bonded (numpy only)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from detectors.frame import STRIDE

NEIGHBOURS = 8
REACH = 84.0
"""Pairs further apart than this many pixels need a detected midpoint."""
END_TOLERANCE = 10.0
"""Pixels between the end that a midpoint predicts and the atom taken for it."""


@dataclass(frozen=True, slots=True)
class Keypoints:
    """Local maxima of one heat map, strongest first."""

    xy: NDArray[np.float32]
    """(N, 2) image pixels."""
    scores: NDArray[np.float32]
    """(N,) heat in [0, 1]."""
    cells: NDArray[np.int64]
    """(N, 2) column and row of the cell."""


def find_keypoints(
    heat: NDArray[np.float32],
    offsets: NDArray[np.float32],
    threshold: float,
    distance: float,
    most: int = 400,
) -> Keypoints:
    """Peaks of a map, thinned so that no two are closer than ``distance`` pixels.

    Args:
        heat: (h, w) probabilities; offsets: (2, h, w) in cells.
        threshold: least heat of a peak.
        distance: pixels within which the weaker of two peaks is dropped.
        most: keep at most this many.
    """
    padded = np.pad(heat, 1, constant_values=-1.0)
    h, w = heat.shape
    highest = np.max([padded[y : y + h, x : x + w] for y in range(3) for x in range(3)], axis=0)
    rows, columns = np.nonzero((heat >= highest) & (heat > threshold))
    scores = heat[rows, columns]
    order = np.argsort(-scores, kind="stable")[:most]
    rows, columns, scores = rows[order], columns[order], scores[order]
    cells = np.stack([columns, rows], -1)
    shift = np.clip(offsets[:, rows, columns].T, -1.5, 1.5)
    xy = ((cells + shift) * STRIDE + (STRIDE - 1) / 2).astype(np.float32)
    keep = np.ones(len(xy), bool)
    if len(xy) > 1:
        # pairs are (stronger, weaker): a peak falls only to one that stands itself
        for strong, weak in sorted(cKDTree(xy).query_pairs(distance)):
            if keep[strong]:
                keep[weak] = False
    return Keypoints(xy[keep], scores[keep].astype(np.float32), cells[keep])


def without_faint(found: Keypoints, threshold: float, sure: float, distance: float) -> Keypoints:
    """Keypoints without the faint ones, but for those where nothing surer is near.

    A label that stands alone, as that of a counter-ion, has no bond to draw the eye to it: its
    peaks are low, and the lower ones may lie best. Elsewhere faint peaks only confuse.

    Args:
        found: peaks, faint ones among them.
        threshold: heat up to which a peak is faint.
        sure: heat above which a peak makes do without the faint ones around it.
        distance: pixels within which it does.
    """
    keep = found.scores > threshold
    strong = found.xy[found.scores > sure]
    if len(strong):
        keep |= cKDTree(strong).query(found.xy)[0] > distance
    return Keypoints(found.xy[keep], found.scores[keep], found.cells[keep])


def predicted_ends(middles: Keypoints, shape: NDArray[np.float32]) -> NDArray[np.float32]:
    """(K, 2, 2) both ends of the bonds that the midpoints stand for, in image pixels.

    Args:
        middles: keypoints of the midpoint map.
        shape: (3, h, w) cos 2a, sin 2a, log2 length in pixels.
    """
    x, y = middles.cells.T
    cos2, sin2, log_length = shape[:, y, x]
    angle = np.arctan2(sin2, cos2) / 2
    half = np.exp2(np.clip(log_length, 0, 9)) / 2
    along = np.stack([np.cos(angle), np.sin(angle)], -1) * half[:, None]
    return np.stack([middles.xy - along, middles.xy + along], 1).astype(np.float32)


def candidate_pairs(xy: NDArray[np.float32], ends: NDArray[np.float32]) -> NDArray[np.int64]:
    """Pairs of atoms worth looking at, too many on purpose.

    Near neighbours of each atom, and whatever pair a midpoint points at, however long.

    Args:
        xy: (N, 2) atoms; ends: (K, 2, 2) predicted ends of bonds, both in pixels.

    Returns:
        (P, 2) indices i < j, each pair once, in order.
    """
    n = len(xy)
    if n < 2:
        return np.zeros((0, 2), np.int64)
    tree = cKDTree(xy)
    distance, near = tree.query(xy, k=min(NEIGHBOURS + 1, n), distance_upper_bound=REACH)
    i = np.repeat(np.arange(n), near.shape[1])
    j = near.reshape(-1)
    good = np.isfinite(distance.reshape(-1)) & (i != j)
    pairs = [np.stack([i[good], j[good]], -1)]
    if len(ends):
        gap, atom = tree.query(ends.reshape(-1, 2))
        atom, gap = atom.reshape(-1, 2), gap.reshape(-1, 2)
        pairs.append(atom[(gap < END_TOLERANCE).all(1) & (atom[:, 0] != atom[:, 1])])
    both = np.sort(np.concatenate(pairs), axis=1)
    return np.unique(both, axis=0).astype(np.int64)
