"""The caption reader that is shipped, and the command line without it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from graphparse.cli import app
from graphparse.evaluate import read_references
from graphparse.fallback import Fallback, Policy, policy_path
from graphparse.prediction import ReaderKind
from graphparse.recognizer import weights_hash
from graphparse.shipped import shipped_weights

SIMPLE = ("aspirin", "caffeine", "lidocaine-hydrochloride")


def test_it_reads_simple_drawings(examples: Path, tmp_path: Path) -> None:
    images = [str(examples / f"{name}.png") for name in SIMPLE]
    asked = ["predict", *images, "--out", str(tmp_path / "out"), "--reader", "caption"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    with (tmp_path / "out" / "predictions.csv").open(newline="") as file:
        found = {Path(row["source"]).stem: row for row in csv.DictReader(file)}
    wanted = {reference.id: reference.inchi for reference in read_references(examples)}
    assert {name: row["inchi"] for name, row in found.items()} == {n: wanted[n] for n in SIMPLE}
    assert {row["reader"] for row in found.values()} == {ReaderKind.CAPTION.value}
    # calibrated: a sentence of its own would say so if it were not
    assert not any("not calibrated" in row["message"] for row in found.values())


def test_its_policy_was_fitted_with_the_shipped_weights_of_both() -> None:
    fallback = Fallback.load(weights_hash(), None, 1)
    kept = Policy.load(policy_path(shipped_weights("caption")))
    assert kept.fits(weights_hash(), fallback.captioner.weights_hash)
    assert fallback.policy == kept and kept.alone is not None


@pytest.mark.usefixtures("only_graph_weights")
def test_without_weights_one_clear_line_says_so(examples: Path, tmp_path: Path) -> None:
    image, out = str(examples / "aspirin.png"), tmp_path / "x"
    done = CliRunner().invoke(app, ["predict", image, "--out", str(out), "--reader", "auto"])
    assert done.exit_code == 2 and not out.exists()
    assert "no weights of a caption reader" in " ".join(done.output.replace("│", " ").split())
    asked = ["evaluate", str(examples), "--compare", "--limit", "1", "--out", str(out)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0 and "left_out: caption and auto" in done.output
    assert json.loads((out / "compare.json").read_text())["readers"] == ["graph"]
