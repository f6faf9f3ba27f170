"""Stereo from what is drawn: wedges and hashes, wavy bonds, E/Z from the coordinates."""

from __future__ import annotations

import math

from rdkit import Chem

from assemble.atropisomer import assign_atropisomers
from assemble.build import Draft
from assemble.graph import BondKind, MoleculeGraph
from assemble.writers import mark_wedges

_DIRECTIONS = {
    BondKind.WEDGE: Chem.BondDir.BEGINWEDGE,
    BondKind.HASH: Chem.BondDir.BEGINDASH,
    BondKind.WAVY: Chem.BondDir.UNKNOWN,
}
_WIDE = {BondKind.BOLD: Chem.BondDir.BEGINWEDGE, BondKind.DASHED: Chem.BondDir.BEGINDASH}
"""Strokes without a narrow end, and what they mean at a stereocentre."""
_WEDGES = (Chem.BondDir.BEGINWEDGE, Chem.BondDir.BEGINDASH)
_CENTRES = frozenset(["C", "N", "Si", "Ge", "Sn", "P", "As", "S", "Se", "B"])
"""Elements whose configuration InChI and SMILES agree upon."""
_TETRAHEDRAL = (Chem.ChiralType.CHI_TETRAHEDRAL_CW, Chem.ChiralType.CHI_TETRAHEDRAL_CCW)
BOND = 1.5
"""Length of a median bond of the conformer that stereo is read from; RDKit is tuned for it."""
SHORT = 0.15
"""Bonds shorter than this, in median bond lengths, have no direction."""
CLOSE = math.radians(5)
"""Directions closer than this are one: drawings, and what is read of them, are no better."""
FLAT = math.radians(2)
"""How far the bar of a T may be from straight."""
FAN = math.radians(60)
"""Bonds that all lie within this angle point one way."""


def assign_stereo(draft: Draft, graph: MoleculeGraph, mol: Chem.Mol) -> None:
    """Set chiral tags and double bond stereo of a sanitised molecule with a conformer.

    Where the coordinates do not decide, nothing is set and a warning says so.

    Args:
        draft: tells which bond comes from which drawn bond.
        graph: as drawn; the narrow end of a wedge is the begin atom.
        mol: changed in place.
    """
    centres, double_bonds = _possible(mol)
    wavy = _set_directions(draft, graph, mol, centres)
    wedges = [(b, b.GetBondDir()) for b in mol.GetBonds() if b.GetBondDir() in _WEDGES]
    mark_wedges(mol)
    narrow = sorted({bond.GetBeginAtomIdx() for bond, _ in wedges})
    unclear = [index for index in narrow if _is_unclear(mol.GetAtomWithIdx(index))]
    for bond, _ in wedges:
        if bond.GetBeginAtomIdx() not in centres and _is_sp2(bond.GetBeginAtom()):
            # RDKit would look for an axis here, and fails at some that are none
            bond.SetBondDir(Chem.BondDir.NONE)
    Chem.AssignChiralTypesFromBondDirs(mol, replaceExistingTags=True)
    for atom in mol.GetAtoms():
        known = atom.GetSymbol() in _CENTRES and atom.GetChiralTag() in _TETRAHEDRAL
        if not known or atom.GetIdx() in unclear:
            atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    for bond, _ in wedges:
        # a bond has one direction: that of a wedge would hide which side of a double bond it is on
        bond.SetBondDir(Chem.BondDir.NONE)
    Chem.SetDoubleBondNeighborDirections(mol, mol.GetConformer())
    for bond in map(mol.GetBondWithIdx, double_bonds):
        if not _is_cumulated(bond) and _is_straight(bond):
            _forget(bond)
            draft.warnings.append(f"double bond {_name(bond)}: its geometry is not clear")
    for bond in wavy:
        _forget_double_bonds(bond)
    Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
    explained = assign_atropisomers(mol, wedges)
    for atom in map(mol.GetAtomWithIdx, narrow):
        unset = atom.GetChiralTag() == Chem.ChiralType.CHI_UNSPECIFIED
        if unset and atom.GetIdx() not in explained:
            reason = "the geometry is not clear" if atom.GetIdx() in centres else _no_centre(atom)
            draft.warnings.append(f"wedge at {atom.GetSymbol()}{atom.GetIdx()}: {reason}")


def _possible(mol: Chem.Mol) -> tuple[set[int], list[int]]:
    """Atoms that can be tetrahedral stereocentres, and double bonds that have two geometries."""
    found = list(Chem.FindPotentialStereo(mol))
    centres = {s.centeredOn for s in found if s.type == Chem.StereoType.Atom_Tetrahedral}
    doubles = [s.centeredOn for s in found if s.type == Chem.StereoType.Bond_Double]
    return {i for i in centres if mol.GetAtomWithIdx(i).GetSymbol() in _CENTRES}, doubles


