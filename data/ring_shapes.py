"""Rings seen from the side and a little from above: their corners and where bonds leave them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

HALF_WIDTH = {5: (1.0, 1.3), 6: (1.1, 1.45)}
"""Of Haworth projections by their number of corners, bond lengths."""
ROOMY = 1.25
"""How much wider they are where much stands inside."""
FRONT = (0.45, 0.55)
"""Half the length of the level edge in front, of the half width."""
BACK = (0.42, 0.54)
"""The same of the edge behind, of rings of six."""
HEIGHT = {5: (0.5, 0.68), 6: (0.42, 0.6)}
"""Height of Haworth projections, of their width."""
CHAIR_SIZE = (0.95, 1.3)
"""Scale of chairs; 1 for 2.6 bond lengths of width."""
ROOMY_CHAIR = (1.55, 1.85)
"""The same where bonds end inside."""
FLAT = (math.radians(4), math.radians(18))
"""How much nearer to level equatorial bonds are than the sides they should be parallel to."""
# right corner, and the two in front, of a chair whose left corner is up
_CHAIR = (1.3 - 0.25j, 0.37 - 0.05j, -0.65 - 0.56j)
LOOSE = 0.04
"""How far corners of chairs may be from where they mostly are, along each axis."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A ring in perspective. Places are x + iy in bond lengths, y up, the middle at about 0."""

    chair: bool
    corners: tuple[complex, ...]
    """Clockwise from the one furthest to the right; the second and third are in front."""
    flat: float = 0.0
    """Radians by which equatorial bonds are turned towards level."""

    def is_axial(self, corner: int, up: bool) -> bool:
        """Whether a bond of a chair stands upright that is up, or down, at a corner."""
        return up == (self._bend(corner).imag > 0)

    def way(self, corner: int, face: int) -> complex:
        """The direction in which a bond leaves.

        Args:
            corner: index into ``corners``.
            face: 1 up, -1 down, 0 neither.

        Returns:
            Of length 1.
        """
        if not face:
            bend = self._bend(corner)
            return bend / abs(bend)
        if not self.chair or self.is_axial(corner, face > 0):
            return 1j * face
        # parallel to the sides next but one
        a, b = self._side(corner - 2), self._side(corner + 1)
        across = a / abs(a) - b / abs(b)
        slope = math.atan2(across.imag, abs(across.real))
        level = math.copysign(max(abs(slope) - self.flat, 0.0), slope)
        return complex(math.copysign(math.cos(level), across.real), math.sin(level))

    def _bend(self, corner: int) -> complex:
        """From the middle of a corner's neighbours to the corner."""
        z, n = self.corners, len(self.corners)
        return z[corner] - (z[corner - 1] + z[(corner + 1) % n]) / 2

    def _side(self, corner: int) -> complex:
        z, n = self.corners, len(self.corners)
        return z[(corner + 1) % n] - z[corner % n]


def haworth(corners: int, roomy: bool, rng: np.random.Generator) -> Shape:
    """A flattened pentagon or hexagon with a level edge in front, larger if ``roomy``."""
    half = float(rng.uniform(*HALF_WIDTH[corners])) * (ROOMY if roomy else 1.0)
    front = half * float(rng.uniform(*FRONT))
    low, high = HEIGHT[corners]
    height = 2 * half * float(rng.uniform((low + high) / 2 if roomy else low, high))
    if corners == 5:
        # the corner behind is higher above the others than the edge in front is below
        low, high = -0.47 * height, 0.53 * height
        sides = height * float(rng.uniform(-0.05, 0.08))
        behind = [complex(0.0, high)]
    else:
        low, high, sides = -height / 2, height / 2, 0.0
        back = half * float(rng.uniform(*BACK))
        behind = [complex(-back, high), complex(back, high)]
    ahead = [complex(half, sides), complex(front, low), complex(-front, low), complex(-half, sides)]
    return Shape(False, (*ahead, *behind))


def chair(left_up: bool, roomy: bool, rng: np.random.Generator) -> Shape:
    """A chair whose left or right corner is the upper one, larger if ``roomy``."""
    size = float(rng.uniform(*(ROOMY_CHAIR if roomy else CHAIR_SIZE)))
    loose = rng.uniform(-LOOSE, LOOSE, (3, 2))
    half = [size * (z + complex(x, y)) for z, (x, y) in zip(_CHAIR, loose.tolist(), strict=True)]
    z = [*half, *(-place for place in half)]
    flat = float(rng.uniform(*FLAT))
    if left_up:
        return Shape(True, tuple(z), flat)
    seen = [-place.conjugate() for place in z]
    return Shape(True, tuple(seen[i] for i in (3, 2, 1, 0, 5, 4)), flat)
