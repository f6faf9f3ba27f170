"""Rings that are drawn in perspective: which, with what in front, and what is up or down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from rdkit import Chem

from assemble.graph import BondKind
from assemble.molecule import AssembleError, assemble, canonical_smiles
from assemble.perspective import LEAST_CENTRES, can_be, configuration
from data.drawing import Drawing
from data.odds import DepictOdds
from data.variants import TETRAHEDRAL

Atoms = tuple[int, ...]
LEAST_OXYGENS = {5: 2, 6: 3}
"""Oxygens on the ring that rings closed by N or S have, by the size: proline is no sugar."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A bond of a ring's front as it is drawn."""

    begin: int
    kind: BondKind


@dataclass(frozen=True, slots=True)
class Projection:
    """What a drawing with rings in perspective shows, apart from where its atoms are."""

    strokes: dict[Atoms, Stroke]
    """Bonds in front that are not plain, by their atoms in ascending order."""
    centres: frozenset[int]
    """Atoms whose configuration the rings tell, so that no wedge has to."""
    runs: dict[int, str]
    """Labels that run "left" or "right" whatever their bonds say."""


def choose_rings(mol: Any, rng: np.random.Generator, odds: DepictOdds) -> list[Atoms]:
    """Rings of a molecule that are to be drawn in perspective.

    Args:
        mol: sanitized, with its stereo.
        rng: makes the choices.
        odds: how often what is chosen.

    Returns:
        The atoms of each ring in their order, the hetero atom last and the anomeric carbon first.
    """
    lot = rng.random()
    if lot >= max(odds.perspective, odds.perspective_cyclohexane):
        return []
    likely = [ring for ring in mol.GetRingInfo().AtomRings() if _is_likely(mol, ring)]
    sugars = [ring for ring in likely if _hetero(mol, ring)]
    rings = sugars if lot < odds.perspective else []
    if not sugars and lot < odds.perspective_cyclohexane:
        rings = likely
    if not rings:
        return []
    unknown = open_centres(mol, rings)
    return [_from_anomer(mol, r, rng) for r in rings if len(unknown.intersection(r)) < 2]


def open_centres(mol: Any, rings: list[Atoms]) -> frozenset[int]:
    """Atoms of rings that could have a configuration and have none."""
    found = Chem.FindPotentialStereo(mol)
    centres = {s.centeredOn for s in found if s.type == Chem.StereoType.Atom_Tetrahedral}
    return frozenset(
        i
        for i in centres.intersection(i for ring in rings for i in ring)
        if mol.GetAtomWithIdx(i).GetChiralTag() not in TETRAHEDRAL
    )


def _hetero(mol: Any, ring: Atoms) -> int:
    """Index of the ring's other atom than carbon, by its place in the ring plus 1; 0 for none."""
    return next((i + 1 for i, a in enumerate(ring) if mol.GetAtomWithIdx(a).GetSymbol() != "C"), 0)


def _is_likely(mol: Any, ring: Atoms) -> bool:
    """Whether people could draw a ring in perspective."""
    if len(ring) not in LEAST_CENTRES or not can_be(mol, ring):
        return False
    place = _hetero(mol, ring)
    atoms = [mol.GetAtomWithIdx(i) for i in ring]
    centres = [a for a in atoms if a.GetChiralTag() in TETRAHEDRAL and a.GetSymbol() == "C"]
    if not place:
        return len(centres) > 1
    least = LEAST_CENTRES[len(ring)]
    if atoms[place - 1].GetSymbol() != "O":
        near = [other for atom in centres for other in atom.GetNeighbors()]
        oxygens = sum(o.GetSymbol() == "O" and o.GetIdx() not in ring for o in near)
        if oxygens < LEAST_OXYGENS[len(ring)]:
            return False
    return len(centres) >= least


