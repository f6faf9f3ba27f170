"""Charges and hydrogens that a drawing implies without showing them."""

from __future__ import annotations

from rdkit import Chem

from assemble.build import IMPLICIT, Draft
from assemble.dative import bond_order
from assemble.ions import VALENCE

_ONIUM = {
    ("N", 4): 1, ("P", 4): 1, ("O", 3): 1, ("S", 3): 1, ("I", 2): 1,
    ("B", 4): -1, ("Al", 4): -1, ("P", 6): -1, ("As", 6): -1, ("Sb", 6): -1,
}  # fmt: skip
"""(element, bonds) -> the charge that is meant when no sign was drawn."""
_HYPERVALENT = frozenset({"P", "S"})
"""Elements that have as many bonds as a cation in other ways, too."""


def add_missing_charges(draft: Draft) -> None:
    """Charges that the number of bonds calls for and that nobody drew: ``N`` with four bonds."""
    for atom in draft.mol.GetAtoms():
        symbol, order, drawn = atom.GetSymbol(), bond_order(atom), atom.GetFormalCharge()
        charge = _ONIUM.get((symbol, order))
        if not charge or drawn not in (0, charge if symbol == "N" else 0):
            continue
        hypervalent = symbol in _HYPERVALENT
        if not drawn and not _is_onium(atom, hypervalent):
            continue
        anion = _bare_anion(atom) if charge > 0 and (hypervalent or symbol == "N") else None
        if drawn and anion is None:
            continue
        text = f"{symbol} with {order} bonds and {'one sign' if drawn else 'no sign'}: "
        if anion is not None and hypervalent:
            bond = draft.mol.GetBondBetweenAtoms(atom.GetIdx(), anion.GetIdx())
            bond.SetBondType(Chem.BondType.DOUBLE)
            draft.warnings.append(text + "that to oxygen taken for double")
            continue
        added = [] if drawn else [f"charge {charge:+d} added"]
        atom.SetFormalCharge(charge)
        if anion is not None:
            anion.SetFormalCharge(-1)
            added.append(f"-1 to its {_NAMES[anion.GetSymbol()]}")
        draft.warnings.append(text + ", and ".join(added))
    _add_counter_charges(draft)


def _is_onium(atom: Chem.Atom, hypervalent: bool) -> bool:
    """Whether an atom with so many bonds has them by a charge."""
    if atom.GetSymbol() == "I":
        # two aryls, and no halogens or acids as in ICl2-
        return all(other.GetAtomicNum() in (0, 6) for other in atom.GetNeighbors())
    return not hypervalent or _is_saturated(atom)


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


_NAMES = {"O": "oxygen", "N": "nitrogen", "C": "carbon"}
_ANIONIC_ENDS = {
    ("O", Chem.BondType.SINGLE),
    ("N", Chem.BondType.DOUBLE),
    ("C", Chem.BondType.TRIPLE),
}
"""Element and bond of N-oxides and nitro groups, of diazo groups and azides, of isocyanides."""


def _bare_anion(atom: Chem.Atom) -> Chem.Atom | None:
    """The end of an N-oxide, diazo group, azide or isocyanide, or the first N of ``N-N#N``.

    It has neither hydrogen nor sign; none if one of them has a sign.
    """
    bonds = [(bond.GetOtherAtom(atom), bond.GetBondType()) for bond in atom.GetBonds()]
    ends = [
        other
        for other, kind in bonds
        if (other.GetSymbol(), kind) in _ANIONIC_ENDS and other.GetDegree() == 1
    ]
    if any(kind == Chem.BondType.TRIPLE and other.GetSymbol() == "N" for other, kind in bonds):
        ends = [
            other
            for other, kind in bonds
            if (other.GetSymbol(), other.GetDegree(), bond_order(other)) == ("N", 2, 2)
        ]
    if any(end.GetFormalCharge() for end in ends):
        return None
    bare = [end for end in ends if not end.GetNoImplicit() and not end.GetNumRadicalElectrons()]
    return bare[0] if bare else None


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
