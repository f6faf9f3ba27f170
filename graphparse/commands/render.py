"""Render training samples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


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
