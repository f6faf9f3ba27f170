"""The second hand: the graph says what RDKit drew, where it drew it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem.Draw import rdMolDraw2D

from assemble.graph import BondKind
from data import rdkit_pen
from data.layout import lay_out
from data.rdkit_pen import RdkitOdds, draw_rdkit

SMILES = (
    "CC[NH3+].[Cl-]",
    "C[C@H](N)C(=O)N1CCC[C@H]1C#N",
    "FC(F)(F)c1ccc(Cl)cc1[N+](=O)[O-]",
    "C[15NH]CC(=O)[18OH]",
    "CS(=O)(=O)NC1CCNCC1",
    "CN=C=S",
    "OB(O)c1cc[nH]c1Br",
    "C[Si](C)(C)OCC[SeH]",
)


@pytest.mark.parametrize("bond_px", [14.0, 30.0, 80.0])
def test_atoms_are_on_ink_at_the_bond_length_asked_for(bond_px: float) -> None:
    drawn = 0
    for seed in range(24):
        result = draw_rdkit(
            SMILES[seed % len(SMILES)], bond_px, np.random.default_rng(seed), RdkitOdds(acs=0.3)
        )
        if result is None:
            continue
        image, graph = result
        drawn += 1
        assert image.dtype == np.uint8
        assert graph.bond_length() == pytest.approx(bond_px, rel=0.1)
        ys, xs = np.nonzero(image < 240)
        for place, label in zip(graph.xy, graph.labels, strict=True):
            reach = (0.5 if label else 0.2) * bond_px + 1.5
            assert np.hypot(xs - place[0], ys - place[1]).min() <= reach
    assert drawn > 15


def test_labels_match_the_letters_of_the_drawing() -> None:
    """In RDKit's SVG each letter is a path that names its atom."""
    rng = np.random.default_rng(0)
    seen = 0
    for turn in range(60):
        mol = Chem.MolFromSmiles(SMILES[turn % len(SMILES)])
        xy = lay_out(mol, rng, False, False, False, float(rng.random() * 6.28), turn % 2 > 0, True)
        assert xy is not None
        Chem.Kekulize(mol, clearAromaticFlags=True)
        drawer = rdMolDraw2D.MolDraw2DSVG(-1, -1)
        drawer.drawOptions().prepareMolsBeforeDrawing = False
        drawer.DrawMolecule(mol)
        drawer.FinishDrawing()
        text = drawer.GetDrawingText()
        for atom in mol.GetAtoms():
            pull = rdkit_pen._pull(atom, xy)
            label = rdkit_pen.atom_label(atom, pull)
            place = drawer.GetDrawCoords(atom.GetIdx())
            centres = []
            for path in re.findall(rf"<path class='atom-{atom.GetIdx()}' d='([^']*)'", text):
                points = np.array(re.findall(r"-?\d+\.\d+", path), float).reshape(-1, 2)
                centres.append((points.min(0) + points.max(0)) / 2 - (place.x, place.y))
            assert len(centres) == len(label)
            if "H" in label and atom.GetSymbol() != "H" and atom.GetDegree():
                side = rdkit_pen.side_of_hydrogens(atom, pull)
                shift = centres[label.index("H")]
                assert {"E": shift[0], "W": -shift[0], "N": -shift[1], "S": shift[1]}[side] > 3
                seen += 1
    assert seen > 60


def test_stereo_bonds_are_in_the_graph() -> None:
    result = draw_rdkit("C[C@H](N)C(=O)O", 30.0, np.random.default_rng(0))
    assert result is not None
    kinds = result[1].kinds.tolist()
    assert int(BondKind.WEDGE) in kinds or int(BondKind.HASH) in kinds


def test_same_seed_same_picture() -> None:
    first = draw_rdkit(SMILES[1], 25.0, np.random.default_rng(4))
    second = draw_rdkit(SMILES[1], 25.0, np.random.default_rng(4))
    assert first is not None
    assert second is not None
    assert np.array_equal(first[0], second[0])
    assert first[1].to_json() == second[1].to_json()


@pytest.mark.parametrize("smiles", ["*CC", "not a molecule", "[CH2]C", "CC=CC"])
def test_what_cannot_be_told_is_not_drawn(smiles: str) -> None:
    assert draw_rdkit(smiles, 25.0, np.random.default_rng(0)) is None
