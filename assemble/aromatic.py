"""Aromatic circles: which of their bonds are double."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from rdkit import Chem

from assemble.build import Draft

MOST_DONORS = 2
"""Atoms of one ring system that a hydrogen or a charge may be added to."""
MOST_CANDIDATES = 12
"""Ring systems with more atoms that could take one are not tried in pairs."""


def kekulize(draft: Draft) -> None:
    """Draw the bonds of aromatic circles as single and double ones.

    A ring system that has no such structure as it stands gets the hydrogen of a pyrrole or the
    charge of a pyridinium that nobody drew; failing that its bonds are taken to be single, with a
    warning.
    """
    mol = draft.mol
    for system in _systems(mol):
        solved = _solve(mol, system)
        if solved is None:
            _clear(mol, system, Chem.BondType.SINGLE)
            draft.warnings.append("aromatic ring cannot be kekulized: drawn with single bonds")
            continue
        donors, orders = solved
        for index in donors:
            atom = mol.GetAtomWithIdx(index)
            what = _donate(atom)
            if atom.GetSymbol() == "N":
                draft.warnings.append(f"N{index}: {what} added to make the ring aromatic")
        for bond, order in orders.items():
            _clear(mol, [bond], order)


def _systems(mol: Chem.RWMol) -> list[list[int]]:
    """Indices of the aromatic bonds, those that hang together in one list."""
    aromatic = [b for b in mol.GetBonds() if b.GetBondType() == Chem.BondType.AROMATIC]
    group: dict[int, int] = {}

    def root(atom: int) -> int:
        while group.setdefault(atom, atom) != atom:
            atom = group[atom]
        return atom

    for bond in aromatic:
        group[root(bond.GetBeginAtomIdx())] = root(bond.GetEndAtomIdx())
    systems: dict[int, list[int]] = {}
    for bond in aromatic:
        systems.setdefault(root(bond.GetBeginAtomIdx()), []).append(bond.GetIdx())
    return list(systems.values())


def _alone(mol: Chem.RWMol, system: list[int]) -> Chem.RWMol:
    """The molecule with no circle but one."""
    copy = Chem.RWMol(mol)
    others = [bond.GetIdx() for bond in copy.GetBonds() if bond.GetIsAromatic()]
    _clear(copy, [index for index in others if index not in set(system)], Chem.BondType.SINGLE)
    return copy


def _solve(
    mol: Chem.RWMol, system: list[int]
) -> tuple[tuple[int, ...], dict[int, Chem.BondType]] | None:
    """The fewest atoms to add a hydrogen or a charge to, and the bonds' orders; None: no way."""
    alone = _alone(mol, system)
    for donors in _choices(alone, system):
        tried = Chem.RWMol(alone)
        for index in donors:
            _donate(tried.GetAtomWithIdx(index))
        tried.UpdatePropertyCache(strict=False)
        try:
            Chem.Kekulize(tried, clearAromaticFlags=True)
        except (Chem.KekulizeException, Chem.AtomKekulizeException):
            continue
        return donors, {index: tried.GetBondWithIdx(index).GetBondType() for index in system}
    return None


def _choices(mol: Chem.RWMol, system: list[int]) -> Iterator[tuple[int, ...]]:
    ends = {mol.GetBondWithIdx(i).GetBeginAtomIdx() for i in system}
    ends |= {mol.GetBondWithIdx(i).GetEndAtomIdx() for i in system}
    candidates = [i for i in sorted(ends) if _may_donate(mol.GetAtomWithIdx(i))]
    most = MOST_DONORS if len(candidates) <= MOST_CANDIDATES else 1
    for count in range(most + 1):
        yield from combinations(candidates, count)


def _may_donate(atom: Chem.Atom) -> bool:
    """A nitrogen without charge, or the carbon of an aromatic anion."""
    if atom.GetSymbol() == "N":
        return atom.GetFormalCharge() == 0
    bare = atom.GetFormalCharge() == -1 and not atom.GetNumExplicitHs()
    return atom.GetSymbol() == "C" and bare and atom.GetDegree() == 2


def _donate(atom: Chem.Atom) -> str:
    if atom.GetDegree() > 2 or atom.GetNumExplicitHs():
        atom.SetFormalCharge(1)
        return "charge"
    atom.SetNumExplicitHs(1)
    return "hydrogen"


def _clear(mol: Chem.RWMol, bonds: list[int], bond_type: Chem.BondType) -> None:
    """Make bonds ordinary ones of a type, and their atoms too."""
    for index in bonds:
        bond = mol.GetBondWithIdx(index)
        bond.SetBondType(bond_type)
        bond.SetIsAromatic(False)
        for atom in (bond.GetBeginAtom(), bond.GetEndAtom()):
            atom.SetIsAromatic(False)
