"""E and Z from where the neighbours of a double bond lie."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from rdkit import Chem

from assemble.geometry import CLOSE, SHORT


def assign_double_bonds(
    mol: Chem.Mol, doubles: Iterable[int], unknown: Collection[int], length: float
) -> list[Chem.Bond]:
    """Set the stereo of double bonds and the directions beside them, as their geometry has it.

    Args:
        mol: with a conformer; changed in place.
        doubles: indices of the double bonds that have two geometries.
        unknown: those of them whose geometry is drawn as unknown.
        length: the conformer's median bond.

    Returns:
        Bonds whose geometry the coordinates do not decide; they are unknown, too.
    """
    unclear = []
    for bond in map(mol.GetBondWithIdx, doubles):
        if not all(_outer(bond, end) for end in _ends(bond)):
            # an imine whose hydrogen is not drawn
            continue
        is_cis = None if bond.GetIdx() in unknown else drawn_cis(bond, length)
        if is_cis is None:
            bond.SetStereo(Chem.BondStereo.STEREOANY)
            if bond.GetIdx() not in unknown:
                unclear.append(bond)
        else:
            bond.SetStereoAtoms(*(_outer(bond, end)[0].GetIdx() for end in _ends(bond)))
            stereo = Chem.BondStereo
            bond.SetStereo(stereo.STEREOCIS if is_cis else stereo.STEREOTRANS)
    Chem.SetDoubleBondNeighborDirections(mol)
    return unclear


def drawn_cis(bond: Chem.Bond, length: float) -> bool | None:
    """Whether the first other neighbours of a double bond's ends lie on one side of it.

    None if the coordinates do not decide: a lone neighbour upon the axis, two of them on one side
    of it, or an atom upon another.

    Args:
        bond: of a molecule with a conformer; each end has one or two other neighbours.
        length: the conformer's median bond.
    """
    conformer = bond.GetOwningMol().GetConformer()
    begin, end = (conformer.GetAtomPosition(atom.GetIdx()) for atom in _ends(bond))
    axis = end - begin
    if math.hypot(axis.x, axis.y) < SHORT * length:
        return None
    product = 1.0
    for atom in _ends(bond):
        here = conformer.GetAtomPosition(atom.GetIdx())
        sides = []
        for near in _outer(bond, atom):
            step = conformer.GetAtomPosition(near.GetIdx()) - here
            reach = math.hypot(step.x, step.y)
            if reach < SHORT * length:
                return None
            sine = (axis.x * step.y - axis.y * step.x) / (reach * math.hypot(axis.x, axis.y))
            sides.append(0 if abs(sine) < math.sin(CLOSE) else math.copysign(1, sine))
        if sides[0] == sides[-1] and (len(sides) > 1 or not sides[0]):
            return None
        # a neighbour upon the axis leaves one side to the other
        product *= sides[0] or -sides[-1]
    return product > 0


def _ends(bond: Chem.Bond) -> tuple[Chem.Atom, Chem.Atom]:
    return bond.GetBeginAtom(), bond.GetEndAtom()


def _outer(bond: Chem.Bond, end: Chem.Atom) -> list[Chem.Atom]:
    other = bond.GetOtherAtomIdx(end.GetIdx())
    return [near for near in end.GetNeighbors() if near.GetIdx() != other]
