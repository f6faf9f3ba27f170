"""Real drawings with aligned graphs as training samples, beside the rendered ones."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from assemble.graph import MoleculeGraph

MARGIN = 0.5
"""Paper added around a real drawing, at most, in bond lengths (they are cut to the ink)."""


@dataclass(frozen=True, slots=True)
class RealDrawing:
    """One real image whose graph is known, in pixels of the image file."""

    image: Path
    graph: MoleculeGraph
    smiles: str


def load_aligned(path: Path) -> list[RealDrawing]:
    """Drawings of a file of aligned graphs: one JSON object a line, with image, graph, smiles.

    Image paths are relative to the file.

    Raises:
        ValueError: a line is not such an object.
    """
    drawings = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        try:
            record = json.loads(line)
            graph = MoleculeGraph.from_dict(record["graph"])
            drawings.append(RealDrawing(path.parent / record["image"], graph, record["smiles"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}, line {number}: {error}") from error
    return drawings


def at_bond_length(
    drawing: RealDrawing, bond_length: float, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """The image resampled to a bond length, with a margin of paper, and the atoms' places in it.

    Returns:
        (H, W) gray image and (N, 2) pixels.

    Raises:
        OSError: the image cannot be read.
    """
    gray = cv2.imread(str(drawing.image), cv2.IMREAD_GRAYSCALE)
    if gray is None:
        raise OSError(f"{drawing.image}: cannot be read")
    factor = bond_length / drawing.graph.bond_length()
    size = (max(1, round(gray.shape[1] * factor)), max(1, round(gray.shape[0] * factor)))
    interpolation = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    small = cv2.resize(gray, size, interpolation=interpolation)
    margin = rng.integers(0, max(1, int(MARGIN * bond_length)), 4)
    paper = int(np.median(small))
    page = np.pad(small, (margin[:2], margin[2:]), constant_values=paper)
    scale = np.array([size[0] / gray.shape[1], size[1] / gray.shape[0]], np.float32)
    xy = (drawing.graph.xy + 0.5) * scale - 0.5 + margin[[2, 0]]
    return np.asarray(page, np.uint8), xy.astype(np.float32)


def placed(drawing: RealDrawing, xy: NDArray[np.float32]) -> MoleculeGraph:
    """The drawing's graph with its atoms at other places."""
    return replace(drawing.graph, xy=xy)
