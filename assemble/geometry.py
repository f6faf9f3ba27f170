"""Whether bonds around an atom lie so that a wedge says something."""

from __future__ import annotations

import math

from rdkit import Chem

WEDGES = (Chem.BondDir.BEGINWEDGE, Chem.BondDir.BEGINDASH)
SHORT = 0.15
"""Bonds shorter than this, in median bond lengths, have no direction."""
CLOSE = math.radians(5)
"""Directions closer than this are one: drawings, and what is read of them, are no better."""
FLAT = math.radians(2)
"""How far the bar of a T may be from straight."""
FAN = math.radians(60)
"""Bonds that all lie within this angle point one way."""


def is_unclear(atom: Chem.Atom, length: float) -> bool:
    """Whether the bonds around a stereocentre lie so that its wedges decide nothing.

    So it is when bonds lie upon each other, when all of them point one way, and when the one
    wedge of three bonds is the stem of a T.

    Args:
        atom: of a molecule with a conformer and with wedges set as bond directions.
        length: the conformer's median bond.
    """
    angles = _bearings(atom, length)
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
        if bond.GetBondDir() in WEDGES and bond.GetBeginAtomIdx() == atom.GetIdx()
    ]
    widest = order[gaps.index(max(gaps))]
    between = len(angles) == 3 and abs(max(gaps) - math.pi) < FLAT
    ends = (widest, order[(order.index(widest) + 1) % len(order)])
    return between and len(stems) == 1 and stems[0] not in ends


def sense(atom: Chem.Atom, wedge: Chem.Bond) -> int:
    """The chirality that one wedge alone gives a centre of three or four bonds, CW 1 or CCW -1.

    As RDKit has it, seen along the first bond.

    Wedges of one centre that differ in it contradict each other, as two neighbouring ones that
    both come forward do.

    Args:
        atom: at the narrow end, with bonds whose directions are known to differ.
        wedge: one of its bonds, with its direction set.
    """
    bonds = list(atom.GetBonds())
    angles = _bearings(atom, 0.0) or []
    own = [bond.GetIdx() for bond in bonds].index(wedge.GetIdx())
    turn = [(angle - angles[own]) % (2 * math.pi) for angle in angles]
    order = sorted(range(len(turn)), key=turn.__getitem__)
    swaps = sum(i > j for at, i in enumerate(order) for j in order[at + 1 :])
    # between two others on one side, a bond of three stands for the opposite of what it says
    between = len(turn) == 3 and turn[order[1]] < math.pi < turn[order[2]]
    between = between and turn[order[2]] - turn[order[1]] > math.pi
    forward = wedge.GetBondDir() == Chem.BondDir.BEGINWEDGE
    return 1 if (swaps % 2 == 0) ^ forward ^ between else -1


def _bearings(atom: Chem.Atom, length: float) -> list[float] | None:
    """Directions of an atom's bonds, in radians and in their order; None if one is too short."""
    conformer = atom.GetOwningMol().GetConformer()
    here = conformer.GetAtomPosition(atom.GetIdx())
    angles = []
    for near in atom.GetNeighbors():
        step = conformer.GetAtomPosition(near.GetIdx()) - here
        if math.hypot(step.x, step.y) < SHORT * length:
            return None
        angles.append(math.atan2(step.y, step.x))
    return angles
