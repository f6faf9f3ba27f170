"""Methyl groups whose stroke a worn page has lost: their labels show it (numpy only)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assemble.graph import BondKind, MoleculeGraph

LACKING = {"O": 1, "S": 1, "N": 2}
"""Labels without hydrogens, and the single bonds beside which they lack just one more."""
LIKELY = 0.8
"""Probability that it led to a methyl group: hydrogens would be in the label, and any other atom
would have a label or strokes of its own."""
_PLAIN = (BondKind.SINGLE, BondKind.WEDGE, BondKind.HASH)


def with_lost_methyls(graph: MoleculeGraph) -> tuple[MoleculeGraph, int]:
    """A graph of a page that has lost strokes, with the methyl groups that its labels call for.

    ``O`` with one single bond is no ``OH``, and ``N`` with two is no ``NH``.

    Args:
        graph: as seen.

    Returns:
        The graph, added atoms and bonds behind the others, and how many there are.
    """
    length = graph.bond_length()
    ends: list[list[int]] = [[] for _ in range(graph.n_atoms)]
    plain = np.ones(graph.n_atoms, bool)
    for (a, b), kind in zip(graph.bonds.tolist(), graph.kinds.tolist(), strict=True):
        ends[a].append(b)
        ends[b].append(a)
        plain[[a, b]] &= kind in _PLAIN
    lacking = [
        atom
        for atom, label in enumerate(graph.labels)
        if plain[atom] and not graph.charges[atom] and len(ends[atom]) == LACKING.get(label, -1)
    ]
    if not lacking:
        return graph, 0
    added = len(lacking)
    return replace(
        graph,
        xy=np.concatenate([graph.xy, [_free_place(graph.xy, atom, length) for atom in lacking]]),
        labels=(*graph.labels, *[""] * added),
        charges=np.append(graph.charges, np.zeros(added)),
        bonds=np.concatenate(
            [graph.bonds, np.stack([lacking, graph.n_atoms + np.arange(added)], 1)]
        ),
        kinds=np.append(graph.kinds, np.full(added, BondKind.SINGLE)),
        atom_scores=np.append(graph.atom_scores, np.full(added, LIKELY)),
        bond_scores=np.append(graph.bond_scores, np.ones(added)),
    ), added


def _free_place(xy: NDArray[np.float32], atom: int, length: float) -> NDArray[np.float32]:
    """(2,) of the places a bond's length from an atom the one that is farthest from all others."""
    angles = np.arange(12) * np.pi / 6
    places = xy[atom] + length * np.stack([np.cos(angles), np.sin(angles)], 1)
    others = np.delete(xy, atom, 0)
    gaps = np.linalg.norm(places[:, None] - others, axis=-1).min(1)
    best: NDArray[np.float32] = places[int(gaps.argmax())].astype(np.float32)
    return best
