"""Readers side by side: measures worked out by hand, and the page."""

import json
from pathlib import Path

import numpy as np
import pytest

from graphparse import metrics
from graphparse.compare import Reads, agreement, compare, table
from graphparse.compare_page import write_page
from graphparse.evaluate import Reference
from graphparse.intervals import Bootstrap
from graphparse.matching import Overlap, overlap
from graphparse.prediction import Prediction, Status

ETHANOL = "InChI=1S/C2H6O/c1-2-3/h3H,2H2,1H3"
METHANOL = "InChI=1S/CH4O/c1-2/h2H,1H3"


@pytest.mark.parametrize(
    ("predicted", "reference", "expected"),
    [
        ("OCC", "CCO", Overlap(3, 2, 6, 4)),
        # one wrong element; both bonds stand
        ("NCC", "CCO", Overlap(2, 2, 6, 4)),
        # a wrong order
        ("C=CO", "CCO", Overlap(3, 1, 6, 4)),
        # a missing atom and its bond
        ("CCO", "CCOC", Overlap(3, 2, 7, 5)),
        # a missing bond: two parts
        ("CCCC.OCC", "CCCCOCC", Overlap(7, 5, 14, 11)),
        # a charge is part of the atom
        ("CC(=O)[O-]", "CC(=O)O", Overlap(3, 3, 8, 6)),
        # salts have components
        ("CCN.Cl", "Cl.NCC", Overlap(4, 2, 8, 4)),
        (None, "CCO", Overlap(0, 0, 3, 2)),
        ("nonsense", "CCO", Overlap(0, 0, 3, 2)),
    ],
)
def test_overlap_by_hand(predicted: str | None, reference: str, expected: Overlap) -> None:
    assert overlap(predicted, reference) == expected


def test_a_wrong_substituent_costs_itself_only() -> None:
    read = "CC(C)Cc1ccc(cc1)C(C)C(=O)N"
    found = overlap(read, "CC(C)Cc1ccc(cc1)C(C)C(=O)O")
    assert (found.atoms, found.bonds) == (14, 15)


def test_overlap_is_the_same_both_ways_where_it_is_exact() -> None:
    one, two = "c1ccccc1CCN", "c1ccccc1CCO"
    assert overlap(one, two) == overlap(two, one) == Overlap(8, 9, 18, 18)


def test_bootstrap_estimates_are_the_metrics() -> None:
    rng = np.random.default_rng(1)
    confidence = rng.random(200)
    right = rng.random(200) < confidence
    bootstrap = Bootstrap(200, 50)
    error = metrics.expected_calibration_error(confidence, right)
    hits = right.astype(float)
    assert bootstrap.calibration_error(confidence, hits).value == pytest.approx(error)
    for coverage in (0.0, 0.3, 0.7, 1.0):
        expected = metrics.accuracy_at_coverage(confidence, right, coverage)
        found = bootstrap.accuracy_at_coverage(confidence, hits, coverage)
        assert found.value == pytest.approx(expected)
    assert bootstrap.mean(hits).value == pytest.approx(right.mean())
    assert bootstrap.ratio(np.array([1.0, 2.0] * 100), np.full(200, 3.0)).value == 0.5
    assert bootstrap.ratio(hits, np.zeros(200)).value == 0.0


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(2)
    bootstrap = Bootstrap(150, 400)
    inside = 0
    for _ in range(300):
        found = bootstrap.mean((rng.random(150) < 0.8).astype(float))
        inside += found.low <= 0.8 <= found.high
    assert 0.9 <= inside / 300 <= 0.98


def test_a_difference_of_pairs_has_a_narrow_interval() -> None:
    rng = np.random.default_rng(3)
    one = (rng.random(300) < 0.6).astype(float)
    two = one.copy()
    two[np.flatnonzero(one == 0)[:15]] = 1
    found = Bootstrap(300).mean(two - one)
    assert found.value == pytest.approx(0.05)
    assert 0.02 < found.low < 0.05 < found.high < 0.08


def made_reads() -> Reads:
    references = tuple(
        Reference(str(i), Path(f"{i}.png"), "CCO", ETHANOL, ETHANOL) for i in range(4)
    )
    right = Prediction("x", Status.OK, smiles="CCO", inchi=ETHANOL, confidence=0.95, seconds=0.1)
    wrong = Prediction("x", Status.OK, smiles="CO", inchi=METHANOL, confidence=0.45, seconds=0.1)
    none = Prediction("x", Status.LOW_CONFIDENCE, seconds=0.1)
    predictions = {
        "graph": [right, right, wrong, none],
        "caption": [right, wrong, wrong, right],
        "auto": [right, right, wrong, right],
    }
    return Reads("made", references, predictions)


def test_agreement_is_counted() -> None:
    found = agreement([made_reads()], "graph", "caption")
    counts = (found.same_right, found.same_wrong, found.only_one_right, found.only_two_right)
    assert (*counts, found.differ_wrong) == (1, 1, 1, 1, 0)
    # none and none is no agreement
    nothing = agreement([made_reads()], "graph", "graph")
    assert (nothing.same_right, nothing.same_wrong, nothing.differ_wrong) == (2, 1, 1)


def test_measures_by_hand(tmp_path: Path) -> None:
    result = compare([made_reads()], {"threads": 1})
    (found,) = result["sets"]
    graph = {key: e["value"] for key, e in found["measures"]["graph"].items()}
    assert graph["exact"] == graph["no_stereo"] == graph["smiles"] == 50
    assert graph["valid"] == 75
    # right, right, wrong, none
    away = metrics.levenshtein(METHANOL, ETHANOL) + len(ETHANOL)
    assert graph["levenshtein"] == away / 4
    # atoms 3 + 3 + 2 + 0 of 6 + 6 + 5 + 3, bonds 2 + 2 + 1 + 0 of 4 + 4 + 3 + 2
    assert graph["atom_f1"] == pytest.approx(100 * 2 * 8 / 20)
    assert graph["bond_f1"] == pytest.approx(100 * 2 * 5 / 13, abs=1e-3)
    # bins of 0.95 and right, 0.45 and wrong, 0 and wrong
    assert graph["ece"] == pytest.approx(100 * (0.05 * 2 + 0.45) / 4)
    assert graph["at_coverage"] == pytest.approx(100 * 2 / 3, abs=1e-3)
    assert found["exact_against_graph"]["auto"]["value"] == 25
    assert "bond_f1" in table(result)
    page = tmp_path / "page.html"
    write_page(result, page)
    text = page.read_text()
    assert text.count("<svg") == 3 and "Only second right" in text
    assert "http-equiv" not in text and "<script" not in text and "src=" not in text
    again = tmp_path / "again.html"
    write_page(json.loads(json.dumps(result)), again)
    assert again.read_text() == text
