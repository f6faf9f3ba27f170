"""The benchmark of reading: its stages are told apart, and add up to the whole."""

import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detectors.stages import REST, Stopwatch, stage
from graphparse import speed
from graphparse.cli import app
from graphparse.recognizer import Recognizer


def test_an_inner_stage_stops_the_outer_one() -> None:
    with Stopwatch() as watch:
        with stage("outer"):
            time.sleep(0.02)
            with stage("inner"):
                time.sleep(0.05)
        with pytest.raises(ValueError), stage("broken"):
            raise ValueError
    with stage("outer"):  # nothing runs: nothing is counted
        time.sleep(0.02)
    assert set(watch.elapsed) == {REST, "outer", "inner", "broken"}
    assert watch.elapsed["outer"] >= 0.02 and watch.elapsed["inner"] >= 0.05
    assert watch.processor["inner"] < watch.elapsed["inner"]


def test_stages_add_up_to_the_whole(recognizer: Recognizer, examples: Path) -> None:
    images = sorted(examples.glob("*.png"))
    start, busy = time.perf_counter(), time.process_time()
    with Stopwatch() as watch:
        for image in images:
            recognizer.read(image)
    elapsed, busy = time.perf_counter() - start, time.process_time() - busy
    assert set(watch.elapsed) <= set(speed.STAGES)
    assert sum(watch.elapsed.values()) == pytest.approx(elapsed, rel=0.02)
    assert sum(watch.processor.values()) == pytest.approx(busy, rel=0.02)
    assert watch.processor[REST] < 0.05 * busy


def test_the_command_tells_programs_all_of_it(examples: Path) -> None:
    asked = ["benchmark", str(examples), "--limit", "2", "--workers", "1", "--json"]
    run = CliRunner().invoke(app, asked)
    assert run.exit_code == 0, run.output
    found = json.loads(run.stdout)
    assert (found["images"], found["workers"]) == (2, 1)
    assert found["images_per_second_of_workers"] > 0 and found["start_up_seconds"] > 0.5
    stages = found["stages"]
    assert list(stages) == list(speed.STAGES) and stages["writing"]["seconds_per_image"] > 0
    total = sum(values["seconds_per_image"] for values in stages.values())
    assert total == pytest.approx(found["seconds_per_image"])
    assert found["weights"].startswith("parser-") and found["peak_memory_mib"] > 50


def test_an_empty_folder_is_wrong_usage(tmp_path: Path) -> None:
    run = CliRunner().invoke(app, ["benchmark", str(tmp_path)])
    assert run.exit_code == 2 and "no images" in run.output


def test_the_table_has_a_line_for_each_stage() -> None:
    stages = dict.fromkeys(speed.STAGES, 0.01)
    made = speed.ReadingSpeed(2, 1, "parser-0", "torch", stages, stages, 3.0, None, 2, 40.0)
    lines = made.table().splitlines()
    assert [line.split()[0] for line in lines[1:11]] == list(speed.STAGES)
    assert lines[11].split() == ["all", "50.00", "50.00", "100.0%"]
    assert "20.0 images/s one by one" in lines[13] and "40.0 images/s by 2" in lines[14]
