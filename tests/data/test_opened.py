"""Drawings in which places alone do not tell what is bonded."""

from dataclasses import fields, replace

import numpy as np
from rdkit import Chem

from assemble.graph import BondKind
from assemble.molecule import assemble
from data.depict import depict
from data.drawing import Drawing
from data.nestle import nestle
from data.odds import DepictOdds
from data.scan import PageOdds
from data.stream import SampleStream

NOTHING = DepictOdds(**{f.name: 0.0 for f in fields(DepictOdds) if isinstance(f.default, float)})
"""Nothing is varied."""


def drawn(smiles: str, seed: int, **odds: float) -> Drawing:
    drawing = depict(smiles, np.random.default_rng(seed), replace(NOTHING, **odds))
    assert drawing is not None
    return drawing


def gaps(drawing: Drawing) -> list[float]:
    """Distances of all atoms without a bond, in bond lengths."""
    graph = drawing.graph
    distance = np.linalg.norm(graph.xy[:, None] - graph.xy[None], axis=-1)
    distance[graph.bonds[:, 0], graph.bonds[:, 1]] = np.inf
    distance[graph.bonds[:, 1], graph.bonds[:, 0]] = np.inf
    return sorted(distance[np.triu_indices(graph.n_atoms, 1)].tolist())


def test_an_opened_ring_keeps_its_places() -> None:
    for seed in range(6):
        drawing = drawn("C1CCC(c2ccccc2)CC1", seed, opened=1.0)
        assert drawing.graph.n_bonds == 12  # one of 13 is missing
        first, second = gaps(drawing)[:2]
        assert 0.95 < first < 1.05 < 1.4 < second
        assert assemble(drawing.graph).smiles == Chem.CanonSmiles(drawing.smiles)
    # aromatic rings stay closed
    assert drawn("Cc1ccccc1", 0, opened=1.0).graph.n_bonds == 7


def test_double_bonds_of_an_opened_ring_have_the_geometry_that_is_drawn() -> None:
    for seed in range(6):
        drawing = drawn("C1=CCCC=CCC1", seed, opened=1.0)
        assert assemble(drawing.graph).smiles == Chem.CanonSmiles(drawing.smiles)


def test_triple_bonds_may_be_bent() -> None:
    for bent, straight in ((0.0, True), (1.0, False)):
        graph = drawn("CCC#N", 1, bent=bent).graph
        row = graph.kinds.tolist().index(int(BondKind.TRIPLE))
        ends = set(graph.bonds[row].tolist())
        carbon = next(i for i in ends if graph.labels[i] == "")
        nitrogen = next(i for i in ends if i != carbon)
        before = next(
            i for pair in graph.bonds.tolist() if carbon in pair for i in pair if i not in ends
        )
        along, onwards = graph.xy[carbon] - graph.xy[before], graph.xy[nitrogen] - graph.xy[carbon]
        assert (abs(float(along @ onwards) - 1.0) < 0.05) is straight


def test_species_find_room_close_to_a_drawing() -> None:
    near = []
    for seed in range(12):
        places = [(float(x), 0.0) for x in range(5)] + [(9.0, 0.0)]
        reach = dict.fromkeys(range(5), (0.0, 0.0)) | {5: (0.2, 0.6)}
        bonds = [(i, i + 1) for i in range(4)]
        nestle([5], places, reach, bonds, np.random.default_rng(seed))
        x, y = places[5]
        assert abs(y) > 0.5 or x > 4.3 or x < -0.7  # never on a stroke
        near.append(min(np.hypot(x - a, y) for a in range(5)) < 2.0)
    assert all(near)


def test_only_broken_pages_lack_strokes_of_bonds() -> None:
    """Else a network learns that there are bonds where a clean page shows none."""
    stream = SampleStream(["CCCCCCCCCC(CC)CCC"], seed=3, drawings=1, pages=1)
    worn = [stream.drawn(number).worn for number in range(300)]
    assert 2 < worn.count(True) < 40 and worn.count(False) == 0


def test_gaps_are_never_on_broken_pages() -> None:
    """There nobody could tell them from bonds that got lost."""
    stream = SampleStream(["C1CCCCC1CCC"], seed=3, drawings=1, pages=1)
    worn = [stream.drawn(n).worn for n in range(200) if stream.layout(n).drawing.gap]
    # only the vector pen leaves gaps: the other hands' pages are any
    assert worn.count(False) > 2 and worn.count(True) == 0
    odds = PageOdds()
    assert odds.none_broken().broken == 0 and odds.all_broken().broken == 1
    assert odds.none_broken().one_bit == odds.one_bit + odds.broken
