"""What several commands share: options, and errors that are wrong usage."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from graphparse.prediction import ReaderKind, Status

if TYPE_CHECKING:
    from graphparse.recognizer import Recognizer

T = TypeVar("T")

LOOKED_AT = 1000
"""Lines of a pool, spread over it, of which one at least must be a molecule with bonds."""

Threads = Annotated[int | None, typer.Option(min=1, help="Threads of the networks.")]
Weights = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="Instead of the shipped weights.")
]
Reader = Annotated[
    ReaderKind, typer.Option(help="Auto asks the caption reader where the graph is in doubt.")
]
CaptionWeights = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="Of the caption reader.")
]


def make_recognizer(
    weights: Path | None,
    threads: int | None,
    reader: ReaderKind = ReaderKind.GRAPH,
    caption_weights: Path | None = None,
) -> Recognizer:
    """The recognizer that the options ask for; weights that can't be read are wrong usage."""
    from graphparse.recognizer import make_recognizer

    check_reader(reader, caption_weights)
    with wrong_weights():
        return make_recognizer(weights, threads, reader, caption_weights)


def check_reader(reader: ReaderKind, caption_weights: Path | None) -> None:
    """Before anything is read or written: the reader must have weights, and use those given."""
    if reader is ReaderKind.GRAPH and caption_weights is not None:
        raise typer.BadParameter("needs --reader caption or auto", param_hint="--caption-weights")
    if reader is ReaderKind.GRAPH or caption_weights is not None:
        return
    from detectors.checkpoint import CheckpointError
    from graphparse.shipped import shipped_weights

    with wrong_usage("--reader", CheckpointError):
        shipped_weights("caption")


@contextmanager
def wrong_usage(hint: str, *errors: type[Exception]) -> Iterator[None]:
    """Turns errors into a message about an argument and exit code 2."""
    try:
        yield
    except errors as error:
        raise typer.BadParameter(_told(error), param_hint=hint) from error


@contextmanager
def wrong_weights() -> Iterator[None]:
    """Turns errors of loading the networks into a message about the option that named them."""
    try:
        yield
    except ValueError as error:
        # not sooner: where processes load the networks this one needs none of their packages
        from graphparse.recognizer import CaptionWeightsError

        by = "--caption-weights" if isinstance(error, CaptionWeightsError) else "--weights"
        raise typer.BadParameter(str(error), param_hint=by) from error


def _told(error: Exception) -> str:
    """An error in words; those of the system begin with a number."""
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def check_output(path: Path, hint: str, folder: bool = False) -> None:
    """Before anything is read: a file, or a folder, that can't be made is wrong usage."""
    with wrong_usage(hint, OSError):
        there = _nearest(path.absolute())
        if (folder or there != path.absolute()) and not there.is_dir():
            raise NotADirectoryError(f"{there} is not a folder")
        if not os.access(there, os.W_OK):
            raise PermissionError(f"{there} cannot be written to")


def _nearest(path: Path) -> Path:
    """What there is of a path: itself, or the nearest place above it."""
    for place in (path, *path.parents):
        with suppress(FileNotFoundError, NotADirectoryError):
            place.lstat()
            return place
    return path


def check_sets(sets: list[Path]) -> None:
    """All sets before the first is read, which may take long."""
    from graphparse.evaluate import ReferenceError, read_references

    with wrong_usage("SETS", ReferenceError):
        for folder in sets:
            read_references(folder)


def load_molecules(path: Path | None) -> list[str]:
    """The pool that ``--molecules`` names, or the bundled one; a useless one is wrong usage."""
    from data.molecules import bundled_pool, load_pool

    if path is None:
        return bundled_pool()
    # files that are no text, or damaged, end in errors of all these kinds
    with wrong_usage("--molecules", ValueError, OSError, EOFError):
        pool = load_pool(path)
        if not any(map(_has_bonds, pool[:: max(1, len(pool) // LOOKED_AT)])):
            raise ValueError(f"{path}: expected SMILES of drawable molecules, got none")
    return pool


def _has_bonds(smiles: str) -> bool:
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
    return mol is not None and mol.GetNumBonds() > 0


def check_training_files(molecules: Path | None, real: Path | None) -> None:
    """Before a training makes its folder: what it learns from must be readable."""
    from data.real import load_aligned

    load_molecules(molecules)
    with wrong_usage("--real", ValueError):
        if real is not None:
            load_aligned(real)


def check_statuses(counts: Mapping[str, int]) -> None:
    """Ends a run with exit code 1 if it read images, and every one was an error."""
    if counts.keys() == {Status.ERROR}:
        raise typer.Exit(1)


@contextmanager
def progress(results: Iterable[tuple[int, T]], length: int) -> Iterator[Iterable[tuple[int, T]]]:
    """A progress bar for people; nothing in a pipe. Results come with their positions, from 0."""
    if not sys.stderr.isatty():
        yield results
        return
    with typer.progressbar(length=length, file=sys.stderr) as bar:

        def watched() -> Iterator[tuple[int, T]]:
            for position, found in results:
                yield position, found
                bar.update(position + 1 - bar.pos)

        yield watched()
