"""The networks give the same results to the last bit, however the work is shared out."""

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from graphparse.prediction import Prediction, Status
from graphparse.workers import Source, WorkerPool, load_recognizer


def read(names: list[str], workers: int, batch: int) -> list[Prediction]:
    with WorkerPool(partial(load_recognizer, None, 1), workers, 60.0, batch) as pool:
        found = pool.read(map(Source, names))
        return [replace(prediction, seconds=0.0) for _, page in found for prediction in page]


@pytest.fixture(scope="module")
def names(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The examples, twice: read by a process that is new, and by one that has seen others."""
    folder = tmp_path_factory.mktemp("twice")
    for path in sorted(examples.glob("*.png")):
        for time in ("first", "second"):
            shutil.copy(path, folder / f"{time}-{path.name}")
    return [str(path) for path in sorted(folder.iterdir())]


def test_results_do_not_depend_on_processes_and_batches(names: list[str]) -> None:
    alone = read(names, 1, 1)
    assert [prediction.status for prediction in alone] == [Status.OK] * len(names)
    half = len(names) // 2
    for first, second in zip(alone[:half], alone[half:], strict=True):
        assert told(first) == told(second)
    for workers, batch in ((2, 4), (1, 16)):
        assert list(map(told, read(names, workers, batch))) == list(map(told, alone))


def told(prediction: Prediction) -> dict[str, object]:
    """All that a prediction says about its picture, confidence and molfile unrounded."""
    values = replace(prediction, source="").to_dict()
    return {**values, "confidence": prediction.confidence}
