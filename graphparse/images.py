"""Any picture in, dark ink on white paper out; what can't be read is refused with a reason."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from graphparse.colour import DARK_PAPER, gray_of

MOST_PIXELS = 150_000_000
"""Larger pictures are refused before they are decoded."""
FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP", "PPM")
"""What Pillow may decode; others (EPS runs an interpreter) are refused."""
SUFFIXES = frozenset(
    [
        *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".bmp", ".dib", ".gif"),
        *(".webp", ".ppm", ".pgm", ".pbm", ".pnm", ".pdf", ".svg", ".eps"),
    ]
)
"""Files of a folder that are taken for images; of the last two it is said that they can't be."""
SAMPLE = 250_000
"""Pixels that are looked at to find the gray values of paper and ink."""
LEAST_CONTRAST = 24
"""Difference of ink and paper, in gray values, below which a page is blank."""

TIFF_KIND = 254
"""The tag NewSubfileType; its lowest bit marks a copy of another page at a lower resolution."""

ImageSource = str | Path | bytes | Image.Image | NDArray[np.generic]


class ImageError(ValueError):
    """A picture that cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class LoadedImage:
    """A picture ready for the networks."""

    gray: NDArray[np.uint8]
    """(H, W), dark ink on paper that is about white."""
    notes: tuple[str, ...] = ()
    """What was done to it that the user should know."""
    box: tuple[int, int, int, int] | None = None
    """(left, top, right, bottom) in pixels of the page it was cut from; None is a whole page."""


class Pages(Protocol):
    """The pages of an input that is open; nothing is decoded before :meth:`load`."""

    def __len__(self) -> int: ...

    def load(self, index: int) -> list[LoadedImage]:
        """The pictures to read on a page, from 0: the whole page, or what was cut from it.

        Raises:
            ImageError: this page is damaged or too large; other pages may still be read.
        """
        ...


@contextmanager
def open_pages(source: ImageSource) -> Iterator[Pages]:
    """Open a path, bytes, a Pillow image or an array, for as long as the context lasts.

    A TIFF may have several pages, each of which is a picture of its own; copies of a page at a
    lower resolution are passed over. An animation is one picture, its first frame. Of a PDF, and
    of a picture that is a page of text, the drawings on it are cut out.

    Raises:
        ImageError: the file is missing, empty or no image.
    """
    from graphparse.pages import is_pdf, open_pdf

    if isinstance(source, np.ndarray):
        yield _ArrayPage(source)
        return
    if is_pdf(source):
        with open_pdf(source) as document:
            yield document
        return
    with ExitStack() as opened, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with _as_image_errors():
            image = source
            if not isinstance(image, Image.Image):
                image = opened.enter_context(_open(image))
            pages = _ImagePages(image)
        yield pages


def load_image(source: ImageSource) -> LoadedImage:
    """Read the first page of a path, bytes, a Pillow image or an array.

    Transparent pictures are laid on white, or on black if their ink is light; light ink on dark
    paper is inverted.

    Raises:
        ImageError: the file is missing, empty, no image, damaged, or too large, or its first page
            is one of a document and has no drawing.
    """
    with open_pages(source) as pages:
        pictures = pages.load(0)
        if not pictures:
            raise ImageError("no drawing on the first page")
        first = pictures[0]
        if len(pages) == 1:
            return first
        return replace(first, notes=(f"first of {len(pages)} pages", *first.notes))


def load_picture(
    source: ImageSource, page: int | None = None, box: tuple[int, int, int, int] | None = None
) -> LoadedImage:
    """The picture that a prediction is about, by its source, page and box.

    Raises:
        ImageError: it cannot be read, or there is no such picture any more.
    """
    number = (page or 1) - 1
    with open_pages(source) as pages:
        for picture in pages.load(number) if number < len(pages) else ():
            if picture.box == box:
                return picture
    raise ImageError("no such picture in the file any more")


class _ArrayPage:
    def __init__(self, array: NDArray[np.generic]) -> None:
        self._array = array

    def __len__(self) -> int:
        return 1

    def load(self, index: int) -> list[LoadedImage]:
        return _pictures_on(_finish(_gray_of_array(self._array), []))


class _ImagePages:
    """Frames of a Pillow image that are pages."""

    def __init__(self, image: Image.Image) -> None:
        self._image = image
        frames = getattr(image, "n_frames", 1)
        self._many = frames > 1
        self._notes: list[str] = []
        self._frames = [0]
        if image.format == "TIFF":
            self._frames = [frame for frame in range(frames) if not self._is_reduced(frame)] or [0]
        elif frames > 1:
            self._notes.append(f"first of {frames} frames")

    def __len__(self) -> int:
        return len(self._frames)

    def load(self, index: int) -> list[LoadedImage]:
        image = self._image
        with _as_image_errors():
            if self._many:
                image.seek(self._frames[index])
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise ImageError(f"too large: {width} x {height} pixels")
            if width * height == 0:
                raise ImageError(f"empty image: {width} x {height} pixels")
            image.load()
            gray = _gray_of_image(ImageOps.exif_transpose(image) or image)
        return _pictures_on(_finish(gray, list(self._notes)))

    def _is_reduced(self, frame: int) -> bool:
        self._image.seek(frame)
        kind = getattr(self._image, "tag_v2", {}).get(TIFF_KIND, 0)
        return isinstance(kind, int) and bool(kind & 1)


def _pictures_on(picture: LoadedImage) -> list[LoadedImage]:
    from graphparse.pages import pictures_on

    return pictures_on(picture)


@contextmanager
def _as_image_errors() -> Iterator[None]:
    """On damaged files Pillow's decoders raise almost anything."""
    try:
        yield
    except ImageError:
        raise
    except Image.DecompressionBombError as error:
        raise ImageError(f"too large: over {MOST_PIXELS // 10**6} million pixels") from error
    except MemoryError as error:
        raise ImageError("too large for the memory of this machine") from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno:
            raise ImageError(f"cannot be read: {error.strerror}") from error
        raise ImageError(f"damaged image: {error}") from error


