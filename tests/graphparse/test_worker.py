"""The server's process, at work that hangs, dies or fails; light, for processes import it too."""

import os
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from graphparse.server.worker import Busy, Failed, TooSlow, Worker


def obedient() -> Callable[[Any], Any]:
    """Work for a process that does what it is told, whatever comes of it."""

    def act(task: Any) -> Any:
        if task == "hang":
            time.sleep(60)
        if task == "die":
            os._exit(1)
        if task == "fail":
            raise ValueError("as told")
        return task

    return act


def unprepared() -> Callable[[Any], Any]:
    raise ValueError("no weights")


def test_a_process_that_hangs_or_dies_is_replaced() -> None:
    with Worker(obedient, time_limit=1.0) as worker:
        assert worker("one") == "one"
        with pytest.raises(TooSlow, match="after 1 s"):
            worker("hang")
        with pytest.raises(Failed, match="ended"):
            worker("die")
        with pytest.raises(Failed, match="as told"):
            worker("fail")
        assert worker("two") == "two"
    with pytest.raises(ValueError, match="no weights"), Worker(unprepared, 1.0):
        pass


def test_too_many_requests_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphparse.server.worker.MOST_WAITING", 1)
    worker = Worker(obedient, 1.0)
    started, go = threading.Event(), threading.Event()

    def slow(task: Any) -> None:
        started.set()
        go.wait(10)

    monkeypatch.setattr(worker, "_work", slow)
    threads = [threading.Thread(target=worker, args=("x",)) for _ in range(2)]
    for thread in threads:
        thread.start()
    started.wait(10)
    while worker._places._value:  # both have a place before a third asks for one
        time.sleep(0.01)
    with pytest.raises(Busy):
        worker("x")
    go.set()
    for thread in threads:
        thread.join()
