"""Millions of image files made ready to train caption models on: a file for some thousands of them.

A shard is a ``.npz`` without compression. It is written under another name and put in place when it
is complete, so that a run that is killed goes on with the shards that are missing.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.caption.canvas import CANVAS, on_canvas
from detectors.caption.tokens import UNKNOWN, Target, tokens_of
from graphparse.images import ImageError, load_image, looks_blank
from graphparse.listing import Listed, Listing, string_of
from graphparse.processes import end_with_parent

ABOUT = "prepare.json"
"""What a folder of shards holds beside them: what was prepared, and how."""
STRINGS, PROBLEMS = "strings.csv", "problems.csv"
COLUMNS = ("image", "string", "length", "problem")


class PrepareError(ValueError):
    """A folder of shards that is not what was asked for."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is prepared, and how; the same for every shard."""

    target: Target
    canvas: tuple[int, int]
    """Height and width in pixels."""
    shard_size: int
    """Images of the list in a shard."""
    images: int
    """In the list."""
    digest: str
    """sha256 of the list and of where its images are."""

    @property
    def shards(self) -> int:
        return -(-self.images // self.shard_size)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Of a folder of shards.

        Raises:
            PrepareError: it is none.
        """
        try:
            values = json.loads((folder / ABOUT).read_text())
            return cls(**{**values, "canvas": tuple(values["canvas"])})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise PrepareError(f"{folder}: no folder of 'graphparse prepare' ({error})") from error

    def begin(self, out: Path) -> None:
        """Make the folder, or see that it is one of the same plan.

        Raises:
            PrepareError: it is of another, or holds something else.
        """
        if (out / ABOUT).exists():
            if Plan.load(out) != self:
                raise PrepareError(f"{out} was prepared from another list or in another way")
            return
        if out.exists() and any(out.iterdir()):
            raise PrepareError(f"{out} is not empty")
        out.mkdir(parents=True, exist_ok=True)
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        _put(out / ABOUT, json.dumps(fields, indent=2).encode())


@dataclass(frozen=True, slots=True)
class Shard:
    """Prepared images, N of them."""

    png: NDArray[np.uint8]
    """The files of all canvases, one after another: a twentieth of their pixels."""
    png_ends: NDArray[np.int64]
    """(N,) where each ends."""
    tokens: NDArray[np.uint16]
    """Token numbers, END included, so too."""
    token_ends: NDArray[np.int64]

    @classmethod
    def load(cls, path: Path) -> Self:
        with np.load(path) as arrays:
            return cls(*(arrays[name] for name in cls.__dataclass_fields__))

    def __len__(self) -> int:
        return len(self.png_ends)

    def length(self, index: int) -> int:
        """Tokens of a string."""
        return int(self.token_ends[index] - _start(self.token_ends, index))

    def row(self, index: int) -> tuple[NDArray[np.uint8], list[int]]:
        """The canvas (H, W) and token numbers of an image."""
        png = self.png[_start(self.png_ends, index) : self.png_ends[index]]
        tokens = self.tokens[_start(self.token_ends, index) : self.token_ends[index]]
        gray = cv2.imdecode(png, cv2.IMREAD_GRAYSCALE)
        return np.asarray(gray, np.uint8), tokens.tolist()


def plan(
    listing: Listing, target: Target, shard_size: int, canvas: tuple[int, int] = CANVAS
) -> Plan:
    """What is to be done of a list, which is read once."""
    with listing.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    digest.update(os.fsencode(listing.images.resolve()))
    return Plan(target, canvas, shard_size, sum(1 for _ in listing), digest.hexdigest())


def prepare(
    listing: Listing, todo: Plan, out: Path, workers: int
) -> Iterator[tuple[int, tuple[int, int]]]:
    """Write the shards that are missing, in processes of their own.

    A picture that can't be read, or has no string, is left out and listed among the problems.

    Args:
        listing: of the images.
        todo: made of the same list; see :meth:`Plan.begin`.
        out: folder of the shards.
        workers: processes.

    Yields:
        Position, from 0, of a shard that is done among those that are, and how many of its images
        are prepared and are not.
    """
    with ProcessPoolExecutor(workers, get_context("spawn"), _watch_parent) as pool:
        running: set[Future[tuple[int, int]]] = set()
        done, listed = 0, iter(listing)
        for number in count():
            rows = tuple(islice(listed, todo.shard_size))
            if not rows:
                break
            if (out / shard_name(number)).exists():
                continue
            running.add(pool.submit(write_shard, rows, listing.images, todo, out, number))
            if len(running) >= 2 * workers:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    yield done, future.result()
                    done += 1
        for future in running:
            yield done, future.result()
            done += 1


def write_shard(
    rows: Sequence[Listed], folder: Path, todo: Plan, out: Path, number: int
) -> tuple[int, int]:
    """Prepare some images; returns how many are prepared, and how many are not."""
    pictures: list[NDArray[np.uint8]] = []
    numbers: list[list[int]] = []
    table = io.StringIO()
    writer = csv.writer(table)
    for listed in rows:
        try:
            text, tokens = _tokens(listed, todo.target)
            pictures.append(_png(folder / listed.name, todo.canvas))
            numbers.append(tokens)
            writer.writerow((listed.name, text, len(tokens), ""))
        except (ImageError, PrepareError) as error:
            writer.writerow((listed.name, "", 0, str(error)))
    arrays: dict[str, Any] = {
        "png": np.concatenate([np.empty(0, np.uint8), *pictures]),
        "png_ends": np.cumsum([len(png) for png in pictures], dtype=np.int64),
        "tokens": np.array([token for row in numbers for token in row], np.uint16),
        "token_ends": np.cumsum([len(row) for row in numbers], dtype=np.int64),
        "table": np.frombuffer(table.getvalue().encode("utf-8", "surrogateescape"), np.uint8),
    }
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    _put(out / shard_name(number), buffer.getvalue())
    return len(pictures), len(rows) - len(pictures)


def finish(out: Path, shards: int) -> tuple[int, int]:
    """Write the tables of all shards, in order; returns how many images are in either.

    ``strings.csv`` has the columns ``image,string,length`` (in tokens), ``problems.csv`` has
    ``image,problem``.
    """
    for left in out.glob(".*.part"):
        left.unlink(missing_ok=True)
    counts = [0, 0]
    parts = [out / f".{name}.part" for name in (STRINGS, PROBLEMS)]
    kept = (COLUMNS[:3], (COLUMNS[0], COLUMNS[3]))
    with parts[0].open("w", newline="") as good, parts[1].open("w", newline="") as bad:
        writers = csv.writer(good), csv.writer(bad)
        for writer, columns in zip(writers, kept, strict=True):
            writer.writerow(columns)
        for number in range(shards):
            with np.load(out / shard_name(number)) as arrays:
                text = arrays["table"].tobytes().decode("utf-8", "replace")
            for row in csv.reader(io.StringIO(text, newline="")):
                values = dict(zip(COLUMNS, row, strict=True))
                which = 1 if values["problem"] else 0
                writers[which].writerow([values[name] for name in kept[which]])
                counts[which] += 1
    for part, name in zip(parts, (STRINGS, PROBLEMS), strict=True):
        part.replace(out / name)
    return counts[0], counts[1]


def shard_name(number: int) -> str:
    return f"shard-{number:06d}.npz"


def _tokens(listed: Listed, target: Target) -> tuple[str, list[int]]:
    text = string_of(listed, target)
    if text is None:
        raise PrepareError("no molecule that has such a string")
    tokens = tokens_of(target).encode(text)
    if UNKNOWN in tokens:
        raise PrepareError(f"{text}: not all of it can be spelt")
    return text, tokens


def _png(path: Path, canvas: tuple[int, int]) -> NDArray[np.uint8]:
    gray = load_image(path).gray
    if looks_blank(gray):
        raise ImageError("blank picture")
    _, png = cv2.imencode(".png", on_canvas(gray, canvas))
    return np.asarray(png, np.uint8).ravel()


def _put(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def _start(ends: NDArray[np.int64], index: int) -> Any:
    return ends[index - 1] if index else 0


def _watch_parent() -> None:
    cv2.setNumThreads(1)
    threading.Thread(target=end_with_parent, daemon=True).start()