def _from_anomer(mol: Any, ring: Atoms, rng: np.random.Generator) -> Atoms:
    """The ring's atoms from the carbon that bears a second hetero atom to the hetero atom."""
    place = _hetero(mol, ring)
    first = place or int(rng.integers(len(ring)))
    forth = ring[first:] + ring[:first]
    # the hetero atom is the last one both ways round
    back = (*reversed(forth[:-1]), forth[-1])
    if _outer_hetero(mol, forth) == _outer_hetero(mol, back):
        return forth if rng.random() < 0.5 else back
    return forth if _outer_hetero(mol, forth) else back


def _outer_hetero(mol: Any, ring: Atoms) -> bool:
    atom = mol.GetAtomWithIdx(ring[0])
    return any(o.GetIdx() not in ring and o.GetSymbol() in "NOSF" for o in atom.GetNeighbors())


def with_ring_hydrogens(mol: Any, rings: list[Atoms]) -> Any:
    """A copy in which the hydrogens of the rings' saturated carbons are atoms."""
    carbons = [i for ring in rings for i in ring if mol.GetAtomWithIdx(i).GetSymbol() == "C"]
    # a carbon of unknown configuration has a wavy bond, and nothing is up or down there
    shown = [i for i in carbons if mol.GetAtomWithIdx(i).GetChiralTag() or _is_between(mol, i)]
    return Chem.AddHs(mol, onlyOnAtoms=shown) if shown else mol


def _is_between(mol: Any, index: int) -> bool:
    return bool(mol.GetAtomWithIdx(index).GetTotalNumHs() == 2)


def faces(
    mol: Any, atoms: Atoms, unknown: frozenset[int], rng: np.random.Generator
) -> dict[tuple[int, int], int]:
    """Where each bond leaves a ring: 1 up, -1 down, 0 neither.

    Args:
        mol: with its stereo.
        atoms: of the ring, clockwise on the page.
        unknown: ring atoms with a wavy bond.
        rng: decides where the stereo does not.

    Returns:
        By the atom in the ring and the one outside.
    """
    found = {}
    for i, index in enumerate(atoms):
        atom = mol.GetAtomWithIdx(index)
        before, after = atoms[i - 1], atoms[(i + 1) % len(atoms)]
        outside = [near.GetIdx() for near in atom.GetNeighbors()]
        outside = [near for near in outside if near not in (before, after)]
        if not outside:
            continue
        both = (*outside, -1)[:2]
        carbon = atom.GetSymbol() == "C" and atom.GetTotalDegree() == 4
        if index in unknown or not carbon:
            up = 0
        elif atom.GetChiralTag() in TETRAHEDRAL:
            tag = configuration(atom, (both[0], before, both[1], after))
            up = 1 if tag == atom.GetChiralTag() else -1
        else:
            up = 1 if rng.random() < 0.5 else -1
        if not up and len(outside) > 1:
            up = 1
        found[index, both[0]] = up
        if both[1] >= 0:
            found[index, both[1]] = -up
    return found


def front(corners: Atoms, tapered: bool) -> dict[Atoms, Stroke]:
    """The strokes of a ring whose front is drawn bold.

    Args:
        corners: atoms clockwise on the page from the right.
        tapered: the outer two strokes grow wider towards the middle one.
    """
    right, first, second, left = corners[:4]
    side = BondKind.WEDGE if tapered else BondKind.BOLD
    strokes = ((right, first, side), (first, second, BondKind.BOLD), (left, second, side))
    return {(min(a, b), max(a, b)): Stroke(a, kind) for a, b, kind in strokes}


def says_so(drawing: Drawing) -> bool:
    """Whether a drawing is read as the molecule that it stands for."""
    try:
        read = canonical_smiles(drawing.graph)
        truth = Chem.MolFromSmiles(drawing.smiles)
        if Chem.CanonSmiles(read) == Chem.MolToSmiles(truth):
            return True
        # R groups have no InChI
        if "*" in drawing.smiles:
            return False
        return bool(assemble(drawing.graph).inchi == Chem.MolToInchi(truth))
    except AssembleError:
        return False
