"""The caption reader and its training, on tiny models."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from assemble.graph import MoleculeGraph
from data.molecules import bundled_pool
from data.real import load_aligned
from data.stream import SampleStream
from detectors.caption.canvas import on_canvas
from detectors.caption.encoders import DetectorGrid
from detectors.caption.model import CaptionConfig, CaptionModel
from detectors.caption.pointing import NOWHERE
from detectors.caption.search import Candidate
from detectors.caption.tokens import BEGIN, END, PAD
from detectors.checkpoint import CheckpointError, save_checkpoint
from graphparse.caption import CaptionReader, chosen
from graphparse.listing import target_string
from graphparse.train_caption import train_caption
from graphparse.training import captions
from graphparse.training.caption_loop import (
    CaptionTrainConfig,
    CaptionTrainer,
    caption_loss,
)
from graphparse.training.captions import CaptionBatch, CaptionStream, Rendered, Row, collate

TINY = CaptionConfig("resnet10t", "transformer", "smiles", (64, 96), 32, 1, 0.0)
POINTING = replace(TINY, pointing=True, layers=2)
QUICK = CaptionTrainConfig(batch_size=2, workers=0, warm_up=2, validation_images=2)


def tiny_model(config: CaptionConfig = TINY) -> CaptionModel:
    torch.manual_seed(0)
    return CaptionModel(config)


def stream() -> SampleStream:
    return SampleStream(bundled_pool()[:40], 5)


def test_pictures_of_any_size_fill_the_canvas() -> None:
    for shape in ((10, 10), (500, 40), (40, 900), (1, 1)):
        drawn = np.full(shape, 0, np.uint8)
        out = on_canvas(drawn, (64, 96))
        rows, columns = np.flatnonzero((out < 128).any(1)), np.flatnonzero((out < 128).any(0))
        assert out.shape == (64, 96) and len(rows) and len(columns)
        assert abs((rows[0] + rows[-1]) / 2 - 31.5) <= 1 and rows[0] >= 3
        assert abs((columns[0] + columns[-1]) / 2 - 47.5) <= 1


def test_padding_is_never_given_to_the_decoder_as_text() -> None:
    gray = np.zeros((64, 96), np.uint8)
    batch = collate([Row(gray, [7, 8, END], [3, NOWHERE, NOWHERE]), Row(gray, [9, END])])
    assert batch.given.tolist() == [[BEGIN, 7, 8], [BEGIN, 9, PAD]]
    assert batch.wanted.tolist() == [[7, 8, END], [9, END, PAD]]
    assert batch.cells.tolist() == [[NOWHERE, 3, NOWHERE], [NOWHERE] * 3]


def test_batches_hold_strings_of_about_equal_length() -> None:
    source = iter(CaptionStream(stream(), TINY, 4))
    batches = [next(source) for _ in range(8)]
    lengths = [(batch.wanted != PAD).sum(1) for batch in batches]
    within = float(np.mean([int(row.max() - row.min()) for row in lengths]))
    everything = torch.cat(lengths)
    assert within < 0.5 * int(everything.max() - everything.min())


def test_real_drawings_are_mixed_in(tmp_path: Path) -> None:
    graph = MoleculeGraph(
        xy=[[20, 30], [40, 30], [60, 30]],
        labels=("", "", "OH"),
        charges=[0, 0, 0],
        bonds=[[0, 1], [1, 2]],
        kinds=[1, 1],
    )
    cv2.imwrite(str(tmp_path / "one.png"), np.full((60, 90), 200, np.uint8))
    record = {"image": "one.png", "graph": graph.to_dict(), "smiles": "CCO"}
    (tmp_path / "aligned.jsonl").write_text(json.dumps(record) + "\n")
    (real,) = load_aligned(tmp_path / "aligned.jsonl")
    mixed = SampleStream(bundled_pool()[:40], 5, [real], real_share=1.0)
    batch = next(iter(CaptionStream(mixed, POINTING, 2)))
    texts = [CaptionModel(POINTING).tokens.decode(row) for row in batch.wanted.tolist()]
    assert texts == ["CCO", "CCO"] and (batch.cells >= 0).any()
    config = CaptionTrainConfig(minutes=10, images=4, batch_size=4, workers=0, validation_images=1)
    path = train_caption(tmp_path / "run", TINY, real=tmp_path / "aligned.jsonl", config=config)
    assert json.loads(path.with_suffix(".json").read_text())["training"]["real_drawings"] == 1


def test_targets_are_those_of_rdkit() -> None:
    assert target_string("C(C)O", "smiles") == "CCO"
    assert target_string("CCO", "inchi") == "InChI=1S/C2H6O/c1-2-3/h3H,2H2,1H3"
    assert target_string("CC*", "smiles") is None and target_string("", "smiles") is None


@pytest.mark.parametrize("config", [TINY, POINTING])
def test_gradients_of_small_batches_add_up_to_those_of_the_large_one(
    config: CaptionConfig, tmp_path: Path
) -> None:
    source = CaptionStream(stream(), config, 4)
    whole = next(iter(source))
    parts = [
        CaptionBatch(*(getattr(whole, part)[i : i + 2] for part in CaptionBatch.__slots__))
        for i in (0, 2)
    ]
    weights = []
    for name, batches in (("one", [whole]), ("two", parts)):
        model = tiny_model(config)
        trainer = CaptionTrainer(
            model, Rendered(stream()), replace(QUICK, learning_rate=1e-2), tmp_path / name
        )
        model.eval()  # batch normalisation would tell the batches apart
        gradients = []
        trainer.optimiser.step = lambda *_: None  # type: ignore[method-assign]
        trainer.config = replace(trainer.config, clip=1e9, smoothing=0.0)
        with torch.autocast("cpu", enabled=False):
            trainer.train_step(batches)
        gradients = [p.grad.flatten() for p in model.parameters() if p.grad is not None]
        weights.append(torch.cat(gradients))
    # bf16 rounds each of the two differently
    assert torch.nn.functional.cosine_similarity(*weights, dim=0) > 0.99
    assert weights[0].norm() == pytest.approx(float(weights[1].norm()), rel=0.03)


def test_training_ends_goes_on_and_its_weights_are_read(tmp_path: Path) -> None:
    first = CaptionTrainer(tiny_model(), Rendered(stream()), replace(QUICK, images=6), tmp_path)
    first.run()
    assert first.images == 6
    again = CaptionTrainer(tiny_model(), Rendered(stream()), replace(QUICK, images=10), tmp_path)
    assert again.images == 6 and again.step == first.step
    path = again.run()
    assert again.images == 10
    sidecar = json.loads(path.with_suffix(".json").read_text())
    assert sidecar["training"]["images"] == 10 and "exact" in sidecar["held_out"]
    kinds = [json.loads(line)["kind"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert kinds[-1] == "validation"
    captions = CaptionReader(path, beams=2).read([np.full((30, 50), 255, np.uint8)] * 2)
    assert len(captions) == 2 and captions[0] == captions[1] and captions[0].score <= 0


def test_a_training_may_begin_with_short_strings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest: list[int] = []

    class Watched(CaptionTrainer):
        def train_step(self, batches: list[CaptionBatch]) -> float:
            longest.append(max(batch.wanted.shape[1] for batch in batches))
            return super().train_step(batches)

    monkeypatch.setitem(captions.SHORT_TOKENS, "smiles", 30)
    config = replace(QUICK, images=64, short_first=0.5)
    source = Rendered(SampleStream(bundled_pool()[:400], 5))
    trainer = Watched(tiny_model(), source, config, tmp_path)
    trainer.run()
    half = len(longest) // 2
    assert max(longest[:half]) <= 30 < max(longest[half:])


def test_the_command_trains_and_its_weights_are_read(tmp_path: Path) -> None:
    asked = (
        f"train caption --out {tmp_path} --encoder detector --decoder transformer --target inchi "
        "--images 4 --batch-size 2 --validation-images 2 --workers 0 --threads 1"
    )
    done = subprocess.run(
        [sys.executable, "-m", "graphparse", *asked.split()],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    path = Path(done.stdout.splitlines()[-1])
    sidecar = json.loads(path.with_suffix(".json").read_text())
    assert sidecar["architecture"]["target"] == "inchi"
    assert sidecar["training"]["images"] == 4 and sidecar["held_out"]["loss"] > 0
    assert "train caption" in sidecar["training"]["command"]
    assert CaptionReader(path, beams=1).models[0].config.encoder == "detector"


def test_a_held_map_is_the_same_and_learns_nothing(tmp_path: Path) -> None:
    torch.manual_seed(0)
    config = CaptionConfig("detector", "transformer", "smiles", (64, 96), 32, 1, 0.0)
    model = CaptionModel(config).eval()
    grid = model.encoder.grid
    assert isinstance(grid, DetectorGrid)
    before = {name: value.clone() for name, value in grid.net.state_dict().items()}
    batch = next(iter(CaptionStream(stream(), config, 2)))
    with torch.inference_mode():
        wanted = grid.net(batch.ink)
    trainer = CaptionTrainer(model, Rendered(stream()), replace(QUICK, fixed_map=True), tmp_path)
    assert grid._held is not None
    torch.testing.assert_close(grid._held(batch.ink), wanted, rtol=1e-3, atol=1e-4)
    model.train()
    down = grid.down[0][0].weight.detach().clone()
    for _ in range(3):
        trainer.train_step([batch])
    assert not torch.equal(down, grid.down[0][0].weight)
    for net in (grid.net, trainer.ema.module.encoder.grid.net):
        assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_a_command_that_asks_the_impossible_of_a_pointing_model_is_refused(tmp_path: Path) -> None:
    asked = f"train caption --out {tmp_path} --decoder lstm --pointing"
    done = subprocess.run(
        [sys.executable, "-m", "graphparse", *asked.split()], capture_output=True, text=True
    )
    assert done.returncode == 2 and "--pointing" in done.stderr


def test_only_the_map_of_the_detector_is_held(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="detector"):
        CaptionTrainer(tiny_model(), Rendered(stream()), replace(QUICK, fixed_map=True), tmp_path)
    asked = f"train caption --out {tmp_path} --encoder resnet --fixed-map"
    done = subprocess.run(
        [sys.executable, "-m", "graphparse", *asked.split()], capture_output=True, text=True
    )
    assert done.returncode == 2 and "--fixed-map" in done.stderr


def test_the_first_molecule_among_the_candidates_is_taken() -> None:
    candidates = [Candidate("C(C", -0.1), Candidate("OCC", -0.2)]
    found = chosen(candidates, "smiles")
    assert (found.text, found.smiles, found.score) == ("OCC", "CCO", -0.2)
    none = chosen(candidates[:1], "smiles")
    assert none.smiles is None and none.text == "C(C" and none.inchi is None


def test_a_string_that_was_broken_off_is_no_molecule() -> None:
    chain = Candidate("C" * 250, -0.1, closed=False)
    assert chosen([chain, Candidate("OCC", -0.2)], "smiles").smiles == "CCO"
    assert chosen([chain], "smiles").smiles is None


def test_weights_of_something_else_are_refused(tmp_path: Path) -> None:
    path = save_checkpoint(tmp_path, "caption", {}, {"architecture": {"encoder": "resnet10t"}})
    with pytest.raises(CheckpointError, match="no caption model"):
        CaptionReader(path)


def test_a_few_drawings_are_learnt_by_heart(tmp_path: Path) -> None:
    batch = next(iter(CaptionStream(SampleStream(["CCO", "c1ccccc1N"], 3), TINY, 4)))
    model = tiny_model()
    optimiser = torch.optim.AdamW(model.parameters(), 2e-3)
    losses = []
    for _ in range(60):
        loss = caption_loss(model, batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.1 * losses[0]
