"""Fills the pages with what only the code knows: commands, the weights' figures, knobs."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.cli import get_docs_for_click

ROOT = Path(__file__).parent.parent
COMMANDS, FIGURES, KNOBS = "<!-- commands -->", "<!-- figures -->", "<!-- knobs -->"
"""Marks in the pages."""
COUNTED = (
    *("stream", "salts", "formulae", "r_groups", "linked", "linked_layout", "nestle", "real"),
    *("perspective_layout", "ring_shapes"),
)
"""Modules of ``data`` whose constants are knobs too."""


def on_page_markdown(markdown: str, **_: Any) -> str:
    """What MkDocs calls for each page."""
    if COMMANDS in markdown:
        markdown = markdown.replace(COMMANDS, commands())
    if FIGURES in markdown:
        markdown = markdown.replace(FIGURES, figures())
    if KNOBS in markdown:
        markdown = markdown.replace(KNOBS, knobs())
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


def knobs() -> str:
    """Markdown of every share and range that renders are drawn with, a table for each place."""
    parts = []
    for path in sorted((ROOT / "data").glob("*.py")):
        body = ast.parse(path.read_text()).body
        tables = [node for node in body if isinstance(node, ast.ClassDef)]
        found = [(node.name, list(_described(node.body))) for node in tables if _has_odds(node)]
        if path.stem in COUNTED:
            found.append(("constants", list(_described(body))))
        for name, rows in found:
            lines = [f"| `{knob}` | {value} | {text} |" for knob, value, text in rows]
            head = f"### {name} in `data/{path.name}`\n\n| knob | value | what |\n|---|---|---|"
            parts.append("\n".join((head, *lines)))
    return "\n\n".join(parts)


def _has_odds(node: ast.ClassDef) -> bool:
    return node.name.endswith("Odds")


def _described(body: list[ast.stmt]) -> Iterator[tuple[str, str, str]]:
    """Name, value and description of each number or range of numbers that is assigned."""
    for node, after in zip(body, [*body[1:], ast.Pass()], strict=True):
        if isinstance(node, ast.AnnAssign):
            target, value = node.target, node.value
        elif isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
        else:
            continue
        try:
            number = ast.literal_eval(value) if value is not None else None
        except ValueError:
            continue
        if isinstance(number, tuple) and all(isinstance(part, int | float) for part in number):
            shown = " to ".join(f"{part:g}" for part in number)
        elif isinstance(number, int | float):
            shown = f"{number:g}"
        else:
            continue
        text = ast.unparse(target).replace("_", " ").capitalize() + "."
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            text = " ".join(str(after.value.value).split()).replace("|", "\\|")
        yield ast.unparse(target), shown, text
