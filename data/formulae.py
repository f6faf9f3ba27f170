"""Substituents that few molecules have: groups of the table, and condensed formulae made up."""

from __future__ import annotations

from typing import Any

import numpy as np
from rdkit import Chem

from data.abbreviate import Group, Site, Spelling, group_smiles, group_table, spelling
from data.variants import atoms_of

LONGEST = 15
"""Characters of a made-up formula."""
FROM_TABLE = 0.6
"""Share of the substituents that are groups of the table."""
WITH_R = 0.08
"""Share of them with a substituent that is defined elsewhere: OR, NHR1, CO2R."""
# to the right of its bond, turned round to its left, to its left as it is said, SMILES from the
# bond, begins with a hetero atom, ends so; a "^" stands before the attached atom where the general
# rule would miss it
_LINKS = (
    ("O", "O", "O", "O", True, True),
    ("O", "O", "O", "O", True, True),
    ("S", "S", "S", "S", True, True),
    ("NH", "HN", "NH", "N", True, True),
    ("N(CH3)", "(H3C)N", "^N(CH3)", "N(C)", True, True),
    ("CH2", "H2C", "CH2", "C", False, False),
    ("CH2", "H2C", "CH2", "C", False, False),
    ("CH2CH2", "H2CH2C", "CH2CH2", "CC", False, False),
    ("(CH2)2", "(CH2)2", "(CH2)2", "CC", False, False),
    ("(CH2)3", "(CH2)3", "(CH2)3", "CCC", False, False),
    ("(CH2)4", "(CH2)4", "(CH2)4", "CCCC", False, False),
    ("(CH2)5", "(CH2)5", "(CH2)5", "CCCCC", False, False),
    ("(CH2)6", "(CH2)6", "(CH2)6", "CCCCCC", False, False),
    ("(CF2)2", "(^CF2)2", "(^CF2)2", "C(F)(F)C(F)(F)", False, False),
    ("CF2", "F2C", "^CF2", "C(F)(F)", False, False),
    ("CO", "OC", "^CO", "C(=O)", False, True),
    ("CO2", "O2C", "O2C", "C(=O)O", False, True),
    ("COO", "OOC", "OOC", "C(=O)O", False, True),
    ("CONH", "HNOC", "NH^CO", "C(=O)N", False, True),
    ("SO2", "O2S", "^SO2", "S(=O)(=O)", True, True),
    ("SO2NH", "HNO2S", "NH^SO2", "S(=O)(=O)N", True, True),
    ("NHSO2", "O2SHN", "SO2NH", "NS(=O)(=O)", True, True),
    ("NHCO", "OCHN", "CONH", "NC(=O)", True, True),
)
# likewise, without what they end with
_ENDS = (
    ("CH3", "H3C", "CH3", "C", False),
    ("CH3", "H3C", "CH3", "C", False),
    ("Me", "Me", "Me", "C", False),
    ("Et", "Et", "Et", "CC", False),
    ("C2H5", "C2H5", "C2H5", "CC", False),
    ("Ph", "Ph", "Ph", "c1ccccc1", False),
    ("C6H5", "C6H5", "C6H5", "c1ccccc1", False),
    ("CF3", "F3C", "CF3", "C(F)(F)F", False),
    ("CO2H", "HO2C", "HO2C", "C(=O)O", False),
    ("COOH", "HOOC", "HOOC", "C(=O)O", False),
    ("CO2Et", "EtO2C", "EtO2C", "C(=O)OCC", False),
    ("CO2Me", "MeO2C", "MeO2C", "C(=O)OC", False),
    ("COOCH3", "H3COOC", "CH3OOC", "C(=O)OC", False),
    ("CN", "NC", "NC", "C#N", False),
    ("tBu", "tBu", "tBu", "C(C)(C)C", False),
    ("t-Bu", "t-Bu", "t-Bu", "C(C)(C)C", False),
    ("C(CH3)3", "(H3C)3C", "(CH3)3C", "C(C)(C)C", False),
    ("CH(CH3)2", "(H3C)2HC", "(CH3)2CH", "C(C)C", False),
    ("CONH2", "H2NOC", "H2NCO", "C(=O)N", False),
    ("C4H9", "H9C4", "C4H9", "CCCC", False),
    ("C6H13", "H13C6", "C6H13", "CCCCCC", False),
    ("CH=CH2", "H2C=HC", "CH2=CH", "C=C", False),
    ("OH", "HO", "HO", "O", True),
    ("OH", "HO", "HO", "O", True),
    ("NH2", "H2N", "H2N", "N", True),
    ("NMe2", "Me2N", "Me2N", "N(C)C", True),
    ("N(CH3)2", "(H3C)2N", "(CH3)2N", "N(C)C", True),
    ("N(C2H5)2", "(C2H5)2N", "(C2H5)2N", "N(CC)CC", True),
    ("OMe", "MeO", "MeO", "OC", True),
    ("OCH3", "H3CO", "CH3O", "OC", True),
    ("Cl", "Cl", "Cl", "Cl", True),
    ("Br", "Br", "Br", "Br", True),
    ("F", "F", "F", "F", True),
    ("N3", "N3", "N3", "N=[N+]=[N-]", True),
    ("NO2", "O2N", "O2N", "[N+](=O)[O-]", True),
)
# to the right, to the left, SMILES from the bond; R stands for the name of a substituent
_WITH_R = (
    ("OR", "RO", "O*"),
    ("OR", "RO", "O*"),
    ("SR", "RS", "S*"),
    ("NHR", "RHN RNH", "N*"),
    ("NHR", "RHN RNH", "N*"),
    ("NR2", "R2N", "N(*)*"),
    ("CO2R", "RO2C", "C(=O)O*"),
    ("COOR", "ROOC", "C(=O)O*"),
    ("COR", "ROC R^CO", "C(=O)*"),
    ("CONHR", "RHNOC RNH^CO", "C(=O)N*"),
    ("SO2R", "RO2S R^SO2", "S(=O)(=O)*"),
    ("NHCOR", "RCONH ROCHN", "NC(=O)*"),
    ("OCOR", "RCOO ROCO", "OC(=O)*"),
    ("NHSO2R", "RSO2NH RO2SHN", "NS(=O)(=O)*"),
)
_R_NAMES = ("R", "R", "R", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "Ar", "R'", "Ra")


