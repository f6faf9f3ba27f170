"""Does message passing help? The refiner with and without it, everything else equal.

    python docs/ablate_refiner.py FOLDER... --steps 1500

Encoder, heads and label reader are those of the shipped weights and stay as they are. Two refiners
with the same number of parameters begin with the same random weights and see the same batches; of
one, the messages are cut (``NetworkConfig.refiner_passes``). Then both judge held-out renders, and
read real images: folders with ``references.csv``. The encoder was trained together with a refiner
that passes messages. A step of 16 crops takes about a second of one core.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from data.molecules import bundled_pool, load_pool
from data.stream import SampleStream
from detectors.engine import run_with_onnx
from detectors.geometric import GeometricConvolution
from detectors.losses import refinement_loss
from detectors.network import ParserNetwork, ink_of
from detectors.refiner import Refined, Refiner
from graphparse import metrics
from graphparse.evaluate import read_references, spaced
from graphparse.recognizer import Recognizer
from graphparse.training.batches import Batch, BatchStream
from graphparse.training.loop import HELD_OUT_SEED, TrainConfig
from graphparse.training.proposals import Proposals, propose
from graphparse.training.schedule import rate_at

See = Callable[[Tensor], tuple[Tensor, ...]]
"""The encoder and its heads: ink to features and maps."""
NAMES = {"message passing": True, "no messages": False}


def make_refiners(network: ParserNetwork, seed: int) -> dict[str, Refiner]:
    """Both refiners, with the same weights."""
    config = network.config
    made = {}
    for name, passes in NAMES.items():
        torch.manual_seed(seed)
        width, rounds = config.refiner_width, config.refiner_rounds
        made[name] = Refiner(config.channels, width, rounds, passes, GeometricConvolution)
    return made


@torch.no_grad()
def seen(see: See, batch: Batch, rng: np.random.Generator) -> tuple[Tensor, Proposals]:
    """The feature map of a batch and the candidates found in it."""
    features, maps = see(ink_of(batch.gray))
    return features, propose(batch, maps, rng)


def judge(refiner: Refiner, features: Tensor, found: Proposals) -> Refined:
    return refiner(features, found.xy, found.scores, found.image_index, found.pairs)


def truth_of(batch: Batch, found: Proposals) -> tuple[Tensor, Tensor, Tensor]:
    """Whether each candidate is an atom, and its label and charge (-1 where there is none)."""
    real, index = found.truth >= 0, found.truth.clamp(min=0)
    if not len(batch.label):
        return real, found.truth, found.truth
    nothing = torch.tensor(-1)
    label = torch.where(real, batch.label[index], nothing)
    return real, label, torch.where(real, batch.charge[index], nothing)


def train(see: See, refiners: Mapping[str, Refiner], stream: BatchStream, steps: int) -> None:
    config = TrainConfig(warm_up=min(300, steps // 5))
    optimisers = {
        name: torch.optim.AdamW(refiner.parameters(), weight_decay=config.weight_decay)
        for name, refiner in refiners.items()
    }
    rng = np.random.default_rng(0)
    start = time.process_time()
    for step, batch in enumerate(itertools.islice(stream, steps)):
        features, found = seen(see, batch, rng)
        real, label, charge = truth_of(batch, found)
        rate = rate_at(step / steps, step, config)
        totals = []
        for name, refiner in refiners.items():
            refined = judge(refiner, features, found)
            parts = refinement_loss(refined, real.float(), label, charge, found.edge)
            total = torch.stack(list(parts.values())).sum()
            for group in optimisers[name].param_groups:
                group["lr"] = rate
            optimisers[name].zero_grad()
            total.backward()
            nn.utils.clip_grad_norm_(refiner.parameters(), config.clip)
            optimisers[name].step()
            totals.append(f"{name} {float(total.detach()):.3f}")
        if step % 50 == 49:
            spent = time.process_time() - start
            print(f"step {step + 1}, {spent:.0f} s: loss {', '.join(totals)}", flush=True)


@torch.no_grad()
def held_out(
    see: See, refiners: Mapping[str, Refiner], stream: BatchStream, batches: int
) -> dict[str, dict[str, float]]:
    """Percent of atoms and pairs whose class is right, on renders that none has seen."""
    right: dict[str, dict[str, list[Tensor]]] = {name: {} for name in refiners}
    rng = np.random.default_rng(1)
    for batch in itertools.islice(stream, batches):
        features, found = seen(see, batch, rng)
        real, label, charge = truth_of(batch, found)
        bonded = found.edge > 0
        for name, refiner in refiners.items():
            refined = judge(refiner, features, found)
            edge = refined.edge.argmax(-1) == found.edge
            for figure, good in {
                "is it an atom": (refined.exists > 0) == real,
                "label": (refined.label.argmax(-1) == label)[label >= 0],
                "charge": (refined.charge.argmax(-1) == charge)[charge >= 0],
                "pairs": edge,
                "bonds": edge[bonded],
                "bonds but single": edge[found.edge > 1],
            }.items():
                right[name].setdefault(figure, []).append(good)
    return {
        name: {figure: 100 * float(torch.cat(good).float().mean()) for figure, good in all_.items()}
        for name, all_ in right.items()
    }


def exact_on(folder: Path, recognizer: Recognizer, limit: int) -> list[bool]:
    """Whether the InChI of each image of a folder is read."""
    references = spaced(read_references(folder), limit)
    found = recognizer.predict([reference.image for reference in references])
    return [metrics.exact(p.inchi, r.inchi) for p, r in zip(found, references, strict=True)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folders", type=Path, nargs="*", help="real images with references")
    options.add_argument("--steps", type=int, default=1500)
    options.add_argument("--batch-size", type=int, default=16)
    options.add_argument("--validation", type=int, default=512, help="held-out crops")
    options.add_argument("--limit", type=int, default=100, help="images of each folder")
    options.add_argument("--molecules", type=Path, help="pool; else the bundled one")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--threads", type=int, default=1)
    asked = options.parse_args()
    recognizer = Recognizer(threads=asked.threads)
    network = recognizer._parser.network
    pool = load_pool(asked.molecules) if asked.molecules else bundled_pool()
    refiners = make_refiners(network, asked.seed)
    counts = {sum(p.numel() for p in refiner.parameters()) for refiner in refiners.values()}
    print(f"{counts} parameters")
    stream = BatchStream(SampleStream(pool, asked.seed), asked.batch_size, crops_per_sample=2)
    see = run_with_onnx(network, asked.threads)
    train(see, refiners, stream, asked.steps)
    for refiner in refiners.values():
        refiner.eval()
    test = BatchStream(SampleStream(pool, HELD_OUT_SEED), asked.batch_size)
    batches = max(1, asked.validation // asked.batch_size)
    columns = held_out(see, refiners, test, batches)
    for name, refiner in refiners.items():
        network.refiner = refiner
        for folder in asked.folders:
            right = exact_on(folder, recognizer, asked.limit)
            columns[name][f"{folder.name} ({len(right)}), exact InChI"] = 100 * np.mean(right)
    print(f"| | {' | '.join(columns)} |")
    print("|---" * (len(columns) + 1) + "|")
    for figure in columns["no messages"]:
        print(f"| {figure} | {' | '.join(f'{c[figure]:.1f}' for c in columns.values())} |")


if __name__ == "__main__":
    main()
