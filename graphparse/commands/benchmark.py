"""Time the reading of a folder of images."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from graphparse.commands.common import Weights, wrong_usage
from graphparse.inputs import find_images


def benchmark(
    folder: Annotated[Path, typer.Argument(exists=True, help="Images to read.")],
    limit: Annotated[
        int | None, typer.Option(min=1, help="So many of them, evenly spaced; all if not said.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of each process.")] = 1,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; a process per core if not said.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    weights: Weights = None,
) -> None:
    """Time the reading of images: images per second, stage by stage, start and memory."""
    from detectors.checkpoint import CheckpointError
    from graphparse.speed import measure_reading
    from graphparse.workers import available_cores

    images, _ = find_images([folder])
    if not images:
        raise typer.BadParameter(f"no images in {folder}", param_hint="FOLDER")
    if limit is not None and limit < len(images):
        images = [images[i * len(images) // limit] for i in range(limit)]
    with wrong_usage("--weights", CheckpointError):
        speed = measure_reading(images, weights, threads, workers or available_cores())
    typer.echo(json.dumps(speed.to_dict(), indent=2) if as_json else speed.table())
