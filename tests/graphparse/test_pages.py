"""PDF files and pages as pictures are read structure by structure."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from data.pages import MadePage, make_page
from graphparse import Recognizer
from graphparse.images import ImageError, open_pages
from graphparse.pages import DPI, is_pdf
from graphparse.prediction import Status

SMILES = ["CC(=O)Nc1ccc(O)cc1", "CC(C)Cc1ccc(cc1)C(C)C(=O)O"]


@pytest.fixture(scope="module")
def page() -> MadePage:
    return make_page(SMILES, np.random.default_rng(3))


@pytest.fixture(scope="module")
def pdf(page: MadePage) -> bytes:
    """The made page, and an empty one."""
    first = Image.fromarray(page.image)
    packed = io.BytesIO()
    empty = Image.new("L", first.size, 255)
    resolution = first.height / 11.69
    first.save(packed, "PDF", save_all=True, append_images=[empty], resolution=resolution)
    return packed.getvalue()


def test_each_page_of_a_pdf_gives_its_structures(
    page: MadePage, pdf: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "scan.bin"
    path.write_bytes(pdf)
    assert is_pdf(path) and is_pdf(pdf) and not is_pdf(b"GIF89a") and not is_pdf(tmp_path)
    with open_pages(path) as pages:
        assert len(pages) == 2
        pictures = pages.load(0)
        assert pages.load(1) == []
    assert len(pictures) >= len(page.structures)
    sizes = [page.image.shape[0] / 11.69, DPI]
    truth = np.array([structure.box for structure in page.structures]) * sizes[1] / sizes[0]
    for picture in pictures:
        assert picture.box is not None
        left, top, right, bottom = picture.box
        assert picture.gray.shape == (bottom - top, right - left)
    boxes = np.array([picture.box for picture in pictures])
    nearest = np.abs(truth[:, None] - boxes[None]).max(-1).min(1)
    assert np.median(nearest) < 0.2 * DPI


def test_predictions_say_where_they_are(pdf: bytes) -> None:
    found = Recognizer(threads=1).read(pdf)
    *first, last = found
    assert all(prediction.page == 1 and prediction.box for prediction in first)
    assert any(prediction.smiles for prediction in first)
    assert (last.page, last.status) == (2, Status.NO_STRUCTURE)
    assert last.box is None and last.message == "no structure on this page"


def test_a_page_of_nothing_but_other_things_is_one_without_structure(
    page: MadePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    recognizer = Recognizer(threads=1)
    _, png = cv2.imencode(".png", page.image)
    monkeypatch.setattr("graphparse.recognizer.looks_blank", lambda gray: True)
    (found,) = recognizer.read(png.tobytes())
    assert found.status is Status.NO_STRUCTURE and found.message == "no structure on this page"
    assert (found.page, found.box) == (None, None)


@pytest.mark.parametrize("dpi", [72, 96, 150])
@pytest.mark.parametrize("name", ["aspirin", "levodopa", "lidocaine-hydrochloride"])
def test_a_page_may_be_one_large_drawing(examples: Path, name: str, dpi: int) -> None:
    recognizer = Recognizer(threads=1)
    packed = io.BytesIO()
    Image.open(examples / f"{name}.png").convert("RGB").save(packed, "PDF", resolution=dpi)
    (found,) = recognizer.read(packed.getvalue())
    assert found.smiles == recognizer.predict([examples / f"{name}.png"])[0].smiles


def test_a_picture_of_a_page_is_cut_up(page: MadePage) -> None:
    _, png = cv2.imencode(".png", page.image)
    with open_pages(png.tobytes()) as pages:
        assert all(picture.box for picture in pages.load(0))


def test_a_single_structure_is_not(page: MadePage) -> None:
    left, top, right, bottom = page.structures[0].box
    with open_pages(page.image[top:bottom, left:right]) as pages:
        (picture,) = pages.load(0)
    assert picture.box is None and picture.gray.shape == (bottom - top, right - left)


@pytest.mark.parametrize("content", [b"%PDF-1.7\nnothing", b"%PDF-"])
def test_a_damaged_pdf_says_so(content: bytes) -> None:
    with pytest.raises(ImageError, match="PDF that cannot be opened"), open_pages(content):
        pass
