"""The tutorial runs, and the generated pages say what the code says."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from data import stream

DOCS = Path(__file__).parent.parent / "docs"


@pytest.fixture(scope="module")
def hooks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_hooks", DOCS / "hooks.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tutorial_runs() -> None:
    text = (DOCS / "tutorial.md").read_text()
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 6
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "tutorial.md", "exec"), names)


def test_the_command_line_is_described(hooks: ModuleType) -> None:
    text = hooks.on_page_markdown((DOCS / "cli.md").read_text())
    for words in ("graphparse predict", "graphparse train detector", "--time-limit"):
        assert words in text


def test_the_figures_are_those_of_the_weights(hooks: ModuleType) -> None:
    text = hooks.on_page_markdown((DOCS / "evaluation.md").read_text())
    assert "| clef |" in text and hooks.FIGURES not in text


def test_every_knob_of_the_renders_is_in_the_table(hooks: ModuleType) -> None:
    text = hooks.on_page_markdown((DOCS / "renders.md").read_text())
    for path in (DOCS.parent / "data").glob("*.py"):
        for name in re.findall(r"^class (\w+Odds)\b", path.read_text(), re.MULTILINE):
            table = text.partition(f"### {name} in")[2].partition("###")[0]
            for field in dataclasses.fields(
                getattr(importlib.import_module(f"data.{path.stem}"), name)
            ):
                (row,) = re.findall(rf"^\| `{field.name}` \| (.*?) \|", table, re.MULTILINE)
                values = field.default if isinstance(field.default, tuple) else (field.default,)
                assert [float(part) for part in row.split(" to ")] == [float(v) for v in values]
    assert f"| `RDKIT_SHARE` | {stream.RDKIT_SHARE:g} |" in text


def test_links_and_pictures_are_there() -> None:
    for page in DOCS.glob("*.md"):
        # SMILES in code look like links
        text = re.sub(r"`[^`\n]*`", "", page.read_text())
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert "://" in target or (DOCS / target).exists(), f"{page.name}: {target}"
