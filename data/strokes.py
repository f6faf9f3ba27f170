"""Decides on bonds: aromatic circles, sides of second lines, odd strokes."""

from __future__ import annotations

from typing import Any

import numpy as np
from rdkit import Chem

from assemble.graph import BondKind
from data.annotate import second_side
from data.odds import DepictOdds
from data.variants import bonds_of


def pair(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def edges(ring: tuple[int, ...]) -> list[tuple[int, int]]:
    return list(zip(ring, (*ring[1:], ring[0]), strict=True))


def circled_rings(
    mol: Any, rings: list[tuple[int, ...]], flags: list[bool]
) -> list[tuple[int, ...]]:
    """Aromatic six-rings whose double bonds all lie in such rings, so that circles say it all."""
    partner = {}
    for bond in bonds_of(mol):
        a, b = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        if bond.GetBondType() == Chem.BondType.DOUBLE and flags[a] and flags[b]:
            partner[a], partner[b] = b, a
    chosen: list[tuple[int, ...]] = [
        r for r in rings if len(r) == 6 and all(flags[i] and i in partner for i in r)
    ]
    while True:
        inside = {pair(a, b) for ring in chosen for a, b in edges(ring)}
        left = [r for r in chosen if all(pair(i, partner[i]) in inside for i in r)]
        if len(left) == len(chosen):
            return chosen
        chosen = left


def vary_plain(
    mol: Any,
    bonds: list[tuple[int, int]],
    kinds: list[int],
    rng: np.random.Generator,
    odds: DepictOdds,
) -> None:
    """Now and then one plain bond away from any stereo is drawn bold or dashed, in place."""
    lot = rng.random()
    if lot >= odds.bold + odds.dashed:
        return
    kind = BondKind.BOLD if lot < odds.bold else BondKind.DASHED
    plain = []
    for i, (a, b) in enumerate(bonds):
        ends = (mol.GetAtomWithIdx(a), mol.GetAtomWithIdx(b))
        if kinds[i] == BondKind.SINGLE and all(_is_flat(atom) for atom in ends):
            plain.append(i)
    if plain:
        kinds[plain[int(rng.integers(len(plain)))]] = int(kind)


def _is_flat(atom: Any) -> bool:
    """Whether an atom can't be a stereocentre."""
    return bool(
        atom.GetTotalNumHs() > 1
        or atom.GetDegree() < 3
        or any(bond.GetBondType() == Chem.BondType.DOUBLE for bond in atom.GetBonds())
    ) and atom.GetSymbol() in ("C", "N", "O")


def second_sides(
    bonds: list[tuple[int, int]],
    kinds: list[int],
    around: dict[int, list[int]],
    places: list[tuple[float, float]],
    rings: list[tuple[int, ...]],
    centred: bool,
    rng: np.random.Generator,
) -> list[int]:
    doubles = {pair(*bond) for bond, kind in zip(bonds, kinds, strict=True) if kind == 2}
    centres: dict[tuple[int, int], tuple[float, float]] = {}
    for ring in sorted(rings, key=lambda ring: _ring_rank(ring, doubles), reverse=True):
        if len(ring) <= 8 and doubles:
            x = sum(places[i][0] for i in ring) / len(ring)
            y = sum(places[i][1] for i in ring) / len(ring)
            centres.update((pair(a, b), (x, y)) for a, b in edges(ring))
    sides = []
    for (a, b), kind in zip(bonds, kinds, strict=True):
        if kind != BondKind.DOUBLE:
            sides.append(0)
            continue
        others = [places[i] for i in (*around[a], *around[b]) if i not in (a, b)]
        sides.append(
            second_side(
                places[a],
                places[b],
                centres.get(pair(a, b)),
                others,
                len(around[a]) - 1,
                len(around[b]) - 1,
                rng.random() < 0.05 + 0.9 * centred,
                rng,
            )
        )
    return sides


def _ring_rank(ring: tuple[int, ...], doubles: set[tuple[int, int]]) -> tuple[int, int, int]:
    """Sorts the ring that a shared double bond should lie in first: six-rings, fullest first."""
    count = sum(pair(a, b) in doubles for a, b in edges(ring))
    return (0 if len(ring) in (5, 6) else 1, -count, abs(len(ring) - 6))
