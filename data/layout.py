"""Places a molecule's atoms on the page."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdDepictor

from data.variants import bonds_of

CLASH = 0.2
"""Unbonded atoms nearer than this (bond lengths) make a layout a bad one."""


def lay_out(
    mol: Any,
    rng: np.random.Generator,
    coordgen: bool,
    templates: bool,
    straighten: bool,
    angle: float,
    mirror: bool,
    pack: bool,
) -> NDArray[np.float64] | None:
    """Coordinates of a molecule, written into its only conformer (y up) as well.

    Args:
        mol: changed in place: gets one conformer.
        rng: only used for packing.
        coordgen: the CoordGen engine instead of RDKit's own.
        templates: take ring systems from RDKit's templates (its own engine only).
        straighten: bonds on multiples of 30 degrees where possible.
        angle: rotation after that, in radians.
        mirror: reflect at the vertical axis, after the rotation.
        pack: bring the small components close to the largest one.

    Returns:
        (N, 2) y *up*, median bond 1, or ``None`` if atoms fall on each other.
    """
    rdDepictor.SetPreferCoordGen(coordgen)
    try:
        rdDepictor.Compute2DCoords(mol, canonOrient=True, useRingTemplates=templates)
    finally:
        rdDepictor.SetPreferCoordGen(False)
    if straighten:
        rdDepictor.StraightenDepiction(mol)
    conformer = mol.GetConformer()
    xy = np.array(conformer.GetPositions()[:, :2])
    ends = np.array([(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in bonds_of(mol)], int)
    ends = ends.reshape(-1, 2)
    if len(ends):
        step = xy[ends[:, 0]] - xy[ends[:, 1]]
        median = float(np.median(np.hypot(step[:, 0], step[:, 1])))
    else:
        median = 1.5
    if not np.isfinite(xy).all() or median < 1e-3:
        return None
    xy /= median
    if pack:
        pack_parts(mol, xy, rng)
    if angle:
        c, s = np.cos(angle), np.sin(angle)
        xy = xy @ np.array([[c, s], [-s, c]])
    if mirror:
        xy[:, 0] *= -1
    if clashes(xy):
        return None
    full = np.zeros((len(xy), 3))
    full[:, :2] = xy
    conformer.SetPositions(full)
    return xy


def without_atoms(mol: Any, hidden: frozenset[int]) -> Any:
    """A copy without some atoms, good for nothing but a layout."""
    edited = Chem.RWMol(mol)
    edited.BeginBatchEdit()
    for index in hidden:
        edited.RemoveAtom(index)
        for atom in mol.GetAtomWithIdx(index).GetNeighbors():
            edited.GetAtomWithIdx(atom.GetIdx()).SetIsAromatic(False)
    edited.CommitBatchEdit()
    Chem.FastFindRings(edited)
    return edited


def set_positions(mol: Any, hidden: frozenset[int], xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give a molecule the coordinates of its visible atoms, in place; hidden ones are at 0.

    Args:
        mol: gets one conformer, y up.
        hidden: atoms that ``xy`` leaves out.
        xy: (N - len(hidden), 2) in the order of the atoms.

    Returns:
        (N, 2) coordinates of all atoms.
    """
    full = np.zeros((mol.GetNumAtoms(), 3))
    full[[i for i in range(len(full)) if i not in hidden], :2] = xy
    conformer = Chem.Conformer(len(full))
    conformer.Set3D(False)
    conformer.SetPositions(full)
    mol.RemoveAllConformers()
    mol.AddConformer(conformer)
    return full[:, :2]


def clashes(xy: NDArray[np.float64], least: float = CLASH) -> bool:
    """Whether any two atoms of (N, 2) places are nearer than ``least``."""
    if len(xy) < 2:
        return False
    # All atoms, bonded ones too: no bond of a readable drawing is that short.
    delta = xy[:, None, :] - xy[None, :, :]
    square = delta[..., 0] ** 2 + delta[..., 1] ** 2
    np.fill_diagonal(square, 1.0)
    return bool(square.min() < least**2)


def pack_parts(mol: Any, xy: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Put the smaller components beside, below or above the largest one, in place.

    Args:
        mol: one or several components.
        xy: (N, 2) y up, each component laid out by itself.
        rng: makes the choices.
    """
    parts = sorted((list(part) for part in Chem.GetMolFrags(mol)), key=len, reverse=True)
    if len(parts) < 2:
        return
    low, high = xy[parts[0]].min(0), xy[parts[0]].max(0)
    for part in parts[1:]:
        small = xy[part]
        size = small.max(0) - small.min(0)
        gap = float(rng.uniform(1.3, 2.5))
        where = rng.random()
        if where < 0.75:
            corner = np.array([high[0] + gap, 0.0])
            corner[1] = (low[1] + high[1] - size[1]) / 2 + float(rng.uniform(-1, 1))
        elif where < 0.9:
            corner = np.array([(low[0] + high[0] - size[0]) / 2, low[1] - gap - size[1]])
        else:
            corner = np.array([low[0] - gap - size[0], (low[1] + high[1] - size[1]) / 2])
        xy[part] = small - small.min(0) + corner
        low = np.minimum(low, corner)
        high = np.maximum(high, corner + size)
