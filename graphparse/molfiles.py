"""Real drawings that are misread, mended by a molfile laid out as the drawing is.

The molfile says what the atoms and bonds are, the picture where they are, and the reading how
labels are written. The molfile is laid over the reading, what the reading missed or made up is
mended, and the result counts only if it lies on ink and means the reference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from assemble.graph import BondKind, MoleculeGraph
from assemble.labels import parse_label
from assemble.molecule import AssembleError, assemble
from assemble.molfile import V2000_KINDS, hydrogens_text
from data.annotate import sign_text
from detectors.ink import ink_level

NEAR = 0.3
"""Bond lengths within which an atom of the molfile and one that was read are the same."""
NEAR_LEFT = 0.7
"""The same of atoms left over on both sides: labels are read a little off."""
FAR = 1.3
"""Bond lengths from the structure beyond which a text that was read is a caption."""
LEAST_MATCHED = 0.6
"""Share of the molfile's atoms that must be found so."""
MOST_OFF = 0.12
"""Bond lengths that those may be off, as root mean square, after the fit."""
ON_INK = 0.16
"""Bond lengths from an atom without a label, or from a bond, to the nearest ink, at most."""
NEAR_LABEL = 0.28
"""The same of an atom with a label: some letters are hollow."""
STEPS = (0.3, 0.4, 0.5, 0.6, 0.7)
"""Where along a bond there has to be ink."""
LEAST_INK = 4
"""At how many of these places: hashed bonds have gaps."""
ROUNDS = 3
"""Of fitting."""
_ORDERS = {
    Chem.BondType.SINGLE: BondKind.SINGLE,
    Chem.BondType.DOUBLE: BondKind.DOUBLE,
    Chem.BondType.TRIPLE: BondKind.TRIPLE,
}


@dataclass(frozen=True, slots=True)
class Fit:
    """A molfile laid over a reading."""

    xy: NDArray[np.float64]
    """(N, 2) places of the molfile's atoms in pixels of the picture."""
    partner: NDArray[np.int64]
    """(N,) the atom that was read there; -1 for none."""
    bond: float
    """Median bond length in pixels."""


def mended(
    molblock: str, reading: MoleculeGraph, gray: NDArray[np.uint8], inchi: str
) -> MoleculeGraph | None:
    """What is drawn, from a reading that is wrong and a molfile laid out like the picture.

    Args:
        molblock: coordinates at any scale and origin, but as the picture turned and mirrored.
        reading: in pixels of the picture.
        gray: (H, W), the picture, dark ink on light paper.
        inchi: what the drawing means.

    Returns:
        The graph in pixels of the picture; ``None`` if the molfile does not fit, if an atom or
        bond is on no ink, or if the graph does not mean the InChI.
    """
    mol = Chem.MolFromMolBlock(molblock, sanitize=False, removeHs=False)
    if mol is None or not mol.GetNumBonds() or not reading.n_bonds:
        return None
    fit = lay_over(mol, reading)
    if fit is None:
        return None
    graph = _as_drawn(mol, fit, reading)
    if graph is None or _leaves_text(fit, reading, graph) or not lies_on_ink(graph, gray):
        return None
    try:
        return graph if assemble(graph).inchi == inchi else None
    except AssembleError:
        return None


