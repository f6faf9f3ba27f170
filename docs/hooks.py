"""Fills the pages with what only the code knows: the command line, and the weights' figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer
from typer.cli import get_docs_for_click

ROOT = Path(__file__).parent.parent
COMMANDS, FIGURES = "<!-- commands -->", "<!-- figures -->"
"""Marks in the pages."""


def on_page_markdown(markdown: str, **_: Any) -> str:
    """What MkDocs calls for each page."""
    if COMMANDS in markdown:
        markdown = markdown.replace(COMMANDS, commands())
    if FIGURES in markdown:
        markdown = markdown.replace(FIGURES, figures())
    return markdown


def commands() -> str:
    """Markdown of all commands and their options."""
    from graphparse.cli import app

    command = typer.main.get_command(app)
    with typer.Context(command, info_name="graphparse") as context:
        text: str = get_docs_for_click(obj=command, ctx=context, name="graphparse")
    return text.partition("\n")[2]


def figures() -> str:
    """Markdown of what ``graphparse evaluate --record`` kept beside the shipped weights."""
    (sidecar,) = (ROOT / "graphparse" / "weights").glob("parser-*.json")
    return as_table(json.loads(sidecar.read_text())["metrics"])


def as_table(metrics: dict[str, dict[str, Any]]) -> str:
    """A table with a row for each set and a column for each figure."""
    names = [name for name in next(iter(metrics.values())) if name != "name"]
    rows = [["set", *(name.replace("_", " ") for name in names)], ["---"] * (len(names) + 1)]
    for name, row in metrics.items():
        values = [row.get(key, "") for key in names]
        told = (f"{value:.3f}" if isinstance(value, float) else str(value) for value in values)
        rows.append([name, *told])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
