"""Rendered training samples as files, and as a sheet with their targets drawn on it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from data.stream import Sample, SampleStream
from graphparse.overlay import draw_overlay

TILE = 480
"""Pixels of a tile of the sheet."""
COLUMNS = 4


def write_samples(stream: SampleStream, count: int, out: Path) -> None:
    """Write ``000000.png`` and ``000000.json`` (graph and SMILES) and so on to a folder."""
    out.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        sample = stream.sample(index)
        cv2.imwrite(str(out / f"{index:06d}.png"), sample.image)
        record = {"smiles": sample.smiles, "graph": sample.graph.to_dict()}
        (out / f"{index:06d}.json").write_text(json.dumps(record) + "\n")


def write_sheet(stream: SampleStream, count: int, path: Path) -> None:
    """Write one picture of many samples with their targets."""
    sheet = contact_sheet([stream.sample(index) for index in range(count)])
    path.parent.mkdir(parents=True, exist_ok=True)
    # written by Python: OpenCV says nothing if it can't
    path.write_bytes(cv2.imencode(path.suffix, sheet)[1].tobytes())


def contact_sheet(samples: Sequence[Sample]) -> NDArray[np.uint8]:
    """(H, W, 3) BGR: each sample beside the others, atoms, labels and bonds drawn over it."""
    rows = -(-len(samples) // COLUMNS)
    sheet = np.full((rows * TILE, COLUMNS * TILE, 3), 255, np.uint8)
    for index, sample in enumerate(samples):
        tile = draw_overlay(sample.image, sample.graph)
        factor = min(1.0, (TILE - 8) / max(tile.shape[:2]))
        small = cv2.resize(tile, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        row, column = divmod(index, COLUMNS)
        y, x = row * TILE + 4, column * TILE + 4
        sheet[y : y + small.shape[0], x : x + small.shape[1]] = small
    return sheet