def picture_of(gray: NDArray[np.uint8]) -> LoadedImage:
    """A gray picture, (H, W), with its ink made dark and its paper white."""
    return _finish(gray, [])


def looks_blank(gray: NDArray[np.uint8]) -> bool:
    """Whether a loaded picture, (H, W), has nothing on it."""
    return int(gray.max()) - int(gray.min()) < LEAST_CONTRAST


def _open(source: str | Path | bytes) -> Image.Image:
    """A picture whose header alone is read so far."""
    if not isinstance(source, str | Path | bytes):
        kind = type(source).__name__
        raise ImageError(f"expected a path, bytes, a Pillow image or an array, got {kind}")
    if not isinstance(source, bytes) and not Path(source).is_file():
        raise ImageError("no such file")
    if not (len(source) if isinstance(source, bytes) else Path(source).stat().st_size):
        raise ImageError("empty file")
    try:
        file = io.BytesIO(source) if isinstance(source, bytes) else source
        return Image.open(file, formats=FORMATS)
    except UnidentifiedImageError as error:
        kind = _drawing_program(source)
        if kind:
            raise ImageError(f"{kind} is not read: convert it to PNG") from error
        raise ImageError(f"not an image that can be read ({', '.join(FORMATS)})") from error


def _drawing_program(source: str | Path | bytes) -> str:
    """The name of a format that holds instructions to draw with, not pixels; "" for others."""
    if isinstance(source, bytes):
        head = source[:1000]
    else:
        with Path(source).open("rb") as file:
            head = file.read(1000)
    if head.startswith((b"%!PS", b"\xc5\xd0\xd3\xc6")):
        return "PostScript (EPS)"
    return "SVG" if b"<svg" in head else ""


