"""Readers side by side on the same images, with intervals."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rdkit import Chem, rdBase

from graphparse import metrics
from graphparse.evaluate import (
    COVERAGE,
    Reference,
    confidence_curves,
    read_references,
    set_names,
    spaced,
)
from graphparse.fallback import Fallback, captioned, combined, in_doubt
from graphparse.intervals import LEVELS, RESAMPLES, SEED, Bootstrap, Estimate, Values
from graphparse.matching import overlap
from graphparse.prediction import Prediction, ReaderKind
from graphparse.recognizer import Recognizer

POOLED = "all"
"""Name of the sets together."""
ATOM_BINS = (1, 11, 21, 31, 41, 61)
"""First heavy-atom counts of the bins that accuracy is shown by; the last is open."""


@dataclass(frozen=True, slots=True)
class Reads:
    """What the readers made of one set."""

    name: str
    references: tuple[Reference, ...]
    predictions: Mapping[str, Sequence[Prediction]]
    """By reader: one for each reference."""


@dataclass(frozen=True, slots=True)
class Scores:
    """(N,) values of one reader on N images, each what a measure is a mean or ratio of."""

    exact: Values
    no_stereo: Values
    smiles: Values
    tanimoto: Values
    levenshtein: Values
    valid: Values
    atoms: Values
    """(N, 2): atoms that agree, twice, and atoms of both molecules; so for bonds."""
    bonds: Values
    confidence: Values
    seconds: Values


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two readers agree on N images; counts."""

    one: str
    two: str
    same_right: int
    same_wrong: int
    only_one_right: int
    only_two_right: int
    differ_wrong: int


def caption_names(fallbacks: Sequence[Fallback]) -> list[str]:
    """What caption readers are called beside each other: what they are made of, if there are
    several, and the start of their weights' hash where that is the same."""
    if len(fallbacks) == 1:
        return [ReaderKind.CAPTION.value]
    made = [fallback.captioner.name for fallback in fallbacks]
    return [
        name if made.count(name) == 1 else f"{name} {fallback.captioner.weights_hash[:6]}"
        for name, fallback in zip(made, fallbacks, strict=True)
    ]


def read_set(
    folder: Path,
    recognizer: Recognizer,
    fallbacks: Sequence[Fallback] = (),
    limit: int | None = None,
    name: str = "",
) -> Reads:
    """Read the images of a set with each reader, every picture once with each network.

    What ``auto`` makes of a picture follows from the graph reader and the first caption reader; its
    time is the graph reader's, and that of the caption reader where it is asked.

    Args:
        folder: see :func:`graphparse.evaluate.read_references`.
        recognizer: the graph reader alone.
        fallbacks: caption readers; without any there is the graph reader only.
        limit: evenly spaced references to take.
        name: of the set; without one its folder's.

    Raises:
        ReferenceError: see :func:`graphparse.evaluate.read_references`.
    """
    references = spaced(read_references(folder), limit)
    graph = recognizer.predict([reference.image for reference in references])
    predictions: dict[str, list[Prediction]] = {ReaderKind.GRAPH.value: graph}
    both: list[Prediction] = []
    for reader, fallback in zip(caption_names(fallbacks), fallbacks, strict=True):
        captions, asking = [], fallback is fallbacks[0]
        for found in graph:
            start = time.perf_counter()
            opinion = fallback.opinion_on(found.source)
            seconds = time.perf_counter() - start
            caption = captioned(partial(Prediction, found.source), opinion, fallback.policy)
            captions.append(replace(caption, seconds=seconds))
            if asking:
                asked = in_doubt(found, fallback.policy.threshold)
                auto = combined(found, opinion, fallback.policy) if asked else found
                both.append(replace(auto, seconds=found.seconds + seconds * asked))
        predictions[reader] = captions
    if fallbacks:
        predictions[ReaderKind.AUTO.value] = both
    return Reads(name or set_names([folder])[0], tuple(references), predictions)


def score(references: Sequence[Reference], predictions: Sequence[Prediction]) -> Scores:
    """Everything that can be said of each image alone."""
    pairs = list(zip(predictions, references, strict=True))
    shared = [overlap(p.smiles, r.smiles) for p, r in pairs]

    def values(found: list[Any]) -> Values:
        return np.array(found, np.float64)

    return Scores(
        exact=values([metrics.exact(p.inchi, r.inchi) for p, r in pairs]),
        no_stereo=values(
            [metrics.without_stereo(p.inchi) == metrics.without_stereo(r.inchi) for p, r in pairs]
        ),
        smiles=values([metrics.same_smiles(p.smiles, r.smiles) for p, r in pairs]),
        tanimoto=values([metrics.tanimoto(p.smiles, r.smiles) for p, r in pairs]),
        levenshtein=values([metrics.levenshtein(p.inchi, r.inchi) for p, r in pairs]),
        valid=values([p.smiles is not None for p, _ in pairs]),
        atoms=values([(2 * s.atoms, s.all_atoms) for s in shared]).reshape(-1, 2),
        bonds=values([(2 * s.bonds, s.all_bonds) for s in shared]).reshape(-1, 2),
        confidence=values([p.confidence for p, _ in pairs]),
        seconds=values([p.seconds for p, _ in pairs]),
    )


