"""Measure how well pictures without a structure are told from those with one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from graphparse.commands.common import Threads, Weights, check_sets, make_recognizer


def refusal(
    sets: Annotated[
        list[Path] | None,
        typer.Argument(exists=True, file_okay=False, help="Real drawings, with a references.csv."),
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Pictures without a structure.")] = 500,
    limit: Annotated[int | None, typer.Option(min=1, help="Drawings per set.")] = None,
    seed: Annotated[int, typer.Option(help="Of the pictures without a structure.")] = 0,
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder for what was taken for a molecule.")
    ] = None,
    threads: Threads = None,
    weights: Weights = None,
) -> None:
    """Share refused of made-up pages, charts, logos and photos, and of real drawings."""
    from data.negatives import negative
    from graphparse.evaluate import read_references, set_names, spaced
    from graphparse.prediction import Status

    check_sets(sets or [])
    recognizer = make_recognizer(weights, threads)
    refused: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for index in range(count):
        kind, picture = negative(seed, index)
        (found,) = recognizer.predict([picture])
        seen[kind] += 1
        refused[kind] += found.status is Status.NO_STRUCTURE
        if out is not None and found.status is not Status.NO_STRUCTURE:
            out.mkdir(parents=True, exist_ok=True)
            picture.save(out / f"{index:05d}-{kind}.png")
    for kind in seen:
        typer.echo(_row(kind, refused[kind], seen[kind]))
    typer.echo(_row("all without a structure", refused.total(), seen.total()))
    for folder, name in zip(sets or [], set_names(sets or []), strict=True):
        references = spaced(read_references(folder), limit)
        predictions = recognizer.predict(reference.image for reference in references)
        lost = sum(found.status is Status.NO_STRUCTURE for found in predictions)
        typer.echo(_row(f"drawings of {name}", lost, len(references)))


def _row(name: str, refused: int, seen: int) -> str:
    return f"{name:<24} {refused:>5} of {seen:>5} refused  {100 * refused / max(seen, 1):6.2f} %"
