"""Writes atoms the way chemists do: element, hydrogens, charge, and on which side they stand."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from assemble.build import LEFTWARDS
from assemble.labels import MIRRORED
from assemble.molfile import hydrogens_text
from data.abbreviate import Group, Spelling

UPRIGHT = LEFTWARDS
"""A lone bond whose horizontal part is shorter than this (of 1) counts as vertical."""

_STACKED = re.compile("N[A-Z]")
"""Labels within a chain whose group may stand above or below their nitrogen."""


@dataclass(frozen=True, slots=True)
class LabelStyle:
    """Habits that stay the same within one drawing."""

    methyl: str
    """Terminal methyls: "" drawn bare, "CH3" or "Me" written."""
    chain_text: float
    """Share of the other chain carbons that are written out."""
    stack: bool
    """Hydrogens above or below the element where there is room; beside it if not."""
    sign_first: bool
    """A charge left of a label that runs to the left: "-O" rather than "O-"."""
    deuterium: bool
    """"D" and "T" rather than "2H" and "3H"."""
    end_anchor: bool
    """Symbols of several letters that run to the left stand with their last letter on the atom."""
    spelling: float
    """Which of a group's spellings: 0 the first, towards 1 the last."""
    unsaturated_text: bool = False
    """Chain carbons with a double or triple bond are written out."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label with the place of its anchor, and where the hydrogens stand."""

    text: str
    anchor: int = 0
    stacked: int = 0


def side_of(steps: list[tuple[float, float]], rng: np.random.Generator) -> str:
    """Where a label runs, seen from its anchor: "left", "right", "above" or "below".

    Args:
        steps: unit vectors to the neighbours, y down.
        rng: breaks ties.
    """
    if not steps:
        return "right"
    x = sum(step[0] for step in steps)
    y = sum(step[1] for step in steps)
    if len(steps) == 1:
        return "left" if x > UPRIGHT else "right"
    if math.hypot(x, y) < 0.2:
        # Bonds on opposite sides: over or under them if they are level, else beside them.
        if abs(steps[0][0]) > 0.7:
            return "above" if rng.random() < 0.5 else "below"
        return "right" if rng.random() < 0.8 else "left"
    if abs(y) > 1.2 * abs(x):
        return "above" if y > 0 else "below"
    return "left" if x > 0 else "right"


def sign_text(charge: int) -> str:
    """The sign of a charge as drawn: "+", "-", "2+", ... and "" for none."""
    if not charge:
        return ""
    sign = "+" if charge > 0 else "-"
    return sign if abs(charge) == 1 else f"{abs(charge)}{sign}"


def atom_label(
    symbol: str,
    hydrogens: int,
    charge: int,
    isotope: int,
    steps: list[tuple[float, float]],
    style: LabelStyle,
    rng: np.random.Generator,
) -> Label:
    """The label of one atom with the hydrogens that are not drawn as atoms.

    Args:
        symbol: element, or the name of an R group.
        hydrogens: implicit hydrogens.
        charge: formal charge.
        isotope: mass number, 0 if not given.
        steps: unit vectors to the drawn neighbours, y down.
        style: habits of this drawing.
        rng: for what varies within a drawing.
    """
    if symbol == "H" and style.deuterium and isotope in (2, 3):
        symbol, isotope = ("D" if isotope == 2 else "T"), 0
    sign = sign_text(charge)
    water = hydrogens_text(hydrogens)
    prefix = str(isotope) if isotope else ""
    side = side_of(steps, rng)
    if side in ("above", "below"):
        if water and style.stack and not sign and not prefix:
            return Label(symbol + water, 0, 1 if side == "below" else -1)
        right = sum(step[0] for step in steps if step[0] > 0)
        left = -sum(step[0] for step in steps if step[0] < 0)
        tie = abs(right - left) <= 0.1
        side = "left" if right > left + 0.1 or (tie and rng.random() < 0.12) else "right"
    if not steps and symbol in ("F", "Cl", "Br", "I", "O", "S", "Se") and not charge:
        side = "left" if rng.random() < 0.6 else "right"
    if water and abs(charge) > 1:
        # "RuH2-" would be two hydrogens and one charge.
        side = "left"
    start = len(prefix)
    if side == "right" or (prefix and water):
        text = prefix + symbol + water + sign
        if side == "left":
            return Label(text, len(prefix + symbol + water) - 1)
        return Label(text, start)
    if sign and style.sign_first and not prefix and len(steps) < 2:
        text, start = sign + water + symbol, len(sign + water)
    else:
        text, start = water + prefix + symbol + sign, len(water + prefix)
    if len(symbol) > 1 and style.end_anchor and not water and not sign:
        start += len(symbol) - 1
    return Label(text, start)


