"""Salts that are drawn with a bond: ``ONa``, ``CO2K``, two carboxylates on one Ca."""

from __future__ import annotations

from rdkit import Chem

VALENCE = {"Li": 1, "Na": 1, "K": 1, "Rb": 1, "Cs": 1, "Mg": 2, "Ca": 2, "Sr": 2, "Ba": 2}
"""Metals whose bonds to hetero atoms are ionic, and their charge."""
ANIONS = {"O": 2, "S": 2, "F": 1, "Cl": 1, "Br": 1, "I": 1}
"""Elements that take the charge, and the valence that they have then, the metal counted."""


def separate_ions(mol: Chem.Mol) -> Chem.Mol:
    """Alkali and alkaline earth metals as ions; other metals keep their bonds.

    Args:
        mol: sanitised. A metal with a charge, with a bond to another element or with too many or
            too few bonds is left as it is.
    """
    metals = [atom for atom in mol.GetAtoms() if _is_ionic(atom)]
    if not metals:
        return mol
    apart = Chem.RWMol(mol)
    for metal in metals:
        for bond in metal.GetBonds():
            other = apart.GetAtomWithIdx(bond.GetOtherAtomIdx(metal.GetIdx()))
            other.SetFormalCharge(other.GetFormalCharge() - 1)
            apart.RemoveBond(metal.GetIdx(), other.GetIdx())
        ion = apart.GetAtomWithIdx(metal.GetIdx())
        ion.SetFormalCharge(VALENCE[metal.GetSymbol()])
        ion.SetNumRadicalElectrons(0)
        ion.SetNoImplicit(True)
    made = apart.GetMol()
    Chem.SanitizeMol(made)
    return made


def _is_ionic(atom: Chem.Atom) -> bool:
    bonds = atom.GetBonds()
    # the symbol of a dummy atom is its label, and R groups may be called Rb
    return bool(
        atom.GetAtomicNum()
        and not atom.GetFormalCharge()
        and len(bonds) == VALENCE.get(atom.GetSymbol())
        and all(
            bond.GetBondType() == Chem.BondType.SINGLE and _is_anion(bond.GetOtherAtom(atom))
            for bond in bonds
        )
    )


def _is_anion(atom: Chem.Atom) -> bool:
    """Whether an atom that loses a bond to a metal can take its electrons."""
    most = ANIONS.get(atom.GetSymbol(), 0)
    return not atom.GetFormalCharge() and atom.GetTotalValence() <= most
