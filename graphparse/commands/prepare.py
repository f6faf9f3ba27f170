"""Make image files ready to train caption models on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from graphparse.commands.caption import TargetString
from graphparse.commands.common import progress, wrong_usage


def prepare(
    listing: Annotated[
        Path,
        typer.Argument(
            exists=True,
            metavar="FOLDER_OR_CSV",
            help="Columns image or image_id, and smiles or inchi; or a folder with such a list.",
        ),
    ],
    out: Annotated[Path, typer.Option(file_okay=False, help="Shards, and a CSV of the strings.")],
    images: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Of the images, if not beside the list."),
    ] = None,
    target: Annotated[TargetString, typer.Option(help="What is to be spelt.")] = (
        TargetString.SMILES
    ),
    shard_size: Annotated[int, typer.Option(min=1, help="Images in a shard.")] = 2048,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; a process per core if not said.")
    ] = None,
) -> None:
    """Make image files ready to train caption models on; goes on if stopped."""
    from graphparse.listing import Listing, ListingError
    from graphparse.prepare import PROBLEMS, STRINGS, PrepareError, finish, plan, shard_name
    from graphparse.prepare import prepare as run
    from graphparse.workers import available_cores

    begin = time.monotonic()
    with wrong_usage("FOLDER_OR_CSV", ListingError, UnicodeDecodeError):
        found = Listing.open(listing, images)
        todo = plan(found, target.value, shard_size)
    with wrong_usage("--out", PrepareError):
        todo.begin(out)
    left = sum(not (out / shard_name(number)).exists() for number in range(todo.shards))
    with progress(run(found, todo, out, workers or available_cores()), left) as counts:
        done = sum(good + bad for _, (good, bad) in counts)
    good, bad = finish(out, todo.shards)
    seconds = time.monotonic() - begin
    typer.echo(
        f"{done} images in {seconds:.1f} s; in all {good} -> {out / STRINGS}, "
        f"{bad} left out -> {out / PROBLEMS}"
    )
