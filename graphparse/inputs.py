"""The files of a run: found in folders, whatever is wrong with some of them, and those left."""

from __future__ import annotations

import logging
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

OVERLAYS = "overlays"
"""Folder within the one that a run writes to."""

logger = logging.getLogger(__name__)


def find_images(paths: list[Path], skip: Path | None = None) -> tuple[list[Path], list[Path]]:
    """Files as they are named, folders searched for files with an image's suffix, in order.

    Overlays of earlier runs within a folder are left alone.

    Args:
        paths: files and folders.
        skip: a folder that is not searched.

    Returns:
        The images, and the other files of the folders.
    """
    from graphparse.images import SUFFIXES

    hidden = None if skip is None else skip.resolve()
    images: list[Path] = []
    others: list[Path] = []
    for path in paths:
        if not path.is_dir():
            images.append(path)
            continue
        for file in sorted(files_in(path)):
            holder = file.parent
            if (holder != path and _is_of_a_run(holder)) or holder.resolve() == hidden:
                continue
            (images if file.suffix.lower() in SUFFIXES else others).append(file)
    return images, others


def files_in(folder: Path) -> Iterator[Path]:
    """The files of a folder and its subfolders; links to folders are not followed.

    What may not be looked at, and links that lead nowhere, are among them: they cannot be read
    later, which is said of each. How many folders cannot be searched is logged.
    """
    refused: list[OSError] = []
    # pathlib passes over such folders without a word
    for holder, _, names in os.walk(folder, onerror=refused.append):
        yield from (file for name in names if _may_be_read(file := Path(holder, name)))
    if refused:
        first = f"{refused[0].filename}: {refused[0].strerror}"
        logger.warning("folders that cannot be searched: %d (%s)", len(refused), first)


def _may_be_read(path: Path) -> bool:
    """Not so pipes and devices, which may never end."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True


def _is_of_a_run(folder: Path) -> bool:
    """Whether it holds overlays."""
    if folder.name != OVERLAYS:
        return False
    with suppress(OSError):
        return (folder.parent / "predictions.jsonl").is_file()
    return False


def files_left(
    files: Iterable[Path], earlier: Mapping[str, int], begun: tuple[str, int] | None = None
) -> list[tuple[int, Path, int]]:
    """What a stopped run has left: number of the file, file, and page, from 0, to begin at.

    Args:
        files: all of them; one that is named twice is read twice.
        earlier: how often a file was read to its end.
        begun: a document that was not, and where to go on; it comes first.
    """
    done = Counter(earlier)
    left: list[tuple[int, Path, int]] = []
    for number, file in enumerate(files):
        if done[str(file)]:
            done[str(file)] -= 1
        elif begun is not None and begun[0] == str(file):
            left.insert(0, (number, file, begun[1]))
            begun = None
        else:
            left.append((number, file, 0))
    return left
