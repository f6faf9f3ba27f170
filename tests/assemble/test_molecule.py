"""Golden graphs, the round trip, and odd graphs."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from assemble.graph import BondKind as K
from assemble.graph import GraphError, MoleculeGraph
from assemble.molecule import AssembleError, assemble
from data.depict import depict
from data.molecules import bundled_pool

B = 40.0


def graph(labels: list[str], bonds: list[tuple[int, int, K]], places: list[tuple[float, float]],
          charges: list[int] | None = None, scores: list[float] | None = None) -> MoleculeGraph:  # fmt: skip
    """A graph with places in bond lengths, y down."""
    return MoleculeGraph(
        np.array(places) * B,
        tuple(labels),
        np.array(charges or [0] * len(labels)),
        np.array([bond[:2] for bond in bonds]).reshape(-1, 2),
        np.array([bond[2] for bond in bonds]),
        bond_scores=np.array(scores if scores else ()),
    )


def ring(n: int = 6, turn: float = 0.0) -> list[tuple[float, float]]:
    radius = 0.5 / math.sin(math.pi / n)
    angles = [turn + 2 * math.pi * i / n for i in range(n)]
    return [(radius * math.cos(a), radius * math.sin(a)) for a in angles]


RING = [(i, (i + 1) % 6, K.DOUBLE if i % 2 else K.SINGLE) for i in range(6)]
CIRCLE = [(i, (i + 1) % 6, K.AROMATIC) for i in range(6)]
CENTRE = [(0.0, 0.0), (0.87, 0.5), (-0.87, 0.5), (0.0, -1.0)]
STAR = [(0, 1, K.SINGLE), (0, 2, K.SINGLE)]

GOLDEN = {
    "ethanol": (graph(["", "", "OH"], [(0, 1, K.SINGLE), (1, 2, K.SINGLE)], [(0, 0), (0.87, 0.5), (1.73, 0)]), "CCO"),
    "text on the left": (graph(["HO", "", "NH2"], [(0, 1, K.SINGLE), (1, 2, K.SINGLE)], [(0, 0), (0.87, 0.5), (1.73, 0)]), "OCN"),
    "benzene": (graph([""] * 6, RING, ring()), "c1ccccc1"),
    "circle": (graph([""] * 6, CIRCLE, ring()), "c1ccccc1"),
    "pyridine with a circle": (graph(["N", *[""] * 5], CIRCLE, ring()), "c1ccncc1"),
    "pyrrole with a circle": (graph(["N", *[""] * 4], [(i, (i + 1) % 5, K.AROMATIC) for i in range(5)], ring(5)), "c1cc[nH]c1"),
    "nitro as a label": (graph(["", "NO2"], [(0, 1, K.SINGLE)], [(0, 0), (1, 0)]), "C[N+](=O)[O-]"),
    "nitro with two double bonds": (graph(["", "N", "O", "O"], [(0, 1, K.SINGLE), (1, 2, K.DOUBLE), (1, 3, K.DOUBLE)], [(0, 0), (1, 0), (1.5, 0.87), (1.5, -0.87)]), "C[N+](=O)[O-]"),
    "nitro with signs": (graph(["", "N+", "O", "O-"], [(0, 1, K.SINGLE), (1, 2, K.DOUBLE), (1, 3, K.SINGLE)], [(0, 0), (1, 0), (1.5, 0.87), (1.5, -0.87)]), "C[N+](=O)[O-]"),
    "sign apart from its label": (graph(["", "O"], [(0, 1, K.SINGLE)], [(0, 0), (1, 0)], charges=[0, -1]), "C[O-]"),
    "ammonium without a sign": (graph(["N", "", "", "", ""], [(0, i, K.SINGLE) for i in range(1, 5)], [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]), "C[N+](C)(C)C"),
    "hydrogens left out": (graph(["", "N", ""], [(0, 1, K.SINGLE), (1, 2, K.SINGLE)], [(0, 0), (0.87, 0.5), (1.73, 0)]), "CNC"),
    "salt": (graph(["", "NH2", "HCl"], [(0, 1, K.SINGLE)], [(0, 0), (1, 0), (3, 0)]), "CN.Cl"),
    "scraps of a caption": (graph(["", "NH2", "O", "OH", "CH3", ""], [(0, 1, K.SINGLE)], [(0, 0), (1, 0), (3, 0), (4, 0), (5, 0), (6, 0)]), "CN"),
    "water and ions": (graph(["H2O", "Na+", "", "O-", "Zn"], [(2, 3, K.SINGLE)], [(0, 0), (2, 0), (4, 0), (5, 0), (7, 0)]), "C[O-].O.[Na+].[Zn]"),
    "deuterium": (graph(["", "D"], [(0, 1, K.SINGLE)], [(0, 0), (1, 0)]), "[2H]C"),
    "isotope": (graph(["13CH3", "OH"], [(0, 1, K.SINGLE)], [(0, 0), (1, 0)]), "[13CH3]O"),
    "link": (graph(["", "SO2", ""], [(0, 1, K.SINGLE), (1, 2, K.SINGLE)], [(0, 0), (0.87, 0.5), (1.73, 0)]), "CS(=O)(=O)C"),
    "link with two ends": (graph(["", "OCH2CH2O", ""], [(0, 1, K.SINGLE), (1, 2, K.SINGLE)], [(0, 0), (1, 0), (2, 0)]), "COCCOC"),
    "alkyne": (graph(["", "", "", ""], [(0, 1, K.SINGLE), (1, 2, K.TRIPLE), (2, 3, K.SINGLE)], [(0, 0), (1, 0), (2, 0), (3, 0)]), "CC#CC"),
    "wedge": (graph(["", "OH", "Cl", "F"], [*STAR, (0, 3, K.WEDGE)], CENTRE), "O[C@H](F)Cl"),
    "hash": (graph(["", "OH", "Cl", "F"], [*STAR, (0, 3, K.HASH)], CENTRE), "O[C@@H](F)Cl"),
    "wavy": (graph(["", "OH", "Cl", "F"], [*STAR, (0, 3, K.WAVY)], CENTRE), "OC(F)Cl"),
    "plain": (graph(["", "OH", "Cl", "F"], [*STAR, (0, 3, K.SINGLE)], CENTRE), "OC(F)Cl"),
    "wedge to a hydrogen": (graph(["", "OH", "Cl", "H", "F"], [*STAR, (0, 3, K.WEDGE), (0, 4, K.SINGLE)], [*CENTRE, (0.3, -0.9)]), None),
    "wide end at the centre": (graph(["", "OH", "Cl", "F"], [*STAR, (3, 0, K.WEDGE)], CENTRE), "OC(F)Cl"),
    "trans": (graph(["", "", "", ""], [(0, 1, K.SINGLE), (1, 2, K.DOUBLE), (2, 3, K.SINGLE)], [(0, 0), (0.87, 0.5), (1.73, 0), (2.6, 0.5)]), "C/C=C/C"),
    "trans beside a wedge": (graph(["", "OH", "H", "", "", ""], [(0, 1, K.SINGLE), (0, 2, K.SINGLE), (0, 3, K.WEDGE), (3, 4, K.DOUBLE), (4, 5, K.SINGLE)], [(0, 0), (-0.87, 0.5), (0, -1), (0.87, 0.5), (1.73, 0), (2.6, 0.5)]), None),
    "cis": (graph(["", "", "", ""], [(0, 1, K.SINGLE), (1, 2, K.DOUBLE), (2, 3, K.SINGLE)], [(0, 0), (0.5, 0.87), (1.5, 0.87), (2, 0)]), "C/C=C\\C"),
    "unknown geometry": (graph(["", "", "", ""], [(1, 0, K.WAVY), (1, 2, K.DOUBLE), (2, 3, K.SINGLE)], [(0, 0), (0.87, 0.5), (1.73, 0), (2.6, 0.5)]), "CC=CC"),
    "bold is plain": (graph(["", "OH"], [(0, 1, K.BOLD)], [(0, 0), (1, 0)]), "CO"),
    "dashed is plain": (graph(["", "OH"], [(0, 1, K.DASHED)], [(0, 0), (1, 0)]), "CO"),
    "dative": (graph(["NH3", "Pt"], [(0, 1, K.DATIVE)], [(0, 0), (1, 0)]), "N->[Pt]"),
    "zwitterion": (graph(["H3N+", "", "CO2-"], [(0, 1, K.SINGLE), (1, 2, K.SINGLE)], [(0, 0), (0.87, 0.5), (1.73, 0)]), "[NH3+]CC(=O)[O-]"),
    "azide drawn out": (graph(["", "N", "N", "N"], [(0, 1, K.SINGLE), (1, 2, K.DOUBLE), (2, 3, K.DOUBLE)], [(0, 0), (1, 0), (2, 0), (3, 0)], charges=[0, 0, 1, -1]), "CN=[N+]=[N-]"),
    "sulfoxide": (graph(["", "S", "", "O"], [(0, 1, K.SINGLE), (1, 2, K.SINGLE), (1, 3, K.DOUBLE)], [(0, 0), (0.87, 0.5), (1.73, 0), (0.87, 1.5)]), "CS(C)=O"),
    "nitrile to the left": (graph(["NC", ""], [(0, 1, K.SINGLE)], [(0, 0), (1, 0)]), "N#CC"),
    "isocyanide to the right": (graph(["", "NC"], [(0, 1, K.SINGLE)], [(0, 0), (1, 0)]), None),
}  # fmt: skip


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_graphs(name: str) -> None:
    drawn, smiles = GOLDEN[name]
    molecule = assemble(drawn)
    if smiles is not None:
        assert molecule.smiles == Chem.CanonSmiles(smiles)
    if "->" in molecule.smiles:
        assert molecule.inchi == Chem.MolToInchi(Chem.MolFromSmiles(smiles.replace("->", ".")))
        return
    read_back = Chem.MolFromMolBlock(molecule.molblock)
    assert Chem.MolToInchi(read_back) == molecule.inchi
    assert Chem.MolToInchi(Chem.MolFromSmiles(molecule.smiles)) == molecule.inchi


def test_a_hydrogen_on_the_wedge_makes_the_same_centre() -> None:
    implicit = assemble(GOLDEN["wedge to a hydrogen"][0])
    assert "@" in implicit.smiles


def test_a_wedge_hides_no_double_bond() -> None:
    assert "/" in assemble(GOLDEN["trans beside a wedge"][0]).smiles


def test_a_wedge_that_means_nothing_is_a_warning() -> None:
    molecule = assemble(GOLDEN["wide end at the centre"][0])
    assert any("stereocentre" in warning for warning in molecule.warnings)


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
    assert molecule.smiles == Chem.CanonSmiles("C.CC(C)(C)C")
    assert any("removed" in warning for warning in molecule.warnings)


def test_a_double_bond_is_lowered_before_a_bond_is_lost() -> None:
    drawn = graph(
        ["", "", "", "O", ""],
        [(0, 1, K.SINGLE), (0, 2, K.SINGLE), (0, 4, K.SINGLE), (0, 3, K.DOUBLE)],
        [(0, 0), (1, 0), (-1, 0), (0, -1), (0, 1)],
    )
    assert assemble(drawn).smiles == Chem.CanonSmiles("CC(C)(C)O")


def test_coordinates_are_those_of_the_image() -> None:
    drawn = GOLDEN["trans"][0]
    positions = assemble(drawn).mol.GetConformer().GetPositions()
    np.testing.assert_allclose(positions[:, :2], drawn.xy * [1, -1], atol=1e-3)


def test_round_trip_of_the_pool() -> None:
    """Molecule -> as-drawn graph -> molecule over 2,000 molecules, labels contracted at random."""
    wrong: list[str] = []
    count = 0
    for index, smiles in enumerate(bundled_pool()[:2000]):
        drawing = depict(smiles, np.random.default_rng((11, index)))
        if drawing is None:
            continue
        count += 1
        truth = Chem.MolFromSmiles(drawing.smiles)
        molecule = assemble(drawing.graph)
        # R groups have no InChI, and neither have dative bonds for its library
        if "*" in drawing.smiles or "->" in drawing.smiles or "<-" in drawing.smiles:
            right = Chem.CanonSmiles(molecule.smiles) == Chem.MolToSmiles(truth)
        else:
            right = molecule.inchi == Chem.MolToInchi(truth)
        if not right:
            wrong.append(f"{drawing.smiles} -> {molecule.smiles}")
    assert count > 1950
    assert len(wrong) <= 0.002 * count, "\n".join(wrong)


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


_LABELS = st.sampled_from(
    ["", "", "", "N", "O", "NH", "OH", "CO2Et", "R1", "NO2", "N+", "O-", "??", "H", "Si", "Xe", "(CH2)3"]
)  # fmt: skip


@st.composite
def graphs(draw: st.DrawFn) -> MoleculeGraph:
    n = draw(st.integers(1, 9))
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    bonds = draw(st.lists(st.sampled_from(pairs), max_size=14)) if pairs else []
    place = st.floats(-1e4, 1e4, width=32)
    return MoleculeGraph(
        np.array(draw(st.lists(st.tuples(place, place), min_size=n, max_size=n))),
        tuple(draw(st.lists(_LABELS, min_size=n, max_size=n))),
        np.array(draw(st.lists(st.integers(-3, 3), min_size=n, max_size=n))),
        np.array(bonds).reshape(-1, 2),
        np.array(draw(st.lists(st.integers(1, 10), min_size=len(bonds), max_size=len(bonds)))),
        bond_scores=np.array(
            draw(st.lists(st.floats(0, 1) | st.just(math.nan), min_size=len(bonds), max_size=len(bonds)))
        ),
    )  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(graphs())
def test_any_graph_gives_a_molecule_or_the_documented_error(drawn: MoleculeGraph) -> None:
    try:
        molecule = assemble(drawn)
    except AssembleError:
        return
    assert Chem.MolFromSmiles(molecule.smiles) is not None or "*" in molecule.smiles


def test_graphs_survive_json_and_refuse_nonsense() -> None:
    drawn = GOLDEN["nitro with signs"][0]
    again = MoleculeGraph.from_json(drawn.to_json())
    assert again.labels == drawn.labels
    np.testing.assert_allclose(again.xy, drawn.xy, atol=1e-3)
    np.testing.assert_array_equal(again.kinds, drawn.kinds)
    for text in ("", "[]", "{}", '{"xy": [[0, 0]], "labels": ["", ""], "bonds": [], "kinds": []}'):
        with pytest.raises(GraphError):
            MoleculeGraph.from_json(text)
    with pytest.raises(GraphError, match="itself"):
        MoleculeGraph([[0, 0]], ("",), [0], [[0, 0]], [1])
