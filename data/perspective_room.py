"""Whether parts of a drawing and their labels find room beside each other.

Places are x + iy in bond lengths, y up. What is laid out flat together is one part, within which
nothing is checked: layout engines see to that.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from data.linked_layout import text_width

APART = 0.42
"""Least distance of two atoms without a bond, bond lengths."""
ASIDE = 0.22
"""Least distance of an atom from a bond of others."""
MOST_CAPITAL = 0.5
"""Height of the largest letters that there is room for, bond lengths."""
HALF_LETTER = 0.22
"""Half the width of a letter with the paper around it."""
HALF_LINE = 0.25
"""Half the height of a line of letters with the paper around it."""
BETWEEN = 0.1
"""More paper than that beside another label."""
UPRIGHT = 0.25
"""Bonds whose horizontal part is shorter than this, of 1, leave it open where a label runs."""
STEEP = 0.95
"""The same for "OH" and the like, which may have their hydrogen on the bond's side."""
# from one component to the next
_AWAY = 1000.0

Places = NDArray[np.complex128]
Box = tuple[float, float, float, float]
"""Left, right, low, high."""


class Paper:
    """The atoms that have a place so far.

    Args:
        near: of each atom that is drawn those it has bonds to.
    """

    def __init__(self, near: Mapping[int, list[int]]) -> None:
        self.near = near
        self.at: dict[int, complex] = {}
        self._part: dict[int, int] = {}
        self._bonds: list[tuple[int, int]] = []

    def put(
        self, spots: Mapping[int, complex], part: tuple[int, ...], crossing: bool = False
    ) -> bool:
        """Give atoms of one part places, if there is room; whether there was.

        Args:
            spots: their places.
            part: all atoms of the part.
            crossing: their bonds may cross others.
        """
        both = {**self.at, **spots}
        fresh = [
            (a, b) for a in spots for b in self.near[a] if b in both and (a < b or b not in spots)
        ]
        if self.at and not self._has_room(spots, fresh, both, crossing):
            return False
        self.at = both
        self._part.update(dict.fromkeys(spots, part[0]))
        self._bonds += fresh
        return True

    def close(self) -> None:
        """Move a component away that is complete."""
        self.at = {i: z + _AWAY for i, z in self.at.items()}

    def _has_room(
        self,
        spots: Mapping[int, complex],
        fresh: list[tuple[int, int]],
        both: Mapping[int, complex],
        crossing: bool,
    ) -> bool:
        new, old = list(spots), list(self.at)
        apart = np.abs(_places(spots, new)[:, None] - _places(self.at, old)[None])
        for a, b in fresh:
            if a in spots and b in self.at:
                apart[new.index(a), old.index(b)] = APART
        if apart.min() < APART:
            return False
        return not (
            _near(both, new, self._bonds) or _near(both, old, fresh)
            or (not crossing and _cross(both, fresh, self._bonds))
        )  # fmt: skip

    def write(self, texts: Mapping[int, str], wanted: Mapping[int, str]) -> dict[int, str] | None:
        """Find out where labels can run.

        Args:
            texts: about what is written, "" for bare atoms.
            wanted: "left" or "right", where labels above and below their bonds would rather run.

        Returns:
            The side for each label that could run either way; ``None`` if there is no room.
        """
        written = [i for i in self.at if texts.get(i)]
        open_ = {i for i in written if self._leans_by(i) <= UPRIGHT}
        boxes: list[tuple[int, Box]] = []
        runs = {}
        ink = self._ink()
        for i in sorted(written, key=lambda i: i in open_):
            first = wanted.get(i, "right") if i in open_ else self._side(i)
            either = i in open_ or (len(texts[i]) == 2 and self._leans_by(i) < STEEP)
            sides = [first, "left" if first == "right" else "right"] if either else [first]
            for side in sides:
                box = self._box(i, texts[i], side)
                if not self._is_taken(i, box, boxes, ink):
                    boxes.append((i, box))
                    break
            else:
                return None
            if len(sides) > 1 and len(texts[i]) > 1:
                runs[i] = side
        return runs

    def _leans_by(self, i: int) -> float:
        """The horizontal part of the only bond of an atom, 0 to 1; 2 if it has another number."""
        if len(self.near[i]) != 1:
            return 2.0
        step = self.at[self.near[i][0]] - self.at[i]
        return abs(step.real) / abs(step)

    def _side(self, i: int) -> str:
        """Where a label runs that has bonds to one side; "" for one that stays at its atom."""
        if len(self.near[i]) != 1:
            return ""
        return "left" if self.at[self.near[i][0]].real > self.at[i].real else "right"

    def _box(self, i: int, text: str, side: str) -> Box:
        x, y = self.at[i].real, self.at[i].imag
        width = text_width(text) if side else 0.0
        left, right = (width, 0.0) if side == "left" else (0.0, width)
        return (x - left - HALF_LETTER, x + right + HALF_LETTER, y - HALF_LINE, y + HALF_LINE)

    def _ink(self) -> tuple[Places, NDArray[np.int64]]:
        """(M, 13) points along the bonds, and (M, 2) their atoms."""
        share = np.linspace(0.0, 1.0, 13)
        pairs = np.array(self._bonds, np.int64).reshape(-1, 2)
        start, end = (_places(self.at, pairs[:, k].tolist()) for k in (0, 1))
        return start[:, None] * (1 - share) + end[:, None] * share, pairs

    def _is_taken(
        self,
        i: int,
        box: Box,
        boxes: list[tuple[int, Box]],
        ink: tuple[Places, NDArray[np.int64]],
    ) -> bool:
        left, right, low, high = box
        for j, (a, b, c, d) in boxes:
            apart = a >= right + BETWEEN or b <= left - BETWEEN or c >= high or d <= low
            if not apart and self._part[i] != self._part[j]:
                return True
        points, pairs = ink
        x, y = points.real, points.imag
        inside = ((x > left) & (x < right) & (y > low) & (y < high)).any(1)
        own = self._part[i]
        return any(
            i not in pair and not self._part[pair[0]] == self._part[pair[1]] == own
            for pair in pairs[inside].tolist()
        )


