"""Drawings of many molecules at once: bonds of variable position, and repeating units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Geometry import Point3D

from assemble.graph import BondKind, MoleculeGraph

MIDDLE = "*"
"""Label of the point where a bond of variable position ends."""
_MIDDLE = "_graphparse_middle"
"""Of the dummy atom at that point: number of the bond."""
_ENDS = "_graphparse_ends"
"""Of an atom: numbers of the variable bonds that may end there."""
_REPEATS = "_graphparse_repeats"
"""Of an atom: ``number|subscript`` of each pair of brackets around it, a line each."""


def with_middles(graph: MoleculeGraph) -> MoleculeGraph:
    """The drawing with a dummy atom in the middle of the ends of each bond of variable position.

    The new atoms and their bonds stand behind the others.
    """
    if not graph.variable:
        return graph
    n, new = graph.n_atoms, len(graph.variable)
    middles = [graph.xy[list(ends)].mean(0) for _, ends in graph.variable]
    bonds = [(n + k, atom) for k, (atom, _) in enumerate(graph.variable)]
    return replace(
        graph,
        xy=np.concatenate([graph.xy, middles]),
        labels=graph.labels + (MIDDLE,) * new,
        charges=np.append(graph.charges, np.zeros(new)),
        bonds=np.concatenate([graph.bonds, bonds]),
        kinds=np.append(graph.kinds, [BondKind.SINGLE] * new),
        atom_scores=np.append(graph.atom_scores, np.ones(new)),
        bond_scores=np.append(graph.bond_scores, np.ones(new)),
    )


def mark_markush(mol: Chem.Mol, atoms: list[set[int]], graph: MoleculeGraph) -> None:
    """Note on atoms what the drawing says about many molecules, in place.

    Args:
        mol: made from ``with_middles(graph)``.
        atoms: for each atom of that graph those of ``mol`` that its label stands for; a variable
            bond ends at the first of them.
        graph: as drawn.
    """
    for number, (_, ends) in enumerate(graph.variable):
        for i in atoms[graph.n_atoms + number]:
            mol.GetAtomWithIdx(i).SetIntProp(_MIDDLE, number)
        for i in sorted(min(atoms[end]) for end in ends if atoms[end]):
            _add_line(mol.GetAtomWithIdx(i), _ENDS, str(number))
    for number, (members, subscript) in enumerate(graph.repeats):
        for i in sorted(set().union(*(atoms[member] for member in members))):
            _add_line(mol.GetAtomWithIdx(i), _REPEATS, f"{number}|{subscript}")


def why_many(mol: Chem.Mol) -> str:
    """Why a molecule stands for many and has no InChI; "" if it does not."""
    if any(atom.HasProp(_MIDDLE) for atom in mol.GetAtoms()):
        return "a bond of variable position"
    if any(atom.HasProp(_REPEATS) for atom in mol.GetAtoms()):
        return "a repeating unit"
    return ""


def with_repeats(mol: Chem.Mol) -> Chem.Mol:
    """A copy with repeating units as SRU S-groups; their brackets cross the bonds half way."""
    out = Chem.Mol(mol)
    for subscript, members in _repeating(mol):
        group = Chem.CreateMolSubstanceGroup(out, "SRU")
        group.SetProp("LABEL", subscript)
        group.SetProp("CONNECT", "EU")
        for i in members:
            group.AddAtomWithIdx(i)
        crossing = [
            (bond.GetIdx(), i, bond.GetOtherAtomIdx(i))
            for i in members
            for bond in out.GetAtomWithIdx(i).GetBonds()
            if bond.GetOtherAtomIdx(i) not in members
        ]
        for index, _, _ in crossing:
            group.AddBondWithIdx(index)
        for ends in _brackets(out, members, [(i, j) for _, i, j in crossing]):
            points = [Point3D(float(x), float(y), 0.0) for x, y in ends]
            group.AddBracket([*points, Point3D(0.0, 0.0, 0.0)])
    return out


def set_variable_bonds(mol: Chem.Mol) -> bool:
    """Let RDKit write the ends of variable bonds into an extended molfile, in place.

    Returns:
        Whether there are any; the old format can't hold them.
    """
    found = list(_variable(mol))
    for middle, ends in found:
        numbers = " ".join(str(end + 1) for end in ends)
        for bond in mol.GetAtomWithIdx(middle).GetBonds():
            bond.SetProp("_MolFileBondEndPts", f"({len(ends)} {numbers})")
            bond.SetProp("_MolFileBondAttach", "ANY")
    return bool(found)


def cx_variable(mol: Chem.Mol, order: list[int]) -> str:
    """The ``m:`` field of CXSMILES; "" without variable bonds.

    Args:
        mol: the molecule.
        order: its atoms in the order of the SMILES.
    """
    place = {atom: k for k, atom in enumerate(order)}
    fields = [
        f"m:{place[middle]}:{'.'.join(str(k) for k in sorted(place[end] for end in ends))}"
        for middle, ends in _variable(mol)
    ]
    return ",".join(fields)


def read_variable(mol: Chem.Mol) -> dict[int, tuple[int, list[int]]]:
    """Variable bonds of a molfile: the dummy atom in the middle -> the bonded atom and the ends."""
    found = {}
    for bond in mol.GetBonds():
        if not bond.HasProp("_MolFileBondEndPts"):
            continue
        numbers = bond.GetProp("_MolFileBondEndPts").strip("()").split()[1:]
        for middle, atom in (
            (bond.GetBeginAtom(), bond.GetEndAtom()),
            (bond.GetEndAtom(), bond.GetBeginAtom()),
        ):
            if middle.GetAtomicNum() == 0 and middle.GetDegree() == 1:
                found[middle.GetIdx()] = (atom.GetIdx(), [int(k) - 1 for k in numbers])
                break
    return found


def read_repeats(mol: Chem.Mol) -> list[tuple[list[int], str]]:
    """Repeating units of a molfile: their atoms and subscript."""
    return [
        (list(group.GetAtoms()), group.GetProp("LABEL") if group.HasProp("LABEL") else "n")
        for group in Chem.GetMolSubstanceGroups(mol)
        if group.GetProp("TYPE") == "SRU"
    ]


def _add_line(atom: Chem.Atom, name: str, line: str) -> None:
    earlier = atom.GetProp(name) + "\n" if atom.HasProp(name) else ""
    atom.SetProp(name, earlier + line)


def _lines(atom: Chem.Atom, name: str) -> list[str]:
    return atom.GetProp(name).split("\n") if atom.HasProp(name) else []


def _variable(mol: Chem.Mol) -> Iterator[tuple[int, list[int]]]:
    """Dummy atom and possible ends of each variable bond."""
    for atom in mol.GetAtoms():
        if atom.HasProp(_MIDDLE):
            number = str(atom.GetIntProp(_MIDDLE))
            ends = [other.GetIdx() for other in mol.GetAtoms() if number in _lines(other, _ENDS)]
            if ends:
                yield atom.GetIdx(), ends


def _repeating(mol: Chem.Mol) -> list[tuple[str, list[int]]]:
    """Subscript and atoms of each repeating unit; copies of a component have their own."""
    units: dict[tuple[str, int], list[int]] = {}
    for component, members in enumerate(Chem.GetMolFrags(mol)):
        for i in members:
            for line in _lines(mol.GetAtomWithIdx(i), _REPEATS):
                units.setdefault((line, component), []).append(i)
    return [(line.split("|", 1)[1], atoms) for (line, _), atoms in units.items()]


def _brackets(
    mol: Chem.Mol, members: list[int], crossing: list[tuple[int, int]]
) -> list[NDArray[np.float64]]:
    """Both ends (2, 2) of each bracket: across the bonds, or at both sides of a whole component."""
    xy = mol.GetConformer().GetPositions()[:, :2]
    if len(crossing) != 2:
        low, high = xy[members].min(0), xy[members].max(0)
        return [np.array([(x, low[1]), (x, high[1])]) for x in (low[0], high[0])]
    brackets = []
    for inner, outer in crossing:
        step = (xy[outer] - xy[inner]) / 2
        across = np.array([-step[1], step[0]])
        brackets.append(xy[inner] + step + [across, -across])
    return brackets
