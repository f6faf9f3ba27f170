"""What can be asked of the server's process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_PAGES = 20
"""Of a document; the rest is left unread."""


@dataclass(frozen=True, slots=True)
class Predict:
    """Read a picture."""

    image: bytes
    name: str
    """Repeated as the prediction's source, and nothing else is done with it."""
    draw: bool
    """Whether the answer holds what a page draws, too."""


@dataclass(frozen=True, slots=True)
class Convert:
    """Spell a molfile."""

    molfile: str


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer in place of plain values: what is wrong with the request."""

    why: str


def prepare(weights: Path | None, threads: int) -> Callable[[Predict | Convert], Any]:
    """Loads the networks; what is returned answers with plain values or :class:`Refused`."""
    # only the process that works needs them, and only there they cost memory
    from graphparse.server.work import make_work

    return make_work(weights, threads)
