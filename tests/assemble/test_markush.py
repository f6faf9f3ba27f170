"""Bonds of variable position and repeating units, written and read back."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from rdkit import Chem

from assemble.graph import BondKind, GraphError, MoleculeGraph
from assemble.molecule import assemble
from assemble.molfile import read_molfile
from assemble.writers import write_molblock


def ring(label: str = "OH") -> MoleculeGraph:
    """Benzene, and a label that may be on any of three of its atoms."""
    places = [(24 * math.sin(k * math.pi / 3), 24 * math.cos(k * math.pi / 3)) for k in range(6)]
    return MoleculeGraph(
        np.array([*places, (60, 0)]),
        ("",) * 6 + (label,),
        np.zeros(7),
        np.array([(k, (k + 1) % 6) for k in range(6)]),
        np.array([BondKind.SINGLE, BondKind.DOUBLE] * 3),
        variable=((6, (0, 1, 2)),),
    )


def chain(middle: str = "OCH2") -> MoleculeGraph:
    """A chain with a label in brackets."""
    return MoleculeGraph(
        np.array([(0, 0), (21, 12), (42, 0), (63, 12)]),
        ("", middle, "", "NH2"),
        np.zeros(4),
        np.array([(0, 1), (1, 2), (2, 3)]),
        np.ones(3),
        repeats=(((1, 2), "n"),),
    )


@pytest.mark.parametrize("drawn", [ring(), ring("R1"), ring("CO2H"), chain(), chain("")])
def test_graphs_keep_them_as_json(drawn: MoleculeGraph) -> None:
    again = MoleculeGraph.from_json(drawn.to_json())
    assert (again.variable, again.repeats) == (drawn.variable, drawn.repeats)


def test_graphs_without_have_no_such_fields() -> None:
    assert not {"variable", "repeats"} & MoleculeGraph.empty().to_dict().keys()


@pytest.mark.parametrize(
    ("label", "kept"), [("OH", "O"), ("R1", "R1"), ("CO2H", "CO2H"), ("CH3", "")]
)
def test_variable_bonds_are_written_and_read_back(label: str, kept: str) -> None:
    molecule = assemble(ring(label))
    assert "V3000" in molecule.molblock and "ENDPTS=(3 " in molecule.molblock
    assert "ATTACH=ANY" in molecule.molblock
    assert molecule.inchi is None and "variable position" in molecule.inchi_reason
    again = read_molfile(molecule.molblock)
    ((atom, ends),) = again.variable
    assert again.labels[atom] == kept and again.n_atoms == 7
    assert [again.labels[end] for end in ends] == [""] * 3
    assert assemble(again).cxsmiles == molecule.cxsmiles


def test_variable_bonds_in_cxsmiles_are_those_that_rdkit_reads() -> None:
    read = Chem.MolFromSmiles(assemble(ring()).cxsmiles)
    (bond,) = [bond for bond in read.GetBonds() if bond.HasProp("_MolFileBondEndPts")]
    assert {bond.GetBeginAtom().GetSymbol(), bond.GetEndAtom().GetSymbol()} == {"*", "O"}
    ends = [int(k) - 1 for k in bond.GetProp("_MolFileBondEndPts").strip("()").split()[1:]]
    assert len(ends) == 3 and all(read.GetAtomWithIdx(k).GetIsAromatic() for k in ends)


@pytest.mark.parametrize("v3000", [False, True])
@pytest.mark.parametrize("middle", ["", "OCH2", "O"])
def test_repeating_units_are_written_and_read_back(middle: str, v3000: bool) -> None:
    molecule = assemble(chain(middle))
    assert molecule.inchi is None and "repeating unit" in molecule.inchi_reason
    assert "Sg:n:" in molecule.cxsmiles
    block = write_molblock(molecule.mol, v3000=v3000)
    groups = Chem.GetMolSubstanceGroups(Chem.MolFromMolBlock(block))
    (unit,) = [group for group in groups if group.GetProp("TYPE") == "SRU"]
    assert unit.GetProp("LABEL") == "n"
    assert len(unit.GetBonds()) == 2 and len(unit.GetBrackets()) == 2
    assert [subscript for _, subscript in read_molfile(block).repeats] == ["n"]
    assert assemble(read_molfile(block)).cxsmiles == molecule.cxsmiles


def test_brackets_cross_the_bonds_half_way() -> None:
    molecule = assemble(chain(""))
    (unit,) = Chem.GetMolSubstanceGroups(Chem.MolFromMolBlock(molecule.molblock))
    middles = sorted(
        tuple(np.mean([tuple(point)[:2] for point in bracket[:2]], axis=0).round(1).tolist())
        for bracket in unit.GetBrackets()
    )
    assert middles == [(10.5, -6.0), (52.5, -6.0)]


@pytest.mark.parametrize(
    "wrong", [{"variable": ((6, (0,)),)}, {"variable": ((6, (0, 9)),)}, {"repeats": (((7,), "n"),)}]
)
def test_what_names_no_atoms_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(GraphError):
        replace(ring(), **wrong)
