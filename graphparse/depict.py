"""Pictures and structures as text that a page can hold."""

from __future__ import annotations

import base64
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, rdBase
from rdkit.Chem import rdDepictor
from rdkit.Chem.Draw import rdMolDraw2D

from assemble.molecule import name_dummies

WEBP_QUALITY = 60
"""Of 100; black lines on white stay clean, at a third of the size of a PNG."""

COLOURS = {9: (0.0, 0.5, 0.5), 16: (0.55, 0.48, 0.0), 17: (0.0, 0.53, 0.0)}
"""Of F, S and Cl; those of RDKit are too light to be read on white, and too dark on black."""


def picture_url(gray: NDArray[np.uint8], longest: int) -> str:
    """A picture as a ``data:`` URL, WebP.

    Args:
        gray: (H, W).
        longest: pixels of the longer side; a larger picture is made smaller.
    """
    factor = longest / max(gray.shape)
    if factor < 1:
        size = tuple(max(1, round(side * factor)) for side in gray.shape[::-1])
        gray = np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)
    _, webp = cv2.imencode(".webp", gray, [cv2.IMWRITE_WEBP_QUALITY, WEBP_QUALITY])
    return "data:image/webp;base64," + base64.b64encode(webp.tobytes()).decode()


def structure_svg(molblock: str, width: int, height: int) -> str | None:
    """RDKit's drawing of a molblock, in the molblock's own layout, without a background.

    Args:
        molblock: with coordinates of any scale.
        width, height: of the drawing, in pixels.

    Returns:
        An ``<svg>`` element, or None if RDKit does not take the molblock.
    """
    with rdBase.BlockLogs():
        mol = Chem.MolFromMolBlock(molblock, removeHs=False)
    if mol is None:
        return None
    Chem.Kekulize(mol)
    name_dummies(mol)
    # the wedges of the molblock are those of the picture; RDKit would choose others
    Chem.ReapplyMolBlockWedging(mol)
    # to RDKit's own bond length, which the size of its letters goes by
    rdDepictor.NormalizeDepiction(mol, canonicalize=0)
    drawer = rdMolDraw2D.MolDraw2DSVG(width, height)
    options: Any = drawer.drawOptions()  # its stubs know no settable option
    options.clearBackground = False
    options.fixedBondLength = 32
    options.updateAtomPalette(COLOURS)
    options.prepareMolsBeforeDrawing = False
    drawer.DrawMolecule(mol)
    drawer.FinishDrawing()
    svg: str = drawer.GetDrawingText()
    return svg[svg.index("<svg") :]
