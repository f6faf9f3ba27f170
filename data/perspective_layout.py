"""Lays out molecules some of whose rings are seen in perspective; the rest stays flat.

Rings in perspective and the flat parts between them are rigid. They form a tree, which is put
together from one ring outwards; of several ways to put a part on, the first that finds room is
taken. Places are x + iy in bond lengths, y up.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from rdkit.Chem import rdDepictor

from data.layout import pack_parts, set_positions, without_atoms
from data.odds import DepictOdds
from data.perspective_room import Paper
from data.ring_shapes import Shape, chair, haworth
from data.sugars import Atoms, Projection, faces, front
from data.variants import atoms_of

TRIES = (9, 6, 4, 3, 2)
"""Layouts made of a molecule with one ring, two rings and so on before it is drawn flat."""
TURNED_OVER = 0.1
"""Share of first rings with the anomeric carbon on the left."""
EQUATORIAL = 0.85
"""Share of chairs that are turned so that most substituents are equatorial."""
STUB = (0.58, 0.95)
"""Length of bonds from a Haworth projection to an atom that has no other, bond lengths."""
CHAIR_STUB = (0.75, 1.0)
"""The same from a chair."""
HYDROGEN = 0.6
"""Bonds from a chair to hydrogens, of that length."""
LINK = (0.85, 1.25)
"""Length of bonds from rings in perspective to larger parts, bond lengths."""
LEAN = (math.radians(25), math.radians(46))
"""How far bonds between two rings lean outwards at a Haworth projection's left or right corner."""
WOBBLE = math.radians(6)
"""How far equatorial bonds may be from where they should be."""
INSIDE = 0.58
"""Length of bonds that end inside of a Haworth projection, of its height, at most."""
FACING = 0.34
"""The same where another one ends across from there."""
# lengths that are tried, of what they should be
_STRETCH = (1.0, 1.15, 0.88, 1.3)
SNAP = 0.6
"""Share of drawings whose flat parts keep their bonds at multiples of 30 degrees."""
OUTWARDS = 0.6
"""Share of drawings in which labels left of a ring's middle run to the left."""
# length of RDKit's bonds
_BOND = 1.5
_SIX = ((0, 1, 2, 3, 4, 5), (3, 2, 1, 0, 5, 4), (3, 4, 5, 0, 1, 2), (0, 5, 4, 3, 2, 1))
_FIVE = ((0, 1, 2, 3, 4), (3, 2, 1, 0, 4))
# faces of a Haworth projection's corners on which bonds end inside; 2 for none
_INWARDS = (2, 1, 1, 2, -1, -1)
_TURNS = {5: _FIVE, 6: _SIX}
"""Corners at which atoms can stand: as usual, turned over, and with the oxygen in front."""
_USUAL = {5: (0.7, 0.3), 6: (0.6, 0.16, 0.12, 0.12)}
"""How likely each of them is tried first, for rings that hang on another one."""


@dataclass(frozen=True, slots=True)
class _Habits:
    """Choices that hold for a whole drawing."""

    chairs: bool
    stub: float
    chair_stub: float
    link: float
    snap: bool
    outwards: bool


@dataclass(frozen=True, slots=True)
class _Placed:
    """A ring in its place."""

    corners: Atoms
    """Its atoms clockwise from the right."""
    shape: Shape
    faces: dict[tuple[int, int], int]

    def way(self, atom: int, other: int) -> complex:
        return self.shape.way(self.corners.index(atom), self.faces[atom, other])

    def room(self, atom: int, other: int) -> float:
        """How long a bond can be that ends inside of a Haworth projection."""
        if self.shape.chair or not self._ends_inside(atom, other):
            return math.inf
        inside = [bond for bond in self.faces if self._ends_inside(*bond)]
        x = self.shape.corners[self.corners.index(atom)].real
        across = (self.shape.corners[self.corners.index(a)].real for a, _ in inside if a != atom)
        height = max(z.imag for z in self.shape.corners) * 2
        return height * (FACING if any(abs(other - x) < 0.2 for other in across) else INSIDE)

    def _ends_inside(self, atom: int, other: int) -> bool:
        y = self.shape.corners[self.corners.index(atom)].imag
        return abs(y) > 0.2 and y * self.faces[atom, other] < 0

    def leans(self, atom: int) -> float:
        """The outward direction at the ring's left or right corner; 0 elsewhere."""
        corner = self.corners.index(atom)
        return 0.0 if self.shape.chair else {0: 1.0, 3: -1.0}.get(corner, 0.0)


