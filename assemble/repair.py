"""The most probable valid molecule: minimal changes where the drawn graph breaks valence rules."""

from __future__ import annotations

import numpy as np
from rdkit import Chem

from assemble.alternatives import Alternatives
from assemble.aromatic import kekulize
from assemble.build import Draft, build
from assemble.charges import add_missing_charges
from assemble.dative import give_to_metals, resolve_arrows
from assemble.graph import MoleculeGraph
from assemble.labels import is_end_group
from assemble.program import most_probable
from assemble.reread import reread

ROUNDS = 3
"""Times that readings are chosen: with other bonds a label may mean other atoms."""
MOST_CHANGES = 100
"""Changes after which a graph is given up."""
_LOWER = {
    Chem.BondType.TRIPLE: Chem.BondType.DOUBLE,
    Chem.BondType.DOUBLE: Chem.BondType.SINGLE,
}


def draft_valid(
    graph: MoleculeGraph, alternatives: Alternatives | None = None
) -> tuple[Draft, MoleculeGraph]:
    """A molecule in which no atom has too many bonds, and the graph that it is made of.

    A graph that breaks no rule is not touched. Of one that does, labels, charges and bonds are
    read in the most probable way that breaks none, and every change is a warning. So it is with
    labels that mean nothing where they stand.

    Args:
        graph: as drawn.
        alternatives: what else was scored; None makes do with the scores of the bonds.
    """
    draft, told = _draft(graph), []
    for _ in range(ROUNDS):
        wrong = _overfull(draft) | _crowded_groups(graph)
        found = most_probable(graph, alternatives, wrong) if wrong else None
        if found is None:
            break
        graph, warnings = found
        told += warnings
        draft = _draft(graph)
    if alternatives is not None:
        graph, warnings = reread(draft, graph, alternatives)
        if warnings:
            told += warnings
            draft = _draft(graph)
    weaken(draft, graph)
    draft.warnings[:0] = told
    return draft, graph


def _draft(graph: MoleculeGraph) -> Draft:
    draft = build(graph)
    kekulize(draft)
    resolve_arrows(draft)
    give_to_metals(draft)
    add_missing_charges(draft)
    return draft


def _overfull(draft: Draft) -> set[int]:
    """Atoms of the graph with too many bonds; those inside of labels count for their label."""
    first = {atom: i for i, ends in enumerate(draft.atom_of) for atom in ends if atom >= 0}
    starts = sorted(first)
    wrong = set()
    for index in _problems(draft.mol):
        at = index if index in first else max((s for s in starts if s <= index), default=starts[0])
        wrong.add(first[at])
    return wrong


def _crowded_groups(graph: MoleculeGraph) -> set[int]:
    """Atoms whose label is a group with one bond, as ``PMB``, and that have more: a misreading."""
    degree = np.bincount(graph.bonds.reshape(-1), minlength=graph.n_atoms).tolist()
    return {i for i, n in enumerate(degree) if n > 1 and is_end_group(graph.labels[i], n)}


def _problems(mol: Chem.RWMol) -> list[int]:
    """Indices of the atoms that have more bonds than their element allows."""
    mol.UpdatePropertyCache(strict=False)
    problems = Chem.DetectChemistryProblems(
        mol, sanitizeOps=Chem.SANITIZE_PROPERTIES | Chem.SANITIZE_CLEANUP
    )
    return [p.GetAtomIdx() for p in problems if p.GetType() == "AtomValenceException"]


def weaken(draft: Draft, graph: MoleculeGraph) -> None:
    """Weaken the least certain bond of an atom with too many, until every valence is possible.

    What is left to do where no choice of readings helps, such as a label that is impossible in
    itself.
    """
    for _ in range(MOST_CHANGES):
        problems = _problems(draft.mol)
        if not problems:
            return
        atom = draft.mol.GetAtomWithIdx(problems[0])
        bonds = list(atom.GetBonds())
        if atom.GetNumExplicitHs() and atom.GetNoImplicit():
            atom.SetNumExplicitHs(0)
            atom.SetNoImplicit(False)
            draft.warnings.append(f"{atom.GetSymbol()}{atom.GetIdx()}: hydrogens do not fit")
            continue
        if not bonds:
            atom.SetFormalCharge(0)
            continue
        rows = [draft.bond_row.get(bond.GetIdx()) for bond in bonds]
        certainty = [1.0 if row is None else float(graph.bond_scores[row]) for row in rows]
        multiple = [bond.GetBondType() in _LOWER for bond in bonds]
        # a lower order loses less than a bond, so it is preferred among equals
        cost = [
            np.nan_to_num(c) + (0.0 if m else 0.5) for c, m in zip(certainty, multiple, strict=True)
        ]
        _weaken(draft, bonds[int(np.argmin(cost))])


def _weaken(draft: Draft, bond: Chem.Bond) -> None:
    i, j = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
    lower = _LOWER.get(bond.GetBondType())
    name = f"{bond.GetBeginAtom().GetSymbol()}{i}-{bond.GetEndAtom().GetSymbol()}{j}"
    if lower is not None:
        bond.SetBondType(lower)
        draft.warnings.append(f"order of bond {name} lowered: too many bonds at one atom")
        return
    index = bond.GetIdx()
    draft.mol.RemoveBond(i, j)
    draft.bond_row = {
        (old if old < index else old - 1): row
        for old, row in draft.bond_row.items()
        if old != index
    }
    draft.warnings.append(f"bond {name} removed: too many bonds at one atom")
