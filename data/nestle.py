"""Species beside a molecule that are written close to it, where they find room."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

HALF_LINE = 0.38
"""Half the height of a line of text, bond lengths."""
NEAR = (0.9, 1.9)
"""From the atom that a species is written beside, bond lengths."""
MARGIN = 0.12
"""Free paper around what is written, bond lengths."""
TRIES = 40

Place = tuple[float, float]


def nestle(
    species: list[int],
    places: list[Place],
    reach: dict[int, Place],
    bonds: list[tuple[int, int]],
    rng: np.random.Generator,
) -> None:
    """Write species close to the rest of a drawing; those that find no room stay where they are.

    Args:
        species: atoms without bonds that are written as one label each.
        places: of all atoms, y down, typical bond length 1; changed in place.
        reach: of each visible atom how far its label extends to the left and to the right.
        bonds: that are drawn.
        rng: makes the choices.
    """
    hosts = sorted({atom for bond in bonds for atom in bond})
    if not hosts:
        return
    share = np.linspace(0.0, 1.0, 9)[:, None]
    strokes = [np.array(places[a]) * (1 - share) + np.array(places[b]) * share for a, b in bonds]
    ink = np.concatenate(strokes)
    for atom in species:
        others = [i for i in reach if i != atom]
        boxes = np.array([_box(places[i], reach[i]) for i in others])
        for _ in range(TRIES):
            x, y = places[hosts[int(rng.integers(len(hosts)))]]
            angle, away = rng.uniform(0, 2 * math.pi), rng.uniform(*NEAR)
            tried = (x + away * math.cos(angle), y + away * math.sin(angle))
            if _is_free(_box(tried, reach[atom]), boxes, ink):
                places[atom] = tried
                break


def _box(place: Place, reach: Place) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of a label and the paper that it needs."""
    (x, y), (left, right) = place, reach
    return x - left - MARGIN, y - HALF_LINE - MARGIN, x + right + MARGIN, y + HALF_LINE + MARGIN


def _is_free(
    box: tuple[float, float, float, float], boxes: NDArray[np.float64], ink: NDArray[np.float64]
) -> bool:
    left, top, right, bottom = box
    apart = (
        (boxes[:, 2] < left) | (boxes[:, 0] > right) | (boxes[:, 3] < top) | (boxes[:, 1] > bottom)
    )
    x, y = ink.T
    crossed = (left < x) & (x < right) & (top < y) & (y < bottom)
    return bool(apart.all()) and not crossed.any()
