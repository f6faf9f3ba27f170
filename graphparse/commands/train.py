"""Train the networks, and prepare and calibrate with real images."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphparse.commands.common import (
    CaptionWeights,
    Reader,
    Threads,
    Weights,
    check_reader,
    check_sets,
    check_training_files,
    make_recognizer,
    wrong_usage,
)
from graphparse.prediction import ReaderKind


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
    learning_rate: Annotated[
        float, typer.Option(min=0, help="At its peak; less for networks that are trained already.")
    ] = 1.5e-3,
    workers: Annotated[int, typer.Option(min=0, help="Rendering processes.")] = 1,
    fixed_map: Annotated[
        bool,
        typer.Option("--fixed-map", help="Only refiner and label reader learn: quick steps."),
    ] = False,
    threads: Threads = None,
) -> None:
    """Train detector, refiner, label reader and scale network together; goes on if stopped."""
    from graphparse.train import train_detector as run
    from graphparse.training.loop import TrainConfig

    config = TrainConfig(
        minutes=minutes,
        seed=seed,
        batch_size=batch_size,
        learning_rate=learning_rate,
        workers=workers,
        fixed_map=fixed_map,
    )
    check_training_files(molecules, real)
    path = run(out, molecules, real, init, config, threads, tuple(watch or ()))
    typer.echo(path)


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

    check_sets(sets)
    written, seen = align(sets, make_recognizer(weights, threads), out, limit)
    typer.echo(f"{written} of {seen} drawings aligned -> {out}")


def calibrate(
    sets: Annotated[
        list[Path], typer.Argument(exists=True, file_okay=False, help="Not trained on.")
    ],
    out: Annotated[
        Path, typer.Option(dir_okay=False, help="calibration.json; of auto NAME.fallback.json.")
    ],
    reader: Reader = ReaderKind.GRAPH,
    caption_weights: CaptionWeights = None,
    threads: Threads = None,
    weights: Weights = None,
) -> None:
    """Fit the confidence on real images with references.

    With the reader auto: when the caption reader is asked and how sure its answers are.
    """
    if reader is ReaderKind.CAPTION:
        raise typer.BadParameter("captions are calibrated with auto", param_hint="--reader")
    check_reader(reader, caption_weights)
    check_sets(sets)
    if reader is ReaderKind.AUTO:
        _calibrate_fallback(sets, out, caption_weights, threads, weights)
        return
    from graphparse.calibrate import calibrate as run

    recognizer = make_recognizer(weights, threads)
    with wrong_usage("SETS", ValueError):
        images, right = run(sets, recognizer, out)
    typer.echo(f"{images} images, {right} right -> {out}")


def _calibrate_fallback(
    sets: list[Path],
    out: Path,
    caption_weights: Path | None,
    threads: int | None,
    weights: Path | None,
) -> None:
    from detectors.checkpoint import CheckpointError
    from graphparse.fallback import Fallback
    from graphparse.fit_fallback import fit_fallback
    from graphparse.recognizer import weights_hash

    recognizer = make_recognizer(weights, threads)
    graph_weights = weights_hash(weights)
    with wrong_usage("--caption-weights", CheckpointError):
        fallback = Fallback.load(graph_weights, caption_weights, threads)
    policy, images, right, together = fit_fallback(sets, recognizer, graph_weights, fallback, out)
    asked = f"below {policy.threshold:g}" if policy.threshold else "never"
    typer.echo(f"{images} images, {right} right, {together} with captions, asked {asked} -> {out}")


def refusal(
    sets: Annotated[
        list[Path], typer.Argument(exists=True, file_okay=False, help="Not trained on.")
    ],
    out: Annotated[Path, typer.Option(dir_okay=False, help="refusal.json")],
    count: Annotated[int, typer.Option(min=1, help="Made pictures without a structure.")] = 400,
    seed: Annotated[int, typer.Option(help="Of the made pictures.")] = 1,
    threads: Threads = None,
    weights: Weights = None,
) -> None:
    """Fit what tells drawings of molecules from text, charts, logos and photos."""
    from graphparse.fit_refusal import fit_refusal as run

    check_sets(sets)
    recognizer = make_recognizer(weights, threads)
    with wrong_usage("SETS", ValueError):
        drawings, others, refused = run(sets, recognizer, out, count, seed)
    typer.echo(f"{drawings} drawings, {others} others, {100 * refused:.1f} % refused -> {out}")
