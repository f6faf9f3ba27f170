"""The integer program behind repair: the most probable readings that respect valences."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from rdkit import Chem
from scipy.sparse import csr_array

from assemble.alternatives import NO_BOND, Alternatives
from assemble.build import IMPLICIT, ORDERS
from assemble.graph import DIRECTED_KINDS, BondKind, MoleculeGraph
from assemble.labels import is_end_group, parse_charged
from assemble.species import HYDROGEN_HALIDES

FLOORS = (1.0, 1e-3, 1e-4, 1e-5, 1e-6)
"""Least probability of a bond that loses so many orders; that a stroke is none counts as one more.
Nobody scores what he is sure of, and some reading must be left."""
DROPPED_HYDROGENS = 1e-2
"""Least probability that the hydrogens of a label were misread."""
APART = 0.5
"""Least probability that a bond to the label of a hydrogen halide is none: it stands for itself."""
CHANGE = 0.01
"""Cost of any change: of equally probable graphs the one with the fewest is taken."""
AROMATIC_ORDER = 4 / 3
"""Of a bond of a circle: three of them fill a carbon, two leave room for a substituent."""
MOST_BONDS = 8
SECONDS = 1.0
"""A program that takes longer is given up; those of real drawings take a few milliseconds."""
_UNSIGNED = {"N": 4, "O": 3, "B": 4, "Al": 4}
"""Bonds that an atom without a sign may have, since its charge is added."""
_HYDROGENS = re.compile(r"H\d*")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read an atom or a bond, and what it costs."""

    cost: float
    """Loss of log probability against what the graph shows, at least 0."""
    room: float = 0.0
    """Of an atom: the sum of bond orders that it can have."""
    orders: tuple[float, float] = (0.0, 0.0)
    """Of a bond: what it takes of the room of its begin and end atom."""
    label: str = ""
    charge: int = 0
    kind: int = NO_BOND


def most_probable(
    graph: MoleculeGraph, alternatives: Alternatives | None, wrong: Iterable[int]
) -> tuple[MoleculeGraph, list[str]] | None:
    """The graph with the cheapest changes after which no atom has too many bonds.

    Atoms that are wrong may get another label or charge, and their bonds another kind. Nothing
    else can help: to have less of a bond is never too much for the atom at its other end, and
    changes further off only cost. So this small program has the optimum of the whole graph.

    Args:
        graph: as read.
        alternatives: what else was scored; None makes do with the scores of the bonds.
        wrong: atoms with too many bonds.

    Returns:
        The changed graph and a warning for each change; None if there is no solution.
    """
    atoms = sorted(set(wrong))
    rows = np.flatnonzero(np.isin(graph.bonds, atoms).any(1)).tolist()
    groups = [_atom_readings(graph, alternatives, atom) for atom in atoms]
    groups += [_bond_readings(graph, alternatives, row) for row in rows]
    chosen = _solve(graph, groups, atoms, rows)
    if chosen is None:
        return None
    return _changed(graph, dict(zip(atoms, chosen, strict=False)), dict(
        zip(rows, chosen[len(atoms) :], strict=True)
    ))  # fmt: skip


