"""Labels that link two parts of a molecule and stand for several chain atoms: (CH2)3, SO2NH."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Any

import numpy as np
from rdkit import Chem

from assemble.graph import MoleculeGraph
from assemble.molecule import canonical_smiles
from data.variants import atoms_of

LONGEST = 12
"""Characters of a label."""
MOST_UNITS = 7
"""Chain atoms that one label stands for, at most; in counted repeats more have room."""
TWO = 0.25
"""Share of the molecules with such a label that have two, if there is room."""
# how it is written, how it is written when the label is turned, SMILES
_UNITS = {
    "CH2": (("CH2",), ("H2C",), "C"),
    "CF2": (("CF2",), ("F2C",), "C(F)(F)"),
    "CMe2": (("C(CH3)2", "CMe2"), ("(H3C)2C", "Me2C"), "C(C)(C)"),
    "CO": (("CO",), ("OC",), "C(=O)"),
    "SO2": (("SO2",), ("O2S",), "S(=O)(=O)"),
    "NH": (("NH",), ("HN",), "N"),
    "NMe": (("N(CH3)", "NMe"), ("(H3C)N", "MeN"), "N(C)"),
    "O": (("O",), ("O",), "O"),
    "S": (("S",), ("S",), "S"),
    "CH": (("CH",), ("HC",), "C"),
    "N": (("N",), ("N",), "N"),
}
_BRANCHING = frozenset(("CH", "N"))
_COUNTED = frozenset(("CH2", "CF2"))
_SIDED = frozenset(("CMe2", "NMe"))
_CARBONS = ("CH2", "CF2", "CMe2", "CH")
_MISTAKEN = frozenset(
    (("CO", "N"), *(("CO", end) for end in _CARBONS), *((end, "CO") for end in _CARBONS))
)
_ALONE = frozenset(("CMe2", "CF2"))
"""Units of several atoms that are a label by themselves."""
_GLYCOLS = (("O", "CH2", "CH2"), ("CH2", "CH2", "O"))
_ORDINARY = frozenset("CNOS")


@dataclass(frozen=True, slots=True)
class Link:
    """A chain that one label can stand for."""

    path: tuple[int, ...]
    """The chain's atoms; if one branches, it is the first."""
    units: tuple[str, ...]
    """What each of them is with its hydrogens and side atoms."""
    atoms: frozenset[int]
    """All atoms of the label."""
    near: tuple[int, ...]
    """Neighbours of the first atom outside of the label."""
    far: int
    """The neighbour of the last atom."""

    @property
    def root(self) -> int:
        """The atom that stays in the drawing, for all of them."""
        return self.path[0]

    @property
    def outside(self) -> frozenset[int]:
        """The atoms that the label is bonded to."""
        return frozenset((*self.near, self.far))


def choose_links(mol: Any, rng: np.random.Generator, closed: frozenset[int]) -> list[Link]:
    """One or two chains of a sanitized molecule to be written as labels; none if it has none.

    Args:
        mol: not kekulised.
        rng: picks among the places.
        closed: atoms that other labels stand for.
    """
    found = [link for link in find_links(mol) if not (link.atoms | link.outside) & closed]
    wanted = 2 if rng.random() < TWO else 1
    chosen: list[Link] = []
    while found and len(chosen) < wanted:
        # labels in use are mostly about long or counted chains, of which molecules have few
        weights = np.array([_weight(link) for link in found])
        link = found.pop(int(rng.choice(len(found), p=weights / weights.sum())))
        if not (spellings(link.units) or spellings(link.units[::-1])):
            continue
        chosen.append(link)
        taken = link.atoms | link.outside
        found = [o for o in found if not o.atoms & taken and not o.outside & link.atoms]
    return chosen


def _weight(link: Link) -> float:
    return (1.0 + 2.0 * link.units.count("CH2")) * (0.15 if link.units[0] == "N" else 1.0)


def find_links(mol: Any) -> list[Link]:
    """All chains of a sanitized molecule that a label could stand for."""
    known = {}
    for atom in atoms_of(mol):
        unit = _unit(atom)
        if unit is not None:
            known[atom.GetIdx()] = unit
    found = []
    for start, (key, _) in known.items():
        for path in _paths(mol, start, known):
            if key not in _BRANCHING and path[0] > path[-1]:
                continue
            link = _link(mol, path, known)
            if link is not None:
                found.append(link)
    return found