def with_r(rng: np.random.Generator) -> tuple[str, Group]:
    """A group with a substituent that is defined elsewhere: SMILES from its bond, and spellings."""
    right, left, smiles = _WITH_R[int(rng.integers(len(_WITH_R)))]
    name = _R_NAMES[int(rng.integers(len(_R_NAMES)))] if right != "NR2" else "R"
    spelled = tuple(spelling(text.replace("R", name), left=True) for text in left.split())
    return smiles, Group(1.0, (Spelling(right.replace("R", name), 0),), spelled, 0)


def made_up(rng: np.random.Generator) -> tuple[str, Group]:
    """A condensed formula of one or two links and an end: SMILES from its bond, and spellings."""
    while True:
        units: list[tuple[str, str, str, str]] = []
        hetero = False
        for _ in range(int(rng.choice((1, 2), p=(0.7, 0.3)))):
            right, left, said, smiles, begins, ends = _LINKS[int(rng.integers(len(_LINKS)))]
            if units and hetero and begins:
                break
            units.append((right, left, said, smiles))
            hetero = ends
        right, left, said, smiles, begins = _ENDS[int(rng.integers(len(_ENDS)))]
        acyl = units[-1][0].endswith(("CO", "CO2", "COO", "SO2"))
        acid = smiles.startswith("C(=O)O")
        # OCN and SCN are names of their own; HOOCNHCO can be read from either side
        if hetero and (begins or acid or right == "CN"):
            continue
        if acyl and smiles.startswith("C(=O)"):
            continue
        units.append((right, left, said, smiles))
        forward = "".join(unit[0] for unit in units)
        left_ways = tuple(spelling(_leftwards(units, way), left=True) for way in (1, 2))
        if max(len(way.label) for way in (Spelling(forward, 0), *left_ways)) > LONGEST:
            continue
        group = Group(1.0, (Spelling(forward, 0),), left_ways, 0)
        return "".join(unit[3] for unit in units), group


def _leftwards(units: list[tuple[str, str, str, str]], way: int) -> str:
    """Units to the left of their bond, the attached one with its mark; the others need none."""
    first, *others = (unit[way] for unit in units)
    return "".join(other.replace("^", "") for other in reversed(others)) + first


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
        lot = rng.random()
        if lot < FROM_TABLE:
            key, smiles = smiles_of[int(rng.integers(len(smiles_of)))]
            group = group_table()[key]
        elif lot < FROM_TABLE + WITH_R:
            smiles, group = with_r(rng)
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