def _solve(
    graph: MoleculeGraph, groups: Sequence[Sequence[Reading]], atoms: list[int], rows: list[int]
) -> list[Reading] | None:
    """One reading of each group: the sum of orders at each atom is at most its room."""
    # imported late: few drawings have anything to repair, and it takes longer than to read one
    from scipy.optimize import Bounds, LinearConstraint, milp

    readings = [reading for group in groups for reading in group]
    starts = np.cumsum([0, *map(len, groups)])
    entries: list[tuple[int, int, float]] = []
    for g, (start, stop) in enumerate(itertools.pairwise(starts)):
        entries += [(g, column, 1.0) for column in range(start, stop)]
    line_of = {atom: len(groups) + k for k, atom in enumerate(atoms)}
    for k, atom in enumerate(atoms):
        columns = range(starts[k], starts[k + 1])
        entries += [(line_of[atom], column, -readings[column].room) for column in columns]
    for k, row in enumerate(rows, len(atoms)):
        for column in range(starts[k], starts[k + 1]):
            for end, order in zip(graph.bonds[row].tolist(), readings[column].orders, strict=True):
                if end in line_of:
                    entries.append((line_of[end], column, order))
    at, where, values = (np.array(part) for part in zip(*entries, strict=True))
    size = (len(groups) + len(atoms), len(readings))
    matrix = csr_array((values, (at.astype(int), where.astype(int))), shape=size)
    one = np.ones(len(groups))
    low = np.concatenate([one, np.full(len(atoms), -np.inf)])
    high = np.concatenate([one, np.full(len(atoms), 1e-6)])
    found = milp(
        np.array([reading.cost for reading in readings]),
        integrality=np.ones(len(readings)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, low, high),
        options={"time_limit": SECONDS},
    )
    if found.x is None:
        return None
    picked = [int(found.x[a:b].argmax()) for a, b in itertools.pairwise(starts)]
    return [group[k] for group, k in zip(groups, picked, strict=True)]


def _cost(probability: float, shown: float) -> float:
    return CHANGE + max(0.0, math.log(max(shown, 1e-6)) - math.log(max(probability, 1e-6)))


def _atom_readings(
    graph: MoleculeGraph, alternatives: Alternatives | None, atom: int
) -> list[Reading]:
    label, charge = graph.labels[atom], int(graph.charges[atom])
    labels, charges = {label: 1e-3}, {charge: 1e-3}
    if alternatives is None:
        labels[label] = charges[charge] = 1.0
    else:
        for k in np.flatnonzero(alternatives.label_atoms == atom).tolist():
            text, score = alternatives.labels[k], float(alternatives.label_scores[k])
            labels[text] = max(labels.get(text, 0.0), score)
        for k in np.flatnonzero(alternatives.charge_atoms == atom).tolist():
            value, score = int(alternatives.charges[k]), float(alternatives.charge_scores[k])
            charges[value] = max(charges.get(value, 0.0), score)
    shown = labels[label], charges[charge]
    if (bare := _HYDROGENS.sub("", label)) and bare != label:
        labels[bare] = max(labels.get(bare, 0.0), DROPPED_HYDROGENS * shown[0])
    degree = int((graph.bonds == atom).sum())
    return [
        Reading(
            (text != label) * _cost(one, shown[0]) + (value != charge) * _cost(other, shown[1]),
            room=_room(text, value, degree),
            label=text,
            charge=value,
        )
        for text, one in labels.items()
        for value, other in charges.items()
    ]


@lru_cache(maxsize=8192)
def _room(label: str, charge: int, degree: int) -> float:
    """Largest sum of bond orders that the attached atom, or both, of a label can have."""
    for order in range(1 if is_end_group(label) else MOST_BONDS, 0, -1):
        fragment = parse_charged(label, degree, order, False, charge)
        own = any(atom.charge for atom in fragment.atoms)
        room = 0
        for index in {fragment.first, fragment.last}:
            atom = fragment.atoms[index]
            inside = sum(o for i, j, o in fragment.bonds if index in (i, j))
            sign = charge if index == fragment.first and charge and not own else atom.charge
            # a group that makes an oxonium ion, as PMBO with two bonds, is misread
            most = 2 if inside and atom.symbol == "O" and not sign else valence(atom.symbol, sign)
            room += most - inside - (atom.hydrogens or 0)
        if order <= room:
            return float(order)
    return 0.0


@lru_cache(maxsize=1024)
def valence(symbol: str, charge: int) -> int:
    """The most bonds that RDKit allows an atom, or that a charge nobody drew would allow it."""
    if symbol not in IMPLICIT or symbol == "*":
        return MOST_BONDS
    if abs(charge) > 1:
        # RDKit would allow C3+ any number of bonds; nobody draws such an atom with any
        return 0
    for bonds in range(MOST_BONDS, 0, -1):
        mol = Chem.RWMol()
        centre = Chem.Atom(symbol)
        centre.SetFormalCharge(charge)
        centre.SetNoImplicit(True)
        centre.SetNumExplicitHs(bonds)
        mol.AddAtom(centre)
        if not Chem.DetectChemistryProblems(mol, sanitizeOps=Chem.SANITIZE_PROPERTIES):
            return max(bonds, _UNSIGNED.get(symbol, 0) if not charge else 0)
    return 0


