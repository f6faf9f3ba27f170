"""Render training samples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from graphparse.commands.common import check_output, load_molecules


def render(
    contact_sheet: Annotated[
        Path | None, typer.Option(dir_okay=False, help="One picture with the targets drawn on.")
    ] = None,
    out: Annotated[Path | None, typer.Option(file_okay=False, help="Folder for samples.")] = None,
    count: Annotated[int, typer.Option(min=1, help="Samples to render.")] = 24,
    seed: Annotated[int, typer.Option(help="Sample i of a seed is always the same.")] = 0,
    round_trip: Annotated[
        int, typer.Option(min=0, help="Drawings to read back from their graphs, a check.")
    ] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Processes of that check.")] = 1,
    molecules: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="SMILES, one a line.")
    ] = None,
    benchmark: Annotated[
        bool, typer.Option("--benchmark", help="Time the stages on one core; best with count 1000.")
    ] = False,
) -> None:
    """Render training samples with their exact targets."""
    if contact_sheet is None and out is None and not benchmark and not round_trip:
        raise typer.BadParameter("name --contact-sheet, --out, --benchmark or --round-trip")
    if contact_sheet is not None:
        _check_sheet(contact_sheet)
    if out is not None:
        check_output(out, "--out", folder=True)
    from data.stream import SampleStream
    from graphparse.render import write_samples, write_sheet

    pool = load_molecules(molecules)
    # each of them another molecule: a training draws each several times, to save time
    samples = SampleStream(pool, seed, drawings=1, pages=1)
    if contact_sheet is not None:
        write_sheet(samples, count, contact_sheet)
    if out is not None:
        write_samples(samples, count, out)
    if benchmark:
        from graphparse.benchmark import measure

        typer.echo(measure(SampleStream(pool, seed), count).table())
    if round_trip:
        _check_round_trip(pool, round_trip, seed, workers)


def _check_sheet(path: Path) -> None:
    """The name says which format it has."""
    import cv2

    if not cv2.haveImageWriter(f"sheet{path.suffix}"):
        why = f"{path}: expected the name of a picture, such as sheet.png"
        raise typer.BadParameter(why, param_hint="--contact-sheet")
    check_output(path, "--contact-sheet")


def _check_round_trip(pool: Sequence[str], count: int, seed: int, workers: int) -> None:
    from graphparse.roundtrip import round_trip

    # from all over the pool, whose molecules may be sorted
    result = round_trip(pool[:: max(1, len(pool) // count)][:count], seed, workers)
    for miss in result.misses:
        typer.echo(f"{miss.cause}: {miss.drawn} -> {miss.read}")
    typer.echo(f"{result.count} drawings, {result.share:.2f} % read back as drawn")
    for cause, number in result.causes.most_common():
        typer.echo(f"{number:6d} {cause}")
