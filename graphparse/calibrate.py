"""Fits the confidence on real images that nothing was trained on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from graphparse.align import held_out
from graphparse.calibration import features
from graphparse.evaluate import read_references
from graphparse.recognizer import Recognizer


def calibrate(folders: Sequence[Path], recognizer: Recognizer, out: Path) -> tuple[int, int]:
    """Fit the logistic model of :mod:`graphparse.calibration` and write its coefficients.

    Every folder counts the same, however many drawings it has: they stand for kinds of drawings.

    Args:
        folders: with ``references.csv``; only drawings kept from training are used.
        recognizer: reads the images.
        out: JSON file to write.

    Returns:
        Number of readings used, and of right ones among them.

    Raises:
        ValueError: all readings are right, or all are wrong.
    """
    rows: list[NDArray[np.float64]] = []
    right: list[bool] = []
    sizes: list[int] = []
    for folder in folders:
        references = [found for found in read_references(folder) if held_out(found.id)]
        before = len(rows)
        pairs = recognizer.molecules([reference.image for reference in references])
        for reference, pair in zip(references, pairs, strict=True):
            if pair is not None and pair[1].inchi is not None:
                rows.append(features(*pair))
                right.append(pair[1].inchi == reference.inchi)
        sizes.append(len(rows) - before)
    hits = np.array(right, bool)
    if hits.all() or not hits.any():
        raise ValueError("calibration needs readings that are right and some that are wrong")
    shares = [len(rows) / len(sizes) / size for size in sizes for _ in range(size)]
    coefficients = fit(np.array(rows), hits, shares=np.array(shares))
    record = {"images": len(hits), "right": int(hits.sum()), "coefficients": coefficients.tolist()}
    out.write_text(json.dumps(record, indent=2) + "\n")
    return len(hits), int(hits.sum())


def fit(
    x: NDArray[np.float64],
    right: NDArray[np.bool_],
    penalty: float = 1e-2,
    shares: NDArray[np.float64] | float = 1.0,
) -> NDArray[np.float64]:
    """(1 + F,) coefficients of a logistic regression by Newton's method.

    Args:
        x: (N, F) features.
        right: (N,) whether the reading was right.
        penalty: of the squared coefficients, which keeps them finite on separable data.
        shares: (N,) how much each reading counts.
    """
    design = np.concatenate([np.ones((len(x), 1)), x], axis=1)
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        probability = 1 / (1 + np.exp(-(design @ weights)))
        gradient = design.T @ (shares * (right - probability)) - penalty * weights
        hessian = (design.T * (shares * probability * (1 - probability))) @ design
        weights = weights + np.linalg.solve(hessian + penalty * np.eye(len(weights)), gradient)
    return weights
