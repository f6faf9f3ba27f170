"""What renders are worth: the networks, trained from random weights on folders of samples.

    graphparse render --out new --count 50000 --molecules molecules.smi.gz
    python docs/compare_renders.py new --out runs/new --crops 100000
    graphparse evaluate my-set/ --weights runs/new/parser-….safetensors

Folders are those of ``graphparse render --out``, of whichever version. The same is done to the
samples of each: a random size, two crops of large ones, batches of many molecules. Training ends
after a number of crops, and not of minutes, so that it is the same for all. One that was stopped
goes on.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from assemble.graph import MoleculeGraph
from data.real import RealDrawing, load_aligned
from data.stream import SampleStream
from detectors.network import NetworkConfig
from graphparse.training.loop import Networks, TrainConfig, Trainer

NARROW = NetworkConfig(widths=(24, 48, 80, 128), channels=48, refiner_width=64, reader_width=64)
"""Half as wide as what ships, and three times as fast to train."""


def load_samples(folder: Path) -> list[RealDrawing]:
    """The samples of ``graphparse render --out`` that show a molecule."""
    samples = []
    for file in sorted(folder.glob("*.json")):
        record = json.loads(file.read_text())
        graph = MoleculeGraph.from_dict(record["graph"])
        if graph.n_bonds:
            samples.append(RealDrawing(file.with_suffix(".png"), graph, record["smiles"]))
    return samples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+", help="of graphparse render --out")
    parser.add_argument("--real", type=Path, help="of graphparse align, drawings to add to them")
    parser.add_argument("--out", type=Path, required=True, help="for weights and state")
    parser.add_argument("--crops", type=int, default=100_000)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--narrow", action="store_true", help="small networks, for a processor")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, help="of torch")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    samples = [sample for folder in options.folders for sample in load_samples(folder)]
    if options.real:
        samples += load_aligned(options.real)
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    # all samples come from the folders; the molecule is there since a stream has to have one
    stream = SampleStream(["CCO"], options.seed, samples, real_share=1.0)
    config = TrainConfig(seed=options.seed, batch_size=options.batch_size, workers=options.workers)
    networks = Networks(NARROW if options.narrow else NetworkConfig())
    trainer = Trainer(networks, stream, config, options.out)
    trainer.networks.train()
    rng = np.random.default_rng(options.seed)
    loader = iter(trainer.batches())
    while trainer.images < options.crops:
        # the rate follows the share of the time
        trainer.seconds = 60 * config.minutes * trainer.images / options.crops
        losses = trainer.train_step(next(loader).to(trainer.device), rng)
        if trainer.step % 100 == 0:
            figures = " ".join(f"{name} {value:.3f}" for name, value in losses.items())
            print(f"{len(samples)} samples, {trainer.images} crops: {figures}", flush=True)
        if trainer.step % 500 == 0:
            trainer.save_state()
    print(trainer.save_weights())


if __name__ == "__main__":
    main()
