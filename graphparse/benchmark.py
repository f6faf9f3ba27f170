"""How fast training samples are made, stage by stage, on one core."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import cv2
import numpy as np

from data.stream import SampleStream
from graphparse.training.batches import collate, crop_sample

STAGES = ("lay out", "draw", "age", "crop", "targets")
BATCH = 16
"""Crops that are packed at once."""
WARM_UP = 8
"""Blocks before the clock starts: fonts are looked for and glyphs drawn once in a process."""


@dataclass(frozen=True, slots=True)
class Speed:
    """What a number of samples took."""

    images: int
    seconds: dict[str, float]
    """Processor time of each stage."""

    @property
    def per_second(self) -> float:
        """Images per second of processor time, from the SMILES to the truth maps."""
        return self.images / sum(self.seconds.values())

    def table(self) -> str:
        """A line for each stage, and one for all of them."""
        lines = [
            f"{stage:8} {1000 * seconds / self.images:7.2f} ms an image"
            for stage, seconds in self.seconds.items()
        ]
        return "\n".join((*lines, f"{self.per_second:.0f} images a second on one core"))


def measure(stream: SampleStream, count: int) -> Speed:
    """Make samples as a training does, each with one crop, and time the stages.

    Processor time is counted, so that other work on the machine matters little.

    Args:
        stream: of the samples.
        count: samples to make, rounded up to whole blocks of the stream.
    """
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        _time(stream, range(WARM_UP))
        blocks = -(-count // stream.block)
        return _time(stream, range(WARM_UP, WARM_UP + blocks))
    finally:
        cv2.setNumThreads(threads)


def _time(stream: SampleStream, blocks: range) -> Speed:
    seconds = dict.fromkeys(STAGES, 0.0)

    @contextmanager
    def timed(stage: str) -> Iterator[None]:
        start = time.process_time()
        yield
        seconds[stage] += time.process_time() - start

    crops = []
    for index in range(blocks.start * stream.block, blocks.stop * stream.block):
        # the stream keeps its latest layout and drawing, so each call does one stage's work
        with timed("lay out"):
            stream.layout(index // stream.block)
        with timed("draw"):
            stream.drawn(index // stream.pages)
        with timed("age"):
            sample = stream.sample(index)
        with timed("crop"):
            crops.append(crop_sample(sample, np.random.default_rng(index)))
    with timed("targets"):
        for start in range(0, len(crops), BATCH):
            collate(crops[start : start + BATCH])
    return Speed(len(crops), seconds)
