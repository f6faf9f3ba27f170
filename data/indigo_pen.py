"""Draws a molecule in pixels: the third hand, EPAM's Indigo, where it is installed.

Indigo does not tell where it puts atoms. A small square is drawn with each molecule, left of it and
above, so that the origin of the page does not depend on letters; where the square comes out says
whether places are right. The letters are read from a second rendering in SVG.
"""

from __future__ import annotations

import importlib.util
import math
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from assemble.graph import BondKind, MoleculeGraph
from assemble.molfile import hydrogens_text
from data.annotate import sign_text
from data.layout import lay_out
from data.rdkit_pen import drawn_bonds
from data.stereo import has_loose_double_bond, keeps_geometry, wedge
from data.variants import atoms_of, has_open_shell, without_marks

PAPER = 24
"""Pixels around the ink."""
AWAY = 3.0
"""From the square to the molecule, bond lengths."""
CUT = 1.4
"""From the square's corner to where it is cut off, bond lengths."""
NEAR = 0.7
"""The square may come out so many pixels from its place."""
BASELINE = 0.14
"""From an atom down to the baseline of its letters, bond lengths."""
_ELEMENTS = frozenset(("B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "Se", "Br", "I"))
_MATRIX = re.compile(r"matrix\(([\d.]+), 0, 0, [\d.]+, ([-\d.]+), ([-\d.]+)\)")
_LETTER = re.compile(r'<use xlink:href="#[-\w]+" x="([-\d.]+)" y="([-\d.]+)"')


@dataclass(frozen=True, slots=True)
class IndigoOdds:
    """Shares between 0 and 1, and ranges (low, high)."""

    coordgen: float = 0.2
    rotate: float = 0.3
    mirror: float = 0.5
    coloured: float = 0.2
    ends: float = 0.25
    """Terminal carbons written out."""
    two_wedges: float = 0.1
    thickness: tuple[float, float] = (0.7, 1.6)
    """Of strokes, wedges and letters, of what Indigo draws by itself."""
    margin: tuple[float, float] = (0.2, 1.2)
    """Paper around the drawing, in bond lengths."""


ODDS = IndigoOdds()


def has_indigo() -> bool:
    """Whether this hand can draw."""
    return importlib.util.find_spec("indigo") is not None


@cache
def _indigo() -> tuple[Any, Any]:
    from indigo import Indigo
    from indigo.renderer import IndigoRenderer

    session = Indigo()
    # the renderer is what knows these options
    renderer = IndigoRenderer(session)
    session.setOption("render-margins", PAPER, PAPER)
    session.setOption("render-background-color", 1.0, 1.0, 1.0)
    session.setOption("render-stereo-style", "none")
    session.setOption("ignore-stereochemistry-errors", True)
    return session, renderer


def draw_indigo(
    smiles: str, bond_px: float, rng: np.random.Generator, odds: IndigoOdds = ODDS
) -> tuple[NDArray[np.uint8], MoleculeGraph] | None:
    """Lay a molecule out and let Indigo draw it.

    Args:
        smiles: the molecule; no dummy atoms, metals or hydrogens as atoms.
        bond_px: mean length of a bond in pixels.
        rng: all choices come from it.
        odds: how often what is chosen.

    Returns:
        (H, W) gray image and the graph as drawn in its pixels; ``None`` where Indigo is not
        installed, for a molecule that can't be laid out, and for a drawing that is not sure to
        show what the graph says.

    Raises:
        ValueError: ``bond_px`` is not positive.
    """
    if not bond_px > 0:
        raise ValueError(f"bond_px: expected a positive number, got {bond_px}")
    mol = Chem.MolFromSmiles(smiles) if has_indigo() else None
    if mol is None or not mol.GetNumBonds() or not _is_plain(mol):
        return None
    angle = 2 * math.pi * float(rng.random()) if rng.random() < odds.rotate else 0.0
    coordgen, mirror = bool(rng.random() < odds.coordgen), bool(rng.random() < odds.mirror)
    xy = lay_out(mol, rng, coordgen, False, angle == 0.0, angle, mirror, True)
    if xy is None or not keeps_geometry(mol):
        return None
    Chem.Kekulize(mol, clearAromaticFlags=True)
    if not wedge(mol, rng, bool(rng.random() < odds.two_wedges)):
        return None
    bonds = drawn_bonds(mol)
    if bonds is None:
        return None
    ends = np.array([pair for pair, _ in bonds])
    xy = xy / float(np.linalg.norm(xy[ends[:, 0]] - xy[ends[:, 1]], axis=1).mean())
    page = np.column_stack((xy[:, 0] - xy[:, 0].min(), xy[:, 1].max() - xy[:, 1])) + AWAY
    session, renderer = _indigo()
    _set_options(session, bond_px, rng, odds)
    drawn = session.loadMolecule(_molblock(mol, page, bonds))
    atoms = list(drawn.iterateAtoms())[4:]
    if any(
        there.countImplicitHydrogens() != atom.GetTotalNumHs()
        for there, atom in zip(atoms, atoms_of(mol), strict=True)
    ):
        return None
    session.setOption("render-output-format", "svg")
    body = renderer.renderToBuffer(drawn).decode().partition("</defs>")[2]
    matrix = _MATRIX.search(body)
    if matrix is None:
        return None
    unit, left, top = (float(value) for value in matrix.groups())
    letters = np.array([[float(v) for v in m] for m in _LETTER.findall(body)]).reshape(-1, 2)
    labels = _labels(mol, page, (letters - (left, top)) / unit)
    if labels is None:
        return None
    session.setOption("render-output-format", "png")
    data = np.frombuffer(renderer.renderToBuffer(drawn), np.uint8)
    image = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    if not _is_in_place(image, unit, left, top):
        return None
    # the square is cut off; Indigo counts from the corner of a pixel, this project from its centre
    cut = np.round((left + CUT * unit, top + CUT * unit)).astype(int)
    places = page * unit + (left, top) - 0.5 - cut
    image, shift = _framed(image[cut[1] :, cut[0] :], rng.uniform(*odds.margin, 4) * bond_px)
    graph = MoleculeGraph(
        (places + shift).astype(np.float32),
        labels,
        np.array([atom.GetFormalCharge() for atom in atoms_of(mol)]),
        ends.astype(np.int32),
        np.array([int(kind) for _, kind in bonds]),
    )
    return image, graph


def _is_plain(mol: Any) -> bool:
    """Whether a molecule has only what both programs write alike."""
    if has_open_shell(mol) or without_marks(mol) or has_loose_double_bond(mol):
        return False
    return all(
        atom.GetSymbol() in _ELEMENTS
        and abs(atom.GetFormalCharge()) < 2
        and not atom.GetNumRadicalElectrons()
        and (not atom.GetChiralTag() or atom.GetSymbol() == "C")
        and (atom.GetDegree() or len(atom.GetSymbol()) == 1)
        for atom in atoms_of(mol)
    )


def _set_options(session: Any, bond_px: float, rng: np.random.Generator, odds: IndigoOdds) -> None:
    session.setOption("render-bond-length", float(bond_px))
    ends = bool(rng.random() < odds.ends)
    session.setOption("render-label-mode", "terminal-hetero" if ends else "hetero")
    session.setOption("render-coloring", bool(rng.random() < odds.coloured))
    session.setOption("render-relative-thickness", float(rng.uniform(*odds.thickness)))
    session.setOption("render-center-double-bond-when-stereo-adjacent", bool(rng.random() < 0.3))


def _molblock(
    mol: Any, page: NDArray[np.float64], bonds: list[tuple[tuple[int, int], BondKind]]
) -> str:
    """A molfile of the square and the molecule, as laid out."""
    corners = ((0, 0), (1, 0), (1, 1), (0, 1))
    places = [*corners, *page.tolist()]
    symbols = ["C"] * 4 + [str(atom.GetSymbol()) for atom in atoms_of(mol)]
    lines = [f"{len(places):3d}{len(bonds) + 4:3d}  0  0  1  0            999 V2000"]
    lines += [
        f"{x:10.4f}{-y:10.4f}{0:10.4f} {symbol:<3} 0  0  0  0  0  0  0  0  0  0  0  0"
        for (x, y), symbol in zip(places, symbols, strict=True)
    ]
    lines += [f"{i + 1:3d}{(i + 1) % 4 + 1:3d}  1  0" for i in range(4)]
    for (a, b), kind in bonds:
        order = kind if kind in (BondKind.DOUBLE, BondKind.TRIPLE) else 1
        stereo = {BondKind.WEDGE: 1, BondKind.HASH: 6}.get(kind, 0)
        lines.append(f"{a + 5:3d}{b + 5:3d}{int(order):3d}{stereo:3d}")
    for atom in atoms_of(mol):
        place = atom.GetIdx() + 5
        if atom.GetFormalCharge():
            lines.append(f"M  CHG  1{place:4d}{atom.GetFormalCharge():4d}")
        if atom.GetIsotope():
            lines.append(f"M  ISO  1{place:4d}{atom.GetIsotope():4d}")
    return "\n".join(("", "", "", *lines, "M  END", ""))


def _labels(
    mol: Any, page: NDArray[np.float64], letters: NDArray[np.float64]
) -> tuple[str, ...] | None:
    """The label at each atom; ``None`` if the letters on the page are not all accounted for.

    Args:
        mol: what is drawn.
        page: (N, 2) places in bond lengths, y down.
        letters: (L, 2) of each letter and digit the left end of its baseline.
    """
    if not len(letters):
        return ("",) * len(page)
    steps = letters[:, None] - page[None]
    owners = np.hypot(steps[..., 0], steps[..., 1]).argmin(1)
    # letters grow with the strokes: from here on they are of the usual size
    down = steps[np.arange(len(letters)), owners, 1]
    if not (down > 0).any():
        return None
    steps *= BASELINE / float(np.median(down[down > 0]))
    labels = []
    for atom in atoms_of(mol):
        index = atom.GetIdx()
        own = steps[owners == index, index]
        label = _label(atom, own) if len(own) else ""
        if label is None or (not label and atom.GetSymbol() != "C"):
            return None
        labels.append(label)
    return tuple(labels)


def _label(atom: Any, letters: NDArray[np.float64]) -> str | None:
    """The label of an atom with these letters, relative to it; ``None`` if they don't fit."""
    symbol, hydrogens, charge = str(atom.GetSymbol()), atom.GetTotalNumHs(), atom.GetFormalCharge()
    prefix = str(atom.GetIsotope()) if atom.GetIsotope() else ""
    water = hydrogens_text(hydrogens)
    if len(letters) != len(prefix + symbol + water) or (water and len(symbol) > 1):
        return None
    x, y = letters.T
    line = np.abs(y - BASELINE) < 0.05
    raised = int(((y > -0.1) & (y < 0.05)).sum())
    before, after = int((line & (x < -0.22)).sum()), int((line & (x > 0.03)).sum())
    sign = sign_text(charge)
    if not water:
        return prefix + symbol + sign if raised == len(prefix) else None
    if raised == len(prefix) and after == len(water) and not before:
        return prefix + symbol + water + sign
    if raised == len(prefix) and before == len(water) and not after:
        return water + prefix + symbol + sign
    if not (before or after or prefix or sign):
        return symbol + water
    return None


def _is_in_place(image: NDArray[np.uint8], unit: float, left: float, top: float) -> bool:
    """Whether the square is where the molecule is thought to begin."""
    ink = 255.0 - image[: round(top + CUT * unit), : round(left + CUT * unit)]
    total = float(ink.sum())
    if not total:
        return False
    ys, xs = np.mgrid[: ink.shape[0], : ink.shape[1]]
    x, y = float((ink * xs).sum()) / total + 0.5, float((ink * ys).sum()) / total + 0.5
    return max(abs(x - left - unit / 2), abs(y - top - unit / 2)) < NEAR


def _framed(
    image: NDArray[np.uint8], sides: NDArray[np.float64]
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The part with ink with paper around it, and by how much places move."""
    ink = cv2.boundingRect(np.asarray(image < 250, np.uint8))
    x, y, width, height = ink
    top, bottom, left, right = (round(side) for side in sides.tolist())
    part = image[y : y + height, x : x + width]
    page = cv2.copyMakeBorder(part, top, bottom, left, right, cv2.BORDER_CONSTANT, value=255)
    return np.asarray(page, np.uint8), np.array((left - x, top - y), np.float64)
