"""Changes to a molecule before it is laid out: isotopes, unknown stereo, hydrogens as atoms."""

from __future__ import annotations

from typing import Any

import numpy as np
from rdkit import Chem

from assemble.labels import parse_label

ISOTOPES = {
    "C": (11, 13, 13, 14, 14),
    "N": (13, 15),
    "O": (15, 17, 18),
    "F": (18,),
    "S": (35,),
    "P": (32,),
    "Br": (76, 77, 82),
    "I": (123, 124, 125, 125, 131, 131),
}
"""Mass numbers that chemists draw."""
TETRAHEDRAL = (Chem.ChiralType.CHI_TETRAHEDRAL_CW, Chem.ChiralType.CHI_TETRAHEDRAL_CCW)


def atoms_of(mol: Any) -> list[Any]:
    """A molecule's atoms; several times as fast as iterating over ``GetAtoms()``."""
    return list(map(mol.GetAtomWithIdx, range(mol.GetNumAtoms())))


def bonds_of(mol: Any) -> list[Any]:
    """A molecule's bonds; several times as fast as iterating over ``GetBonds()``."""
    return list(map(mol.GetBondWithIdx, range(mol.GetNumBonds())))


def has_open_shell(mol: Any) -> bool:
    """Whether a main-group non-metal atom has unpaired electrons, which no label would show."""
    return any(
        atom.GetNumRadicalElectrons() and atom.GetSymbol() in _COMMON for atom in atoms_of(mol)
    )


def has_no_such_isotope(mol: Any) -> bool:
    """Whether some atom has a mass number that nobody works with: databases have [2CH2], a typing
    error for a number of hydrogens, and worse."""
    common = Chem.GetPeriodicTable().GetMostCommonIsotope
    return any(
        not 0.8 < atom.GetIsotope() / common(atom.GetAtomicNum()) < 1.2
        for atom in atoms_of(mol)
        if atom.GetIsotope() and atom.GetAtomicNum() > 1
    )


def has_taken_symbol(mol: Any) -> bool:
    """Whether the bare symbol of some atom is read as a group: Y or Ac with one bond."""
    return any(
        atom.GetSymbol() not in _COMMON
        and not atom.GetFormalCharge()
        and parse_label(atom.GetSymbol(), atom.GetDegree()).atoms[0].symbol != atom.GetSymbol()
        for atom in atoms_of(mol)
        if atom.GetAtomicNum()
    )


def without_marks(mol: Any) -> bool:
    """Remove what a drawing can't show, in place; whether there was any.

    That is the stereo of square-planar and other centres that wedges don't express, and atom maps.
    """
    dropped = False
    for atom in atoms_of(mol):
        if atom.GetChiralTag() not in (Chem.ChiralType.CHI_UNSPECIFIED, *TETRAHEDRAL):
            atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
            dropped = True
        if atom.GetAtomMapNum():
            atom.SetAtomMapNum(0)
            dropped = True
    return dropped


