"""Pictures of every kind become dark ink on white paper, or a clear error."""

import io
import re
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, TiffImagePlugin

from graphparse import images
from graphparse.images import FORMATS, ImageError, load_image, load_picture, looks_blank, open_pages


def drawn(mode: str = "L", ink: object = 0, paper: object = 255) -> Image.Image:
    picture = Image.new(mode, (60, 40), paper)
    ImageDraw.Draw(picture).line((10, 20, 50, 20), fill=ink, width=3)
    return picture


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def is_line(gray: np.ndarray) -> bool:
    return gray.shape == (40, 60) and gray[20, 30] < 60 and gray[5, 5] > 220


@pytest.mark.parametrize(
    "data",
    [
        encoded(drawn()),
        encoded(drawn("RGB", (0, 0, 0), (255, 255, 255))),
        encoded(drawn("1", 0, 1)),
        encoded(drawn("CMYK", (0, 0, 0, 255), (0, 0, 0, 0)), "JPEG"),
        encoded(drawn("I;16", 0, 65535)) if hasattr(Image, "fromarray") else b"",
        encoded(drawn("RGBA", (0, 0, 0, 255), (0, 0, 0, 0))),
        encoded(drawn("RGBA", (255, 255, 255, 255), (0, 0, 0, 0))),
        encoded(drawn("LA", (0, 255), (255, 0))),
        encoded(drawn("L", 255, 0)),
        encoded(drawn("L", 90, 170)),
        encoded(drawn("RGB", (20, 20, 120), (250, 240, 210))),
        encoded(drawn().convert("P"), "GIF"),
        encoded(drawn(), "TIFF", compression="tiff_deflate"),
        encoded(drawn(), "BMP"),
    ],
)
def test_every_mode_is_read(data: bytes) -> None:
    assert is_line(load_image(data).gray)


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_read(kind: str) -> None:
    assert is_line(load_image(encoded(drawn(), kind)).gray)


def test_an_opaque_page_in_a_transparent_margin_is_paper() -> None:
    picture = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    picture.paste(drawn("RGB", (0, 0, 0), (255, 255, 255)).crop((4, 4, 56, 36)), (4, 4))
    loaded = load_image(picture)
    assert is_line(loaded.gray) and not loaded.notes
    assert loaded.gray[0, 0] > 220


def test_damaged_files_never_raise_anything_else() -> None:
    """Bytes turned at random: read or refused, but never another exception."""
    rng = np.random.default_rng(0)
    read = 0
    for kind in ("PNG", "TIFF", "GIF", "BMP", "JPEG"):
        whole = np.frombuffer(encoded(drawn(), kind), np.uint8)
        for _ in range(60):
            data = whole.copy()
            data[rng.integers(0, len(data), 3)] = rng.integers(0, 256, 3)
            try:
                read += load_image(data.tobytes()).gray.size > 0
            except ImageError as error:
                assert str(error)
    assert read > 30


def test_inverted_palette_of_one_bit() -> None:
    picture = Image.fromarray((np.asarray(drawn()) < 128).astype(np.uint8), "P")
    picture.putpalette([255, 255, 255, 0, 0, 0])
    assert is_line(load_image(encoded(picture, bits=1)).gray)


def test_exif_rotation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(drawn().rotate(90, expand=True), "JPEG", exif=exif, quality=95)
    assert is_line(load_image(data).gray)


def frames(kind: str, **options: object) -> bytes:
    """A drawing, a blank page, and the drawing in light ink."""
    more = [Image.new("L", (60, 40), 255), drawn("L", 255, 0)]
    return encoded(drawn(), kind, save_all=True, append_images=more, **options)


def test_each_page_of_a_tiff_is_a_picture() -> None:
    data = frames("TIFF")
    with open_pages(data) as pages:
        found = [pages.load(index) for index in range(len(pages))]
    assert [len(pictures) for pictures in found] == [1, 1, 1]
    assert [is_line(pictures[0].gray) for pictures in found] == [True, False, True]
    assert not is_line(load_picture(data, 2).gray) and is_line(load_picture(data, 3).gray)
    for page, box in ((4, None), (1, (0, 0, 5, 5))):
        with pytest.raises(ImageError):
            load_picture(data, page, box)
    first = load_image(data)
    assert is_line(first.gray) and first.notes == ("first of 3 pages",)


def test_small_copies_in_a_tiff_are_no_pages() -> None:
    """The tag of the last two frames says that they are another frame at a lower resolution."""
    buffer = io.BytesIO()
    reduced = TiffImagePlugin.ImageFileDirectory_v2()
    reduced[254] = 1
    with TiffImagePlugin.AppendingTiffWriter(buffer) as writer:
        for information in ({}, reduced, reduced):
            copy = drawn().reduce(2) if information else drawn()
            copy.save(writer, "TIFF", tiffinfo=information)
            writer.newFrame()
    with open_pages(buffer.getvalue()) as pages:
        (picture,) = pages.load(0)
        assert len(pages) == 1 and picture.gray.shape == drawn().size[::-1]


