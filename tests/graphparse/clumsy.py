"""The command line with a reader that does what the names of the files say, without networks.

A name is words with dots between: ``die`` ends the process, ``once`` does so the first time,
``hang`` never ends, ``slow`` takes its time, ``3p`` is a document of three pages, and ``2`` after a
word means its second page alone. Anything else is read at once, or nearly.
"""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from pathlib import Path

from graphparse import processes, workers
from graphparse.prediction import Prediction, Status, page_number

MOLBLOCK = "\n  made up\n\n  0  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n"


class ClumsyDocument:
    def __init__(self, source: str) -> None:
        self.source = source
        self.words = Path(source).name.split(".")
        self.n_pages = next((int(word[:-1]) for word in self.words if word[-1:] == "p"), 1)

    def told(self, word: str, page: int) -> bool:
        return word in self.words or f"{word}{page + 1}" in self.words

    def read(self, page: int) -> list[Prediction]:
        if self.told("once", page):
            mark = Path(f"{self.source}.done")
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        if self.told("die", page):
            os.kill(os.getpid(), signal.SIGKILL)
        if self.told("hang", page):
            time.sleep(1000)
        if self.told("slow", page):
            time.sleep(0.1)
        digest = hashlib.sha256(f"{self.source} {page}".encode()).digest()
        time.sleep(digest[0] / 256 * 0.004)
        number = page_number(page, self.n_pages)
        boxes = [None] if number is None else [(0, top, 9, top + 9) for top in range(digest[1] % 3)]
        return [
            Prediction(self.source, Status.OK, molblock=MOLBLOCK, page=number, box=box)
            for box in boxes or [None]
        ]


class ClumsyReader:
    @contextmanager
    def open(self, image: str | bytes, name: str) -> Iterator[ClumsyDocument]:
        yield ClumsyDocument(name)


def start(*options: object) -> ClumsyReader:
    return ClumsyReader()


def marked(folder: str) -> ClumsyReader:
    """Leaves a file with the name of its process in a folder, and that of its parent in it."""
    mark = Path(folder) / f".{os.getpid()}"
    mark.write_text(str(parent_process().pid))
    mark.rename(Path(folder) / str(os.getpid()))
    return ClumsyReader()


def refuse() -> ClumsyReader:
    raise ValueError("no such weights")


def vanish() -> ClumsyReader:
    os._exit(3)


if __name__ == "__main__":
    # by the name that processes find it under
    from clumsy import start as start_elsewhere

    from graphparse.cli import app

    workers.load_recognizer = start_elsewhere
    processes.PRELOADED = ()
    app()
