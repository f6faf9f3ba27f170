"""graphparse assemble as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from typer.testing import CliRunner

from assemble.graph import MoleculeGraph
from assemble.molecule import assemble
from graphparse.cli import app
from graphparse.prediction import Prediction, Status

GRAPH = MoleculeGraph(
    np.array([(24, 24), (0, 38), (48, 38), (24, 0)], np.float32),
    ("", "NHBoc", "CO2Et", "CH3"),
    np.zeros(4, np.int8),
    np.array([(0, 1), (0, 2), (0, 3)], np.int32),
    np.array([1, 1, 5], np.int8),
)
SMILES = assemble(GRAPH).smiles


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "graphparse", "assemble", *map(str, arguments)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip


def test_graphs_of_any_file_give_molecules(tmp_path: Path) -> None:
    one, lines = tmp_path / "one.json", tmp_path / "many.jsonl"
    one.write_text(GRAPH.to_json())
    record = {"source": "a.png", "graph": GRAPH.to_dict()}
    lines.write_text("\n".join(map(json.dumps, (record, record, {"graph": None}))))
    done = run(one)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{SMILES}\n", "")
    assert run(lines).stdout == f"{SMILES}\n" * 2
    molfile = tmp_path / "one.mol"
    assert run(one, "--format", "mol", "--out", molfile).returncode == 0
    assert "NHBoc" in molfile.read_text()
    assert run(molfile).stdout == f"{SMILES}\n"


def test_predictions_with_molfiles_are_json(tmp_path: Path) -> None:
    file = tmp_path / "predictions.jsonl"
    found = Prediction("a.png", Status.OK, molblock=assemble(GRAPH).molblock, graph=GRAPH)
    file.write_text(json.dumps(found.to_dict()) + "\n" + json.dumps({"graph": GRAPH.to_dict()}))
    done = run(file, "--format", "json", "--coordinates")
    assert done.returncode == 0, done.stderr
    values = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(v["number"], v["source"], v["smiles"]) for v in values] == [
        (1, "a.png", SMILES), (2, None, SMILES),
    ]  # fmt: skip
    assert "|(" in values[0]["cxsmiles"]


def test_coordinates_are_for_cxsmiles(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(GRAPH.to_json())
    done = run(file, "--coordinates")
    assert done.returncode == 2 and "--format cxsmiles" in done.stderr


@pytest.mark.parametrize("options", [(), ("--contracted",), ("--v3000",)])
def test_molfiles_mean_the_molecule(tmp_path: Path, options: tuple[str, ...]) -> None:
    file = tmp_path / "graph.json"
    file.write_text(GRAPH.to_json())
    block = json.loads(run(file, "--format", "json", *options).stdout)["molblock"]
    assert ("V3000" in block) == ("--v3000" in options)
    if "--contracted" in options:
        assert Chem.MolFromMolBlock(block, sanitize=False).GetNumAtoms() == 4
    else:
        assert Chem.MolToSmiles(Chem.MolFromMolBlock(block)) == SMILES


def test_errors_are_named_and_cost_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "graphs.json"
    file.write_text(json.dumps([MoleculeGraph.empty().to_dict(), GRAPH.to_dict()]))
    done = run(file)
    assert done.returncode == 1
    # a line for each graph
    assert done.stdout == f"\n{SMILES}\n"
    assert "graph 1: the graph has no atoms" in done.stderr
    failed, found = map(json.loads, run(file, "--format", "json").stdout.splitlines())
    assert failed == {"number": 1, "source": None, "message": "the graph has no atoms"}
    assert (found["number"], found["smiles"]) == (2, SMILES)
    assert run(file, "--format", "sdf").stdout.count("$$$$") == 1
    file.write_text("{not json")
    assert run(file).returncode == 2
    file.write_text('{"xy": 3}')
    done = run(file)
    assert done.returncode == 2 and "Traceback" not in done.stderr


def test_molecules_of_an_sd_file_with_blanks(tmp_path: Path) -> None:
    """Some programs write them behind the dollars; the lines before a molecule's name matter."""
    block = assemble(GRAPH).molblock
    file = tmp_path / "two.sdf"
    file.write_text(f"{block}>  <id>\n1\n\n$$$$ \n{block}$$$$\t\n{block}$$$$")
    done = run(file)
    assert (done.returncode, done.stdout) == (0, f"{SMILES}\n" * 3)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"{assemble(GRAPH).molblock}$$$$\nnone\n$$$$\n", "record 2: not a molfile with atoms"),
        (json.dumps([GRAPH.to_dict(), {"xy": 3}]), "record 2: not a drawn graph"),
        ('["CCO"]', "not a drawn graph"),
        ('{\n "xy": [[0, 0]],\n "labels": [""]\n "bonds": []\n}', "line 4 column 2"),
        (f'{GRAPH.to_json()}\n\n{{"xy": ]', "line 3: Expecting value at column 8"),
        (json.dumps({**GRAPH.to_dict(), "labels": ["", None, "O", "C"]}), "texts, got None"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_by_its_place(
    text: str, why: str, tmp_path: Path
) -> None:
    file = tmp_path / "graphs"
    file.write_text(text)
    done = CliRunner().invoke(app, ["assemble", str(file)])
    assert done.exit_code == 2
    told = " ".join(done.output.replace("│", " ").split())
    assert why in told and told.count("Invalid value") == 1


def test_a_mark_before_json_is_no_part_of_it(tmp_path: Path) -> None:
    file = tmp_path / "graph.json"
    file.write_text(GRAPH.to_json(), encoding="utf-8-sig")
    assert CliRunner().invoke(app, ["assemble", str(file)]).output == f"{SMILES}\n"


def test_the_help_keeps_its_brackets() -> None:
    """What looks like markup would be left out of the page."""
    told = " ".join(CliRunner().invoke(app, ["assemble", "--help"]).output.split())
    assert told.count("(") == told.count(")") and "variable (pairs of an atom" in told
