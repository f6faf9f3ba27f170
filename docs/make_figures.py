"""Makes the pictures of "How it works" with the project's own code: run it as a script."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem.Draw import rdMolDraw2D

from assemble.molecule import assemble
from data.molecules import bundled_pool
from data.pages import make_page
from detectors.backbone import MULTIPLE
from detectors.candidates import candidate_pairs, find_keypoints, predicted_ends
from detectors.frame import BOND
from detectors.network import HEAT, SHAPE, ink_of
from detectors.parser import (
    ATOM_THRESHOLD,
    MERGE_DISTANCE,
    MIDPOINT_DISTANCE,
    MIDPOINT_THRESHOLD,
    Parser,
    resample,
    stack,
)
from graphparse.images import load_image
from graphparse.overlay import draw_overlay
from graphparse.segment import find_structures
from graphparse.shipped import shipped_weights

HERE = Path(__file__).parent
FIGURES = HERE / "figures"
EXAMPLE = HERE.parent / "graphparse" / "examples" / "chloramphenicol.png"
ZOOM = 3
"""Figures of the canonical frame are enlarged: a bond has only 24 pixels there."""
PAGE_HEIGHT = 900


def main() -> None:
    """Write all figures."""
    FIGURES.mkdir(exist_ok=True)
    parser = Parser.load(shipped_weights(), 1)
    gray = load_image(EXAMPLE).gray
    reading = next(parser.looks(gray))
    canonical = resample(gray, BOND / reading.bond_length)
    atoms, middles, pairs = keypoints(parser, canonical)
    figures = {
        "page": page_with_boxes(),
        "input": cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR),
        "keypoints": draw_keypoints(canonical, atoms, middles),
        "candidates": draw_candidates(canonical, atoms, pairs),
        "graph": draw_overlay(gray, reading.graph),
    }
    for name, figure in figures.items():
        cv2.imwrite(str(FIGURES / f"{name}.png"), figure)
    (FIGURES / "molecule.svg").write_text(redrawn(assemble(reading.graph).smiles))


def page_with_boxes() -> NDArray[np.uint8]:
    """A made page and the structures found on it."""
    page = make_page(bundled_pool(max_heavy=30), np.random.default_rng(1))
    canvas = cv2.cvtColor(page.image, cv2.COLOR_GRAY2BGR)
    for region in find_structures(page.image):
        cv2.rectangle(canvas, region.box[:2], region.box[2:], (0, 0, 220), 4)
    factor = PAGE_HEIGHT / canvas.shape[0]
    small = cv2.resize(canvas, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


@torch.inference_mode()
def keypoints(
    parser: Parser, gray: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    """Atoms (N, 2), middles of bonds (K, 2), and candidate bonds (M, 2), in the canonical frame."""
    maps = parser.network(ink_of(stack([gray], MULTIPLE)))[1][0]
    heat, shape = maps[HEAT].sigmoid().numpy(), maps[SHAPE].numpy()
    atoms = find_keypoints(heat[0], shape[:2], ATOM_THRESHOLD, MERGE_DISTANCE)
    middles = find_keypoints(heat[1], shape[2:4], MIDPOINT_THRESHOLD, MIDPOINT_DISTANCE)
    return atoms.xy, middles.xy, candidate_pairs(atoms.xy, predicted_ends(middles, shape[4:]))


def draw_keypoints(
    gray: NDArray[np.uint8], atoms: NDArray[np.float32], middles: NDArray[np.float32]
) -> NDArray[np.uint8]:
    canvas = _pale(gray)
    for x, y in middles.tolist():
        cv2.circle(canvas, _at(x, y), 4, (0, 150, 0), -1, cv2.LINE_AA)
    for x, y in atoms.tolist():
        cv2.circle(canvas, _at(x, y), 6, (0, 0, 220), -1, cv2.LINE_AA)
    return canvas


def draw_candidates(
    gray: NDArray[np.uint8], atoms: NDArray[np.float32], pairs: NDArray[np.int64]
) -> NDArray[np.uint8]:
    canvas = _pale(gray)
    for i, j in pairs.tolist():
        cv2.line(canvas, _at(*atoms[i]), _at(*atoms[j]), (200, 120, 0), 1, cv2.LINE_AA)
    return draw_dots(canvas, atoms)


def draw_dots(canvas: NDArray[np.uint8], places: NDArray[np.float32]) -> NDArray[np.uint8]:
    for x, y in places.tolist():
        cv2.circle(canvas, _at(x, y), 4, (0, 0, 220), -1, cv2.LINE_AA)
    return canvas


def redrawn(smiles: str) -> str:
    """The molecule drawn by RDKit, as SVG."""
    pen = rdMolDraw2D.MolDraw2DSVG(420, 260)
    pen.DrawMolecule(Chem.MolFromSmiles(smiles))
    pen.FinishDrawing()
    return pen.GetDrawingText()


def _pale(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    large = cv2.resize(gray, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.cvtColor(128 + large // 2, cv2.COLOR_GRAY2BGR), np.uint8)


def _at(x: float, y: float) -> tuple[int, int]:
    return round((x + 0.5) * ZOOM), round((y + 0.5) * ZOOM)


if __name__ == "__main__":
    main()