_Known = dict[int, tuple[str, frozenset[int]]]


def _unit(atom: Any) -> tuple[str, frozenset[int]] | None:
    """What a chain atom is in a condensed formula, and its side atoms."""
    if not _is_plain(atom) or atom.GetSymbol() not in _ORDINARY:
        return None
    sides: dict[str, list[int]] = {}
    inner = 0
    for bond in atom.GetBonds():
        other = bond.GetOtherAtom(atom)
        double = bond.GetBondType() == Chem.BondType.DOUBLE
        if not double and bond.GetBondType() != Chem.BondType.SINGLE:
            return None
        name = ("=" if double else "") + other.GetSymbol()
        if other.GetDegree() == 1 and _is_plain(other) and name in ("=O", "F", "C"):
            sides.setdefault(name, []).append(other.GetIdx())
        elif double:
            return None
        else:
            inner += 1
    pattern = (
        atom.GetSymbol(),
        atom.GetTotalNumHs(),
        inner,
        "".join(f"{name}{len(found)}" for name, found in sorted(sides.items())),
    )
    name = _PATTERNS.get(pattern)
    # a ring goes on from its nitrogen, as in CH2N<; its carbons are not written
    if name is None or (atom.IsInRing() and name != "N"):
        return None
    return name, frozenset(i for found in sides.values() for i in found)


# element, hydrogens, bonds within the drawing, side atoms
_PATTERNS = {
    ("C", 2, 2, ""): "CH2",
    ("C", 0, 2, "F2"): "CF2",
    ("C", 0, 2, "C2"): "CMe2",
    ("C", 0, 2, "=O1"): "CO",
    ("S", 0, 2, "=O2"): "SO2",
    ("N", 1, 2, ""): "NH",
    ("N", 0, 2, "C1"): "NMe",
    ("O", 0, 2, ""): "O",
    ("S", 0, 2, ""): "S",
    ("C", 1, 3, ""): "CH",
    ("N", 0, 3, ""): "N",
}


def _is_plain(atom: Any) -> bool:
    return not (
        atom.GetFormalCharge()
        or atom.GetIsotope()
        or atom.GetNumRadicalElectrons()
        or atom.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED
        or atom.GetIsAromatic()
    )


def _paths(mol: Any, start: int, known: _Known) -> Iterator[tuple[int, ...]]:
    """Chains of two-bonded units that begin at an atom, in all directions."""
    if known[start][0] in _ALONE:
        yield (start,)
    for first in mol.GetAtomWithIdx(start).GetNeighbors():
        path, onwards = [start], first.GetIdx()
        while onwards in known and known[onwards][0] not in _BRANCHING:
            if onwards in path or len(path) == MOST_UNITS:
                break
            path.append(onwards)
            yield tuple(path)
            ahead = _outside(mol, onwards, known, path)
            if len(ahead) != 1:
                break
            onwards = ahead[0]


def _outside(mol: Any, index: int, known: _Known, path: list[int]) -> list[int]:
    """Neighbours of a chain atom that are neither its side atoms nor in the chain."""
    near = (other.GetIdx() for other in mol.GetAtomWithIdx(index).GetNeighbors())
    return [i for i in near if i not in known[index][1] and i not in path]


def _link(mol: Any, path: tuple[int, ...], known: _Known) -> Link | None:
    """The label of a chain, if it stands between parts that are drawn."""
    near = _outside(mol, path[0], known, list(path))
    far = _outside(mol, path[-1], known, list(path))
    if len(path) == 1:
        near, far = near[:1], near[1:]
    branches = known[path[0]][0] in _BRANCHING
    if len(far) != 1 or len(near) != 1 + branches or set(near) & set(far):
        return None
    atoms = frozenset(path).union(*(known[i][1] for i in path))
    for inner, outer in [*((path[0], i) for i in near), (path[-1], far[0])]:
        atom = mol.GetAtomWithIdx(outer)
        # what ends there would belong to the label, and no chain of methylenes is cut in two
        if atom.GetDegree() < 2 or outer in atoms or not _keeps_meaning(atom):
            return None
        if known[inner][0] in _COUNTED and _goes_on(mol.GetAtomWithIdx(inner), atom):
            return None
    return Link(path, tuple(known[i][0] for i in path), atoms, tuple(near), far[0])


