"""A drawing as a walk over it: a SMILES whose order can be seen, and where each atom is."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from assemble.graph import MoleculeGraph
from assemble.molecule import AssembleError, drawn_mol

_SLANT = math.radians(20.3)
"""Direction in which atoms are ordered. No two of the usual directions of bonds, multiples of 30
degrees, are mirror images in it, so that neighbours seldom tie."""


def traced(
    graph: MoleculeGraph, xy: NDArray[np.floating]
) -> tuple[str, NDArray[np.float64]] | None:
    """Spell a drawing in the order of its atoms on the page.

    The walk begins at the first atom along a slanted line, and goes on to the first neighbour
    along it, as far as a SMILES lets it. A canonical SMILES instead begins wherever its sorting of
    the whole molecule says, which can't be seen at any one place.

    Args:
        graph: as drawn.
        xy: (N, 2) places of its atoms to order by and to give back, y down.

    Returns:
        The SMILES, and the (M, 2) places of its atoms in order. An atom that a label stands for is
        where the label is. None if the graph is no molecule.
    """
    try:
        mol = drawn_mol(graph)
        places = _places(mol, graph, xy)
        order = np.argsort(places @ (math.cos(_SLANT), math.sin(_SLANT)), kind="stable")
        ordered = Chem.RenumberAtoms(mol, order.tolist())
        smiles = Chem.MolToSmiles(ordered, canonical=False)
    except (AssembleError, RuntimeError, ValueError):
        return None
    written = ordered.GetPropsAsDict(True, True)["_smilesAtomOutputOrder"]
    return smiles, places[order][list(written)]


def _places(mol: Chem.Mol, graph: MoleculeGraph, xy: NDArray[np.floating]) -> NDArray[np.float64]:
    """(M, 2): where the nearest atom that is drawn is, for each atom of the molecule."""
    found = mol.GetConformer().GetPositions()[:, :2] * (1.0, -1.0)
    far = np.linalg.norm(found[:, None] - graph.xy[None], axis=2)
    return np.asarray(xy, np.float64)[far.argmin(1)]
