"""The command line."""

from __future__ import annotations

import logging
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Pictures of chemical structures in, verified molecular graphs out.",
)
train_app = typer.Typer(no_args_is_help=True, help="Train the networks on rendered molecules.")
app.add_typer(train_app, name="train")

Threads = Annotated[int | None, typer.Option(min=1, help="Threads of the networks.")]
Weights = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="Instead of the shipped weights.")
]


@app.callback()
def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")


@app.command()
def predict(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Images, or folders of images.")],
    out: Annotated[Path, typer.Option(help="Folder for predictions.csv, .jsonl and .sdf.")],
    batch_size: Annotated[int, typer.Option(min=1, help="Images read together.")] = 16,
    threads: Threads = None,
    overlay: Annotated[bool, typer.Option("--overlay", help="Also draw what was found.")] = False,
    weights: Weights = None,
) -> None:
    """Read structures from images; folders are searched for images, with their subfolders."""
    if out.exists() and not out.is_dir():
        raise typer.BadParameter(f"{out} is not a folder", param_hint="--out")
    from graphparse.outputs import OutputFolder
    from graphparse.recognizer import Recognizer

    files = list(find_images(paths))
    start = time.monotonic()
    recognizer = Recognizer(weights, threads, batch_size)
    statuses: Counter[str] = Counter()
    with (
        OutputFolder(out) as outputs,
        typer.progressbar(
            recognizer.stream(files), length=len(files), hidden=not sys.stderr.isatty(),
            file=sys.stderr,
        ) as predictions,
    ):  # fmt: skip
        for number, prediction in enumerate(predictions):
            outputs.write(prediction)
            statuses[prediction.status] += 1
            if overlay and prediction.graph is not None:
                _write_overlay(files[number], prediction.graph, out / "overlays", number)
    counts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    seconds = time.monotonic() - start
    typer.echo(f"{len(files)} images in {seconds:.1f} s: {counts or 'nothing to read'} -> {out}")


def find_images(paths: list[Path]) -> Iterator[Path]:
    """Files as they are named, folders searched for files with an image's suffix, in order."""
    from graphparse.images import SUFFIXES

    for path in paths:
        if path.is_dir():
            yield from sorted(
                file
                for file in path.rglob("*")
                if file.suffix.lower() in SUFFIXES and file.is_file()
            )
        else:
            yield path


def _write_overlay(source: Path, graph: object, folder: Path, number: int) -> None:
    import cv2

    from assemble.graph import MoleculeGraph
    from graphparse.images import load_image
    from graphparse.overlay import draw_overlay

    assert isinstance(graph, MoleculeGraph)
    folder.mkdir(parents=True, exist_ok=True)
    picture = draw_overlay(load_image(source).gray, graph)
    # the number keeps files of the same name from different folders apart
    cv2.imwrite(str(folder / f"{number:06d}-{source.stem}.png"), picture)


@app.command()
def evaluate(
    sets: Annotated[
        list[Path], typer.Argument(exists=True, file_okay=False, help="With a references.csv.")
    ],
    out: Annotated[Path | None, typer.Option(help="Folder for results.csv, summary.json.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Images per set.")] = None,
    failures: Annotated[
        Path | None, typer.Option(help="HTML page of the wrong predictions.")
    ] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Images read together.")] = 16,
    threads: Threads = None,
    weights: Weights = None,
) -> None:
    """Compare predictions with references: exact InChI, calibration, causes of failure."""
    from graphparse.evaluate import ReferenceError, table, write_results
    from graphparse.evaluate import evaluate as evaluate_set
    from graphparse.failures import write_failures
    from graphparse.recognizer import Recognizer

    recognizer = Recognizer(weights, threads, batch_size)
    try:
        evaluations = [evaluate_set(folder, recognizer, limit) for folder in sets]
    except ReferenceError as error:
        raise typer.BadParameter(str(error), param_hint="SETS") from error
    typer.echo(table([evaluation.summary for evaluation in evaluations]))
    for evaluation in evaluations:
        causes = ", ".join(f"{cause} {count}" for cause, count in evaluation.causes.items())
        typer.echo(f"{evaluation.summary.name} wrong by: {causes or 'nothing'}")
    if out is not None:
        write_results(evaluations, out)
    if failures is not None:
        write_failures(evaluations, failures)


