"""Chains drawn longer or straighter than a layout engine draws them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from data.layout import clashes
from data.variants import atoms_of, bonds_of

LEAST_ROOM = 0.75
"""Atoms nearer than this (bond lengths) make a redrawn layout a bad one."""


@dataclass(slots=True)
class Change:
    """How chains are redrawn."""

    factors: dict[int, float]
    """How much longer a bond outside of rings becomes, by its index."""
    straight: frozenset[int] = field(default_factory=frozenset)
    """Chain atoms whose bonds go on in the direction they come from; side chains at right
    angles."""
    level: bool = False
    """The chain that is straightened first lies level on the page."""


def long_bonds(mol: Any, rng: np.random.Generator) -> Change:
    """Some or all bonds outside of rings longer."""
    bonds = [bond.GetIdx() for bond in bonds_of(mol) if not bond.IsInRing()]
    if rng.random() < 0.5:
        return Change(dict.fromkeys(bonds, float(rng.uniform(1.15, 1.8))))
    return Change({bond: float(rng.uniform(1.1, 2.3)) for bond in bonds if rng.random() < 0.4})


def straight_chains(mol: Any, rng: np.random.Generator, written: bool) -> Change:
    """Chains in line, mostly with long bonds; always where ``written`` atoms need the room."""
    change = Change({}, frozenset(a.GetIdx() for a in atoms_of(mol) if _can_turn(a)), True)
    if written or rng.random() < 0.6:
        factor = float(rng.uniform(1.5 if written else 1.1, 2.1))
        bonds = (bond.GetIdx() for bond in bonds_of(mol) if not bond.IsInRing())
        change.factors.update(dict.fromkeys(bonds, factor))
    return change


def redraw(mol: Any, xy: NDArray[np.float64], change: Change) -> bool:
    """Move the atoms of a layout, in place, the conformer too; whether there was room.

    What hangs on a bond is moved and turned as a whole, so wedges and double bonds keep their
    meaning.

    Args:
        mol: one component, with the conformer that belongs to ``xy``.
        xy: (N, 2) y up.
        change: what becomes longer, what straight.
    """
    moved = xy.copy()
    weight = _weights(mol) if change.straight else {}
    turn = {0: 0.0}
    # from each atom: where it was come from
    todo = [(0, -1)]
    while todo:
        a, before = todo.pop()
        atom = mol.GetAtomWithIdx(a)
        onwards = [(bond, bond.GetOtherAtomIdx(a)) for bond in atom.GetBonds()]
        onwards = [(bond, b) for bond, b in onwards if b not in turn]
        bent = _bent(xy, a, before, [b for _, b in onwards], weight) if a in change.straight else {}
        for bond, b in onwards:
            if b in turn:
                continue
            turn[b] = turn[a] + bent.get(b, 0.0)
            step = (xy[b] - xy[a]) * change.factors.get(bond.GetIdx(), 1.0)
            c, s = math.cos(turn[b]), math.sin(turn[b])
            moved[b] = moved[a] + (c * step[0] - s * step[1], s * step[0] + c * step[1])
            todo.append((b, a))
    if change.level:
        _level(moved, change.straight, mol)
    if clashes(moved, LEAST_ROOM):
        return False
    xy[:] = moved
    full = np.zeros((len(xy), 3))
    full[:, :2] = xy
    mol.GetConformer().SetPositions(full)
    return True


def _can_turn(atom: Any) -> bool:
    """Whether the directions of an atom's bonds decide nothing."""
    if atom.IsInRing() or atom.GetDegree() < 2 or atom.GetChiralTag():
        return False
    return all(
        bond.GetBondType() == Chem.BondType.SINGLE or bond.GetOtherAtom(atom).GetDegree() == 1
        for bond in atom.GetBonds()
    )


def _weights(mol: Any) -> dict[tuple[int, int], int]:
    """Atoms behind each bond outside of rings, by the atoms that it leads from and to."""
    found: dict[tuple[int, int], int] = {}
    for bond in bonds_of(mol):
        if bond.IsInRing():
            continue
        a, b = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        behind = {a, b}
        todo = [b]
        while todo:
            for other in mol.GetAtomWithIdx(todo.pop()).GetNeighbors():
                if other.GetIdx() not in behind:
                    behind.add(other.GetIdx())
                    todo.append(other.GetIdx())
        found[a, b] = len(behind) - 1
        found[b, a] = mol.GetNumAtoms() - found[a, b]
    return found


def _bent(
    xy: NDArray[np.float64],
    a: int,
    before: int,
    onwards: list[int],
    weight: dict[tuple[int, int], int],
) -> dict[int, float]:
    """By how much what hangs on an atom is turned, so that the heaviest part goes straight on."""
    ranked = sorted(onwards, key=lambda b: weight[a, b], reverse=True)
    if before < 0:
        before, *ranked = ranked
    forth = xy[a] - xy[before]
    ahead = math.atan2(forth[1], forth[0])
    out = {}
    taken: set[int] = set()
    for rank, b in enumerate(ranked):
        step = xy[b] - xy[a]
        is_at = math.atan2(step[1], step[0])
        side = 0
        if rank:
            side = 1 if math.sin(is_at - ahead) > 0 else -1
            side = -side if side in taken else side
            taken.add(side)
        wanted = ahead + side * math.pi / 2
        out[b] = (wanted - is_at + math.pi) % (2 * math.pi) - math.pi
    return out


def _level(xy: NDArray[np.float64], straight: frozenset[int], mol: Any) -> None:
    """Turn everything so that most bonds of straight atoms lie along the page, in place."""
    angles = []
    for a in straight:
        for other in mol.GetAtomWithIdx(a).GetNeighbors():
            step = xy[other.GetIdx()] - xy[a]
            angles.append(math.atan2(step[1], step[0]) % math.pi)
    if not angles:
        return
    votes = [sum(abs(math.sin(a - b)) < 0.1 for b in angles) for a in angles]
    angle = -angles[int(np.argmax(votes))]
    c, s = math.cos(angle), math.sin(angle)
    xy[:] = xy @ np.array([[c, s], [-s, c]])