def group_label(
    group: Group,
    steps: list[tuple[float, float]],
    style: LabelStyle,
    rng: np.random.Generator,
    other_side: bool = False,
) -> Label:
    """The label of a contracted group.

    Args:
        group: what is contracted.
        steps: unit vectors to the drawn neighbours, y down.
        style: habits of this drawing.
        rng: for what varies within a drawing.
        other_side: run to the side where the label would not run by itself, unless it would mean
            another group there.
    """
    side = side_of(steps, rng)
    first = group.right[0]
    if side in ("above", "below"):
        stacked = 0.6 if first.label == "SO2" else 0.25 * bool(_STACKED.match(first.label))
        if len(steps) == 2 and style.stack and rng.random() < stacked:
            return Label(first.label, first.anchor, 1 if side == "below" else -1)
        side = "right" if rng.random() < 0.75 else "left"
    upright = len(steps) == 1 and abs(steps[0][0]) <= UPRIGHT
    if first.label not in MIRRORED:
        if other_side:
            side = "left" if side == "right" else "right"
        elif upright and rng.random() < 0.2:
            side = "left"
    spelling = _pick(group.right if side == "right" else group.left, style.spelling)
    anchor = spelling.anchor
    if spelling.label.isalpha() and group.right[0].label == spelling.label:
        # A name of its own ("Boc") has no attached letter: any end or the middle may stand there.
        if side == "left" and style.end_anchor:
            anchor = len(spelling.label) - 1
        elif upright and side == "right" and style.end_anchor:
            anchor = len(spelling.label) // 2
    return Label(spelling.label, anchor)


def _pick(spellings: tuple[Spelling, ...], place: float) -> Spelling:
    # Spellings are listed by frequency, so the row is stretched at its beginning.
    return spellings[int(len(spellings) * place**1.4)]


def second_side(
    a: tuple[float, float],
    b: tuple[float, float],
    inside: tuple[float, float] | None,
    others: list[tuple[float, float]],
    at_a: int,
    at_b: int,
    centred: bool,
    rng: np.random.Generator,
) -> int:
    """Where the second line of a double bond lies.

    Args:
        a, b: ends of the bond, y down.
        inside: centre of the ring that the line goes into; ``None`` for chains.
        others: places of the other neighbours of both ends.
        at_a, at_b: how many of them each end has.
        centred: terminal double bonds with both lines offset.
        rng: breaks ties.

    Returns:
        +1 to the left of a -> b as seen on the page, -1 to the right, 0 centred.
    """
    dx, dy = b[0] - a[0], b[1] - a[1]
    if inside is not None:
        return 1 if (inside[0] - a[0]) * dy - (inside[1] - a[1]) * dx > 0 else -1
    if (at_a == 0 or at_b == 0) and centred:
        return 0
    balance = 0
    for x, y in others:
        cross = (x - a[0]) * dy - (y - a[1]) * dx
        if abs(cross) > 0.1:
            balance += 1 if cross > 0 else -1
    if balance:
        return 1 if balance > 0 else -1
    if at_a > 1 or at_b > 1:
        return 0 if centred else (1 if rng.random() < 0.5 else -1)
    return 1 if rng.random() < 0.5 else -1
