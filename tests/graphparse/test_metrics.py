"""Metrics against values worked out by hand, and causes of failure."""

import numpy as np
import pytest

from graphparse import metrics
from graphparse.calibrate import fit
from graphparse.causes import cause_of
from graphparse.prediction import Prediction, Status

ALANINE_L = "InChI=1S/C3H7NO2/c1-2(4)3(5)6/h2H,4H2,1H3,(H,5,6)/t2-/m0/s1"
ALANINE_D = "InChI=1S/C3H7NO2/c1-2(4)3(5)6/h2H,4H2,1H3,(H,5,6)/t2-/m1/s1"
ETHANOL = "InChI=1S/C2H6O/c1-2-3/h3H,2H2,1H3"


def test_stereo_layers_are_taken_off() -> None:
    assert metrics.without_stereo(ALANINE_L) == metrics.without_stereo(ALANINE_D)
    assert metrics.without_stereo(ETHANOL) == ETHANOL
    assert metrics.without_stereo(None) is None


def test_levenshtein_counts_a_missing_prediction_as_empty() -> None:
    assert metrics.levenshtein(None, ETHANOL) == len(ETHANOL)
    assert metrics.levenshtein(ALANINE_L, ALANINE_D) == 1


def test_smiles_are_compared_in_canonical_form() -> None:
    assert metrics.same_smiles("OCC", "CCO")
    assert not metrics.same_smiles("CCC", "CCO")
    assert not metrics.same_smiles(None, "CCO")
    assert not metrics.same_smiles("C(", "CCO")


def test_tanimoto() -> None:
    assert metrics.tanimoto("OCC", "CCO") == 1.0
    assert metrics.tanimoto(None, "CCO") == 0.0
    assert 0 < metrics.tanimoto("CCCO", "CCO") < 1


def test_calibration_error_by_hand() -> None:
    confidence = np.array([0.95, 0.95, 0.55, 0.55])
    right = np.array([True, False, True, True])
    # bins [0.9, 1]: |0.95 - 0.5| * 0.5 and [0.5, 0.6): |0.55 - 1| * 0.5
    assert metrics.expected_calibration_error(confidence, right) == pytest.approx(0.45)
    assert metrics.expected_calibration_error(confidence[:0], right[:0]) == 0.0
    low, high = metrics.reliability(confidence, right)
    assert (low.low, low.high, low.count, low.accuracy) == (0.5, 0.6, 2, 1.0)
    assert (high.count, high.accuracy) == (2, 0.5)
    assert high.confidence == pytest.approx(0.95)


def test_accuracy_at_coverage_keeps_the_surest() -> None:
    confidence = np.array([0.1, 0.9, 0.8, 0.2])
    right = np.array([False, True, True, False])
    assert metrics.accuracy_at_coverage(confidence, right, 0.5) == 1.0
    assert metrics.accuracy_at_coverage(confidence, right, 1.0) == 0.5
    assert metrics.accuracy_at_coverage(confidence, right, 0.0) == 0.0


def test_fitted_probabilities_match_frequencies() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4000, 2))
    truth = 1 / (1 + np.exp(-(0.5 + 2.0 * x[:, 0] - x[:, 1])))
    weights = fit(x, rng.random(4000) < truth)
    np.testing.assert_allclose(weights, [0.5, 2.0, -1.0], atol=0.2)


def predicted(inchi: str | None, status: Status = Status.OK, smiles: str = "C") -> Prediction:
    return Prediction("x", status, inchi=inchi, smiles=smiles)


@pytest.mark.parametrize(
    ("prediction", "reference", "cause"),
    [
        (predicted(ETHANOL), ETHANOL, ""),
        (predicted(ALANINE_D), ALANINE_L, "stereo"),
        (predicted(None, Status.ERROR), ETHANOL, "error"),
        (predicted(None, Status.NO_STRUCTURE), ETHANOL, "refused"),
        (predicted(None), ETHANOL, "label not understood"),
        (predicted("InChI=1S/CH4/h1H4"), ETHANOL, "atom missing"),
        (predicted("InChI=1S/C2H6S/c1-2-3/h3H,2H2,1H3"), ETHANOL, "wrong element"),
        (predicted("InChI=1S/C2H4O/c1-2-3/h2H,1H3"), ETHANOL, "bond order or charge"),
        (predicted("InChI=1S/C2H6O/c1-3-2/h1-2H3"), ETHANOL, "connectivity"),
        (predicted("InChI=1S/C2H6O.ClH/c1-2-3;/h3H,2H2,1H3;1H"), ETHANOL, "component too many"),
        (predicted(ETHANOL), "InChI=1S/2C2H6O/c2*1-2-3/h2*3H,2H2,1H3", "component missing"),
    ],
)
def test_causes(prediction: Prediction, reference: str, cause: str) -> None:
    assert cause_of(prediction, reference) == cause
