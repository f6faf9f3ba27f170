"""Images read by a cluster: shards given to actors of Ray Data, results written by them.

Neither images nor results pass through Ray: an actor is told which shard to read, fetches it from
storage and writes its part of the results there. An actor that is lost costs its shard, which Ray
gives to another, and no picture can fell an actor, because networks run in a process of its own.
"""

from __future__ import annotations

import logging
import os
import pickle
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from graphparse.parts import Parts
from graphparse.prediction import Prediction, Status
from graphparse.shards import Shard
from graphparse.workers import Reader, Source, WorkerPool, available_cores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STORE = 100_000_000
"""Bytes of a local cluster's object store, which holds names of files and little else."""
MOST_TASKS = 10_000
"""Into which shards are put, so that Ray is not kept busy with its own accounts."""


class ShardReader:
    """An actor: reads one shard after the other.

    Args:
        start: makes the reader; it and what it needs must be picklable.
        parts: where results go.
        time_limit: seconds for a page.
        batch_size: pages that the actor's process is given at a time.
    """

    def __init__(
        self, start: Callable[[], Reader], parts: Parts, time_limit: float, batch_size: int
    ) -> None:
        # the process is a daemon, and ends with the actor
        self._pool = WorkerPool(start, 1, time_limit, batch_size).__enter__()
        self._parts = parts

    def __call__(self, batch: dict[str, NDArray[np.object_]]) -> dict[str, list[bytes]]:
        """Read shards, pickled in the column ``shard``; gives the counts of their statuses."""
        return {"statuses": [pickle.dumps(self._read(task)) for task in batch["shard"]]}

    def _read(self, task: bytes) -> Counter[str]:
        number, shard = pickle.loads(task)
        if self._parts.has(number):  # written by an actor that did not live to say so
            return self._parts.statuses(number)
        found = read_shard(self._pool, shard)
        self._parts.write(number, found)
        return Counter(str(prediction.status) for prediction in found)


def read_shard(pool: WorkerPool, shard: Shard) -> list[Prediction]:
    """All predictions of a shard, in order of its images; at least one for each."""
    fetched = shard.fetch()
    found: list[list[Prediction]] = [
        [Prediction(name, Status.ERROR, message=content)] if isinstance(content, str) else []
        for name, content in fetched
    ]
    there = [
        (place, Source(name, image=content))
        for place, (name, content) in enumerate(fetched)
        if isinstance(content, bytes)
    ]
    for position, page in pool.read(source for _, source in there):
        found[there[position][0]].extend(page)
    return [prediction for pages in found for prediction in pages]


def read_on_cluster(
    tasks: Sequence[tuple[int, Shard]],
    parts: Parts,
    start: Callable[[], Reader],
    workers: int | None = None,
    time_limit: float = 60.0,
    batch_size: int = 16,
) -> Iterator[Counter[str]]:
    """Read shards on the cluster that Ray is connected to.

    Args:
        tasks: shards with their numbers; at least one.
        parts: where results go.
        start: makes the reader of an actor's process.
        workers: actors, each of which takes a core; None takes all cores.
        time_limit: seconds for a page.
        batch_size: pages that a process is given at a time.

    Yields:
        How often each status is in a shard that was finished, in any order.
    """
    import ray
    from ray.data import ActorPoolStrategy, DataContext

    context = DataContext.get_current()
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    cores = workers or int(ray.cluster_resources().get("CPU", 1))
    actors = min(cores, len(tasks))
    shards = ray.data.from_items(
        [{"shard": pickle.dumps(task)} for task in tasks],
        override_num_blocks=min(len(tasks), MOST_TASKS),
    )
    statuses = shards.map_batches(
        ShardReader,
        fn_constructor_args=(start, parts, time_limit, batch_size),
        # one shard at a time: one that waited at an actor would be late when others are done
        compute=ActorPoolStrategy(size=actors, max_tasks_in_flight_per_actor=1),
        batch_size=1,
        num_cpus=1,
    )
    for row in statuses.iter_rows():
        yield pickle.loads(row["statuses"])


@contextmanager
def connected(workers: int | None) -> Iterator[None]:
    """A connection to the cluster that ``RAY_ADDRESS`` names, or one on this machine.

    Ray tells nobody that it is used, unless ``RAY_USAGE_STATS_ENABLED`` says so.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray

    if ray.is_initialized():
        yield
        return
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if "RAY_ADDRESS" not in os.environ:
        options |= {
            "num_cpus": workers or available_cores(),
            "object_store_memory": STORE,
            "include_dashboard": False,
        }
    ray.init(**options)
    try:
        yield
    finally:
        ray.shutdown()
