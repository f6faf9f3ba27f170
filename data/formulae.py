"""Substituents that few molecules have: groups of the table, and condensed formulae made up."""

from __future__ import annotations

from typing import Any

import numpy as np
from rdkit import Chem

from data.abbreviate import Group, Site, Spelling, group_smiles, group_table, left_anchor
from data.variants import atoms_of

LONGEST = 15
"""Characters of a made-up formula."""
FROM_TABLE = 0.6
"""Share of the substituents that are groups of the table."""
# to the right of its bond, to its left, SMILES from the bond, begins with a hetero atom, ends so
_LINKS = (
    ("O", "O", "O", True, True),
    ("O", "O", "O", True, True),
    ("S", "S", "S", True, True),
    ("NH", "HN", "N", True, True),
    ("N(CH3)", "(H3C)N", "N(C)", True, True),
    ("CH2", "H2C", "C", False, False),
    ("CH2", "H2C", "C", False, False),
    ("CH2CH2", "H2CH2C", "CC", False, False),
    ("(CH2)2", "(CH2)2", "CC", False, False),
    ("(CH2)3", "(CH2)3", "CCC", False, False),
    ("(CH2)4", "(CH2)4", "CCCC", False, False),
    ("(CH2)5", "(CH2)5", "CCCCC", False, False),
    ("(CH2)6", "(CH2)6", "CCCCCC", False, False),
    ("(CF2)2", "(CF2)2", "C(F)(F)C(F)(F)", False, False),
    ("CF2", "F2C", "C(F)(F)", False, False),
    ("CO", "OC", "C(=O)", False, True),
    ("CO2", "O2C", "C(=O)O", False, True),
    ("COO", "OOC", "C(=O)O", False, True),
    ("CONH", "HNOC", "C(=O)N", False, True),
    ("SO2", "O2S", "S(=O)(=O)", True, True),
    ("SO2NH", "HNO2S", "S(=O)(=O)N", True, True),
    ("NHSO2", "O2SHN", "NS(=O)(=O)", True, True),
    ("NHCO", "OCHN", "NC(=O)", True, True),
)
_ENDS = (
    ("CH3", "H3C", "C", False),
    ("CH3", "H3C", "C", False),
    ("Me", "Me", "C", False),
    ("Et", "Et", "CC", False),
    ("C2H5", "C2H5", "CC", False),
    ("Ph", "Ph", "c1ccccc1", False),
    ("C6H5", "C6H5", "c1ccccc1", False),
    ("CF3", "F3C", "C(F)(F)F", False),
    ("CO2H", "HO2C", "C(=O)O", False),
    ("COOH", "HOOC", "C(=O)O", False),
    ("CO2Et", "EtO2C", "C(=O)OCC", False),
    ("CO2Me", "MeO2C", "C(=O)OC", False),
    ("COOCH3", "H3COOC", "C(=O)OC", False),
    ("CN", "NC", "C#N", False),
    ("tBu", "tBu", "C(C)(C)C", False),
    ("t-Bu", "t-Bu", "C(C)(C)C", False),
    ("C(CH3)3", "(H3C)3C", "C(C)(C)C", False),
    ("CH(CH3)2", "(H3C)2HC", "C(C)C", False),
    ("CONH2", "H2NOC", "C(=O)N", False),
    ("C4H9", "H9C4", "CCCC", False),
    ("C6H13", "H13C6", "CCCCCC", False),
    ("CH=CH2", "H2C=HC", "C=C", False),
    ("OH", "HO", "O", True),
    ("OH", "HO", "O", True),
    ("NH2", "H2N", "N", True),
    ("NMe2", "Me2N", "N(C)C", True),
    ("N(CH3)2", "(H3C)2N", "N(C)C", True),
    ("N(C2H5)2", "(C2H5)2N", "N(CC)CC", True),
    ("OMe", "MeO", "OC", True),
    ("OCH3", "H3CO", "OC", True),
    ("Cl", "Cl", "Cl", True),
    ("Br", "Br", "Br", True),
    ("F", "F", "F", True),
    ("N3", "N3", "N=[N+]=[N-]", True),
    ("NO2", "O2N", "[N+](=O)[O-]", True),
)


