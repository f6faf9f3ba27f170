"""Read structures from images."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graphparse.commands.cluster import predict_on_cluster
from graphparse.commands.common import (
    CaptionWeights,
    Reader,
    Weights,
    check_reader,
    check_statuses,
    progress,
    wrong_usage,
)
from graphparse.prediction import ReaderKind

if TYPE_CHECKING:
    from graphparse.prediction import Prediction

OVERLAYS = "overlays"
"""Folder within the one that is written to."""


class Engine(StrEnum):
    """What images are read by."""

    LOCAL = "local"
    RAY = "ray"


def predict(
    inputs: Annotated[
        list[str],
        typer.Argument(help="Images, PDF files, or folders of them; for Ray Parquet and URIs too."),
    ],
    out: Annotated[
        str,
        typer.Option(
            help="Folder for predictions.csv, .jsonl and .sdf; for Ray one for Parquet files, or "
            "a .parquet file, or a URI."
        ),
    ],
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes, at most; a process per core if not said.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of each process.")] = 1,
    batch_size: Annotated[
        int, typer.Option(min=1, help="Images that a process is given at a time.")
    ] = 16,
    time_limit: Annotated[
        float, typer.Option(min=0.001, help="Seconds for an image; then it is an error.")
    ] = 60.0,
    overlay: Annotated[bool, typer.Option("--overlay", help="Also draw what was found.")] = False,
    report: Annotated[bool, typer.Option("--report", help="Also make a page of the run.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run that was stopped in --out.")
    ] = False,
    engine: Annotated[
        Engine, typer.Option(help="Processes on this machine, or a cluster of Ray.")
    ] = Engine.LOCAL,
    shard_size: Annotated[
        int, typer.Option(min=1, help="Images that Ray gives to a process as one piece of work.")
    ] = 1000,
    reader: Reader = ReaderKind.GRAPH,
    caption_weights: CaptionWeights = None,
    weights: Weights = None,
) -> None:
    """Read structures from images; folders are searched for images, with their subfolders.

    The exit code is 1 if every image is an error, and 2 if there are no images or an option is
    wrong; errors among other images cost nothing.
    """
    from graphparse.workers import load_recognizer

    check_reader(reader, caption_weights)
    load = partial(
        load_recognizer,
        weights and weights.absolute(),
        threads,
        reader,
        caption_weights and caption_weights.absolute(),
    )
    if engine is Engine.RAY:
        if overlay or report:
            raise typer.BadParameter("--overlay and --report need the local engine")
        if weights is not None:
            from detectors.checkpoint import load_checkpoint

            with wrong_usage("--weights", ValueError):
                load_checkpoint(weights)
        predict_on_cluster(inputs, out, load, workers, batch_size, time_limit, shard_size, resume)
        return
    paths = [_existing(path) for path in inputs]
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        raise typer.BadParameter(f"{out} is not a folder", param_hint="--out")
    from graphparse.outputs import OutputFolder
    from graphparse.workers import Source, WorkerPool, available_cores

    overlays = folder / OVERLAYS
    files, others = find_images(paths, overlays)
    if others:
        typer.echo(f"files without an image's suffix, passed over: {len(others)}", err=True)
    if not files:
        raise typer.BadParameter(f"no images in {', '.join(inputs)}", param_hint="INPUTS")
    start = time.monotonic()
    statuses: Counter[str] = Counter()
    with ExitStack() as opened:
        # weights that can't be read show here, before anything is written
        with wrong_usage("--weights", ValueError):
            pool = WorkerPool(load, workers or available_cores(), time_limit, batch_size)
            opened.enter_context(pool)
        with wrong_usage("--out", OSError):
            outputs = opened.enter_context(OutputFolder(folder, resume))
            if not resume:
                _remove_pages(folder)
        # the number keeps overlays of files with the same name apart, over restarts too
        left = files_left(files, outputs.earlier, outputs.begun)
        results = pool.read(Source(str(file), page) for _, file, page in left)
        for position, found in opened.enter_context(progress(results, len(left))):
            for prediction in found:
                outputs.write(prediction)
                statuses[prediction.status] += 1
            if overlay:
                number, file, _ = left[position]
                _write_overlays(file, found, overlays / f"{number:06d}-{file.stem}")
    if report:
        from graphparse.report import write_report

        write_report(folder)
    counts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    seconds = time.monotonic() - start
    before = f" ({len(files) - len(left)} more were read before)" if resume else ""
    counts = (counts or "nothing to read") + before
    typer.echo(f"{len(left)} images in {seconds:.1f} s: {counts} -> {out}")
    check_statuses(statuses)


def _existing(path: str) -> Path:
    if not Path(path).exists():
        why = "only read with --engine ray" if "://" in path else "no such file or folder"
        raise typer.BadParameter(f"{path}: {why}", param_hint="INPUTS")
    return Path(path)


def _remove_pages(folder: Path) -> None:
    """The report and the overlays of an earlier run, whose predictions will be replaced."""
    from graphparse.report import NAME

    if not (folder / "predictions.jsonl").is_file():
        return  # what is here was not written by a run
    (folder / NAME).unlink(missing_ok=True)
    for overlay in (folder / OVERLAYS).glob(f"{'[0-9]' * 6}*-*.png"):
        overlay.unlink()
    with suppress(OSError):  # it isn't there, or holds something else
        (folder / OVERLAYS).rmdir()


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
        for file in sorted(_files(path, hidden)):
            (images if file.suffix.lower() in SUFFIXES else others).append(file)
    return images, others


def _files(folder: Path, hidden: Path | None) -> Iterator[Path]:
    for file in folder.rglob("*"):
        holder = file.parent
        own = holder != folder and holder.name == OVERLAYS
        if own and (holder.parent / "predictions.jsonl").is_file():
            continue
        if file.is_file() and holder.resolve() != hidden:
            yield file


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


def _write_overlays(file: Path, found: list[Prediction], name: Path) -> None:
    """Draw what was found on a page over its pictures."""
    import cv2

    from graphparse.images import ImageError, load_picture
    from graphparse.overlay import draw_overlay

    for index, prediction in enumerate(found, 1):
        if prediction.graph is None:
            continue
        try:
            picture = load_picture(file, prediction.page, prediction.box)
        except ImageError:  # it was there when it was read
            continue
        part = "" if prediction.page is None else f"-{prediction.page}"
        part += "" if prediction.box is None else f"-{index}"
        _, png = cv2.imencode(".png", draw_overlay(picture.gray, prediction.graph))
        name.parent.mkdir(parents=True, exist_ok=True)
        # written by Python: OpenCV takes no file names that are no text
        name.with_name(f"{name.name}{part}.png").write_bytes(png.tobytes())