def _bond_readings(
    graph: MoleculeGraph, alternatives: Alternatives | None, row: int
) -> list[Reading]:
    """The kinds that a bond may be of, as seen from its begin to its end."""
    begin, end = graph.bonds[row].tolist()
    kind = int(graph.kinds[row])
    shown = float(np.clip(np.nan_to_num(graph.bond_scores[row], nan=0.5), 1e-3, 1.0))
    scored = {kind: shown}
    if alternatives is None:
        scored |= _scores_below(kind, shown)
    else:
        same = (alternatives.bonds == (begin, end)).all(1)
        turned = (alternatives.bonds == (end, begin)).all(1)
        for k in np.flatnonzero(same | turned).tolist():
            other, score = int(alternatives.kinds[k]), float(alternatives.bond_scores[k])
            # a wedge the other way round takes as many bonds as this one
            if other not in scored and (same[k] or other not in DIRECTED_KINDS):
                scored[other] = score
    order = _order(kind)
    for other in (NO_BOND, int(BondKind.SINGLE), int(BondKind.DOUBLE)):
        lost = math.ceil(order - _order(other)) + (other == NO_BOND)
        if lost > 0:
            scored[other] = max(scored.get(other, 0.0), FLOORS[lost])
    if not HYDROGEN_HALIDES.isdisjoint((graph.labels[begin], graph.labels[end])):
        scored[NO_BOND] = max(scored[NO_BOND], APART)
    return [
        Reading((other != kind) * _cost(score, shown), orders=_orders(other), kind=other)
        for other, score in scored.items()
    ]


def _scores_below(kind: int, shown: float) -> dict[int, float]:
    """What the lost probability of a bond says: most of it goes to the next lower order."""
    lost = 1.0 - shown
    below = {2: (1,), 3: (2, 1), 4: (1,)}.get(kind, ())
    scored = {}
    for lower in below:
        scored[lower], lost = 0.8 * lost, 0.2 * lost
    return {**scored, NO_BOND: lost}


def _order(kind: int) -> float:
    if kind == NO_BOND:
        return 0.0
    return AROMATIC_ORDER if kind == BondKind.AROMATIC else ORDERS.get(BondKind(kind), 1)


def _orders(kind: int) -> tuple[float, float]:
    """What a bond takes of its two atoms; an arrow costs its donor nothing."""
    return (0.0 if kind == BondKind.DATIVE else _order(kind)), _order(kind)


def _changed(
    graph: MoleculeGraph, atoms: dict[int, Reading], rows: dict[int, Reading]
) -> tuple[MoleculeGraph, list[str]]:
    labels, charges, kinds = list(graph.labels), graph.charges.copy(), graph.kinds.copy()
    warnings = []
    for atom, reading in atoms.items():
        name = f"{labels[atom] or 'C'} (atom {atom})"
        if reading.label != labels[atom]:
            warnings.append(f"{name} taken for {reading.label or 'C'}: too many bonds")
        if reading.charge != charges[atom]:
            warnings.append(
                f"charge {charges[atom]:+d} of {name} taken for {reading.charge:+d}: too many bonds"
            )
        labels[atom], charges[atom] = reading.label, reading.charge
    for row, reading in rows.items():
        if reading.kind == kinds[row]:
            continue
        name = "-".join(f"{graph.labels[i] or 'C'}{i}" for i in graph.bonds[row].tolist())
        gone = reading.kind == NO_BOND
        what = f"bond {name} removed" if gone else f"order of bond {name} lowered"
        warnings.append(f"{what}: too many bonds at one atom")
        kinds[row] = reading.kind
    kept = kinds != NO_BOND
    changed = replace(
        graph,
        labels=tuple(labels),
        charges=charges,
        bonds=graph.bonds[kept],
        kinds=kinds[kept],
        bond_scores=graph.bond_scores[kept],
    )
    return changed, warnings
