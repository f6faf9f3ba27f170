"""Measure on made pages how well structures are found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphparse.commands.common import Threads, Weights, load_molecules, make_recognizer


def score_pages(
    count: Annotated[int, typer.Option(min=1, help="Pages of each kind.")] = 40,
    seed: Annotated[int, typer.Option(help="Page i of a seed is always the same.")] = 0,
    overlays: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder for the pages with boxes.")
    ] = None,
    molecules: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="SMILES, one a line.")
    ] = None,
    threads: Threads = None,
    weights: Weights = None,
) -> None:
    """Find and read structures on made pages: found, missed, false, exact InChI."""
    from graphparse.score_pages import PageScore
    from graphparse.score_pages import score_pages as run

    pool = load_molecules(molecules)
    recognizer = make_recognizer(weights, threads)
    for scanned in (False, True):
        scores = run(pool, recognizer, count, scanned, seed, overlays)
        total = sum(scores, PageScore())
        typer.echo(f"{'scanned' if scanned else 'clean'}: {total}")
