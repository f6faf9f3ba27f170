"""Inputs of any number cut into shards, each of which one process reads by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from graphparse.images import SUFFIXES
from graphparse.storage import full_name, is_uri, list_files, open_file, read_bytes

FETCHERS = 8
"""Files that are fetched at once: storage is slow to answer, and takes many requests."""
TABLE = ".parquet"
IMAGE, NAMES = "bytes", ("path", "id")
"""Columns of a table: the images, and what they are called, the first that is there."""

Fetched = tuple[str, bytes | str]
"""What predictions call an image, and its file's content; text is why there is none."""


class ShardError(ValueError):
    """An input that can't be cut into shards."""


class Shard(Protocol):
    """Some of the images of a run; small, and the same in every process."""

    def fetch(self) -> list[Fetched]:
        """All of its images, in order; always as many."""
        ...


@dataclass(frozen=True, slots=True)
class FileShard:
    """Files."""

    location: str
    """URI, or local folder, that the names are relative to."""
    names: tuple[str, ...]

    def fetch(self) -> list[Fetched]:
        with ThreadPoolExecutor(FETCHERS) as fetchers:
            contents = fetchers.map(partial(read_bytes, self.location), self.names)
            called = (full_name(self.location, name) for name in self.names)
            return list(zip(called, contents, strict=True))


@dataclass(frozen=True, slots=True)
class RowShard:
    """Rows of a row group of a Parquet file."""

    location: str
    """URI, or local folder, that the name is relative to."""
    name: str
    group: int
    first: int
    """Row of the group, from 0."""
    count: int
    number: int
    """Of the first row in the file, from 0."""

    def fetch(self) -> list[Fetched]:
        from pyarrow import ArrowException

        place = full_name(self.location, self.name)
        numbered = [f"{place}#{self.number + row}" for row in range(self.count)]
        try:
            with open_file(self.location, self.name) as file:
                called, images = self._read(file)
        except (ArrowException, OSError) as error:
            return [(name, f"damaged table: {error}") for name in numbered]
        contents = ("no image in this row" if cell is None else cell for cell in images)
        return list(zip(called or numbered, contents, strict=True))

    def _read(self, file: Any) -> tuple[list[str], list[bytes | None]]:
        """Names and images; a group is read from its start, a piece at a time."""
        from pyarrow import parquet

        table = parquet.ParquetFile(file)
        column = _name_column(table)
        columns = [IMAGE] if column is None else [IMAGE, column]
        names: list[str] = []
        images: list[bytes | None] = []
        at = 0
        batches = table.iter_batches(
            batch_size=self.count, row_groups=[self.group], columns=columns
        )
        for batch in batches:
            low = max(self.first - at, 0)
            high = min(self.first + self.count - at, len(batch))
            if low < high:
                piece = batch.slice(low, high - low)
                images += piece.column(IMAGE).to_pylist()
                names += [] if column is None else map(str, piece.column(column).to_pylist())
            at += len(batch)
            if len(images) == self.count:
                break
        return names, images


def find_shards(inputs: Iterable[str], size: int) -> Iterator[Shard]:
    """Cut inputs into shards, in order.

    Args:
        inputs: images, PDF files, Parquet files, folders of them, as paths or URIs.
        size: images in a shard, at most.

    Raises:
        FileNotFoundError: an input is not there.
        ShardError: a table cannot be read, or has no images.
    """
    for location in inputs:
        names = list_files(location)
        place = location
        if not is_uri(location):
            # predictions call local files as the user does, from where the user stands
            place = str(Path.cwd())
            names = [str(Path(location, name)) for name in names]
        images, tables = _sorted(place, names, named=location)
        for first in range(0, len(images), size):
            yield FileShard(place, tuple(images[first : first + size]))
        for table in tables:
            yield from _row_shards(place, table, size)


def _sorted(place: str, names: list[str], named: str) -> tuple[list[str], list[str]]:
    """Images and tables; what the user names is an image whatever its suffix."""
    images, tables = [], []
    for name in names:
        suffix = PurePosixPath(full_name(place, name)).suffix.lower()
        if suffix == TABLE:
            tables.append(name)
        elif suffix in SUFFIXES or name in ("", named):
            images.append(name)
    return images, tables


def _row_shards(location: str, name: str, size: int) -> Iterator[RowShard]:
    from pyarrow import ArrowException, parquet

    try:
        with open_file(location, name) as file:
            table = parquet.ParquetFile(file)
            _name_column(table)
            groups = [table.metadata.row_group(i).num_rows for i in range(table.num_row_groups)]
    except (ArrowException, OSError) as error:
        raise ShardError(f"{name or location}: not a table that can be read: {error}") from error
    number = 0
    for group, rows in enumerate(groups):
        for first in range(0, rows, size):
            yield RowShard(location, name, group, first, min(size, rows - first), number + first)
        number += rows


def _name_column(table: Any) -> str | None:
    """The column with the names of the images, if there is one."""
    columns = table.schema_arrow.names
    if IMAGE not in columns:
        raise ShardError(f"no column {IMAGE!r} with images in a table of {', '.join(columns)}")
    return next((name for name in NAMES if name in columns), None)
