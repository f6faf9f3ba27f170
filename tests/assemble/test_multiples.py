"""Counted species, brackets, and salts drawn with a bond."""

from __future__ import annotations

import numpy as np
import pytest
from rdkit import Chem

from assemble.graph import MoleculeGraph
from assemble.labels import parse_label
from assemble.molecule import assemble
from assemble.multiples import bracket_count, is_companion, split_count
from assemble.species import COMPANIONS


def beside(*labels: str, chain: tuple[str, ...] = ("NH2", "", "")) -> MoleculeGraph:
    """A short chain with lone labels to its right."""
    xy = [(20 * i, 10 * (i % 2)) for i in range(len(chain))]
    xy += [(20 * len(chain) + 40 * (i + 1), 10) for i in range(len(labels))]
    bonds = [(i, i + 1) for i in range(len(chain) - 1)]
    return MoleculeGraph(
        np.array(xy, np.float32),
        (*chain, *labels),
        np.zeros(len(xy), np.int8),
        np.array(bonds, np.int32),
        np.ones(len(bonds), np.int8),
    )


@pytest.mark.parametrize(
    ("labels", "smiles"),
    [
        (("2HCl",), "CCN.Cl.Cl"),
        (("ClH", "ClH"), "CCN.Cl.Cl"),
        (("2ClH",), "CCN.Cl.Cl"),
        (("BrH",), "Br.CCN"),
        (("ClHClH",), "CCN.Cl.Cl"),
        (("HClHCl",), "CCN.Cl.Cl"),
        (("HCl", "1/2H2O"), "CCN.CCN.Cl.Cl.O"),
        (("11/2H2O",), "CCN.CCN.O.O.O"),
        (("3/2H2O",), "CCN.CCN.O.O.O"),
        (("·2HCl",), "CCN.Cl.Cl"),
        (("•1/2H2O",), "CCN.CCN.O"),
        (("2HCl·H2O",), "CCN.Cl.Cl.O"),
        (("HCl·H2O",), "CCN.Cl.O"),
        (("1.5H2O",), "CCN.CCN.O.O.O"),
        (("2I-",), "CCN.[I-].[I-]"),
        (("2CH3SO3H",), "CCN.CS(=O)(=O)O.CS(=O)(=O)O"),
        (("2NO3-",), "CCN.O=[N+]([O-])[O-].O=[N+]([O-])[O-]"),
        (("]2", "H2SO4"), "CCN.CCN.O=S(=O)(O)O"),
    ],
)
def test_counted_species(labels: tuple[str, ...], smiles: str) -> None:
    molecule = assemble(beside(*labels))
    assert molecule.smiles == smiles
    assert not molecule.warnings
    read = Chem.MolFromMolBlock(molecule.molblock)
    assert Chem.MolToSmiles(read) == smiles


@pytest.mark.parametrize(
    ("labels", "smiles"),
    [
        (("2Br",), "C[N+](C)(C)C.[Br-].[Br-]"),
        (("I",), "C[N+](C)(C)C.[I-]"),
        (("I-",), "C[N+](C)(C)C.[I-]"),
    ],
)
def test_a_halogen_beside_a_cation_is_its_anion(labels: tuple[str, ...], smiles: str) -> None:
    graph = beside(*labels, chain=("", "N", ""))
    more = np.array([(20, 40), (20, -20)], np.float32)
    n = graph.n_atoms
    cation = MoleculeGraph(
        np.concatenate([graph.xy, more]),
        (*graph.labels, "", ""),
        np.zeros(n + 2, np.int8),
        np.concatenate([graph.bonds, [(1, n), (1, n + 1)]]).astype(np.int32),
        np.ones(4, np.int8),
    )
    molecule = assemble(cation)
    assert molecule.smiles == smiles
    assert any("charge -1 added" in warning for warning in molecule.warnings) == (
        "-" not in labels[0]
    )


