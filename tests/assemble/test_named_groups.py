"""Groups that a name stands for keep their stereo, and are laid out as if they were drawn."""

import numpy as np
import pytest
from rdkit import Chem

from assemble.fragment import from_smiles
from assemble.graph import BondKind, MoleculeGraph
from assemble.groups import groups
from assemble.molecule import Molecule, assemble, from_molblock
from assemble.spread import spread

WITH_STEREO = {name: smiles for name, smiles in groups().items() if "@" in smiles}


def in_a_row(*labels: str) -> Molecule:
    n = len(labels)
    bonds = [[i, i + 1] for i in range(n - 1)]
    xy = [[40.0 * i, 0.0] for i in range(n)]
    return assemble(
        MoleculeGraph(np.array(xy), labels, np.zeros(n), bonds, [BondKind.SINGLE] * (n - 1))
    )


def meant(smiles: str) -> str:
    """A group with fluorine and chlorine at its attachment points."""
    mol = Chem.RWMol(Chem.MolFromSmiles(smiles))
    for atom in mol.GetAtoms():
        if number := atom.GetAtomMapNum():
            atom.SetAtomicNum((9, 17)[number - 1])
            atom.SetAtomMapNum(0)
            atom.SetNoImplicit(True)
    return Chem.CanonSmiles(Chem.MolToSmiles(mol))


@pytest.mark.parametrize("name", WITH_STEREO)
def test_stereo_of_a_name_is_kept(name: str) -> None:
    smiles = WITH_STEREO[name]
    rows = ((name,), ("F", name), ("F", name, "Cl"))
    found = in_a_row(*rows[smiles.count("*")])
    assert found.smiles == meant(smiles)
    assert from_molblock(found.molblock).smiles == found.smiles


def test_peptides() -> None:
    found = in_a_row("Boc", "Ala", "Val", "OMe")
    assert found.smiles == Chem.CanonSmiles("CC(C)(C)OC(=O)N[C@@H](C)C(=O)N[C@@H](C(C)C)C(=O)OC")
    mirrored = in_a_row("Ac", "D-Ala", "NH2")
    assert mirrored.smiles == Chem.CanonSmiles("CC(=O)N[C@H](C)C(N)=O")


@pytest.mark.parametrize("name", ["Ph", "Boc", "Biotinyl", "TBDPS"])
def test_laid_out_with_whole_bonds_and_nothing_on_top_of_each_other(name: str) -> None:
    fragment = from_smiles(groups()[name])
    xy = np.array(spread(fragment))
    ends = xy[np.array([bond[:2] for bond in fragment.bonds])]
    assert np.hypot(*(ends[:, 0] - ends[:, 1]).T) == pytest.approx(1.0, abs=0.25)
    assert xy[fragment.first] == pytest.approx((0.0, 0.0))
    apart = np.hypot(*(xy[:, None] - np.vstack((xy, (-1.0, 0.0)))).T).T
    np.fill_diagonal(apart, 1.0)
    assert apart.min() > 0.4
