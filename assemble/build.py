"""From the drawn graph to an unsanitised RDKit molecule: labels expanded, bonds made."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from rdkit import Chem
from rdkit.Geometry import Point3D

from assemble.fragment import Fragment, FragmentAtom
from assemble.graph import BondKind, MoleculeGraph
from assemble.groups import groups
from assemble.labels import is_end_group, parse_charged, parse_label
from assemble.multiples import (
    COUNT_PROPERTY,
    bracket_count,
    is_companion,
    mark_bracketed,
    split_count,
)
from assemble.salts import DOTS, split_salt
from assemble.species import ANIONS_WITHOUT_SIGN
from assemble.spread import TYPES, spread
from assemble.writers import mark_group

ORDERS: dict[BondKind, int] = {BondKind.DOUBLE: 2, BondKind.TRIPLE: 3}
"""Bond orders of the kinds that are not single."""
IMPLICIT = frozenset(
    ["B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "As", "Se", "Br", "Te", "I", "*"]
)
"""Elements whose hydrogens may be left out of a drawing; a metal has none that are not drawn."""
_HALIDE = re.compile(r"[1-9]?(?:F|Cl|Br|I)")
"""A halogen alone, or several: its sign is small and easily missed."""
_CATION_BONDS = {"N": 4, "P": 4, "S": 3, "I": 2}
"""Labels without a sign that are cations with so many bonds."""
_COUNTED_ACID = re.compile(r"(?P<acid>OH|HO|SO3H|CO2H|COOH)(?P<count>[2-9])")
"""An acid whose label has taken in the number at the bracket behind it: ``[...OH]2``."""
_ACIDIC = frozenset({"", "C", "S", "P"})
"""What such an acid hangs on; water hangs on metals."""
LEFTWARDS = 0.25
"""Mean direction of the bonds, x per bond length, from which a label runs to the left."""
WITHIN = 0.7
"""Length of the bonds within a label, as a share of the others: labels take less room."""
_NO_LEAN = 0.15
"""Sum of unit vectors along the bonds below which its direction is noise."""


@dataclass(slots=True)
class Draft:
    """A molecule being built, and where its parts come from."""

    mol: Chem.RWMol
    xy: list[tuple[float, float]]
    """Place of each atom of ``mol``, image pixels."""
    atom_of: list[tuple[int, int]]
    """First and last attached atom in ``mol`` of each atom of the graph."""
    bond_row: dict[int, int] = field(default_factory=dict)
    """Index of a bond in ``mol`` -> row in ``graph.bonds``."""
    centres: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """Stereocentres within labels -> neighbours in ``mol``, anticlockwise seen from the first; the
    centre itself stands for the one that the drawing adds."""
    warnings: list[str] = field(default_factory=list)


def build(graph: MoleculeGraph) -> Draft:
    """Expand every label and join the fragments as drawn."""
    draft = Draft(Chem.RWMol(), [], [])
    length = graph.bond_length() or 24.0
    around = bonds_around(graph)
    brackets: list[tuple[float, float, int]] = []
    tails: dict[int, int] = {}
    lacks_anions = _charge(graph, around) > 0
    for i, label in enumerate(graph.labels):
        rows = around[i]
        drawn_charge = int(graph.charges[i])
        if not rows and DOTS.match(label[:-1]):
            # it parts a salt, as in ``·HCl``
            label = label[1:]
        if not rows and (count := bracket_count(label)):
            brackets.append((*graph.xy[i].tolist(), count))
            draft.atom_of.append((-1, -1))
            continue
        if not rows and lacks_anions and not drawn_charge and _HALIDE.fullmatch(label):
            drawn_charge = -1
            draft.warnings.append(f"lone {label!r} beside a cation: charge -1 added")
        if not rows and lacks_anions and label.lstrip("23456789") in ANIONS_WITHOUT_SIGN:
            draft.warnings.append(f"lone {label!r} beside a cation: charge -1 added")
            label += "-"
        if not rows and (counted := _counted_species(label, drawn_charge)):
            times, fragment = counted
            _place(draft, graph, i, fragment, (1.0, 0.0), length, drawn_charge)
            draft.mol.GetAtomWithIdx(draft.atom_of[i][0]).SetProp(COUNT_PROPERTY, str(times))
            continue
        if counted_acid := _counted_acid(graph, i, rows):
            label, count = counted_acid
            brackets.append((_right_end(graph, around, i), float(graph.xy[i, 1]), count))
        order = int(sum(_order(graph, row) for row in rows))
        outwards = _outwards(graph, i, rows)
        toward = -outwards[0] * min(len(rows), 1)
        # a dot within ``NH2·HCl`` parts it, others are unpaired electrons
        text = label if label in groups() or split_salt(label) else DOTS.sub("", label)
        dots = len(DOTS.findall(label)) if text != label else 0
        leftwards = bool(toward > LEFTWARDS)
        fragment = parse_charged(text, len(rows), order, leftwards, drawn_charge)
        if not fragment.understood:
            draft.warnings.append(f"label {label!r} could not be read: kept as a dummy atom")
        if not rows and _is_scrap(label, fragment, drawn_charge):
            draft.warnings.append(f"lone {label or 'C'!r} is no molecule: left out")
            draft.atom_of.append((-1, -1))
            continue
        _place(draft, graph, i, fragment, outwards, length, drawn_charge)
        if fragment.first != fragment.last and rows:
            tails[i] = _tail(graph, i, rows, fragment.leftwards)
        if dots:
            # a pair of dots is a carbene or nitrene
            draft.mol.GetAtomWithIdx(draft.atom_of[i][0]).SetNumRadicalElectrons(min(dots, 2))
    for row in range(graph.n_bonds):
        _join(draft, graph, row, tails)
    drawn = {first for first, _ in draft.atom_of}
    mark_bracketed(draft.mol, draft.xy, drawn, brackets)
    return draft


def _counted_species(label: str, drawn_charge: int) -> tuple[Fraction, Fragment] | None:
    """``2HCl``: how often, and which species; None if there is no count or no species."""
    split = split_count(label)
    if split is None or split_salt(label):
        return None
    fragment = parse_label(split[1], 0, 0)
    hydrogen = fragment.atoms[0].symbol == "H"
    if not fragment.understood or hydrogen or _is_scrap(split[1], fragment, drawn_charge):
        return None
    return split[0], fragment


def _counted_acid(graph: MoleculeGraph, atom: int, rows: list[int]) -> tuple[str, int] | None:
    """``OH2`` of an acid in brackets: its label without the number, and the number."""
    match = _COUNTED_ACID.fullmatch(graph.labels[atom])
    if match is None or len(rows) != 1 or graph.charges[atom]:
        return None
    hangs_on = graph.labels[_other(graph, rows[0], atom)]
    return (match["acid"], int(match["count"])) if hangs_on in _ACIDIC else None


def _is_scrap(label: str, fragment: Fragment, drawn_charge: int) -> bool:
    """Whether a label without bonds is a stroke or a piece of a caption rather than a species.

    ``HCl``, ``H2O``, ``Na+`` or ``Zn`` stand alone; ``O``, ``OH``, ``CH3``, ``O-`` or ``Ts`` do
    not.
    """
    if is_companion(label):
        return False
    if len(fragment.atoms) > 1:
        return label.isalpha() and is_end_group(label)
    atom = fragment.atoms[0]
    charge, hydrogens = atom.charge or drawn_charge, atom.hydrogens or 0
    full = {"C": 4, "N": 3, "O": 2, "S": 2, "P": 3, "B": 3, "Si": 4, "As": 3, "Se": 2, "Te": 2}
    if not charge:
        bare = atom.hydrogens is None or hydrogens < full.get(atom.symbol, 1)
        return bare and (atom.symbol in IMPLICIT or atom.symbol == "H")
    if atom.symbol not in full or atom.symbol == "B":
        return False  # metals, halides and borates
    # NH3+ is ammonium that somebody miscounted
    return hydrogens < full[atom.symbol] if charge > 0 else hydrogens != full[atom.symbol] + charge


def bonds_around(graph: MoleculeGraph) -> list[list[int]]:
    """Rows of the bonds of each atom."""
    rows: list[list[int]] = [[] for _ in range(graph.n_atoms)]
    for row, (i, j) in enumerate(graph.bonds.tolist()):
        rows[i].append(row)
        rows[j].append(row)
    return rows


def _other(graph: MoleculeGraph, row: int, atom: int) -> int:
    """The atom at the other end of a bond."""
    return int(graph.bonds[row].sum()) - atom


def lacks_sign(graph: MoleculeGraph, atom: int, rows: list[int]) -> bool:
    """Whether an atom is a cation by its bonds, of which ``rows`` are, and no sign was drawn."""
    bonds = _CATION_BONDS.get(graph.labels[atom])
    if graph.charges[atom] or sum(_order(graph, row) for row in rows) != bonds:
        return False
    # with a double bond sulfur and phosphorus have so many without a charge
    return graph.labels[atom] == "N" or len(rows) == bonds


def _charge(graph: MoleculeGraph, around: list[list[int]]) -> int:
    """Charge of a drawing, with that of atoms that lack the sign their bonds call for."""
    bare = [lacks_sign(graph, atom, rows) for atom, rows in enumerate(around)]
    return int(graph.charges.sum()) + sum(bare)


def _right_end(graph: MoleculeGraph, around: list[list[int]], atom: int) -> float:
    """An x just behind the component of an atom, where a bracket around it closes."""
    seen, edge = {atom}, [atom]
    while edge:
        at = edge.pop()
        near = {_other(graph, row, at) for row in around[at]} - seen
        seen |= near
        edge += near
    return float(graph.xy[sorted(seen), 0].max()) + 1.0


def _order(graph: MoleculeGraph, row: int) -> float:
    kind = BondKind(int(graph.kinds[row]))
    return 1.5 if kind is BondKind.AROMATIC else ORDERS.get(kind, 1)


def _outwards(graph: MoleculeGraph, atom: int, rows: list[int]) -> tuple[float, float]:
    """Unit vector away from an atom's bonds (x, y), pixels frame.

    Without bonds that is to the right, and down if the bonds lean to no side.
    """
    total = np.zeros(2)
    for row in rows:
        i, j = graph.bonds[row]
        step = graph.xy[j if i == atom else i] - graph.xy[atom]
        total += step / max(float(np.hypot(*step)), 1e-6)
    norm = float(np.hypot(*total))
    if norm < _NO_LEAN:
        return (1.0, 0.0) if not rows else (0.0, 1.0)
    return float(-total[0] / norm), float(-total[1] / norm)


def _place(
    draft: Draft,
    graph: MoleculeGraph,
    index: int,
    fragment: Fragment,
    outwards: tuple[float, float],
    length: float,
    drawn_charge: int,
) -> None:
    """Add a fragment, its attached atom on the label's place and the rest away from the bonds."""
    start = draft.mol.GetNumAtoms()
    own_charge = any(atom.charge for atom in fragment.atoms)
    (x, y), (right, down), reach = graph.xy[index].tolist(), outwards, WITHIN * length
    draft.xy += [
        (x + reach * (right * ahead - down * aside), y + reach * (down * ahead + right * aside))
        for ahead, aside in spread(fragment)
    ]
    for k, atom in enumerate(fragment.atoms):
        charge = atom.charge
        if k == fragment.first and drawn_charge and not own_charge:
            charge = drawn_charge
        if not _is_possible(atom.symbol, charge):
            draft.warnings.append(f"charge {charge:+d} at {atom.symbol} is impossible: left out")
            charge = 0
        made = _rdkit_atom(atom, charge)
        if len(fragment.atoms) > 1:
            mark_group(made, index, graph.labels[index], k == fragment.first)
        draft.mol.AddAtom(made)
        if atom.around:
            draft.centres[start + k] = tuple(start + k + near for near in atom.around)
    for i, j, order in fragment.bonds:
        draft.mol.AddBond(start + i, start + j, TYPES[order])
    draft.atom_of.append((start + fragment.first, start + fragment.last))


