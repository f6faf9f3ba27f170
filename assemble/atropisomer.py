"""Atropisomers: single bonds that cannot turn, drawn with a wedge beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from rdkit import Chem

SMALLEST_RING = 8
"""Bonds in smaller rings are no axes."""
_SIDES = {Chem.BondDir.BEGINWEDGE: 1, Chem.BondDir.BEGINDASH: -1}


def assign_atropisomers(
    mol: Chem.Mol, wedges: Sequence[tuple[Chem.Bond, Chem.BondDir]]
) -> set[int]:
    """Set the stereo of axes from wedges whose narrow end is an end of one.

    The neighbour on the wedge lies in front of the paper, those at the other end of the axis lie
    in it. As RDKit has it, the sense is that of the turn from the neighbour of lowest index at the
    near end of the axis to that at the far end: clockwise or not.

    Args:
        mol: sanitised, with a conformer (y up); changed in place.
        wedges: bonds with the direction that was drawn.

    Returns:
        Narrow ends that the axes explain. Wedges that contradict each other explain nothing.
    """
    votes: dict[int, dict[int, bool]] = defaultdict(dict)
    for wedge, direction in wedges:
        near = wedge.GetBeginAtom()
        axis = _axis(near, wedge)
        if axis is not None:
            votes[axis.GetIdx()][near.GetIdx()] = _clockwise(axis, near, wedge, _SIDES[direction])
    explained: set[int] = set()
    for index, senses in votes.items():
        if len(set(senses.values())) == 1:
            clockwise = next(iter(senses.values()))
            stereo = Chem.BondStereo
            mol.GetBondWithIdx(index).SetStereo(
                stereo.STEREOATROPCW if clockwise else stereo.STEREOATROPCCW
            )
            explained |= set(senses)
    return explained


def _axis(near: Chem.Atom, wedge: Chem.Bond) -> Chem.Bond | None:
    """The single bond between two flat atoms that a wedge stands beside."""
    found = [
        bond
        for bond in near.GetBonds()
        if bond.GetIdx() != wedge.GetIdx()
        and bond.GetBondType() == Chem.BondType.SINGLE
        and not any(bond.IsInRingSize(size) for size in range(3, SMALLEST_RING))
        and all(_is_flat(atom) for atom in (near, bond.GetOtherAtom(near)))
    ]
    return found[0] if len(found) == 1 and wedge.IsInRing() else None


def _is_flat(atom: Chem.Atom) -> bool:
    sp2 = atom.GetHybridization() == Chem.HybridizationType.SP2
    return bool(sp2 and atom.IsInRing() and atom.GetDegree() == 3)


def _clockwise(axis: Chem.Bond, near: Chem.Atom, wedge: Chem.Bond, side: int) -> bool:
    far = axis.GetOtherAtom(near)
    first, last = (_lowest(atom, other) for atom, other in ((near, far), (far, near)))
    if first != wedge.GetOtherAtomIdx(near.GetIdx()):
        # the other neighbour lies behind the paper if that on the wedge lies before it
        side = -side
    conformer = near.GetOwningMol().GetConformer()
    here, there, end = (
        conformer.GetAtomPosition(index) for index in (near.GetIdx(), far.GetIdx(), last)
    )
    along, out = there - here, end - there
    return bool((along.x * out.y - along.y * out.x) * side < 0)


def _lowest(atom: Chem.Atom, other: Chem.Atom) -> int:
    """Index of the first neighbour of one end of an axis that is not its other end."""
    return min(a.GetIdx() for a in atom.GetNeighbors() if a.GetIdx() != other.GetIdx())
