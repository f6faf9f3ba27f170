"""The server's process, at work that hangs, dies or fails."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from graphparse.server.worker import Busy, Failed, TooSlow, Worker


@pytest.fixture(autouse=True)
def work(monkeypatch: pytest.MonkeyPatch):
    """The module with what the process is to do, where the process finds it too."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    import told_work

    return told_work


def test_a_process_that_hangs_or_dies_is_replaced(work) -> None:
    with Worker(work.obedient, time_limit=1.0) as worker:
        assert worker("one") == "one"
        with pytest.raises(TooSlow, match="after 1 s"):
            worker("hang")
        with pytest.raises(Failed, match="ended"):
            worker("die")
        with pytest.raises(Failed, match="as told"):
            worker("fail")
        assert worker("two") == "two"
    with pytest.raises(ValueError, match="no weights"), Worker(work.unprepared, 1.0):
        pass


def test_too_many_requests_are_turned_away(work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphparse.server.worker.MOST_WAITING", 1)
    worker = Worker(work.obedient, 1.0)
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
