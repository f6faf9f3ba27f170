"""One process that does the work, one request at a time, and is ended when it takes too long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Self

from graphparse.processes import WorkerError, end_process, start_process

START_LIMIT = 300.0
"""Seconds that loading the networks may take."""
MOST_WAITING = 8
"""Requests that wait for the process, at most; the next are turned away."""

Work = Callable[[Any], Any]


class Busy(RuntimeError):
    """Too many requests wait already."""


class TooSlow(RuntimeError):
    """The work was stopped at the time limit."""


class Failed(RuntimeError):
    """The process ended, or the work raised something that nobody expected."""


class Worker:
    """Does work in a process of its own; a context. Safe to call from many threads.

    What comes from outside is decoded in that process only: what hangs there or fells it costs a
    restart and nothing else.

    Args:
        prepare: called once in the process, returns what does the work; picklable.
        time_limit: seconds for one piece of work, after which the process is replaced.
    """

    def __init__(self, prepare: Callable[[], Work], time_limit: float) -> None:
        self._prepare = prepare
        self._time_limit = time_limit
        self._turn = threading.Lock()
        self._places = threading.BoundedSemaphore(MOST_WAITING + 1)
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        with self._turn:
            self._start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._turn:
            self._end()

    def __call__(self, task: Any) -> Any:
        """The result of the work on a task; both go through a pipe.

        Raises:
            Busy, TooSlow, Failed: there is no result.
        """
        if not self._places.acquire(blocking=False):
            raise Busy(f"{MOST_WAITING} requests are waiting already")
        try:
            with self._turn:
                return self._work(task)
        finally:
            self._places.release()

    def _work(self, task: Any) -> Any:
        if self._connection is None:
            self._start()
        assert self._connection is not None
        try:
            self._connection.send(task)
            if not self._connection.poll(self._time_limit):
                self._end()
                raise TooSlow(f"stopped after {self._time_limit:g} s")
            result = self._connection.recv()
        except (EOFError, OSError) as error:
            self._end()
            raise Failed("the process that did the work ended") from error
        if isinstance(result, Exception):
            raise Failed(f"{type(result).__name__}: {result}")
        return result

    def _start(self) -> None:
        ours, theirs = Pipe()
        try:
            with theirs:
                self._process = start_process(_run, theirs, self._prepare)
        except WorkerError as unable:
            ours.close()
            raise Failed(str(unable)) from unable
        self._connection = ours
        try:
            error = self._connection.recv() if self._connection.poll(START_LIMIT) else None
        except EOFError as ended:
            self._end()
            raise Failed("the process ended before it was ready") from ended
        if error is not True:
            self._end()
            raise error or Failed(f"not ready after {START_LIMIT:g} s")

    def _end(self) -> None:
        if self._connection is not None and self._process is not None:
            end_process(self._process)
            self._connection.close()
            self._connection = None


def _run(connection: Connection, prepare: Callable[[], Work]) -> None:
    """The process: says True when it is ready, then answers each task, as long as it is heard."""
    with suppress(EOFError, OSError):
        try:
            work = prepare()
        except Exception as error:
            connection.send(error)
            return
        connection.send(True)
        while True:
            task = connection.recv()
            try:
                result = work(task)
            except Exception as error:
                result = error
            connection.send(result)
