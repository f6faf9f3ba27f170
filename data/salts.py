"""Salts, solvates and counted species: what is drawn beside a molecule, or on its acid groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rdkit import Chem

from assemble.multiples import COUNT_PROPERTY
from data.abbreviate import Group, Site, Spelling
from data.drawing import Lead

PARTNERS: tuple[tuple[str, str], ...] = (
    *((("Cl", ""),) * 6),
    *((("O", ""),) * 3),
    *((("Br", ""),) * 2),
    ("I", ""),
    ("CO", "MeOH CH3OH"),
    ("CCO", "EtOH C2H5OH"),
    ("N", ""),
    ("[Na+].[Cl-]", ""),
    ("CC(=O)O", "AcOH CH3COOH CH3CO2H"),
    ("OC(=O)C(F)(F)F", "CF3CO2H CF3COOH TFA"),
    ("OC(=O)C(F)(F)F", ""),
    ("CS(=O)(=O)O", "CH3SO3H MsOH"),
    ("CS(=O)(=O)O", ""),
    ("Cc1ccc(S(=O)(=O)O)cc1", "TsOH p-TsOH"),
    ("OC(=O)/C=C/C(=O)O", ""),
    ("OC(=O)/C=C\\C(=O)O", ""),
    ("OC(=O)C(=O)O", "(CO2H)2 (COOH)2"),
    ("OS(=O)(=O)O", "H2SO4"),
    ("OS(=O)(=O)O", "H2SO4"),
    ("OP(=O)(O)O", "H3PO4"),
    ("O[N+](=O)[O-]", "HNO3"),
    ("OCl(=O)(=O)=O", "HClO4"),
    ("CCN(CC)CC", "NEt3 Et3N"),
    ("OC(=O)[C@H](O)[C@@H](O)C(=O)O", ""),
    ("OC(=O)CC(O)(CC(=O)O)C(=O)O", ""),
    ("OC(=O)CCC(=O)O", ""),
    ("OP(=O)(O)O", ""),
    ("OS(=O)(=O)O", ""),
    ("CCNCC", ""),
    ("NC(CO)(CO)CO", ""),
    ("ClCCl", "CH2Cl2"),
    ("CN(C)C=O", "DMF"),
    ("C1CCCO1", "THF"),
)
"""What substances crystallise with: SMILES, and the labels that it may be written as."""
ANIONS: tuple[tuple[str, str], ...] = (
    *((("[Cl-]", ""),) * 4),
    *((("[Br-]", ""),) * 3),
    *((("[I-]", ""),) * 3),
    ("[O-]C(=O)C(F)(F)F", "CF3CO2- CF3COO-"),
    ("CS(=O)(=O)[O-]", ""),
    ("[O-]Cl(=O)(=O)=O", "ClO4-"),
    ("F[B-](F)(F)F", "BF4-"),
    ("F[P-](F)(F)(F)(F)F", "PF6-"),
    ("[O-][N+](=O)[O-]", "NO3-"),
    ("[O-]S(=O)(=O)C(F)(F)F", "TfO-"),
    ("Cc1ccc(S(=O)(=O)[O-])cc1", "TsO-"),
    ("[OH-]", ""),
)
CATIONS: tuple[tuple[str, str], ...] = (
    *((("[Na+]", ""),) * 4),
    *((("[K+]", ""),) * 2),
    ("[Li+]", ""),
    ("[NH4+]", ""),
    ("[Cs+]", ""),
    ("CC[NH+](CC)CC", "Et3NH+"),
    ("[Ca+2]", ""),
    ("[Mg+2]", ""),
)
METALS = ("Na", "Na", "Na", "Na", "K", "K", "Li")
COUNTS = (
    *(("2",) * 5),
    *(("3",) * 3),
    *(("4", "5", "6") * 2),
    "7",
    "8",
    "9",
    "10",
    "1/2",
    "1/2",
    "11/2",
    "0.5",
    "1.5",
    "21/2",
    "3/2",
    "5/2",
    "7/2",
)
MARKS = ("\u2022", "\u2022", "\u00b7", "\u00b7", "x", "\u00d7")
"""What stands before a species: dots, or a sign of multiplication."""
LABELLED = 0.75
"""Share of the partners with a label that are written as one."""
COUNTED = 0.45
"""Share of the partners that are counted."""
MARKED = 0.5
"""Share of the partners with a mark before them."""
TWICE = 0.2
"""Share of the partners that are drawn twice rather than counted."""
SALT = 0.6
"""Share of molecules with acid groups that become a metal salt rather than get a partner."""
BONDED = 0.6
"""Share of the metal salts that are drawn with a bond, as ONa."""
BRACKETED = 0.12
"""Share of the molecules with a partner that stand in counted brackets."""
PARTNER_BRACKETED = 0.3
"""Share of the partners drawn in full, if there is one, that do."""
LETTER = 0.35
"""Width of a letter in bond lengths, about."""
GAP = 0.5
"""Between labels of different species, bond lengths, at least."""
BRACKET_ROOM = 2.0
"""For a bracket and its number, bond lengths."""
_ACID = Chem.MolFromSmarts("[$([OX2H]C=O),$([OX2H]S=O),$([OX2H]P=O),$([OX2H]c)]")


@dataclass(slots=True)
class Salt:
    """A molecule with its partners, and how they are written."""

    mol: Any
    leads: dict[int, Lead] = field(default_factory=dict)
    """By the atom that the partner's label stands on."""
    sites: dict[int, Site] = field(default_factory=dict)
    """Partners that are written as a label, by the atom it stands on."""
    bracketed: tuple[int, ...] = ()
    """Atoms of the component in brackets."""
    count: str = ""
    """Number at the bracket."""


