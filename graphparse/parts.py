"""Results of shards: a Parquet file for each, which is there when it is complete."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from graphparse.outputs import OutputError
from graphparse.prediction import Prediction, Status
from graphparse.shards import Shard
from graphparse.storage import open_storage

RUN = "_run.json"
"""What a folder of parts holds beside them: of which run they are."""
TEXTS = (
    "source", "status", "message", "smiles", "cxsmiles", "inchi", "inchi_reason", "inchikey",
    "molblock", "graph", "reader",
)  # fmt: skip
"""Columns that are text; the graph is JSON."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A folder of parts: a local one, or a URI.

    Each is written under another name, and put in place when it is complete: an output is there or
    is not, whoever is killed. A part that is written twice is the same both times.
    """

    location: str

    def begin(self, shards: Sequence[Shard], resume: bool) -> list[int]:
        """Numbers of the shards whose parts are missing.

        Raises:
            OutputError: there are parts, and they are not to be kept, or are of other inputs.
        """
        system, folder = open_storage(self.location)
        run = json.dumps({"shards": len(shards), "inputs": _fingerprint(shards)})
        names = self._names()
        if RUN in names:
            if not resume:
                raise OutputError(
                    f"there is a run in {self.location}: go on with --resume, or remove it"
                )
            with system.open_input_file(f"{folder}/{RUN}") as file:
                if file.read().decode() != run:
                    raise OutputError(f"the run in {self.location} is one of other inputs")
        elif names:
            raise OutputError(f"{self.location} is not empty")
        system.create_dir(folder)
        with system.open_output_stream(f"{folder}/{RUN}") as file:
            file.write(run.encode())
        return [number for number in range(len(shards)) if part_name(number) not in names]

    def has(self, number: int) -> bool:
        """Whether the part of a shard is there."""
        system, folder = open_storage(self.location)
        return bool(system.get_file_info(f"{folder}/{part_name(number)}").is_file)

    def write(self, number: int, predictions: Iterable[Prediction]) -> None:
        """Put the part of a shard in place."""
        from pyarrow import Table, parquet

        table = Table.from_pylist([_row(prediction) for prediction in predictions], _schema())
        system, folder = open_storage(self.location)
        fresh = f"{folder}/.{part_name(number)}.{uuid4().hex}"
        parquet.write_table(table, fresh, filesystem=system, compression="zstd")
        system.move(fresh, f"{folder}/{part_name(number)}")

    def statuses(self, number: int) -> Counter[str]:
        """How often each status is in a part."""
        from pyarrow import parquet

        system, folder = open_storage(self.location)
        path = f"{folder}/{part_name(number)}"
        table = parquet.read_table(path, columns=["status"], filesystem=system)
        return Counter(table.column("status").to_pylist())

    def end(self) -> None:
        """Remove what killed processes left unfinished."""
        system, folder = open_storage(self.location)
        for name in self._names():
            if name.startswith("."):
                system.delete_file(f"{folder}/{name}")

    def merge(self, shards: int, into: str) -> None:
        """One file of all parts, in order; the parts are removed."""
        from pyarrow import parquet

        system, folder = open_storage(self.location)
        _, target = open_storage(into)
        with parquet.ParquetWriter(
            f"{folder}/.whole", _schema(), filesystem=system, compression="zstd"
        ) as whole:
            for number in range(shards):
                path = f"{folder}/{part_name(number)}"
                whole.write_table(parquet.read_table(path, filesystem=system, schema=_schema()))
        system.move(f"{folder}/.whole", target)
        system.delete_dir(folder)

    def _names(self) -> set[str]:
        from pyarrow import fs

        system, folder = open_storage(self.location)
        return {
            info.base_name
            for info in system.get_file_info(fs.FileSelector(folder, allow_not_found=True))
        }


def part_name(number: int) -> str:
    """Of the part of a shard."""
    return f"part-{number:06d}.parquet"


def _fingerprint(shards: Sequence[Shard]) -> str:
    digest = hashlib.sha256()
    for shard in shards:
        digest.update(repr(shard).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _schema() -> Any:
    import pyarrow as pa

    types = {
        **dict.fromkeys(TEXTS, pa.string()),
        "page": pa.int32(),
        "box": pa.list_(pa.int32()),
        "confidence": pa.float64(),
        "warnings": pa.list_(pa.string()),
        "seconds": pa.float64(),
    }
    order = Prediction("", Status.OK).to_dict()
    return pa.schema([(name, types[name]) for name in order])


def _row(prediction: Prediction) -> dict[str, object]:
    values = prediction.to_dict()
    if values["graph"] is not None:
        values["graph"] = json.dumps(values["graph"])
    # names of files may hold bytes that are no text; a table's columns may not
    values["source"] = values["source"].encode("utf-8", "backslashreplace").decode()
    return values
