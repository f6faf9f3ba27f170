"""Any picture in, dark ink on white paper out; what can't be read is refused with a reason."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = 150_000_000
"""Larger pictures are refused before they are decoded."""
FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP", "PPM")
"""What Pillow may decode; others (EPS runs an interpreter) are refused."""
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".ppm"})
"""Files of a folder that are taken for images."""
DARK_PAPER = 110
"""Median gray below which a picture is taken for light ink on dark paper."""
SAMPLE = 250_000
"""Pixels that are looked at to find the gray values of paper and ink."""
LEAST_CONTRAST = 24
"""Difference of ink and paper, in gray values, below which a page is blank."""

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


def load_image(source: ImageSource) -> LoadedImage:
    """Read a picture from a path, bytes, a Pillow image or an array.

    Transparent pictures are laid on white, or on black if their ink is light; of pictures with
    several frames the first is taken; light ink on dark paper is inverted.

    Raises:
        ImageError: the file is missing, empty, no image, damaged, or too large.
    """
    if isinstance(source, np.ndarray):
        return _finish(_gray_of_array(source), [])
    notes: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            image = source if isinstance(source, Image.Image) else _open(source)
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise ImageError(f"too large: {width} x {height} pixels")
            frames = getattr(image, "n_frames", 1)
            if frames > 1:
                notes.append(f"first of {frames} frames")
                image.seek(0)
            image.load()
            gray = _gray_of_image(ImageOps.exif_transpose(image) or image)
        except Image.DecompressionBombError as error:
            raise ImageError("too large") from error
        except (OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
            if isinstance(error, ImageError):
                raise
            raise ImageError(f"damaged image: {error}") from error
    return _finish(gray, notes)


def _open(source: str | Path | bytes) -> Image.Image:
    if isinstance(source, bytes):
        data = source
    else:
        path = Path(source)
        if not path.is_file():
            raise ImageError("no such file")
        data = path.read_bytes()
    if not data:
        raise ImageError("empty file")
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise ImageError(f"not an image that can be read ({', '.join(FORMATS)})") from error


def _gray_of_array(array: NDArray[np.generic]) -> NDArray[np.float32]:
    if array.ndim not in (2, 3) or array.size == 0:
        raise ImageError(f"expected an array (H, W) or (H, W, channels), got {array.shape}")
    if array.size > 4 * MOST_PIXELS:
        raise ImageError(f"too large: shape {array.shape}")
    if array.dtype == bool:
        array = array.astype(np.uint8) * 255
    if array.dtype == np.uint8:
        if array.ndim == 3 and array.shape[2] not in (1, 3, 4):
            raise ImageError(f"expected 1, 3 or 4 channels, got {array.shape[2]}")
        squeezed = array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array
        return _gray_of_image(Image.fromarray(squeezed))
    values = array.astype(np.float32)
    if not np.isfinite(values).all():
        raise ImageError("the array holds values that are no numbers")
    if values.ndim == 3:
        values = values[..., :3].mean(-1)
    return _stretched(values)


def _gray_of_image(image: Image.Image) -> NDArray[np.float32]:
    """(H, W) gray from 0 to 255."""
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        return _stretched(np.asarray(image, np.float32))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return _on_paper(image.convert("RGBA"))
    return np.asarray(image.convert("L"), np.float32)


def _stretched(values: NDArray[np.float32]) -> NDArray[np.float32]:
    low, high = float(values.min()), float(values.max())
    if high - low < 1e-9:
        return np.full(values.shape, 255, np.float32)
    return np.asarray((values - low) * (255 / (high - low)), np.float32)


def _on_paper(image: Image.Image) -> NDArray[np.float32]:
    """Lay a transparent picture on white, or on black if what is opaque is light."""
    gray = np.asarray(image.convert("RGB").convert("L"), np.float32)
    alpha = np.asarray(image.getchannel("A"), np.float32) / 255
    opaque = alpha > 0.5
    light = bool(opaque.any()) and bool((~opaque).any()) and float(gray[opaque].mean()) > 180
    paper = 0.0 if light else 255.0
    return np.asarray(gray * alpha + paper * (1 - alpha), np.float32)


def _finish(gray: NDArray[np.float32], notes: list[str]) -> LoadedImage:
    """White paper and black ink: inverted if need be, the tint of the paper taken off."""
    step = max(1, int(np.sqrt(gray.size / SAMPLE)))
    sample = gray[::step, ::step]
    paper = float(np.median(sample))
    if paper < DARK_PAPER and float(np.mean(sample > 128)) < 0.5:
        gray, sample, paper = 255 - gray, 255 - sample, 255 - paper
        notes.append("light ink on dark paper: inverted")
    # a thin drawing covers little of its page: few pixels tell how dark the ink is
    ink = float(np.percentile(sample, 0.5)) if sample.size > 400 else float(sample.min())
    if paper - ink >= LEAST_CONTRAST:
        if paper < 250 or ink > 60:
            gray = (gray - ink) * (255 / (paper - ink))
    elif float(gray.min()) > paper - LEAST_CONTRAST:
        gray = np.full(gray.shape, 255, np.float32)
    return LoadedImage(np.clip(np.rint(gray), 0, 255).astype(np.uint8), tuple(notes))
