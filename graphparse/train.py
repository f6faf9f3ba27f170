"""Training entry points; each trains what its name says with one call."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import torch

from data.molecules import bundled_pool, load_pool
from data.real import load_aligned
from data.stream import SampleStream
from graphparse.evaluate import evaluate, set_names
from graphparse.recognizer import Recognizer
from graphparse.training.loop import TrainConfig, Trainer, initial_networks
from graphparse.training.ranks import Ranks

logger = logging.getLogger(__name__)

WATCHED_IMAGES = 60
"""Real images per folder that are read at each validation."""


def train_detector(
    out: Path,
    molecules: Path | None = None,
    real: Path | None = None,
    init: Path | None = None,
    config: TrainConfig | None = None,
    threads: int | None = None,
    watch: Sequence[Path] = (),
) -> Path:
    """Train detector, refiner, label reader and scale network together.

    Started by ``torchrun``, all processes train one model, and the first one saves it.

    Args:
        out: folder for checkpoints, state and log; a training found there goes on.
        molecules: pool to render from (SMILES, tag, heavy atoms; tab-separated, may be gzipped);
            None takes the bundled pool.
        real: file of aligned real drawings to mix in (see :mod:`data.real`).
        init: checkpoint to start from; None starts from random weights.
        config: how to train.
        threads: of torch; None leaves torch's choice.
        watch: folders with real images and references to measure on while training.

    Returns:
        The path of the final weights.
    """
    config = config or TrainConfig()
    if threads is not None:
        torch.set_num_threads(threads)
    ranks = Ranks.join()
    torch.manual_seed(config.seed)
    pool = load_pool(molecules) if molecules else bundled_pool()
    logger.info("%d molecules", len(pool))
    drawings = load_aligned(real) if real else []
    stream = SampleStream(pool, config.seed, drawings)
    trainer = Trainer(initial_networks(init), stream, config, out, ranks)
    trainer.run(lambda path: watched(path, watch))
    weights = ranks.share(trainer.save_weights() if ranks.leads else out)
    ranks.leave()
    return weights


def watched(weights: Path, folders: Sequence[Path]) -> dict[str, float]:
    """Exact InChI in percent on a sample of each folder, by its name."""
    if not folders:
        return {}
    recognizer = Recognizer(weights)
    return {
        name: evaluate(folder, recognizer, WATCHED_IMAGES).summary.exact
        for folder, name in zip(folders, set_names(folders), strict=True)
    }
