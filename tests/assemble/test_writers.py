"""What is written describes the molecule: read back by RDKit and by Indigo."""

from __future__ import annotations

import numpy as np
import pytest
from rdkit import Chem, RDLogger

from assemble.graph import BondKind, MoleculeGraph
from assemble.molecule import Molecule, assemble
from assemble.molfile import MolfileError, read_molfile
from assemble.writers import write_cxsmiles, write_molblock
from data.depict import depict
from data.molecules import bundled_pool

RDLogger.DisableLog("rdApp.*")


@pytest.fixture(scope="module")
def molecules() -> list[Molecule]:
    """Drawings of the pool with contracted labels, salts, wedges on any bond."""
    pool = bundled_pool()[::70]
    drawings = [depict(smiles, np.random.default_rng((5, i))) for i, smiles in enumerate(pool)]
    return [assemble(drawing.graph) for drawing in drawings if drawing is not None]


def graph(labels: tuple[str, ...], kind: BondKind = BondKind.SINGLE) -> MoleculeGraph:
    """A chiral carbon with three neighbours."""
    return MoleculeGraph(
        np.array([(24, 24), (0, 38), (48, 38), (24, 0)], np.float32),
        ("", *labels),
        np.zeros(4, np.int8),
        np.array([(0, 1), (0, 2), (0, 3)], np.int32),
        np.array([1, 1, kind], np.int8),
    )


@pytest.mark.parametrize("v3000", [False, True])
def test_molfiles_are_read_back(molecules: list[Molecule], v3000: bool) -> None:
    wrong = []
    for molecule in molecules:
        block = write_molblock(molecule.mol, v3000=v3000)
        assert ("V3000" in block) or not v3000
        read = Chem.MolFromMolBlock(block)
        for atom in read.GetAtoms() if read else ():
            if atom.GetAtomicNum() == 0:
                atom.SetIsotope(0)
        if read is None or Chem.MolToSmiles(read) != molecule.smiles:
            wrong.append(molecule.smiles)
    assert len(molecules) > 150
    assert not wrong


def test_smiles_and_inchi_agree(molecules: list[Molecule]) -> None:
    for molecule in molecules:
        if molecule.inchi and "->" not in molecule.smiles and "<-" not in molecule.smiles:
            assert Chem.MolToInchi(Chem.MolFromSmiles(molecule.smiles)) == molecule.inchi
            assert Chem.InchiToInchiKey(molecule.inchi) == molecule.inchikey
        if "->" not in molecule.smiles and "<-" not in molecule.smiles:
            assert Chem.MolToSmiles(Chem.MolFromSmiles(molecule.cxsmiles)) == molecule.smiles


def test_indigo_reads_the_same(molecules: list[Molecule]) -> None:
    indigo = pytest.importorskip("indigo").Indigo()
    wrong = []
    for molecule in molecules[:80]:
        if "*" in molecule.smiles or "->" in molecule.smiles or "<-" in molecule.smiles:
            continue
        text = indigo.loadMolecule(molecule.molblock).smiles()
        # RDKit does not read Indigo's wavy bonds behind the SMILES
        read = Chem.MolFromSmiles(text) or Chem.MolFromSmiles(text.split()[0])
        if read is None or Chem.MolToInchi(read) != molecule.inchi:
            wrong.append(molecule.smiles)
    assert not wrong


def test_labels_become_superatoms() -> None:
    molecule = assemble(graph(("CO2H", "NHBoc", "CH3")))
    assert "SMT   1 CO2H" in molecule.molblock and "SMT   2 NHBoc" in molecule.molblock
    groups = Chem.GetMolSubstanceGroups(Chem.MolFromMolBlock(molecule.molblock))
    assert [group.GetProp("TYPE") for group in groups] == ["SUP", "SUP"]
    assert all(len(group.GetAttachPoints()) == 1 for group in groups)
    again = read_molfile(molecule.molblock)
    assert sorted(again.labels) == ["", "", "CO2H", "NHBoc"]
    assert assemble(again).smiles == molecule.smiles


@pytest.mark.parametrize("v3000", [False, True])
def test_a_label_may_end_in_a_sign(v3000: bool) -> None:
    molecule = assemble(graph(("CO2-", "NH3+", "CH3")))
    again = read_molfile(write_molblock(molecule.mol, v3000=v3000))
    assert "CO2-" in again.labels
    assert assemble(again).smiles == molecule.smiles


def test_contracted_labels_are_aliases() -> None:
    molecule = assemble(graph(("CO2H", "NHBoc", "OH"), BondKind.WEDGE))
    block = write_molblock(molecule.mol, contracted=True)
    assert Chem.MolFromMolBlock(block, sanitize=False).GetNumAtoms() == 4
    again = read_molfile(block)
    assert "NHBoc" in again.labels
    assert assemble(again).smiles == molecule.smiles


@pytest.mark.parametrize(("kind", "code"), [(BondKind.WEDGE, "1"), (BondKind.HASH, "6")])
def test_wedges_are_written_as_drawn(kind: BondKind, code: str) -> None:
    molecule = assemble(graph(("F", "Cl", "Br"), kind))
    lines = [line for line in molecule.molblock.splitlines() if line.endswith(f"  1  {code}")]
    assert len(lines) == 1
    first, second = (int(part) - 1 for part in lines[0].split()[:2])
    symbols = [molecule.mol.GetAtomWithIdx(i).GetSymbol() for i in (first, second)]
    assert symbols == ["C", "Br"]


def test_coordinates_are_those_of_the_picture() -> None:
    read = Chem.MolFromMolBlock(assemble(graph(("F", "Cl", "Br"))).molblock)
    places = read.GetConformer().GetPositions()[:, :2] * [1, -1]
    assert np.abs(places - graph(("F", "Cl", "Br")).xy).max() < 1e-3


def test_r_groups_keep_their_labels() -> None:
    molecule = assemble(graph(("R1", "Ar", "CO2Et")))
    assert molecule.inchi is None and "R1" in molecule.inchi_reason
    assert "R1" in molecule.cxsmiles and "Ar" in molecule.cxsmiles
    for v3000 in (False, True):
        again = read_molfile(write_molblock(molecule.mol, v3000=v3000))
        assert {"R1", "Ar", "CO2Et"} <= set(again.labels)


@pytest.mark.parametrize("text", ["", "not a molfile", "\n\n\n  0  0\nM  END\n"])
def test_what_is_no_molfile_is_refused(text: str) -> None:
    with pytest.raises(MolfileError):
        read_molfile(text)


def test_a_label_that_says_something_else_than_its_atoms_is_not_taken() -> None:
    block = assemble(graph(("CO2H", "OH", "CH3"))).molblock.replace("CO2H", "tBu")
    assert "tBu" not in read_molfile(block).labels


def test_cxsmiles_with_coordinates_are_read_back() -> None:
    molecule = assemble(graph(("R1", "NHBoc", "OH"), BondKind.WEDGE))
    assert "(" not in molecule.cxsmiles.partition("|")[2]
    text = write_cxsmiles(molecule.mol, coordinates=True)
    read = Chem.MolFromSmiles(text)
    assert Chem.MolToSmiles(read) == molecule.smiles and "R1" in text
    places = np.round(molecule.mol.GetConformer().GetPositions()[:, :2], 2).tolist()
    assert sorted(places) == sorted(read.GetConformer().GetPositions()[:, :2].round(2).tolist())
    assert [24.0, -24.0] in places
