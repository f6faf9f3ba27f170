"""Coloured ink: as dark as black ink, whatever its luminance, and on whatever paper."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from rdkit import Chem
from rdkit.Chem.Draw import rdMolDraw2D

from graphparse import Recognizer
from graphparse.colour import gray_of

WHITE = (255, 255, 255)
YELLOW = (255, 255, 0)


def page(paper: tuple[int, int, int]) -> NDArray[np.uint8]:
    return np.full((120, 160, 3), paper, np.uint8)


def test_without_colours_the_luminance_stays_as_it_is() -> None:
    rng = np.random.default_rng(0)
    noisy = np.clip(rng.normal(200, 20, (60, 80, 1)) + rng.normal(0, 4, (60, 80, 3)), 0, 255)
    rgb = noisy.astype(np.uint8)
    luminance = np.asarray(Image.fromarray(rgb).convert("L"), np.int16)
    assert np.abs(gray_of(rgb) - luminance).max() <= 1


@pytest.mark.parametrize("ink", [YELLOW, (51, 204, 204), (178, 178, 0), (0, 255, 0)])
def test_pale_ink_is_as_dark_as_its_colour_is_full(ink: tuple[int, int, int]) -> None:
    rgb = page(WHITE)
    rgb[50:53, 20:140] = ink
    gray = gray_of(rgb)
    assert gray[51, 80] == min(ink) and gray[20, 20] == 255


def test_a_marker_is_paper() -> None:
    rgb = page(WHITE)
    rgb[20:100, 20:140] = YELLOW
    rgb[50:53, 10:150] = 0
    gray = gray_of(rgb)
    assert gray[51].max() >= 250 and gray[51, 10:150].max() < 10
    assert gray[35, 80] > 200


def test_a_wide_black_field_stays_black() -> None:
    rgb = page(WHITE)
    rgb[20:100, 20:140] = 0
    rgb[5:8, 10:150] = (200, 0, 0)
    gray = gray_of(rgb)
    assert gray[20:100, 20:140].max() == 0


def test_light_ink_on_dark_paper_is_light() -> None:
    rgb = page((0, 0, 0))
    rgb[50:53, 20:140] = (40, 40, 255)
    gray = gray_of(rgb)
    assert gray[51, 80] > 200 and gray[10, 10] == 0


SMILES = ["O=C(O)CSCc1ccc(F)cc1", "FC(F)(F)c1ccc(Cl)nc1", "CSc1nccc(C)n1", "Cc1ccc(S(C)(=O)=O)cc1"]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "transparent"])
def test_drawings_in_the_usual_colours_are_read(recognizer: Recognizer, form: str) -> None:
    sources = []
    for smiles in SMILES:
        drawer = rdMolDraw2D.MolDraw2DCairo(500, 400)
        if form == "transparent":
            drawer.drawOptions().setBackgroundColour((1, 1, 1, 0))
        rdMolDraw2D.PrepareAndDrawMolecule(drawer, Chem.MolFromSmiles(smiles))
        drawer.FinishDrawing()
        image = Image.open(io.BytesIO(drawer.GetDrawingText()))
        packed = io.BytesIO()
        if form == "JPEG":
            image.convert("RGB").save(packed, "JPEG", quality=80)
        else:
            image.save(packed, "PNG")
        sources.append(packed.getvalue())
    found = [prediction.smiles for prediction in recognizer.predict(sources)]
    assert found == [Chem.CanonSmiles(smiles) for smiles in SMILES]