def _set_directions(
    draft: Draft, graph: MoleculeGraph, mol: Chem.Mol, centres: set[int]
) -> list[Chem.Bond]:
    """Mark wedges, hashes and wavy bonds on the molecule; returns the wavy ones."""
    wavy: list[Chem.Bond] = []
    for index, row in draft.bond_row.items():
        kind = BondKind(int(graph.kinds[row]))
        bond = mol.GetBondWithIdx(index)
        if kind in _WIDE:
            begins, ends = (i in centres for i in (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()))
            if begins and ends:
                draft.warnings.append(
                    f"{kind.name.lower()} bond {_name(bond)} does not say which end is the centre"
                )
            elif begins:
                bond.SetBondDir(_WIDE[kind])
        elif kind in _DIRECTIONS:
            bond.SetBondDir(_DIRECTIONS[kind])
        if kind is BondKind.WAVY:
            wavy.append(bond)
    return wavy


def _bearings(atom: Chem.Atom) -> list[float] | None:
    """Directions of an atom's bonds, in radians and in their order; None if one is too short."""
    conformer = atom.GetOwningMol().GetConformer()
    here = conformer.GetAtomPosition(atom.GetIdx())
    angles = []
    for near in atom.GetNeighbors():
        step = conformer.GetAtomPosition(near.GetIdx()) - here
        if math.hypot(step.x, step.y) < SHORT * BOND:
            return None
        angles.append(math.atan2(step.y, step.x))
    return angles


def _is_unclear(atom: Chem.Atom) -> bool:
    """Whether the bonds around a stereocentre lie so that a wedge decides nothing.

    So it is when bonds lie upon each other, when all of them point one way, and when the one
    wedge of three bonds is the stem of a T.
    """
    angles = _bearings(atom)
    if angles is None:
        return True
    order = sorted(angles)
    gaps = [
        (later - angle) % (2 * math.pi)
        for angle, later in zip(order, order[1:] + order[:1], strict=True)
    ]
    if min(gaps) < CLOSE or max(gaps) > 2 * math.pi - FAN:
        return True
    stems = [
        angle
        for angle, bond in zip(angles, atom.GetBonds(), strict=True)
        if bond.GetBondDir() in _WEDGES and bond.GetBeginAtomIdx() == atom.GetIdx()
    ]
    widest = order[gaps.index(max(gaps))]
    between = len(angles) == 3 and abs(max(gaps) - math.pi) < FLAT
    ends = (widest, order[(order.index(widest) + 1) % len(order)])
    return between and len(stems) == 1 and stems[0] not in ends


def _is_straight(bond: Chem.Bond) -> bool:
    """Whether a neighbour of a double bond lies upon its axis, or upon one of its atoms."""
    for atom in (bond.GetBeginAtom(), bond.GetEndAtom()):
        angles = _bearings(atom)
        if angles is None:
            return True
        own = [other.GetIdx() for other in atom.GetBonds()].index(bond.GetIdx())
        axis = angles.pop(own)
        if any(abs(math.sin(angle - axis)) < math.sin(CLOSE) for angle in angles):
            return True
    return False


def _is_cumulated(bond: Chem.Bond) -> bool:
    """Whether another double bond follows, as in allenes and azides: these are straight."""
    return any(
        atom.GetDegree() == 2
        and all(near.GetBondType() == Chem.BondType.DOUBLE for near in atom.GetBonds())
        for atom in (bond.GetBeginAtom(), bond.GetEndAtom())
    )


def _is_sp2(atom: Chem.Atom) -> bool:
    return atom.GetHybridization() in (Chem.HybridizationType.SP, Chem.HybridizationType.SP2)


def _no_centre(atom: Chem.Atom) -> str:
    doubles = [bond for bond in atom.GetBonds() if bond.GetBondType() == Chem.BondType.DOUBLE]
    cumulated = len(doubles) == 1 and _is_cumulated(doubles[0])
    return "stereo of an allene is not kept" if cumulated else "no stereocentre at its narrow end"


def _name(bond: Chem.Bond) -> str:
    ends = (bond.GetBeginAtom(), bond.GetEndAtom())
    return "-".join(f"{atom.GetSymbol()}{atom.GetIdx()}" for atom in ends)


def _forget_double_bonds(wavy: Chem.Bond) -> None:
    """A wavy bond at a double bond says that its geometry is not known."""
    for atom in (wavy.GetBeginAtom(), wavy.GetEndAtom()):
        for bond in atom.GetBonds():
            if bond.GetBondType() == Chem.BondType.DOUBLE and not bond.IsInRingSize(6):
                _forget(bond)


def _forget(bond: Chem.Bond) -> None:
    """Take away what the neighbours of a double bond say of its geometry."""
    for end in (bond.GetBeginAtom(), bond.GetEndAtom()):
        for near in end.GetBonds():
            if near.GetBondDir() in (Chem.BondDir.ENDUPRIGHT, Chem.BondDir.ENDDOWNRIGHT):
                near.SetBondDir(Chem.BondDir.NONE)
    bond.SetStereo(Chem.BondStereo.STEREOANY)
