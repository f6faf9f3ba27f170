"""R groups at ends, within rings and chains, and as lines across a bond."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rdkit import Chem

from assemble.molecule import assemble
from data.depict import ODDS, depict
from data.drawing import Drawing
from data.molecules import bundled_pool
from data.pen import draw
from data.r_groups import WITHIN, with_r_groups
from data.style import sample_style

R_ODDS = replace(ODDS, r_groups=1.0, salt=0, substituents=0, protected=0)


def drawings(attached: float, count: int) -> list[Drawing]:
    found: list[Drawing] = []
    seed = 0
    while len(found) < count:
        rng = np.random.default_rng(seed)
        smiles = bundled_pool()[int(rng.integers(len(bundled_pool())))]
        drawing = depict(smiles, rng, replace(R_ODDS, attached=attached))
        if drawing is not None and "*" in drawing.smiles:
            found.append(drawing)
        seed += 1
    return found


@pytest.mark.parametrize("attached", [0.0, 1.0])
def test_they_are_read_back(attached: float) -> None:
    found = drawings(attached, 120)
    read = [assemble(drawing.graph).smiles for drawing in found]
    meant = [Chem.CanonSmiles(drawing.smiles) for drawing in found]
    wrong = [pair for pair in zip(read, meant, strict=True) if pair[0] != pair[1]]
    assert len(wrong) <= 1, wrong


def test_atoms_within_rings_and_chains_have_two_bonds() -> None:
    mol = Chem.MolFromSmiles("CCOCc1ccncc1")
    degrees: set[tuple[int, bool]] = set()
    for seed in range(300):
        changed, labels = with_r_groups(mol, np.random.default_rng(seed))
        for index, label in labels.items():
            atom = changed.GetAtomWithIdx(index)
            degrees.add((atom.GetDegree(), atom.IsInRing()))
            assert atom.GetAtomicNum() == 0
            assert atom.GetDegree() == 1 or label in WITHIN
    assert degrees == {(1, False), (2, False), (2, True)}


def test_a_line_crosses_the_bond_instead_of_letters() -> None:
    crossed = 0
    for seed, drawing in enumerate(drawings(1.0, 40)):
        for i in drawing.marks:
            assert drawing.graph.labels[i] == "*"
            assert (drawing.graph.bonds == i).sum() == 1
        rng = np.random.default_rng(seed)
        style = replace(sample_style(rng), ink=0, paper=255, lost=0.0)
        image, xy = draw(drawing, style, 40.0, rng)
        for i, mark in drawing.marks.items():
            row = next(row for row in drawing.graph.bonds.tolist() if i in row)
            begin, end = xy[row[0] + row[1] - i], xy[i]
            middle, along = begin + mark.at * (end - begin), end - begin
            across = np.array((-along[1], along[0])) / np.hypot(*along)
            steps = np.linspace(-mark.half, mark.half, 41) * 40.0
            points = np.rint(middle + steps[:, None] * across).astype(int)
            assert (points >= 0).all()
            assert (points < image.shape[::-1]).all()
            # gaps of dashes, and waves that sway off the straight line
            x, y = points.T
            near = np.min([image[np.clip(y + dy, 0, len(image) - 1), x] for dy in (-3, 0, 3)], 0)
            assert (near < 200).mean() > 0.25
            crossed += 1
    assert crossed >= 40
