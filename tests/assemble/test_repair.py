"""Repair: the most probable readings that break no valence rule."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest
from rdkit import Chem

from assemble.alternatives import NO_BOND, Alternatives
from assemble.graph import BondKind as K
from assemble.graph import GraphError, MoleculeGraph
from assemble.molecule import assemble
from assemble.program import valence
from assemble.repair import draft_valid


def star(kinds: list[K], labels: list[str], scores: list[float], charge: int = 0) -> MoleculeGraph:
    """A centre (first label) and its neighbours."""
    n = len(kinds)
    turns = [2 * math.pi * i / n for i in range(n)]
    return MoleculeGraph(
        np.array([(0.0, 0.0), *((math.cos(a), math.sin(a)) for a in turns)]) * 40,
        tuple(labels),
        np.array([charge, *[0] * n]),
        np.array([(0, i + 1) for i in range(n)]),
        np.array(kinds),
        bond_scores=np.array(scores),
    )


def alternatives(
    labels: list[tuple[int, str, float]] | None = None,
    charges: list[tuple[int, int, float]] | None = None,
    bonds: list[tuple[int, int, int, float]] | None = None,
) -> Alternatives:
    one, two, three = labels or [], charges or [], bonds or []
    return Alternatives(
        np.array([row[0] for row in one], np.int32),
        tuple(row[1] for row in one),
        np.array([row[2] for row in one], np.float32),
        np.array([row[0] for row in two], np.int32),
        np.array([row[1] for row in two], np.int8),
        np.array([row[2] for row in two], np.float32),
        np.array([row[:2] for row in three], np.int32).reshape(-1, 2),
        np.array([row[2] for row in three], np.int8),
        np.array([row[3] for row in three], np.float32),
    )


CARBON = star([K.SINGLE] * 3 + [K.DOUBLE], ["", "", "", "", "O"], [0.9, 0.9, 0.6, 0.95])
OXYGEN = star([K.SINGLE] * 2, ["O", "", "Ph"], [0.99, 0.99], charge=-1)


def test_a_valid_graph_is_returned_as_it_is() -> None:
    valid = star([K.SINGLE] * 4, ["", "", "", "", "O"], [0.1] * 4)
    draft, same = draft_valid(valid, alternatives(charges=[(0, 1, 1.0)], labels=[(0, "N", 1.0)]))
    assert same is valid and not draft.warnings


@pytest.mark.parametrize(
    ("others", "smiles", "changed"),
    [
        (alternatives(bonds=[(0, 4, K.SINGLE, 0.04)]), "CC(C)(C)O", "order of bond C0-O4 lowered"),
        (alternatives(bonds=[(4, 0, K.SINGLE, 0.04)]), "CC(C)(C)O", "order of bond C0-O4 lowered"),
        (alternatives(bonds=[(0, 3, NO_BOND, 0.4)]), "CC(C)=O", "bond C0-C3 removed"),
        (alternatives(labels=[(0, "", 0.5), (0, "P", 0.4)]), "CP(C)(C)=O", "taken for P"),
        (None, "CC(C)=O", "bond C0-C3 removed"),
    ],
)
def test_the_cheapest_change_is_made_and_told(
    others: Alternatives | None, smiles: str, changed: str
) -> None:
    molecule = assemble(CARBON, others)
    assert molecule.smiles == smiles
    assert any(changed in warning for warning in molecule.warnings), molecule.warnings


def test_a_misread_sign_costs_no_bond() -> None:
    molecule = assemble(OXYGEN, alternatives(charges=[(0, -1, 0.6), (0, 0, 0.4)]))
    assert molecule.smiles == "COc1ccccc1"
    assert any("charge -1 of O" in warning for warning in molecule.warnings)


def test_misread_hydrogens_cost_no_bond() -> None:
    drawn = star([K.SINGLE] * 2, ["NH3+", "", ""], [0.99, 0.99])
    molecule = assemble(drawn, alternatives(labels=[(0, "NH3+", 0.9)]))
    assert molecule.smiles == "C[NH2+]C" and "taken for N+:" in molecule.warnings[0]


def test_a_bond_that_two_atoms_have_too_much_goes_once() -> None:
    """Either atom alone would rather lose a methyl; together they lose less by their own bond."""
    xy = np.array([(0, 0), (1, 0), *((-0.5, y) for y in (-1, -0.3, 0.3, 1)),
                   *((1.5, y) for y in (-1, -0.3, 0.3, 1))]) * 40.0  # fmt: skip
    bonds = [(0, 1), *((0, i) for i in range(2, 6)), *((1, i) for i in range(6, 10))]
    drawn = MoleculeGraph(xy, ("",) * 10, np.zeros(10), bonds, [K.SINGLE] * 9,
                          bond_scores=[0.8, *[0.7] * 8])  # fmt: skip
    others = alternatives(bonds=[(0, 1, NO_BOND, 0.2), *((0, i, NO_BOND, 0.3) for i in range(2, 6)),
                                 *((1, i, NO_BOND, 0.3) for i in range(6, 10))])  # fmt: skip
    assert assemble(drawn, others).smiles == "CC(C)(C)C.CC(C)(C)C"


def test_a_label_that_is_impossible_in_itself_is_left_to_the_simple_rule() -> None:
    molecule = assemble(star([K.TRIPLE, K.SINGLE], ["F", "", ""], [0.9, 0.8]))
    assert molecule.smiles == "CF" and "too many bonds" in molecule.warnings[0]


def test_scores_that_are_no_numbers_do_no_harm() -> None:
    assert assemble(star([K.SINGLE] * 5, [""] * 6, [math.nan] * 5)).smiles == "CC(C)(C)C"


def test_a_large_wrong_graph_takes_little_time() -> None:
    """60 atoms in a lattice of double bonds, every one of them with too many."""
    places = [(x, y) for y in range(6) for x in range(10)]
    pairs = [(i, j) for i, (x, y) in enumerate(places) for j, (u, v) in enumerate(places[:i])
             if abs(x - u) + abs(y - v) == 1]  # fmt: skip
    scores = np.linspace(0.5, 0.9, len(pairs))
    kinds = [K.DOUBLE] * len(pairs)
    xy = np.array(places) * 40.0
    drawn = MoleculeGraph(xy, ("",) * 60, np.zeros(60), pairs, kinds, bond_scores=scores)
    begin = time.process_time()
    draft, _ = draft_valid(drawn)
    seconds = time.process_time() - begin
    print(f"60 atoms, {len(pairs)} bonds: {1000 * seconds:.0f} ms")
    assert draft.warnings and not Chem.DetectChemistryProblems(draft.mol)
    assert seconds < 1


@pytest.mark.parametrize(
    ("symbol", "charge", "bonds"),
    [("C", 0, 4), ("C", 1, 3), ("N", 0, 4), ("N", 1, 4), ("O", 0, 3), ("O", -1, 1), ("S", 0, 6),
     ("Cl", 0, 1), ("B", 0, 4), ("C", 3, 0), ("Pt", 0, 8), ("*", 0, 8)],
)  # fmt: skip
def test_how_many_bonds_an_atom_may_have(symbol: str, charge: int, bonds: int) -> None:
    assert valence(symbol, charge) == bonds


def test_tables_of_alternatives_are_checked() -> None:
    with pytest.raises(GraphError, match="rows"):
        Alternatives([0], (), [1.0], [], [], [], np.zeros((0, 2)), [], [])


def test_a_group_with_one_bond_that_has_two_is_read_otherwise() -> None:
    ring = star([K.SINGLE] * 2, ["PMB", "", ""], [0.99, 0.99])
    read = alternatives(labels=[(0, "PMB", 0.6), (0, "PMBN", 0.1), (0, "PMBO", 0.2)])
    draft, graph = draft_valid(ring, read)
    assert graph.labels[0] == "PMBN" and graph.n_bonds == 2  # an oxygen would have three bonds
    assert any("PMBN" in warning for warning in draft.warnings)
    lone = star([K.SINGLE], ["PMB", ""], [0.99])
    assert draft_valid(lone, read)[1] is lone


@pytest.mark.parametrize(
    ("others", "smiles", "told"),
    [
        ([(0, "S", 0.9), (0, "B", 0.05)], "CB(C)C", "S (atom 0) taken for B"),
        ([(0, "S", 0.9), (0, "B", 0.03), (0, "N", 0.06)], "CN(C)C", "taken for N"),
        ([(0, "S", 0.9), (0, "B", 0.01)], "C[S+](C)C", "charge +1 added"),
        ([(0, "S", 0.6), (0, "Se", 0.2), (0, "O", 0.1), (0, "R1", 0.1)], "C[S+](C)C", "added"),
    ],
)
def test_sulfur_with_three_bonds_is_what_else_was_read(
    others: list[tuple[int, str, float]], smiles: str, told: str
) -> None:
    molecule = assemble(star([K.SINGLE] * 3, ["S", "", "", ""], [0.9] * 3), alternatives(others))
    assert molecule.smiles == smiles
    assert any(told in warning for warning in molecule.warnings), molecule.warnings


@pytest.mark.parametrize(("lone", "charge", "smiles"), [
    ("I", -1, "C[S+](C)C.[I-]"), ("I", 0, "C[S+](C)C.[I-]"), ("HI", 0, "CB(C)C.I"),
])  # fmt: skip
def test_sulfur_without_its_sign_beside_an_anion_is_its_cation(
    lone: str, charge: int, smiles: str
) -> None:
    drawn = star([K.SINGLE] * 3, ["S", "", "", ""], [0.9] * 3)
    drawn = replace(
        drawn,
        xy=np.concatenate([drawn.xy, [(160, 0)]]),
        labels=(*drawn.labels, lone),
        charges=np.array([0, 0, 0, 0, charge]),
        atom_scores=np.ones(5),
    )
    assert assemble(drawn, alternatives([(0, "B", 0.3)])).smiles == smiles


@pytest.mark.parametrize("kinds", [[K.SINGLE] * 2, [K.SINGLE] * 2 + [K.DOUBLE], [K.SINGLE] * 4])
def test_sulfur_that_needs_no_charge_is_sulfur(kinds: list[K]) -> None:
    drawn = star(kinds, ["S", "", "", "O", "O"][: len(kinds) + 1], [0.9] * len(kinds))
    assert "S" in assemble(drawn, alternatives([(0, "B", 0.3)])).smiles


def beside(label: str, end: str) -> MoleculeGraph:
    """Two atoms with a bond, and a lone label (atom 2)."""
    xy = np.array([(0, 0), (1, 0), (4, 0)]) * 40
    charges = [0, 1 if "+" in end else -1 if "-" in end else 0, 0]
    return MoleculeGraph(xy, ("", end, label), charges, [(0, 1)], [K.SINGLE])


@pytest.mark.parametrize(
    ("label", "end", "others", "smiles"),
    [
        ("CH3", "NH2", [(2, "ClH", 0.04), (2, "HBr", 0.03)], "CN.Cl"),
        ("H3C", "NH2", [(2, "2HCl", 0.04)], "CN.Cl.Cl"),
        ("CH", "O-", [(2, "NH4+", 0.3)], "C[O-].[NH4+]"),
        ("CH3", "O-", [(2, "Na+", 0.03), (2, "I-", 0.3)], "C[O-].[Na+]"),
        ("C??", "NH2", [(2, "HCl", 0.1)], "CN.Cl"),
        ("CH3", "NH2", [(2, "ClH", 0.01)], "CN"),
        ("CH3", "NH2", [(2, "NH3", 0.0), (1, "HCl", 0.5)], "CN"),
        ("I", "NH2", [(2, "I-", 0.4)], "CN"),
    ],
)
def test_a_lone_label_that_is_no_molecule_is_what_else_was_read(
    label: str, end: str, others: list[tuple[int, str, float]], smiles: str
) -> None:
    molecule = assemble(beside(label, end), alternatives(others))
    assert molecule.smiles == smiles
    assert any("taken for" in warning for warning in molecule.warnings) == ("." in smiles)


def test_a_hydrogen_halide_with_a_bond_stands_for_itself() -> None:
    drawn = star([K.SINGLE], ["ClH", ""], [0.95])
    drawn = MoleculeGraph(
        np.concatenate([drawn.xy, [(80, 0)]]), (*drawn.labels, "OH"), np.zeros(3),
        [(0, 1), (1, 2)], [K.SINGLE] * 2, bond_scores=[0.95] * 2)  # fmt: skip
    read = alternatives([(0, "ClH", 0.6), (0, "CH3", 0.2)])
    assert assemble(drawn, read).smiles == "CO.Cl"
    surer = alternatives([(0, "ClH", 0.5), (0, "Cl", 0.49)])
    assert assemble(drawn, surer).smiles == "OCCl"
