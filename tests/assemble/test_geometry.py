"""What single wedges say, and what becomes of those that contradict each other."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rdkit import Chem

from assemble.geometry import is_unclear, sense
from assemble.graph import BondKind as K
from assemble.graph import MoleculeGraph
from assemble.molecule import assemble

LENGTH = 1.5


def star(angles: list[float]) -> Chem.Mol:
    """A carbon with a different halogen at each angle, in radians."""
    mol = Chem.MolFromSmiles("C" + "".join(f"({x})" for x in ("F", "Cl", "Br", "I")[: len(angles)]))
    conformer = Chem.Conformer(mol.GetNumAtoms())
    conformer.Set3D(False)
    for index, angle in enumerate(angles, 1):
        place = (LENGTH * math.cos(angle), LENGTH * math.sin(angle), 0.0)
        conformer.SetAtomPosition(index, place)
    mol.AddConformer(conformer)
    return mol


def test_the_sense_of_a_wedge_is_that_of_rdkit() -> None:
    rng = np.random.default_rng(0)
    tags = {Chem.ChiralType.CHI_TETRAHEDRAL_CW: 1, Chem.ChiralType.CHI_TETRAHEDRAL_CCW: -1}
    checked = 0
    for _ in range(600):
        angles = rng.uniform(0, 2 * math.pi, int(rng.integers(3, 5)))
        gaps = np.diff(np.sort(angles), append=angles.min() + 2 * math.pi)
        if gaps.min() < math.radians(12) or np.abs(gaps - math.pi).min() < math.radians(8):
            continue
        mol = star(angles.tolist())
        wedge = mol.GetBondWithIdx(int(rng.integers(len(angles))))
        hashed = rng.random() < 0.5
        wedge.SetBondDir(Chem.BondDir.BEGINDASH if hashed else Chem.BondDir.BEGINWEDGE)
        centre = mol.GetAtomWithIdx(0)
        if is_unclear(centre, LENGTH):
            continue
        found = sense(centre, wedge)
        Chem.AssignChiralTypesFromBondDirs(mol)
        assert found == tags[centre.GetChiralTag()]
        checked += 1
    assert checked > 200


@pytest.mark.parametrize(("first", "second"), [(0.9, 0.4), (0.4, 0.9)])
def test_of_wedges_that_contradict_each_other_the_surest_counts(
    first: float, second: float
) -> None:
    """Two neighbouring bonds that both come forward are impossible: one was misread."""
    angles = [math.radians(a) for a in (90, 50, -55, -160)]
    xy = np.array([(0, 0), *((40 * math.cos(a), -40 * math.sin(a)) for a in angles)])
    bonds = np.array([(0, i) for i in range(1, 5)])

    def read(kinds: list[K], scores: list[float]) -> tuple[str, tuple[str, ...]]:
        labels = ("", "OH", "Cl", "F", "Br")
        graph = MoleculeGraph(xy, labels, np.zeros(5), bonds, np.array(kinds), (), scores)
        molecule = assemble(graph)
        return molecule.smiles, molecule.warnings

    smiles, warnings = read([K.WEDGE, K.WEDGE, K.SINGLE, K.SINGLE], [first, second, 1.0, 1.0])
    alone = [K.WEDGE, K.SINGLE] if first > second else [K.SINGLE, K.WEDGE]
    assert (smiles, ()) == read([*alone, K.SINGLE, K.SINGLE], [1.0] * 4)
    assert "contradict" in warnings[0]
    agreeing = read([K.WEDGE, K.HASH, K.SINGLE, K.SINGLE], [first, second, 1.0, 1.0])
    assert "@" in agreeing[0] and not agreeing[1]