@app.command()
def render(
    contact_sheet: Annotated[
        Path | None, typer.Option(dir_okay=False, help="One picture with the targets drawn on.")
    ] = None,
    out: Annotated[Path | None, typer.Option(file_okay=False, help="Folder for samples.")] = None,
    count: Annotated[int, typer.Option(min=1, help="Samples to render.")] = 24,
    seed: Annotated[int, typer.Option(help="Sample i of a seed is always the same.")] = 0,
    molecules: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="SMILES, one a line.")
    ] = None,
) -> None:
    """Render training samples with their exact targets."""
    if contact_sheet is None and out is None:
        raise typer.BadParameter("name --contact-sheet or --out")
    from data.molecules import bundled_pool, load_pool
    from data.stream import SampleStream
    from graphparse.render import write_samples, write_sheet

    stream = SampleStream(load_pool(molecules) if molecules else bundled_pool(), seed)
    if contact_sheet is not None:
        write_sheet(stream, count, contact_sheet)
    if out is not None:
        write_samples(stream, count, out)


@train_app.command("detector")
def train_detector(
    out: Annotated[Path, typer.Option(file_okay=False, help="Checkpoints, state and log.")],
    molecules: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Pool; else the bundled one.")
    ] = None,
    minutes: Annotated[float, typer.Option(min=0.01, help="In all, over restarts.")] = 60.0,
    init: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Weights to start from.")
    ] = None,
    real: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Aligned real drawings.")
    ] = None,
    watch: Annotated[
        list[Path] | None,
        typer.Option(exists=True, file_okay=False, help="Real set to measure on; repeatable."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the rendered samples.")] = 0,
    batch_size: Annotated[int, typer.Option(min=1)] = 16,
    workers: Annotated[int, typer.Option(min=0, help="Rendering processes.")] = 1,
    threads: Threads = None,
) -> None:
    """Train detector, refiner, label reader and scale network together; goes on if stopped."""
    from graphparse.train import train_detector as run
    from graphparse.training.loop import TrainConfig

    config = TrainConfig(minutes=minutes, seed=seed, batch_size=batch_size, workers=workers)
    path = run(out, molecules, real, init, config, threads, tuple(watch or ()))
    typer.echo(path)


@train_app.command("align")
def align_drawings(
    sets: Annotated[
        list[Path], typer.Argument(exists=True, file_okay=False, help="With a references.csv.")
    ],
    out: Annotated[Path, typer.Option(dir_okay=False, help="File of aligned graphs.")],
    limit: Annotated[int | None, typer.Option(min=1, help="Drawings per set.")] = None,
    threads: Threads = None,
    weights: Weights = None,
) -> None:
    """Collect real drawings whose reading equals their reference, to train on."""
    from graphparse.align import align
    from graphparse.recognizer import Recognizer

    written, seen = align(sets, Recognizer(weights, threads), out, limit)
    typer.echo(f"{written} of {seen} drawings aligned -> {out}")


@train_app.command("calibrate")
def calibrate(
    sets: Annotated[
        list[Path], typer.Argument(exists=True, file_okay=False, help="Not trained on.")
    ],
    out: Annotated[Path, typer.Option(dir_okay=False, help="calibration.json")],
    threads: Threads = None,
    weights: Weights = None,
) -> None:
    """Fit the confidence on real images with references."""
    from graphparse.calibrate import calibrate as run
    from graphparse.recognizer import Recognizer

    images, right = run(sets, Recognizer(weights, threads), out)
    typer.echo(f"{images} images, {right} right -> {out}")
