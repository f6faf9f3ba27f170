"""The most probable valid molecule: minimal changes where the drawn graph breaks valence rules."""

from __future__ import annotations

import numpy as np
from rdkit import Chem

from assemble.build import Draft
from assemble.graph import MoleculeGraph

MOST_CHANGES = 24
"""Changes after which a graph is given up."""
_ONIUM = {("N", 4): 1, ("P", 4): 1, ("O", 3): 1, ("S", 3): 1, ("B", 4): -1, ("Al", 4): -1}
"""(element, bonds) -> the charge that is meant when no sign was drawn."""
_LOWER = {
    Chem.BondType.TRIPLE: Chem.BondType.DOUBLE,
    Chem.BondType.DOUBLE: Chem.BondType.SINGLE,
    Chem.BondType.AROMATIC: Chem.BondType.SINGLE,
}


def add_missing_charges(draft: Draft) -> None:
    """Charges that the number of bonds calls for and that nobody drew: ``N`` with four bonds."""
    for atom in draft.mol.GetAtoms():
        if atom.GetFormalCharge() or atom.GetSymbol() not in {"N", "O", "B", "Al"}:
            continue
        order = _bond_order(atom)
        if atom.GetSymbol() == "N" and _is_pentavalent(atom):
            continue
        charge = _ONIUM.get((atom.GetSymbol(), order))
        if charge is not None:
            atom.SetFormalCharge(charge)
            draft.warnings.append(
                f"{atom.GetSymbol()} with {order} bonds and no sign: charge {charge:+d} added"
            )


def _bond_order(atom: Chem.Atom) -> int:
    total = sum(bond.GetBondTypeAsDouble() for bond in atom.GetBonds() if not _gives(bond, atom))
    return int(total) + atom.GetNumExplicitHs()


def _gives(bond: Chem.Bond, atom: Chem.Atom) -> bool:
    dative = bond.GetBondType() == Chem.BondType.DATIVE
    return dative and bond.GetBeginAtomIdx() == atom.GetIdx()


def _is_pentavalent(atom: Chem.Atom) -> bool:
    """A nitro group or the like drawn with two double bonds, which RDKit separates itself."""
    doubles = sum(bond.GetBondType() == Chem.BondType.DOUBLE for bond in atom.GetBonds())
    triples = sum(bond.GetBondType() == Chem.BondType.TRIPLE for bond in atom.GetBonds())
    return doubles + triples >= 2 and _bond_order(atom) == 5


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
        bond.SetIsAromatic(False)
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


def kekulizable(draft: Draft) -> None:
    """Make aromatic circles kekulizable: a hydrogen on one ring nitrogen, else single bonds."""
    if _kekulizes(draft.mol):
        return
    for atom in draft.mol.GetAtoms():
        if atom.GetSymbol() == "N" and atom.GetIsAromatic() and not atom.GetNumExplicitHs():
            atom.SetNumExplicitHs(1)
            if _kekulizes(draft.mol):
                draft.warnings.append(f"N{atom.GetIdx()}: hydrogen added to make the ring aromatic")
                return
            atom.SetNumExplicitHs(0)
    for bond in draft.mol.GetBonds():
        if bond.GetBondType() == Chem.BondType.AROMATIC:
            bond.SetBondType(Chem.BondType.SINGLE)
            bond.SetIsAromatic(False)
    for atom in draft.mol.GetAtoms():
        atom.SetIsAromatic(False)
    draft.warnings.append("aromatic ring cannot be kekulized: drawn with single bonds")


def _kekulizes(mol: Chem.RWMol) -> bool:
    copy = Chem.Mol(mol)
    copy.UpdatePropertyCache(strict=False)
    try:
        Chem.Kekulize(copy)
    except (Chem.KekulizeException, Chem.AtomKekulizeException):
        return False
    return True
