"""Processes that read pictures side by side, and may hang or die without harm to the others."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from graphparse.prediction import Prediction, ReaderKind, Status, page_number
from graphparse.processes import WorkerError, end_process, start_process

if TYPE_CHECKING:
    from graphparse.recognizer import Recognizer

START_LIMIT = 600.0
"""Seconds that a process may take to load the networks."""
END_LIMIT = 10.0
"""Seconds in which a killed process ends, if the system lets it."""
WINDOW = 1024
"""Inputs that are under way at once: so many results wait, at most, for one that takes long."""
TRIES = 2
"""A picture whose process died is read again once: it may have been the victim, not the cause."""


class Readable(Protocol):
    """An open input; see :class:`graphparse.recognizer.Document`."""

    n_pages: int

    def read(self, page: int) -> list[Prediction]: ...


class Reader(Protocol):
    """What a process reads with; see :class:`graphparse.recognizer.Recognizer`."""

    def open(self, image: str | bytes, name: str) -> AbstractContextManager[Readable]: ...


def load_recognizer(
    weights: Path | None,
    threads: int,
    reader: ReaderKind = ReaderKind.GRAPH,
    caption_weights: Path | None = None,
) -> Recognizer:
    """A recognizer for a process of its own, which takes no more threads than it is given."""
    import cv2

    from graphparse.recognizer import make_recognizer

    cv2.setNumThreads(threads)
    return make_recognizer(weights, threads, reader, caption_weights)


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be read."""

    name: str
    """What predictions call it; the path of its file, unless there is ``image``."""
    page: int = 0
    """At which to begin, from 0."""
    image: bytes | None = None
    """The content of its file."""


@dataclass(eq=False, slots=True)
class _Input:
    """A file and the pages of it that are read, but not given out yet."""

    position: int
    source: Source
    page: int
    """The next to be given out, from 0."""
    n_pages: int | None = None
    """None until a process has opened it."""
    read: dict[int, list[Prediction]] = field(default_factory=dict)

    def results(self) -> Iterator[list[Prediction]]:
        while self.page in self.read:
            yield self.read.pop(self.page)
            self.page += 1

    @property
    def finished(self) -> bool:
        return self.n_pages is not None and self.page >= self.n_pages


@dataclass(eq=False, slots=True)
class _Job:
    """A page to read."""

    input: _Input
    page: int
    deaths: int = 0
    """Processes that died over it."""

    def fail(self, why: str) -> None:
        if self.input.n_pages is None:
            self.input.n_pages = self.page + 1
        number = page_number(self.page, self.input.n_pages)
        failed = Prediction(self.input.source.name, Status.ERROR, message=why, page=number)
        self.input.read[self.page] = [failed]


