"""Arrows, and lines that stand for one: what gives an electron pair keeps its charge."""

from __future__ import annotations

from rdkit import Chem

from assemble.build import IMPLICIT, Draft

_TAKERS = frozenset({"O", "S", "B"})
_DONORS = frozenset({"N", "O", "P", "S"})
_DOUBLE_DONORS = frozenset({"P", "S", "Se", "As"})
"""Elements whose arrow to oxygen is another way to draw a double bond."""
_FULL = {"N": 4, "P": 4, "As": 4, "O": 3, "S": 3, "Se": 3}
"""Bonds of a donor, its hydrogens among them, when the one to a metal is counted."""
_SALINE = frozenset({"Li", "Na", "K", "Rb", "Cs"})
"""Metals whose bonds are ionic."""
_NO_METALS = frozenset({"H", "He", "Ne", "Ar", "Kr", "Xe", "Rn", "Ge", "Sb", "At"})


def resolve_arrows(draft: Draft) -> None:
    """Arrows to oxygen, sulfur and boron: ``N -> O`` is N+-O-, ``S -> O`` is S=O.

    All others, those to metals above all, stay dative bonds.
    """
    for bond in draft.mol.GetBonds():
        giver, taker = bond.GetBeginAtom(), bond.GetEndAtom()
        if bond.GetBondType() != Chem.BondType.DATIVE or taker.GetSymbol() not in _TAKERS:
            continue
        if giver.GetSymbol() in _DOUBLE_DONORS and taker.GetSymbol() != "B":
            bond.SetBondType(Chem.BondType.DOUBLE)
        elif giver.GetSymbol() in _DONORS:
            bond.SetBondType(Chem.BondType.SINGLE)
            # a sign that was drawn as well says the same
            for atom, charge in ((giver, 1), (taker, -1)):
                if not atom.GetFormalCharge():
                    atom.SetFormalCharge(charge)


def give_to_metals(draft: Draft) -> None:
    """Plain lines from an ammine, phosphine, water or thioether to a metal as dative bonds.

    Such a donor has all its bonds without the metal; one between two metals is left as it is.
    """
    for atom in draft.mol.GetAtoms():
        if atom.GetFormalCharge() or bond_order(atom) != _FULL.get(atom.GetSymbol()):
            continue
        metals = [bond for bond in atom.GetBonds() if _is_metal(bond.GetOtherAtom(atom))]
        if len(metals) == 1 and metals[0].GetBondType() == Chem.BondType.SINGLE:
            _turn_into_arrow(draft, metals[0], atom.GetIdx())


def _turn_into_arrow(draft: Draft, bond: Chem.Bond, giver: int) -> None:
    old, taker = bond.GetIdx(), bond.GetOtherAtomIdx(giver)
    draft.mol.RemoveBond(giver, taker)
    new = draft.mol.AddBond(giver, taker, Chem.BondType.DATIVE) - 1
    draft.bond_row = {
        (new if index == old else index - (index > old)): row
        for index, row in draft.bond_row.items()
    }


def _is_metal(atom: Chem.Atom) -> bool:
    # the symbol of a dummy atom is its label
    symbol = atom.GetSymbol() if atom.GetAtomicNum() else "*"
    return symbol not in IMPLICIT and symbol not in _NO_METALS and symbol not in _SALINE


def bond_order(atom: Chem.Atom) -> int:
    """Sum of the orders of an atom's bonds and its written hydrogens; arrows away count nothing."""
    total = sum(bond.GetBondTypeAsDouble() for bond in atom.GetBonds() if not _gives(bond, atom))
    return int(total) + atom.GetNumExplicitHs()


def _gives(bond: Chem.Bond, atom: Chem.Atom) -> bool:
    dative = bond.GetBondType() == Chem.BondType.DATIVE
    return dative and bond.GetBeginAtomIdx() == atom.GetIdx()
