"""Rendered drawings and their strings, in batches of about equal length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from data.page import ODDS
from data.scan import PageOdds
from data.stream import Sample, SampleStream
from detectors.caption.canvas import PATCH, fitted
from detectors.caption.model import CaptionConfig
from detectors.caption.pointing import NOWHERE, starts_atom
from detectors.caption.search import MOST_TOKENS
from detectors.caption.tokens import BEGIN, PAD, Target, tokens_of
from detectors.network import ink_of
from graphparse.listing import target_string
from graphparse.training.tracing import traced

HELD_OUT_SEED = 991_000_000
"""Seed of the renders to validate on; never trained on."""
POOLED = 32
"""Batches that are sorted by length together: strings of a batch then need little padding."""
LENGTH_SPREAD = 0.1
"""Lengths are sorted as if they were up to this share longer or shorter: else the drawings of one
molecule would all be in one batch."""
SHORT_TOKENS: dict[Target, int] = {"inchi": 105, "smiles": 64}
"""Longest strings of a training's first part, if it has one of short strings: half of what 99 % of
the molecules need."""
CONTEST: PageOdds = replace(ODDS, one_bit=0.1, broken=0.85, gray=0.0)
"""Pages like those of the molecular translation contest: small, thin, speckled and broken."""


class Row(NamedTuple):
    """One drawing and its string."""

    gray: NDArray[np.uint8]
    """(H, W) canvas."""
    numbers: list[int]
    """Of the tokens."""
    cells: list[int] | None = None
    """Of each token: the cell of the grid with the atom that it starts, or NOWHERE."""


@dataclass(frozen=True, slots=True)
class CaptionBatch:
    """B drawings and their strings."""

    gray: Tensor
    """(B, H, W) uint8."""
    given: Tensor
    """(B, T) BEGIN and the string without its END, padded."""
    wanted: Tensor
    """(B, T) the string and its END, padded."""
    cells: Tensor
    """(B, T) cell of each given token that starts an atom, where it is known, else NOWHERE."""

    @property
    def ink(self) -> Tensor:
        """(B, 1, H, W) ink in [0, 1]."""
        return ink_of(self.gray)

    def to(self, device: torch.device) -> CaptionBatch:
        """The same batch on a device."""
        return CaptionBatch(
            self.gray.to(device),
            self.given.to(device),
            self.wanted.to(device),
            self.cells.to(device),
        )


Batches = Iterator[CaptionBatch]


def collate(rows: Sequence[Row]) -> CaptionBatch:
    """Pad the token numbers of some drawings to one length."""
    longest = max(len(row.numbers) for row in rows)
    wanted = np.full((len(rows), longest), PAD, np.int64)
    cells = np.full((len(rows), longest), NOWHERE, np.int64)
    for i, row in enumerate(rows):
        wanted[i, : len(row.numbers)] = row.numbers
        if row.cells is not None:
            cells[i, 1 : len(row.cells)] = row.cells[:-1]
    begin = np.full((len(rows), 1), BEGIN, np.int64)
    given = np.concatenate([begin, wanted[:, :-1]], 1)
    # what follows the END is nothing that the decoder should see
    given[:, 1:][wanted[:, 1:] == PAD] = PAD
    return CaptionBatch(
        torch.from_numpy(np.stack([row.gray for row in rows])),
        torch.from_numpy(given),
        torch.from_numpy(wanted),
        torch.from_numpy(cells),
    )


def bucketed(rows: Iterator[Row], batch_size: int, rng: np.random.Generator) -> Batches:
    """Batches of strings of about equal length, in any order.

    Args:
        rows: endless.
        batch_size: drawings in a batch.
        rng: shuffles the batches.
    """
    while True:
        pool = sorted(
            islice(rows, POOLED * batch_size),
            key=lambda row: len(row.numbers) * rng.uniform(1 - LENGTH_SPREAD, 1 + LENGTH_SPREAD),
        )
        for at in rng.permutation(range(0, len(pool), batch_size)).tolist():
            yield collate(pool[at : at + batch_size])


class CaptionSource(Protocol):
    """Where a training takes its drawings from."""

    def training(
        self, config: CaptionConfig, batch_size: int, first: int, most_tokens: int
    ) -> IterableDataset[CaptionBatch]:
        """Endless batches to train on.

        Args:
            config: of the model: its canvas and target.
            batch_size: drawings in a batch.
            first: how many drawings were trained on before.
            most_tokens: drawings with longer strings are passed over.
        """
        ...

    def held_out(self, config: CaptionConfig, batch_size: int) -> Batches:
        """Batches that are never trained on; the same in every call, and perhaps endless."""
        ...

    def facts(self) -> dict[str, Any]:
        """For the sidecar."""
        ...


@dataclass(frozen=True, slots=True)
class Rendered:
    """Drawings that are rendered as they are needed."""

    stream: SampleStream

    def training(
        self, config: CaptionConfig, batch_size: int, first: int, most_tokens: int
    ) -> IterableDataset[CaptionBatch]:
        return CaptionStream(self.stream, config, batch_size, first, most_tokens)

    def held_out(self, config: CaptionConfig, batch_size: int) -> Batches:
        stream = SampleStream(
            self.stream.molecules, HELD_OUT_SEED, drawings=1, pages=1, ageing=self.stream.ageing
        )
        return iter(CaptionStream(stream, config, batch_size))

    def facts(self) -> dict[str, Any]:
        stream = self.stream
        return {"molecules": len(stream.molecules), "real_drawings": len(stream.real)}


class CaptionStream(IterableDataset[CaptionBatch]):
    """Endless batches of rendered drawings, bucketed by length.

    Args:
        stream: where drawings come from.
        config: of the model: its canvas and target.
        batch_size: drawings in a batch.
        first: index of the first sample.
        most_tokens: drawings with longer strings are passed over.
    """

    def __init__(
        self,
        stream: SampleStream,
        config: CaptionConfig,
        batch_size: int,
        first: int = 0,
        most_tokens: int = MOST_TOKENS,
    ) -> None:
        super().__init__()
        self.stream, self.config = stream, config
        self.batch_size, self.first = batch_size, first
        self.most_tokens = most_tokens

    def __iter__(self) -> Batches:
        worker = get_worker_info()
        step, number = (worker.num_workers, worker.id) if worker else (1, 0)
        rng = np.random.default_rng((self.stream.seed, self.first, number, 5))
        return bucketed(self._rows(number, step), self.batch_size, rng)

    def _rows(self, number: int, step: int) -> Iterator[Row]:
        """Those of every ``step``-th block, which one process lays out by itself."""
        for block in self.stream.blocks(self.first, number, step):
            for index in block:
                yield from self._row(index)

    def _row(self, index: int) -> list[Row]:
        sample = self.stream.sample(index)
        if not sample.smiles:
            return []
        row = traced_row(sample, self.config) if self.config.pointing else _row(sample, self.config)
        return [row] if row is not None and len(row.numbers) <= self.most_tokens else []


def _row(sample: Sample, config: CaptionConfig) -> Row | None:
    text = target_string(sample.smiles, config.target)
    if text is None:
        return None
    numbers = tokens_of(config.target).encode(text)
    return Row(fitted(sample.image, config.canvas)[0], numbers)


def traced_row(sample: Sample, config: CaptionConfig) -> Row | None:
    """A drawing with the SMILES of a walk over it, and the cells of its atoms."""
    gray, fit = fitted(sample.image, config.canvas)
    found = traced(sample.graph, fit.points(sample.graph.xy))
    if found is None or "*" in found[0]:
        return None
    text, places = found
    numbers = tokens_of(config.target).encode(text)
    starts = starts_atom(torch.tensor([numbers]))[0].numpy()
    if starts.sum() != len(places):
        return None
    height, width = (side // PATCH for side in config.canvas)
    at = np.floor((places + 0.5) / PATCH).astype(np.int64).clip(0, (width - 1, height - 1))
    cells = np.full(len(numbers), NOWHERE, np.int64)
    cells[starts] = at[:, 1] * width + at[:, 0]
    return Row(gray, numbers, cells.tolist())
