"""Entry point of ``graphparse train caption``."""

from __future__ import annotations

import logging
from pathlib import Path

import torch

from data.molecules import bundled_pool, load_pool
from data.page import ODDS
from data.real import load_aligned
from data.stream import SampleStream
from detectors.caption.encoders import DetectorGrid
from detectors.caption.model import CaptionConfig, CaptionModel
from detectors.checkpoint import load_checkpoint
from graphparse.shipped import shipped_weights
from graphparse.training.caption_loop import CaptionTrainConfig, CaptionTrainer
from graphparse.training.captions import CONTEST, CaptionSource, Rendered
from graphparse.training.prepared import Prepared

logger = logging.getLogger(__name__)


def train_caption(
    out: Path,
    model: CaptionConfig,
    molecules: Path | None = None,
    real: Path | None = None,
    contest: bool = False,
    shards: Path | None = None,
    init: Path | None = None,
    config: CaptionTrainConfig | None = None,
    threads: int | None = None,
) -> Path:
    """Train one caption model on rendered drawings, or on images that were prepared.

    Args:
        out: folder for checkpoints, state and log; a training found there goes on.
        model: what it is made of; the encoder ``detector`` starts from the shipped parser.
        molecules: pool to render from; None takes the bundled one.
        real: file of aligned real drawings to mix in (see :mod:`data.real`).
        contest: draw like the molecular translation contest.
        shards: folder of ``graphparse prepare``, to train on instead of rendering.
        init: checkpoint of the same architecture to start from.
        config: how to train.
        threads: of torch; None leaves torch's choice.

    Returns:
        The path of the final weights.

    Raises:
        CheckpointError: ``init`` can't be read.
        PrepareError: the shards are of another target or canvas, or there are none.
        ValueError: there is no such encoder or decoder, or ``init`` is of another architecture.
    """
    config = config or CaptionTrainConfig()
    if threads is not None:
        torch.set_num_threads(threads)
    source: CaptionSource
    if shards is None:
        pool = load_pool(molecules) if molecules else bundled_pool()
        logger.info("%d molecules", len(pool))
        # a network takes longer than a drawing: there is time for many molecules
        ageing = CONTEST if contest else ODDS
        drawings = load_aligned(real) if real else []
        source = Rendered(SampleStream(pool, config.seed, drawings, drawings=1, ageing=ageing))
    else:
        source = Prepared.open(shards, model, config.seed)
    torch.manual_seed(config.seed)
    network = CaptionModel(model)
    if init is not None:
        try:
            network.load_state_dict(load_checkpoint(init)[0])
        except RuntimeError as error:
            raise ValueError(f"{init}: weights of another architecture") from error
    elif isinstance(network.encoder.grid, DetectorGrid):
        network.encoder.grid.start_from(load_checkpoint(shipped_weights())[0])
    return CaptionTrainer(network, source, config, out).run()
