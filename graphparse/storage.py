"""Files where they are: in folders, or in the storage that a URI names."""

from __future__ import annotations

import re
import time
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

from graphparse.inputs import files_in

TRIES, PAUSE = 3, 1.0
"""How often storage is asked for a file that it fails to give, and seconds in between."""


def is_uri(location: str) -> bool:
    """Whether it is ``scheme://...``, rather than a path."""
    return re.match(r"[a-z][a-z0-9+.-]+://", location, re.IGNORECASE) is not None


def open_storage(location: str) -> tuple[Any, str]:
    """The file system of a URI or path, and the path in it.

    Those of Arrow serve ``file``, ``s3``, ``gs`` and ``hdfs``; any other scheme is one of fsspec,
    whose package for it must be there.

    Returns:
        A ``pyarrow.fs.FileSystem``, and a path for it.

    Raises:
        ValueError: no such scheme.
        ImportError: fsspec lacks the package for the scheme.
    """
    from pyarrow import ArrowInvalid, fs

    if not is_uri(location):
        return fs.LocalFileSystem(), str(Path(location).absolute())
    try:
        system, path = fs.FileSystem.from_uri(location)
    except ArrowInvalid:
        import fsspec

        inner, path = fsspec.core.url_to_fs(location)
        system = fs.PyFileSystem(fs.FSSpecHandler(inner))
    return system, path.rstrip("/")


def exists(location: str) -> bool:
    """Whether there is a file or a folder."""
    from pyarrow import fs

    system, path = open_storage(location)
    return bool(system.get_file_info(path).type != fs.FileType.NotFound)


def list_files(location: str) -> list[str]:
    """Names of the files in a folder of any storage and its subfolders, in order.

    Returns:
        Names relative to ``location``; ``[""]`` if it is a file itself.

    Raises:
        FileNotFoundError: there is no such place.
    """
    if is_uri(location):
        from pyarrow import fs

        system, path = open_storage(location)
        there = system.get_file_info(path)
        exists, is_file = there.type != fs.FileType.NotFound, there.is_file
        selector = fs.FileSelector(path, allow_not_found=True, recursive=True)
        files = [] if is_file else [info for info in system.get_file_info(selector) if info.is_file]
        found: list[PurePath] = [PurePosixPath(info.path).relative_to(path) for info in files]
    else:
        folder = Path(location)
        exists, is_file = folder.exists(), folder.is_file()
        found = [file.relative_to(folder) for file in files_in(folder)]
    if not exists:
        raise FileNotFoundError(f"{location}: no such file or folder")
    return [""] if is_file else [str(name) for name in sorted(found)]


def full_name(location: str, name: str) -> str:
    """What a file of :func:`list_files` is called by its own; a local one is as it is named."""
    if not is_uri(location):
        return name
    place = location.partition("?")[0].rstrip("/")
    return f"{place}/{name}" if name else place


def open_file(location: str, name: str) -> Any:
    """A file, open for reading; a context.

    Args:
        location: a local folder, or a URI.
        name: of the file, relative to ``location``.

    Raises:
        OSError: there is no such file, or storage does not answer.
    """
    if not is_uri(location):
        # not by Arrow, which takes no names that are no text
        return Path(location, name).open("rb")
    system, path = open_storage(location)
    return system.open_input_file(f"{path}/{name}" if name else path)


def read_bytes(location: str, name: str) -> bytes | str:
    """The content of a file; text is why there is none. See :func:`open_file`."""
    problem = ""
    for left in reversed(range(TRIES)):
        try:
            with open_file(location, name) as file:
                return bytes(file.read())
        except (FileNotFoundError, IsADirectoryError):
            return "no such file"
        except OSError as error:
            problem = str(error)
        if left:
            time.sleep(PAUSE)
    return problem
