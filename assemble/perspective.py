"""Stereo of rings drawn in perspective, without wedges: Haworth projections and chairs.

A sugar's ring is often seen from the side and a little from above, its lower edge in front. Such a
ring runs the same way round as the flat ring it stands for, so that what stands up on the page
comes forward there, and what hangs down goes back. That the way round the ring tells a Haworth
projection (always one hand) from a chair (the other hand at two opposite corners) is the idea of
John Mayfield's recognition of carbohydrates in the Chemistry Development Kit. The limits here are
narrow: a ring that could be an ordinary one, drawn a little askew, is left alone.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from rdkit import Chem

from assemble.geometry import SHORT
from assemble.graph import BondKind

_HETERO = frozenset(["O", "S", "N"])
"""What closes the ring of a sugar, once."""
HAWORTH_HEIGHT = {5: 0.75, 6: 0.70}
"""Most height of a Haworth ring, of its width; regular rings have 0.95 and 0.87."""
CHAIR_HEIGHT = 0.75
"""The same of a chair."""
LEVEL = math.radians(10)
"""How far a Haworth ring's front edge may be from level."""
LOW = 0.1
"""How much lower than its left and right corners that edge is at least, of the ring's width."""
CORNER = math.radians(8)
"""Corners turn by more than this: less is a straight line that might be meant either way."""
ZIGZAG = 0.1
"""How much each corner of a chair is above or below its neighbours' middle, of the ring's width."""
PARALLEL = math.radians(20)
"""How far opposite sides of a chair may be from parallel."""
ALIKE = 1.6
"""How much longer than the opposite side a side of a chair may be."""
UPRIGHT = math.radians(20)
"""How far a substituent may lean that stands up or hangs down."""
LEANING = math.radians(50)
"""The same at the left and right corners, outwards: bonds between two sugars are drawn so."""
AXIAL = math.radians(30)
"""How far an axial bond of a chair may be from vertical."""
EQUATORIAL = math.radians(45)
"""How far an equatorial bond may be from the sides of the ring that it should be parallel to."""
APART = math.radians(55)
"""How far at least it is from the other of these two directions."""
LEAST_CENTRES = {5: 2, 6: 3}
"""Stereocentres of a sugar's ring, by its size."""
LEAST_CARBOCYCLE = 2
"""The same of a cyclohexane, which is read as a chair only: flat ones are no chairs."""
_WEDGES = (BondKind.WEDGE, BondKind.HASH)
_ASIDE = frozenset([BondKind.SINGLE, BondKind.DOUBLE, BondKind.TRIPLE, BondKind.WAVY])
"""Strokes that may leave the ring: none of them says what is in front."""


@dataclass(frozen=True, slots=True)
class Perspective:
    """A ring drawn in perspective."""

    name: str
    """What the drawing is called."""
    atoms: tuple[int, ...]
    """Clockwise on the page from the corner that is furthest to the right: the second and third
    are in front."""
    strokes: frozenset[int]
    """Bonds of the ring that are bold or grow wider since they are in front."""
    around: dict[int, tuple[int, int, int, int]]
    """For each stereocentre its neighbours: seen from the first, the others are clockwise; -1 for
    a hydrogen that is not drawn."""


def find_perspectives(
    mol: Chem.Mol, kinds: Mapping[int, BondKind], centres: set[int], length: float
) -> list[Perspective]:
    """The rings of a drawing that are Haworth projections or chairs, beyond doubt.

    Args:
        mol: sanitised, with a 2-D conformer, y up.
        kinds: how its bonds are drawn, by their index; the others are plain.
        centres: atoms that can be stereocentres.
        length: the conformer's median bond.
    """
    rings = (_Ring.of(mol, atoms) for atoms in mol.GetRingInfo().AtomRings() if can_be(mol, atoms))
    found = (_read(mol, ring, kinds, centres, SHORT * length) for ring in rings)
    return [perspective for perspective in found if perspective is not None]


def set_centres(mol: Chem.Mol, perspective: Perspective) -> None:
    """Give the stereocentres of a ring the configuration that its drawing means, in place."""
    for index, around in perspective.around.items():
        atom = mol.GetAtomWithIdx(index)
        atom.SetChiralTag(configuration(atom, around))


