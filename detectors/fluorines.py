"""Fluorine whose letter a worn page has robbed of its level strokes: it looks like an I."""

from __future__ import annotations

from dataclasses import replace

from assemble.graph import MoleculeGraph

LIKELY = 0.8
"""Probability that an I on a carbon that bears fluorine is an F: molecules with both on one carbon
are rare, and trifluoromethyl groups are not."""


def with_whole_fluorines(graph: MoleculeGraph) -> tuple[MoleculeGraph, int]:
    """A graph of a page that has lost strokes, with ``F`` for each ``I`` beside an ``F``.

    Args:
        graph: as seen.

    Returns:
        The graph, and how many letters were taken for others.
    """
    beside: list[list[int]] = [[] for _ in range(graph.n_atoms)]
    for a, b in graph.bonds.tolist():
        beside[a].append(b)
        beside[b].append(a)
    labels, scores = list(graph.labels), graph.atom_scores.copy()
    for atom, label in enumerate(graph.labels):
        if label != "I" or len(beside[atom]) != 1:
            continue
        (carbon,) = beside[atom]
        if not graph.labels[carbon] and any(graph.labels[k] == "F" for k in beside[carbon]):
            labels[atom], scores[atom] = "F", LIKELY
    changed = sum(a != b for a, b in zip(labels, graph.labels, strict=True))
    return replace(graph, labels=tuple(labels), atom_scores=scores), changed
