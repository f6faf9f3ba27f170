"""Where the atoms within a label go: laid out as if drawn, away from the label's bonds."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdDepictor

from assemble.fragment import Fragment

TYPES = {1: Chem.BondType.SINGLE, 2: Chem.BondType.DOUBLE, 3: Chem.BondType.TRIPLE}
_LENGTH = 1.5
"""Of RDKit's bonds."""
_LAYOUT = Chem.SANITIZE_SYMMRINGS | Chem.SANITIZE_SETCONJUGATION | Chem.SANITIZE_SETHYBRIDIZATION


@lru_cache(maxsize=4096)
def spread(fragment: Fragment) -> tuple[tuple[float, float], ...]:
    """Places of a fragment's atoms for a drawing of what its label stands for.

    Returns:
        In bond lengths, x and y for each atom; the first attached one is at the origin, and what it
        is bonded to outside to the left, at (-1, 0).
    """
    if len(fragment.atoms) == 1:
        return ((0.0, 0.0),)
    mol = Chem.RWMol()
    for atom in fragment.atoms:
        made = Chem.Atom(0 if atom.symbol == "*" else atom.symbol)
        made.SetFormalCharge(atom.charge)
        made.SetNoImplicit(True)
        mol.AddAtom(made)
    outside = mol.AddAtom(Chem.Atom(0))
    for i, j, order in (*fragment.bonds, (outside, fragment.first, 1)):
        mol.AddBond(i, j, TYPES[order])
    mol.UpdatePropertyCache(strict=False)
    Chem.SanitizeMol(mol, _LAYOUT)
    rdDepictor.Compute2DCoords(mol)
    xy = mol.GetConformer().GetPositions()[:, :2] / _LENGTH
    xy -= xy[fragment.first]
    c, s = -xy[outside] / max(float(np.hypot(*xy[outside])), 1e-6)
    turned = xy[:outside] @ np.array(((c, -s), (s, c)))
    return tuple(map(tuple, turned.tolist()))
