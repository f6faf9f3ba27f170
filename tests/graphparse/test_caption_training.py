"""What can go wrong in the training of caption models: a leap of the loss, growing memory."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import IterableDataset

from data.molecules import bundled_pool
from data.stream import SampleStream
from detectors.caption.model import CaptionConfig, CaptionModel
from graphparse.training.caption_loop import CaptionTrainConfig, CaptionTrainer
from graphparse.training.captions import CaptionBatch, CaptionStream, Rendered

STEPS = int(os.environ.get("GRAPHPARSE_SOAK_STEPS", "800"))
"""Steps that the memory is watched over; set it to 20000 for a thorough look."""
LOOKS = 10
"""How often it is looked at."""


def short_molecules() -> SampleStream:
    return SampleStream([smiles for smiles in bundled_pool() if len(smiles) < 20][:40], 5)


def first_losses(warm_up: int, steps: int, seed: int, out: Path) -> list[float]:
    """Of a transformer of six layers on one batch, at a rate far above the usual."""
    config = CaptionConfig("resnet10t", "transformer", "smiles", (64, 96), 128, 6, 0.0)
    torch.manual_seed(seed)
    how = CaptionTrainConfig(learning_rate=0.1, warm_up=warm_up, batch_size=8)
    trainer = CaptionTrainer(CaptionModel(config), Rendered(short_molecules()), how, out)
    trainer.model.train()
    batch = next(iter(CaptionStream(short_molecules(), config, 8)))
    return [trainer.train_step([batch]) for _ in range(steps)]


@pytest.mark.parametrize("seed", [0, 1])
def test_the_loss_leaps_up_at_the_start_unless_the_rate_warms_up(seed: int, tmp_path: Path) -> None:
    """Both reach the same rate, which is too high to begin with and not to go on with.

    So many weights see gradients for the first time that a full step in all of them overshoots.
    """
    at_once = first_losses(0, 20, seed, tmp_path / "at once")
    warmed = first_losses(20, 20, seed, tmp_path / "warmed")
    assert at_once[0] == warmed[0]
    assert max(at_once) > 1.5 * at_once[0], "no spike: this test shows nothing"
    assert max(warmed) == warmed[0]
    assert np.mean(warmed[-3:]) < np.mean(at_once[-3:])


class Patches(nn.Module):
    """An encoder of one layer, in place of one that takes most of the time."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.cut = nn.Conv2d(1, width, 16, 16)

    def forward(self, ink: torch.Tensor) -> torch.Tensor:
        return self.cut(ink).flatten(2).transpose(1, 2)


class Same(IterableDataset):
    """A source of a few batches, which come again and again."""

    def __init__(self, batches: list[CaptionBatch]) -> None:
        self.batches = batches

    def __iter__(self) -> Iterator[CaptionBatch]:
        return cycle(self.batches)

    def training(self, *_: object) -> Same:
        return self

    def held_out(self, *_: object) -> Iterator[CaptionBatch]:
        return iter(self)

    def facts(self) -> dict[str, object]:
        return {}


def resident() -> int:
    """Bytes of memory that this process takes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no such figure")
@pytest.mark.parametrize("decoder", ["lstm", "transformer"])
def test_memory_is_flat_over_training_and_validation(decoder: str, tmp_path: Path) -> None:
    """Nothing with a graph attached outlives its step.

    ``pytest -rP`` shows how much was taken.
    """
    config = CaptionConfig("resnet10t", decoder, "smiles", (32, 64), 16, 1, 0.1)
    source = iter(CaptionStream(SampleStream(["CCO", "C=O", "CN"], 5), config, 2))
    batches = [next(source) for _ in range(8)]
    torch.manual_seed(0)
    model = CaptionModel(config)
    model.encoder = Patches(16)
    kept: list[tuple[int, int]] = []

    class Watched(CaptionTrainer):
        def train_step(self, batches: list[CaptionBatch]) -> float:
            loss = super().train_step(batches)
            if self.step % (STEPS // LOOKS) == 0:
                validated = self.validate()
                assert np.isfinite(validated["loss"])
                graphs = [
                    found
                    for found in gc.get_objects()
                    if issubclass(type(found), torch.Tensor) and found.grad_fn is not None
                ]
                kept.append((resident(), len(graphs)))
            return loss

    how = CaptionTrainConfig(images=2 * STEPS, batch_size=2, workers=0, validation_images=2)
    trainer = Watched(model, Same(batches), how, tmp_path)
    trainer.run()
    assert trainer.step == STEPS and len(kept) == LOOKS
    assert {graphs for _, graphs in kept} == {0}
    taken = np.array([size for size, _ in kept]) / 1e6
    print(f"MB in each tenth: {taken.round(1)}")
    assert taken[LOOKS // 2 :].max() - taken[: LOOKS // 2].max() < 4