def _is_possible(symbol: str, charge: int) -> bool:
    """No atom gives more electrons than it has, or takes more than four."""
    most = 8 if symbol == "*" else Chem.GetPeriodicTable().GetAtomicNumber(symbol)
    return -4 <= charge <= min(most, 8)


def _rdkit_atom(atom: FragmentAtom, charge: int) -> Chem.Atom:
    made = Chem.Atom(0 if atom.symbol == "*" else atom.symbol)
    made.SetFormalCharge(charge)
    made.SetIsotope(atom.isotope)
    if atom.text:
        made.SetProp("atomLabel", atom.text)
        made.SetProp("dummyLabel", atom.text)
    if atom.hydrogens is not None:
        made.SetNumExplicitHs(atom.hydrogens)
        made.SetNoImplicit(True)
    elif atom.symbol not in IMPLICIT:
        made.SetNoImplicit(True)
    return made


def _join(draft: Draft, graph: MoleculeGraph, row: int, tails: dict[int, int]) -> None:
    begin, end = graph.bonds[row].tolist()
    kind = BondKind(int(graph.kinds[row]))
    if kind in (BondKind.BOLD, BondKind.DASHED) and not _may_be_centre(graph, begin):
        # these strokes have no narrow end: they begin where they can mean something
        begin, end = end, begin
    ends = [draft.atom_of[atom][tails.get(atom) == row] for atom in (begin, end)]
    if ends[0] == ends[1] or draft.mol.GetBondBetweenAtoms(*ends):
        draft.warnings.append(f"bond {row} joins atoms that are bonded already: left out")
        return
    if kind is BondKind.DATIVE:
        bond_type = Chem.BondType.DATIVE
    elif kind is BondKind.AROMATIC:
        bond_type = Chem.BondType.AROMATIC
    else:
        bond_type = TYPES[ORDERS.get(kind, 1)]
    index = draft.mol.AddBond(ends[0], ends[1], bond_type) - 1
    draft.bond_row[index] = row
    if kind is BondKind.AROMATIC:
        bond = draft.mol.GetBondWithIdx(index)
        bond.SetIsAromatic(True)
        bond.GetBeginAtom().SetIsAromatic(True)
        bond.GetEndAtom().SetIsAromatic(True)


