"""Puts a laid-out molecule and its plan together: kinds of bonds, labels, room for counts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from assemble.graph import BondKind, MoleculeGraph
from assemble.molfile import BOND_KINDS
from data.annotate import Label
from data.drawing import Drawing, Mark
from data.lettering import extent, write_labels
from data.nestle import nestle
from data.odds import DepictOdds
from data.perspective_room import MOST_CAPITAL
from data.plan import Plan
from data.salts import bracket_around, make_room
from data.stereo import wedge
from data.strokes import circled_rings, edges, pair, second_sides, vary_plain
from data.variants import atoms_of, bonds_of


def compose(
    mol: Any,
    xy: NDArray[np.float64],
    plan: Plan,
    smiles: str,
    rng: np.random.Generator,
    odds: DepictOdds,
) -> Drawing | None:
    """Choose wedges, labels and sides of second lines, and put them together.

    Args:
        mol: laid out; kekulised and given wedges in place.
        xy: (N, 2) its places in bond lengths, y up.
        plan: what was chosen before.
        smiles: what the drawing means.
        rng: makes the choices.
        odds: how often what is chosen.

    Returns:
        The drawing; None if no wedges say what they should, or if a bond can't be drawn.
    """
    rings = [tuple(ring) for ring in mol.GetRingInfo().AtomRings()]
    flags = [atom.GetIsAromatic() for atom in atoms_of(mol)] if plan.circles else []
    Chem.Kekulize(mol, clearAromaticFlags=True)
    strokes = plan.projection.strokes if plan.projection else {}
    for index in plan.projection.centres if plan.projection else ():
        mol.GetAtomWithIdx(index).SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    if not wedge(
        mol, rng, bool(rng.random() < odds.two_wedges), bool(rng.random() < odds.wedges_free)
    ):
        return None
    circled = circled_rings(mol, rings, flags) if plan.circles else []
    circled = [ring for ring in circled if not plan.hidden.intersection(ring)]
    round_bonds = {pair(a, b) for ring in circled for a, b in edges(ring)}

    kept = [i for i in range(mol.GetNumAtoms()) if i not in plan.hidden]
    new = {old: i for i, old in enumerate(kept)}
    stretched = plan.projection is None and rng.random() < odds.stretch
    stretch = float(rng.uniform(*odds.stretch_by)) if stretched else 1.0
    along, across = (stretch, 1.0) if rng.random() < 0.7 else (1.0, stretch)
    places = [(float(x) * along, -float(y) * across) for x, y in xy]
    bonds: list[tuple[int, int]] = []
    kinds: list[int] = []
    around: dict[int, list[int]] = {i: [] for i in kept}
    for bond in bonds_of(mol):
        a, b = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        a, b = plan.stands_for.get(a, a), plan.stands_for.get(b, b)
        if a == b or a in plan.hidden or b in plan.hidden:
            continue
        kind = BOND_KINDS.get(bond.GetBondType())
        if kind is None:
            return None
        if kind == BondKind.SINGLE:
            direction = bond.GetBondDir()
            if bond.GetIdx() in plan.wavy:
                kind = BondKind.WAVY
                begin = plan.wavy[bond.GetIdx()]
                a, b = begin, a + b - begin
            elif direction == Chem.BondDir.BEGINWEDGE:
                kind = BondKind.WEDGE
            elif direction == Chem.BondDir.BEGINDASH:
                kind = BondKind.HASH
            elif (stroke := strokes.get(pair(a, b))) is not None:
                kind = stroke.kind
                a, b = stroke.begin, a + b - stroke.begin
        if pair(a, b) in round_bonds:
            kind = BondKind.AROMATIC
        bonds.append((a, b))
        kinds.append(int(kind))
        around[a].append(b)
        around[b].append(a)
    vary_plain(mol, bonds, kinds, rng, odds)
    sides = second_sides(bonds, kinds, around, places, rings, plan.centred, rng)
    labels, charges = write_labels(mol, kept, around, places, plan, rng)
    reach = dict(zip(kept, map(extent, labels), strict=True))
    make_room(mol, places, reach, plan.salt)
    if plan.salt.leads and not plan.salt.bracketed and rng.random() < odds.nestled:
        nestle([i for i in plan.salt.leads if not around[i]], places, reach, bonds, rng)
    brackets: tuple[tuple[float, float, float, float], ...] = ()
    if plan.salt.bracketed:
        shown = [places[i] for i in plan.salt.bracketed if i not in plan.hidden]
        brackets, corner = bracket_around(shown, rng)
        kept = [*kept, len(places)]
        places.append(corner)
        labels.append(Label(f"]{plan.salt.count}", 1))
        charges.append(0)
    marks = _marks([i for i in plan.attached if len(around[i]) == 1], rng, odds)
    page = np.array([places[i] for i in kept], np.float64)
    scale = 1.0 if plan.redrawn else _unit_length(page, [(new[a], new[b]) for a, b in bonds])
    graph = MoleculeGraph(
        page.astype(np.float32),
        tuple(label.text for label in labels),
        np.array(charges, np.int8),
        np.array([(new[a], new[b]) for a, b in bonds], np.int32),
        np.array(kinds, np.int8),
    )
    return Drawing(
        graph,
        tuple(label.anchor for label in labels),
        tuple(label.stacked for label in labels),
        tuple(sides),
        tuple(tuple(new[i] for i in ring) for ring in circled),
        smiles,
        {new[i]: lead for i, lead in plan.salt.leads.items()},
        tuple((a / scale, b / scale, c / scale, d / scale) for a, b, c, d in brackets),
        {new[i]: mark for i, mark in marks.items()},
        frozenset((new[i], new[j]) for i, link in plan.links.items() for j in link.tails),
        plan.gap,
        MOST_CAPITAL if plan.projection else math.inf,
    )


def _marks(ends: list[int], rng: np.random.Generator, odds: DepictOdds) -> dict[int, Mark]:
    """Lines across the last bonds at these atoms, all alike."""
    if not ends:
        return {}
    at = float(rng.uniform(*odds.attached_at)) if rng.random() < odds.attached_before else 1.0
    half, dashed = (
        float(rng.uniform(*odds.attached_half)),
        bool(rng.random() < odds.attached_dashed),
    )
    return {i: Mark(at, half, dashed) for i in ends}


def _unit_length(page: NDArray[np.float64], bonds: list[tuple[int, int]]) -> float:
    """Scale so that the median of the drawn bonds is 1, in place; what it was before."""
    if bonds:
        ends = page[np.array(bonds)]
        step = ends[:, 0] - ends[:, 1]
        median = max(float(np.median(np.hypot(step[:, 0], step[:, 1]))), 1e-3)
        page /= median
        return median
    return 1.0
