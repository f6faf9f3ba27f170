"""How fast pictures are read, stage by stage."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch

from detectors.stages import REST, Stopwatch
from graphparse.outputs import OutputFolder
from graphparse.recognizer import Recognizer
from graphparse.shipped import shipped_weights
from graphparse.workers import Source, WorkerPool, load_recognizer

STAGES = (
    "load",
    "scale",
    "encoder",
    "candidates",
    "refiner",
    "labels",
    "assembler",
    "judge",
    "writing",
    REST,
)
"""Decoding and finding structures on the page; estimating the scale and resampling; the feature
map and keypoint heads; keypoints and pairs; the graph network; the label reader; the molecule and
its formats; whether it is one, and how sure; the output files."""
WARM_UP = 3
"""Pictures that are read before the clock starts."""
TIME_LIMIT, BATCH = 60.0, 16
"""Of the processes, as ``graphparse predict`` has them."""

_FIRST = """
import sys
from pathlib import Path
from graphparse.workers import load_recognizer
weights, threads, image = sys.argv[1:]
load_recognizer(Path(weights), int(threads)).read(image)
"""


@dataclass(frozen=True, slots=True)
class ReadingSpeed:
    """What reading a number of images took, one after the other."""

    images: int
    threads: int
    weights: str
    """Name of the file, which has the hash in it."""
    engine: str
    """What ran the convolutions."""
    elapsed: dict[str, float]
    """Seconds of each stage."""
    processor: dict[str, float]
    """Seconds of processor time of each stage."""
    start_up: float
    """Seconds until a new process has read its first image."""
    peak_memory: float | None
    """MiB of the process that read; None where the system does not tell."""
    workers: int
    per_second_of_workers: float
    """Images per second of several processes, files written."""

    @property
    def seconds_per_image(self) -> float:
        return sum(self.elapsed.values()) / self.images

    def to_dict(self) -> dict[str, object]:
        return {
            "images": self.images,
            "threads": self.threads,
            "weights": self.weights,
            "engine": self.engine,
            "images_per_second": 1 / self.seconds_per_image,
            "seconds_per_image": self.seconds_per_image,
            "processor_seconds_per_image": sum(self.processor.values()) / self.images,
            "stages": {
                name: {
                    "seconds_per_image": self.elapsed[name] / self.images,
                    "processor_seconds_per_image": self.processor[name] / self.images,
                }
                for name in STAGES
            },
            "start_up_seconds": self.start_up,
            "peak_memory_mib": self.peak_memory,
            "workers": self.workers,
            "images_per_second_of_workers": self.per_second_of_workers,
        }

    def table(self) -> str:
        """A line for each stage, and what holds for all of them."""
        whole = sum(self.elapsed.values())
        lines = [f"{'':10}   ms an image   of processor   share"]
        for name, elapsed, processor in [
            *((name, self.elapsed[name], self.processor[name]) for name in STAGES),
            ("all", whole, sum(self.processor.values())),
        ]:
            each, busy = 1000 * elapsed / self.images, 1000 * processor / self.images
            lines.append(f"{name:10} {each:13.2f} {busy:14.2f} {100 * elapsed / whole:6.1f}%")
        memory = "unknown" if self.peak_memory is None else f"{self.peak_memory:.0f} MiB"
        return "\n".join(
            (
                *lines,
                f"{self.images} images, {self.threads} threads, weights {self.weights}, "
                f"{self.engine}",
                f"{self.seconds_per_image:.4f} s an image, {1 / self.seconds_per_image:.1f} "
                "images/s one by one",
                f"{self.per_second_of_workers:.1f} images/s by {self.workers} processes, "
                "files written",
                f"{self.start_up:.2f} s from start to the first result, {memory} at most",
            )
        )


def measure_reading(
    images: Sequence[Path], weights: Path | None, threads: int, workers: int
) -> ReadingSpeed:
    """Read images and write the result files, as ``graphparse predict`` does, with a stopwatch.

    Args:
        images: at least one.
        weights: None takes the shipped ones.
        threads: of the networks in each process.
        workers: processes of the second measurement, which has no stages.
    """
    weights = weights or shipped_weights()
    command = (sys.executable, "-c", _FIRST, str(weights), str(threads), str(images[0]))
    start = time.perf_counter()
    subprocess.run(command, check=True)
    start_up = time.perf_counter() - start
    before = torch.get_num_threads()
    try:
        recognizer = load_recognizer(weights, threads)
        watch = _read(images, recognizer)
    finally:
        torch.set_num_threads(before)
    peak = peak_memory()
    return ReadingSpeed(
        images=len(images),
        threads=threads,
        weights=weights.stem,
        engine=recognizer.engine,
        elapsed={name: watch.elapsed[name] for name in STAGES},
        processor={name: watch.processor[name] for name in STAGES},
        start_up=start_up,
        peak_memory=peak,
        workers=workers,
        per_second_of_workers=_throughput(images, weights, threads, workers),
    )


def _read(images: Sequence[Path], recognizer: Recognizer) -> Stopwatch:
    for image in images[:WARM_UP]:
        recognizer.read(image)
    with tempfile.TemporaryDirectory() as folder, Stopwatch() as watch:
        watch.switch("writing")
        with OutputFolder(Path(folder)) as outputs:
            for image in images:
                watch.switch(REST)
                found = recognizer.read(image)
                watch.switch("writing")
                for prediction in found:
                    outputs.write(prediction)
    return watch


def _throughput(images: Sequence[Path], weights: Path, threads: int, workers: int) -> float:
    """Images per second of several processes that are warm, files written."""
    load = partial(load_recognizer, weights, threads)
    pool = WorkerPool(load, workers, TIME_LIMIT, BATCH)
    with tempfile.TemporaryDirectory() as folder, pool:
        for _ in pool.read(Source(str(image)) for image in images[: WARM_UP * workers]):
            pass
        start = time.perf_counter()
        with OutputFolder(Path(folder)) as outputs:
            for _, found in pool.read(Source(str(image)) for image in images):
                for prediction in found:
                    outputs.write(prediction)
        return len(images) / (time.perf_counter() - start)


def peak_memory() -> float | None:
    """MiB that this process has held at most."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
