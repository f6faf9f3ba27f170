"""A stopwatch that tells the stages of reading apart; while none runs, a stage costs nothing."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Self

REST = "rest"
"""What belongs to no stage."""


class Stopwatch:
    """Seconds of each stage within its context, in this thread; all of them add up to the whole.

    Within a stage another one can begin: the outer one stands still until the inner one ends.
    """

    def __init__(self) -> None:
        self.elapsed: dict[str, float] = defaultdict(float)
        """Of the clock on the wall."""
        self.processor: dict[str, float] = defaultdict(float)
        """Of all threads of the process; other work on the machine matters little."""

    def __enter__(self) -> Self:
        self._token = _running.set(self)
        self._stage, self._since = REST, (time.perf_counter(), time.process_time())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.switch(REST)
        _running.reset(self._token)

    def switch(self, name: str) -> str:
        """Begin a stage; returns the one that ends."""
        now = time.perf_counter(), time.process_time()
        self.elapsed[self._stage] += now[0] - self._since[0]
        self.processor[self._stage] += now[1] - self._since[1]
        ended, self._stage, self._since = self._stage, name, now
        return ended


_running: ContextVar[Stopwatch | None] = ContextVar("stopwatch", default=None)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """A stage of the stopwatch that runs, if any does."""
    watch = _running.get()
    if watch is None:
        yield
        return
    outer = watch.switch(name)
    try:
        yield
    finally:
        watch.switch(outer)
