"""Fits what tells drawings of molecules from other pictures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.negatives import negative
from graphparse.align import held_out
from graphparse.calibrate import fit
from graphparse.evaluate import read_references
from graphparse.images import ImageSource, load_image
from graphparse.recognizer import Recognizer
from graphparse.refusal import explained_ink, features

LOST = 0.002
"""Share of the real drawings that may be refused: the threshold is set there."""
PENALTY = 0.1
"""Of the squared coefficients of features with a spread of one."""


def fit_refusal(
    folders: Sequence[Path], recognizer: Recognizer, out: Path, count: int, seed: int
) -> tuple[int, int, float]:
    """Fit the logistic model of :mod:`graphparse.refusal` and write its coefficients.

    Args:
        folders: with ``references.csv``; only drawings kept from training are used.
        recognizer: reads the pictures.
        out: JSON file to write.
        count: pictures without a structure to set against them.
        seed: of those; another than the one they are measured with.

    Returns:
        Numbers of drawings and of other pictures in which there was something to judge, and the
        share of the latter that the model refuses.

    Raises:
        ValueError: there is nothing to judge in any drawing, or in any other picture.
    """
    drawings = [
        reference.image
        for folder in folders
        for reference in read_references(folder)
        if held_out(reference.id)
    ]
    real = _features(recognizer, drawings)
    other = _features(recognizer, (negative(seed, index)[1] for index in range(count)))
    if not len(real) or not len(other):
        raise ValueError(
            f"bonds are needed in both: {len(real)} drawings kept from training have some, "
            f"and {len(other)} of the other pictures"
        )
    rows = np.concatenate([real, other])
    centre, spread = rows.mean(0), rows.std(0) + 1e-9
    is_real = np.arange(len(rows)) < len(real)
    weights = fit((rows - centre) / spread, is_real, PENALTY)[1:] / spread
    scores = rows @ weights
    least = float(np.quantile(scores[is_real], LOST))
    record = {
        "drawings": len(real),
        "others": len(other),
        "coefficients": weights.tolist(),
        "least": least,
    }
    out.write_text(json.dumps(record, indent=2) + "\n")
    return len(real), len(other), float(np.mean(scores[~is_real] < least))


def _features(recognizer: Recognizer, images: Iterable[ImageSource]) -> NDArray[np.float64]:
    """(N, F) features of the pictures in which bonds are found."""
    rows = []
    for image in images:
        graph = recognizer.predict([image])[0].graph
        if graph is not None and graph.n_bonds:
            rows.append(features(graph, explained_ink(graph, load_image(image).gray)))
    return np.array(rows)
