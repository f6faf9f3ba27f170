"""Prediction files: CSV for spreadsheets, JSON lines with everything, SDF for chemists."""

from __future__ import annotations

import csv
import json
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from graphparse.prediction import Prediction

COLUMNS = (
    "source", "status", "smiles", "inchi", "inchikey", "confidence", "reader", "seconds", "message",
)  # fmt: skip


class OutputFolder:
    """Writes ``predictions.csv``, ``.jsonl`` and ``.sdf``, a prediction at a time; a context.

    Args:
        folder: made if it is not there; the three files in it are replaced.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = ExitStack()

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        base = self.folder / "predictions"
        opened = [
            self._files.enter_context(base.with_suffix(suffix).open("w", newline=newline))
            for suffix, newline in ((".csv", ""), (".jsonl", None), (".sdf", None))
        ]
        table, self._lines, self._sdf = opened
        self._table = csv.writer(table)
        self._table.writerow(COLUMNS)
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
        values = prediction.to_dict()
        self._table.writerow(["" if values[c] is None else values[c] for c in COLUMNS])
        self._lines.write(json.dumps(values) + "\n")
        if prediction.molblock is not None:
            self._sdf.write(sdf_record(prediction))


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
