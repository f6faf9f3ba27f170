"""A cluster of two nodes reads what one machine reads, whoever is killed."""

import json
import os
import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from graphparse.cli import app
from graphparse.cluster import connected, read_on_cluster
from graphparse.parts import Parts, part_name
from graphparse.prediction import Prediction
from graphparse.shards import find_shards
from graphparse.workers import Source, WorkerPool, load_recognizer

HERE = Path(__file__).parent
pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
ray = pytest.importorskip("ray")
pytest.importorskip("ray.data")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are killed by signals")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two nodes with a core each, on this machine; they find the made-up reader."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(HERE), str(HERE.parents[1])]))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        # Ray's workers give way to everything else, and would wait long on a busy machine
        patch.setenv("RAY_worker_niceness", "0")
        patch.syspath_prepend(HERE)
        node = {"num_cpus": 1, "object_store_memory": 80_000_000, "include_dashboard": False}
        cluster = Cluster(initialize_head=True, head_node_args=node)
        cluster.add_node(num_cpus=1, object_store_memory=80_000_000)
        context = ray.init(address=cluster.address, log_to_driver=False, logging_level="error")
        assert not context.dashboard_url
        yield cluster
        ray.shutdown()
        cluster.shutdown()


def as_rows(parts: Parts, count: int) -> list[dict[str, Any]]:
    """What the parts hold, less the time that it took."""
    rows = []
    for number in range(count):
        rows += parquet.read_table(Path(parts.location) / part_name(number)).to_pylist()
    return [{**row, "seconds": None} for row in rows]


def as_row(prediction: Prediction) -> dict[str, Any]:
    """What a part should hold of a prediction."""
    values = prediction.to_dict()
    graph = None if values["graph"] is None else json.dumps(values["graph"])
    return {**values, "graph": graph, "seconds": None}


def read_here(start: Any, names: list[str]) -> list[Prediction]:
    """What the local engine reads."""
    with WorkerPool(start, 2, 60.0, 4) as pool:
        return [found for _, page in pool.read(map(Source, names)) for found in page]


def test_killed_actors_and_processes_cost_nothing(cluster: Any, tmp_path: Path) -> None:
    import clumsy

    folder, marks = tmp_path / "in", tmp_path / "marks"
    folder.mkdir()
    marks.mkdir()
    for i in range(100):
        name = f"{i:03d}.5p.tif" if i % 20 == 7 else f"{i:03d}.slow.png"
        (folder / name).write_bytes(b"image")
    (folder / "050.die.png").write_bytes(b"image")
    shards = list(find_shards([str(folder)], 5))
    parts = Parts(str(tmp_path / "out"))
    tasks = [(number, shards[number]) for number in parts.begin(shards, resume=False)]
    start = partial(clumsy.marked, str(marks))
    statuses: Counter[str] = Counter()
    for done, counts in enumerate(read_on_cluster(tasks, parts, start, 2, 60.0, 4), 1):
        statuses += counts
        if done in (5, 10):  # the actor, then the process of one that is at work
            reader = max(marks.iterdir(), key=lambda mark: mark.stat().st_mtime)
            os.kill(int(reader.read_text() if done == 5 else reader.name), signal.SIGKILL)
    assert len(list(marks.iterdir())) >= 4
    parts.end()
    expected = read_here(clumsy.start, [str(file) for file in sorted(folder.iterdir())])
    assert as_rows(parts, len(shards)) == [as_row(prediction) for prediction in expected]
    assert statuses == Counter(str(prediction.status) for prediction in expected)
    assert statuses["error"] == 1
    assert parts.begin(shards, resume=True) == []
    assert len(list(Path(parts.location).iterdir())) == len(shards) + 1


def test_the_networks_read_the_same_on_a_cluster(
    cluster: Any, examples: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("aspirin.png", "caffeine.png"):
        shutil.copy(examples / name, folder)
    (folder / "broken.png").write_bytes(b"no image")
    pages = [Image.open(examples / name).convert("L") for name in ("levodopa.png", "nicotine.png")]
    pages[0].save(folder / "pages.tif", save_all=True, append_images=pages[1:])
    files = sorted(folder.iterdir())
    expected = read_here(partial(load_recognizer, None, 1), [str(file) for file in files])
    table, whole = tmp_path / "table.parquet", tmp_path / "whole.parquet"
    columns = {"path": [str(file) for file in files], "bytes": [f.read_bytes() for f in files]}
    parquet.write_table(pyarrow.table(columns), table)
    options = ["--engine", "ray", "--shard-size", "2", "--out", str(whole)]
    done = CliRunner().invoke(app, ["predict", folder.as_uri(), str(table), *options])
    assert done.exit_code == 0, done.output
    assert "4 shards" in done.output and "2 error" in done.output and "8 ok" in done.output
    rows = [{**row, "seconds": None} for row in parquet.read_table(whole).to_pylist()]
    from_table = [as_row(prediction) for prediction in expected]
    by_uri = [{**row, "source": f"file://{row['source']}"} for row in from_table]
    assert rows == by_uri + from_table
    again = CliRunner().invoke(app, ["predict", str(table), *options, "--resume"])
    assert "nothing is left" in again.output


def test_what_the_engine_does_not_do_is_told(tmp_path: Path, examples: Path) -> None:
    out = str(tmp_path / "out")
    for arguments, why in (
        ([str(examples), "--engine", "ray", "--report"], "local engine"),
        ([examples.as_uri()], "only read with --engine ray"),
        ([str(tmp_path / "none"), "--engine", "ray"], "no such file"),
        ([str(examples), "--engine", "ray", "--weights", __file__], "--weights"),
    ):
        refused = CliRunner().invoke(app, ["predict", *arguments, "--out", out])
        told = " ".join(refused.output.replace("│", " ").split())
        assert refused.exit_code == 2 and why in told


def test_a_cluster_of_this_machine_keeps_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    options: dict[str, Any] = {}
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", lambda **given: options.update(given))
    monkeypatch.setattr(ray, "shutdown", lambda: None)
    for name in ("RAY_ADDRESS", "RAY_USAGE_STATS_ENABLED"):
        monkeypatch.setenv(name, "")  # so that what follows is undone
        monkeypatch.delenv(name)
    with connected(2):
        assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
    assert options["num_cpus"] == 2 and options["include_dashboard"] is False
    options.clear()
    monkeypatch.setenv("RAY_ADDRESS", "elsewhere:6379")
    with connected(2):
        assert "num_cpus" not in options
