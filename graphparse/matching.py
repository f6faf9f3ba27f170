"""How many atoms and bonds of two molecules are the same: the counts behind atom and bond F1.

The largest common matching of two molecules is costly to find, and a search with a time limit
would give other figures on another machine. Here one matching is grown from each of a few seeds,
along bonds, and the best is kept: always the same, and never too favourable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, rdBase

ROUNDS = 6
"""Bonds out to which the surroundings of two atoms are compared."""
SEEDS = 8
"""Pairs of atoms that a matching is grown from."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Of a molecule that was read and its reference; hydrogens on their atoms are not counted."""

    atoms: int
    """Matched atoms of the same element, charge and isotope."""
    bonds: int
    """Bonds of the same order between matched atoms."""
    all_atoms: int
    """Atoms of both together."""
    all_bonds: int


def overlap(predicted: str | None, reference: str) -> Overlap:
    """Compare two molecules without their coordinates.

    Atoms are matched one to one. An atom that was read as another element is a wrong atom, but its
    bonds may be right; a bond of another order is a wrong bond, but its atoms may be right. The
    F1 of a set is ``2 * sum(atoms) / sum(all_atoms)``, that of bonds likewise.

    Args:
        predicted: SMILES; without one nothing is matched.
        reference: SMILES.
    """
    with rdBase.BlockLogs():
        mols = [Chem.MolFromSmiles(smiles) if smiles else None for smiles in (predicted, reference)]
    sizes = [(mol.GetNumAtoms(), mol.GetNumBonds()) if mol else (0, 0) for mol in mols]
    all_atoms, all_bonds = (sum(size) for size in zip(*sizes, strict=True))
    one, two = (None if mol is None else _Plan.of(mol) for mol in mols)
    best = (0, 0)
    if None not in mols and Chem.MolToSmiles(mols[0]) == Chem.MolToSmiles(mols[1]):
        best = sizes[1]
    elif one is not None and two is not None and sizes[0][0] and sizes[1][0]:
        alike = _alikeness(one, two)
        seeds = np.argsort(-alike, axis=None, kind="stable")[: SEEDS * max(alike.shape)]
        tried: set[int] = set()
        for i, j in np.column_stack(np.unravel_index(seeds, alike.shape)).tolist():
            # each seed at another atom: equal ones of a ring would grow the same matching
            if i in tried or len(tried) == SEEDS:
                continue
            tried.add(i)
            found = _agreement(one, two, _grow(one, two, alike, (i, j)))
            best = max(best, found, key=sum)
    return Overlap(*best, all_atoms, all_bonds)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A molecule as a labelled graph."""

    labels: list[tuple[int, int, int]]
    bonds: list[dict[int, float]]
    """Of each atom: its neighbours and the orders of the bonds to them."""

    @classmethod
    def of(cls, mol: Chem.Mol) -> _Plan:
        bonds: list[dict[int, float]] = [{} for _ in range(mol.GetNumAtoms())]
        for bond in mol.GetBonds():
            begin, end = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
            bonds[begin][end] = bonds[end][begin] = bond.GetBondTypeAsDouble()
        labels = [(a.GetAtomicNum(), a.GetFormalCharge(), a.GetIsotope()) for a in mol.GetAtoms()]
        return cls(labels, bonds)

    def surroundings(self) -> NDArray[np.int64]:
        """(N, ROUNDS + 1) hashes of what is within so many bonds (Weisfeiler and Leman 1968)."""
        colours = [hash(label) for label in self.labels]
        rounds = [colours]
        for _ in range(ROUNDS):
            colours = [
                hash((own, tuple(sorted((order, colours[j]) for j, order in near.items()))))
                for own, near in zip(colours, self.bonds, strict=True)
            ]
            rounds.append(colours)
        return np.array(rounds, np.int64).T


def _alikeness(one: _Plan, two: _Plan) -> NDArray[np.int64]:
    """(N, M) in how many rounds the surroundings of two atoms are the same."""
    return (one.surroundings()[:, None] == two.surroundings()[None]).sum(2)


def _grow(
    one: _Plan, two: _Plan, alike: NDArray[np.int64], seed: tuple[int, int]
) -> dict[int, int]:
    """A matching that follows the bonds from a seed, the most alike first.

    What it does not reach that way, other components and what lies behind a missing bond, is begun
    anew at the most alike atoms that are left.
    """
    found: dict[int, int] = {}
    taken: set[int] = set()
    front: dict[tuple[int, int], bool] = {seed: True}
    rest = np.column_stack(
        np.unravel_index(np.argsort(-alike, axis=None, kind="stable"), alike.shape)
    ).tolist()
    rest.reverse()
    while True:
        free = {(i, j): same for (i, j), same in front.items() if i not in found and j not in taken}
        if free:
            i, j = max(free, key=lambda pair: (free[pair], alike[pair], -pair[0], -pair[1]))
        else:
            while rest and (rest[-1][0] in found or rest[-1][1] in taken):
                rest.pop()
            if not rest or not alike[tuple(rest[-1])]:
                return found
            i, j = rest.pop()
        found[i] = j
        taken.add(j)
        front = free
        front.pop((i, j), None)
        for p, order in one.bonds[i].items():
            for q, other in two.bonds[j].items():
                if p not in found and q not in taken:
                    front[p, q] = front.get((p, q), False) or order == other


def _agreement(one: _Plan, two: _Plan, found: dict[int, int]) -> tuple[int, int]:
    """Atoms and bonds that are the same under a matching."""
    atoms = sum(one.labels[i] == two.labels[j] for i, j in found.items())
    bonds = sum(
        i < p and p in found and two.bonds[j].get(found[p]) == order
        for i, j in found.items()
        for p, order in one.bonds[i].items()
    )
    return atoms, bonds