def configuration(atom: Chem.Atom, around: tuple[int, int, int, int]) -> Chem.ChiralType:
    """The chiral tag of an atom whose last three neighbours are clockwise, seen from the first.

    Args:
        atom: with three or four neighbours.
        around: their indices, -1 for a hydrogen that is no atom.
    """
    order = [near.GetIdx() for near in atom.GetNeighbors()]
    # RDKit takes a hydrogen that is no atom for the last neighbour
    places = [around.index(near) for near in (order if -1 not in around else [*order, -1])]
    swaps = sum(a > b for i, b in enumerate(places) for a in places[:i])
    if swaps % 2:
        return Chem.ChiralType.CHI_TETRAHEDRAL_CCW
    return Chem.ChiralType.CHI_TETRAHEDRAL_CW


@dataclass(frozen=True, slots=True)
class _Ring:
    """Atoms and their places, clockwise from the right; x + iy, y up."""

    atoms: tuple[int, ...]
    z: tuple[complex, ...]

    @classmethod
    def of(cls, mol: Chem.Mol, atoms: tuple[int, ...]) -> _Ring:
        z = [_place(mol, i) for i in atoms]
        area = sum((a.conjugate() * b).imag for a, b in zip(z, [*z[1:], z[0]], strict=True))
        way = -1 if area > 0 else 1
        first = max(range(len(z)), key=lambda i: z[i].real)
        order = [(first + way * i) % len(z) for i in range(len(z))]
        return cls(tuple(atoms[i] for i in order), tuple(z[i] for i in order))

    @property
    def width(self) -> float:
        return max(p.real for p in self.z) - min(p.real for p in self.z)

    @property
    def height(self) -> float:
        return max(p.imag for p in self.z) - min(p.imag for p in self.z)

    def side(self, i: int) -> complex:
        """The bond from a corner to the next one."""
        return self.z[(i + 1) % len(self.z)] - self.z[i % len(self.z)]

    def turn(self, i: int) -> float:
        """How much the way round turns at a corner, in radians; below 0 to the right."""
        return cmath.phase(self.side(i) / self.side(i - 1))


def _place(mol: Chem.Mol, index: int) -> complex:
    position = mol.GetConformer().GetAtomPosition(index)
    return complex(position.x, position.y)


def can_be(mol: Chem.Mol, atoms: tuple[int, ...]) -> bool:
    """Whether a ring could be that of a sugar, or a cyclohexane that is drawn as a chair.

    Rings that share atoms with others are not read at all.
    """
    rings = mol.GetRingInfo()
    if len(atoms) not in HAWORTH_HEIGHT or any(rings.NumAtomRings(i) > 1 for i in atoms):
        return False
    symbols = [mol.GetAtomWithIdx(i).GetSymbol() for i in atoms]
    hetero = [symbol for symbol in symbols if symbol != "C"]
    sides = zip(atoms, (*atoms[1:], atoms[0]), strict=True)
    kind = hetero[0] in _HETERO if len(hetero) == 1 else not hetero and len(atoms) == 6
    return kind and (
        all(mol.GetBondBetweenAtoms(*s).GetBondType() == Chem.BondType.SINGLE for s in sides)
    )


def _read(
    mol: Chem.Mol,
    ring: _Ring,
    kinds: Mapping[int, BondKind],
    centres: set[int],
    short: float,
) -> Perspective | None:
    if min(abs(ring.side(i)) for i in range(len(ring.z))) <= short:
        return None
    chair = _is_chair(ring)
    carbocycle = all(mol.GetAtomWithIdx(i).GetSymbol() == "C" for i in ring.atoms)
    if not chair and (carbocycle or not _is_haworth(ring)):
        return None
    strokes = _front(mol, ring, kinds)
    if strokes is None:
        return None
    around: dict[int, tuple[int, int, int, int]] = {}
    upright = 0
    for i, index in enumerate(ring.atoms):
        atom = mol.GetAtomWithIdx(index)
        before, after = ring.atoms[i - 1], ring.atoms[(i + 1) % len(ring.atoms)]
        outside = [bond for bond in atom.GetBonds() if not bond.IsInRing()]
        unknown = any(kinds.get(bond.GetIdx()) is BondKind.WAVY for bond in outside)
        if index not in centres or atom.GetSymbol() != "C" or unknown:
            continue
        standing = {1: -1, -1: -1}
        for other in (bond.GetOtherAtomIdx(index) for bond in outside):
            step = _place(mol, other) - ring.z[i]
            if abs(step) <= short:
                return None
            sense = _chair_sense(ring, i, step) if chair else _haworth_sense(i, step)
            if not sense or standing[sense] != -1:
                return None
            standing[sense] = other
            upright += abs(step.real) <= abs(step) * math.sin(UPRIGHT)
        around[index] = (standing[1], before, standing[-1], after)
    least = LEAST_CARBOCYCLE if carbocycle else LEAST_CENTRES[len(ring.atoms)]
    if len(around) < least or not (chair or upright > 1):
        return None
    return Perspective("chair" if chair else "Haworth projection", ring.atoms, strokes, around)


