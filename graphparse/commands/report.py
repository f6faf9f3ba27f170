"""Make a page of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphparse.commands.common import wrong_usage


def report(
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Folder that predict wrote.")
    ],
) -> None:
    """Make one HTML page of a finished run, to be looked through from the greatest doubt on."""
    from graphparse.report import NAME, ReportError, write_report

    with wrong_usage("FOLDER", ReportError, OSError):
        rows = write_report(folder)
    typer.echo(f"{rows} rows -> {folder / NAME}")