def _gray_of_array(array: NDArray[np.generic]) -> NDArray[np.uint8]:
    if array.ndim not in (2, 3) or array.size == 0:
        raise ImageError(f"expected an array (H, W) or (H, W, channels), got {array.shape}")
    if array.dtype.kind not in "buif":
        raise ImageError(f"expected an array of numbers, got {array.dtype}")
    if array.ndim == 3 and array.shape[2] not in (1, 3, 4):
        raise ImageError(f"expected 1, 3 or 4 channels, got {array.shape[2]}")
    if array.size > 4 * MOST_PIXELS:
        raise ImageError(f"too large: shape {array.shape}")
    if array.dtype == bool:
        array = array.astype(np.uint8) * 255
    if array.dtype == np.uint8:
        squeezed = array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array
        return _gray_of_image(Image.fromarray(squeezed))
    values = array.astype(np.float32)
    if not np.isfinite(values).all():
        raise ImageError("the array holds values that are no numbers")
    if values.ndim == 3 and values.shape[2] == 4:
        # colours and opacity are on one scale, whose top is what is opaque or white
        eight = np.rint(values * (255 / max(float(values.max()), 1e-9)))
        return _gray_of_image(Image.fromarray(np.clip(eight, 0, 255).astype(np.uint8)))
    return _stretched(values if values.ndim == 2 else values.mean(-1))


def _gray_of_image(image: Image.Image) -> NDArray[np.uint8]:
    """(H, W) gray."""
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        return _stretched(np.asarray(image, np.float32))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = _on_paper(image.convert("RGBA"))
    if image.mode in ("1", "L"):
        return np.asarray(image.convert("L"), np.uint8)
    return gray_of(np.asarray(image.convert("RGB"), np.uint8))


def _stretched(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Gray of (H, W) values of any range, as 12 bits in 16; what would be blank is left so."""
    low, high = float(values.min()), float(values.max())
    if high - low < max(LEAST_CONTRAST / 255 * max(high, -low), 1e-9):
        return np.full(values.shape, 255, np.uint8)
    return np.rint((values - low) * (255 / (high - low))).astype(np.uint8)


def _on_paper(image: Image.Image) -> Image.Image:
    """Lay a transparent picture on white, or on black if its ink is light.

    What is opaque is paper with its ink if it covers most of the picture, and ink alone if not.
    """
    gray, alpha = image.convert("L"), image.getchannel("A")
    step = _step(image.width * image.height)
    opaque = np.asarray(alpha)[::step, ::step] > 127
    seen = np.asarray(gray)[::step, ::step][opaque]
    if not len(seen):
        dark = False
    elif opaque.mean() > 0.5:
        dark = float(np.median(seen)) < 128
    else:
        dark = float(seen.mean()) > 180
    canvas = Image.new("RGB", image.size, (0, 0, 0) if dark else (255, 255, 255))
    canvas.paste(image, mask=alpha)
    return canvas


def _step(size: int) -> int:
    """Every how many-th row and column is looked at to tell paper from ink."""
    return max(1, int(np.sqrt(size / SAMPLE)))


def _finish(gray: NDArray[np.uint8], notes: list[str]) -> LoadedImage:
    """White paper and black ink: inverted if need be, the tint of the paper taken off."""
    step = _step(gray.size)
    sample = gray[::step, ::step].astype(np.float32)
    levels = np.arange(256, dtype=np.float32)
    darkest = float(gray.min())
    paper = float(np.median(sample))
    if paper < DARK_PAPER and float(np.mean(sample > 128)) < 0.5:
        levels, sample, paper = 255 - levels, 255 - sample, 255 - paper
        darkest = 255 - float(gray.max())
        notes.append("light ink on dark paper: inverted")
    # a thin drawing covers little of its page: few pixels tell how dark the ink is
    ink = float(np.percentile(sample, 0.5)) if sample.size > 400 else float(sample.min())
    if paper - ink >= LEAST_CONTRAST:
        if paper < 250 or ink > 60:
            levels = (levels - ink) * (255 / (paper - ink))
    elif darkest > paper - LEAST_CONTRAST:
        levels = np.full_like(levels, 255)
    table = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    return LoadedImage(table[gray], tuple(notes))
