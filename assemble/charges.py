"""Charges and hydrogens that a drawing implies without showing them."""

from __future__ import annotations

from rdkit import Chem

from assemble.build import IMPLICIT, Draft
from assemble.ions import VALENCE

_ONIUM = {("N", 4): 1, ("P", 4): 1, ("O", 3): 1, ("S", 3): 1, ("B", 4): -1, ("Al", 4): -1}
"""(element, bonds) -> the charge that is meant when no sign was drawn."""
_TAKERS = frozenset({"O", "S", "B"})
_DONORS = frozenset({"N", "O", "P", "S"})
_DOUBLE_DONORS = frozenset({"P", "S", "Se", "As"})
"""Elements whose arrow to oxygen is another way to draw a double bond."""
_HYPERVALENT = frozenset({"P", "S"})
"""Elements that have as many bonds as a cation in other ways, too."""


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


def add_missing_charges(draft: Draft) -> None:
    """Charges that the number of bonds calls for and that nobody drew: ``N`` with four bonds."""
    for atom in draft.mol.GetAtoms():
        symbol, order = atom.GetSymbol(), bond_order(atom)
        charge = _ONIUM.get((symbol, order))
        hypervalent = symbol in _HYPERVALENT
        if not charge or atom.GetFormalCharge() or (hypervalent and not _is_saturated(atom)):
            continue
        text = f"{symbol} with {order} bonds and no sign: "
        anion = _bare_anion(atom) if hypervalent or symbol == "N" else None
        if anion is not None and hypervalent:
            bond = draft.mol.GetBondBetweenAtoms(atom.GetIdx(), anion.GetIdx())
            bond.SetBondType(Chem.BondType.DOUBLE)
            draft.warnings.append(text + "that to oxygen taken for double")
            continue
        atom.SetFormalCharge(charge)
        text += f"charge {charge:+d} added"
        if anion is not None:
            anion.SetFormalCharge(-1)
            text += f", and -1 to its {_NAMES[anion.GetSymbol()]}"
        draft.warnings.append(text)
    _add_counter_charges(draft)


def _is_saturated(atom: Chem.Atom) -> bool:
    """Whether an atom has single bonds only, no hydrogens, and no metal that it may give to."""
    single = all(bond.GetBondType() == Chem.BondType.SINGLE for bond in atom.GetBonds())
    # the symbol of a dummy atom is its label
    others = [other for other in atom.GetNeighbors() if other.GetAtomicNum()]
    organic = all(other.GetSymbol() in IMPLICIT for other in others)
    return single and organic and not atom.GetNumExplicitHs()


def _add_counter_charges(draft: Draft) -> None:
    """Alkali metals that stand alone beside an anion are its cations, though no sign was read."""
    if sum(atom.GetFormalCharge() for atom in draft.mol.GetAtoms()) >= 0:
        return
    for atom in draft.mol.GetAtoms():
        charge = VALENCE.get(atom.GetSymbol()) if atom.GetAtomicNum() else None
        if charge and not atom.GetDegree() and not atom.GetFormalCharge():
            atom.SetFormalCharge(charge)
            draft.warnings.append(
                f"lone {atom.GetSymbol()!r} beside an anion: charge {charge:+d} added"
            )


_NAMES = {"O": "oxygen", "N": "nitrogen"}


def _bare_anion(atom: Chem.Atom) -> Chem.Atom | None:
    """The end of an N-oxide (single bond to O), a diazo group or an azide (double bond to N).

    It has neither hydrogen nor sign; none if one of them has a sign.
    """
    kinds = {("O", Chem.BondType.SINGLE), ("N", Chem.BondType.DOUBLE)}
    ends = [
        bond.GetOtherAtom(atom)
        for bond in atom.GetBonds()
        if (bond.GetOtherAtom(atom).GetSymbol(), bond.GetBondType()) in kinds
        and bond.GetOtherAtom(atom).GetDegree() == 1
    ]
    if any(end.GetFormalCharge() for end in ends):
        return None
    bare = [end for end in ends if not end.GetNoImplicit() and not end.GetNumRadicalElectrons()]
    return bare[0] if bare else None


def bond_order(atom: Chem.Atom) -> int:
    """Sum of the orders of an atom's bonds and its written hydrogens; arrows away count nothing."""
    total = sum(bond.GetBondTypeAsDouble() for bond in atom.GetBonds() if not _gives(bond, atom))
    return int(total) + atom.GetNumExplicitHs()


def _gives(bond: Chem.Bond, atom: Chem.Atom) -> bool:
    dative = bond.GetBondType() == Chem.BondType.DATIVE
    return dative and bond.GetBeginAtomIdx() == atom.GetIdx()


def complete_hydrogens(draft: Draft) -> None:
    """Hydrogens of atoms whose label has too few of them: a radical is one only if it is drawn."""
    probe = Chem.Mol(draft.mol)
    probe.UpdatePropertyCache(strict=False)
    Chem.AssignRadicals(probe)
    for found, atom in zip(probe.GetAtoms(), draft.mol.GetAtoms(), strict=True):
        drawn = atom.GetNumRadicalElectrons()
        if drawn or not found.GetNumRadicalElectrons() or atom.GetSymbol() not in IMPLICIT:
            continue
        if not atom.GetDegree() and atom.GetFormalCharge() and not atom.GetNumExplicitHs():
            # an ion such as As3+, whereas NH3+ is an ammonium
            continue
        atom.SetNumExplicitHs(0)
        atom.SetNoImplicit(False)
        draft.warnings.append(
            f"{atom.GetSymbol()}{atom.GetIdx()}: fewer hydrogens written than its bonds call for"
        )
