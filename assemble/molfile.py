"""Molfiles as drawn graphs: superatoms stay labels, wedges keep their direction."""

from __future__ import annotations

import numpy as np
from rdkit import Chem, rdBase

from assemble.graph import BondKind, MoleculeGraph
from assemble.labels import parse_label
from assemble.markush import read_repeats, read_variable

BOND = 24.0
"""Length in pixels that the median bond is scaled to."""
DOT = "·"
"""An unpaired electron in a label."""
BOND_KINDS = {
    Chem.BondType.SINGLE: BondKind.SINGLE,
    Chem.BondType.DOUBLE: BondKind.DOUBLE,
    Chem.BondType.TRIPLE: BondKind.TRIPLE,
    Chem.BondType.AROMATIC: BondKind.AROMATIC,
    Chem.BondType.DATIVE: BondKind.DATIVE,
}
V2000_KINDS = {1: BondKind.WEDGE, 4: BondKind.WAVY, 6: BondKind.HASH}
"""By the stereo field of a single bond."""
_V3000 = {1: BondKind.WEDGE, 2: BondKind.WAVY, 3: BondKind.HASH}


class MolfileError(ValueError):
    """A text that is no molfile with coordinates."""


def read_molfile(text: str) -> MoleculeGraph:
    """The graph that a molfile draws.

    Superatoms (SUP S-groups) and aliases become labels, atoms other than plain carbon the labels
    of their element with charge, isotope and unpaired electrons; hydrogens are implied as in the
    file.

    Args:
        text: V2000 or V3000.

    Returns:
        A graph in pixels of its own, y down, median bond 24.

    Raises:
        MolfileError: not a molfile, or all its coordinates are the same.
    """
    with rdBase.BlockLogs():
        mol = Chem.MolFromMolBlock(text, sanitize=False, removeHs=False, strictParsing=False)
    if mol is None or not mol.GetNumAtoms():
        raise MolfileError("not a molfile with atoms")
    xy = mol.GetConformer().GetPositions()[:, :2] * [1.0, -1.0]
    if mol.GetNumAtoms() > 1 and not np.ptp(xy, axis=0).any():
        raise MolfileError("the molfile has no coordinates")
    labels = {atom.GetIdx(): _label(atom) for atom in mol.GetAtoms()}
    charges = {atom.GetIdx(): atom.GetFormalCharge() for atom in mol.GetAtoms()}
    stands_for = _contract(mol, labels, charges)
    variable = read_variable(mol)
    stands_for.update((middle, atom) for middle, (atom, _) in variable.items())
    kept = [i for i in range(mol.GetNumAtoms()) if stands_for.get(i, i) == i]
    new = {old: i for i, old in enumerate(kept)}
    bonds, kinds = [], []
    for bond in mol.GetBonds():
        a, b = (stands_for.get(i, i) for i in (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()))
        if a != b:
            bonds.append((new[a], new[b]))
            kinds.append(_kind(bond))
    _wave_beside_crossed(mol, new, bonds, kinds)
    drawn_as = {i: new[stands_for.get(i, i)] for i in range(mol.GetNumAtoms())}
    places = xy[kept]
    if bonds:
        step = np.diff(places[np.array(bonds)], axis=1)[:, 0]
        places = places * (BOND / max(float(np.median(np.hypot(*step.T))), 1e-6))
    return MoleculeGraph(
        (places - places.min(0)).astype(np.float32),
        tuple(labels[i] for i in kept),
        np.array([charges[i] for i in kept], np.int8),
        np.array(bonds, np.int32).reshape(-1, 2),
        np.array(kinds, np.int8),
        variable=tuple(
            (drawn_as[atom], tuple(drawn_as[end] for end in ends))
            for atom, ends in variable.values()
        ),
        repeats=tuple(
            (tuple(sorted({drawn_as[i] for i in atoms})), text) for atoms, text in read_repeats(mol)
        ),
    )