def lay_out_rings(
    mol: Any,
    rings: list[Atoms],
    hidden: frozenset[int],
    texts: dict[int, str],
    unknown: frozenset[int],
    rng: np.random.Generator,
    odds: DepictOdds,
) -> Projection | None:
    """Lay a molecule out with some rings in perspective, in place.

    Args:
        mol: with its stereo; gets one conformer, y up, hidden atoms anywhere.
        rings: as :func:`data.sugars.choose_rings` gives them.
        hidden: atoms that are not drawn.
        texts: about what is written at each atom, "" for bare ones.
        unknown: ring atoms with a wavy bond.
        rng: makes the choices.
        odds: how often what is chosen.

    Returns:
        What the rings tell; ``None`` if there was no room.
    """
    if len(rings) > len(TRIES) or any(hidden.intersection(ring) for ring in rings):
        return None
    # rings of six without a hetero atom always are
    chairs = bool(rng.random() < odds.chair)
    flat: dict[tuple[int, ...], dict[int, complex]] = {}
    for _ in range(TRIES[len(rings) - 1]):
        stub, chair_stub, link = (float(rng.uniform(*span)) for span in (STUB, CHAIR_STUB, LINK))
        snap, outwards = bool(rng.random() < SNAP), bool(rng.random() < OUTWARDS)
        habits = _Habits(chairs, stub, chair_stub, link, snap, outwards)
        builder = _Builder(mol, rings, hidden, unknown, habits, flat, rng)
        if not builder.build():
            continue
        runs = builder.paper.write(texts, builder.wanted())
        if runs is None:
            continue
        builder.set_positions()
        centres = frozenset(i for ring in rings for i in ring)
        strokes = {}
        for placed in builder.placed:
            share = odds.front_chair if placed.shape.chair else odds.front_haworth
            if builder.lots[0] < share:
                strokes.update(front(placed.corners, builder.lots[1] < odds.front_tapered))
        return Projection(strokes, centres, runs)
    return None


