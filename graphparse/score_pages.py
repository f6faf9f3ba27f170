"""How well structures are found on made pages whose boxes are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, rdBase

from data.pages import MadePage, make_page
from graphparse.prediction import Status
from graphparse.recognizer import Recognizer
from graphparse.segment import Box, Region, find_structures, split_page

LEAST_OVERLAP = 0.7
"""Intersection over union from which on a box is that of a structure."""
FOUND, MISSED, FALSE = (0, 150, 0), (0, 140, 255), (0, 0, 220)
"""Colours of boxes, BGR."""


@dataclass(frozen=True, slots=True)
class PageScore:
    """Counts over pages; they add up."""

    pages: int = 0
    known_as_pages: int = 0
    """Pages that are cut up when they are pictures; those of a PDF always are."""
    structures: int = 0
    found: int = 0
    false: int = 0
    """Boxes that are not those of a structure: charts, text, parts of structures."""
    right: int = 0
    """Found ones that were read with the right InChI."""

    def __add__(self, other: PageScore) -> PageScore:
        return PageScore(
            *(getattr(self, field.name) + getattr(other, field.name) for field in fields(self))
        )

    def __str__(self) -> str:
        shares = (
            ("found", self.found, self.structures),
            ("missed", self.structures - self.found, self.structures),
            ("false", self.false, self.found + self.false),
            ("exact InChI of the found", self.right, self.found),
            ("taken for pages", self.known_as_pages, self.pages),
        )
        told = ", ".join(f"{name} {100 * n / max(of, 1):.1f} %" for name, n, of in shares)
        return f"{self.structures} structures on {self.pages} pages: {told}"


def score_pages(
    molecules: Sequence[str],
    recognizer: Recognizer,
    count: int,
    scanned: bool,
    seed: int = 0,
    overlays: Path | None = None,
) -> Iterator[PageScore]:
    """Make pages and read them, one after the other.

    Args:
        molecules: SMILES to draw from.
        recognizer: refuses what is no structure, and reads the rest.
        count: pages.
        scanned: rather than clean.
        seed: page ``i`` of a seed is always the same.
        overlays: folder for the pages with the boxes drawn on them.
    """
    for index in range(count):
        page = make_page(molecules, np.random.default_rng((seed, index, scanned)), scanned)
        regions, inchis = _read(page.image, recognizer)
        truths = [structure.box for structure in page.structures]
        pairs = match([region.ink for region in regions], truths)
        right = sum(inchis[i] == _inchi(page.structures[j].smiles) for i, j in pairs)
        if overlays is not None:
            overlays.mkdir(parents=True, exist_ok=True)
            kind = "scanned" if scanned else "clean"
            drawn = _overlay(page, [region.ink for region in regions], pairs)
            cv2.imwrite(str(overlays / f"{kind}-{index:04d}.png"), drawn)
        yield PageScore(
            pages=1,
            known_as_pages=int(bool(split_page(page.image))),
            structures=len(truths),
            found=len(pairs),
            false=len(regions) - len(pairs),
            right=right,
        )


def match(found: Sequence[Box], truths: Sequence[Box]) -> list[tuple[int, int]]:
    """Pairs (found, true) of boxes with an IoU of at least :data:`LEAST_OVERLAP`.

    Above one half a box has one partner at most, so that no assignment is needed.
    """
    return [
        (i, j)
        for i, one in enumerate(found)
        for j, other in enumerate(truths)
        if overlap(one, other) >= LEAST_OVERLAP
    ]


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return wide * high / (areas - wide * high)


def _read(page: NDArray[np.uint8], recognizer: Recognizer) -> tuple[list[Region], list[str | None]]:
    """The regions that are taken for structures, and their InChIs."""
    regions = find_structures(page)
    read = recognizer.predict([region.gray for region in regions])
    kept = [i for i, found in enumerate(read) if found.status != Status.NO_STRUCTURE]
    return [regions[i] for i in kept], [read[i].inchi for i in kept]


def _inchi(smiles: str) -> str:
    with rdBase.BlockLogs():
        return str(Chem.MolToInchi(Chem.MolFromSmiles(smiles)))


def _overlay(
    page: MadePage, found: Sequence[Box], pairs: Sequence[tuple[int, int]]
) -> NDArray[np.uint8]:
    """(H, W, 3) BGR: found boxes green, missed ones orange, false ones red."""
    canvas = cv2.cvtColor(page.image, cv2.COLOR_GRAY2BGR)
    stroke = max(2, canvas.shape[0] // 800)
    matched, hit = {i for i, _ in pairs}, {j for _, j in pairs}
    for j, structure in enumerate(page.structures):
        if j not in hit:
            cv2.rectangle(canvas, structure.box[:2], structure.box[2:], MISSED, 2 * stroke)
    for i, box in enumerate(found):
        cv2.rectangle(canvas, box[:2], box[2:], FOUND if i in matched else FALSE, stroke)
    return np.asarray(canvas, np.uint8)
