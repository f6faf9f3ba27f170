"""Fits when the caption reader is asked, on real images that nothing was trained on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from graphparse.align import held_out
from graphparse.calibrate import fit
from graphparse.evaluate import Reference, read_references, set_names
from graphparse.fallback import Fallback, Opinion, Policy, combined, evidence, in_doubt
from graphparse.prediction import Prediction
from graphparse.recognizer import Recognizer

THRESHOLDS = tuple(step / 20 for step in range(20, 0, -1))
"""Tried as the confidence below which the caption reader is asked."""
FEWEST = 20
"""Readings that a model is fitted on."""
CHANCE = 0.05
"""A gain that chance makes as often as this, or more often, is none."""


@dataclass(frozen=True, slots=True)
class Case:
    """One drawing as both readers see it."""

    set: str
    inchi: str
    """Of the reference."""
    prediction: Prediction
    """Of the graph reader."""
    opinion: Opinion | None
    """Of the caption reader."""

    @property
    def right(self) -> bool:
        return self.prediction.inchi == self.inchi


def fit_fallback(
    folders: Sequence[Path],
    recognizer: Recognizer,
    graph_weights: str,
    fallback: Fallback,
    out: Path,
) -> tuple[Policy, int, int, int]:
    """Choose a policy on the drawings of the sets that are kept from training, and write it.

    Args:
        folders: with ``references.csv``.
        recognizer: the graph reader alone.
        graph_weights: sha256 of its weights.
        fallback: with the caption reader.
        out: JSON file to write.

    Returns:
        The policy, the number of drawings, how many of them the graph reader reads right, and how
        many are right with the policy.
    """
    cases: list[Case] = []
    for folder, name in zip(folders, set_names(folders), strict=True):
        kept = [found for found in read_references(folder) if held_out(found.id)]
        cases += _cases(name, kept, recognizer, fallback)
    policy = choose(cases, graph_weights, fallback.captioner.weights_hash)
    right = sum(case.right for case in cases)
    together = sum(_right_with(case, policy) for case in cases)
    record = {**asdict(policy), "images": len(cases), "right": right, "right_with": together}
    out.write_text(json.dumps(record, indent=2) + "\n")
    return policy, len(cases), right, together


def choose(cases: Sequence[Case], graph_weights: str = "", caption_weights: str = "") -> Policy:
    """The policy with the most right drawings that makes no set worse; the least asking of equals.

    If none has a gain beyond chance (exact McNemar test, one-sided), the caption reader is never
    asked.

    Args:
        cases: that nothing was trained on.
        graph_weights, caption_weights: sha256 of the weights that made them.
    """
    hashes: dict[str, Any] = {"graph_weights": graph_weights, "caption_weights": caption_weights}
    readable = [case for case in cases if case.opinion and case.opinion.molecule.inchi]
    x = np.array([_evidence(case)[1:] for case in readable]).reshape(-1, 1)
    alone = _fit(x, np.array([_captioned(case) for case in readable], bool))
    best, most = Policy(alone=alone, **hashes), 0
    for threshold in THRESHOLDS:
        policy = _policy_at(readable, threshold, alone, hashes)
        gains = _gains(cases, policy)
        won, lost = (sum(g == sign for _, g in gains) for sign in (1, -1))
        of_sets = {name: sum(g for s, g in gains if s == name) for name, _ in gains}
        worth = won > lost and binomtest(won, won + lost, alternative="greater").pvalue < CHANCE
        if worth and won - lost >= max(most, 1) and min(of_sets.values()) >= 0:
            best, most = policy, won - lost
    return best


def _cases(
    name: str, references: Sequence[Reference], recognizer: Recognizer, fallback: Fallback
) -> list[Case]:
    images = [reference.image for reference in references]
    opinions = (fallback.opinion_on(image) for image in images)
    rows = zip(references, recognizer.predict(images), opinions, strict=True)
    return [Case(name, reference.inchi, found, opinion) for reference, found, opinion in rows]


def _policy_at(
    readable: Sequence[Case],
    threshold: float,
    alone: tuple[float, ...] | None,
    hashes: dict[str, Any],
) -> Policy:
    """The models of those that would be asked about."""
    asked = [case for case in readable if in_doubt(case.prediction, threshold)]
    x = np.array([_evidence(case) for case in asked]).reshape(-1, 2)
    same = np.array([_same(case) for case in asked], bool)
    right = np.array([case.right for case in asked], bool)
    captioned = np.array([_captioned(case) for case in asked], bool)
    other = ~same
    # of a graph that is no molecule there is nothing to stay with
    has = other & np.array([case.prediction.inchi is not None for case in asked], bool)
    return Policy(
        threshold=threshold,
        agreed=_fit(x[same], right[same]),
        graph=_fit(x[has], right[has]),
        caption=_fit(x[other], captioned[other]),
        alone=alone,
        **hashes,
    )


def _fit(x: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[float, ...] | None:
    """A logistic model; None of too few readings.

    Its penalty keeps it from certainty where all are right.
    """
    return None if len(x) < FEWEST else tuple(fit(x, right, penalty=1.0).tolist())


def _gains(cases: Sequence[Case], policy: Policy) -> list[tuple[str, int]]:
    """Set and gain of each case: 1 if it becomes right, -1 if it was."""
    return [(case.set, int(_right_with(case, policy)) - int(case.right)) for case in cases]


def _right_with(case: Case, policy: Policy) -> bool:
    found = case.prediction
    if in_doubt(found, policy.threshold):
        found = combined(found, case.opinion, policy)
    return found.inchi == case.inchi


def _evidence(case: Case) -> tuple[float, float]:
    return evidence(case.prediction.confidence, case.opinion.score if case.opinion else 0.0)


def _same(case: Case) -> bool:
    return case.opinion is not None and case.opinion.molecule.inchi == case.prediction.inchi


def _captioned(case: Case) -> bool:
    return case.opinion is not None and case.opinion.molecule.inchi == case.inchi
