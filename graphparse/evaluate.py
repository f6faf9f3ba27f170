"""Accuracy on folders of images with references."""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rdkit import Chem, rdBase

from graphparse import metrics
from graphparse.causes import cause_of
from graphparse.listing import columns_of, rows_of, target_string
from graphparse.prediction import Prediction
from graphparse.recognizer import Recognizer

logger = logging.getLogger(__name__)

NEEDED = ("id", "image", "smiles")
"""Columns that ``references.csv`` must have."""
COVERAGE = 0.7
COVERAGES = tuple(step / 10 for step in range(1, 11))
"""Where the risk-coverage curve is taken."""


class ReferenceError(ValueError):
    """A folder without a usable ``references.csv``."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One row of ``references.csv``."""

    id: str
    image: Path
    smiles: str
    inchi: str
    inchi_corrected: str
    molfile: Path | None = None
    """Laid out as the drawing is, at another scale."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of one set over the references that have an InChI; shares in percent."""

    name: str
    images: int
    exact: float
    """Standard InChI, stereo included."""
    no_stereo: float
    corrected: float
    """Exact where the reference is replaced by its correction, if the set has any."""
    smiles: float
    tanimoto: float
    levenshtein: float
    """Mean edit distance of InChIs; smaller is better."""
    valid: float
    ece: float
    """Expected calibration error in percent points; smaller is better."""
    at_coverage: float
    """Exact among the most confident 70 %."""
    seconds: float
    """Per image."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A set's summary and its predictions."""

    summary: Summary
    references: tuple[Reference, ...]
    predictions: tuple[Prediction, ...]
    causes: dict[str, int]
    """How many of the wrong predictions are wrong in which way."""

    def rows(self) -> pd.DataFrame:
        """One row per image, for people and spreadsheets."""
        return pd.DataFrame(
            {
                "id": reference.id,
                "status": str(prediction.status),
                "exact": metrics.exact(prediction.inchi, reference.inchi),
                "confidence": prediction.confidence,
                "cause": cause_of(prediction, reference.inchi),
                "seconds": round(prediction.seconds, 4),
                "smiles": prediction.smiles or "",
                "reference_smiles": reference.smiles,
                "inchi": prediction.inchi or "",
                "reference": reference.inchi,
                "warnings": "; ".join(prediction.warnings),
                "image": str(reference.image),
            }
            for reference, prediction in zip(self.references, self.predictions, strict=True)
        )


def read_references(folder: Path) -> list[Reference]:
    """Rows of ``references.csv`` that have an InChI; ``ref``, if there, names a molfile.

    An InChI that is not listed is made from the SMILES. One that RDKit cannot read is left out,
    and the log says so: no prediction could meet it. Upper and lower case are the same in names of
    columns.

    Raises:
        ReferenceError: there is no such file, a column is missing, or no row has an InChI.
    """
    path = folder / "references.csv"
    if not path.is_file():
        raise ReferenceError(f"{path}: no such file")
    try:
        missing = set(NEEDED) - columns_of(path)
        if missing:
            raise ReferenceError(f"{path}: no column {', '.join(sorted(missing))}")
        rows = [_with_inchi(row) for row in rows_of(path)]
    except UnicodeDecodeError as error:
        raise ReferenceError(f"{path}: no text in UTF-8 ({error})") from error
    found = [row for row in rows if row["inchi"]]
    if len(found) < len(rows):
        _warn_once(f"{path}: rows left out for lack of an InChI: {len(rows) - len(found)}")
    kept = [_reference(folder, row) for row in found if _is_readable(row["inchi"])]
    if len(kept) < len(found):
        _warn_once(f"{path}: rows left out for an unreadable InChI: {len(found) - len(kept)}")
    if not kept:
        raise ReferenceError(f"{path}: no row has an InChI, or SMILES that one can be made from")
    return kept


def _with_inchi(row: dict[str, str]) -> dict[str, str]:
    """A row whose InChI is made from its SMILES if it is not listed; "" if there is none."""
    if "inchi" in row:
        return row
    return {**row, "inchi": target_string(row.get("smiles", ""), "inchi") or ""}


def _reference(folder: Path, row: dict[str, str]) -> Reference:
    return Reference(
        row.get("id", ""),
        folder / row.get("image", ""),
        row.get("smiles", ""),
        row["inchi"],
        row.get("inchi_corrected", row["inchi"]),
        folder / row["ref"] if "ref" in row else None,
    )


@cache
def _is_readable(inchi: str) -> bool:
    with rdBase.BlockLogs():
        return Chem.MolFromInchi(inchi, sanitize=False, removeHs=False) is not None


@cache
def _warn_once(message: str) -> None:
    """Commands look at all sets first, and read them again when their turn comes."""
    logger.warning(message)


def set_names(folders: Sequence[Path]) -> list[str]:
    """What sets are called: by their folders, with as much of the path as tells them apart."""
    paths = [folder.resolve() for folder in folders]
    return [_short_name(path, set(paths) - {path}) for path in paths]


def _short_name(path: Path, others: set[Path]) -> str:
    for count in range(1, len(path.parts)):
        end = path.parts[-count:]
        if all(other.parts[-count:] != end for other in others):
            return "/".join(end)
    return str(path)


