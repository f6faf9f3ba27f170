"""Compare predictions with references."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from graphparse.commands.common import (
    Reader,
    Threads,
    Weights,
    check_output,
    check_sets,
    make_recognizer,
    wrong_usage,
)
from graphparse.prediction import ReaderKind


def evaluate(
    sets: Annotated[
        list[Path], typer.Argument(exists=True, file_okay=False, help="With a references.csv.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Folder for the files; of --compare else comparison."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Images per set.")] = None,
    failures: Annotated[
        Path | None, typer.Option(dir_okay=False, help="HTML page of the wrong predictions.")
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Sidecar of weights to keep the figures."),
    ] = None,
    compare: Annotated[
        bool,
        typer.Option("--compare", help="All readers side by side: compare.json and compare.html."),
    ] = False,
    reader: Reader = ReaderKind.GRAPH,
    caption_weights: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Of the caption reader; with --compare repeatable, and auto asks the first.",
        ),
    ] = None,
    threads: Threads = None,
    weights: Weights = None,
) -> None:
    """Compare predictions with references: exact InChI, calibration, causes of failure."""
    check_sets(sets)
    if compare:
        if failures is not None or record is not None or reader is not ReaderKind.GRAPH:
            raise typer.BadParameter("--compare goes without --failures, --record and --reader")
        captions = caption_weights or []
        _compare(sets, out or Path("comparison"), limit, threads, weights, captions)
        return
    if caption_weights and len(caption_weights) > 1:
        raise typer.BadParameter("several only with --compare", param_hint="--caption-weights")
    from graphparse.evaluate import evaluate as evaluate_set
    from graphparse.evaluate import read_sidecar, record_metrics, set_names, table, write_results
    from graphparse.failures import write_failures

    if out is not None:
        check_output(out, "--out", folder=True)
    if failures is not None:
        check_output(failures, "--failures")
    if record is not None:
        check_output(record, "--record")
        with wrong_usage("--record", ValueError, OSError):
            read_sidecar(record)
    captions_by = caption_weights[0] if caption_weights else None
    recognizer = make_recognizer(weights, threads, reader, captions_by)
    evaluations = [
        evaluate_set(folder, recognizer, limit, name)
        for folder, name in zip(sets, set_names(sets), strict=True)
    ]
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


def _compare(
    sets: list[Path],
    out: Path,
    limit: int | None,
    threads: int | None,
    weights: Path | None,
    caption_weights: list[Path],
) -> None:
    check_output(out, "--out", folder=True)
    from detectors.checkpoint import CheckpointError
    from graphparse.compare import caption_names, compare, read_set, table, write_json
    from graphparse.compare_page import write_page
    from graphparse.evaluate import set_names
    from graphparse.fallback import Fallback
    from graphparse.recognizer import weights_hash

    settings: dict[str, Any] = {
        "sets": [str(folder) for folder in sets],
        "limit": limit,
        "threads": threads,
    }
    recognizer = make_recognizer(weights, threads)
    with wrong_usage("--weights", CheckpointError):
        settings["graph_weights"] = weights_hash(weights)
    fallbacks: list[Fallback] = []
    try:
        paths: list[Path | None] = [*caption_weights] or [None]
        load = partial(Fallback.load, settings["graph_weights"], threads=threads)
        fallbacks = [load(path) for path in paths]
    except CheckpointError as error:
        if caption_weights:
            raise typer.BadParameter(str(error), param_hint="--caption-weights") from error
        settings["left_out"] = f"caption and auto: {error}"
    else:
        hashes = (fallback.captioner.weights_hash for fallback in fallbacks)
        settings["caption_weights"] = dict(zip(caption_names(fallbacks), hashes, strict=True))
        settings["auto_asks_below"] = fallbacks[0].policy.threshold
    reads = [
        read_set(folder, recognizer, fallbacks, limit, name)
        for folder, name in zip(sets, set_names(sets), strict=True)
    ]
    with wrong_usage("SETS", ValueError):
        result = compare(reads, settings)
    for name, value in result["settings"].items():
        typer.echo(f"{name}: {value}")
    typer.echo(table(result))
    write_json(result, out / "compare.json")
    write_page(result, out / "compare.html")
    typer.echo(f"-> {out / 'compare.html'}")