def with_salt(mol: Any, rng: np.random.Generator, closed: frozenset[int]) -> Salt:
    """A molecule of one component as a salt or with small partners; others as they are.

    Args:
        mol: is not changed.
        rng: makes the choices.
        closed: atoms that a label stands for already.
    """
    if len(Chem.GetMolFrags(mol)) > 1:
        return Salt(mol)
    charge = Chem.GetFormalCharge(mol)
    acids = [match[0] for match in mol.GetSubstructMatches(_ACID)] if not charge else []
    acids = [index for index in acids if index not in closed]
    if acids and rng.random() < SALT:
        if rng.random() < BONDED:
            return _bonded_salt(mol, acids, rng)
        return _with_cations(mol, acids, rng)
    if charge:
        return _with_counter_ions(mol, charge, rng)
    salt = Salt(mol)
    size = mol.GetNumAtoms()
    for _ in range(int(rng.choice((1, 2), p=(0.8, 0.2)))):
        smiles, labels = PARTNERS[int(rng.integers(len(PARTNERS)))]
        single = len(smiles) < 3 or bool(labels)
        count = ""
        if single and "." not in smiles and rng.random() < COUNTED:
            count = COUNTS[int(rng.integers(len(COUNTS)))]
        _add(salt, smiles, labels, rng, count)
        if single and not count and rng.random() < TWICE:
            _add(salt, smiles, labels, rng, "")
    count = "2" if rng.random() < 0.8 else str(int(rng.integers(3, 7)))
    alone = not salt.leads and len(Chem.GetMolFrags(salt.mol)) == 2
    if alone and rng.random() < PARTNER_BRACKETED:
        _put_in_brackets(salt, range(size, salt.mol.GetNumAtoms()), count)
    elif rng.random() < BRACKETED:
        _put_in_brackets(salt, range(size), count)
    return salt


def _with_counter_ions(mol: Any, charge: int, rng: np.random.Generator) -> Salt:
    """An ion with as many counter-ions of one kind as balance it, counted or drawn one by one."""
    salt = Salt(mol)
    fitting = []
    for smiles, labels in ANIONS if charge > 0 else CATIONS:
        ion = Chem.MolFromSmiles(smiles)
        number, left = divmod(charge, -Chem.GetFormalCharge(ion))
        # only what is written can be counted
        if not left and (number == 1 or labels or ion.GetNumAtoms() == 1):
            fitting.append((smiles, labels, number))
    smiles, labels, number = fitting[int(rng.integers(len(fitting)))]
    if number == 2 and rng.random() < TWICE:
        _add(salt, smiles, labels, rng, "")
        number = 1
    _add(salt, smiles, labels, rng, str(number) if number > 1 else "")
    return salt


def _put_in_brackets(salt: Salt, atoms: range, count: str) -> None:
    """Count one component with brackets around it, in place."""
    salt.bracketed, salt.count = tuple(atoms), count
    salt.mol.GetAtomWithIdx(atoms[0]).SetProp(COUNT_PROPERTY, count)


def _add(salt: Salt, smiles: str, labels: str, rng: np.random.Generator, count: str) -> None:
    """Set a partner beside a molecule, in place."""
    partner = Chem.MolFromSmiles(smiles)
    start = salt.mol.GetNumAtoms()
    size = partner.GetNumAtoms()
    salt.mol = Chem.CombineMols(salt.mol, partner)
    Chem.SanitizeMol(salt.mol)
    if size > 1:
        if not labels or (not count and rng.random() > LABELLED):
            return
        names = labels.split()
        name = names[int(rng.integers(len(names)))]
        spelling = (Spelling(name, 0),)
        atoms = frozenset(range(start, start + size))
        total = Chem.GetFormalCharge(partner)
        salt.sites[start] = Site(start, start, atoms, Group(1.0, spelling, spelling, total))
    mark = MARKS[int(rng.integers(len(MARKS)))] if rng.random() < MARKED else ""
    salt.leads[start] = Lead(count, mark)
    if count:
        salt.mol.GetAtomWithIdx(start).SetProp(COUNT_PROPERTY, _fraction(count))


