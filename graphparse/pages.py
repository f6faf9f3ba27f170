"""Pages of documents: PDF files, and pictures that are a page rather than one structure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
import pypdfium2

from graphparse.colour import gray_of
from graphparse.images import ImageError, LoadedImage, picture_of
from graphparse.segment import Region, find_structures, split_page

DPI = 220
"""Resolution at which pages are drawn: a bond of 14.4 points, as journals ask for, has 44 px."""
MOST_PIXELS = 30_000_000
"""Larger pages, posters and plans, are drawn at a lower resolution."""
UNOPENED = "PDF that cannot be opened: damaged, without pages, or locked by a password"
HEADER = b"%PDF-"
HEADER_WITHIN = 1024
"""Bytes in which a PDF may say that it is one."""


def is_pdf(source: object) -> TypeGuard[str | Path | bytes]:
    """Whether a path or bytes are a PDF, by what is in it."""
    if isinstance(source, bytes):
        return HEADER in source[:HEADER_WITHIN]
    if not isinstance(source, str | Path):
        return False
    try:
        with Path(source).open("rb") as file:
            return HEADER in file.read(HEADER_WITHIN)
    except (OSError, ValueError):  # ValueError: a name with a NUL
        return False


@contextmanager
def open_pdf(source: str | Path | bytes) -> Iterator[PdfPages]:
    """Open a PDF for as long as the context lasts.

    Raises:
        ImageError: it is damaged, has no pages, or needs a password.
    """
    try:
        document = pypdfium2.PdfDocument(source)
    except OSError as error:
        raise ImageError(f"PDF that cannot be opened: {error.strerror or error}") from error
    except pypdfium2.PdfiumError as error:
        # of one without pages PDFium says what it said of the file before
        raise ImageError(UNOPENED) from error
    try:
        if not len(document):
            raise ImageError(UNOPENED)
        yield PdfPages(document)
    finally:
        document.close()


class PdfPages:
    """The pages of an open PDF; see :class:`graphparse.images.Pages`."""

    def __init__(self, document: Any) -> None:
        self._document = document

    def __len__(self) -> int:
        return len(self._document)

    def load(self, index: int) -> list[LoadedImage]:
        """The drawings on a page, from 0, with their boxes in pixels at :data:`DPI`.

        Raises:
            ImageError: the page is damaged.
        """
        try:
            page = self._document[index]
            width, height = page.get_size()
            scale = min(DPI / 72, math.sqrt(MOST_PIXELS / max(width * height, 1.0)))
            bitmap = page.render(scale=scale, rev_byteorder=True)
            gray = gray_of(np.asarray(bitmap.to_numpy(), np.uint8))
            bitmap.close()
            page.close()
        except (pypdfium2.PdfiumError, ValueError) as error:
            raise ImageError(f"damaged page: {error}") from error
        whole = picture_of(gray)
        return _cut(whole, find_structures(whole.gray))


def pictures_on(picture: LoadedImage) -> list[LoadedImage]:
    """The drawings on a picture if it is a page, else the picture as it is."""
    return _cut(picture, split_page(picture.gray)) or [picture]


def _cut(whole: LoadedImage, regions: Sequence[Region]) -> list[LoadedImage]:
    return [LoadedImage(region.gray, whole.notes, region.box) for region in regions]
