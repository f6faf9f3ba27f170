"""The page of the graph format says what the code reads, and its examples are what they say."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

from typer.testing import CliRunner

from assemble.graph import DIRECTED_KINDS, BondKind, MoleculeGraph
from graphparse.cli import app

PAGE = (Path(__file__).parent.parent / "docs" / "graph-json.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```\s*gives `([^`]+)`", PAGE, re.DOTALL)


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its head."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]


def test_every_field_is_described() -> None:
    described = {row[0].strip(" `"): row[1].strip() == "yes" for row in rows("Fields")}
    fields = [field.name for field in dataclasses.fields(MoleculeGraph)]
    assert sorted(described) == sorted(fields)
    (whole,) = [json.loads(text) for text, _ in EXAMPLES[:1]]
    assert {name for name, needed in described.items() if needed} == set(whole)


def test_every_kind_is_described() -> None:
    described = {row[0].strip(" `"): row[1].strip() == "yes" for row in rows("Kinds")}
    assert described == {kind.name.lower(): kind in DIRECTED_KINDS for kind in BondKind}


def test_the_examples_give_what_the_page_says(tmp_path: Path) -> None:
    assert len(EXAMPLES) == PAGE.count("```json") > 3
    file = tmp_path / "graphs.jsonl"
    file.write_text("\n".join(json.dumps(json.loads(text)) for text, _ in EXAMPLES))
    done = CliRunner().invoke(app, ["assemble", str(file)])
    assert done.stdout.split() == [smiles for _, smiles in EXAMPLES]
    written = CliRunner().invoke(
        app, ["assemble", str(file), "--format", "cxsmiles", "--coordinates"]
    )
    assert written.exit_code == 0 and written.stdout.count("|(") == len(EXAMPLES)