def measures(scores: Scores, bootstrap: Bootstrap) -> dict[str, Estimate]:
    """The measures of one reader; shares in percent, F1 too. docs/evaluation.md defines them."""
    sure, right = scores.confidence, scores.exact
    shares = {
        "exact": bootstrap.mean(right),
        "no_stereo": bootstrap.mean(scores.no_stereo),
        "smiles": bootstrap.mean(scores.smiles),
        "valid": bootstrap.mean(scores.valid),
        "atom_f1": bootstrap.ratio(*scores.atoms.T),
        "bond_f1": bootstrap.ratio(*scores.bonds.T),
        "ece": bootstrap.calibration_error(sure, right),
        "at_coverage": bootstrap.accuracy_at_coverage(sure, right, COVERAGE),
    }
    return {
        **{name: share.times(100) for name, share in shares.items()},
        "tanimoto": bootstrap.mean(scores.tanimoto),
        "levenshtein": bootstrap.mean(scores.levenshtein),
        "seconds": bootstrap.mean(scores.seconds),
    }


def compare(reads: Sequence[Reads], settings: Mapping[str, Any]) -> dict[str, Any]:
    """All that the page shows, as plain values ready for JSON.

    Args:
        reads: at least one set, each with at least one image, all by the same readers.
        settings: what the figures were made with, kept with them.

    Raises:
        ValueError: a set has no image.
    """
    for r in reads:
        if not r.references:
            raise ValueError(f"{r.name} has no reference with an InChI")
    readers = tuple(reads[0].predictions)
    scored = [{name: score(r.references, r.predictions[name]) for name in readers} for r in reads]
    pooled = {name: _joined([by_reader[name] for by_reader in scored]) for name in readers}
    references = [reference for r in reads for reference in r.references]
    sets = [_set(r.name, by_reader) for r, by_reader in zip(reads, scored, strict=True)]
    if len(reads) > 1:
        sets.append(_set(POOLED, pooled))
    sizes = np.array([heavy_atoms(reference.smiles) for reference in references])
    return {
        "settings": {
            **settings,
            "coverage": COVERAGE,
            "resamples": RESAMPLES,
            "bootstrap_seed": SEED,
            "interval_percentiles": list(LEVELS),
        },
        "readers": list(readers),
        "sets": sets,
        "curves": {name: _curves(scores, sizes) for name, scores in pooled.items()},
        "agreement": [
            asdict(agreement(reads, one, two))
            for i, one in enumerate(readers)
            for two in readers[i + 1 :]
        ],
    }


def agreement(reads: Sequence[Reads], one: str, two: str) -> Agreement:
    """Where two readers give the same InChI, and which is right; no InChI is no agreement."""
    counts = dict.fromkeys(("same_right", "same_wrong"), 0)
    counts |= dict.fromkeys(("only_one_right", "only_two_right", "differ_wrong"), 0)
    for r in reads:
        rows = zip(r.references, r.predictions[one], r.predictions[two], strict=True)
        for reference, a, b in rows:
            if a.inchi is not None and a.inchi == b.inchi:
                counts["same_right" if a.inchi == reference.inchi else "same_wrong"] += 1
            elif a.inchi == reference.inchi:
                counts["only_one_right"] += 1
            elif b.inchi == reference.inchi:
                counts["only_two_right"] += 1
            else:
                counts["differ_wrong"] += 1
    return Agreement(one, two, **counts)


def heavy_atoms(smiles: str) -> int:
    """Of a SMILES; 0 of one that is none."""
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
    return 0 if mol is None else int(mol.GetNumHeavyAtoms())


def table(result: Mapping[str, Any]) -> str:
    """The measures for people, a row for each set and reader."""
    rows = [
        {"set": found["name"], "images": found["images"], "reader": name}
        | {key: f"{e['value']:.3g} [{e['low']:.3g}, {e['high']:.3g}]" for key, e in values.items()}
        for found in result["sets"]
        for name, values in found["measures"].items()
    ]
    with pd.option_context("display.width", None, "display.max_columns", None):
        return str(pd.DataFrame(rows).set_index(["set", "images", "reader"]).T.to_string())


def write_json(result: Mapping[str, Any], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=2) + "\n")


def _set(name: str, by_reader: Mapping[str, Scores]) -> dict[str, Any]:
    bootstrap = Bootstrap(len(next(iter(by_reader.values())).exact))
    found = {reader: measures(scores, bootstrap) for reader, scores in by_reader.items()}
    first, *others = by_reader
    return {
        "name": name,
        "images": len(by_reader[first].exact),
        "measures": {
            reader: {key: _plain(estimate) for key, estimate in values.items()}
            for reader, values in found.items()
        },
        # in percent points, over pairs: much narrower than the two intervals side by side
        "exact_against_" + first: {
            other: _plain(
                bootstrap.mean(by_reader[other].exact - by_reader[first].exact).times(100)
            )
            for other in others
        },
    }


def _curves(scores: Scores, sizes: Values) -> dict[str, list[dict[str, Any]]]:
    right = scores.exact.astype(bool)
    by_atoms = []
    for low, high in zip(ATOM_BINS, (*ATOM_BINS[1:], np.inf), strict=True):
        within = (sizes >= low) & (sizes < high)
        if within.any():
            share = Bootstrap(int(within.sum())).mean(scores.exact[within])
            name = f"{low}+" if high == np.inf else f"{low}-{high - 1}"
            by_atoms.append({"atoms": name, "images": int(within.sum()), **_plain(share)})
    return {**confidence_curves(scores.confidence, right), "by_atoms": by_atoms}


def _plain(estimate: Estimate) -> dict[str, float]:
    return {key: round(value, 4) for key, value in asdict(estimate).items()}


def _joined(parts: Sequence[Scores]) -> Scores:
    fields = Scores.__dataclass_fields__
    return Scores(**{key: np.concatenate([getattr(p, key) for p in parts]) for key in fields})
