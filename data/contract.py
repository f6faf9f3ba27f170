"""Chooses which groups of a molecule are contracted to labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from rdkit import Chem

from data.abbreviate import Group, Site, Spelling, find_sites

ON_NITROGEN = frozenset(
    [
        "Boc",
        "Cbz",
        "Ac",
        "Bn",
        "Me",
        "CH3",
        "Et",
        "Ts",
        "Ms",
        "Bz",
        "Ph",
        "iPr",
        "i-Pr",
        "tBu",
        "t-Bu",
        "PMB",
        "Tf",
        "CO2Et",
        "CO2Me",
        "SO2Me",
        "Trt",
    ]
)
"""Groups that are written together with the nitrogen they stand on: "NBoc"."""
_METHYL = Group(1.0, (Spelling("Me", 0), Spelling("CH3", 0)), (Spelling("Me", 0),), 0)
_SULFONYL = Group(1.0, (Spelling("SO2", 0),), (Spelling("O2S", 2), Spelling("SO2", 0)), 0)


def choose_sites(
    mol: Any,
    rng: np.random.Generator,
    merge: float,
    given: dict[int, Site],
    closed: frozenset[int] = frozenset(),
) -> dict[int, Site]:
    """A random set of groups to contract that do not overlap and leave something to stand on.

    Args:
        mol: sanitized, not kekulised.
        rng: picks among the places.
        merge: odds that groups on two-bonded N, and SO2 in chains, become labels inside the chain.
        given: sites that are chosen already.
        closed: atoms that labels of another kind stand for.

    Returns:
        The chosen sites by the atom that their label stands on.
    """
    found = find_sites(mol)
    sites = dict(given)
    if found:
        eager = float(rng.uniform(0.5, 1.6))
        # Large groups first: half of the time a part of one is taken instead.
        ranks = rng.random(len(found)) + np.array([len(site.atoms) > 3 for site in found])
        lots = rng.random(len(found))
        taken: set[int] = {i for site in given.values() for i in site.atoms} | closed
        parents = {site.parent for site in given.values()}
        for i in np.argsort(-ranks).tolist():
            site = found[i]
            if lots[i] > site.group.share * eager or site.parent in taken:
                continue
            if site.atoms & taken or site.atoms & parents:
                continue
            taken |= site.atoms
            parents.add(site.parent)
            sites[site.root] = site
    if rng.random() < merge:
        _merge(mol, sites, closed)
    return sites


def _merge(mol: Any, sites: dict[int, Site], closed: frozenset[int]) -> None:
    """Turn N with a group on it, and SO2, into labels with two bonds, in place."""
    taken = closed.union(*(site.atoms for site in sites.values()))
    for index in range(mol.GetNumAtoms()):
        atom = mol.GetAtomWithIdx(index)
        if index in taken or atom.GetFormalCharge() or atom.GetTotalNumHs():
            continue
        if atom.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED or atom.GetIsotope():
            continue
        symbol, degree = atom.GetSymbol(), atom.GetDegree()
        merged = None
        if symbol == "N" and degree == 3:
            merged = _on_nitrogen(atom, sites)
        elif symbol == "S" and degree == 4:
            merged = _sulfonyl(atom)
        if merged is not None:
            others = [n.GetIdx() for n in atom.GetNeighbors() if n.GetIdx() not in merged.atoms]
            if len(others) == 2:
                for i in merged.atoms:
                    sites.pop(i, None)
                sites[index] = merged


def _on_nitrogen(atom: Any, sites: dict[int, Site]) -> Site | None:
    for other in atom.GetNeighbors():
        site = sites.get(other.GetIdx())
        if site is not None and site.parent == atom.GetIdx():
            group, atoms = site.group, site.atoms
        elif other.GetDegree() == 1 and _is_methyl(other):
            group, atoms = _METHYL, frozenset((other.GetIdx(),))
        else:
            continue
        names = [s.label for s in group.right if s.label in ON_NITROGEN]
        if names:
            merged = Group(
                1.0,
                tuple(Spelling(f"N{name}", 0) for name in names),
                tuple(Spelling(f"{_turned(name)}N", len(_turned(name))) for name in names),
                0,
            )
            return Site(atom.GetIdx(), atom.GetIdx(), atoms | {atom.GetIdx()}, merged)
    return None


def _turned(name: str) -> str:
    return {"CH3": "H3C", "CO2Et": "EtO2C", "CO2Me": "MeO2C", "SO2Me": "MeO2S"}.get(name, name)


def _is_methyl(atom: Any) -> bool:
    return bool(
        atom.GetSymbol() == "C"
        and atom.GetTotalNumHs() == 3
        and not atom.GetFormalCharge()
        and not atom.GetIsotope()
    )


def _sulfonyl(atom: Any) -> Site | None:
    oxygens = [
        bond.GetOtherAtomIdx(atom.GetIdx())
        for bond in atom.GetBonds()
        if bond.GetBondType() == Chem.BondType.DOUBLE
        and bond.GetOtherAtom(atom).GetSymbol() == "O"
        and bond.GetOtherAtom(atom).GetDegree() == 1
    ]
    if len(oxygens) != 2:
        return None
    return Site(atom.GetIdx(), atom.GetIdx(), frozenset((*oxygens, atom.GetIdx())), _SULFONYL)
