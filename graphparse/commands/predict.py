"""Read structures from images."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graphparse.commands.common import Threads, Weights, make_recognizer, wrong_usage

if TYPE_CHECKING:
    from assemble.graph import MoleculeGraph


def predict(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Images, or folders of images.")],
    out: Annotated[Path, typer.Option(help="Folder for predictions.csv, .jsonl and .sdf.")],
    threads: Threads = None,
    overlay: Annotated[bool, typer.Option("--overlay", help="Also draw what was found.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run that was stopped in --out.")
    ] = False,
    weights: Weights = None,
) -> None:
    """Read structures from images; folders are searched for images, with their subfolders."""
    if out.exists() and not out.is_dir():
        raise typer.BadParameter(f"{out} is not a folder", param_hint="--out")
    from graphparse.outputs import OutputFolder

    overlays = out / "overlays"
    files = list(find_images(paths, overlays))
    start = time.monotonic()
    recognizer = make_recognizer(weights, threads)
    statuses: Counter[str] = Counter()
    with wrong_usage("--out", OSError):
        out.mkdir(parents=True, exist_ok=True)
    with OutputFolder(out, resume) as outputs:
        # the number keeps overlays of files with the same name apart, over restarts too
        left = without_earlier(enumerate(files), outputs.earlier)
        with _progress(left) as numbered:
            for number, file in numbered:
                for prediction in recognizer.read(file):
                    outputs.write(prediction)
                    statuses[prediction.status] += 1
                    if overlay and prediction.graph is not None:
                        _write_overlay(file, prediction.graph, overlays, number)
    counts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    seconds = time.monotonic() - start
    before = f" ({len(files) - len(left)} more were read before)" if resume else ""
    counts = (counts or "nothing to read") + before
    typer.echo(f"{len(left)} images in {seconds:.1f} s: {counts} -> {out}")


def find_images(paths: list[Path], skip: Path | None = None) -> Iterator[Path]:
    """Files as they are named, folders searched for files with an image's suffix, in order.

    Args:
        paths: files and folders.
        skip: a folder that is not searched.
    """
    from graphparse.images import SUFFIXES

    hidden = None if skip is None else skip.resolve()
    for path in paths:
        if path.is_dir():
            yield from sorted(
                file
                for file in path.rglob("*")
                if file.suffix.lower() in SUFFIXES
                and file.is_file()
                and file.parent.resolve() != hidden
            )
        else:
            yield path


def without_earlier(
    files: Iterable[tuple[int, Path]], earlier: Iterable[str]
) -> list[tuple[int, Path]]:
    """Numbered files less those read before; a file named twice is read twice."""
    done = Counter(earlier)
    left = []
    for number, file in files:
        if done[str(file)]:
            done[str(file)] -= 1
        else:
            left.append((number, file))
    return left


def _progress(
    files: Sequence[tuple[int, Path]],
) -> AbstractContextManager[Iterable[tuple[int, Path]]]:
    """A progress bar for people; nothing in a pipe."""
    if not sys.stderr.isatty():
        return nullcontext(files)
    return typer.progressbar(files, file=sys.stderr)


def _write_overlay(source: Path, graph: MoleculeGraph, folder: Path, number: int) -> None:
    import cv2

    from graphparse.images import load_image
    from graphparse.overlay import draw_overlay

    folder.mkdir(parents=True, exist_ok=True)
    _, png = cv2.imencode(".png", draw_overlay(load_image(source).gray, graph))
    # written by Python: OpenCV takes no file names that are no text
    (folder / f"{number:06d}-{source.stem}.png").write_bytes(png.tobytes())