@dataclass(eq=False, slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection
    batch: deque[_Job] = field(default_factory=deque)
    """What it was given and has not sent back; it is at the first of them."""
    ready: bool = False
    since: float = field(default_factory=time.monotonic)
    """When it began what it is at."""

    def give(self, jobs: list[_Job]) -> None:
        """Only for a worker that waits: both sides never send at once, and no pipe fills up."""
        self.batch.extend(jobs)
        self.since = time.monotonic()
        with suppress(OSError):  # a process that died is found out when it is listened to
            self.connection.send([(job.input.source, job.page) for job in jobs])

    def end(self) -> None:
        end_process(self.process, END_LIMIT)
        self.connection.close()


class WorkerPool:
    """Reads inputs in processes; a context. Results are in order of the inputs.

    A process that is at a page for too long is killed, and so may be any of them by the system or
    by a fault in a decoder: the page becomes an error, and what else the process had is read by
    the next.

    Args:
        start: makes the reader of a process; it and what it needs must be picklable.
        workers: processes, at most; one more is started when pages are left over.
        time_limit: seconds for a page.
        batch_size: pages that a process is given at a time.

    Raises:
        WorkerError: processes end before they are ready.
        Exception: what ``start`` raises.
    """

    def __init__(
        self, start: Callable[[], Reader], workers: int, time_limit: float, batch_size: int
    ) -> None:
        self._start = start
        self._most = workers
        self._time_limit = time_limit
        self._batch_size = batch_size
        self._workers: list[_Worker] = []
        self._waiting: deque[_Job] = deque()

    def __enter__(self) -> Self:
        """Start the first process and wait for it: what is wrong with the reader shows here."""
        try:
            self._add_worker()
            while not self._workers[0].ready:
                self._listen()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def read(self, inputs: Iterable[Source]) -> Iterator[tuple[int, list[Prediction]]]:
        """Read files.

        Yields:
            Position of an input, from 0, and the predictions of its next page.
        """
        left = enumerate(inputs)
        under_way: deque[_Input] = deque()
        while True:
            while len(under_way) < WINDOW and (item := next(left, None)):
                position, source = item
                under_way.append(_Input(position, source, source.page))
                self._waiting.append(_Job(under_way[-1], source.page))
            if not under_way:
                return
            self._hand_out()
            self._listen()
            while under_way:
                first = under_way[0]
                for found in first.results():
                    yield first.position, found
                if not first.finished:
                    break
                under_way.popleft()

    def _hand_out(self) -> None:
        for worker in self._workers:
            if self._waiting and worker.ready and not worker.batch:
                count = min(self._batch_size, len(self._waiting))
                worker.give([self._waiting.popleft() for _ in range(count)])
        starting = sum(not worker.ready for worker in self._workers)
        while len(self._workers) < self._most and len(self._waiting) > starting * self._batch_size:
            self._add_worker()
            starting += 1

    def _add_worker(self) -> None:
        ours, theirs = Pipe()
        with theirs:
            process = start_process(_work, theirs, self._start)
        self._workers.append(_Worker(process, ours))

    def _listen(self) -> None:
        """Wait for what the processes send, and end those that take too long."""
        deadlines = [self._deadline(worker) for worker in self._workers]
        pause = max(0.0, min(deadlines, default=0.0) - time.monotonic())
        heard = wait([worker.connection for worker in self._workers], min(pause, 1.0))
        for worker in list(self._workers):
            if worker.connection in heard:
                try:
                    message = worker.connection.recv()
                except (EOFError, OSError):
                    self._dead(worker)
                else:
                    self._take(worker, message)
            elif time.monotonic() > self._deadline(worker):
                self._late(worker)

    def _deadline(self, worker: _Worker) -> float:
        if not worker.ready:
            return worker.since + START_LIMIT
        return worker.since + self._time_limit if worker.batch else float("inf")

    def _take(self, worker: _Worker, message: Any) -> None:
        """A process says that it is ready, how many pages its input has, or what is on the page."""
        if not worker.ready:
            if isinstance(message, Exception):
                raise message
            worker.ready = True
        elif isinstance(message, int):
            job = worker.batch[0]
            if job.input.n_pages is None:
                job.input.n_pages = message
                pages = range(message - 1, job.page, -1)
                self._waiting.extendleft(_Job(job.input, page) for page in pages)
        else:
            job = worker.batch.popleft()
            job.input.read[job.page] = message
            worker.since = time.monotonic()

    def _dead(self, worker: _Worker) -> None:
        self._remove(worker)
        code = worker.process.exitcode
        if not worker.ready:
            raise WorkerError(f"a process ended with code {code} before it had loaded the networks")
        if worker.batch:
            job = worker.batch.popleft()
            job.deaths += 1
            self._waiting.extendleft(reversed(worker.batch))
            if job.deaths < TRIES:
                self._waiting.appendleft(job)
            else:
                job.fail(f"the process that read it died (exit code {code})")

    def _late(self, worker: _Worker) -> None:
        self._remove(worker)
        if not worker.ready:
            raise WorkerError(f"a process had not loaded the networks after {START_LIMIT:g} s")
        job = worker.batch.popleft()
        self._waiting.extendleft(reversed(worker.batch))
        job.fail(f"stopped: it took longer than {self._time_limit:g} s")

    def _remove(self, worker: _Worker) -> None:
        worker.end()
        self._workers.remove(worker)

    def _end(self) -> None:
        while self._workers:
            self._remove(self._workers[-1])


def _work(connection: Connection, start: Callable[[], Reader]) -> None:
    """A process: it says that it is ready, then answers batches with two messages a page."""
    try:
        reader = start()
    except Exception as error:
        connection.send(error)
        return
    connection.send(None)
    while True:
        try:
            batch = connection.recv()
        except EOFError:
            return
        for source, page in batch:
            image = source.name if source.image is None else source.image
            with reader.open(image, source.name) as document:
                connection.send(document.n_pages)
                connection.send(document.read(page))