def _places(at: Mapping[int, complex], atoms: list[int]) -> Places:
    return np.array([at[i] for i in atoms], np.complex128)


def _near(at: Mapping[int, complex], atoms: list[int], bonds: list[tuple[int, int]]) -> bool:
    """Whether an atom lies on a bond of others."""
    if not bonds or not atoms:
        return False
    z = _places(at, atoms)[:, None]
    start, end = _ends(at, bonds)
    step = end - start
    share = ((z - start) * step.conj()).real / np.maximum((step * step.conj()).real, 1e-9)
    apart = np.abs(z - start - np.clip(share, 0.0, 1.0) * step)
    found = np.argwhere(apart < ASIDE).tolist()
    return any(atoms[i] not in bonds[j] for i, j in found)


def _cross(
    at: Mapping[int, complex], some: list[tuple[int, int]], others: list[tuple[int, int]]
) -> bool:
    """Whether two bonds cross; those with a common atom only touch."""
    if not some or not others:
        return False
    p, q = (z[:, None] for z in _ends(at, some))
    r, s = _ends(at, others)
    apart = _turn(p, q, r) * _turn(p, q, s) < 0
    return bool((apart & (_turn(r, s, p) * _turn(r, s, q) < 0)).any())


def _ends(at: Mapping[int, complex], bonds: list[tuple[int, int]]) -> tuple[Places, Places]:
    ends = _places(at, [i for bond in bonds for i in bond])
    return ends[::2], ends[1::2]


def _turn(a: Places, b: Places, c: Places) -> NDArray[np.float64]:
    return np.asarray(((b - a).conj() * (c - a)).imag, np.float64)
