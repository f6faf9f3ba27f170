"""Stereo of a molecule that is laid out: wedges that say it, double bonds as they are drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from rdkit import Chem

from assemble.double_bonds import assign_double_bonds, drawn_cis
from assemble.geometry import WEDGES, is_unclear
from data.variants import TETRAHEDRAL, atoms_of, bonds_of

_CIS = {
    Chem.BondStereo.STEREOZ: True,
    Chem.BondStereo.STEREOCIS: True,
    Chem.BondStereo.STEREOE: False,
    Chem.BondStereo.STEREOTRANS: False,
}


def has_loose_double_bond(mol: Any) -> bool:
    """Whether some double bond might have a geometry that the molecule does not state."""
    rings = None
    for bond in bonds_of(mol):
        if (
            bond.GetBondType() != Chem.BondType.DOUBLE
            or bond.GetStereo() != Chem.BondStereo.STEREONONE
        ):
            continue
        if bond.GetBeginAtom().GetDegree() < 2 or bond.GetEndAtom().GetDegree() < 2:
            continue
        if not bond.IsInRing():
            return True
        rings = rings or mol.GetRingInfo()
        if rings.MinBondRingSize(bond.GetIdx()) >= 8:
            return True
    return False


def loose_double_bonds(mol: Any) -> list[int]:
    """Indices of the double bonds that could have a geometry but state none."""
    probe = Chem.Mol(mol)
    Chem.FindPotentialStereoBonds(probe, False)
    return [
        bond.GetIdx() for bond in bonds_of(probe) if bond.GetStereo() == Chem.BondStereo.STEREOANY
    ]


def read_geometry(mol: Any, unknown: Iterable[int]) -> None:
    """Give a laid-out molecule's loose double bonds the geometry they are drawn in, in place.

    Args:
        mol: the molecule with its conformer.
        unknown: indices of double bonds that stay without geometry.
    """
    found = Chem.FindPotentialStereo(mol)
    doubles = [s.centeredOn for s in found if s.type == Chem.StereoType.Bond_Double]
    assign_double_bonds(mol, doubles, set(unknown), 1.0)
    Chem.AssignStereochemistry(mol, cleanIt=True, force=True)


def keeps_geometry(mol: Any) -> bool:
    """Whether the double bonds of a laid-out molecule are drawn in the geometry that they have.

    Engines give way in large rings, and in cages neighbours may lie on a double bond's axis.
    """
    for bond in bonds_of(mol):
        cis = _CIS.get(bond.GetStereo())
        stated = list(zip(_ends(bond), bond.GetStereoAtoms(), strict=False))
        # a label may stand for what says so
        there = all(mol.GetBondBetweenAtoms(*pair) for pair in stated)
        if cis is None or len(stated) < 2 or not there:
            continue
        for end, outer in stated:
            other = bond.GetOtherAtomIdx(end)
            near = mol.GetAtomWithIdx(end).GetNeighbors()
            cis ^= next(a.GetIdx() for a in near if a.GetIdx() != other) != outer
        if drawn_cis(bond, 1.0) is not cis:
            return False
    return True


def _ends(bond: Any) -> tuple[int, int]:
    return bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()


def wedge(mol: Any, rng: np.random.Generator, two: bool = False, freely: bool = False) -> bool:
    """Choose the wedges of a laid-out molecule, in place; whether they say what they should.

    In cages a wedge between two stereocentres, or one between bonds that are nearly in line, can
    come out with the other meaning or with none.

    Args:
        mol: kekulised, with the final coordinates.
        rng: picks the bonds of ``freely``.
        two: two wedges rather than one at each stereocentre where possible.
        freely: any bond of a stereocentre may carry its wedge, as in drawings made by hand; RDKit
            alone keeps to side chains and avoids bonds to unsaturated atoms.
    """
    tags = [atom.GetChiralTag() for atom in atoms_of(mol)]
    if not any(tag in TETRAHEDRAL for tag in tags):
        return True
    # where RDKit's own choice decides nothing, another one mostly does
    for doubled, moved in ((two, freely), (two, False), (True, False), (False, True), (True, True)):
        for bond in bonds_of(mol):
            if bond.GetBondDir() in WEDGES:
                bond.SetBondDir(Chem.BondDir.NONE)
        options: Any = Chem.BondWedgingParameters()
        options.wedgeTwoBondsIfPossible = doubled
        Chem.WedgeMolBonds(mol, mol.GetConformer(), options)
        if moved:
            _move_wedges(mol, rng)
        if _says(mol, tags):
            return True
    return False


def _move_wedges(mol: Any, rng: np.random.Generator) -> None:
    """Give each wedge to some bond that begins at the same stereocentre."""
    for bond in [bond for bond in bonds_of(mol) if bond.GetBondDir() in WEDGES]:
        centre = bond.GetBeginAtom()
        others = [
            other
            for other in centre.GetBonds()
            if other.GetBeginAtomIdx() == centre.GetIdx()
            and other.GetBondType() == Chem.BondType.SINGLE
            and (other.GetIdx() == bond.GetIdx() or other.GetBondDir() == Chem.BondDir.NONE)
        ]
        bond.SetBondDir(Chem.BondDir.NONE)
        Chem.WedgeBond(others[int(rng.integers(len(others)))], centre.GetIdx(), mol.GetConformer())


def _says(mol: Any, tags: list[Any]) -> bool:
    """Whether the wedges of a molecule mean these chiral tags, beyond doubt."""
    probe = Chem.Mol(mol)
    for atom in atoms_of(probe):
        if atom.GetChiralTag() in TETRAHEDRAL and is_unclear(atom, 1.0):
            return False
        atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    Chem.AssignChiralTypesFromBondDirs(probe)
    return tags == [atom.GetChiralTag() for atom in atoms_of(probe)]
