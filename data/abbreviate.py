"""Finds the groups of a molecule that can be written as a label.

A group hangs on the rest by one single bond. Its tree of atoms, seen from that bond, is written as
a canonical string and looked up in a table of such strings, so that all groups are found in one
walk over the molecule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from rdkit import Chem

from data.groups import GROUPS
from data.variants import atoms_of, bonds_of

MAX_GROUP_ATOMS = 24
_CODES = {
    Chem.BondType.SINGLE: "-",
    Chem.BondType.DOUBLE: "=",
    Chem.BondType.TRIPLE: "#",
    Chem.BondType.AROMATIC: ":",
}


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a group: its label and the index of the attached atom's character."""

    label: str
    anchor: int


@dataclass(frozen=True, slots=True)
class Group:
    """A group that has a label."""

    share: float
    """How often it is contracted where it could be, 0 to 1."""
    right: tuple[Spelling, ...]
    """Spellings that begin at the bond."""
    left: tuple[Spelling, ...]
    """Spellings that end at the bond."""
    charge: int


@dataclass(frozen=True, slots=True)
class Site:
    """A place in a molecule where a group can be contracted."""

    parent: int
    root: int
    """Atom of the group that is bonded to ``parent``."""
    atoms: frozenset[int]
    """The group's atoms, ``root`` among them."""
    group: Group


def left_anchor(label: str) -> int:
    """Index of the attached atom in a label that ends at the bond.

    The last capital letter that is not a hydrogen: 3 in "H3CO", 4 in "EtO2C", 3 in "BocNH".
    """
    capitals = [m.start() for m in re.finditer("[A-Z]", label)]
    heavy = [i for i in capitals if label[i] != "H" or label[i : i + 2] in ("Hf", "Hg", "Ho")]
    return (heavy or capitals or [0])[-1]


def spelling(text: str, left: bool) -> Spelling:
    """A way to write a group, with a "^" before its attached atom where the rule misses it."""
    if "^" in text:
        return Spelling(text.replace("^", ""), text.index("^"))
    return Spelling(text, left_anchor(text) if left else 0)


class _Walker:
    """Canonical strings of a molecule's branches."""

    def __init__(self, mol: Any) -> None:
        atoms = atoms_of(mol)
        self.symbols = [_symbol(atom) for atom in atoms]
        self.neighbours: list[list[tuple[int, str]]] = [[] for _ in atoms]
        self.single: list[tuple[int, int]] = []
        for bond in bonds_of(mol):
            a, b = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
            code = _CODES.get(bond.GetBondType(), "?")
            if bond.GetStereo() != Chem.BondStereo.STEREONONE:
                code = "?"
            if bond.IsInRing():
                code += "r"
            elif code == "-":
                self.single.append((a, b))
            self.neighbours[a].append((b, code))
            self.neighbours[b].append((a, code))
        self.rings: dict[int, list[tuple[int, ...]]] = {}
        for ring in mol.GetRingInfo().AtomRings():
            for i in ring:
                self.rings.setdefault(i, []).append(ring)
        self.seen: dict[tuple[int, int], tuple[str, frozenset[int]] | None] = {}

    def branch(self, root: int, parent: int) -> tuple[str, frozenset[int]] | None:
        """String and atoms of the branch at ``root`` away from ``parent``, if it has any."""
        key = (root, parent)
        if key not in self.seen:
            self.seen[key] = None
            self.seen[key] = self._branch(root, parent)
        return self.seen[key]

    def _branch(self, root: int, parent: int) -> tuple[str, frozenset[int]] | None:
        symbol = self.symbols[root]
        if not symbol:
            return None
        if root in self.rings:
            return self._ring(root)
        parts, atoms = [], {root}
        for other, code in self.neighbours[root]:
            if other == parent:
                continue
            if code == "?":
                return None
            found = self.branch(other, root)
            if found is None or len(atoms) + len(found[1]) > MAX_GROUP_ATOMS:
                return None
            parts.append(code + found[0])
            atoms |= found[1]
        parts.sort()
        return f"{symbol}({','.join(parts)})" if parts else symbol, frozenset(atoms)

    def _ring(self, root: int) -> tuple[str, frozenset[int]] | None:
        ring = self.rings[root][0]
        if len(ring) > 6 or any(len(self.rings[i]) > 1 for i in ring):
            return None
        start = ring.index(root)
        ring = ring[start:] + ring[:start]
        members = set(ring)
        words, atoms = [], set(ring)
        for i in ring:
            word = self.symbols[i]
            if not word:
                return None
            if i != root:
                for other, code in self.neighbours[i]:
                    if other in members:
                        continue
                    found = self.branch(other, i) if code != "?" else None
                    if found is None or len(atoms) + len(found[1]) > MAX_GROUP_ATOMS:
                        return None
                    word += f"({code}{found[0]})"
                    atoms |= found[1]
            words.append(word)
        codes = []
        for i, j in zip(ring, (*ring[1:], ring[0]), strict=True):
            codes.append(next(code for other, code in self.neighbours[i] if other == j))
        forward = "".join(w + c for w, c in zip(words, codes, strict=True))
        turned = [words[0], *reversed(words[1:])]
        backward = "".join(w + c for w, c in zip(turned, reversed(codes), strict=True))
        return f"[{min(forward, backward)}]", frozenset(atoms)


def _symbol(atom: Any) -> str:
    number = atom.GetAtomicNum()
    if (
        number < 2
        or atom.GetIsotope()
        or atom.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED
        or atom.GetNumRadicalElectrons()
    ):
        return ""
    return f"{atom.GetSymbol()}{atom.GetTotalNumHs()}{atom.GetFormalCharge() or ''}"


@cache
def group_table() -> dict[str, Group]:
    """The known groups by their canonical string."""
    table = {}
    for line in GROUPS.split("\n"):
        if not line:
            continue
        smiles, share, right, left = line.split("|")
        mol = Chem.MolFromSmiles(smiles)
        found = _Walker(mol).branch(1, 0)
        if found is None:
            raise ValueError(f"group table: no branch in {smiles}")
        table[found[0]] = Group(
            float(share),
            tuple(spelling(text, False) for text in right.split()),
            tuple(spelling(text, True) for text in left.split()),
            sum(atom.GetFormalCharge() for atom in mol.GetAtoms()),
        )
    return table


@cache
def group_smiles() -> list[tuple[str, str]]:
    """The known groups: canonical string, and SMILES without the attachment point."""
    smiles = [line.split("|")[0].removeprefix("*") for line in GROUPS.split("\n") if line]
    return list(zip(group_table(), smiles, strict=True))


def find_sites(mol: Any) -> list[Site]:
    """All places of a sanitized, not kekulised molecule where a known group hangs on the rest."""
    table = group_table()
    walker = _Walker(mol)
    degrees = [len(others) for others in walker.neighbours]
    sites = []
    for a, b in walker.single:
        for root, parent in ((a, b), (b, a)):
            if degrees[root] == 1:
                continue
            found = walker.branch(root, parent)
            if found is not None and (group := table.get(found[0])) is not None:
                sites.append(Site(parent, root, found[1], group))
    return sites
