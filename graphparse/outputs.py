"""Prediction files: CSV for spreadsheets, JSON lines with everything, SDF for chemists."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from graphparse.prediction import Prediction

COLUMNS = (
    "source", "page", "box", "status", "smiles", "inchi", "inchikey", "confidence", "reader",
    "seconds", "message", "cxsmiles", "inchi_reason",
)  # fmt: skip
"""Of the CSV; new ones come last, so that programs which count them go on working."""
NAME = "predictions"
SUFFIXES = (".csv", ".sdf", ".jsonl")
"""Of the files; the last is what a run is continued from, and is put in place last."""


class OutputError(OSError):
    """An output folder that another run writes to, or whose stopped run would be lost."""


class OutputFolder:
    """Writes ``predictions.csv``, ``.jsonl`` and ``.sdf``, a prediction at a time; a context.

    While it is written to, each file has ``.part`` at the end of its name; all three appear under
    their names, in place of older ones, when the context ends without an error. One process at a
    time may write: a lock of the operating system, which ends with the process, sees to that.

    Args:
        folder: made if it is not there.
        resume: keep the predictions that are in the folder, of a run that was stopped or not.

    Raises:
        OutputError: another process is writing to the folder; or a run was stopped in it, and it
            is not to be resumed.
    """

    def __init__(self, folder: Path, resume: bool = False) -> None:
        self.folder = folder
        self._resume = resume
        self._opened = ExitStack()
        self.earlier: Counter[str] = Counter()
        """How many times each source was read, to its end, before."""
        self.begun: tuple[str, int] | None = None
        """A document that was being read: its source, and the page, from 0, to go on with."""

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / f"{NAME}.lock", timeout=0)
        with ExitStack() as opened:
            try:
                opened.enter_context(lock)
            except Timeout as error:
                raise OutputError(f"another run is writing to {self.folder}") from error
            self._open_files(opened)
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._opened:
            files = (self._csv, self._sdf, self._lines)
            for file in files:
                file.flush()
                os.fsync(file.fileno())
                file.close()
            if kind is None:
                for suffix in SUFFIXES:
                    self._part(suffix).replace(self._path(suffix))

    def write(self, prediction: Prediction) -> None:
        """Add one prediction to all three files; the SDF holds only those with a molecule."""
        values = prediction.to_dict()
        self._lines.write(json.dumps(values) + "\n")
        self._lines.flush()
        cells = {**values, "box": _box_text(prediction)}
        self._table.writerow(["" if cells[c] is None else cells[c] for c in COLUMNS])
        self._csv.flush()
        if prediction.molblock is not None:
            self._sdf.write(sdf_record(prediction))
            self._sdf.flush()

    def _open_files(self, opened: ExitStack) -> None:
        stopped = self._part(".jsonl")
        if stopped.exists() and not self._resume:
            raise OutputError(
                f"a run was stopped in {self.folder}: go on with --resume, or remove {stopped.name}"
            )
        source = stopped if stopped.exists() else self._path(".jsonl")
        # names of files may hold bytes that are no text: in files that are text they are escapes
        self._csv, self._sdf = (
            opened.enter_context(
                self._part(suffix).open(
                    "w", newline=newline, encoding="utf-8", errors="backslashreplace"
                )
            )
            for suffix, newline in ((".csv", ""), (".sdf", "\n"))
        )
        self._table = csv.writer(self._csv)
        self._table.writerow(COLUMNS)
        # the lines are what a stopped run is continued from: written aside, then put in place
        fresh = self._path(".jsonl.new")
        with fresh.open("w", encoding="utf-8") as self._lines:
            if self._resume:
                for prediction in self._kept(earlier_predictions(source), source != stopped):
                    self.write(prediction)
        fresh.replace(stopped)
        self._lines = opened.enter_context(stopped.open("a", encoding="utf-8"))

    def _kept(self, predictions: Iterable[Prediction], finished: bool) -> Iterator[Prediction]:
        """All of a finished run, and of one that was stopped all but the last page of a document.

        There may have been more on that page; it is read again.
        """
        held: list[Prediction] = []
        first = None
        for prediction in predictions:
            source, page = prediction.source, prediction.page
            place = (source, page, prediction.box)
            begins = page is None or self.begun is None or source != self.begun[0] or place == first
            if begins:
                self._count_begun()
                first = place
            here = None if page is None else (source, page - 1)
            if begins or here != self.begun:
                yield from held
                held = []
            self.begun = here
            held.append(prediction)
            if page is None:
                self.earlier[source] += 1
        if self.begun is None or finished:
            self._count_begun()
            yield from held

    def _count_begun(self) -> None:
        """A document was read to its end, as it seems."""
        if self.begun is not None:
            self.earlier[self.begun[0]] += 1
            self.begun = None

    def _path(self, suffix: str) -> Path:
        return self.folder / f"{NAME}{suffix}"

    def _part(self, suffix: str) -> Path:
        return self._path(f"{suffix}.part")


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


def _box_text(prediction: Prediction) -> str:
    return " ".join(map(str, prediction.box or ()))


def sdf_record(prediction: Prediction) -> str:
    """A molblock with the prediction's facts as data fields."""
    molblock = prediction.molblock or ""
    name = " ".join(prediction.source.split())
    page = "" if prediction.page is None else str(prediction.page)
    lines = molblock.split("\n")
    lines[0] = (f"{name} page {page}" if page else name)[:80]
    fields = {
        "source": name,
        "page": page,
        "smiles": prediction.smiles or "",
        "inchi": prediction.inchi or "",
        "confidence": f"{prediction.confidence:.4f}",
        "status": str(prediction.status),
        "box": _box_text(prediction),
        "inchikey": prediction.inchikey or "",
        # a blank line would end the field
        "message": " ".join(prediction.message.split()),
    }
    text = "\n".join(lines).rstrip("\n") + "\n"
    facts = (f">  <{key}>\n{value}\n\n" for key, value in fields.items() if value)
    return text + "".join(facts) + "$$$$\n"