def evaluate(
    folder: Path, recognizer: Recognizer, limit: int | None = None, name: str = ""
) -> Evaluation:
    """Read the images of a folder and compare with its references.

    Args:
        folder: with ``references.csv`` (``id,image,smiles``, perhaps ``inchi,inchi_corrected``).
        recognizer: reads the images.
        limit: evenly spaced references to take; None takes all.
        name: of the set; without one its folder's.

    Raises:
        ReferenceError: see :func:`read_references`.
    """
    references = spaced(read_references(folder), limit)
    start = time.perf_counter()
    predictions = recognizer.predict([reference.image for reference in references])
    seconds = (time.perf_counter() - start) / max(len(references), 1)
    name = name or set_names([folder])[0]
    summary = summarise(name, references, predictions, seconds)
    causes = Counter(
        cause_of(prediction, reference.inchi)
        for prediction, reference in zip(predictions, references, strict=True)
    )
    causes.pop("", None)
    return Evaluation(summary, tuple(references), tuple(predictions), dict(causes.most_common()))


def spaced(references: Sequence[Reference], limit: int | None) -> Sequence[Reference]:
    """So many references, evenly spaced; all of them without a limit."""
    if limit is None or limit >= len(references):
        return references
    picked = np.linspace(0, len(references) - 1, limit).round().astype(int)
    return [references[i] for i in picked]


def summarise(
    name: str,
    references: Sequence[Reference],
    predictions: Sequence[Prediction],
    seconds: float = 0.0,
) -> Summary:
    """All figures of a set."""
    pairs = list(zip(predictions, references, strict=True))
    right = np.array([metrics.exact(p.inchi, r.inchi) for p, r in pairs], bool)
    confidence = np.array([p.confidence for p, _ in pairs], np.float64)

    def percent(values: Sequence[bool]) -> float:
        return round(100 * metrics.share(values), 1)

    return Summary(
        name=name,
        images=len(pairs),
        exact=percent(right.tolist()),
        no_stereo=percent(
            [metrics.without_stereo(p.inchi) == metrics.without_stereo(r.inchi) for p, r in pairs]
        ),
        corrected=percent([metrics.exact(p.inchi, r.inchi_corrected) for p, r in pairs]),
        smiles=percent([metrics.same_smiles(p.smiles, r.smiles) for p, r in pairs]),
        tanimoto=_mean([metrics.tanimoto(p.smiles, r.smiles) for p, r in pairs], 3),
        levenshtein=_mean([metrics.levenshtein(p.inchi, r.inchi) for p, r in pairs], 2),
        valid=percent([p.smiles is not None for p, _ in pairs]),
        ece=round(100 * metrics.expected_calibration_error(confidence, right), 1),
        at_coverage=round(100 * metrics.accuracy_at_coverage(confidence, right, COVERAGE), 1),
        seconds=round(seconds, 3),
    )


def confidence_curves(
    confidence: NDArray[np.float64], right: NDArray[np.bool_]
) -> dict[str, list[dict[str, float]]]:
    """Risk-coverage curve and reliability diagram of (n,) predictions, shares in [0, 1]."""
    curve = [
        {"coverage": c, "accuracy": round(metrics.accuracy_at_coverage(confidence, right, c), 4)}
        for c in COVERAGES
    ]
    bars = [asdict(bar) for bar in metrics.reliability(confidence, right)]
    return {"risk_coverage": curve, "reliability": bars}


def _mean(values: Sequence[float], digits: int) -> float:
    return round(float(np.mean(values)), digits) if len(values) else 0.0


def table(summaries: Sequence[Summary]) -> str:
    """Summaries as an aligned table, with a mean over the sets if there are several."""
    frame = pd.DataFrame([asdict(summary) for summary in summaries]).set_index("name")
    if len(frame) > 1:
        mean = frame.mean(numeric_only=True).round(3)
        mean["images"] = frame["images"].sum()
        frame.loc["mean"] = mean
        frame["images"] = frame["images"].astype(int)
    return str(frame.to_string())


def read_sidecar(path: Path) -> dict[str, Any]:
    """The JSON sidecar of weights.

    Raises:
        ValueError: it is something else.
    """
    try:
        values = json.loads(path.read_text())
    except ValueError as error:
        raise ValueError(f"{path}: no JSON ({error})") from error
    if not isinstance(values, dict):
        raise ValueError(f"{path}: expected a JSON object, got {type(values).__name__}")
    return values


def record_metrics(evaluations: Sequence[Evaluation], sidecar: Path) -> None:
    """Write the figures into the JSON sidecar of the weights that they were measured with."""
    values = read_sidecar(sidecar)
    values["metrics"] = {
        evaluation.summary.name: {
            key: value for key, value in asdict(evaluation.summary).items() if key != "name"
        }
        for evaluation in evaluations
    }
    sidecar.write_text(json.dumps(values, indent=2) + "\n")


def write_results(evaluations: Sequence[Evaluation], out: Path) -> None:
    """Write ``results.csv`` (a row per image) and ``summary.json`` to a folder."""
    out.mkdir(parents=True, exist_ok=True)
    frames = [evaluation.rows().assign(set=evaluation.summary.name) for evaluation in evaluations]
    pd.concat(frames).to_csv(out / "results.csv", index=False)
    record = [
        {
            **asdict(evaluation.summary),
            "causes": evaluation.causes,
            **confidence_curves(frame["confidence"].to_numpy(), frame["exact"].to_numpy()),
        }
        for evaluation, frame in zip(evaluations, frames, strict=True)
    ]
    (out / "summary.json").write_text(json.dumps(record, indent=2) + "\n")
