"""Prediction files: CSV for spreadsheets, JSON lines with everything, SDF for chemists."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from graphparse.prediction import Prediction

COLUMNS = (
    "source", "page", "box", "status", "smiles", "inchi", "inchikey", "confidence", "reader",
    "seconds", "message",
)  # fmt: skip


class OutputFolder:
    """Writes ``predictions.csv``, ``.jsonl`` and ``.sdf``, a prediction at a time; a context.

    Args:
        folder: made if it is not there; the three files in it are replaced.
        resume: keep the predictions that a run which was stopped left in the folder.
    """

    def __init__(self, folder: Path, resume: bool = False) -> None:
        self.folder = folder
        self._resume = resume
        self._files = ExitStack()
        self.earlier: list[str] = []
        """Sources of the predictions that were kept."""

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        base = self.folder / "predictions"
        lines = base.with_suffix(".jsonl")
        kept = list(earlier_predictions(lines)) if self._resume else []
        # the lines are what a stopped run is continued from: written aside, then put in place
        fresh = base.with_suffix(".jsonl.part")
        fresh.write_text("".join(json.dumps(p.to_dict()) + "\n" for p in kept), encoding="utf-8")
        fresh.replace(lines)
        # names of files may hold bytes that are no text: they are written as they are
        self._csv, self._sdf = (
            self._files.enter_context(
                base.with_suffix(suffix).open(
                    "w", newline=newline, encoding="utf-8", errors="surrogateescape"
                )
            )
            for suffix, newline in ((".csv", ""), (".sdf", "\n"))
        )
        self._lines = self._files.enter_context(lines.open("a", encoding="utf-8"))
        self._table = csv.writer(self._csv)
        self._table.writerow(COLUMNS)
        for prediction in kept:
            self._write_views(prediction)
            self.earlier.append(prediction.source)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._files.close()

    def write(self, prediction: Prediction) -> None:
        """Add one prediction to all three files; the SDF holds only those with a molecule."""
        self._lines.write(json.dumps(prediction.to_dict()) + "\n")
        self._lines.flush()
        self._write_views(prediction)

    def _write_views(self, prediction: Prediction) -> None:
        values = prediction.to_dict()
        self._table.writerow(["" if values[c] is None else values[c] for c in COLUMNS])
        self._csv.flush()
        if prediction.molblock is not None:
            self._sdf.write(sdf_record(prediction))
            self._sdf.flush()


def earlier_predictions(path: Path) -> Iterator[Prediction]:
    """Predictions of a ``.jsonl`` file up to the first line that a stopped run left unfinished."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            try:
                yield Prediction.from_dict(json.loads(line))
            except (ValueError, KeyError, TypeError):
                return


def sdf_record(prediction: Prediction) -> str:
    """A molblock with the prediction's facts as data fields."""
    molblock = prediction.molblock or ""
    name = " ".join(prediction.source.split())
    lines = molblock.split("\n")
    lines[0] = name[:80]
    fields = {
        "source": name,
        "smiles": prediction.smiles or "",
        "inchi": prediction.inchi or "",
        "confidence": f"{prediction.confidence:.4f}",
        "status": str(prediction.status),
    }
    text = "\n".join(lines).rstrip("\n") + "\n"
    return text + "".join(f">  <{key}>\n{value}\n\n" for key, value in fields.items()) + "$$$$\n"
