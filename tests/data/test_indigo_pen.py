"""Indigo's drawings: letters and lines are where the graph says, and mean the molecule."""

from __future__ import annotations

import numpy as np
import pytest
from rdkit import Chem

from assemble.molecule import assemble
from data import indigo_pen
from data.indigo_pen import IndigoOdds, draw_indigo
from data.molecules import bundled_pool

pytest.importorskip("indigo")
MOLECULES = (
    "C[C@H](N)C(=O)OCc1ccc(NC(C)=O)cc1[N+](=O)[O-]",
    "[13CH3]C[NH3+].NCCCC#N",
    "C/C=C/CCC(C)S(=O)(=O)NC1CC1",
    "FC(F)(F)c1ccc(Cl)cc1CBr",
)


@pytest.mark.parametrize("smiles", MOLECULES)
@pytest.mark.parametrize("ends", [0.0, 1.0])
def test_drawings_say_what_they_should(smiles: str, ends: float) -> None:
    for seed in range(4):
        drawn = draw_indigo(smiles, 31.0, np.random.default_rng(seed), IndigoOdds(ends=ends))
        assert drawn is not None
        image, graph = drawn
        assert graph.bond_length() == pytest.approx(31.0, rel=0.1)
        assert (graph.xy >= 0).all()
        assert (graph.xy <= [image.shape[1] - 1, image.shape[0] - 1]).all()
        assert assemble(graph).inchi == Chem.MolToInchi(Chem.MolFromSmiles(smiles))


def test_ink_is_where_the_graph_says() -> None:
    plain = IndigoOdds(rotate=1.0, thickness=(1.0, 1.0), coloured=0.0, ends=0.0)
    for seed, bond in enumerate((17.0, 26.5, 40.0)):
        drawn = draw_indigo("OC1CCC(CC1)C(C)CC(C)N", bond, np.random.default_rng(seed), plain)
        assert drawn is not None
        image, graph = drawn
        ink = 255.0 - image
        ys, xs = np.mgrid[: image.shape[0], : image.shape[1]]
        bare = [not label for label in graph.labels]
        for a, b in graph.bonds.tolist():
            if bare[a] and bare[b]:
                # between two carbons the stroke's centre of mass is the middle of the bond
                along = graph.xy[b] - graph.xy[a]
                length = float(np.hypot(*along))
                u, v = along / length
                from_a = (xs - graph.xy[a, 0]) * u + (ys - graph.xy[a, 1]) * v
                aside = (ys - graph.xy[a, 1]) * u - (xs - graph.xy[a, 0]) * v
                part = (np.abs(aside) < 0.15 * bond) & (np.abs(from_a / length - 0.5) < 0.3)
                assert abs(float((ink * aside)[part].sum() / ink[part].sum())) < 0.35
        for (x, y), label in zip(graph.xy, graph.labels, strict=True):
            if label == "OH":
                near = (np.abs(xs - x) < 0.21 * bond) & (np.abs(ys - y) < 0.26 * bond)
                assert float((ink * (xs - x))[near].sum() / ink[near].sum()) == pytest.approx(
                    0.0, abs=0.08 * bond
                )


def test_most_of_the_pool_can_be_drawn() -> None:
    pool = bundled_pool()
    drawn = [draw_indigo(pool[i], 25.0, np.random.default_rng(i)) for i in range(0, 600, 15)]
    assert sum(d is not None for d in drawn) > 20


def test_the_same_seed_gives_the_same_picture() -> None:
    first, second = (draw_indigo(MOLECULES[0], 24.0, np.random.default_rng(5)) for _ in range(2))
    assert first is not None and second is not None
    assert np.array_equal(first[0], second[0])
    assert first[1].to_json() == second[1].to_json()


def test_without_indigo_there_is_no_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indigo_pen, "has_indigo", lambda: False)
    assert draw_indigo("CCO", 25.0, np.random.default_rng(0)) is None
    with pytest.raises(ValueError, match="bond_px"):
        draw_indigo("CCO", 0.0, np.random.default_rng(0))
