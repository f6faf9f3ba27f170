"""A drawing as a walk over it: the same molecule, its atoms where they are drawn."""

from __future__ import annotations

import numpy as np
from rdkit import Chem

from data.molecules import bundled_pool
from data.stream import SampleStream
from detectors.caption.canvas import PATCH, fitted
from detectors.caption.model import CaptionConfig
from detectors.caption.pointing import NOWHERE
from detectors.caption.tokens import tokens_of
from graphparse.training.captions import traced_row
from graphparse.training.tracing import traced

POINTING = CaptionConfig(target="smiles", canvas=(192, 288), pointing=True)


def samples(count: int) -> list:
    stream = SampleStream(bundled_pool(), 29, drawings=1, pages=1)
    found = (stream.sample(index) for index in range(count))
    return [sample for sample in found if sample.smiles]


def test_the_walk_spells_the_molecule_and_begins_at_the_edge() -> None:
    rows = [(sample, traced(sample.graph, sample.graph.xy)) for sample in samples(40)]
    same = 0
    for sample, found in rows:
        assert found is not None
        smiles, places = found
        mol = Chem.MolFromSmiles(smiles)
        assert mol.GetNumAtoms() == len(places)
        same += Chem.CanonSmiles(smiles) == Chem.CanonSmiles(sample.smiles)
        slanted = places @ (np.cos(np.radians(20.3)), np.sin(np.radians(20.3)))
        assert slanted[0] == slanted.min()
        # a label is all in one place; what is drawn is a bond away
        bonds = [(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds()]
        lengths = [np.linalg.norm(places[a] - places[b]) for a, b in bonds]
        drawn = [length for length in lengths if length]
        assert 0.7 < np.median(drawn) / sample.bond_length < 1.4
    assert same >= 0.95 * len(rows)


def test_places_go_with_their_picture_onto_the_canvas() -> None:
    for shape, (x, y) in [((40, 60), (33, 12)), ((300, 90), (20, 250)), ((500, 900), (700, 60))]:
        gray = np.full(shape, 255, np.uint8)
        gray[y - 3 : y + 4, x - 3 : x + 4] = 0
        out, fit = fitted(gray, (192, 288))
        ys, xs = np.nonzero(out < 128)
        np.testing.assert_allclose(
            fit.points(np.array([[x, y]]))[0], (xs.mean(), ys.mean()), atol=0.75
        )


def test_cells_of_atoms_hold_ink() -> None:
    held = total = 0
    for sample in samples(20):
        row = traced_row(sample, POINTING)
        if row is None:
            continue
        assert row.cells is not None and len(row.cells) == len(row.numbers)
        words = tokens_of("smiles").words
        cells = [cell for cell in row.cells if cell != NOWHERE]
        mol = Chem.MolFromSmiles("".join(words[n] for n in row.numbers[:-1]))
        assert len(cells) == mol.GetNumAtoms()
        for cell in cells:
            y, x = (PATCH * part for part in divmod(cell, POINTING.canvas[1] // PATCH))
            held += bool((row.gray[y : y + PATCH, x : x + PATCH] < 200).any())
            total += 1
    assert total > 200 and held > 0.85 * total
