"""From a SMILES to a drawing: what stands where, written how."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdMolDescriptors

from assemble.ions import separate_ions
from assemble.multiples import multiplied
from data.abbreviate import Site
from data.annotate import LabelStyle
from data.chains import Change, long_bonds, redraw, straight_chains
from data.compose import compose
from data.contract import choose_sites
from data.drawing import Drawing
from data.formulae import with_substituents
from data.layout import lay_out, set_positions, without_atoms
from data.lettering import likely_text
from data.linked import Link, choose_links
from data.linked_layout import STRAIGHT, Written, in_line, shortened, write_links
from data.nitrogen import with_protected
from data.odds import DepictOdds
from data.opened import Gap, for_layout, with_ring_opened
from data.perspective_layout import lay_out_rings
from data.plan import Plan
from data.r_groups import with_r_groups
from data.salts import Salt, with_salt
from data.stereo import (
    has_loose_double_bond,
    keeps_geometry,
    loose_double_bonds,
    read_geometry,
)
from data.sugars import choose_rings, open_centres, says_so, with_ring_hydrogens
from data.variants import (
    atoms_of,
    forget_centre,
    has_no_such_isotope,
    has_open_shell,
    has_taken_symbol,
    wavy_beside,
    wavy_bond,
    with_hydrogens,
    with_isotope,
    without_marks,
)

_LOG = logging.getLogger(__name__)
ODDS = DepictOdds()
MOST_SETTLED = 4
"""Bonds of an atom up to which CoordGen always lays a molecule out the same way."""


def depict(smiles: str, rng: np.random.Generator, odds: DepictOdds = ODDS) -> Drawing | None:
    """Lay a molecule out and write its labels, differently for each state of ``rng``.

    Args:
        smiles: the molecule.
        rng: all choices come from it.
        odds: how often what is chosen.

    Returns:
        The drawing, or ``None`` if RDKit can't read or lay out the molecule, if atoms would fall
        on each other, or if it has radicals, symbols or bonds that can't be drawn.
    """
    try:
        return _depict(smiles, rng, odds)
    except (Chem.MolSanitizeException, RuntimeError) as error:
        # RDKit's own complaints about a molecule; RuntimeError is a failed check in its C++ code.
        _LOG.debug("can't draw %s: %s", smiles, error)
        return None


def _depict(smiles: str, rng: np.random.Generator, odds: DepictOdds) -> Drawing | None:
    mol = Chem.MolFromSmiles(smiles)
    if mol is None or not mol.GetNumAtoms():
        return None
    truth, changed = "", False
    if "[" in smiles:
        if has_open_shell(mol) or has_taken_symbol(mol) or has_no_such_isotope(mol):
            return None
        changed = without_marks(mol)
    if rng.random() < odds.isotopes:
        changed = with_isotope(mol, rng) or changed
    gap: Gap | None = None
    if rng.random() < odds.opened and (opened := with_ring_opened(mol, rng)) is not None:
        mol, gap = opened
        changed = True
    given: dict[int, Site] = {}
    if rng.random() < odds.substituents:
        mol, given = with_substituents(mol, rng)
    if rng.random() < odds.protected:
        mol, more = with_protected(mol, rng, _closed(given))
        given |= more
    changed = changed or bool(given)
    salt = Salt(mol)
    if rng.random() < odds.salt:
        salt, changed = with_salt(mol, rng, _closed(given)), True
        mol = salt.mol
        given |= salt.sites
    names: dict[int, str] = {}
    if not given and rng.random() < odds.r_groups:
        mol, names = with_r_groups(mol, rng)
        changed = changed or bool(names)
    ends = frozenset(i for i in names if mol.GetAtomWithIdx(i).GetDegree() == 1)
    attached = ends if rng.random() < odds.attached else frozenset()
    names.update(dict.fromkeys(attached, "*"))
    centre = forget_centre(mol, rng) if rng.random() < odds.wavy else None
    if changed or centre is not None:
        Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
        truth = _meaning(mol)
    rings = choose_rings(mol, rng, odds) if gap is None and "@" in smiles else []
    lots = rng.random(5).tolist()
    stereo, fusion = lots[0] < odds.hydrogens_stereo, lots[1] < odds.hydrogens_fusion
    polar, end = lots[2] < odds.hydrogens_polar, lots[3] < odds.hydrogens_end
    ring = lots[4] < odds.hydrogens_ring and mol.GetNumAtoms() <= odds.hydrogens_ring_max_atoms
    if rings:
        if rng.random() < odds.perspective_hydrogens:
            mol = with_ring_hydrogens(mol, rings)
    elif stereo or polar or end or ring or (fusion and "@" in smiles):
        mol = with_hydrogens(mol, rng, stereo, fusion, polar, end, ring, _closed(given))
    links: list[Link] = []
    if not rings and rng.random() < odds.linked:
        links = choose_links(mol, rng, _closed(given) | {-1 if centre is None else centre})
    linked = frozenset().union(*(link.atoms for link in links))
    sites = given
    if rng.random() < (odds.perspective_written if rings else odds.abbreviate):
        sites = choose_sites(mol, rng, odds.merge, given, linked)
    hidden = frozenset().union(*(site.atoms - {site.root} for site in sites.values()))
    style = _label_style(rng, odds)
    plan = Plan(names, sites, {}, {}, hidden, {}, style, salt, attached)
    if rings:
        drawing = _in_perspective(Chem.Mol(mol), rings, plan, centre, truth or smiles, rng, odds)
        if drawing is not None:
            return drawing
    written = bool(style.chain_text or style.unsaturated_text)
    change: Callable[[Any, np.random.Generator], Change] | None = None
    if rng.random() < (odds.straight_written if written else odds.straight):
        change = partial(straight_chains, written=written)
        style = replace(style, stack=bool(rng.random() < 0.3))
    elif rng.random() < (odds.long_written if written else odds.long):
        change = long_bonds
    if gap is not None and (links or hidden.intersection(gap)):
        gap = None
    shape = for_layout(mol, gap, bool(rng.random() < odds.bent))
    left_out = hidden if hidden and rng.random() < odds.compact else frozenset()
    joined = _lay_out_links(mol, shape, links, hidden, left_out, change, rng, odds) if links else {}
    if joined:
        xy = np.array(mol.GetConformer().GetPositions()[:, :2])
        hidden |= linked - joined.keys()
    else:
        found = _lay_out(without_atoms(shape, left_out) if left_out else shape, change, rng, odds)
        if found is None:
            return None
        xy = set_positions(mol, left_out, found) if left_out or shape is not mol else found
    plan = replace(
        plan,
        links=joined,
        stands_for={i: link.root for link in links for i in link.atoms} if joined else {},
        hidden=hidden,
        style=style,
        redrawn=change is not None,
        gap=gap is not None,
    )
    return _finish(mol, xy, plan, centre, truth or smiles, rng, odds)


def _in_perspective(
    mol: Any,
    rings: list[tuple[int, ...]],
    plan: Plan,
    centre: int | None,
    truth: str,
    rng: np.random.Generator,
    odds: DepictOdds,
) -> Drawing | None:
    """A drawing with rings in perspective; None if there is no room or if it means another one."""
    unknown = open_centres(mol, rings)
    texts = {i: likely_text(mol, i, plan, rng) for i in range(mol.GetNumAtoms())}
    projection = lay_out_rings(mol, rings, plan.hidden, texts, unknown, rng, odds)
    if projection is None or not keeps_geometry(mol):
        return None
    wavy: dict[int, int] = {}
    for index in unknown - {centre}:
        wavy |= wavy_bond(mol, index, plan.hidden, rng)
    xy = np.array(mol.GetConformer().GetPositions()[:, :2])
    plan = replace(plan, wavy=wavy, redrawn=True, projection=projection)
    drawing = _finish(mol, xy, plan, centre, truth, rng, odds)
    return drawing if drawing is not None and says_so(drawing) else None


def _finish(
    mol: Any,
    xy: NDArray[np.float64],
    plan: Plan,
    centre: int | None,
    truth: str,
    rng: np.random.Generator,
    odds: DepictOdds,
) -> Drawing | None:
    """Put a drawing together once its layout is known.

    Args:
        mol: laid out; changed in place.
        xy: (N, 2) its places in bond lengths, y up.
        plan: what was chosen so far.
        centre: an atom whose configuration was forgotten.
        truth: SMILES of what is drawn, but for double bonds whose geometry follows from ``xy``.
        rng: makes the choices.
        odds: how often what is chosen.
    """
    wavy = dict(plan.wavy)
    if centre is not None:
        wavy |= wavy_bond(mol, centre, plan.hidden, rng)
    if has_loose_double_bond(mol):
        unknown = []
        if rng.random() < odds.wavy_double:
            for index in loose_double_bonds(mol):
                if beside := wavy_beside(mol, index, plan.hidden, rng):
                    wavy.update(beside)
                    unknown.append(index)
        read_geometry(mol, unknown)
        truth = _meaning(Chem.RemoveHs(mol))
    plan = replace(
        plan,
        wavy=wavy,
        circles=bool(rng.random() < odds.circles),
        centred=bool(rng.random() < odds.centred),
        ring_text=bool(rng.random() < odds.ring_text) and plan.projection is None,
        bare=bool(rng.random() < odds.hydrogens_left_out),
    )
    return compose(mol, xy, plan, truth, rng, odds)


def _lay_out_links(
    mol: Any,
    shape: Any,
    links: list[Link],
    hidden: frozenset[int],
    left_out: frozenset[int],
    change: Callable[[Any, np.random.Generator], Change] | None,
    rng: np.random.Generator,
    odds: DepictOdds,
) -> dict[int, Written]:
    """Lay a molecule out, in place, with room for labels that link its parts.

    Args:
        mol: gets the conformer.
        shape: what is laid out instead of it.
        links: what the labels stand for.
        hidden: atoms inside of other labels.
        left_out: those of them that get no room.
        change: how the layout is redrawn.
        rng: makes the choices.
        odds: how often what is chosen.

    Returns:
        The labels by their atom; none if there is no room.
    """
    inside = frozenset().union(*(link.atoms - {link.root} for link in links))
    left_out |= inside
    if change is None and rng.random() < STRAIGHT:
        change = in_line(links, left_out)
    xy = _lay_out(without_atoms(shortened(shape, links), left_out), change, rng, odds)
    if xy is None:
        return {}
    set_positions(mol, left_out, xy)
    return write_links(mol, links, hidden | inside, rng)


def _closed(sites: dict[int, Site]) -> frozenset[int]:
    """Atoms that labels stand for."""
    return frozenset().union(*(site.atoms for site in sites.values()))


def _meaning(mol: Any) -> str:
    """The SMILES of what is drawn, with every species as often as it is meant."""
    return str(Chem.MolToSmiles(separate_ions(multiplied(mol, 1.0))))


def _label_style(rng: np.random.Generator, odds: DepictOdds) -> LabelStyle:
    a, b, c, d, e, f, g = rng.random(7).tolist()
    methyl = ("Me" if b < odds.methyl_me else "CH3") if a < odds.methyl_text else ""
    chain = (1.0 if d < 0.5 else 0.4) if c < odds.chain_text else 0.0
    return LabelStyle(
        methyl,
        chain,
        e >= odds.side_text,
        bool(f < 0.5),
        bool(g < 0.8),
        bool(rng.random() < 0.5),
        float(rng.random()),
        bool(rng.random() < odds.unsaturated_text),
    )


def _lay_out(
    mol: Any,
    change: Callable[[Any, np.random.Generator], Change] | None,
    rng: np.random.Generator,
    odds: DepictOdds,
) -> NDArray[np.float64] | None:
    heavy = mol.GetNumAtoms()
    a, b, c, d, e, f, g = rng.random(7).tolist()
    # wedges in a cage drawn in perspective do not always say what they mean to
    flat = not any(atom.IsInRing() and atom.GetChiralTag() for atom in atoms_of(mol))
    bridged = flat and rdMolDescriptors.CalcNumBridgeheadAtoms(mol) > 0
    # the order in memory decides how CoordGen lays out cages and crowded metals
    settled = not rdMolDescriptors.CalcNumBridgeheadAtoms(mol) and not any(
        atom.GetDegree() > MOST_SETTLED for atom in atoms_of(mol)
    )
    coordgen = settled and a < odds.coordgen and heavy <= odds.coordgen_max_atoms
    straighten = bool(c < odds.straighten)
    angle = 0.0
    if not straighten:
        if d < odds.rotate_steps:
            angle = math.pi / 6 * int(e * 12)
        elif d < odds.rotate_steps + odds.rotate_free:
            angle = 2 * math.pi * e
    upright = straighten or bool(e < 0.5)
    mirror, pack = bool(f < odds.mirror), bool(g < odds.pack)
    templates = bool(b < (odds.templates_bridged if bridged else odds.templates))
    # What one engine draws with atoms on each other often works in another.
    for engine, use in ((coordgen, templates), (False, True), (True, False))[: 3 if settled else 2]:
        xy = lay_out(mol, rng, engine, use and not engine, upright, angle, mirror, pack)
        if xy is not None and keeps_geometry(mol):
            if change is not None and len(Chem.GetMolFrags(mol)) == 1:
                redraw(mol, xy, change(mol, rng))
            return xy
    return None