_COMMON = frozenset(("B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "Se", "Br", "I", "H"))


def with_isotope(mol: Any, rng: np.random.Generator) -> bool:
    """Make one atom an isotope as labelled compounds have, in place; whether there was a place."""
    places = [
        atom
        for atom in atoms_of(mol)
        if atom.GetSymbol() in ISOTOPES and not atom.GetIsotope() and atom.GetDegree()
    ]
    if not places:
        return False
    # elements that are labelled most are rare in molecules
    weights = np.array([0.1 if atom.GetSymbol() in "CNO" else 1.0 for atom in places])
    atom = places[int(rng.choice(len(places), p=weights / weights.sum()))]
    numbers = ISOTOPES[atom.GetSymbol()]
    atom.SetIsotope(int(numbers[int(rng.integers(len(numbers)))]))
    return True


def forget_centre(mol: Any, rng: np.random.Generator) -> int | None:
    """Make one tetrahedral centre unknown, in place; its index, or ``None`` if there is none."""
    centres: list[int] = [
        atom.GetIdx() for atom in atoms_of(mol) if atom.GetChiralTag() in TETRAHEDRAL
    ]
    if not centres:
        return None
    centre = centres[int(rng.integers(len(centres)))]
    mol.GetAtomWithIdx(centre).SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    return centre


def with_hydrogens(
    mol: Any,
    rng: np.random.Generator,
    stereo: bool,
    fusion: bool,
    polar: bool,
    end: bool,
    ring: bool,
    closed: frozenset[int],
) -> Any:
    """A copy with some hydrogens as atoms.

    Args:
        mol: is not changed.
        rng: leaves some out.
        stereo: at stereocentres.
        fusion: at stereocentres that belong to several rings.
        polar: of NH and OH.
        end: of terminal alkynes and aldehydes.
        ring: of aromatic carbons.
        closed: atoms whose hydrogens stay, since a label stands for them.
    """
    chosen = []
    rings = mol.GetRingInfo()
    for atom in atoms_of(mol):
        if atom.GetTotalNumHs() != 1 or atom.GetDegree() == 0 or atom.GetIdx() in closed:
            continue
        symbol = atom.GetSymbol()
        if stereo and atom.GetChiralTag() in TETRAHEDRAL:
            pick = rng.random() < 0.9
        elif fusion and atom.GetChiralTag() in TETRAHEDRAL:
            pick = rings.NumAtomRings(atom.GetIdx()) > 1
        elif polar and symbol == "N" and not _doubly_bonded(atom):
            pick = rng.random() < 0.8
        elif polar and symbol == "O":
            pick = rng.random() < 0.4
        elif end and symbol == "C" and atom.GetDegree() <= 2:
            pick = _ends_chain(atom)
        elif ring and symbol == "C" and atom.GetIsAromatic():
            pick = rng.random() < 0.95
        else:
            pick = False
        if pick:
            chosen.append(atom.GetIdx())
    return Chem.AddHs(mol, onlyOnAtoms=chosen) if chosen else mol


def _doubly_bonded(atom: Any) -> bool:
    return any(bond.GetBondType() == Chem.BondType.DOUBLE for bond in atom.GetBonds())


def _ends_chain(atom: Any) -> bool:
    for bond in atom.GetBonds():
        if bond.GetBondType() == Chem.BondType.TRIPLE:
            return True
        if bond.GetBondType() == Chem.BondType.DOUBLE:
            other = bond.GetOtherAtom(atom)
            return bool(other.GetSymbol() == "O" and other.GetDegree() == 1)
    return False


def wavy_bond(
    mol: Any, centre: int, hidden: frozenset[int], rng: np.random.Generator
) -> dict[int, int]:
    """The bond at a forgotten centre that is drawn wavy, preferably not in a ring."""
    choices = [
        (bond.IsInRing(), rng.random(), bond.GetIdx())
        for bond in mol.GetAtomWithIdx(centre).GetBonds()
        if _can_be_wavy(bond, centre, hidden)
    ]
    return {min(choices)[2]: centre} if choices else {}


def wavy_beside(
    mol: Any, index: int, hidden: frozenset[int], rng: np.random.Generator
) -> dict[int, int]:
    """A single bond beside a double bond that is drawn wavy."""
    double = mol.GetBondWithIdx(index)
    ends = [double.GetBeginAtom(), double.GetEndAtom()]
    choices = [
        (bond.IsInRing(), rng.random(), bond.GetIdx(), atom.GetIdx())
        for atom in ends
        for bond in atom.GetBonds()
        if _can_be_wavy(bond, atom.GetIdx(), hidden)
    ]
    return {min(choices)[2]: min(choices)[3]} if choices else {}


def _can_be_wavy(bond: Any, begin: int, hidden: frozenset[int]) -> bool:
    if bond.GetBondType() != Chem.BondType.SINGLE:
        return False
    other = bond.GetOtherAtomIdx(begin)
    if begin in hidden or other in hidden:
        return False
    far = bond.GetEndAtom() if bond.GetEndAtomIdx() == other else bond.GetBeginAtom()
    return bool(far.GetChiralTag() == Chem.ChiralType.CHI_UNSPECIFIED)
