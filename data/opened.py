"""Layouts in which places alone do not tell: atoms a bond apart without one, bent triple bonds.

Layout engines keep unbonded atoms apart and triple bonds straight, so that a network could guess
bonds without looking at their strokes. People draw otherwise.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from rdkit import Chem

from data.variants import TETRAHEDRAL, bonds_of

Gap = tuple[int, int]
"""Two atoms that lie a bond apart and have none."""


def with_ring_opened(mol: Any, rng: np.random.Generator) -> tuple[Any, Gap] | None:
    """A copy without one single bond of a ring, and its ends; None if no ring can be opened."""
    places = [
        (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
        for bond in bonds_of(mol)
        if bond.IsInRing()
        and bond.GetBondType() == Chem.BondType.SINGLE
        and _can_let_go(bond.GetBeginAtom())
        and _can_let_go(bond.GetEndAtom())
    ]
    if not places:
        return None
    gap = places[int(rng.integers(len(places)))]
    edited = Chem.RWMol(mol)
    edited.RemoveBond(*gap)
    Chem.SanitizeMol(edited)
    return edited.GetMol(), gap


def for_layout(mol: Any, gap: Gap | None, bent: bool) -> Any:
    """What is laid out instead of a molecule; the molecule itself if nothing is different.

    Args:
        mol: is not changed.
        gap: atoms to be placed as if they were bonded.
        bent: triple bonds are placed like double bonds.
    """
    triple = [
        bond.GetIdx()
        for bond in bonds_of(mol)
        if bond.GetBondType() == Chem.BondType.TRIPLE
        and not bond.GetBeginAtom().GetFormalCharge()
        and not bond.GetEndAtom().GetFormalCharge()
    ]
    triple = triple if bent else []
    if gap is None and not triple:
        return mol
    edited = Chem.RWMol(mol)
    for index in triple:
        edited.GetBondWithIdx(index).SetBondType(Chem.BondType.DOUBLE)
    if gap is not None:
        edited.AddBond(*gap, Chem.BondType.SINGLE)
    edited.UpdatePropertyCache(strict=False)
    Chem.FastFindRings(edited)
    Chem.SetConjugation(edited)
    Chem.SetHybridization(edited)
    return edited.GetMol()


def _can_let_go(atom: Any) -> bool:
    return not (
        atom.GetChiralTag() in TETRAHEDRAL
        or atom.GetNoImplicit()
        or atom.GetFormalCharge()
        or atom.GetIsAromatic()
        or atom.GetDegree() < 2
    )