def test_a_damaged_page_costs_no_other() -> None:
    data = bytearray(frames("TIFF", compression="tiff_deflate"))
    for strip in re.finditer(rb"\x78\x9c", bytes(data)):
        data[strip.start() : strip.start() + 2] = b"??"
        break
    with open_pages(bytes(data)) as pages:
        assert len(pages) == 3
        with pytest.raises(ImageError, match="damaged"):
            pages.load(0)
        assert is_line(pages.load(2)[0].gray)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_is_its_first_frame(kind: str) -> None:
    data = frames(kind)
    with open_pages(data) as pages:
        assert len(pages) == 1
    loaded = load_image(data)
    assert is_line(loaded.gray)
    assert loaded.notes == ("first of 3 frames",)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
def test_arrays(dtype: type) -> None:
    high = {np.uint8: 255, np.uint16: 65535}.get(dtype, 1.0)
    array = (np.asarray(drawn(), np.float64) / 255 * high).astype(dtype)
    assert is_line(load_image(array).gray)
    assert is_line(load_image(np.stack([array] * 3, -1)).gray)
    assert is_line(load_image(np.asarray(drawn("1", 0, 1))).gray)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int64, np.float32])
def test_arrays_with_transparency(dtype: type) -> None:
    """Ink on nothing, black and white, and an opaque page."""
    high = {np.uint16: 65535, np.float32: 1.0}.get(dtype, 255)
    for ink, paper in ((0, (0, 0, 0, 0)), (255, (255, 255, 255, 0)), (0, (255, 255, 255, 255))):
        picture = np.asarray(drawn("RGBA", (ink, ink, ink, 255), paper), np.float64)
        assert is_line(load_image((picture / 255 * high).astype(dtype)).gray)
    assert looks_blank(load_image(np.zeros((40, 60, 4), dtype)).gray)


@pytest.mark.parametrize("top", [255, 4095, 65535])
def test_a_blank_page_is_not_stretched_into_a_drawing(top: int) -> None:
    """Whatever the range of values is, a faint mark is no ink, and faint ink is."""
    page = np.full((40, 60), top, np.uint16)
    page[20, 10:50] = 0.98 * top
    assert looks_blank(load_image(page).gray)
    assert looks_blank(load_image(page / top).gray)
    assert looks_blank(load_image(Image.fromarray(page)).gray)
    page[19:22, 10:50] = 0.7 * top
    assert is_line(load_image(page).gray) and is_line(load_image(page / top).gray)
    assert is_line(load_image(encoded(Image.fromarray(page))).gray)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty file"),
        (b"this is no image", "not an image"),
        (encoded(drawn())[:60], "damaged image|not an image"),
        (b"%PDF-1.7\n", "PDF that cannot be opened"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PostScript"),
        (np.zeros((0, 3)), "expected an array"),
        (np.zeros(7), "expected an array"),
        (np.zeros((4, 4, 7), np.uint8), "channels"),
        (np.full((4, 4), np.nan), "no numbers"),
        (np.zeros((4, 4), complex), "array of numbers"),
        (Image.new("L", (0, 4)), "empty image"),
        (None, "expected a path"),
        (7, "expected a path"),
    ],
)
def test_what_cannot_be_read_says_why(data: object, message: str) -> None:
    with pytest.raises(ImageError, match=message):
        load_image(data)  # type: ignore[arg-type]


def test_a_pdf_without_pages_says_so_whatever_was_read_before() -> None:
    objects = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>")
    data = b"%PDF-1.4\n"
    places = []
    for number, text in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj%s endobj\n" % (number, text)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Root 1 0 R/Size 3>>\nstartxref\n%d\n%%%%EOF\n" % len(data)
    data += b"xref\n0 3\n0000000000 65535 f \n" + table + end
    for before in (encoded(drawn(), "PDF"), b"%PDF-1.7\n"):
        with suppress(ImageError):
            load_image(before)
        with pytest.raises(ImageError, match="cannot be opened: damaged, without pages, or locked"):
            load_image(data)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.png", tmp_path):
        with pytest.raises(ImageError, match="no such file"):
            load_image(path)


@pytest.mark.parametrize("name", ["C" * 5000, "C" * 300 + ".png", "a\0b.png"])
def test_a_name_that_no_file_can_have(name: str) -> None:
    with pytest.raises(ImageError):
        load_image(name)


def test_huge_pictures_are_refused_before_they_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MOST_PIXELS", 1000)
    with pytest.raises(ImageError, match="too large: 60 x 40"):
        load_image(encoded(drawn()))
    header = encoded(Image.new("1", (30000, 30000)))
    with pytest.raises(ImageError, match="too large"):
        load_image(header)


def test_blank_and_tiny_pictures_stay_blank() -> None:
    for picture in (Image.new("L", (1, 1), 0), Image.new("L", (50, 50), 255)):
        gray = load_image(picture).gray
        assert gray.min() == gray.max() or gray.shape == (1, 1)
        assert looks_blank(gray)
    assert not looks_blank(load_image(drawn()).gray)
