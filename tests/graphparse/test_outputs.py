"""The files of a run, killed at the worst moments."""

from pathlib import Path

import pytest

from graphparse.outputs import OutputFolder
from graphparse.prediction import Prediction, Status


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
