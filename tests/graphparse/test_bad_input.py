"""Every kind of file that people send is read, or refused for a clear reason."""

import io
import os
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from skimage import data as photos

from data.negatives import KINDS, negative
from graphparse import Recognizer
from graphparse.prediction import Status
from graphparse.workers import Source, WorkerPool, load_recognizer

Picture = Image.Image
ERROR, NOTHING = Status.ERROR, Status.NO_STRUCTURE
SOAK = int(os.environ.get("GRAPHPARSE_SOAK", "192"))
"""How many pictures the memory is watched over; set it to 10000 for a thorough look."""


def encoded(picture: Picture, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def small(examples: Path, name: str = "paracetamol.png") -> Picture:
    return Image.open(examples / name).convert("L")


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is as large as that."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels)


def sixteen_bits(picture: Picture) -> Picture:
    return Image.fromarray(np.asarray(picture, np.uint16) * 257)


def inverted_palette(picture: Picture) -> Picture:
    """One bit a pixel, 1 for black."""
    bits = (np.asarray(picture) < 128).astype(np.uint8)
    out = Image.fromarray(bits, "P")
    out.putpalette([255, 255, 255, 0, 0, 0])
    return out


def transparent(picture: Picture, ink: int) -> Picture:
    """Ink alone, on nothing."""
    out = Image.new("LA", picture.size, (ink, 0))
    out.putalpha(ImageOps.invert(picture))
    return out


def turned(picture: Picture) -> bytes:
    """Stored on its side, with the note that it is."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(picture.rotate(90, expand=True), "JPEG", exif=exif, quality=95)


READ: dict[str, Callable[[Picture], bytes]] = {
    "as it is.png": encoded,
    "a PNG.jpg": encoded,
    "without suffix": encoded,
    "cmyk.jpg": lambda p: encoded(p.convert("CMYK"), "JPEG", quality=95),
    "sixteen bits.png": lambda p: encoded(sixteen_bits(p)),
    "one bit.tif": lambda p: encoded(p.convert("1"), "TIFF", compression="group4"),
    "inverted palette.png": lambda p: encoded(inverted_palette(p), bits=1),
    "dark ink on nothing.png": lambda p: encoded(transparent(p, 0)),
    "light ink on nothing.png": lambda p: encoded(transparent(p, 255)),
    "light on dark.png": lambda p: encoded(ImageOps.invert(p)),
    "turned.jpg": turned,
    "animated.gif": lambda p: encoded(
        p, "GIF", save_all=True, append_images=[ImageOps.invert(p), p.rotate(90)]
    ),
}


@pytest.mark.parametrize("name", READ)
def test_every_way_to_store_a_drawing(
    recognizer: Recognizer, examples: Path, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(READ[name](small(examples)))
    (found,) = recognizer.read(path)
    assert found.smiles == "CC(=O)Nc1ccc(O)cc1"
    assert found.page is None


REFUSED: dict[str, tuple[Callable[[Picture], bytes], Status, str]] = {
    "empty.png": (lambda p: b"", ERROR, "empty file"),
    "half.png": (lambda p: encoded(p)[: len(encoded(p)) // 2], ERROR, "damaged"),
    "half.jpg": (lambda p: encoded(p, "JPEG")[:900], ERROR, "damaged"),
    "words.png": (lambda p: b"not an image at all", ERROR, "not an image"),
    "page.eps": (lambda p: encoded(p, "EPS"), ERROR, "PostScript.*PNG"),
    "drawing.svg": (lambda p: b"<svg xmlns='http://www.w3.org/2000/svg'/>", ERROR, "SVG.*PNG"),
    "bomb.png": (lambda p: bomb(20_000, 20_000), ERROR, "too large"),
    "large.png": (lambda p: bomb(12_000, 13_000), ERROR, "too large: 12000 x 13000"),
    "one pixel.png": (lambda p: encoded(p.resize((1, 1))), NOTHING, "blank"),
    "line.png": (lambda p: encoded(Image.new("L", (2000, 1))), NOTHING, "blank"),
    "white.png": (lambda p: encoded(Image.new("RGB", p.size, "white")), NOTHING, "blank"),
    "black.png": (lambda p: encoded(Image.new("L", p.size)), NOTHING, "blank"),
    "nothing.png": (lambda p: encoded(Image.new("RGBA", p.size)), NOTHING, "blank"),
    "noise.png": (
        lambda p: encoded(Image.effect_noise((200, 200), 90)), NOTHING, ".",
    ),
    "photo.jpg": (lambda p: encoded(Image.fromarray(photos.astronaut()), "JPEG"), NOTHING, "."),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_says_why(
    recognizer: Recognizer, examples: Path, tmp_path: Path, name: str
) -> None:
    make, status, message = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(make(small(examples)))
    (found,) = recognizer.read(path)
    assert found.status is status, found.smiles
    assert found.source == str(path) and found.smiles is None
    assert re.search(message, found.message), found.message


@pytest.mark.parametrize("index", range(len(KINDS)), ids=list(KINDS))
def test_what_is_no_molecule_is_refused(recognizer: Recognizer, index: int) -> None:
    kind, picture = negative(0, index)
    assert kind == list(KINDS)[index]
    (found,) = recognizer.predict([picture])
    assert found.status is NOTHING, found.smiles
    assert found.message


def test_pictures_without_structure_are_the_same_each_time() -> None:
    for index in (0, 5, 7):
        first, second = (np.asarray(negative(3, index)[1]) for _ in range(2))
        assert np.array_equal(first, second)
        assert first.min() < 200 or first.std() > 5
        assert not np.array_equal(first, np.asarray(negative(4, index)[1]))


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are kept there")
def test_a_decompression_bomb_is_refused_in_little_memory(tmp_path: Path) -> None:
    """With 100 MB more than the program itself takes; unpacked it would be 400 MB."""
    path = tmp_path / "bomb.png"
    path.write_bytes(bomb(20_000, 20_000))
    script = (
        "import resource, sys\n"
        "import graphparse.pages\n"
        "from graphparse.images import ImageError, load_image\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 100_000_000,) * 2)\n"
        "try:\n    load_image(sys.argv[1])\n"
        "except ImageError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert "too large" in done.stdout


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no such figure")
def test_memory_is_flat(examples: Path, tmp_path: Path) -> None:
    """Of a run over files of many sizes: its last quarter takes no more than its second.

    ``pytest -rP`` shows how much the two processes have taken.
    """

    def resident(process: int | None) -> int:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    # all of them are seen in the first quarter, and in every mixture of a batch
    files = varied(examples, tmp_path, min(SOAK // 16, 500))
    sources = (Source(str(files[i % len(files)])) for i in range(SOAK))
    with WorkerPool(partial(load_recognizer, None, 1), 1, 60.0, 16) as pool:
        processes = os.getpid(), pool._workers[0].process.pid
        taken = [[resident(process) for process in processes] for _ in pool.read(sources)]
    assert len(taken) == SOAK
    quarters = np.median(np.reshape(taken[: SOAK // 4 * 4], (4, SOAK // 4, 2)), axis=1) / 1e6
    print(f"MB in each quarter: {quarters[:, 0].round()} here, {quarters[:, 1].round()} there")
    assert (quarters[3] - quarters[1] < 20).all()


def varied(examples: Path, folder: Path, count: int) -> list[Path]:
    """Drawings cut to various sizes, pictures of other things, and files that are torn."""
    rng = np.random.default_rng(0)
    drawings = [Image.open(path).convert("L") for path in sorted(examples.glob("*.png"))]
    files = []
    for i in range(count):
        picture = drawings[i % len(drawings)]
        width, height = np.rint(np.array(picture.size) * rng.uniform(0.4, 1.0, 2)).astype(int)
        picture = negative(0, i)[1] if i % 12 == 10 else picture.crop((0, 0, width, height))
        content = encoded(picture)
        files.append(folder / f"{i}.png")
        files[-1].write_bytes(content[: len(content) // 2] if i % 12 == 11 else content)
    return files