def _goes_on(inner: Any, outer: Any) -> bool:
    """Whether a chain of methylenes does not end at its atom ``inner``."""
    hydrogens = inner.GetTotalNumHs()
    same = outer.GetSymbol() == "C" and outer.GetTotalNumHs() == hydrogens
    return bool(same and not outer.IsInRing() and (hydrogens or _is_difluoro(outer)))


def _is_difluoro(atom: Any) -> bool:
    return sum(other.GetSymbol() == "F" for other in atom.GetNeighbors()) == 2


def _keeps_meaning(atom: Any) -> bool:
    """Whether an atom may be bonded to a label.

    Stereo is read from places, and a label's place is only one of its ends: the bond's stroke may
    point elsewhere, too far off for a double bond or between four neighbours. A sign would be
    taken for the label's.
    """
    if atom.GetFormalCharge() or (atom.GetChiralTag() and atom.GetDegree() > 3):
        return False
    return all(
        bond.GetBondType() != Chem.BondType.DOUBLE
        or bond.IsInRing()
        or bond.GetOtherAtom(atom).GetDegree() == 1
        for bond in atom.GetBonds()
    )


@lru_cache(maxsize=4096)
def spellings(units: tuple[str, ...]) -> tuple[str, ...]:
    """The ways to write a chain from left to right that are read as what they mean."""
    texts = [text for text in dict.fromkeys(_texts(units)) if len(text) <= LONGEST]
    return tuple(text for text in texts if _is_read_as(text, units))


def _texts(units: tuple[str, ...]) -> Iterator[str]:
    for glycol in _GLYCOLS:
        count, rest = divmod(len(units), len(glycol))
        if not rest and count > 1 and units == glycol * count:
            yield f"({''.join(glycol)}){count}"
    for variant in (0, 1):
        yield _text(units, False, variant)
    # side atoms before their atom, and OC beside another carbon, would be taken for a chain
    mixed = len(units) > 1 and _SIDED.intersection(units)
    if not mixed and not _MISTAKEN.intersection(pairwise(units)):
        for variant in (0, 1):
            yield _text(units, True, variant)


def _text(units: tuple[str, ...], turned: bool, variant: int) -> str:
    """A chain written in one of its ways: chains counted or not, CO2 or COO, CMe2 or C(CH3)2."""
    parts: list[str] = []
    for key, run in groupby(units):
        count = len(list(run))
        names = _UNITS[key][turned]
        name = names[min(variant, len(names) - 1)]
        if key in _COUNTED and (count > 2 or (count == 2 and variant)):
            parts.append(f"({_UNITS[key][0][0]}){count}")
        else:
            parts += [name] * count
    text = "".join(parts)
    # C(=O)O is COO or CO2, from its other end OOC or O2C
    if turned and ("O", "CO") in pairwise(units):
        return text.replace("OOC", ("O2C", "OOC")[variant])
    if not turned and ("CO", "O") in pairwise(units):
        return text.replace("COO", ("CO2", "COO")[variant])
    return text


def _is_read_as(text: str, units: tuple[str, ...]) -> bool:
    """Whether a label means a chain, to whichever side its bonds lean."""
    left, right = (1 + (unit in _BRANCHING) for unit in (units[0], units[-1]))
    parts = [_UNITS[unit][2] for unit in units]
    parts[0] += "(F)" * (left - 1)
    parts[-1] += "(Cl)" * (right - 1)
    meant = Chem.CanonSmiles(f"F{''.join(parts)}Cl")
    for x_left, x_right in ((-1.0, 1.0), (0.0, 1.0), (-1.0, 0.0)):
        xy = [(0.0, 0.0)]
        xy += [(x_left, 1.0 - 2 * i) for i in range(left)]
        xy += [(x_right, -1.0 + 2 * i) for i in range(right)]
        graph = MoleculeGraph(
            np.array(xy, np.float32) * 24.0,
            (text, *("F",) * left, *("Cl",) * right),
            np.zeros(len(xy), np.int8),
            np.array([(0, i) for i in range(1, len(xy))], np.int32),
            np.ones(len(xy) - 1, np.int8),
        )
        if canonical_smiles(graph) != meant:
            return False
    return True