def _fraction(count: str) -> str:
    """``11/2`` as it is written means one and a half."""
    if count.endswith("1/2") and len(count) > 3:
        return f"{2 * int(count[:-3]) + 1}/2"
    return count


def _bonded_salt(mol: Any, acids: list[int], rng: np.random.Generator) -> Salt:
    edited = Chem.RWMol(mol)
    metal = METALS[int(rng.integers(len(METALS)))]
    several = rng.random() < 0.5
    for index in acids if several else acids[:1]:
        new = edited.AddAtom(Chem.Atom(metal))
        edited.GetAtomWithIdx(new).SetNoImplicit(True)
        oxygen = edited.GetAtomWithIdx(index)
        oxygen.SetNumExplicitHs(0)
        edited.AddBond(index, new, Chem.BondType.SINGLE)
    Chem.SanitizeMol(edited)
    return Salt(edited.GetMol())


def _with_cations(mol: Any, acids: list[int], rng: np.random.Generator) -> Salt:
    edited = Chem.RWMol(mol)
    smiles, labels = CATIONS[int(rng.integers(len(CATIONS)))]
    charge = Chem.GetFormalCharge(Chem.MolFromSmiles(smiles))
    taken = acids[: max(charge, 2 if rng.random() < 0.3 else 1)]
    for index in taken:
        edited.GetAtomWithIdx(index).SetFormalCharge(-1)
        edited.GetAtomWithIdx(index).SetNumExplicitHs(0)
    Chem.SanitizeMol(edited)
    salt = Salt(edited.GetMol())
    if len(taken) > charge:
        if rng.random() < 0.6:
            _add(salt, smiles, labels, rng, str(len(taken)))
            return salt
        _add(salt, smiles, labels, rng, "")
    _add(salt, smiles, labels, rng, "")
    if charge == 2 * len(taken):
        _put_in_brackets(salt, range(mol.GetNumAtoms()), "2")
    return salt


def make_room(
    mol: Any,
    places: list[tuple[float, float]],
    reach: dict[int, tuple[float, float]],
    salt: Salt,
) -> None:
    """Move what stands beside a molecule away from it, as far as their labels need.

    Args:
        mol: what is drawn.
        places: of its atoms, y down, typical bond length 1; changed in place.
        reach: of each visible atom how far its label extends to the left and to the right.
        salt: what is written where.
    """
    parts = sorted(Chem.GetMolFrags(mol), key=len, reverse=True)
    if len(parts) < 2:
        return
    spans = [
        (
            min(places[i][0] - reach[i][0] for i in part if i in reach),
            max(places[i][0] + reach[i][1] for i in part if i in reach),
        )
        for part in parts
    ]
    low, last = spans[0]
    middle = sum(places[i][0] for i in parts[0]) / len(parts[0])
    for part, (first, end) in zip(parts[1:], spans[1:], strict=True):
        room = GAP + LETTER * 2 * len(salt.leads.get(part[0], Lead()).mark)
        room += BRACKET_ROOM if salt.bracketed else 0.0
        ys = [places[i][1] for i in part if i in reach]
        beside = any(min(ys) - 1 < places[i][1] < max(ys) + 1 for i in parts[0] if i in reach)
        if (first + end) / 2 > middle and (beside or salt.bracketed):
            dx = max(0.0, last + room - first)
            last = end + dx
        elif beside and not salt.bracketed:
            dx = min(0.0, low - room - end)
            low = first + dx
        elif salt.bracketed:
            # what lies above, below or before goes to the right, where no bracket can take it in
            dx = last + room - first
            last = end + dx
        else:
            dx = 0.0
        for i in part:
            places[i] = (places[i][0] + dx, places[i][1])


def bracket_around(
    shown: list[tuple[float, float]], rng: np.random.Generator
) -> tuple[tuple[tuple[float, float, float, float], ...], tuple[float, float]]:
    """Left, top, right, bottom of the brackets around some places, and that of their number."""
    pad = rng.uniform(0.7, 1.2, 2).tolist()
    left = min(x for x, _ in shown) - pad[0] - 0.4
    right = max(x for x, _ in shown) + pad[0] + 0.4
    top = min(y for _, y in shown) - pad[1]
    bottom = max(y for _, y in shown) + pad[1]
    corner = (right + float(rng.uniform(0.25, 0.45)), bottom + float(rng.uniform(-0.2, 0.15)))
    return ((left, top, right, bottom),), corner
