"""Labels of a nitrogen within a chain or ring, with the group it carries: NBoc, PMBN."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from rdkit import Chem

from data.abbreviate import Group, Site, Spelling
from data.variants import atoms_of

# One group a line: SMILES from the nitrogen, share among the groups, spellings that stand right of
# N, spellings that stand left of it.
GROUPS = """
C(=O)OC(C)(C)C|4|Boc CO2tBu|Boc tBuO2C
C(=O)OCc1ccccc1|2|Cbz CO2Bn|Cbz BnO2C
C(=O)OCC1c2ccccc2-c2ccccc21|1|Fmoc|Fmoc
C(=O)OCC=C|1|Alloc|Alloc
C(=O)OCC(Cl)(Cl)Cl|.5|Troc|Troc
C(=O)OC|1|CO2Me CO2CH3|MeO2C H3CO2C
C(=O)OCC|1|CO2Et CO2C2H5|EtO2C
Cc1ccccc1|3|Bn CH2Ph|Bn PhH2C PhCH2
Cc1ccc(OC)cc1|3|PMB|PMB
Cc1ccc(OC)cc1OC|.7|DMB|DMB
c1ccc(OC)cc1|.5|PMP|PMP
S(=O)(=O)c1ccc(C)cc1|2|Ts Tos|Ts Tos
S(=O)(=O)C|1.5|Ms SO2Me SO2CH3|Ms MeO2S H3CO2S
S(=O)(=O)c1ccccc1|.7|SO2Ph|PhO2S
S(=O)(=O)C(F)(F)F|.7|Tf SO2CF3|Tf
C(C)=O|1.5|Ac COCH3|Ac H3COC
C(=O)c1ccccc1|1|Bz COPh|Bz PhOC
C(=O)C(F)(F)F|.7|COCF3|F3COC
C(=O)C(C)(C)C|.5|Piv|Piv
C=O|.7|CHO|OHC
C|4|Me CH3|Me H3C CH3
CC|2|Et C2H5 CH2CH3|Et C2H5 H5C2
CCC|.7|Pr nPr|Pr nPr
C(C)C|1.5|iPr i-Pr CH(CH3)2|iPr i-Pr (H3C)2HC
CCCC|.7|Bu nBu C4H9|Bu nBu H9C4
C(C)(C)C|1|tBu t-Bu C(CH3)3|tBu t-Bu (H3C)3C
c1ccccc1|1.5|Ph C6H5|Ph C6H5
C(c1ccccc1)(c1ccccc1)c1ccccc1|1|Trt CPh3|Trt Ph3C
C1CCCCC1|.5|Cy|Cy
CC=C|.5|Allyl|Allyl
COC|.7|MOM CH2OMe|MOM
COCC[Si](C)(C)C|1|SEM|SEM
C1CCCCO1|.7|THP|THP
[Si](C)(C)C|.5|TMS SiMe3|TMS Me3Si
[Si](C)(C)C(C)(C)C|1|TBS TBDMS|TBS TBDMS
[Si](C(C)C)(C(C)C)C(C)C|.7|TIPS|TIPS
C#N|.7|CN|NC
O|1|OH|HO
N|.7|NH2|H2N
OC|.5|OMe OCH3|MeO H3CO
CCO|.5|CH2CH2OH|HOH2CH2C
CC(=O)O|.5|CH2CO2H|HO2CH2C
CC(F)(F)F|.5|CH2CF3|F3CH2C
"""


@cache
def nitrogen_groups() -> tuple[tuple[tuple[str, Group], ...], tuple[float, ...]]:
    """Each group's SMILES from the nitrogen with its labels, the N among them; and its share."""
    found, shares = [], []
    for line in GROUPS.strip().splitlines():
        smiles, share, right, left = line.split("|")
        spelled = (
            tuple(Spelling(f"N{name}", 0) for name in right.split()),
            tuple(Spelling(f"{name}N", len(name)) for name in left.split()),
        )
        found.append((smiles, Group(1.0, *spelled, 0)))
        shares.append(float(share))
    total = sum(shares)
    return tuple(found), tuple(share / total for share in shares)


def with_protected(
    mol: Any, rng: np.random.Generator, closed: frozenset[int]
) -> tuple[Any, dict[int, Site]]:
    """A copy with a group instead of the hydrogen of an NH, both written as one label.

    Args:
        mol: is not changed.
        rng: makes the choices.
        closed: atoms that a label stands for already.

    Returns:
        The molecule and the site of the label by its nitrogen; old indices stay valid.
    """
    places = [
        atom.GetIdx()
        for atom in atoms_of(mol)
        if atom.GetSymbol() == "N"
        and atom.GetDegree() == 2
        and atom.GetTotalNumHs() == 1
        and not atom.GetFormalCharge()
        and not atom.GetIsotope()
        and atom.GetIdx() not in closed
    ]
    if not places:
        return mol, {}
    at = places[int(rng.integers(len(places)))]
    groups, shares = nitrogen_groups()
    smiles, group = groups[int(rng.choice(len(groups), p=shares))]
    start = mol.GetNumAtoms()
    edited = Chem.RWMol(Chem.CombineMols(mol, Chem.MolFromSmiles(smiles)))
    edited.GetAtomWithIdx(at).SetNumExplicitHs(0)
    edited.AddBond(at, start, Chem.BondType.SINGLE)
    made = edited.GetMol()
    Chem.SanitizeMol(made)
    return made, {at: Site(at, at, frozenset((at, *range(start, made.GetNumAtoms()))), group)}
