"""Stereo from what is drawn: wedges and hashes, wavy bonds, E/Z from the coordinates."""

from __future__ import annotations

from rdkit import Chem

from assemble.build import Draft
from assemble.graph import BondKind, MoleculeGraph

_DIRECTIONS = {
    BondKind.WEDGE: Chem.BondDir.BEGINWEDGE,
    BondKind.HASH: Chem.BondDir.BEGINDASH,
    BondKind.WAVY: Chem.BondDir.UNKNOWN,
}


def assign_stereo(draft: Draft, graph: MoleculeGraph, mol: Chem.Mol) -> None:
    """Set chiral tags and double bond stereo of a sanitised molecule with a conformer.

    Args:
        draft: tells which bond comes from which drawn bond.
        graph: as drawn; the narrow end of a wedge is the begin atom.
        mol: changed in place.
    """
    wavy: list[Chem.Bond] = []
    for index, row in draft.bond_row.items():
        kind = BondKind(int(graph.kinds[row]))
        if kind not in _DIRECTIONS:
            continue
        bond = mol.GetBondWithIdx(index)
        bond.SetBondDir(_DIRECTIONS[kind])
        if kind is BondKind.WAVY:
            wavy.append(bond)
    drawn = [
        (bond.GetIdx(), bond.GetBeginAtomIdx())
        for bond in mol.GetBonds()
        if bond.GetBondDir() in (Chem.BondDir.BEGINWEDGE, Chem.BondDir.BEGINDASH)
    ]
    Chem.AssignChiralTypesFromBondDirs(mol, replaceExistingTags=True)
    for index, _ in drawn:
        # a bond has one direction: that of a wedge would hide which side of a double bond it is on
        mol.GetBondWithIdx(index).SetBondDir(Chem.BondDir.NONE)
    Chem.SetDoubleBondNeighborDirections(mol, mol.GetConformer())
    for bond in wavy:
        _forget_double_bonds(bond)
    Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
    for _, begin in drawn:
        atom = mol.GetAtomWithIdx(begin)
        if atom.GetChiralTag() == Chem.ChiralType.CHI_UNSPECIFIED:
            draft.warnings.append(
                f"wedge at {atom.GetSymbol()}{begin}: no stereocentre at its narrow end"
            )


def _forget_double_bonds(wavy: Chem.Bond) -> None:
    """A wavy bond at a double bond says that its geometry is not known."""
    for atom in (wavy.GetBeginAtom(), wavy.GetEndAtom()):
        for bond in atom.GetBonds():
            if bond.GetBondType() == Chem.BondType.DOUBLE and not bond.IsInRingSize(6):
                for end in (bond.GetBeginAtom(), bond.GetEndAtom()):
                    for near in end.GetBonds():
                        if near.GetBondDir() in (
                            Chem.BondDir.ENDUPRIGHT,
                            Chem.BondDir.ENDDOWNRIGHT,
                        ):
                            near.SetBondDir(Chem.BondDir.NONE)
                bond.SetStereo(Chem.BondStereo.STEREOANY)