def _wave_beside_crossed(
    mol: Chem.Mol, new: dict[int, int], bonds: list[tuple[int, int]], kinds: list[int]
) -> None:
    """Draw a wavy bond beside each crossed double bond, which says the same, in place."""
    for bond in mol.GetBonds():
        if not _is_crossed(bond):
            continue
        ends = [new.get(i) for i in (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())]
        for row, (begin, end) in enumerate(bonds):
            near, far = (begin, end) if begin in ends else (end, begin)
            if kinds[row] == BondKind.SINGLE and near in ends:
                bonds[row], kinds[row] = (near, far), int(BondKind.WAVY)
                break


def _is_crossed(bond: Chem.Bond) -> bool:
    if bond.GetBondType() != Chem.BondType.DOUBLE:
        return False
    marks = (("_MolFileBondStereo", 3), ("_MolFileBondCfg", 2))
    return any(bond.HasProp(name) and bond.GetUnsignedProp(name) == mark for name, mark in marks)


def _contract(mol: Chem.Mol, labels: dict[int, str], charges: dict[int, int]) -> dict[int, int]:
    """For the atoms of superatoms the atom that stands for them; labels are changed in place."""
    stands_for: dict[int, int] = {}
    for group in Chem.GetMolSubstanceGroups(mol):
        if group.GetProp("TYPE") != "SUP" or not group.HasProp("LABEL"):
            continue
        atoms = list(group.GetAtoms())
        inside = set(atoms)
        attached = [
            i
            for i in atoms
            if any(n.GetIdx() not in inside for n in mol.GetAtomWithIdx(i).GetNeighbors())
        ]
        if not atoms or len(attached) > 1 or inside & stands_for.keys():
            continue
        heavy = [i for i in atoms if mol.GetAtomWithIdx(i).GetAtomicNum() != 1]
        meant = parse_label(group.GetProp("LABEL"), max(len(attached), 1)).atoms
        if len(meant) != len(heavy):
            # the label says something else than the atoms, which are what the file means
            continue
        anchor = attached[0] if attached else atoms[0]
        labels[anchor] = group.GetProp("LABEL")
        charges[anchor] = 0
        stands_for.update(dict.fromkeys(atoms, anchor))
    return stands_for


def _label(atom: Chem.Atom) -> str:
    for name in ("molFileAlias", "dummyLabel"):
        if atom.HasProp(name) and (text := atom.GetProp(name).rstrip(".")) not in ("*", ""):
            return str(text)
    if atom.HasProp("_MolFileRLabel"):
        return f"R{atom.GetUnsignedProp('_MolFileRLabel')}"
    charge, isotope = atom.GetFormalCharge(), atom.GetIsotope()
    symbol = "*" if atom.GetAtomicNum() == 0 else atom.GetSymbol()
    dots = DOT * atom.GetNumRadicalElectrons()
    if symbol == "C" and not charge and not isotope and not dots and atom.GetDegree():
        return ""
    sign = ("+" if charge > 0 else "-") if charge else ""
    count = str(abs(charge)) if abs(charge) > 1 else ""
    hydrogens = _hydrogens(atom) if dots or not atom.GetDegree() else ""
    return f"{isotope or ''}{symbol}{hydrogens}{count}{sign}{dots}"


def _hydrogens(atom: Chem.Atom) -> str:
    """Hydrogens of an atom as they are written: in a drawing HCl is no Cl, nor CH2 with a dot C."""
    if atom.GetAtomicNum() == 0:
        return ""
    atom.UpdatePropertyCache(strict=False)
    return hydrogens_text(atom.GetTotalNumHs())


def hydrogens_text(count: int) -> str:
    """``H``, ``H2`` and so on, as they are part of a label; "" for none."""
    return f"H{count if count > 1 else ''}" if count else ""


def _kind(bond: Chem.Bond) -> int:
    kind = BOND_KINDS.get(bond.GetBondType(), BondKind.SINGLE)
    if kind is BondKind.SINGLE:
        if bond.HasProp("_MolFileBondStereo"):
            kind = V2000_KINDS.get(bond.GetUnsignedProp("_MolFileBondStereo"), kind)
        elif bond.HasProp("_MolFileBondCfg"):
            kind = _V3000.get(bond.GetUnsignedProp("_MolFileBondCfg"), kind)
    return int(kind)
