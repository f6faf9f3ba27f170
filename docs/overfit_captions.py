"""Each kind of caption model learns a few drawings by heart (docs/caption.md).

    python docs/overfit_captions.py --images 64
    python docs/overfit_captions.py --images 8 --pairs resnet+lstm --canvas 128 192

What can't do that is wired wrongly. Each pair of encoder and decoder is trained on the same
rendered drawings, one of each molecule, until greedy reading spells every string exactly. The
detector's encoder starts from the shipped parser. Dropout and label smoothing are off.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from itertools import islice
from pathlib import Path

import torch

from data.molecules import bundled_pool
from data.stream import SampleStream
from detectors.caption.encoders import DetectorGrid
from detectors.caption.model import CaptionConfig, CaptionModel
from detectors.caption.search import read_captions
from detectors.checkpoint import load_checkpoint
from graphparse.shipped import shipped_weights
from graphparse.training.caption_loop import CaptionTrainConfig, CaptionTrainer
from graphparse.training.captions import CaptionBatch, CaptionStream, Rendered

PAIRS = (
    "resnet+lstm", "resnet+transformer", "vit+transformer", "tnt+transformer",
    "detector+transformer",
)  # fmt: skip
EASY = 0.02
"""Loss of a token below which it is worth looking whether the strings are exact."""


def drawings(config: CaptionConfig, asked: argparse.Namespace) -> list[CaptionBatch]:
    """Batches of drawings of different molecules."""
    pool = [smiles for smiles in bundled_pool() if len(smiles) <= asked.longest]
    stream = SampleStream(pool, asked.seed, drawings=1, pages=1)
    source = CaptionStream(stream, config, asked.batch_size)
    return list(islice(source, asked.images // asked.batch_size))


def exact(trainer: CaptionTrainer, batches: list[CaptionBatch]) -> int:
    """How many strings greedy reading gets right."""
    model, right = trainer.model.eval(), 0
    for batch in batches:
        longest = batch.wanted.shape[1]
        found = read_captions([model], batch.ink.to(trainer.device), 1, longest)
        texts = [model.tokens.decode(row) for row in batch.wanted.tolist()]
        right += sum(one[0].text == text for one, text in zip(found, texts, strict=True))
    model.train()
    return right


def overfit(config: CaptionConfig, asked: argparse.Namespace, out: Path) -> tuple[int, float, int]:
    """Train until all is exact or time or steps are used up.

    Returns:
        Steps, seconds of training and of looking, and strings that are exact.
    """
    torch.manual_seed(asked.seed)
    model = CaptionModel(config)
    if isinstance(model.encoder.grid, DetectorGrid):
        model.encoder.grid.start_from(load_checkpoint(shipped_weights())[0])
    batches = drawings(config, asked)
    how = CaptionTrainConfig(
        learning_rate=asked.learning_rate,
        warm_up=asked.warm_up,
        images=asked.steps * asked.batch_size,
        smoothing=0.0,
        batch_size=asked.batch_size,
        weight_decay=0.0,
    )
    trainer = CaptionTrainer(model, Rendered(SampleStream(bundled_pool())), how, out)
    trainer.model.train()
    start, right, epoch_loss = time.monotonic(), 0, 0.0
    while trainer.step < asked.steps and time.monotonic() - start < 60 * asked.minutes:
        epoch_loss = 0.0
        for batch in batches:
            epoch_loss += trainer.train_step([batch.to(trainer.device)]) / len(batches)
        if epoch_loss < EASY and (right := exact(trainer, batches)) == asked.images:
            break
    return trainer.step, time.monotonic() - start, right


def main() -> None:
    warnings.filterwarnings("ignore", category=FutureWarning)
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--pairs", nargs="+", default=PAIRS, help="ENCODER+DECODER")
    options.add_argument("--images", type=int, default=64)
    options.add_argument("--longest", type=int, default=250, help="characters of a SMILES")
    options.add_argument("--target", default="inchi", choices=["inchi", "smiles"])
    options.add_argument("--canvas", type=int, nargs=2, default=[256, 384])
    options.add_argument("--batch-size", type=int, default=16)
    options.add_argument("--learning-rate", type=float, default=5e-4)
    options.add_argument("--warm-up", type=int, default=100)
    options.add_argument("--steps", type=int, default=4000, help="of a pair, at most")
    options.add_argument("--minutes", type=float, default=60.0, help="for a pair, at most")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--threads", type=int, default=1)
    asked = options.parse_args()
    if asked.images % asked.batch_size:
        options.error("--images: expected a multiple of --batch-size")
    torch.set_num_threads(asked.threads)
    print("| encoder | decoder | steps | seconds | exact |")
    print("|---|---|---|---|---|", flush=True)
    for pair in asked.pairs:
        encoder, _, decoder = pair.partition("+")
        config = CaptionConfig(encoder, decoder, asked.target, tuple(asked.canvas), dropout=0.0)
        with tempfile.TemporaryDirectory() as folder:
            steps, seconds, right = overfit(config, asked, Path(folder))
        print(
            f"| {encoder} | {decoder} | {steps} | {seconds:.0f} | {right} of {asked.images} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
