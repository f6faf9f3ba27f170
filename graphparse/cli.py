"""The command line."""

from __future__ import annotations

import logging
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from assemble.graph import MoleculeGraph
    from graphparse.prediction import Prediction
    from graphparse.recognizer import Recognizer

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
    # a dependency's use of a deprecated part of torch is nothing that a user can mend
    warnings.filterwarnings("ignore", message=".*torch.jit.script", category=FutureWarning)


@app.command()
def predict(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Images, or folders of images.")],
    out: Annotated[Path, typer.Option(help="Folder for predictions.csv, .jsonl and .sdf.")],
    batch_size: Annotated[int, typer.Option(min=1, help="Images read together.")] = 16,
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
    recognizer = _recognizer(weights, threads, batch_size)
    statuses: Counter[str] = Counter()
    with _wrong_usage("--out", OSError):
        out.mkdir(parents=True, exist_ok=True)
    with OutputFolder(out, resume) as outputs:
        # the number keeps overlays of files with the same name apart, over restarts too
        left = without_earlier(enumerate(files), outputs.earlier)
        stream = recognizer.stream(file for _, file in left)
        with _progress(stream, len(left)) as predictions:
            for (number, file), prediction in zip(left, predictions, strict=True):
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
    predictions: Iterator[Prediction], length: int
) -> AbstractContextManager[Iterable[Prediction]]:
    """A progress bar for people; nothing in a pipe."""
    if not sys.stderr.isatty():
        return nullcontext(predictions)
    return typer.progressbar(predictions, length=length, file=sys.stderr)


def _recognizer(weights: Path | None, threads: int | None, batch_size: int = 16) -> Recognizer:
    """The recognizer that the options ask for; weights that can't be read are wrong usage."""
    from detectors.checkpoint import CheckpointError
    from graphparse.recognizer import Recognizer

    with _wrong_usage("--weights", CheckpointError):
        return Recognizer(weights, threads, batch_size)


@contextmanager
def _wrong_usage(hint: str, *errors: type[Exception]) -> Iterator[None]:
    """Turns errors into a message about an argument and exit code 2."""
    try:
        yield
    except errors as error:
        raise typer.BadParameter(str(error), param_hint=hint) from error


def _write_overlay(source: Path, graph: MoleculeGraph, folder: Path, number: int) -> None:
    import cv2

    from graphparse.images import load_image
    from graphparse.overlay import draw_overlay

    folder.mkdir(parents=True, exist_ok=True)
    _, png = cv2.imencode(".png", draw_overlay(load_image(source).gray, graph))
    # written by Python: OpenCV takes no file names that are no text
    (folder / f"{number:06d}-{source.stem}.png").write_bytes(png.tobytes())


@app.command()
def evaluate(
    sets: Annotated[
        list[Path], typer.Argument(exists=True, file_okay=False, help="With a references.csv.")
    ],
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder for results.csv, summary.json.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Images per set.")] = None,
    failures: Annotated[
        Path | None, typer.Option(dir_okay=False, help="HTML page of the wrong predictions.")
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Sidecar of weights to keep the figures."),
    ] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Images read together.")] = 16,
    threads: Threads = None,
    weights: Weights = None,
) -> None:
    """Compare predictions with references: exact InChI, calibration, causes of failure."""
    from graphparse.evaluate import evaluate as evaluate_set
    from graphparse.evaluate import record_metrics, table, write_results
    from graphparse.failures import write_failures

    _check_sets(sets)
    recognizer = _recognizer(weights, threads, batch_size)
    evaluations = [evaluate_set(folder, recognizer, limit) for folder in sets]
    typer.echo(table([evaluation.summary for evaluation in evaluations]))
    for evaluation in evaluations:
        causes = ", ".join(f"{cause} {count}" for cause, count in evaluation.causes.items())
        typer.echo(f"{evaluation.summary.name} wrong by: {causes or 'nothing'}")
    if out is not None:
        write_results(evaluations, out)
    if record is not None:
        record_metrics(evaluations, record)
    if failures is not None:
        write_failures(evaluations, failures)


def _check_sets(sets: list[Path]) -> None:
    """All sets before the first is read, which may take long."""
    from graphparse.evaluate import ReferenceError, read_references

    with _wrong_usage("SETS", ReferenceError):
        for folder in sets:
            read_references(folder)


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

    _check_sets(sets)
    written, seen = align(sets, _recognizer(weights, threads), out, limit)
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

    _check_sets(sets)
    images, right = run(sets, _recognizer(weights, threads), out)
    typer.echo(f"{images} images, {right} right -> {out}")
