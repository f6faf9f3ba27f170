"""From raw scores to a probability that the whole molecule is right."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from assemble.molecule import Molecule
from detectors.parser import Reading

FAINT = 0.3
"""Score up to which what was left out is nothing: right readings have such things beside them."""


def features(reading: Reading, molecule: Molecule) -> NDArray[np.float64]:
    """(6,) what tells right from wrong readings.

    The log of the product of all scores, the log of one minus the lowest score, whether the
    chemistry had to warn, the log number of atoms, the share of looks that disagree, and how much
    like an atom the likeliest thing looked that was left out beside the molecule: a whole group
    that is not understood leaves no trace in the scores of the rest.
    """
    graph = reading.graph
    scores = np.concatenate([graph.atom_scores, graph.bond_scores])
    doubt = np.log(1 - float(scores.min()) + 1e-3)
    product = max(float(np.log(reading.confidence + 1e-12)), -12.0)
    warned, size = float(bool(molecule.warnings)), float(np.log(graph.n_atoms))
    others = reading.alternatives
    passed_over = max(0.0, others.passed_over - FAINT) if others else 0.0
    return np.array([product, doubt, warned, size, 1 - reading.agreement, passed_over])


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
