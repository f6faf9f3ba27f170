"""R groups in place of substituents, of hydrogens and of atoms within rings and chains."""

from __future__ import annotations

from typing import Any

import numpy as np
from rdkit import Chem

from data.variants import atoms_of

LONE_R = (
    *("R", "R", "R", "R1", "R1", "R2", "R3", "R'"),
    *("Ar", "Ar1", "X", "Y", "Z", "Hal", "*", "Q", "A", "Ra"),
)
FAMILIES = (
    ("R1", "R2", "R3"),
    ("R1", "R2", "R3"),
    ("R1", "R2", "R3"),
    ("R", "R1", "R2"),
    ("R", "R'", "R''"),
    ("R3", "R4", "R5"),
    ("R5", "R6", "R7"),
    ("R2", "R1", "X"),
    ("X", "Y", "Z"),
    ("X1", "X2", "X3"),
    ("Ra", "Rb", "Rc"),
    ("R10", "R11", "R12"),
    ("Ar", "R", "X"),
    ("Ar1", "Ar2", "R"),
    ("*", "*", "*"),
)
WITHIN = ("X", "X", "X", "Y", "Y", "Z", "Z", "Q", "A", "X1", "X2", "Y1", "Z1", "*")
"""Names of atoms with two bonds."""
WITHIN_SHARE = 0.15
"""Share of the molecules with R groups where one of them is within a ring or chain."""
_REPLACED = frozenset(("C", "N", "O", "F", "Cl", "Br", "I", "S"))
_WITHIN = frozenset(("C", "N", "O", "S"))


def with_r_groups(mol: Any, rng: np.random.Generator) -> tuple[Any, dict[int, str]]:
    """A copy with one to three dummy atoms for substituents or aromatic hydrogens, or for one atom
    within a ring or chain.

    Returns:
        The molecule and the R label of each dummy atom by index; old indices stay valid. The
        molecule itself and nothing if there is no place for an R group.
    """
    if mol.GetNumAtoms() < 4:
        return mol, {}
    edited = Chem.RWMol(mol)
    labels = {}
    used = set()
    inner = [atom.GetIdx() for atom in atoms_of(mol) if _may_be_within(atom)]
    if inner and rng.random() < WITHIN_SHARE:
        index = inner[int(rng.integers(len(inner)))]
        _make_dummy(edited.GetAtomWithIdx(index))
        labels[index] = WITHIN[int(rng.integers(len(WITHIN)))]
        used.add(index)
    places = [atom.GetIdx() for atom in atoms_of(mol) if _may_be_outside(atom)]
    count = min(len(places), int(rng.choice((1, 2, 3), p=(0.5, 0.3, 0.2))))
    picked = [places[int(i)] for i in rng.permutation(len(places))[: count - len(labels)]]
    if count == 1:
        names: tuple[str, ...] = (LONE_R[int(rng.integers(len(LONE_R)))],)
    else:
        names = FAMILIES[int(rng.integers(len(FAMILIES)))]
    for index, name in zip(picked, names, strict=False):
        atom = edited.GetAtomWithIdx(index)
        centre = index if atom.GetIsAromatic() else atom.GetNeighbors()[0].GetIdx()
        if centre in used:
            continue
        used.add(centre)
        if atom.GetIsAromatic():
            dummy = edited.AddAtom(Chem.Atom(0))
            atom.SetNumExplicitHs(0)
            edited.AddBond(index, dummy, Chem.BondType.SINGLE)
            labels[dummy] = name
        else:
            _make_dummy(atom)
            labels[index] = name
    Chem.SanitizeMol(edited)
    return edited.GetMol(), labels


def _may_be_outside(atom: Any) -> bool:
    if atom.GetFormalCharge() or atom.GetIsotope():
        return False
    if atom.GetDegree() == 1:
        single = atom.GetBonds()[0].GetBondType() == Chem.BondType.SINGLE
        return single and atom.GetSymbol() in _REPLACED
    return bool(atom.GetSymbol() == "C" and atom.GetIsAromatic() and atom.GetTotalNumHs() == 1)


def _may_be_within(atom: Any) -> bool:
    if atom.GetFormalCharge() or atom.GetIsotope() or atom.GetSymbol() not in _WITHIN:
        return False
    if atom.GetIsAromatic():
        # which atoms of a ring of five are left for double bonds an unknown one doesn't say
        return bool(atom.GetDegree() == 2 and atom.IsInRingSize(6) and not atom.IsInRingSize(5))
    bonds = atom.GetBonds()
    return len(bonds) == 2 and all(bond.GetBondType() == Chem.BondType.SINGLE for bond in bonds)


def _make_dummy(atom: Any) -> None:
    """Make an atom one that stands for any, in place."""
    atom.SetAtomicNum(0)
    atom.SetNumExplicitHs(0)
    atom.SetNoImplicit(True)
