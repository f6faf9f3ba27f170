"""Salts, counted species, brackets, rare groups and isotopes: drawn as they are meant."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from rdkit import Chem, RDLogger

from assemble.labels import parse_label
from assemble.molecule import Molecule, assemble
from data.abbreviate import group_table
from data.depict import ODDS, depict
from data.drawing import Drawing
from data.formulae import made_up
from data.molecules import bundled_pool
from data.pen import draw
from data.style import Style

RDLogger.DisableLog("rdApp.*")
FLAT = replace(ODDS, r_groups=0, wavy=0, wavy_double=0, chain_text=0, ring_text=0, circles=0)


def drawn(smiles: str, seeds: range, **odds: float) -> list[Drawing]:
    made = (depict(smiles, np.random.default_rng(seed), replace(FLAT, **odds)) for seed in seeds)
    return [drawing for drawing in made if drawing is not None]


def inchi(smiles: str) -> str:
    return str(Chem.MolToInchi(Chem.MolFromSmiles(smiles)))


def same(read: Molecule, smiles: str) -> bool:
    """Whether a reading is what was drawn; R groups have no InChI."""
    if "*" not in smiles:
        return read.inchi == inchi(smiles)
    return Chem.CanonSmiles(re.sub(r"\[\d+\*", "[*", read.smiles)) == Chem.CanonSmiles(smiles)


@pytest.mark.parametrize(
    "smiles", ["NCCc1ccccc1", "OC(=O)c1ccccc1", "C[N+](C)(C)CCO", "[O-]C(=O)CCC", "[O-]C(=O)CC[O-]"]
)
def test_salts_mean_what_they_are(smiles: str) -> None:
    drawings = drawn(smiles, range(60), salt=1, substituents=0, isotopes=0)
    assert len({drawing.smiles for drawing in drawings}) > 5
    for drawing in drawings:
        assert assemble(drawing.graph).inchi == inchi(drawing.smiles)
        assert Chem.GetFormalCharge(Chem.MolFromSmiles(drawing.smiles)) == 0


def test_counts_and_brackets_are_drawn() -> None:
    drawings = drawn("NCCc1ccccc1", range(80), salt=1)
    assert any(lead.count for drawing in drawings for lead in drawing.leads.values())
    assert any(lead.mark for drawing in drawings for lead in drawing.leads.values())
    bracketed = [drawing for drawing in drawings if drawing.brackets]
    assert bracketed
    for drawing in bracketed[:3]:
        bare = replace(drawing, brackets=(), leads={})
        image, xy = draw(drawing, Style(), 24.0, np.random.default_rng(0))
        plain, _ = draw(bare, Style(), 24.0, np.random.default_rng(0))
        assert (image < 128).sum() > (plain < 128).sum()
        assert (xy >= 0).all() and (xy < image.shape[::-1]).all()


def test_a_count_stands_left_of_its_species() -> None:
    drawing = next(
        drawing
        for drawing in drawn("NCCc1ccccc1", range(80), salt=1)
        if any(lead.count == "2" for lead in drawing.leads.values())
    )
    index = next(i for i, lead in drawing.leads.items() if lead.count == "2")
    assert drawing.graph.labels[index].startswith("2")
    image, xy = draw(drawing, Style(), 24.0, np.random.default_rng(0))
    x, y = xy[index].round().astype(int)
    left = image[y - 5 : y + 6, max(x - 40, 0) : x - 5]
    assert (left < 128).any()


def test_made_up_formulae_can_be_read() -> None:
    rng = np.random.default_rng(0)
    unread = []
    for _ in range(400):
        _, group = made_up(rng)
        ways = [(way, False) for way in group.right] + [(way, True) for way in group.left]
        for spelling, leftwards in ways:
            if not parse_label(spelling.label, 1, 1, leftwards).understood:
                unread.append(spelling.label)
    assert len(unread) <= 8, unread


def test_formulae_are_turned_round_or_said_to_the_left_of_their_bond() -> None:
    ways = {way.label: way.anchor for group in group_table().values() for way in group.left}
    assert ways["H3COOC"] == 5 and ways["CH3OOC"] == 5
    assert ways["H3CO2S"] == 5 and ways["CH3SO2"] == 3
    assert ways["F3C"] == 2 and ways["CF3"] == 0


def test_absurd_isotopes_are_not_drawn() -> None:
    assert drawn("CC[13CH3]", range(1)) and drawn("Ic1ccc([131I])cc1", range(1))
    assert not drawn("CC[2CH3]", range(1)) and not drawn("O=C[94CH3]", range(1))


def test_rare_groups_and_isotopes_mean_what_they_are() -> None:
    pool = bundled_pool()
    wrong, seen = [], 0
    for seed in range(60):
        smiles = pool[seed * 17]
        for drawing in drawn(smiles, range(seed, seed + 1), substituents=1, isotopes=0.5, salt=0):
            seen += 1
            if not same(assemble(drawing.graph), drawing.smiles):
                wrong.append(drawing.smiles)
    assert seen > 50
    assert len(wrong) <= 2, wrong


def test_labels_of_different_species_do_not_meet() -> None:
    met = 0
    for drawing in drawn("CCCCN", range(60), salt=1, substituents=0, isotopes=0, abbreviate=1):
        graph = drawing.graph
        lone = set(range(graph.n_atoms)) - set(graph.bonds.ravel().tolist())
        for i in lone:
            if graph.labels[i].startswith("]"):
                continue
            left = graph.xy[i, 0] - 0.3 * drawing.anchors[i]
            right = graph.xy[i, 0] + 0.3 * (len(graph.labels[i]) - drawing.anchors[i])
            level = np.abs(graph.xy[:, 1] - graph.xy[i, 1]) < 0.5
            level[i] = False
            inside = (graph.xy[:, 0] > left - 0.1) & (graph.xy[:, 0] < right + 0.1)
            met += int((inside & level).any())
    assert met == 0
