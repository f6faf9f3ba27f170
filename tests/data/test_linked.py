"""Labels that link two parts of a molecule: how they are spelled, and that their bonds show."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from rdkit import Chem

from assemble.molecule import assemble
from data.depict import depict
from data.drawing import Drawing
from data.glyphs import Piece, font_path, set_label
from data.linked import choose_links, find_links, spellings
from data.odds import DepictOdds
from data.pen import draw
from data.style import Style

ODDS = DepictOdds(
    linked=1.0, salt=0, substituents=0, protected=0, r_groups=0, isotopes=0, opened=0, stretch=0
)
BOND = 40.0


def drawn(smiles: str, seed: int, odds: DepictOdds = ODDS) -> Drawing:
    drawing = depict(smiles, np.random.default_rng(seed), odds)
    assert drawing is not None
    return drawing


def linking(drawing: Drawing) -> set[int]:
    return {atom for atom, _ in drawing.tails}


@pytest.mark.parametrize(
    ("units", "texts"),
    [
        ("CH2 CH2 CH2", {"(CH2)3"}),
        ("CH2 CH2", {"CH2CH2", "(CH2)2", "H2CH2C"}),
        ("CH2 O", {"CH2O", "H2CO"}),
        ("O CH2", {"OCH2", "OH2C"}),
        ("NH SO2", {"NHSO2", "HNO2S"}),
        ("CO NH", {"CONH", "OCHN"}),
        ("NH CO", {"NHCO", "HNOC"}),
        ("CO O", {"CO2", "COO"}),
        ("O CO", {"O2C", "OOC"}),
        ("CMe2", {"C(CH3)2", "CMe2", "(H3C)2C", "Me2C"}),
        ("O CH2 CH2 CH2 CH2 O", {"O(CH2)4O"}),
        ("CH2 CH2 N", {"CH2CH2N", "(CH2)2N", "H2CH2CN"}),
        ("CO CH2", {"COCH2"}),
    ],
)
def test_spellings_are_read_as_what_they_mean(units: str, texts: set[str]) -> None:
    assert set(spellings(tuple(units.split()))) == texts


def test_chains_with_stereo_or_marks_are_left_alone() -> None:
    for smiles in (
        "c1ccccc1C[C@H](F)c1ccccc1",
        "c1ccccc1C[13CH2]c1ccccc1",
        "c1ccccc1/C=C/c1ccccc1",
        "c1ccccc1C[NH2+]Cc1ccccc1",
        "c1ccccc1CCO",
        "C1CCCCC1",
        "c1ccccc1CCCCC",
    ):
        assert not find_links(Chem.MolFromSmiles(smiles))


def test_atoms_of_other_labels_are_not_taken() -> None:
    mol = Chem.MolFromSmiles("c1ccccc1OCCCc1ccccc1")
    rng = np.random.default_rng(0)
    assert choose_links(mol, rng, frozenset())
    assert not choose_links(mol, rng, frozenset((6, 7, 8, 9)))


@pytest.mark.parametrize(
    "smiles",
    [
        "c1ccccc1O[CH2][CH2][CH2]N1CCOCC1",
        "COc1ccc(S(=O)(=O)NCCc2ccc(Cl)cc2)cc1",
        "O=C(NCc1ccccn1)c1ccc2[nH]ccc2c1",
        "CC[C@H](C)OC(=O)CCCCC(=O)Nc1ccccc1",
        "c1ccc(OCC(C2CCCC2)C2CCCCC2)cc1",
        "C/C=C/COCCCC(C)(C)c1ccccc1",
    ],
)
def test_drawings_mean_what_they_should(smiles: str) -> None:
    shown = 0
    for seed in range(25):
        drawing = drawn(smiles, seed)
        assert assemble(drawing.graph).smiles == Chem.CanonSmiles(drawing.smiles)
        shown += bool(linking(drawing))
    assert shown > 12


def test_the_same_bond_is_written_in_both_directions() -> None:
    odds = replace(ODDS, abbreviate=0, chain_text=0)
    texts = set()
    for seed in range(60):
        drawing = drawn("Clc1ccccc1Cc1ccccc1OC(=O)c1ccccc1Br", seed, odds)
        texts |= {drawing.graph.labels[i] for i in linking(drawing)}
    assert {"CO2", "O2C"} <= texts


def test_no_chain_is_written_if_the_share_is_zero() -> None:
    for seed in range(10):
        assert not drawn("c1ccccc1OCCCN1CCOCC1", seed, replace(ODDS, linked=0)).tails


def test_bonds_show_on_both_sides_of_the_letters() -> None:
    style = replace(Style(), margin=1.0)
    seen = 0
    for seed in range(25):
        drawing = drawn("Clc1ccccc1CCCCOCc1ccccc1Br", seed, replace(ODDS, abbreviate=0))
        image, xy = draw(drawing, style, BOND, np.random.default_rng(seed))
        for atom in linking(drawing):
            pieces = set_label(
                drawing.graph.labels[atom], drawing.anchors[atom], 0, 0, style, font_path(style)
            )
            size = style.capital * BOND
            ends = {0: xy[atom], 1: xy[atom] + [pieces[-1].box[0] * size, 0]}
            for a, b in drawing.graph.bonds.tolist():
                if atom not in (a, b):
                    continue
                other = a + b - atom
                start = ends[(atom, other) in drawing.tails]
                assert _ink_between(image, start, xy[other], pieces, xy[atom], size) > 0.35
                seen += 1
    assert seen > 30


def _ink_between(
    image: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    pieces: list[Piece],
    place: np.ndarray,
    size: float,
) -> float:
    """Length of the stroke outside of a label's letters, bond lengths."""
    steps = max(2, round(math.dist(start, end)))
    inked = 0
    for t in np.linspace(0, 1, steps):
        x, y = start * (1 - t) + end * t
        u, v = (x - place[0]) / size, (y - place[1]) / size
        boxes = (piece.box for piece in pieces)
        if any(box[0] <= u <= box[2] and box[1] <= v <= box[3] for box in boxes):
            continue
        inked += bool(image[round(y) - 2 : round(y) + 3, round(x) - 2 : round(x) + 3].min() < 128)
    return inked / BOND