def made_up(rng: np.random.Generator) -> tuple[str, Group]:
    """A condensed formula of one or two links and an end: SMILES from its bond, and spellings."""
    while True:
        units: list[tuple[str, str, str]] = []
        hetero = False
        for _ in range(int(rng.choice((1, 2), p=(0.7, 0.3)))):
            right, left, smiles, begins, ends = _LINKS[int(rng.integers(len(_LINKS)))]
            if units and hetero and begins:
                break
            units.append((right, left, smiles))
            hetero = ends
        right, left, smiles, begins = _ENDS[int(rng.integers(len(_ENDS)))]
        acyl = units[-1][0].endswith(("CO", "CO2", "COO", "SO2"))
        # OCN and SCN are names of their own
        if (hetero and (begins or right == "CN")) or (acyl and smiles.startswith("C(=O)")):
            continue
        units.append((right, left, smiles))
        forward = "".join(unit[0] for unit in units)
        backward = "".join(unit[1] for unit in reversed(units))
        if max(len(forward), len(backward)) > LONGEST:
            continue
        group = Group(
            1.0,
            (Spelling(forward, 0),),
            (Spelling(backward, left_anchor(backward)),),
            0,
        )
        return "".join(unit[2] for unit in units), group


def with_substituents(mol: Any, rng: np.random.Generator) -> tuple[Any, dict[int, Site]]:
    """A copy with one to three rare substituents instead of hydrogens, all written as labels.

    Returns:
        The molecule and the sites of the new labels by their root; old indices stay valid.
    """
    places = [
        atom.GetIdx()
        for atom in atoms_of(mol)
        if atom.GetSymbol() in "CN"
        and not atom.GetFormalCharge()
        and atom.GetDegree() < 3
        and atom.GetTotalNumHs()
        and (atom.GetIsAromatic() or atom.IsInRing() or atom.GetTotalNumHs() > 1)
    ]
    if not places:
        return mol, {}
    count = min(len(places), int(rng.choice((1, 2, 3), p=(0.5, 0.3, 0.2))))
    edited = Chem.RWMol(mol)
    sites = {}
    near: set[int] = set()
    smiles_of = group_smiles()
    for pick in rng.permutation(len(places))[:count].tolist():
        at = places[pick]
        around = {n.GetIdx() for n in mol.GetAtomWithIdx(at).GetNeighbors()} | {at}
        if around & near:
            continue
        if rng.random() < FROM_TABLE:
            key, smiles = smiles_of[int(rng.integers(len(smiles_of)))]
            group = group_table()[key]
        else:
            smiles, group = made_up(rng)
        hetero = edited.GetAtomWithIdx(at).GetSymbol() == "N"
        if hetero and not smiles.startswith(("C", "S(", "c")):
            continue
        part = Chem.MolFromSmiles(smiles)
        if part.GetNumAtoms() < 2:
            continue
        start = edited.GetNumAtoms()
        atom = edited.GetAtomWithIdx(at)
        if atom.GetNumExplicitHs():
            atom.SetNumExplicitHs(atom.GetNumExplicitHs() - 1)
        edited.InsertMol(part)
        edited.AddBond(at, start, Chem.BondType.SINGLE)
        root = edited.GetAtomWithIdx(start)
        if root.GetNumExplicitHs():
            root.SetNumExplicitHs(root.GetNumExplicitHs() - 1)
        atoms = frozenset(range(start, start + part.GetNumAtoms()))
        sites[start] = Site(at, start, atoms, group)
        near |= around
    made = edited.GetMol()
    Chem.SanitizeMol(made)
    return made, sites
