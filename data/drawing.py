"""A molecule laid out for drawing: the as-drawn graph plus what a pen needs to know."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from assemble.graph import MoleculeGraph


@dataclass(frozen=True, slots=True)
class Lead:
    """What is written before a species that stands alone: a dot, and how often it is meant."""

    count: str = ""
    """In the label string too."""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across the last bond of a part of a molecule, where the rest of it would follow."""

    at: float
    """Where it crosses the bond, as a share of it."""
    half: float
    """Half its length, bond lengths."""
    dashed: bool
    """Or wavy."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is to be drawn, before any style is chosen.

    The label string is in reading order with sub- and superscripts flattened; the character
    ``graph.labels[i][anchors[i]]`` stands at ``graph.xy[i]``. Which characters are raised or
    lowered follows from the string (see the pens), not from extra fields.
    """

    graph: MoleculeGraph
    """Coordinates in units of one bond length, y *down*, typical bond length 1."""
    anchors: tuple[int, ...]
    """N: index into the label of the first character of the element or group that sits on the
    atom's position ("H3CO" attached by its O: 3; "OMe": 0); 0 for bare carbons."""
    stacked: tuple[int, ...]
    """N: 0 for a label in one line; +1 / -1: the hydrogens stand below / above the anchor element
    ("NH" over two lines). The label string of a stacked label starts with the anchor ("NH")."""
    second_sides: tuple[int, ...]
    """M: for a double bond where its second line lies: 0 centred (both lines offset by half),
    +1 to the left of begin -> end as seen on the page (y down), -1 to the right; 0 otherwise."""
    rings: tuple[tuple[int, ...], ...]
    """Atom indices of rings to be drawn with an aromatic circle (their bonds are AROMATIC)."""
    smiles: str
    """The molecule this is a drawing of."""
    leads: dict[int, Lead] = field(default_factory=dict)
    """What is written before the label of an atom; the count is part of the label string too."""
    brackets: tuple[tuple[float, float, float, float], ...] = ()
    """Left, top, right, bottom of square brackets, in bond lengths."""
    marks: dict[int, Mark] = field(default_factory=dict)
    """Atoms without letters, the ends of bonds that a line crosses; their label is "*"."""
    tails: frozenset[tuple[int, int]] = frozenset()
    """Atoms with a label and their neighbours whose bonds end at the label's last character rather
    than at its anchor: the right ends of labels such as "(CH2)3" between two parts."""
    gap: bool = False
    """Two atoms lie a bond apart and have none, which only a page with whole strokes can tell."""
    most_capital: float = math.inf
    """Capital letters are no higher than this, bond lengths: there is no room for larger ones."""
