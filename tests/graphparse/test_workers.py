"""Processes hang and die; every page has its result, in order, and runs go on where they were."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from graphparse.prediction import Prediction, Status
from graphparse.workers import Source, WorkerError, WorkerPool

HERE = Path(__file__).parent
KILLS = int(os.environ.get("GRAPHPARSE_KILLS", "4"))
"""How many runs are killed; set it to 50 for a thorough look."""


@pytest.fixture(autouse=True)
def clumsy(monkeypatch: pytest.MonkeyPatch):
    """The module with the made-up reader, where processes find it too."""
    monkeypatch.syspath_prepend(HERE)
    import clumsy

    return clumsy


def read(
    start: Callable, names: list[str], workers: int = 2, batch: int = 3, limit: float = 60.0
) -> list[tuple[int, Prediction]]:
    with WorkerPool(start, workers, limit, batch) as pool:
        found = pool.read(map(Source, names))
        return [(position, prediction) for position, page in found for prediction in page]


@pytest.mark.parametrize(("workers", "batch"), [(1, 1), (3, 2)])
def test_results_are_in_order_whatever_the_processes(clumsy, workers: int, batch: int) -> None:
    names = [f"{i}.4p" if i % 5 == 0 else f"{i}.png" for i in range(40)]
    expected = [
        (position, prediction)
        for position, name in enumerate(names)
        for page in range(clumsy.ClumsyDocument(name).n_pages)
        for prediction in clumsy.ClumsyDocument(name).read(page)
    ]
    assert read(clumsy.start, names, workers, batch) == expected


def test_who_hangs_or_dies_costs_no_other(clumsy, tmp_path: Path) -> None:
    names = ["a", "die", "b", f"{tmp_path}/once", "hang", "c", "3p.die2", "d", "3p.hang1", "e"]
    found = read(clumsy.start, names, limit=2.0, batch=4)
    failed = [(p.source, p.page, p.message) for _, p in found if p.status is Status.ERROR]
    died = "the process that read it died (exit code -9)"
    late = "stopped: it took longer than 2 s"
    assert failed == [
        ("die", None, died), ("hang", None, late), ("3p.die2", 2, died), ("3p.hang1", 1, late),
    ]  # fmt: skip
    assert list(dict.fromkeys((p.source, p.page) for _, p in found)) == [
        ("a", None), ("die", None), ("b", None), (f"{tmp_path}/once", None), ("hang", None),
        ("c", None), ("3p.die2", 1), ("3p.die2", 2), ("3p.die2", 3), ("d", None),
        ("3p.hang1", 1), ("3p.hang1", 2), ("3p.hang1", 3), ("e", None),
    ]  # fmt: skip


def test_a_reader_that_cannot_start_is_an_error(clumsy) -> None:
    with pytest.raises(ValueError, match="no such weights"), WorkerPool(clumsy.refuse, 1, 9, 1):
        pass
    with pytest.raises(WorkerError, match="code 3"), WorkerPool(clumsy.vanish, 1, 9, 1):
        pass


def command(folder: Path, out: Path, *options: object) -> list[str]:
    script = [sys.executable, "-W", "ignore", str(HERE / "clumsy.py"), "predict", str(folder)]
    return [*script, "--out", str(out), "--workers", "2", "--batch-size", "4", *map(str, options)]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(HERE.parents[1])}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files for the made-up reader, some of them documents."""
    folder = tmp_path / "in"
    folder.mkdir()
    for i in range(200):
        (folder / (f"{i:03d}.5p.tif" if i % 20 == 7 else f"{i:03d}.png")).touch()
    return folder


def results(out: Path) -> dict[str, object]:
    """What is in the three files, less the time that it took."""
    lines = [json.loads(line) for line in (out / "predictions.jsonl").read_text().splitlines()]
    with (out / "predictions.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    for row in (*lines, *table):
        del row["seconds"]
    return {"lines": lines, "table": table, "sdf": (out / "predictions.sdf").read_text()}


def kept_size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal")
def test_killed_runs_go_on_and_end_like_one_that_was_not(folder: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    subprocess.run(command(folder, whole), env=environment(), check=True, capture_output=True)
    expected = results(whole)
    rng = random.Random(0)
    out, kills, kept = tmp_path / "out", 0, [0]
    part, carried, placed = (
        out / f"predictions.{end}" for end in ("jsonl.part", "jsonl.new", "csv")
    )
    while kills < KILLS:
        process = subprocess.Popen(
            command(folder, out, "--resume"), env=environment(), stdout=subprocess.DEVNULL
        )
        # mostly when it has written a bit more than it kept; now and then while it takes over
        # what was kept, or puts its files in place
        moment, size = rng.random(), kept_size(part) + rng.randrange(20_000)
        while process.poll() is None and not (
            carried.exists() if moment < 0.2
            else placed.exists() if moment < 0.4
            else kept_size(part) >= size
        ):  # fmt: skip
            time.sleep(0.0005)
        process.kill()
        if process.wait() == 0:  # it got to its end: the next begins from nothing
            assert results(out) == expected
            for path in out.iterdir():
                path.unlink()
            continue
        kills += 1
        kept.append(kept_size(part))
    subprocess.run(
        command(folder, out, "--resume"), env=environment(), check=True, capture_output=True
    )
    assert results(out) == expected
    assert max(kept) > 0
    assert sorted(path.name for path in out.iterdir()) == [
        "predictions.csv", "predictions.jsonl", "predictions.lock", "predictions.sdf",
    ]  # fmt: skip


def test_a_second_run_says_so_and_a_killed_one_blocks_nobody(folder: Path, tmp_path: Path) -> None:
    (folder / "000.hang.png").touch()
    out = tmp_path / "out"
    first = subprocess.Popen(command(folder, out), env=environment())
    while not (out / "predictions.jsonl.part").exists():
        assert first.poll() is None
        time.sleep(0.02)
    second = subprocess.run(
        command(folder, out, "--resume"), env=environment(), capture_output=True, text=True
    )
    first.kill()
    first.wait()
    assert second.returncode == 2
    assert "another run is writing to" in " ".join(second.stderr.split())
    (folder / "000.hang.png").unlink()
    third = subprocess.run(command(folder, out), env=environment(), capture_output=True, text=True)
    assert third.returncode == 2
    assert "--resume" in third.stderr
    subprocess.run(
        command(folder, out, "--resume"), env=environment(), check=True, capture_output=True
    )
    assert len({row["source"] for row in results(out)["table"]}) == 200
