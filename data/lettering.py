"""Writes the labels of a drawing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from data.annotate import Label, atom_label, group_label
from data.drawing import Lead
from data.plan import Plan

LETTER_WIDTH = 0.4
"""Typical width of a letter in bond lengths."""
_AWAY_FROM = {"left": [(1.0, 0.0)], "right": [(-1.0, 0.0)]}
"""A bond from which a label runs to that side."""


def write_labels(
    mol: Any,
    kept: list[int],
    around: dict[int, list[int]],
    places: list[tuple[float, float]],
    plan: Plan,
    rng: np.random.Generator,
) -> tuple[list[Label], list[int]]:
    labels, charges = [], []
    style = plan.style
    bare = Label("")
    for i in kept:
        atom = mol.GetAtomWithIdx(i)
        if (link := plan.links.get(i)) is not None:
            labels.append(Label(link.text, link.anchor))
            charges.append(0)
            continue
        site = plan.sites.get(i)
        side = plan.projection.runs.get(i) if plan.projection else None
        if site is not None:
            steps = _AWAY_FROM[side] if side else _steps(i, around, places)
            label = group_label(site.group, steps, style, rng)
            if not side and (covered := _covered(label, i, kept, places)):
                turned = group_label(site.group, steps, style, rng, other_side=True)
                label = turned if _covered(turned, i, kept, places) < covered else label
            labels.append(_counted(label, plan.salt.leads.get(i)))
            charges.append(site.group.charge)
            continue
        symbol, charge = plan.names.get(i) or atom.GetSymbol(), atom.GetFormalCharge()
        charges.append(charge)
        isotope = atom.GetIsotope()
        if symbol == "C" and not _written(atom, charge, isotope, around[i], plan, rng):
            labels.append(bare)
            continue
        hydrogens = atom.GetTotalNumHs()
        if plan.bare and hydrogens and _implied(atom, charge, isotope, around[i]):
            hydrogens = 0
        steps = _AWAY_FROM[side] if side else _steps(i, around, places)
        methyl = symbol == "C" and hydrogens == 3 and not charge and not isotope
        if methyl and style.methyl == "Me" and len(steps) == 1:
            symbol, hydrogens = "Me", 0
        label = atom_label(symbol, hydrogens, charge, isotope, steps, style, rng)
        labels.append(_counted(label, plan.salt.leads.get(i)))
    return labels, charges


def likely_text(mol: Any, index: int, plan: Plan, rng: np.random.Generator) -> str:
    """About what an atom at the end of a bond is labelled, to know how wide it is."""
    if (site := plan.sites.get(index)) is not None:
        ends = _AWAY_FROM.values()
        return max((group_label(site.group, end, plan.style, rng).text for end in ends), key=len)
    atom = mol.GetAtomWithIdx(index)
    if index in plan.names:
        return plan.names[index]
    if atom.GetSymbol() == "C" and not atom.GetFormalCharge() and not atom.GetIsotope():
        return ""
    hydrogens = atom.GetTotalNumHs()
    return f"{atom.GetSymbol()}{'H' if hydrogens else ''}{hydrogens if hydrogens > 1 else ''}"


def _counted(label: Label, lead: Lead | None) -> Label:
    """A label with the count of its species before it."""
    if lead is None or not lead.count:
        return label
    return Label(lead.count + label.text, len(lead.count) + label.anchor, label.stacked)


def extent(label: Label) -> tuple[float, float]:
    """How far a label reaches to the left and right of its atom, in bond lengths, about."""
    if label.stacked or not label.text:
        return 0.0, 0.0
    left = LETTER_WIDTH * (label.anchor + 0.5)
    return left, LETTER_WIDTH * len(label.text) - left


def _covered(label: Label, i: int, kept: list[int], places: list[tuple[float, float]]) -> int:
    """How many other atoms a label in one line would lie on."""
    x0, y0 = places[i]
    left, right = extent(Label(label.text, label.anchor))
    low, high = x0 - left, x0 + right
    return sum(low < places[j][0] < high and abs(places[j][1] - y0) < 0.4 for j in kept if j != i)


def _implied(atom: Any, charge: int, isotope: int, around: list[int]) -> bool:
    """Whether the hydrogens of a hetero atom follow from its bonds."""
    valence = {"N": 3, "O": 2, "S": 2}.get(atom.GetSymbol())
    return bool(around) and not charge and not isotope and atom.GetTotalValence() == valence


def _written(
    atom: Any, charge: int, isotope: int, around: list[int], plan: Plan, rng: np.random.Generator
) -> bool:
    """Whether a carbon is written out."""
    style = plan.style
    if charge or isotope or not around or atom.GetTotalValence() != 4:
        return True
    if len(around) == 1 and style.methyl and atom.GetDegree() == 1:
        return True
    if plan.ring_text:
        return True
    if atom.IsInRing():
        return False
    if style.unsaturated_text and atom.GetTotalDegree() < 4:
        return True
    return bool(style.chain_text and rng.random() < style.chain_text)


def _steps(
    i: int, around: dict[int, list[int]], places: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    x0, y0 = places[i]
    steps = []
    for j in around[i]:
        dx, dy = places[j][0] - x0, places[j][1] - y0
        length = math.hypot(dx, dy) or 1.0
        steps.append((dx / length, dy / length))
    return steps
