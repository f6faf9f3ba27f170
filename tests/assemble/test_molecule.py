"""Graph to molecule: changes that are told, the round trip, and odd graphs."""

import math
from typing import Any

import numpy as np
import pytest

from assemble.graph import BondKind as K
from assemble.graph import GraphError, MoleculeGraph
from assemble.molecule import AssembleError, assemble, canonical_smiles

B = 40.0


def graph(
    labels: list[str],
    bonds: list[tuple[int, int, K]],
    places: list[tuple[float, float]],
    scores: list[float] | None = None,
) -> MoleculeGraph:
    """A graph with places in bond lengths, y down."""
    return MoleculeGraph(
        np.array(places) * B,
        tuple(labels),
        np.zeros(len(labels)),
        np.array([bond[:2] for bond in bonds]).reshape(-1, 2),
        np.array([bond[2] for bond in bonds]),
        bond_scores=np.array(scores if scores else ()),
    )


TRANS = graph(
    ["", "", "", ""],
    [(0, 1, K.SINGLE), (1, 2, K.DOUBLE), (2, 3, K.SINGLE)],
    [(0, 0), (0.87, 0.5), (1.73, 0), (2.6, 0.5)],
)


def test_r_groups_have_no_inchi_but_a_reason() -> None:
    molecule = assemble(graph(["", "R1"], [(0, 1, K.SINGLE)], [(0, 0), (1, 0)]))
    assert molecule.inchi is None and molecule.inchikey is None
    assert "R1" in molecule.inchi_reason and "R1" in molecule.cxsmiles


def test_too_many_bonds_cost_the_least_certain_one() -> None:
    drawn = graph(
        ["", "", "", "", "", ""],
        [(0, i, K.SINGLE) for i in range(1, 6)],
        [(0, 0), (1, 0), (0.3, 0.95), (-0.8, 0.59), (-0.8, -0.59), (0.3, -0.95)],
        scores=[0.99, 0.98, 0.3, 0.97, 0.96],
    )
    molecule = assemble(drawn)
    assert molecule.smiles == "CC(C)(C)C"
    assert any("removed" in warning for warning in molecule.warnings)


def test_coordinates_are_those_of_the_image() -> None:
    drawn = TRANS
    positions = assemble(drawn).mol.GetConformer().GetPositions()
    np.testing.assert_allclose(positions[:, :2], drawn.xy * [1, -1], atol=1e-3)


@pytest.mark.parametrize(
    "drawn",
    [
        MoleculeGraph.empty(),
        MoleculeGraph([[math.nan, 0]], ("",), [0], np.zeros((0, 2)), []),
    ],
)
def test_what_is_no_molecule_is_refused(drawn: MoleculeGraph) -> None:
    with pytest.raises(AssembleError):
        assemble(drawn)


def test_graphs_survive_json_and_refuse_nonsense() -> None:
    drawn = TRANS
    again = MoleculeGraph.from_json(drawn.to_json())
    assert again.labels == drawn.labels
    np.testing.assert_allclose(again.xy, drawn.xy, atol=1e-3)
    np.testing.assert_array_equal(again.kinds, drawn.kinds)
    for text in ("", "[]", "{}", '{"xy": [[0, 0]], "labels": ["", ""], "bonds": [], "kinds": []}'):
        with pytest.raises(GraphError):
            MoleculeGraph.from_json(text)
    with pytest.raises(GraphError, match="itself"):
        MoleculeGraph([[0, 0]], ("",), [0], [[0, 0]], [1])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"charges": [300, 0]}, "charges.*int8"),
        ({"charges": np.array([300, 0])}, "charges.*int8"),
        ({"charges": [0.5, 0]}, "charges.*whole"),
        ({"charges": [float("nan"), 0]}, "charges.*whole"),
        ({"charges": [None, 0]}, "charges"),
        ({"bonds": [[0, 2**40]]}, "bonds.*int32"),
        ({"bonds": [[0, 2**70]]}, "bonds"),
        ({"bonds": [[-1, 0]]}, "bonds.*0..1, got -1"),
        ({"bonds": [[0, 2]]}, "bonds.*0..1, got 2"),
        ({"labels": "CO"}, "labels"),
        ({"labels": ("R\n1", "")}, "one line"),
        ({"repeats": [([0], "n\nm")]}, "one line"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(changed: dict[str, Any], said: str) -> None:
    whole = {
        "xy": [[0, 0], [1, 0]],
        "labels": ("", ""),
        "charges": [0, 0],
        "bonds": [[0, 1]],
        "kinds": [1],
    }
    assert MoleculeGraph(**whole).n_bonds == 1
    with pytest.raises(GraphError, match=said):
        MoleculeGraph(**whole | changed)


def test_smiles_alone_is_that_of_the_molecule() -> None:
    drawn = graph(["", "OH"], [(0, 1, K.SINGLE)], [(0, 0), (1, 0)])
    assert canonical_smiles(drawn) == assemble(drawn).smiles
    with pytest.raises(AssembleError, match="no atoms"):
        canonical_smiles(MoleculeGraph.empty())
