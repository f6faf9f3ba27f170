"""The files of a run, killed at the worst moments."""

import csv
from pathlib import Path

import pytest

from graphparse.outputs import OutputFolder
from graphparse.prediction import Prediction, Status


def test_the_files_say_what_there_is_to_say(tmp_path: Path) -> None:
    page = Prediction(
        "a.pdf", Status.OK, message="look\n\n at it", smiles="*C", cxsmiles="*C |$R1;$|",
        inchi_reason="R groups", inchikey="KEY", molblock="\n\n\nM  END\n", page=2,
        box=(1, 2, 30, 40),
    )  # fmt: skip
    with OutputFolder(tmp_path) as outputs:
        outputs.write(page)
    with (tmp_path / "predictions.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["cxsmiles"], row["inchi_reason"]) == ("*C |$R1;$|", "R groups")
    assert list(row)[:2] == ["source", "page"] and row["box"] == "1 2 30 40"
    text = (tmp_path / "predictions.sdf").read_text()
    for name, value in (("box", row["box"]), ("inchikey", "KEY"), ("message", "look at it")):
        assert f">  <{name}>\n{value}\n\n" in text


class Killed(BaseException):
    """Stands for a signal."""


@pytest.mark.parametrize("survived", range(4))
def test_a_run_killed_while_its_files_are_put_in_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, survived: int
) -> None:
    predictions = [Prediction(f"{i}.png", Status.OK, molblock="\n\n\nM  END\n") for i in range(3)]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    with OutputFolder(whole) as outputs:
        for prediction in predictions:
            outputs.write(prediction)
    left = survived
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        nonlocal left
        if left == 0:
            raise Killed
        left -= 1
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(Killed), OutputFolder(killed) as outputs:
        for prediction in predictions:
            outputs.write(prediction)
    monkeypatch.undo()
    with OutputFolder(killed, resume=True) as outputs:
        for prediction in predictions[outputs.earlier.total() :]:
            outputs.write(prediction)
    assert {p.name: p.read_bytes() for p in killed.iterdir()} == {
        p.name: p.read_bytes() for p in whole.iterdir()
    }
