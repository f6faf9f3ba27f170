"""Species that are drawn once and counted: ``2 HCl``, ``1/2 H2O``, ``[...]2``."""

from __future__ import annotations

import re
from fractions import Fraction
from math import lcm

from rdkit import Chem
from rdkit.Geometry import Point3D

from assemble.species import COMPANIONS
from assemble.writers import group_number

COUNT_PROPERTY = "_graphparse_count"
"""Of an atom: how often its component is meant, as a fraction ("1/2")."""
MOST = 12
"""Larger numbers are no count of species."""
_COUNTED = re.compile(
    r"(?:(?P<halves>[3579])/2|(?P<whole>\d{1,2}?)?(?P<half>1/2|\.5)?)"
    r"(?P<species>(?:[a-z]-)?[A-Z(\[].*)"
)
_REPEATED = re.compile(r"(.+?)\1+")
"""Species that stand so close that they were read as one label."""
_BRACKET = re.compile(r"\](?P<count>\d{1,2})")
STEP = 1.5
"""Distance between the copies of a component, bond lengths."""


def split_count(label: str) -> tuple[Fraction, str] | None:
    """How often, and what: ``2HCl`` is 2 of ``HCl``, ``11/2H2O`` one and a half of ``H2O``.

    So is ``3/2H2O``; ``HClHCl`` is 2 of ``HCl``.

    Args:
        label: of an atom without bonds.

    Returns:
        None for a label without a count.
    """
    repeated = _REPEATED.fullmatch(label)
    if repeated and repeated[1] in COMPANIONS:
        return Fraction(len(label) // len(repeated[1])), repeated[1]
    match = _COUNTED.fullmatch(label)
    if not match or not (match["halves"] or match["whole"] or match["half"]):
        return None
    if match["halves"]:
        return Fraction(int(match["halves"]), 2), match["species"]
    count = Fraction(int(match["whole"] or 0)) + (Fraction(1, 2) if match["half"] else 0)
    return (count, match["species"]) if 0 < count <= MOST and count != 1 else None


def is_companion(label: str) -> bool:
    """Whether a label is a counter-ion, an acid or a solvent, counted or not."""
    counted = split_count(label)
    return (counted[1] if counted else label) in COMPANIONS


def bracket_count(label: str) -> int | None:
    """The number at the closing bracket of a counted component: 2 of ``]2``; None if it is none."""
    match = _BRACKET.fullmatch(label)
    count = int(match["count"]) if match else 0
    return count if 1 < count <= MOST else None


def mark_bracketed(
    mol: Chem.Mol,
    xy: list[tuple[float, float]],
    drawn: set[int],
    brackets: list[tuple[float, float, int]],
) -> None:
    """Give the components in brackets their counts, in place.

    A closing bracket counts the nearest component left of it, and what stands above or below
    that: opening brackets are not seen, and a counter-ion may stand before one.

    Args:
        mol: with the counts of other species already on their atoms.
        xy: place of each atom, image pixels.
        drawn: atoms that are drawn where they are, rather than inside of a label.
        brackets: place and number of each closing bracket.
    """
    parts = Chem.GetMolFrags(mol)
    spans = [
        (min(xy[i][0] for i in part), max(xy[i][0] for i in part), part[0])
        for part in ([i for i in part if i in drawn] for part in parts)
        if part
    ]
    # ions of a label such as ONa belong to what the label hangs on
    inside = [part for part in parts if not drawn.intersection(part)]
    for right, _, count in brackets:
        before = [span for span in spans if span[1] < right]
        if not before:
            continue
        low, high, _ = max(before, key=lambda span: span[1])
        for first, last, atom in before:
            if first <= high and last >= low:
                mol.GetAtomWithIdx(atom).SetProp(COUNT_PROPERTY, str(count))
                whole = next(part for part in parts if atom in part)
                labels = {group_number(mol.GetAtomWithIdx(i)) for i in whole} - {None}
                for part in inside:
                    if group_number(mol.GetAtomWithIdx(part[0])) in labels:
                        mol.GetAtomWithIdx(part[0]).SetProp(COUNT_PROPERTY, str(count))


def multiplied(mol: Chem.Mol, bond_length: float) -> Chem.Mol:
    """Every component as often as it is meant, the copies below each other.

    Halves are made whole by doubling everything: A with 1/2 H2O is two A with one H2O.

    Args:
        mol: sanitised, with a conformer, y up.
        bond_length: of its conformer.
    """
    parts = Chem.GetMolFrags(mol)
    counts = [_count(mol, part) for part in parts]
    if all(count == 1 for count in counts):
        return mol
    whole = lcm(*(count.denominator for count in counts))
    out = mol
    for part, count in zip(parts, counts, strict=True):
        single = _only(mol, part)
        for k in range(1, int(count * whole)):
            offset = Point3D(0.0, -STEP * bond_length * k, 0.0)
            out = Chem.CombineMols(out, single, offset)
    made = Chem.Mol(out)
    for atom in made.GetAtoms():
        atom.ClearProp(COUNT_PROPERTY)
    Chem.SanitizeMol(made)
    return made


def _count(mol: Chem.Mol, part: tuple[int, ...]) -> Fraction:
    found = [mol.GetAtomWithIdx(i) for i in part]
    counts = [Fraction(a.GetProp(COUNT_PROPERTY)) for a in found if a.HasProp(COUNT_PROPERTY)]
    return counts[0] if counts else Fraction(1)


def _only(mol: Chem.Mol, part: tuple[int, ...]) -> Chem.Mol:
    """One component of a molecule, its stereo kept."""
    single = Chem.RWMol(mol)
    single.BeginBatchEdit()
    kept = set(part)
    for index in range(mol.GetNumAtoms()):
        if index not in kept:
            single.RemoveAtom(index)
    single.CommitBatchEdit()
    return single.GetMol()
