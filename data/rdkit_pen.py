"""Draws a molecule in pixels: the second hand, RDKit's drawing code with its options varied."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem.Draw import rdMolDraw2D

from assemble.graph import BondKind, MoleculeGraph
from assemble.molfile import hydrogens_text
from data.annotate import sign_text
from data.fonts import font_book
from data.layout import lay_out
from data.stereo import has_loose_double_bond, keeps_geometry, wedge
from data.variants import atoms_of, bonds_of, has_open_shell, has_taken_symbol, without_marks

STEEP = math.tan(math.radians(70))
"""Slope of the sum of an atom's bonds from which RDKit puts hydrogens above or below."""
EDGE = 0.02
"""Paper that RDKit leaves at each side, of the page: more of it makes the drawing smaller."""
_HYDROGENS_FIRST = frozenset((8, 9, 16, 17, 34, 35, 52, 53, 84, 85))
_KINDS = {
    Chem.BondType.SINGLE: BondKind.SINGLE,
    Chem.BondType.DOUBLE: BondKind.DOUBLE,
    Chem.BondType.TRIPLE: BondKind.TRIPLE,
    Chem.BondType.DATIVE: BondKind.DATIVE,
}


@dataclass(frozen=True, slots=True)
class RdkitOdds:
    """Shares between 0 and 1, and ranges (low, high)."""

    coordgen: float = 0.2
    rotate: float = 0.4
    mirror: float = 0.5
    acs: float = 0.15
    """The look of the American Chemical Society's journals, as RDKit has it."""
    coloured: float = 0.15
    methyls: float = 0.12
    """Terminal carbons written out."""
    own_font: float = 0.55
    """RDKit's own font; else one of the system's."""
    two_wedges: float = 0.1
    stroke: tuple[float, float] = (0.025, 0.08)
    """Width of a line in bond lengths."""
    double_gap: tuple[float, float] = (0.10, 0.22)
    letters: tuple[float, float] = (0.36, 0.66)
    """Size of the font (not height of a capital) in bond lengths."""
    label_padding: tuple[float, float] = (0.0, 0.16)
    margin: tuple[float, float] = (0.2, 1.2)
    """Paper around the drawing, in bond lengths."""


ODDS = RdkitOdds()


def draw_rdkit(
    smiles: str, bond_px: float, rng: np.random.Generator, odds: RdkitOdds = ODDS
) -> tuple[NDArray[np.uint8], MoleculeGraph] | None:
    """Lay a molecule out and let RDKit draw it.

    Args:
        smiles: the molecule; no dummy atoms.
        bond_px: median length of a bond in pixels.
        rng: all choices come from it.
        odds: how often what is chosen.

    Returns:
        (H, W) gray image and the graph as drawn in its pixels; ``None`` for a molecule that
        can't be laid out, or that RDKit draws in a way the graph can't say (dummy atoms,
        radicals, double bonds of unknown geometry).

    Raises:
        ValueError: ``bond_px`` is not positive.
    """
    if not bond_px > 0:
        raise ValueError(f"bond_px: expected a positive number, got {bond_px}")
    mol = Chem.MolFromSmiles(smiles)
    if mol is None or not mol.GetNumBonds():
        return None
    if any(a.GetAtomicNum() == 0 or a.GetNumRadicalElectrons() for a in atoms_of(mol)):
        return None
    if has_open_shell(mol) or has_taken_symbol(mol):
        return None
    if without_marks(mol) or has_loose_double_bond(mol):
        return None
    angle = 2 * math.pi * float(rng.random()) if rng.random() < odds.rotate else 0.0
    coordgen, mirror = bool(rng.random() < odds.coordgen), bool(rng.random() < odds.mirror)
    xy = lay_out(mol, rng, coordgen, False, angle == 0.0, angle, mirror, True)
    if xy is None or not keeps_geometry(mol):
        return None
    Chem.Kekulize(mol, clearAromaticFlags=True)
    if not wedge(mol, rng, bool(rng.random() < odds.two_wedges)):
        return None
    # Graph first: RDKit's drawer is handed a molecule it need not prepare, so both agree.
    methyls = bool(rng.random() < odds.methyls)
    parts = drawn_bonds(mol)
    if parts is None:
        return None
    pulls = [_pull(atom, xy) for atom in atoms_of(mol)]
    if any(_is_crowded(atom, pull) for atom, pull in zip(atoms_of(mol), pulls, strict=True)):
        return None
    labels = [atom_label(a, pull, methyls) for a, pull in zip(atoms_of(mol), pulls, strict=True)]
    drawer = rdMolDraw2D.MolDraw2DCairo(-1, -1)
    _set_options(drawer, bond_px, methyls, rng, odds)
    drawer.DrawMolecule(mol)
    places = [drawer.GetDrawCoords(i) for i in range(mol.GetNumAtoms())]
    drawer.FinishDrawing()
    data = np.frombuffer(drawer.GetDrawingText(), np.uint8)
    image = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    sides = rng.uniform(*odds.margin, 4) * bond_px
    top, bottom, left, right = (round(side) for side in sides.tolist())
    page = cv2.copyMakeBorder(image, top, bottom, left, right, cv2.BORDER_CONSTANT, value=255)
    graph = MoleculeGraph(
        # RDKit counts from the corner of the first pixel, this project from its centre.
        np.array([(p.x + left - 0.5, p.y + top - 0.5) for p in places], np.float32),
        tuple(labels),
        np.array([atom.GetFormalCharge() for atom in atoms_of(mol)]),
        np.array([part[0] for part in parts], np.int32),
        np.array([int(part[1]) for part in parts]),
    )
    return np.asarray(page, np.uint8), graph


