"""How processes begin and end: a start costs what differs between them, and none outlives us."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, get_context, parent_process, resource_tracker
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any

PRELOADED = ("graphparse.cli", "graphparse.recognizer", "graphparse.pages", "onnx", "onnxruntime")
"""What a process that reads will import, its main module and what is imported late included. None
of it may start threads, which copies lack (OpenBLAS starts its own again)."""


class WorkerError(RuntimeError):
    """No process can be started."""


def start_process(target: Callable[..., None], *args: object) -> BaseProcess:
    """A process that calls a function; it hears no ^C, and ends with this one at the latest.

    On Linux it is a copy of a process that has imported what is needed, once for all, and does
    nothing else: threads and files of this process are not copied. Changes to the environment
    after the first start are not seen.

    Args:
        target: picklable, as are its arguments.

    Raises:
        WorkerError: it can't be started.
    """
    process: BaseProcess
    given = (target, *args)
    # not on macOS, whose own libraries may start threads
    if sys.platform == "linux":
        forkserver.set_forkserver_preload(list(PRELOADED))
        resource_tracker.ensure_running()  # else the server starts it, and lets interrupts through
        with _same_imports(), _no_interrupts():
            forkserver.ensure_running()
        atexit.unregister(_end_server)
        atexit.register(_end_server)
        process = get_context("forkserver").Process(target=_run, args=given, daemon=True)
    else:
        process = get_context("spawn").Process(target=_run, args=given, daemon=True)
    try:
        process.start()
    except (OSError, EOFError) as error:
        raise WorkerError(f"no process can be started: {error}") from error
    return process


def end_process(process: BaseProcess, limit: float | None = None) -> None:
    """Kill a process and wait for its end, for so many seconds at most."""
    if process.is_alive():  # else its number may be another's by now
        process.kill()
    process.join(limit)


def end_with_parent() -> None:
    """A parent that is killed can't end its children, which may be at something that hangs."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _end_server() -> None:
    """Kill the server: left alone it would clear up for a second, and keep our output open."""
    server: Any = forkserver._forkserver
    pid = getattr(server, "_forkserver_pid", None)  # Python has no other name for it
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _run(target: Callable[..., None], *args: object) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and ends its children
    threading.Thread(target=end_with_parent, daemon=True).start()
    target(*args)


@contextmanager
def _same_imports() -> Iterator[None]:
    """A process that is started finds modules where this one does, and in no other place.

    Before Python 3.13.1 the server would look into the working directory first, and not at all
    where ``sys.path`` was changed.
    """
    values = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONSAFEPATH": "1"}
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """A process that is started hears no ^C, not even while it imports."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
