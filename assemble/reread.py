"""Labels that mean nothing where they stand, though the drawing may show another one there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from assemble.alternatives import Alternatives
from assemble.build import Draft, bonds_around, lacks_sign
from assemble.graph import MoleculeGraph
from assemble.labels import parse_label
from assemble.linear import VALENCES
from assemble.multiples import bracket_count, is_companion, split_count

LEAST_OTHER = 0.02
"""Least probability of a label that is taken instead of one that means nothing."""
_CATIONS = frozenset({"P", "S"})
"""Elements whose cations are much rarer than their look-alikes, as boron is one of sulfur."""


def reread(
    draft: Draft, graph: MoleculeGraph, alternatives: Alternatives
) -> tuple[MoleculeGraph, list[str]]:
    """Take the most probable label that fits where the one that was read does not.

    A lone ``CH3`` is no molecule, but may be a misread ``ClH``; ``S`` with three bonds and no sign
    may be ``B``, unless an anion asks for the cation that it otherwise is.

    Args:
        draft: made of ``graph``, with the charges that nobody drew.
        graph: as drawn.
        alternatives: what else was scored.

    Returns:
        The graph, changed or not, and a warning for each change.
    """
    total = sum(atom.GetFormalCharge() for atom in draft.mol.GetAtoms())
    labels, warnings = list(graph.labels), []
    for atom, rows in enumerate(bonds_around(graph)):
        label = graph.labels[atom]
        if not rows and _is_nothing(draft, atom, label):
            found = _likeliest(alternatives, atom, partial(_is_missing, total=total))
            reason = "alone it is no molecule"
        elif label in _CATIONS and total > 0 and lacks_sign(graph, atom, rows):
            found = _likeliest(alternatives, atom, partial(_is_neutral, n_bonds=len(rows)))
            reason = f"{len(rows)} bonds and no sign"
        else:
            continue
        if found is not None:
            warnings.append(f"{label or 'C'} (atom {atom}) taken for {found or 'C'}: {reason}")
            labels[atom] = found
    return (replace(graph, labels=tuple(labels)) if warnings else graph), warnings


def _is_nothing(draft: Draft, atom: int, label: str) -> bool:
    """Whether a label without bonds was left out, or could not be read."""
    left_out = draft.atom_of[atom][0] < 0 and bracket_count(label) is None
    return left_out or not parse_label(label, 0, 0).understood


def _likeliest(alternatives: Alternatives, atom: int, fits: Callable[[str], bool]) -> str | None:
    rows = np.flatnonzero(alternatives.label_atoms == atom).tolist()
    scored = [(float(alternatives.label_scores[row]), alternatives.labels[row]) for row in rows]
    fitting = [(score, text) for score, text in scored if score >= LEAST_OTHER and fits(text)]
    return max(fitting)[1] if fitting else None


def _is_missing(label: str, total: int) -> bool:
    """Whether a label is a companion; an ion is one only of a drawing with the other charge."""
    if not is_companion(label):
        return False
    counted = split_count(label)
    atoms = parse_label(counted[1] if counted else label, 0, 0).atoms
    charge = sum(atom.charge for atom in atoms)
    return not charge or charge * total < 0


def _is_neutral(label: str, n_bonds: int) -> bool:
    """Whether a label is an atom that has so many single bonds without a charge."""
    atoms = parse_label(label, n_bonds, n_bonds).atoms
    most = VALENCES.get(atoms[0].symbol, (0,))[0]
    return len(atoms) == 1 and not atoms[0].charge and n_bonds + (atoms[0].hydrogens or 0) <= most
