"""Verified self-training and calibration on a small set."""

import json
import re
import shutil
from pathlib import Path

import pytest

from data.real import load_aligned
from graphparse import Recognizer
from graphparse.align import align, held_out
from graphparse.calibrate import calibrate


def of_methane(line: str) -> str:
    """A row of references with the InChI of another molecule."""
    return re.sub('InChI=1S/[^"]*', "InChI=1S/CH4/h1H4", line)


def test_only_proved_readings_are_aligned(
    recognizer: Recognizer, examples: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "set"
    shutil.copytree(examples, folder)
    lines = (folder / "references.csv").read_text().splitlines()
    ids = [line.split(",")[0] for line in lines[1:]]
    kept = [name for name in ids if not held_out(name)]
    assert 0 < len(kept) < len(ids)
    wrong = kept[0]
    text = "\n".join(of_methane(line) if line.startswith(wrong) else line for line in lines)
    (folder / "references.csv").write_text(text + "\n")
    written, seen = align([folder], recognizer, tmp_path / "aligned.jsonl")
    assert (written, seen) == (len(kept) - 1, len(kept))
    drawings = load_aligned(tmp_path / "aligned.jsonl")
    assert {drawing.image.stem for drawing in drawings} == set(kept[1:])


def test_calibration_needs_right_and_wrong(
    recognizer: Recognizer, examples: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="right and some"):
        calibrate([examples], recognizer, tmp_path / "calibration.json")


def test_calibration_writes_coefficients(
    recognizer: Recognizer, examples: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "set"
    shutil.copytree(examples, folder)
    lines = (folder / "references.csv").read_text().splitlines()
    held = [line for line in lines[1:] if held_out(line.split(",")[0])]
    assert held
    broken = [of_methane(line) for line in held]
    again = [f"{line.split(',')[0]},{line.split(',', 1)[1]}" for line in held]
    (folder / "references.csv").write_text("\n".join([lines[0], *again, *broken]) + "\n")
    out = tmp_path / "calibration.json"
    images, right = calibrate([folder], recognizer, out)
    assert (images, right) == (2 * len(held), len(held))
    assert len(json.loads(out.read_text())["coefficients"]) == 7
