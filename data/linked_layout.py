"""Places of the labels that link two parts of a molecule, and the room that they need."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from data.chains import LEAST_ROOM, Change
from data.linked import Link, spellings
from data.variants import bonds_of

STRAIGHT = 0.6
"""Share of the drawings in which the bonds of such labels are in line."""
AT_FIRST = 0.25
"""Share of the drawings in which bonds end at the first letter of labels that are the same from
both ends, where that is possible."""
TURNED = 0.25
"""Share of the labels with the hydrogens before their atoms, where that is possible."""
ASIDE = 0.3
"""How far bonds at one end of a label may lean towards the other end, bond lengths."""
APART = 0.6
"""Least horizontal distance of what the two ends of a label are bonded to, before it gets room."""
HALF_LINE = 0.4
"""Half the height of a label with the paper around it, bond lengths."""
WIDTHS = {"(": 0.22, ")": 0.22, "e": 0.35, "O": 0.5}
DIGIT, LETTER = 0.27, 0.46
"""Typical widths in bond lengths."""

_WATER = re.compile(r"^H\d?")
"""Hydrogens before their atom, which the bonds on the left end at."""

Places = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Written:
    """A linking label in its place."""

    text: str
    anchor: int
    tails: frozenset[int]
    """Neighbours whose bonds end at the last letter rather than at the anchor."""


def shortened(mol: Any, links: list[Link]) -> Any:
    """A copy in which the first atom of each link is bonded to the neighbours of the last one."""
    edited = Chem.RWMol(mol)
    for link in links:
        if len(link.path) > 1:
            edited.AddBond(link.root, link.far, Chem.BondType.SINGLE)
    return edited


def in_line(links: list[Link], hidden: frozenset[int]) -> Callable[..., Change]:
    """What lets bonds go straight on at the labels, in a layout without hidden atoms."""
    roots = [link.root for link in links if len(link.near) == 1]
    places = frozenset(root - sum(i < root for i in hidden) for root in roots)
    return lambda *_: Change({}, places, True)


def write_links(
    mol: Any, links: list[Link], hidden: frozenset[int], rng: np.random.Generator
) -> dict[int, Written]:
    """Turn a laid-out molecule and move its parts so that its links can be written, in place.

    Args:
        mol: with a conformer in which hidden atoms stand anywhere.
        links: whose labels are to be written.
        hidden: atoms that are not drawn, those of ``links`` but for their first among them.
        rng: makes the choices.

    Returns:
        The labels by the atom that they stand on; none if there is no room.
    """
    conformer = mol.GetConformer()
    start = np.array(conformer.GetPositions()[:, :2])
    kept = [i for i in range(len(start)) if i not in hidden]
    bonds = _drawn_bonds(mol, links, hidden)
    steps = (0, *rng.permutation(np.arange(1, 12)).tolist())
    at_first = rng.random() < AT_FIRST
    for bent, step in [(True, step) for step in steps if at_first] + [(False, s) for s in steps]:
        c, s = math.cos(step * math.pi / 6), math.sin(step * math.pi / 6)
        xy = start @ np.array([[c, s], [-s, c]])
        labels = _write(xy, links, bonds, bent, rng)
        if labels is None or not _has_room(xy, kept, bonds, labels):
            continue
        for link in links:
            # stereo beside a label is read from where its bonds are known to end
            xy[list(link.atoms)] = xy[link.root]
        full = np.zeros((len(xy), 3))
        full[:, :2] = xy
        conformer.SetPositions(full)
        return labels
    return {}


def _drawn_bonds(mol: Any, links: list[Link], hidden: frozenset[int]) -> list[tuple[int, int]]:
    stands_for = {i: link.root for link in links for i in link.atoms}
    ends = (
        (stands_for.get(a, a), stands_for.get(b, b))
        for a, b in ((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in bonds_of(mol))
    )
    return [(a, b) for a, b in ends if a != b and not {a, b} & hidden]


def _write(
    xy: Places,
    links: list[Link],
    bonds: list[tuple[int, int]],
    bent: bool,
    rng: np.random.Generator,
) -> dict[int, Written] | None:
    """Labels for links as their neighbours stand; moves what stands behind them, in place.

    Args:
        xy: of all atoms.
        links: whose labels are written.
        bonds: that are drawn.
        bent: the bonds of labels that are the same from both ends meet their first letter.
        rng: picks the spellings.
    """
    labels = {}
    for link in links:
        x = xy[link.root, 0]
        near, far = [float(xy[i, 0] - x) for i in link.near], [float(xy[link.far, 0] - x)]
        forth = max(near) < ASIDE and min(far) > -ASIDE and min(far) - max(near) > APART
        back = max(far) < ASIDE and min(near) > -ASIDE and min(near) - max(far) > APART
        if bent and link.units == link.units[::-1]:
            if max(near + far) > ASIDE:
                return None
            text = _pick(spellings(link.units), rng)
            anchor = next(i for i, letter in enumerate(text) if letter.isalpha())
            labels[link.root] = Written(text, anchor, frozenset())
            continue
        if not (forth or back):
            return None
        units, left, right = link.units, link.near, (link.far,)
        if back:
            units, left, right = units[::-1], right, left
        texts = spellings(units)
        if not texts:
            return None
        text = _pick(texts, rng)
        anchor = len(text) - len(_WATER.sub("", text))
        labels[link.root] = Written(text, anchor, frozenset(right))
        size = float(rng.uniform(0.95, 1.3))
        xy[_behind(link.root, right, bonds), 0] += text_width(text[anchor:]) * size
        if anchor and max(xy[i, 0] for i in left) < x - ASIDE:
            xy[_behind(link.root, left, bonds), 0] -= text_width(text[: anchor + 1]) * size
    return labels


def _pick(texts: tuple[str, ...], rng: np.random.Generator) -> str:
    # spellings with the hydrogens first come last
    if rng.random() < TURNED:
        return texts[-1]
    return texts[int(rng.integers(max(len(texts) - 1, 1)))]


def _behind(root: int, first: tuple[int, ...], bonds: list[tuple[int, int]]) -> list[int]:
    """Atoms that hang on the right end of a label."""
    around: dict[int, list[int]] = {}
    for a, b in bonds:
        around.setdefault(a, []).append(b)
        around.setdefault(b, []).append(a)
    seen, todo = {root, *first}, list(first)
    while todo:
        fresh = [i for i in around[todo.pop()] if i not in seen]
        seen.update(fresh)
        todo += fresh
    return sorted(seen - {root})


def text_width(text: str) -> float:
    """From the middle of a label's first character to that of its last one, bond lengths."""
    widths = [WIDTHS.get(letter, DIGIT if letter.isdigit() else LETTER) for letter in text]
    return sum(widths) - (widths[0] + widths[-1]) / 2


def _has_room(
    xy: Places, kept: list[int], bonds: list[tuple[int, int]], labels: dict[int, Written]
) -> bool:
    """Whether atoms keep apart, and nothing but its own bonds comes near a label."""
    shown = xy[kept]
    apart = np.hypot(*(shown[:, None] - shown[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, 1.0)
    if apart.min() < LEAST_ROOM:
        return False
    share = np.linspace(0.0, 1.0, 9)[:, None]
    for root, label in labels.items():
        strokes = [xy[a] * (1 - share) + xy[b] * share for a, b in bonds if root not in (a, b)]
        ink = np.concatenate([*strokes, xy[[i for i in kept if i != root]]])
        x, y = (ink - xy[root]).T
        left, right = (
            text_width(label.text[: label.anchor + 1]),
            text_width(label.text[label.anchor :]),
        )
        inside = (np.abs(y) < HALF_LINE) & (x > -left - HALF_LINE) & (x < right + HALF_LINE)
        if inside.any():
            return False
    return True
