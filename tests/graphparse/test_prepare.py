"""Image files made ready to train on: nothing is lost, and what was killed goes on."""

from __future__ import annotations

import csv
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torch.utils.data import DataLoader
from typer.testing import CliRunner

from detectors.caption.canvas import on_canvas
from detectors.caption.model import CaptionConfig, CaptionModel
from detectors.caption.tokens import tokens_of
from graphparse.cli import app
from graphparse.images import load_image
from graphparse.listing import Listed, Listing, ListingError, string_of
from graphparse.prepare import Plan, PrepareError, Shard, finish, plan, prepare, shard_name
from graphparse.training.caption_loop import CaptionTrainConfig, CaptionTrainer
from graphparse.training.prepared import HELD_OUT, Prepared

ETHANOL = "InChI=1S/C2H6O/c1-2-3/h3H,2H2,1H3"
TINY = CaptionConfig("resnet10t", "transformer", "smiles", (64, 96), 32, 1, 0.0)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def run(source: Path, out: Path, *more: str) -> str:
    asked = ["prepare", str(source), "--out", str(out), "--workers", "1", *more]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    return done.output


def many(folder: Path, images: int) -> Path:
    """A set of crosses of all places and sizes, and strings as long as their number is high."""
    folder.mkdir()
    rows = ["image,smiles"]
    for i in range(images):
        picture = np.full((40, 60 + i % 7), 255, np.uint8)
        picture[10:14, 5 : 20 + i % 30] = picture[5:30, 12:15] = 0
        Image.fromarray(picture).save(folder / f"{i}.png")
        rows.append(f"{i}.png,{'C' * (1 + i % 20)}O")
    (folder / "references.csv").write_text("\n".join(rows) + "\n")
    return folder


def test_the_list_of_the_contest_and_what_is_wrong_with_its_files(
    examples: Path, tmp_path: Path
) -> None:
    names = ("0123abc", "45ff", "torn", "blank", "gone", "nolabel", "odd")
    for name in names:
        path = tmp_path / "train" / name[0] / name[1] / name[2] / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(examples / "aspirin.png", path)
        if name == "torn":
            path.write_bytes(path.read_bytes()[:300])
        if name == "blank":
            Image.new("L", (50, 50), 255).save(path)
        if name == "gone":
            path.unlink()
    labels = [f'{name},"{"" if name == "nolabel" else ETHANOL}"' for name in names[:-1]]
    labels += ['odd,"InChI=1S/C2H6O/~"', '"",""']
    source = tmp_path / "train_labels.csv"
    source.write_text("\n".join(["image_id,InChI", *labels]) + "\n")
    out = tmp_path / "shards"
    told = run(source, out, "--target", "inchi", "--shard-size", "3")
    assert "8 images" in told and "in all 2" in told and "6 left out" in told
    good = table(out / "strings.csv")
    length = str(len(tokens_of("inchi").encode(ETHANOL)))
    assert good == [
        {"image": name, "string": ETHANOL, "length": length}
        for name in ("0/1/2/0123abc.png", "4/5/f/45ff.png")
    ]
    bad = {row["image"]: row["problem"] for row in table(out / "problems.csv")}
    said = ("damaged", "blank", "no such file", "no molecule", "spelt", "no molecule")
    for problem, part in zip(bad.values(), said, strict=True):
        assert part in problem
    first = Shard.load(out / shard_name(0))
    gray, tokens = first.row(1)
    assert len(first) == 2 and first.length(1) == int(length)
    expected = on_canvas(load_image(examples / "aspirin.png").gray, (256, 384))
    assert np.array_equal(gray, expected)
    assert tokens_of("inchi").decode(tokens) == ETHANOL


def test_strings_of_either_column() -> None:
    both = Listed("a.png", "OCC", ETHANOL)
    assert string_of(both, "inchi") == ETHANOL and string_of(both, "smiles") == "CCO"
    assert string_of(replace(both, smiles=""), "smiles") == "CCO"
    assert string_of(replace(both, inchi=""), "inchi") == ETHANOL
    for wrong in (Listed("a", "C(C", ""), Listed("a", "*C", ""), Listed("a", "", "InChI=1/CH4")):
        assert string_of(wrong, "smiles") is None and string_of(wrong, "inchi") is None


