"""Training on images that ``graphparse prepare`` has made ready."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any, Self

import numpy as np
from torch.utils.data import IterableDataset, get_worker_info

from detectors.caption.model import CaptionConfig
from graphparse.prepare import Plan, PrepareError, Shard
from graphparse.training.captions import (
    Batches,
    CaptionBatch,
    Row,
    bucketed,
    collate,
)

logger = logging.getLogger(__name__)

HELD_OUT = 50
"""One in so many images of a shard, the first among them, is kept to validate on."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Drawings of a folder of shards."""

    shards: tuple[Path, ...]
    seed: int
    list_digest: str
    """sha256 of the list they were prepared from."""

    @classmethod
    def open(cls, folder: Path, config: CaptionConfig, seed: int) -> Self:
        """Those shards that are there; more may be in the making.

        Raises:
            PrepareError: they are of another target or canvas, no image is left to train on, or the
                model points at atoms, whose places are not known here.
        """
        if config.pointing:
            raise PrepareError(f"{folder}: a model that points at atoms learns from renders only")
        plan = Plan.load(folder)
        if (plan.target, plan.canvas) != (config.target, config.canvas):
            raise PrepareError(
                f"{folder}: prepared for {plan.target} on {plan.canvas}, and the model is one for "
                f"{config.target} on {config.canvas}"
            )
        shards = tuple(sorted(folder.glob("shard-*.npz")))
        if not any(len(Shard.load(path)) > 1 for path in shards):
            raise PrepareError(f"{folder}: no images to train on")
        logger.info("%d of %d shards", len(shards), plan.shards)
        return cls(shards, seed, plan.digest)

    def training(
        self, config: CaptionConfig, batch_size: int, first: int, most_tokens: int
    ) -> IterableDataset[CaptionBatch]:
        return PreparedStream(self, batch_size, first, most_tokens)

    def held_out(self, config: CaptionConfig, batch_size: int) -> Batches:
        rows = self._held_out_rows()
        while batch := list(islice(rows, batch_size)):
            yield collate(batch)

    def facts(self) -> dict[str, Any]:
        return {"shards": len(self.shards), "list_sha256": self.list_digest}

    def _held_out_rows(self) -> Iterator[Row]:
        for path in self.shards:
            shard = Shard.load(path)
            for index in range(0, len(shard), HELD_OUT):
                yield Row(*shard.row(index))


class PreparedStream(IterableDataset[CaptionBatch]):
    """Endless batches of prepared drawings, bucketed by length.

    Each process goes through all shards in an order of its own.

    Args:
        prepared: the shards.
        batch_size: drawings in a batch.
        first: how many drawings were trained on before: after a restart the order is another.
        most_tokens: drawings with longer strings are passed over.
    """

    def __init__(self, prepared: Prepared, batch_size: int, first: int, most_tokens: int) -> None:
        super().__init__()
        self.prepared, self.batch_size = prepared, batch_size
        self.first, self.most_tokens = first, most_tokens

    def __iter__(self) -> Batches:
        worker = get_worker_info()
        number = worker.id if worker else 0
        rng = np.random.default_rng((self.prepared.seed, self.first, number, 7))
        return bucketed(self._rows(rng), self.batch_size, rng)

    def _rows(self, rng: np.random.Generator) -> Iterator[Row]:
        shards = self.prepared.shards
        for turn in count():
            found = 0
            for which in rng.permutation(len(shards)).tolist():
                shard = Shard.load(shards[which])
                for index in rng.permutation(len(shard)).tolist():
                    if index % HELD_OUT and shard.length(index) <= self.most_tokens:
                        found += 1
                        yield Row(*shard.row(index))
            if not turn and not found:
                raise PrepareError(f"no string of up to {self.most_tokens} tokens to train on")
