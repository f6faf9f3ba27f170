"""The command line as a process, from the installed wheel too."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import cv2
import pytest
from PIL import Image
from rdkit import Chem
from typer.testing import CliRunner

import graphparse
from graphparse.cli import app
from graphparse.evaluate import set_names
from graphparse.outputs import OutputFolder
from graphparse.prediction import Prediction, Status

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "graphparse" / "examples"


def run(*arguments: object, cwd: Path | None = None, path: Path | None = None):
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    return subprocess.run(
        [sys.executable, "-m", "graphparse", *map(str, arguments)],
        capture_output=True, text=True, cwd=cwd, env=environment, check=False,
    )  # fmt: skip


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "predictions.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_predict_writes_all_files(examples: Path, tmp_path: Path) -> None:
    nested = tmp_path / "in" / "deep"
    nested.mkdir(parents=True)
    shutil.copy(examples / "aspirin.png", nested / "a.png")
    shutil.copy(examples / "caffeine.png", tmp_path / "in" / "b.png")
    (tmp_path / "in" / "broken.png").write_bytes(b"x")
    pages = [Image.open(examples / "nicotine.png").convert("L"), Image.new("L", (40, 30), 255)]
    pages[0].save(tmp_path / "in" / "c.tif", save_all=True, append_images=pages[1:])
    (tmp_path / "in" / "notes.txt").write_text("not searched")
    named = tmp_path / "named.txt"
    named.write_text("named files always get a row")
    out = tmp_path / "out"
    done = run("predict", tmp_path / "in", named, "--out", out, "--overlay", "--threads", 2)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1 and "5 images" in done.stdout
    assert done.stderr == "files without an image's suffix, passed over: 1\n"
    table = rows(out)
    assert [(Path(row["source"]).name, row["page"], row["status"]) for row in table] == [
        ("b.png", "", "ok"), ("broken.png", "", "error"), ("c.tif", "1", "ok"),
        ("c.tif", "2", "no_structure"), ("a.png", "", "ok"), ("named.txt", "", "error"),
    ]  # fmt: skip
    assert list(table[0]) == [
        "source", "page", "box", "status", "smiles", "inchi", "inchikey", "confidence", "reader",
        "seconds", "message", "cxsmiles", "inchi_reason",
    ]  # fmt: skip
    lines = [json.loads(line) for line in (out / "predictions.jsonl").read_text().splitlines()]
    assert [line["page"] for line in lines] == [None, None, 1, 2, None, None]
    assert len(lines[0]["graph"]["labels"]) == len(lines[0]["graph"]["xy"])
    molecules = list(Chem.SDMolSupplier(str(out / "predictions.sdf")))
    assert [Chem.MolToInchi(mol) for mol in molecules] == [table[i]["inchi"] for i in (0, 2, 4)]
    assert molecules[0].GetProp("inchi") == table[0]["inchi"]
    assert molecules[1].GetProp("_Name").endswith("c.tif page 1")
    assert len(list((out / "overlays").glob("*.png"))) == 3


def test_a_stopped_run_is_continued(examples: Path, tmp_path: Path) -> None:
    """The row of the first run is kept as it is, a torn line is read again, order is the same."""
    first, second = examples / "aspirin.png", examples / "caffeine.png"
    with OutputFolder(tmp_path) as outputs:
        outputs.write(Prediction(str(first), Status.ERROR, message="kept"))
    with (tmp_path / "predictions.jsonl").open("a") as file:
        file.write('{"source": "' + str(second))
    done = run("predict", first, second, first, "--out", tmp_path, "--resume")
    assert done.returncode == 0, done.stderr
    assert "2 images" in done.stdout and "1 more" in done.stdout
    table = rows(tmp_path)
    assert [row["source"] for row in table] == [str(first), str(second), str(first)]
    assert [row["message"] == "kept" for row in table] == [True, False, False]
    assert (tmp_path / "predictions.jsonl").read_text().count("\n") == 3
    assert len(list(Chem.SDMolSupplier(str(tmp_path / "predictions.sdf")))) == 2


@pytest.mark.parametrize("name", ["input", "out"])
def test_names_that_may_not_be_looked_at_are_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def refused(self: Path) -> os.stat_result:
        if self.name == name:
            raise PermissionError(13, "Permission denied", str(self))
        return os.lstat(self)

    monkeypatch.setattr(Path, "stat", refused)
    monkeypatch.setattr(Path, "lstat", refused)
    (tmp_path / "input").mkdir()
    out = str(tmp_path / "out")
    done = CliRunner().invoke(app, ["predict", str(tmp_path / "input"), "--out", out])
    assert done.exit_code == 2
    told = "".join(done.output.replace("│", " ").split())
    assert f"{tmp_path}/{name}:Permissiondenied" in told and name.upper() in told.upper()


def test_overlays_of_files_with_long_names(examples: Path, tmp_path: Path) -> None:
    """Their names are cut; overlays that cannot be written are counted, and cost nothing else."""
    pictures, out = tmp_path / "in", tmp_path / "out"
    pictures.mkdir()
    shutil.copy(examples / "aspirin.png", pictures / f"{'é' * 125}.png")
    assert run("predict", pictures, "--out", out, "--overlay").returncode == 0
    (overlay,) = (out / "overlays").iterdir()
    assert overlay.name == f"000000-{'é' * 100}.png"
    shutil.rmtree(out / "overlays")
    (out / "overlays").touch()
    done = run("predict", pictures, "--out", out, "--overlay")
    assert done.returncode == 0 and "overlays that could not be written: 1 (" in done.stderr
    assert [row["status"] for row in rows(out)] == ["ok"]


def test_a_second_run_leaves_nothing_of_the_first(examples: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("predict", examples / "aspirin.png", "--out", out, "--overlay", "--report")
    assert (out / "report.html").is_file() and len(list((out / "overlays").iterdir())) == 1
    (out / "overlays" / "mine.png").touch()
    second = ("predict", examples / "caffeine.png", "--out", out)
    assert run(*second, "--resume").returncode == 0
    assert (out / "report.html").is_file() and len(list((out / "overlays").iterdir())) == 2
    assert run(*second).returncode == 0
    assert not (out / "report.html").exists()
    assert [path.name for path in (out / "overlays").iterdir()] == ["mine.png"]


def test_a_run_of_errors_alone_has_failed(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"x")
    done = run("predict", tmp_path, "--out", tmp_path / "out")
    assert done.returncode == 1 and "1 error" in done.stdout
    assert [row["status"] for row in rows(tmp_path / "out")] == ["error"]
    # nothing is left to fail
    assert run("predict", tmp_path, "--out", tmp_path / "out", "--resume").returncode == 0


def test_a_folder_without_images_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").touch()
    done = run("predict", tmp_path / "in", "--out", tmp_path / "out")
    assert done.returncode == 2 and "no images in" in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_version_is_that_of_the_package() -> None:
    done = run("--version")
    assert done.stdout == f"graphparse {version('graphparse')}\n"
    assert graphparse.__version__ == version("graphparse")


@pytest.mark.skipif(sys.platform != "linux", reason="file names are text there")
def test_file_names_that_are_no_text(examples: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b'caf\xe9, "x".png')
    try:
        shutil.copy(examples / "aspirin.png", tmp_path / name)
    except OSError:
        pytest.skip("this file system takes text only")
    out = tmp_path / "out"
    done = run("predict", tmp_path, "--out", out, "--overlay")
    assert done.returncode == 0, done.stderr
    # the table is text for any program; the lines keep the very name
    assert [row["source"] for row in rows(out)] == [f'{tmp_path}/caf\\udce9, "x".png']
    assert r'caf\udce9, "x".png' in (out / "predictions.sdf").read_text(encoding="utf-8")
    line = (out / "predictions.jsonl").read_text(encoding="utf-8")
    assert json.loads(line)["source"] == str(tmp_path / name)
    assert len(list((out / "overlays").iterdir())) == 1
    again = run("predict", tmp_path, "--out", out, "--resume")
    assert "0 images" in again.stdout and "1 more" in again.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("predict",),
        ("predict", "no-such-file.png", "--out", "x"),
        ("predict", "", "--out", "x"),
        ("predict", "", "--out", "x", "--engine", "ray"),
        ("predict", str(EXAMPLES), "--out", ""),
        ("predict", str(EXAMPLES), "--out", "s3://bucket/x"),
        ("predict", "C" * 300, "--out", "x"),
        ("predict", str(EXAMPLES), "--out", "C" * 300),
        ("predict", str(ROOT / "README.md"), "--out", str(ROOT / "README.md")),
        ("render",),
        ("predict", str(ROOT / "README.md"), "--out", str(ROOT / "README.md" / "x")),
        ("predict", str(ROOT / "tests"), "--out", "x", "--weights", str(ROOT / "README.md")),
        ("evaluate", str(ROOT / "tests")),
        ("train", "calibrate", str(ROOT / "tests"), "--out", "x.json"),
        ("nonsense",),
    ],
)
def test_wrong_usage_exits_with_two(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stdout
    assert done.stderr and "Traceback" not in done.stderr
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("predict", EXAMPLES, "--caption-weights", ROOT / "README.md"), "needs --reader caption"),
        (("render", "--molecules", EXAMPLES / "aspirin.png"), "can't decode"),
        (("render", "--molecules", ROOT / "LICENSE"), "expected SMILES"),
        (("train", "detector", "--molecules", ROOT / "LICENSE"), "expected SMILES"),
        (("train", "detector", "--real", ROOT / "LICENSE"), "line 1"),
        (("train", "caption", "--real", ROOT / "LICENSE"), "line 1"),
        (("train", "align", ROOT / "tests"), "no such file"),
        (("train", "calibrate", EXAMPLES), "some that are wrong"),
    ],
)
def test_useless_files_are_named(arguments: tuple[object, ...], why: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, [*map(str, arguments), "--out", str(tmp_path / "out")])
    assert done.exit_code == 2, done.output
    assert why in " ".join(done.output.replace("│", " ").split())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["predict", "evaluate"])
@pytest.mark.parametrize("option", ["--weights", "--caption-weights"])
def test_weights_that_cannot_be_read_are_named(command: str, option: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    files = ("--reader", "auto", option, ROOT / "LICENSE")
    done = run(command, EXAMPLES, "--out", out, *files)
    assert done.returncode == 2 and f"Invalid value for {option}:" in done.stderr
    assert not out.exists()


def test_render_writes_sheet_and_samples(tmp_path: Path) -> None:
    sheet, out = tmp_path / "sheet.png", tmp_path / "samples"
    done = run("render", "--contact-sheet", sheet, "--out", out, "--count", 3, "--seed", 4)
    assert done.returncode == 0, done.stderr
    assert cv2.imread(str(sheet)).shape[1] > 1000
    records = [json.loads(path.read_text()) for path in out.glob("*.json")]
    assert len(list(out.glob("*.png"))) == len({record["smiles"] for record in records}) == 3
    again = tmp_path / "again"
    assert run("render", "--out", again, "--count", 3, "--seed", 4).returncode == 0
    for path in out.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes()


def test_evaluate_prints_a_table_and_writes_failures(examples: Path, tmp_path: Path) -> None:
    shutil.copytree(examples, tmp_path / "set")
    text = (tmp_path / "set" / "references.csv").read_text()
    wrong = re.sub('InChI=1S/C9H8O4[^"]*', "InChI=1S/CH4/h1H4", text)
    (tmp_path / "set" / "references.csv").write_text(wrong)
    page, out = tmp_path / "failures.html", tmp_path / "out"
    done = run("evaluate", tmp_path / "set", "--failures", page, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "set wrong by:" in done.stdout
    assert "aspirin" in page.read_text() and "data:image/png" in page.read_text()
    summary = json.loads((out / "summary.json").read_text())
    assert summary[0]["images"] == 8 and summary[0]["exact"] == 87.5
    assert summary[0]["risk_coverage"][-1] == {"coverage": 1.0, "accuracy": 0.875}
    assert sum(bar["count"] for bar in summary[0]["reliability"]) == 8
    assert (out / "results.csv").read_text().count("\n") == 9


@pytest.mark.parametrize(
    "arguments",
    [
        ("evaluate", EXAMPLES, "--out", ROOT / "README.md" / "x"),
        ("evaluate", EXAMPLES, "--out", ROOT / "README.md" / "x", "--compare"),
        ("evaluate", EXAMPLES, "--failures", ROOT / "README.md" / "x.html"),
        ("evaluate", EXAMPLES, "--record", ROOT / "LICENSE"),
        ("evaluate", EXAMPLES, "--record", "list.json"),
        ("render", "--contact-sheet", "sheet.xyz"),
        ("render", "--contact-sheet", ROOT / "README.md" / "sheet.png"),
        ("render", "--out", ROOT / "README.md" / "x"),
    ],
)
def test_outputs_are_checked_before_anything_is_read(
    arguments: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: object) -> None:
        raise AssertionError("the output had to be looked at first")

    monkeypatch.setattr("graphparse.commands.evaluate.make_recognizer", late)
    monkeypatch.setattr("graphparse.commands.render.load_molecules", late)
    monkeypatch.chdir(tmp_path)
    Path("list.json").write_text("[]")
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert done.exit_code == 2, done.exception
    option = next(word for word in map(str, arguments) if word.startswith("--"))
    assert f"Invalid value for {option}" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["list.json"]


def test_evaluate_tells_sets_of_one_name_apart(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (examples / "references.csv").read_text().splitlines(keepends=True)
    for place in ("x/set", "y/set"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "references.csv").write_text("".join(lines[:2]))
    sidecar = tmp_path / "weights.json"
    sidecar.write_text('{"sha256": "0"}')
    monkeypatch.chdir(tmp_path / "x" / "set")
    done = CliRunner().invoke(app, ["evaluate", ".", "../../y/set", "--record", str(sidecar)])
    assert done.exit_code == 0, done.output
    assert "x/set wrong by" in done.output and "y/set wrong by" in done.output
    assert list(json.loads(sidecar.read_text())["metrics"]) == ["x/set", "y/set"]
    assert set_names([Path()]) == ["set"] and set_names([Path("/")]) == ["/"]
    deep = [Path("/a/set"), Path("/b/a/set"), Path("/c"), Path("/a/set")]
    assert set_names(deep) == ["/a/set", "b/a/set", "c", "/a/set"]


def test_evaluate_compares_the_readers(examples: Path, tmp_path: Path) -> None:
    done = run("evaluate", examples, "--compare", "--limit", 3, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "out" / "compare.json").read_text())
    assert result["sets"][0]["measures"]["graph"]["exact"] == {
        "value": 100,
        "low": 100,
        "high": 100,
    }
    (weights,) = (examples.parent / "weights").glob("parser-*.safetensors")
    assert result["settings"]["graph_weights"][:12] in weights.name
    assert result["settings"]["graph_weights"] in done.stdout and "resamples: 1000" in done.stdout
    assert "Accuracy by size" in (tmp_path / "out" / "compare.html").read_text()
    assert len(result["readers"]) == 3 and result["readers"][-1] == "auto"


def test_the_installed_wheel_reads_its_examples(tmp_path: Path) -> None:
    """Weights, tables and examples are in the wheel, and nothing is read from the source tree."""
    source = tmp_path / "source"
    ignore = shutil.ignore_patterns(
        ".git", "__pycache__", "*.egg-info", "build", ".*_cache", "runs"
    )
    shutil.copytree(ROOT, source, ignore=ignore)
    # an earlier build left other weights behind: they must not be packed
    stale = source / "build" / "lib" / "graphparse" / "weights"
    stale.mkdir(parents=True)
    (stale / "parser-000000000000.safetensors").touch()
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), str(source)]
    subprocess.run(build, check=True, capture_output=True)
    shutil.rmtree(source)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    # the graph reader's and the caption reader's
    assert sum(name.endswith(".safetensors") for name in names) == 2
    kinds = ("calibration.json", ".fallback.json", "aspirin.png")
    for part in ("groups.tsv", "pool.smi.gz", ".safetensors", *kinds):
        assert any(name.endswith(part) for name in names), part
    size = sum(
        info.file_size
        for info in zipfile.ZipFile(wheel).infolist()
        if info.filename.endswith(".safetensors")
    )
    assert 0 < size <= 40e6
    site = tmp_path / "site"
    install = [*pip, "install", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    out = tmp_path / "out"
    done = run("predict", site / "graphparse" / "examples", "--out", out, cwd=tmp_path, path=site)
    assert done.returncode == 0, done.stderr
    with (site / "graphparse" / "examples" / "references.csv").open(newline="") as file:
        wanted = {row["image"]: row["inchi"] for row in csv.DictReader(file)}
    assert {Path(row["source"]).name: row["inchi"] for row in rows(out)} == wanted