def lay_over(mol: Chem.Mol, reading: MoleculeGraph) -> Fit | None:
    """Fit a molfile's coordinates to a reading by scale and shift, separately in x and y.

    Every pair of an atom of each votes for a shift (RANSAC over all pairs); the shift that most
    atoms agree with is refined by least squares over these.

    Returns:
        ``None`` if too few atoms meet, or not closely.
    """
    plan = np.array(mol.GetConformer().GetPositions()[:, :2]) * (1, -1)
    ends = np.array([(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds()])
    length = float(np.median(np.linalg.norm(plan[ends[:, 0]] - plan[ends[:, 1]], axis=1)))
    bond = reading.bond_length()
    if length < 1e-6 or bond < 1:
        return None
    read = reading.xy.astype(np.float64)
    best: tuple[int, NDArray[np.float64]] = (0, plan)
    for stretch in (0.9, 0.95, 1.0, 1.05, 1.1):
        scaled = plan * (bond / length * stretch)
        shifts = (read[None] - scaled[:, None]).reshape(-1, 2)
        for shift in shifts:
            # of one atom of the reading at most one counts: two in one place are no two finds
            meets = _distances(scaled + shift, read).min(0) < NEAR * bond
            if meets.sum() > best[0]:
                best = (int(meets.sum()), scaled + shift)
    xy = best[1]
    partner = _partners(xy, read, NEAR * bond)
    for _ in range(ROUNDS):
        found = partner >= 0
        if found.sum() < max(3, LEAST_MATCHED * len(xy)):
            return None
        xy = np.column_stack(
            [_line(plan[found, k], read[partner[found], k], plan[:, k], xy[:, k]) for k in (0, 1)]
        )
        partner = _partners(xy, read, NEAR * bond)
    found = partner >= 0
    if found.sum() < max(3, LEAST_MATCHED * len(xy)):
        return None
    off = xy[found] - read[partner[found]]
    if float(np.sqrt((off**2).sum(1).mean())) > MOST_OFF * bond:
        return None
    single = np.flatnonzero(partner < 0)
    spare = np.setdiff1d(np.arange(len(read)), partner)
    if len(single) and len(spare):
        left = _partners(xy[single], read[spare], NEAR_LEFT * bond)
        partner[single] = np.where(left >= 0, spare[left], -1)
    return Fit(xy, partner, bond)


def _leaves_text(fit: Fit, reading: MoleculeGraph, graph: MoleculeGraph) -> bool:
    """Whether a label that was read close to the structure has no place in the graph."""
    spare = np.setdiff1d(np.arange(reading.n_atoms), fit.partner)
    texts = reading.xy[[i for i in spare.tolist() if reading.labels[i]]].astype(np.float64)
    if not len(texts):
        return False
    return bool((_distances(texts, graph.xy.astype(np.float64)).min(1) < FAR * fit.bond).any())


def _distances(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.hypot(a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1])


def _partners(
    xy: NDArray[np.float64], read: NDArray[np.float64], limit: float
) -> NDArray[np.int64]:
    """For each place the atom read there, if each is the other's nearest; else -1."""
    far = _distances(xy, read)
    nearest = far.argmin(1)
    mutual = far.argmin(0)[nearest] == np.arange(len(xy))
    return np.where(mutual & (far.min(1) < limit), nearest, -1)


def _line(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    at: NDArray[np.float64],
    otherwise: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The straight line through points by least squares, at other places.

    Where the points are too close to each other for that, the places stay as they are.
    """
    if np.ptp(x) < 1e-6:
        return otherwise
    slope, offset = np.polyfit(x, y, 1)
    return np.asarray(slope * at + offset)


def _as_drawn(mol: Chem.Mol, fit: Fit, reading: MoleculeGraph) -> MoleculeGraph | None:
    """The molfile's atoms and bonds where they are drawn, written as read where that fits."""
    whole = Chem.Mol(mol)
    try:
        Chem.SanitizeMol(whole)
    except Chem.MolSanitizeException:
        return None
    inside = _inside_labels(mol, fit, reading)
    kept = [i for i in range(mol.GetNumAtoms()) if i not in inside]
    new = {i: k for k, i in enumerate(kept)}
    labels, charges = [], []
    for i in kept:
        atom, read = whole.GetAtomWithIdx(i), int(fit.partner[i])
        is_group = any(other.GetIdx() in inside for other in atom.GetNeighbors())
        label = _as_written(reading.labels[read], atom, is_group) if read >= 0 else None
        labels.append(_plain_label(atom, fit.xy) if label is None else label)
        charges.append(atom.GetFormalCharge() if labels[-1][-1:] in ("+", "-") else 0)
    read_kinds = {
        frozenset(ends): BondKind(kind)
        for ends, kind in zip(reading.bonds.tolist(), reading.kinds.tolist(), strict=True)
    }
    bonds, kinds = [], []
    for bond in mol.GetBonds():
        ends = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        if inside & set(ends):
            continue
        if bond.GetIsAromatic():
            # the molfile does not say which bonds of the ring are drawn double
            kind = read_kinds.get(frozenset(fit.partner[list(ends)].tolist()))
        else:
            kind = _ORDERS.get(bond.GetBondType())
        if kind is None:
            return None
        if kind == BondKind.SINGLE and bond.HasProp("_MolFileBondStereo"):
            kind = V2000_KINDS.get(bond.GetUnsignedProp("_MolFileBondStereo"), kind)
        bonds.append((new[ends[0]], new[ends[1]]))
        kinds.append(int(kind))
    if not bonds:
        return None
    places = np.array(
        [reading.xy[fit.partner[i]] if fit.partner[i] >= 0 else fit.xy[i] for i in kept]
    )
    return MoleculeGraph(places, tuple(labels), np.array(charges), np.array(bonds), np.array(kinds))


def _inside_labels(mol: Chem.Mol, fit: Fit, reading: MoleculeGraph) -> set[int]:
    """Atoms that were not read as such and hang on an atom read as a group: its label says them."""
    inside: set[int] = set()
    for i in np.flatnonzero(fit.partner >= 0).tolist():
        size = _size(reading.labels[fit.partner[i]])
        if size < 2:
            continue
        branch, front = set(), [i]
        while front:
            for other in mol.GetAtomWithIdx(front.pop()).GetNeighbors():
                j = other.GetIdx()
                if j not in branch and fit.partner[j] < 0:
                    branch.add(j)
                    front.append(j)
        if len(branch) < size:
            inside |= branch
    return inside


def _size(label: str) -> int:
    """Heavy atoms that a label stands for."""
    return sum(atom.symbol != "H" for atom in parse_label(label).atoms)


def _as_written(label: str, atom: Chem.Atom, is_group: bool) -> str | None:
    """A label that was read, as it must be to stand for an atom; ``None`` if it can't."""
    if not label:
        return "" if _is_plain_carbon(atom) else None
    if is_group:
        return label
    found = [a.symbol for a in parse_label(label, max(1, atom.GetDegree())).atoms]
    if [symbol for symbol in found if symbol != "H"] != [atom.GetSymbol()]:
        return None
    # a digit is easily misread
    return re.sub(r"H\d?", hydrogens_text(atom.GetTotalNumHs()), label, count=1)


def _is_plain_carbon(atom: Chem.Atom) -> bool:
    plain = not atom.GetFormalCharge() and not atom.GetIsotope()
    return bool(atom.GetSymbol() == "C" and plain and atom.GetDegree())


def _plain_label(atom: Chem.Atom, xy: NDArray[np.float64]) -> str:
    """How most would write an atom: carbon not at all, hydrogens on the side without bonds."""
    if _is_plain_carbon(atom):
        return ""
    charge, water = atom.GetFormalCharge(), hydrogens_text(atom.GetTotalNumHs())
    element = f"{atom.GetIsotope() or ''}{atom.GetSymbol()}"
    pull = sum(float(xy[o.GetIdx(), 0] - xy[atom.GetIdx(), 0]) for o in atom.GetNeighbors())
    leftwards = pull > 0 and atom.GetDegree() == 1 and not charge
    return water + element if leftwards else element + water + sign_text(charge)


def lies_on_ink(graph: MoleculeGraph, gray: NDArray[np.uint8]) -> bool:
    """Whether there is ink at every atom and along every bond of a graph.

    Args:
        graph: in pixels of the picture.
        gray: (H, W), dark ink on light paper.
    """
    if int(gray.min()) == int(gray.max()):
        return False
    paper = (gray >= ink_level(gray)).astype(np.uint8)
    # at each pixel the way to the nearest ink
    away = np.asarray(cv2.distanceTransform(paper, cv2.DIST_L2, 3), np.float32)
    unit = graph.bond_length()
    limits = np.array([NEAR_LABEL if label else ON_INK for label in graph.labels]) * unit + 1
    if (_at(away, graph.xy) > limits).any():
        return False
    begin, end = graph.xy[graph.bonds[:, 0]], graph.xy[graph.bonds[:, 1]]
    inked = [_at(away, begin + t * (end - begin)) <= ON_INK * unit + 1 for t in STEPS]
    return bool((np.sum(inked, axis=0) >= LEAST_INK).all())


def _at(values: NDArray[np.float32], xy: NDArray[np.float32]) -> NDArray[np.float32]:
    """Values at the pixels nearest to places; far beyond any limit outside of the picture."""
    x, y = np.rint(xy).astype(int).T
    inside = (x >= 0) & (y >= 0) & (x < values.shape[1]) & (y < values.shape[0])
    found = np.full(len(xy), np.inf, np.float32)
    found[inside] = values[y[inside], x[inside]]
    return found
