"""The most probable valid molecule: minimal changes where the drawn graph breaks valence rules."""

from __future__ import annotations

import numpy as np
from rdkit import Chem

from assemble.build import Draft
from assemble.graph import MoleculeGraph

MOST_CHANGES = 24
"""Changes after which a graph is given up."""
_LOWER = {
    Chem.BondType.TRIPLE: Chem.BondType.DOUBLE,
    Chem.BondType.DOUBLE: Chem.BondType.SINGLE,
}


def repair(draft: Draft, graph: MoleculeGraph) -> None:
    """Change the least certain bonds around atoms with too many, until every valence is possible.

    A valid molecule is not touched; every change is a warning.
    """
    scores = graph.bond_scores
    for _ in range(MOST_CHANGES):
        atom = _first_overfull(draft.mol)
        if atom is None:
            return
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
        certainty = [1.0 if row is None else float(scores[row]) for row in rows]
        multiple = [bond.GetBondType() in _LOWER for bond in bonds]
        # a lower order loses less than a bond, so it is preferred among equals
        cost = [
            np.nan_to_num(c) + (0.0 if m else 0.5) for c, m in zip(certainty, multiple, strict=True)
        ]
        worst = bonds[int(np.argmin(cost))]
        _weaken(draft, worst)


def _first_overfull(mol: Chem.RWMol) -> Chem.Atom | None:
    mol.UpdatePropertyCache(strict=False)
    problems = Chem.DetectChemistryProblems(
        mol, sanitizeOps=Chem.SANITIZE_PROPERTIES | Chem.SANITIZE_CLEANUP
    )
    for problem in problems:
        if problem.GetType() == "AtomValenceException":
            return mol.GetAtomWithIdx(problem.GetAtomIdx())
    return None


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
