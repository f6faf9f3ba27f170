"""What is to be drawn of a molecule, apart from the molecule itself and its coordinates."""

from __future__ import annotations

from dataclasses import dataclass

from data.abbreviate import Site
from data.annotate import LabelStyle
from data.linked_layout import Written
from data.salts import Salt
from data.sugars import Projection


@dataclass(frozen=True, slots=True)
class Plan:
    """Choices made for one drawing before it is put together."""

    names: dict[int, str]
    """R labels by atom."""
    sites: dict[int, Site]
    """Contracted groups by their root."""
    links: dict[int, Written]
    """Labels that link two parts of the molecule by the atom that they stand on."""
    stands_for: dict[int, int]
    """Atoms of such labels to the atom that the label stands on."""
    hidden: frozenset[int]
    """Atoms inside contracted groups and of linking labels, but for those that stand there."""
    wavy: dict[int, int]
    """Bond index to the atom at its known end."""
    style: LabelStyle
    salt: Salt
    """What is written before lone species, and which component stands in brackets."""
    attached: frozenset[int] = frozenset()
    """Dummy atoms that are a line across their bond."""
    circles: bool = False
    """Aromatic six-rings get a circle."""
    centred: bool = False
    """Terminal double bonds mostly have both lines offset."""
    ring_text: bool = False
    """Any carbon may be written out."""
    bare: bool = False
    """Hydrogens of uncharged N, O and S left out."""
    redrawn: bool = False
    """Some bonds were made longer; letters and strokes are measured by the others."""
    gap: bool = False
    """Two atoms lie a bond apart and have none."""
    projection: Projection | None = None
    """What rings in perspective tell."""