class _Builder:
    """A layout while it is put together; ``flat`` keeps the flat parts from one to the next."""

    def __init__(
        self,
        mol: Any,
        rings: list[Atoms],
        hidden: frozenset[int],
        unknown: frozenset[int],
        habits: _Habits,
        flat: dict[tuple[int, ...], dict[int, complex]],
        rng: np.random.Generator,
    ) -> None:
        self.flat = flat
        self.mol, self.hidden, self.unknown = mol, hidden, unknown
        self.habits, self.rng = habits, rng
        self.lots = rng.random(3).tolist()
        self.near: dict[int, list[int]] = {
            atom.GetIdx(): [o.GetIdx() for o in atom.GetNeighbors() if o.GetIdx() not in hidden]
            for atom in atoms_of(mol)
            if atom.GetIdx() not in hidden
        }
        self.ring_of = {i: ring for ring in rings for i in ring}
        self.rings = rings
        self.placed: list[_Placed] = []
        self.by_atom: dict[int, _Placed] = {}
        self.paper = Paper(self.near)

    def build(self) -> bool:
        """Place everything; whether there was room."""
        for ring in self.rings:
            if ring[0] in self.by_atom:
                continue
            turns = _TURNS[len(ring)]
            turn = turns[1 if self.lots[2] < TURNED_OVER else 0]
            placed = self._seen(ring, turn)
            spots = dict(zip(placed.corners, placed.shape.corners, strict=True))
            if not self.paper.put(spots, ring):
                return False
            self._keep(placed)
            if not self._grow(placed):
                return False
            # another component stands elsewhere in the end
            self.paper.close()
        return True

    def wanted(self) -> dict[int, str]:
        """Where labels at rings would rather run."""
        if not self.habits.outwards:
            return {}
        found = {}
        for placed in self.placed:
            for a, b in placed.faces:
                left = placed.shape.corners[placed.corners.index(a)].real < -0.1
                found[b] = "left" if left else "right"
        return found

    def set_positions(self) -> None:
        """Give the molecule a conformer with all places, other components beside the largest."""
        kept = sorted(self.near)
        shape = without_atoms(self.mol, self.hidden)
        lone = frozenset(i for i, atom in enumerate(kept) if atom not in self.paper.at)
        xy = np.zeros((len(kept), 2))
        if lone:
            rest = without_atoms(shape, frozenset(range(len(kept))) - lone)
            rdDepictor.Compute2DCoords(rest, canonOrient=True)
            xy[sorted(lone)] = rest.GetConformer().GetPositions()[:, :2] / _BOND
        for i, atom in enumerate(kept):
            if (z := self.paper.at.get(atom)) is not None:
                xy[i] = z.real, z.imag
        pack_parts(shape, xy, self.rng)
        set_positions(self.mol, self.hidden, xy)

    def _keep(self, placed: _Placed) -> None:
        self.placed.append(placed)
        self.by_atom.update(dict.fromkeys(placed.corners, placed))

    def _grow(self, placed: _Placed) -> bool:
        """Place all that hangs on a ring."""
        bonds = [(a, b) for a, b in placed.faces if b not in self.paper.at]
        if any(b in self.ring_of for _, b in bonds):
            return False
        parts = {b: self._part(b) for _, b in bonds}
        for a, b in sorted(bonds, key=lambda bond: len(parts[bond[1]])):
            part = parts[b]
            ends = [(c, d) for c in part for d in self.near[c] if d in self.ring_of and d != a]
            spots = (self._put_on(placed, a, b, part, ends, k) for k in range(8 if ends else 4))
            # axial bonds may cross the ring
            over = placed.shape.chair and len(part) == 1
            if not any(self.paper.put(spot, tuple(part), over) for spot in spots):
                return False
            for c, d in ends:
                if not self._hang(c, d):
                    return False
        return True

    def _part(self, start: int) -> list[int]:
        """The atoms of the flat part that an atom belongs to."""
        seen, todo = {start}, [start]
        while todo:
            fresh = {j for j in self.near[todo.pop()] if j not in self.ring_of} - seen
            seen |= fresh
            todo += fresh
        return sorted(seen)

    def _put_on(
        self,
        placed: _Placed,
        a: int,
        b: int,
        part: list[int],
        ends: list[tuple[int, int]],
        attempt: int,
    ) -> dict[int, complex]:
        """Places of a flat part on a ring's corner, different at each attempt."""
        rng, habits = self.rng, self.habits
        way = placed.way(a, b)
        length = habits.chair_stub if placed.shape.chair else habits.stub
        length = habits.link if len(part) > 1 or ends else length
        if placed.shape.chair and self._is_hydrogen(b):
            length *= HYDROGEN
        length = min(length, placed.room(a, b)) * _STRETCH[attempt % 4]
        if outwards := placed.leans(a):
            if ends and attempt < 6:
                way *= _turned(outwards, way, float(rng.uniform(*LEAN)))
            elif len(part) > 1 and attempt > 1:
                way *= _turned(outwards, way, float(rng.uniform(0.0, LEAN[1])))
        elif placed.shape.chair and abs(way.imag) < 0.9:
            way *= cmath.exp(1j * float(rng.uniform(-WOBBLE, WOBBLE)))
        start = self.paper.at[a] + way * length
        if len(part) == 1:
            return {b: start}
        flat = self._flat(part, [a, *(d for _, d in ends)])
        if attempt % 2:
            flat = {i: z.conjugate() for i, z in flat.items()}
        forth = flat[b] - flat[a]
        angle = cmath.phase(way / forth)
        if habits.snap:
            angle = round(angle / (math.pi / 6)) * math.pi / 6
        turn = cmath.exp(1j * angle)
        return {i: start + (flat[i] - flat[b]) * turn for i in part}

    def _hang(self, c: int, d: int) -> bool:
        """Place the ring of atom d on atom c, which is placed, and what hangs on it."""
        ring, rng = self.ring_of[d], self.rng
        turns, odds = _TURNS[len(ring)], _USUAL[len(ring)]
        for k in rng.choice(len(turns), len(turns), replace=False, p=odds).tolist():
            placed = self._seen(ring, turns[k])
            corner = placed.shape.corners[placed.corners.index(d)]
            for attempt in range(4):
                way = placed.way(d, c)
                if (outwards := placed.leans(d)) and attempt < 3:
                    way *= _turned(outwards, way, float(rng.uniform(*LEAN)))
                length = self.habits.link * (1 + 0.1 * attempt)
                origin = self.paper.at[c] - way * length - corner
                spots = zip(placed.corners, placed.shape.corners, strict=True)
                if self.paper.put({i: origin + z for i, z in spots}, ring):
                    self._keep(placed)
                    return self._grow(placed)
        return False

    def _seen(self, ring: Atoms, turn: tuple[int, ...]) -> _Placed:
        """A ring in perspective, the atoms of which stand at the given corners."""
        rng = self.rng
        order = sorted(range(len(ring)), key=lambda k: turn[k])
        corners = tuple(ring[k] for k in order)
        found = faces(self.mol, corners, self.unknown, rng)
        found = {bond: face for bond, face in found.items() if bond[1] not in self.hidden}
        carbocycle = all(self.mol.GetAtomWithIdx(i).GetSymbol() == "C" for i in ring)
        if len(ring) == 6 and (self.habits.chairs or carbocycle):
            left_up = bool(rng.random() < 0.5)
            if rng.random() < EQUATORIAL:
                left_up = self._axial(corners, found, True) <= self._axial(corners, found, False)
            roomy = any(self._is_hydrogen(b) for _, b in found)
            return _Placed(corners, chair(left_up, roomy, rng), found)
        inside = [face for (a, _), face in found.items() if face == _INWARDS[corners.index(a)]]
        return _Placed(corners, haworth(len(ring), len(inside) > 1, rng), found)

    def _axial(
        self, corners: Atoms, found: dict[tuple[int, int], int], left_up: bool
    ) -> tuple[int, bool]:
        """How many substituents would be axial; ties go to the chair whose left is up."""
        # the corners of a chair are up and down in turn
        up = [(i % 2 == 1) == left_up for i in range(6)]
        axial = sum(
            face != 0 and (face > 0) == up[corners.index(a)] and not self._is_hydrogen(b)
            for (a, b), face in found.items()
        )
        return axial, not left_up

    def _is_hydrogen(self, atom: int) -> bool:
        return bool(self.mol.GetAtomWithIdx(atom).GetAtomicNum() == 1)

    def _flat(self, part: list[int], stubs: list[int]) -> dict[int, complex]:
        """A part and the ring atoms it hangs on, laid out flat."""
        kept = tuple(sorted({*part, *stubs}))
        if kept in self.flat:
            return self.flat[kept]
        rest = frozenset(range(self.mol.GetNumAtoms())) - set(kept)
        shape = without_atoms(self.mol, rest)
        rdDepictor.Compute2DCoords(shape, canonOrient=True)
        rdDepictor.StraightenDepiction(shape)
        xy = shape.GetConformer().GetPositions()[:, :2] / _BOND
        self.flat[kept] = {i: complex(x, y) for i, (x, y) in zip(kept, xy.tolist(), strict=True)}
        return self.flat[kept]


def _turned(outwards: float, way: complex, angle: float) -> complex:
    """What turns an upright direction outwards by an angle."""
    return cmath.exp(-1j * angle * outwards * (1 if way.imag > 0 else -1))
