"""Shards of files and of tables, in folders and other storage; the parts of their results."""

from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assemble.graph import MoleculeGraph
from graphparse.outputs import OutputError
from graphparse.parts import Parts
from graphparse.prediction import Prediction, Status
from graphparse.shards import ShardError, find_shards
from graphparse.storage import list_files

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def fetched(inputs: list[str], size: int) -> list[list[tuple[str, Any]]]:
    return [shard.fetch() for shard in find_shards(inputs, size)]


def write_table(file: Path, **columns: list[Any]) -> str:
    parquet.write_table(pyarrow.table(columns), file, row_group_size=5)
    return str(file)


def test_files_of_folders_and_uris(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a folder"
    (folder / "b").mkdir(parents=True)
    for name in ("b/x y.png", "b.png", "a%20.TIF", "notes.txt"):
        (folder / name).write_bytes(name.encode())
    names = ["a%20.TIF", "b/x y.png", "b.png"]
    uri = folder.as_uri()
    assert fetched([uri], 2) == [
        [(f"{uri}/{name}", name.encode()) for name in names[:2]],
        [(f"{uri}/{name}", name.encode()) for name in names[2:]],
    ]
    assert fetched([f"{uri}/notes.txt"], 2) == [[(f"{uri}/notes.txt", b"notes.txt")]]
    monkeypatch.chdir(tmp_path)
    shards = list(find_shards(["a folder", "a folder/notes.txt"], 9))
    (folder / "b.png").unlink()
    monkeypatch.chdir("/")  # processes of a cluster stand elsewhere
    local = [(f"a folder/{name}", name.encode()) for name in names[:2]]
    assert [shard.fetch() for shard in shards] == [
        [*local, ("a folder/b.png", "no such file")],
        [("a folder/notes.txt", b"notes.txt")],
    ]
    with pytest.raises(FileNotFoundError):
        fetched(["none"], 2)


def test_storage_that_arrow_does_not_know(tmp_path: Path) -> None:
    memory = pytest.importorskip("fsspec").filesystem("memory")
    for name in ("images/b.png", "images/deep/a.png"):
        memory.pipe(f"/{name}", name.encode())
    assert list_files("memory://images") == ["b.png", "deep/a.png"]
    assert fetched(["memory://images"], 9) == [
        [(f"memory://{name}", name.encode()) for name in ("images/b.png", "images/deep/a.png")]
    ]


def test_rows_of_tables(tmp_path: Path) -> None:
    images = [None if i == 3 else b"%d" % i for i in range(12)]
    contents = ["no image in this row" if image is None else image for image in images]
    named = write_table(
        tmp_path / "1.parquet", id=list(range(12)), bytes=images, path=[f"p{i}" for i in range(12)]
    )
    numbered = write_table(tmp_path / "2.parquet", bytes=images)
    shards = fetched([str(tmp_path)], 3)
    # groups of five rows are cut at three, and none reaches over two groups
    assert [len(shard) for shard in shards] == [3, 2, 3, 2, 2] * 2
    names = [f"p{i}" for i in range(12)] + [f"{numbered}#{i}" for i in range(12)]
    assert list(chain(*shards)) == list(zip(names, contents * 2, strict=True))
    by_id = write_table(tmp_path / "3.parquet", id=list(range(12)), bytes=images)
    assert [name for name, _ in chain(*fetched([by_id], 100))] == [str(i) for i in range(12)]

    whole = list(find_shards([named], 100))
    Path(named).write_bytes(b"torn")
    assert [len(shard.fetch()) for shard in whole] == [5, 5, 2]
    name, why = whole[1].fetch()[0]
    assert name == f"{named}#5" and isinstance(why, str) and why.startswith("damaged table")
    with pytest.raises(ShardError, match="not a table"):
        fetched([named], 3)
    with pytest.raises(ShardError, match="no column 'bytes'"):
        fetched([write_table(tmp_path / "4.parquet", image=images)], 3)


def test_parts_of_a_run(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for i in range(5):
        (images / f"{i}.png").touch()
    shards = list(find_shards([str(images)], 2))
    parts, whole = Parts(str(tmp_path / "parts")), tmp_path / "whole.parquet"
    assert parts.begin(shards, resume=False) == [0, 1, 2]
    graph = MoleculeGraph(np.zeros((1, 2)), ("OH",), np.zeros(1), np.zeros((0, 2)), np.zeros(0))
    predictions = [
        Prediction("a", Status.OK, box=(1, 2, 3, 4), page=1, graph=graph, warnings=("odd",)),
        Prediction("b\udce9", Status.ERROR, message="why"),
        Prediction("c", Status.OK, confidence=0.5),
    ]
    for number in (2, 0):
        parts.write(number, predictions[number : number + 1])
    (tmp_path / "parts" / ".part-000001.parquet.torn").touch()
    with pytest.raises(OutputError, match="--resume"):
        parts.begin(shards, resume=False)
    with pytest.raises(OutputError, match="other inputs"):
        parts.begin(shards[:2], resume=True)
    assert parts.begin(shards, resume=True) == [1]
    parts.write(1, predictions[1:2])
    assert parts.statuses(1) == {"error": 1}
    parts.end()
    assert len(list((tmp_path / "parts").iterdir())) == 4
    parts.merge(3, str(whole))
    assert not (tmp_path / "parts").exists()
    rows = parquet.read_table(whole).to_pylist()
    assert [row["source"] for row in rows] == ["a", "b\\udce9", "c"]
    assert list(rows[0]) == list(predictions[0].to_dict())
    assert rows[0]["box"] == [1, 2, 3, 4] and '"OH"' in rows[0]["graph"]
    assert rows[1]["graph"] is None and rows[1]["message"] == "why"
    with pytest.raises(OutputError, match="not empty"):
        Parts(str(images)).begin(shards, resume=True)
