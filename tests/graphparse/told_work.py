"""Work for a process that does what it is told, whatever comes of it."""

import os
import time
from collections.abc import Callable
from typing import Any


def obedient() -> Callable[[Any], Any]:
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