def test_lists_of_spreadsheets(tmp_path: Path) -> None:
    """With a mark at the start, and names of columns in capitals."""
    path = tmp_path / "list.csv"
    path.write_text("Image,SMILES\na.png,CO\n", encoding="utf-8-sig")
    assert list(Listing.open(path)) == [Listed("a.png", "CO", "")]


def test_lists_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(ListingError, match=r"references\.csv or train_labels\.csv"):
        Listing.open(tmp_path)
    for text in ("", "image,name\n", "file,smiles\n"):
        (tmp_path / "references.csv").write_text(text)
        with pytest.raises(ListingError, match="expected columns"):
            Listing.open(tmp_path)


def test_a_killed_run_goes_on(tmp_path: Path) -> None:
    source, out = many(tmp_path / "set", 300), tmp_path / "shards"
    asked = ["prepare", str(source), "--out", str(out), "--shard-size", "2", "--workers", "1"]
    process = subprocess.Popen([sys.executable, "-m", "graphparse", *asked])
    while not (out / shard_name(3)).exists():
        assert process.poll() is None
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(0.5)  # its child sees that it is gone
    kept = {path: path.stat().st_mtime_ns for path in out.glob("shard-*")}
    assert 4 <= len(kept) < 150
    (out / ".shard-000149.npz.part").write_bytes(b"half")
    told = run(source, out, "--shard-size", "2")
    assert f"{300 - 2 * len(kept)} images" in told and "in all 300" in told
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert [row["image"] for row in table(out / "strings.csv")] == [f"{i}.png" for i in range(300)]
    assert not list(out.glob(".*"))
    before = (out / "strings.csv").read_bytes()
    assert run(source, out, "--shard-size", "2").startswith("0 images")
    assert (out / "strings.csv").read_bytes() == before


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    listing = Listing.open(many(tmp_path / "set", 3))
    todo = plan(listing, "smiles", 2)
    todo.begin(tmp_path / "out")
    todo.begin(tmp_path / "out")
    with pytest.raises(PrepareError, match="in another way"):
        plan(listing, "inchi", 2).begin(tmp_path / "out")
    with pytest.raises(PrepareError, match="not empty"):
        todo.begin(tmp_path / "set")
    assert Plan.load(tmp_path / "out") == todo and todo.shards == 2


def test_training_on_shards(tmp_path: Path) -> None:
    listing, out = Listing.open(many(tmp_path / "set", 120)), tmp_path / "shards"
    todo = plan(listing, TINY.target, 50, TINY.canvas)
    todo.begin(out)
    assert [counts for _, counts in prepare(listing, todo, out, 1)] == [(50, 0), (50, 0), (20, 0)]
    assert finish(out, todo.shards) == (120, 0)
    with pytest.raises(PrepareError, match="prepared for smiles"):
        Prepared.open(out, replace(TINY, target="inchi"), 0)
    with pytest.raises(PrepareError, match="from renders only"):
        Prepared.open(out, replace(TINY, pointing=True), 0)
    prepared = Prepared.open(out, TINY, 0)
    held_out = {row.tobytes() for batch in prepared.held_out(TINY, 4) for row in batch.gray.numpy()}
    assert len(held_out) == 3 == 120 // HELD_OUT + 1
    loader = DataLoader(prepared.training(TINY, 4, 0, 15), batch_size=None)
    batches = list(islice(loader, 40))
    assert max(batch.wanted.shape[1] for batch in batches) <= 15
    lengths = np.array([(batch.wanted > 0).sum(1).numpy() for batch in batches])
    assert np.ptp(lengths, 1).mean() < 0.3 * np.ptp(lengths)
    seen = {row.tobytes() for batch in batches for row in batch.gray.numpy()}
    assert len(seen) > 60 and not seen & held_out
    how = CaptionTrainConfig(batch_size=4, images=16, workers=1, warm_up=2, validation_images=9)
    trainer = CaptionTrainer(CaptionModel(TINY), prepared, how, tmp_path / "run")
    path = trainer.run()
    assert '"shards": 3' in path.with_suffix(".json").read_text()


def test_the_command_refuses_shards_of_another_target(tmp_path: Path) -> None:
    out = tmp_path / "shards"
    run(many(tmp_path / "set", 4), out)
    asked = ["train", "caption", "--out", str(tmp_path / "run"), "--shards", str(out)]
    for more, said in ((["--target", "inchi"], "prepared for"), (["--contest"], "goes without")):
        done = CliRunner().invoke(app, [*asked, *more])
        assert done.exit_code == 2 and said in done.output