def _is_haworth(ring: _Ring) -> bool:
    """A convex ring that is too low to be a regular one, with a level edge in front."""
    right, front, beside, left = ring.z[:4]
    width = ring.width
    return (
        ring.height <= HAWORTH_HEIGHT[len(ring.z)] * width
        and left.real == min(p.real for p in ring.z)
        and all(ring.turn(i) < -CORNER for i in range(len(ring.z)))
        and abs(cmath.phase(front - beside)) <= LEVEL
        and max(front.imag, beside.imag) <= min(p.imag for p in (right, left)) - LOW * width
    )


def _is_chair(ring: _Ring) -> bool:
    """A centrosymmetric zigzag ring of six with one corner bent inwards in front and behind."""
    if len(ring.z) != 6 or ring.height > CHAIR_HEIGHT * ring.width:
        return False
    inwards = [i for i in range(6) if ring.turn(i) > 0]
    senses = [_is_above(ring, i) for i in range(6)]
    return (
        inwards in ([1, 4], [2, 5])
        and all(abs(ring.turn(i)) > CORNER for i in range(6))
        and all(abs(sense) > ZIGZAG * ring.width for sense in senses)
        and all(a * b < 0 for a, b in pairwise(senses))
        and all(abs(cmath.phase(-ring.side(i) / ring.side(i + 3))) < PARALLEL for i in range(3))
        and all(1 / ALIKE < abs(ring.side(i) / ring.side(i + 3)) < ALIKE for i in range(3))
    )


def _is_above(ring: _Ring, i: int) -> float:
    """How far a corner is above the middle of its neighbours."""
    return (ring.z[i] - (ring.z[i - 1] + ring.z[(i + 1) % 6]) / 2).imag


def _haworth_sense(i: int, step: complex) -> int:
    """Whether a bond at a Haworth ring's corner goes up, 1, or down, -1; 0 if it does neither."""
    outwards = (i == 0 and step.real > 0) or (i == 3 and step.real < 0)
    lean = math.asin(min(abs(step.real) / abs(step), 1.0))
    if lean > (LEANING if outwards else UPRIGHT):
        return 0
    return 1 if step.imag > 0 else -1


def _chair_sense(ring: _Ring, i: int, step: complex) -> int:
    """The same of a chair: axial bonds go up where the corner is up, equatorial ones down."""
    up = 1 if _is_above(ring, i) > 0 else -1
    # equatorial bonds are parallel to the ring's sides next but one
    across = ring.side(i - 2) / abs(ring.side(i - 2)) - ring.side(i + 1) / abs(ring.side(i + 1))
    from_axis = abs(cmath.phase(step / (1j * up)))
    from_equator = abs(cmath.phase(step / across))
    if from_axis <= AXIAL and from_equator >= APART:
        return up
    return -up if from_equator <= EQUATORIAL and from_axis >= APART else 0


def _front(mol: Chem.Mol, ring: _Ring, kinds: Mapping[int, BondKind]) -> frozenset[int] | None:
    """Bonds of the ring's front that are drawn as such; None if other strokes tell the stereo."""
    strokes = set()
    front = list(zip(ring.atoms[:3], ring.atoms[1:4], strict=True))
    for index in ring.atoms:
        for bond in mol.GetAtomWithIdx(index).GetBonds():
            kind = kinds.get(bond.GetIdx(), BondKind.SINGLE)
            if not bond.IsInRing():
                # a wedge that begins further out tells of the atom there
                if kind not in _ASIDE and not (kind in _WEDGES and bond.GetEndAtomIdx() == index):
                    return None
            elif kind is not BondKind.SINGLE:
                begin, end = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
                in_front = (begin, end) in front or (end, begin) in front
                widens = kind is BondKind.WEDGE and begin in (ring.atoms[0], ring.atoms[3])
                if not in_front or not (kind is BondKind.BOLD or widens):
                    return None
                strokes.add(bond.GetIdx())
    return frozenset(strokes)
