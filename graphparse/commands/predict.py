"""Read structures from images."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
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
    check_output,
    check_reader,
    check_statuses,
    progress,
    wrong_usage,
    wrong_weights,
)
from graphparse.inputs import OVERLAYS, files_left, find_images
from graphparse.prediction import ReaderKind
from graphparse.storage import is_uri

if TYPE_CHECKING:
    from graphparse.prediction import Prediction

LONGEST_STEM = 200
"""Bytes of a file's name that its overlays keep: with number and page they are names as well."""


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
    for hint, names in (("INPUTS", inputs), ("--out", [out])):
        if "" in names:  # to the system that is the folder one stands in
            raise typer.BadParameter("expected a name, got nothing", param_hint=hint)
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
        _check_weights("--weights", weights)
        _check_weights("--caption-weights", caption_weights)
        predict_on_cluster(inputs, out, load, workers, batch_size, time_limit, shard_size, resume)
        return
    paths = [_existing(path) for path in inputs]
    folder = _local_folder(out)
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
    undrawn: list[str] = []
    with ExitStack() as opened:
        # weights that can't be read show here, before anything is written
        with wrong_weights():
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
                undrawn += _write_overlays(file, found, overlays / f"{number:06d}-{_stem(file)}")
    if undrawn:
        typer.echo(f"overlays that could not be written: {len(undrawn)} ({undrawn[0]})", err=True)
    if report:
        from graphparse.report import write_report

        write_report(folder)
    counts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    seconds = time.monotonic() - start
    before = f" ({len(files) - len(left)} more were read before)" if resume else ""
    counts = (counts or "nothing to read") + before
    typer.echo(f"{len(left)} images in {seconds:.1f} s: {counts} -> {out}")
    check_statuses(statuses)


def _check_weights(hint: str, weights: Path | None) -> None:
    """Where processes of a cluster will load them, before anything is written."""
    if weights is None:
        return
    from detectors.checkpoint import load_checkpoint

    with wrong_usage(hint, ValueError):
        load_checkpoint(weights)


def _existing(path: str) -> Path:
    """A file or folder that is named, which must be there, whatever is in it."""
    with wrong_usage("INPUTS", OSError):
        try:
            Path(path).stat()
        except FileNotFoundError as error:
            why = "only read with --engine ray" if is_uri(path) else "no such file or folder"
            raise FileNotFoundError(f"{path}: {why}") from error
    return Path(path)


def _local_folder(out: str) -> Path:
    """The folder that is written to."""
    if is_uri(out):
        raise typer.BadParameter(f"{out}: only with --engine ray", param_hint="--out")
    check_output(Path(out), "--out", folder=True)
    return Path(out)


def _stem(file: Path) -> str:
    """The file's name without suffix, cut where its overlays would have names that are too long."""
    stem = file.stem
    while len(os.fsencode(stem)) > LONGEST_STEM:
        stem = stem[:-1]
    return stem


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


def _write_overlays(file: Path, found: list[Prediction], name: Path) -> Iterator[str]:
    """Draw what was found on a page over its pictures; yields why an overlay isn't there."""
    import cv2

    from graphparse.images import ImageError, load_picture
    from graphparse.overlay import draw_overlay

    for index, prediction in enumerate(found, 1):
        if prediction.graph is None:
            continue
        part = "" if prediction.page is None else f"-{prediction.page}"
        part += "" if prediction.box is None else f"-{index}"
        try:
            picture = load_picture(file, prediction.page, prediction.box)
            _, png = cv2.imencode(".png", draw_overlay(picture.gray, prediction.graph))
            name.parent.mkdir(parents=True, exist_ok=True)
            # written by Python: OpenCV takes no file names that are no text
            name.with_name(f"{name.name}{part}.png").write_bytes(png.tobytes())
        except (ImageError, OSError) as error:
            yield f"{file}: {error}"
