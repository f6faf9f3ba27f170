"""A misread drawing is mended by a molfile in its layout, and by no other."""

from dataclasses import replace

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import AllChem

from assemble.graph import BondKind, MoleculeGraph
from assemble.molecule import assemble
from data.rdkit_pen import draw_rdkit
from graphparse.molfiles import lay_over, lies_on_ink, mended

SMILES = "C[C@H](N)C(=O)Oc1ccc(Cl)cc1"
INCHI = Chem.MolToInchi(Chem.MolFromSmiles(SMILES))


@pytest.fixture(scope="module")
def drawn() -> tuple[np.ndarray, MoleculeGraph, str]:
    """A picture, its graph, and a molfile at another scale and origin."""
    image, graph = draw_rdkit(SMILES, 30.0, np.random.default_rng(4))
    molblock = assemble(graph).molblock
    mol = Chem.MolFromMolBlock(molblock)
    Chem.Kekulize(mol, clearAromaticFlags=True)
    xy = np.array(mol.GetConformer().GetPositions()) * 0.043 - 2.5
    mol.GetConformer().SetPositions(xy * (1, 1, 0))
    Chem.WedgeMolBonds(mol, mol.GetConformer())
    return image, graph, Chem.MolToMolBlock(mol, kekulize=False)


def misread(graph: MoleculeGraph) -> MoleculeGraph:
    """A wrong label, a bond of another kind, an atom that was missed and one too many."""
    methyl = next(
        i for i in range(graph.n_atoms)
        if (graph.bonds == i).sum() == 1 and graph.labels[i] in ("", "CH3", "H3C")
    )  # fmt: skip
    kept = [i for i in range(graph.n_atoms) if i != methyl]
    new = {i: k for k, i in enumerate(kept)}
    rows = [row for row, ends in enumerate(graph.bonds.tolist()) if methyl not in ends]
    kinds = graph.kinds[rows].copy()
    kinds[(kinds == BondKind.WEDGE) | (kinds == BondKind.HASH)] = BondKind.SINGLE
    labels = ["I" if graph.labels[i] == "Cl" else graph.labels[i] for i in kept]
    xy = np.vstack([graph.xy[kept], [[300.0, 300.0]]])
    bonds = np.array([[new[a], new[b]] for a, b in graph.bonds[rows].tolist()])
    return MoleculeGraph(xy, (*labels, "Q"), np.zeros(len(xy)), bonds, kinds)


def test_a_misread_drawing_is_mended(drawn: tuple[np.ndarray, MoleculeGraph, str]) -> None:
    image, graph, molblock = drawn
    reading = misread(graph)
    assert assemble(reading).inchi != INCHI
    found = mended(molblock, reading, image, INCHI)
    assert found is not None
    assert assemble(found).inchi == INCHI
    far = np.linalg.norm(found.xy[:, None] - graph.xy[None], axis=-1)
    assert far.min(1).max() < 3
    order = far.argmin(1)
    assert sorted(order.tolist()) == list(range(graph.n_atoms))
    assert [graph.labels[i] for i in order] == list(found.labels)


def test_another_layout_or_molecule_mends_nothing(
    drawn: tuple[np.ndarray, MoleculeGraph, str],
) -> None:
    image, graph, molblock = drawn
    reading = misread(graph)
    assert mended(molblock, reading, image, INCHI.replace("Cl", "Br")) is None
    assert mended(molblock, reading, np.full_like(image, 255), INCHI) is None
    other = Chem.MolFromSmiles("O=C1CCC2(CC1)CCC(Br)C2")
    AllChem.Compute2DCoords(other)
    assert lay_over(other, reading) is None
    assert mended("no molfile", reading, image, INCHI) is None


def test_a_text_that_was_read_beside_an_atom_needs_a_place(
    drawn: tuple[np.ndarray, MoleculeGraph, str],
) -> None:
    image, graph, molblock = drawn
    reading = misread(graph)
    beside = reading.xy.copy()
    beside[-1] = beside[beside[:-1, 0].argmax()] + (30, 0)
    assert mended(molblock, replace(reading, xy=beside), image, INCHI) is None


def test_ink_is_needed_at_every_atom_and_along_every_bond(
    drawn: tuple[np.ndarray, MoleculeGraph, str],
) -> None:
    image, graph, _ = drawn
    assert lies_on_ink(graph, image)
    assert not lies_on_ink(replace(graph, xy=graph.xy + 9), image)
    assert not lies_on_ink(replace(graph, xy=graph.xy + 1000), image)
    ends = graph.bonds[0]
    middle = graph.xy[ends].mean(0).round().astype(int)
    holed = image.copy()
    holed[middle[1] - 12 : middle[1] + 13, middle[0] - 12 : middle[0] + 13] = 255
    assert not lies_on_ink(graph, holed)
