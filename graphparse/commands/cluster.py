"""The command ``graphparse predict`` with the engine ``ray``."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING

import typer

from graphparse.commands.common import check_statuses, progress, wrong_usage

if TYPE_CHECKING:
    from graphparse.workers import Reader


def predict_on_cluster(
    inputs: list[str],
    out: str,
    start: Callable[[], Reader],
    workers: int | None,
    batch_size: int,
    time_limit: float,
    shard_size: int,
    resume: bool,
) -> None:
    """Read images on a cluster of Ray, and write Parquet.

    Args:
        inputs: paths or URIs of images, Parquet files, or folders of them.
        out: a folder for a part of each shard, or a ``.parquet`` file for all of them.
        start: makes the reader of a process.
        workers: processes, at most.
        batch_size: pages that a process is given at a time.
        time_limit: seconds for a page.
        shard_size: images in a shard, at most.
        resume: go on with the run that was stopped.
    """
    with wrong_usage("--engine", ImportError):
        _check_packages()
    from graphparse.cluster import connected, read_on_cluster
    from graphparse.parts import Parts
    from graphparse.shards import ShardError, find_shards
    from graphparse.storage import exists

    single = out.endswith(".parquet")
    parts = Parts(f"{out}.parts" if single else out)
    if single and resume and exists(out) and not exists(parts.location):
        typer.echo(f"nothing is left to read -> {out}")
        return
    begin = time.monotonic()
    with wrong_usage("INPUTS", OSError, ShardError):
        shards = list(find_shards(inputs, shard_size))
        if not shards:
            raise ShardError(f"no images in {', '.join(inputs)}")
    with wrong_usage("--out", OSError):
        left = parts.begin(shards, resume)
    statuses: Counter[str] = Counter()
    if left:
        tasks = [(number, shards[number]) for number in left]
        with connected(workers):
            done = read_on_cluster(tasks, parts, start, workers, time_limit, batch_size)
            with progress(enumerate(done), len(tasks)) as counts:
                for _, found in counts:
                    statuses += found
    parts.end()
    if single:
        parts.merge(len(shards), out)
    told = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    told = told or "nothing to read"
    if resume:
        told += f" ({len(shards) - len(left)} more shards were read before)"
    seconds = time.monotonic() - begin
    typer.echo(f"{len(left)} shards in {seconds:.1f} s: {told} -> {out}")
    check_statuses(statuses)


def _check_packages() -> None:
    for name in ("ray", "pyarrow"):
        if find_spec(name) is None:
            raise ImportError(f"there is no {name} here: pip install 'graphparse[ray]'")
