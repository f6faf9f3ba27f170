"""Molfiles of an editor are spelled like the drawings that they came from."""

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdDepictor

from assemble.graph import BondKind, MoleculeGraph
from assemble.molecule import AssembleError, assemble, from_molblock
from assemble.molfile import read_molfile

SQUARE = [[0, 0], [30, 0], [45, 26], [45, -26]]


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (("HO", "", "F", "Cl"), BondKind.WEDGE),
        (("HO", "", "F", "Cl"), BondKind.HASH),
        (("R1", "", "R12", "OMe"), BondKind.SINGLE),
        (("Ar", "N", "Y", "R'"), BondKind.SINGLE),
    ],
)
def test_spelled_again(labels: tuple[str, ...], kind: BondKind) -> None:
    bonds = [[1, 0], [1, 2], [1, 3]]
    kinds = [kind, BondKind.SINGLE, BondKind.SINGLE]
    drawn = assemble(MoleculeGraph(np.array(SQUARE), labels, np.zeros(4), bonds, kinds))
    again = from_molblock(drawn.molblock)
    assert (again.smiles, again.inchi, again.inchi_reason) == (
        drawn.smiles, drawn.inchi, drawn.inchi_reason,
    )  # fmt: skip
    assert again.cxsmiles == drawn.cxsmiles


@pytest.mark.parametrize(
    "text", ["", "C", "\n\n\n  0  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n"]
)
def test_what_is_no_molfile_is_refused(text: str) -> None:
    with pytest.raises(AssembleError, match="not a molfile"):
        from_molblock(text)


@pytest.mark.parametrize("version", ["V2000", "V3000"])
@pytest.mark.parametrize("smiles", ["CC=CC(C)=O", "CC(Cl)=C(C)F"])
def test_a_crossed_double_bond_has_no_geometry(smiles: str, version: str) -> None:
    mol = Chem.MolFromSmiles(smiles)
    rdDepictor.Compute2DCoords(mol)
    # a double bond whose geometry is unknown is written as a crossed one
    crossed = Chem.MolToMolBlock(mol, forceV3000=version == "V3000")
    assert assemble(read_molfile(crossed)).smiles == Chem.CanonSmiles(smiles)


@pytest.mark.parametrize("version", ["V2000", "V3000"])
@pytest.mark.parametrize(
    "smiles",
    ["CC1(C)CCCC(C)(C)N1[O]", "[CH2]C", "C[C]C", "C[NH]", "[CH2][N+](C)C", "C[15NH]", "[O][O]"],
)
def test_unpaired_electrons_stay(smiles: str, version: str) -> None:
    mol = Chem.MolFromSmiles(smiles)
    rdDepictor.Compute2DCoords(mol)
    drawn = Chem.MolToMolBlock(mol, forceV3000=version == "V3000")
    assert assemble(read_molfile(drawn)).smiles == Chem.CanonSmiles(smiles)