def _may_be_centre(graph: MoleculeGraph, atom: int) -> bool:
    kinds = [BondKind(kind) for kind in graph.kinds[(graph.bonds == atom).any(1)].tolist()]
    return len(kinds) > 2 and not (graph.labels[atom] == "" and any(k in ORDERS for k in kinds))


def _tail(graph: MoleculeGraph, atom: int, rows: list[int], leftwards: bool) -> int:
    """The bond that ends at the last attached atom of a linking label; -1 if none does.

    Labels are read so that all others end at the first one. It is the bond to the outermost of
    the neighbours, on that side of them on which the atom is written: where the neighbours stand
    from the label says nothing, as both bonds may leave to one side.
    """
    if len(rows) == 1:
        rightward = bool(graph.xy[_other(graph, rows[0], atom)][0] > graph.xy[atom][0])
        return rows[0] if rightward else -1
    single = [row for row in rows if _order(graph, row) == 1] or rows
    ranked = sorted(single, key=lambda row: graph.xy[_other(graph, row, atom)].tolist())
    return ranked[0 if leftwards else -1]


def set_conformer(mol: Chem.Mol, xy: list[tuple[float, float]], scale: float) -> None:
    """Give a molecule the places of its atoms: pixels times ``scale``, y up."""
    conformer = Chem.Conformer(mol.GetNumAtoms())
    conformer.Set3D(False)
    for index, (x, y) in enumerate(xy):
        conformer.SetAtomPosition(index, Point3D(x * scale, -y * scale, 0.0))
    mol.RemoveAllConformers()
    mol.AddConformer(conformer, assignId=True)