def drawn_bonds(mol: Any) -> list[tuple[tuple[int, int], BondKind]] | None:
    """Ends and kind of each bond as drawn; ``None`` if one is of another type."""
    found = []
    for bond in bonds_of(mol):
        kind = _KINDS.get(bond.GetBondType())
        if kind is None:
            return None
        if kind == BondKind.SINGLE:
            direction = bond.GetBondDir()
            if direction == Chem.BondDir.BEGINWEDGE:
                kind = BondKind.WEDGE
            elif direction == Chem.BondDir.BEGINDASH:
                kind = BondKind.HASH
        found.append(((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()), kind))
    return found


def _pull(atom: Any, xy: NDArray[np.float64]) -> tuple[float, float]:
    """Sum of the vectors to an atom's neighbours, y down."""
    i = atom.GetIdx()
    x, y = 0.0, 0.0
    for other in atom.GetNeighbors():
        j = other.GetIdx()
        x += float(xy[j, 0] - xy[i, 0])
        y -= float(xy[j, 1] - xy[i, 1])
    return x, y


def side_of_hydrogens(atom: Any, pull: tuple[float, float]) -> str:
    """Where RDKit puts an atom's hydrogens: "E", "W", "N" or "S".

    Args:
        atom: the atom.
        pull: sum of the vectors to its neighbours, y down.
    """
    x, y = pull
    if not atom.GetDegree():
        return "W" if atom.GetAtomicNum() in _HYDROGENS_FIRST else "E"
    steep = abs(y) > STEEP * abs(x) if abs(x) > 1e-4 else True
    if not steep:
        return "W" if x > 0 else "E"
    if atom.GetDegree() == 1:
        return "E"
    return "N" if y > 0 else "S"


def _is_crowded(atom: Any, pull: tuple[float, float]) -> bool:
    """Whether a charge comes with hydrogens above or below: no string says where the sign is."""
    return bool(
        atom.GetFormalCharge()
        and atom.GetTotalNumHs()
        and side_of_hydrogens(atom, pull) in ("N", "S")
    )


def atom_label(atom: Any, pull: tuple[float, float], methyls: bool = False) -> str:
    """The label RDKit writes at an atom, in reading order; "" where it writes none.

    Hydrogens above or below come after the element.

    Args:
        atom: the atom.
        pull: sum of the vectors to its neighbours, y down.
        methyls: whether terminal carbons are written out.
    """
    symbol, isotope, charge = str(atom.GetSymbol()), atom.GetIsotope(), atom.GetFormalCharge()
    if symbol == "C" and not isotope and not charge and atom.GetDegree():
        ends = methyls and atom.GetDegree() == 1
        if not ends and not _is_cumulated(atom):
            return ""
    hydrogens = atom.GetTotalNumHs()
    water = hydrogens_text(hydrogens)
    prefix, sign = str(isotope) if isotope else "", sign_text(charge)
    if side_of_hydrogens(atom, pull) == "W":
        return water + prefix + symbol + sign
    return prefix + symbol + water + sign


def _is_cumulated(atom: Any) -> bool:
    """Whether a carbon is the middle of C=C=C, N=C=O and the like, where RDKit writes a C."""
    bonds = atom.GetBonds()
    return len(bonds) == 2 and all(b.GetBondType() == Chem.BondType.DOUBLE for b in bonds)


def _set_options(
    drawer: Any,
    bond_px: float,
    methyls: bool,
    rng: np.random.Generator,
    odds: RdkitOdds,
) -> None:
    options = drawer.drawOptions()
    acs = bool(rng.random() < odds.acs)
    stroke = float(rng.uniform(*odds.stroke))
    gap = max(float(rng.uniform(*odds.double_gap)), 2 * stroke)
    letters = float(rng.uniform(*odds.letters))
    padding = float(rng.uniform(*odds.label_padding))
    coloured = bool(rng.random() < odds.coloured)
    look = "serif" if rng.random() < 0.3 else "sans"
    face = font_book().face(look, float(rng.random()))
    font = "" if rng.random() < odds.own_font else face.regular
    if acs:
        rdMolDraw2D.SetACS1996Mode(options, 1.0)
        # What that mode draws at 14.4 px a bond, brought to the size that is asked for.
        stroke, letters, gap = 0.6 / 14.4, 10 / 14.4, 0.18
        options.fixedBondLength = options.fixedScale = -1
    options.prepareMolsBeforeDrawing = False
    options.scalingFactor = bond_px
    options.scaleBondWidth = False
    options.bondLineWidth = max(stroke * bond_px, 0.7)
    options.multipleBondOffset = gap
    options.minFontSize = -1
    options.maxFontSize = -1
    options.fixedFontSize = max(5, round(letters * bond_px))
    options.additionalAtomLabelPadding = padding
    options.padding = EDGE
    options.addStereoAnnotation = False
    options.includeRadicals = False
    # a molfile and more inside of the picture would take much of the time
    options.includeMetadata = False
    options.atomLabelDeuteriumTritium = False
    options.explicitMethyl = methyls
    options.singleColourWedgeBonds = bool(rng.random() < 0.5)
    if not coloured or acs:
        options.useBWAtomPalette()
    if font and not acs:
        options.fontFile = font
