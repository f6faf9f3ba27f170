"""How many times as fast as OSRA: the same images, the same cores, one run (docs/speed.md).

    python docs/compare_osra.py clef jpo uob usan uspto bms --limit 30

Needs ``osra`` on the path. Both begin with starting their programs and end with what they found in
files: OSRA as one process per image, as it is meant to be used, as many at a time as there are
cores; ``graphparse predict`` once for the folder. They take turns, and the fastest of each counts.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from graphparse.evaluate import read_references, spaced


def gather(sets: list[Path], limit: int, folder: Path) -> int:
    """Copies of some images of each set in one folder; how many."""
    copied = 0
    for each in sets:
        for reference in spaced(read_references(each), limit):
            shutil.copy(reference.image, folder / f"{copied:04d}{reference.image.suffix}")
            copied += 1
    return copied


def run_osra(folder: Path, out: Path, cores: int) -> float:
    """Seconds in which OSRA reads a folder."""

    def read(image: Path) -> None:
        with (out / f"{image.stem}.smi").open("w") as found:
            subprocess.run(["osra", "-f", "can", image], stdout=found, stderr=subprocess.DEVNULL)

    start = time.perf_counter()
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(read, sorted(folder.iterdir())))
    return time.perf_counter() - start


def run_graphparse(folder: Path, out: Path) -> float:
    """Seconds in which graphparse reads a folder, start-up and files included."""
    command = [sys.executable, "-m", "graphparse", "predict", folder, "--out", out]
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("sets", nargs="+", type=Path, help="folders with references.csv")
    options.add_argument("--limit", type=int, default=30, help="images of each set")
    options.add_argument("--rounds", type=int, default=2)
    asked = options.parse_args()
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        (images := root / "images").mkdir()
        (found := root / "osra").mkdir()
        count = gather(asked.sets, asked.limit, images)
        osra, ours = [], []
        for turn in range(asked.rounds):
            osra.append(run_osra(images, found, cores))
            ours.append(run_graphparse(images, root / f"graphparse{turn}"))
    print(f"{count} images, {cores} cores")
    for name, seconds in (("OSRA", min(osra)), ("graphparse", min(ours))):
        print(f"{name}: {seconds:.1f} s, {count / seconds:.1f} images/s")
    print(f"ratio: {min(osra) / min(ours):.1f}")


if __name__ == "__main__":
    main()
