"""A page to look a run through: each picture, what was found in it and the structure redrawn.

The page is one file that needs nothing else. What a row shows lies in blocks of base64 of gzip of
JSON, in the order of the page; the browser unpacks those that it comes near. So 10,000 rows open
at once, and no text from outside is ever part of the page's markup.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import importlib.resources
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from graphparse.depict import picture_url, structure_svg
from graphparse.images import ImageError, load_picture
from graphparse.prediction import Prediction, Status

logger = logging.getLogger(__name__)

NAME = "report.html"
BLOCK = 20
"""Rows that are compressed together."""
LONGEST = 480
"""Pixels of a picture's longer side on the page."""
STRUCTURE = (400, 260)
"""Width and height of a redrawn structure, in pixels."""
COLUMNS = ("source", "status", "confidence", "page", "smiles", "inchi", "inchikey", "message")
"""What the page knows of every row from the start: what it filters by."""


class ReportError(ValueError):
    """A folder that no report can be made of; the message says why."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of ``predictions.jsonl``."""

    offset: int
    """Of the line in the file, in bytes."""
    values: tuple[Any, ...]
    """Those of COLUMNS."""

    def doubt(self) -> tuple[int, float]:
        """Sorts errors first, then molecules from the least sure, then what holds none."""
        status, confidence = self.values[1:3]
        return {Status.ERROR: 0, Status.NO_STRUCTURE: 2}.get(status, 1), confidence


def write_report(folder: Path) -> int:
    """Write ``report.html`` into a folder that ``graphparse predict`` wrote.

    Pictures are read again from the paths they had; of one that is gone the page says so. Lines
    that are no predictions are left out, and the log says how many.

    Returns:
        The number of rows.

    Raises:
        ReportError: the folder has no predictions.
        OSError: the page can't be written.
    """
    lines = folder / "predictions.jsonl"
    if not lines.is_file():
        raise ReportError(f"{folder} holds no predictions.jsonl")
    found = list(_entries(lines))
    entries = sorted(filter(None, found), key=_Entry.doubt)
    if len(entries) < len(found):
        logger.warning("%s: lines left out: %d", lines, len(found) - len(entries))
    index = {
        "folder": _common_folder([entry.values[0] for entry in entries]),
        "block": BLOCK,
        "columns": COLUMNS,
        "rows": [entry.values for entry in entries],
    }
    before, after = _page()
    part = folder / f"{NAME}.part"
    with lines.open("rb") as source, part.open("w", encoding="utf-8") as page:
        page.write(before)
        page.write(_packed("index", index))
        for start in range(0, len(entries), BLOCK):
            block = [_details(entry, source) for entry in entries[start : start + BLOCK]]
            page.write(_packed(f"block-{start // BLOCK}", block))
        page.write(after)
    part.replace(folder / NAME)
    return len(entries)


def _entries(path: Path) -> Iterator[_Entry | None]:
    """Lines; None for those that a stopped run left unfinished, or that are no predictions."""
    offset = 0
    with path.open("rb") as file:
        for line in file:
            try:
                values = json.loads(line)
                Prediction.from_dict(values)
                yield _Entry(offset, tuple(values[name] for name in COLUMNS))
            except (ValueError, KeyError, TypeError):
                yield None
            offset += len(line)


def _common_folder(sources: list[str]) -> str:
    """The folder that all files are in, with a slash behind it; the page leaves it out of names."""
    folders = [f"{folder}{os.sep}" for source in sources[:1] for folder in Path(source).parents]
    shared = (folder for folder in folders if all(name.startswith(folder) for name in sources))
    return next(shared, "")


def _details(entry: _Entry, lines: IO[bytes]) -> dict[str, Any]:
    """What the page draws of a row, beside its COLUMNS."""
    lines.seek(entry.offset)
    prediction = Prediction.from_dict(json.loads(lines.readline()))
    graph, molblock = prediction.graph, prediction.molblock
    details: dict[str, Any] = {
        "picture": None,
        "structure": None if molblock is None else structure_svg(molblock, *STRUCTURE),
        "graph": None if graph is None else graph.to_dict(),
        "warnings": prediction.warnings,
        "inchi_reason": prediction.inchi_reason,
    }
    try:
        gray = load_picture(prediction.source, prediction.page, prediction.box).gray
    except ImageError as error:
        # why a row is an error stands among its facts
        why = "no picture" if str(error) == prediction.message else str(error)
        return {**details, "missing": why}
    height, width = gray.shape
    return {**details, "picture": picture_url(gray, LONGEST), "width": width, "height": height}


def _page() -> tuple[str, str]:
    """The page before and after its data; only its own style and script are allowed to it."""
    style, script = asset("page.css"), asset("page.js") + asset("report.js")
    policy = (
        f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}"
    )
    page = asset("report.html").replace("{{policy}}", policy)
    page = page.replace("{{style}}", style).replace("{{script}}", script)
    before, after = page.split("{{data}}")
    return before, after


def asset(name: str) -> str:
    """The text of a file in ``graphparse/assets``."""
    return (importlib.resources.files("graphparse") / "assets" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """A source expression of a content security policy that allows an inline text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _packed(name: str, value: Any) -> str:
    """A script element that no browser runs; base64 has no letter that markup knows."""
    # names of files may hold bytes that are no text: as escapes they get through
    packed = gzip.compress(json.dumps(value, separators=(",", ":")).encode("ascii"), 6, mtime=0)
    text = base64.b64encode(packed).decode()
    return f'<script type="application/octet-stream" id="{name}">{text}</script>\n'
