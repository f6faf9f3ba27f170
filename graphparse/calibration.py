"""From raw scores to a probability that the whole molecule is right."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from assemble.molecule import Molecule
from detectors.parser import Reading


def features(reading: Reading, molecule: Molecule) -> NDArray[np.float64]:
    """(5,) what tells right from wrong readings.

    The log of the product of all scores, the log of one minus the lowest score, whether the
    chemistry had to warn, the log number of atoms, and the share of looks that disagree.
    """
    graph = reading.graph
    scores = np.concatenate([graph.atom_scores, graph.bond_scores])
    doubt = np.log(1 - float(scores.min()) + 1e-3)
    product = max(float(np.log(reading.confidence + 1e-12)), -12.0)
    warned, size = float(bool(molecule.warnings)), float(np.log(graph.n_atoms))
    return np.array([product, doubt, warned, size, 1 - reading.agreement])


@cache
def _coefficients() -> NDArray[np.float64]:
    text = (files("graphparse") / "weights" / "calibration.json").read_text()
    return np.array(json.loads(text)["coefficients"], np.float64)


def calibrated(reading: Reading, molecule: Molecule) -> float:
    """Probability that the molecule is right: a logistic model (Platt 1999) fitted on real images
    that nothing was trained on."""
    weights = _coefficients()
    score = float(weights[0] + weights[1:] @ features(reading, molecule))
    return float(1 / (1 + np.exp(-score)))