def test_a_halogen_beside_a_sulfonium_without_a_sign_is_its_anion() -> None:
    graph = beside("I", chain=("", "S", ""))
    cation = MoleculeGraph(
        np.concatenate([graph.xy, [(20, 40)]]),
        (*graph.labels, ""),
        np.zeros(5, np.int8),
        np.concatenate([graph.bonds, [(1, 4)]]).astype(np.int32),
        np.ones(3, np.int8),
    )
    assert assemble(cation).smiles == "C[S+](C)C.[I-]"


def test_a_halogen_beside_a_neutral_molecule_is_none() -> None:
    assert assemble(beside("Br")).smiles == "CCN"


def test_the_number_of_a_bracket_in_an_acid_counts_it() -> None:
    one, other = beside(), beside(chain=("", "S", "OH2"))
    both = MoleculeGraph(
        np.concatenate([one.xy, other.xy + np.array([120, 0]), [(140, 30), (140, -10)]]),
        (*one.labels, *other.labels, "O", "O"),
        np.zeros(8, np.int8),
        np.concatenate([one.bonds, other.bonds + 3, [(4, 6), (4, 7)]]).astype(np.int32),
        np.array([1, 1, 1, 1, 2, 2], np.int8),
    )
    assert assemble(both).smiles == "CCN.CS(=O)(=O)O.CS(=O)(=O)O"


def test_copies_keep_their_stereo() -> None:
    graph = MoleculeGraph(
        np.array([(0, 0), (20, 0), (30, 17), (30, -17), (80, 0)], np.float32),
        ("F", "", "Cl", "Br", "]2"),
        np.zeros(5, np.int8),
        np.array([(1, 0), (1, 2), (1, 3)], np.int32),
        np.array([5, 1, 1], np.int8),
    )
    first, second = assemble(graph).smiles.split(".")
    assert first == second and "@" in first


@pytest.mark.parametrize("label", ["13C", "18F", "HCl", "13HCl", "R2", "0HCl"])
def test_no_count(label: str) -> None:
    assert split_count(label) is None


def test_no_count_of_what_is_no_molecule() -> None:
    assert "." not in assemble(beside("2O")).smiles


def test_bracket_needs_a_number() -> None:
    assert bracket_count("]2") == 2
    assert bracket_count("]n") is None
    assert bracket_count("]1") is None
    assert bracket_count("2") is None


@pytest.mark.parametrize(
    ("label", "smiles"),
    [
        ("ONa", "CC[O-].[Na+]"),
        ("NaO", "CC[O-].[Na+]"),
        ("CO2K", "CCC(=O)[O-].[K+]"),
        ("SO3Na", "CCS(=O)(=O)[O-].[Na+]"),
        ("OPO3Na2", "CCOP(=O)([O-])[O-].[Na+].[Na+]"),
        ("SLi", "CC[S-].[Li+]"),
    ],
)
def test_salts_drawn_with_a_bond(label: str, smiles: str) -> None:
    assert assemble(beside(chain=("", "", label))).smiles == smiles


def test_two_anions_on_one_metal() -> None:
    assert assemble(beside(chain=("", "O", "Ca", "O", ""))).smiles == "C[O-].C[O-].[Ca+2]"


def test_organometallics_keep_their_bonds() -> None:
    assert "." not in assemble(beside(chain=("", "", "Li"))).smiles


@pytest.mark.parametrize("label", sorted(COMPANIONS))
def test_species_are_valid(label: str) -> None:
    assert parse_label(label, 0, 0).understood
    lone = assemble(beside(label)).smiles
    assert lone.startswith("CCN.") or lone.endswith(".CCN") or ".CCN." in lone


@pytest.mark.parametrize(
    ("label", "is_one"),
    [("HNO3", True), ("2I-", True), ("11/2H2O", True), ("ClH", True), ("BrH", True), ("I", False),
     ("HClHCl", True), ("II", False), ("R1", False), ("2", False)],
)  # fmt: skip
def test_companions_are_told_from_captions(label: str, is_one: bool) -> None:
    assert is_companion(label) is is_one
