"""Compare predictions with references."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphparse.commands.common import Threads, Weights, check_sets, make_recognizer


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
    threads: Threads = None,
    weights: Weights = None,
) -> None:
    """Compare predictions with references: exact InChI, calibration, causes of failure."""
    from graphparse.evaluate import evaluate as evaluate_set
    from graphparse.evaluate import record_metrics, table, write_results
    from graphparse.failures import write_failures

    check_sets(sets)
    recognizer = make_recognizer(weights, threads)
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
