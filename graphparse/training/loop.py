"""The training loop: time-limited, resumable, on whatever device there is."""

from __future__ import annotations

import copy
import json
import logging
import shlex
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from timm.utils.model_ema import ModelEmaV3
from torch import Tensor, nn
from torch.utils.data import DataLoader

from data.stream import SampleStream
from detectors.backbone import fuse_batch_norm
from detectors.checkpoint import load_checkpoint, save_checkpoint
from detectors.engine import run_with_onnx
from detectors.geometric import GeometricConvolution
from detectors.network import NetworkConfig, ParserNetwork, ink_of
from detectors.scale import ScaleNetwork
from detectors.vocabulary import fingerprint
from graphparse.training.batches import Batch, BatchStream
from graphparse.training.precision import mixed_precision
from graphparse.training.ranks import Ranks
from graphparse.training.schedule import rate_at
from graphparse.training.step import interpretation_losses, losses

logger = logging.getLogger(__name__)

HELD_OUT_SEED = 990_000_000
"""Seed of the renders to validate on; never trained on."""


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """How to train; saved in the sidecar."""

    minutes: float = 60.0
    seed: int = 0
    batch_size: int = 16
    learning_rate: float = 1.5e-3
    warm_up: int = 300
    """Steps of linear warm-up."""
    weight_decay: float = 0.01
    clip: float = 5.0
    ema_decay: float = 0.998
    workers: int = 1
    crops_per_sample: int = 2
    validate_minutes: float = 10.0
    validation_batches: int = 12
    fixed_map: bool = False
    """Only the refiner and the label reader learn. What they look at, the map of the encoder,
    stays as it is, and a step takes a third of the time on a processor."""


class Networks(nn.Module):
    """The parser and the scale network as one module, so that one optimiser and one EMA serve."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.parser = ParserNetwork(config, GeometricConvolution)
        self.scale = ScaleNetwork()


class Trainer:
    """Networks, optimiser and what is needed to go on after an interruption.

    Args:
        networks: to train.
        stream: samples to train on.
        config: how to train.
        out: folder for ``state.pt``, ``log.jsonl`` and checkpoints; goes on from ``state.pt``.
        ranks: the processes that train together; all of them begin where the first one is.
    """

    def __init__(
        self,
        networks: Networks,
        stream: SampleStream,
        config: TrainConfig,
        out: Path,
        ranks: Ranks | None = None,
    ) -> None:
        self.config, self.out, self.ranks = config, out, ranks or Ranks()
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.networks = networks.to(self.device).to(memory_format=torch.channels_last)
        if config.fixed_map:
            self.networks.requires_grad_(False)
            self.networks.parser.refiner.requires_grad_(True)
            self.networks.parser.reader.requires_grad_(True)
        self.ema = ModelEmaV3(self.networks, decay=config.ema_decay, use_warmup=True)
        learning = [each for each in self.networks.parameters() if each.requires_grad]
        self.optimiser = torch.optim.AdamW(
            learning, config.learning_rate, weight_decay=config.weight_decay
        )
        self.stream = stream
        self.step, self.images, self.seconds = 0, 0, 0.0
        out.mkdir(parents=True, exist_ok=True)
        if (state_file := out / "state.pt").exists() and self.ranks.leads:
            self._restore(torch.load(state_file, map_location=self.device, weights_only=True))
            logger.info("going on at step %d after %.1f minutes", self.step, self.seconds / 60)
        if self.ranks.size > 1:
            self._restore(self.ranks.share(self._state()))
        self._see = self._fixed_encoder() if config.fixed_map else None

    def _fixed_encoder(self) -> Callable[[Tensor], tuple[Tensor, ...]]:
        """The encoder and its heads as a function that learns nothing."""
        network = copy.deepcopy(self.networks.parser).eval().requires_grad_(False)
        if self.device.type != "cpu":
            return network
        fuse_batch_norm(network)
        return run_with_onnx(network, torch.get_num_threads())

    def _restore(self, state: dict[str, Any]) -> None:
        self.networks.load_state_dict(state["networks"])
        self.ema.module.load_state_dict(state["ema"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.images, self.seconds = state["step"], state["images"], state["seconds"]

    def _state(self) -> dict[str, Any]:
        return {
            "networks": self.networks.state_dict(),
            "ema": self.ema.module.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "images": self.images,
            "seconds": self.seconds,
        }

    def save_state(self) -> None:
        """Write ``state.pt``; the old one stays until the new one is whole."""
        part = self.out / "state.part"
        torch.save(self._state(), part)
        part.replace(self.out / "state.pt")

    def batches(self) -> DataLoader[Batch]:
        """Batches from the sample behind the last one that was trained on."""
        dataset = BatchStream(
            self.stream,
            self.config.batch_size,
            self.images,
            self.config.crops_per_sample,
            self.ranks,
        )
        return DataLoader(
            dataset,
            batch_size=None,
            num_workers=self.config.workers,
            prefetch_factor=4 if self.config.workers else None,
        )

    def train_step(self, batch: Batch, rng: np.random.Generator) -> dict[str, float]:
        """One optimiser step; returns the losses by name."""
        progress = self.seconds / (60 * self.config.minutes)
        rate = rate_at(progress, self.step, self.config)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        with mixed_precision(self.device):
            parts = self._losses(batch, rng)
        total: Tensor = torch.stack(list(parts.values())).sum()
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        self._average()
        norm = nn.utils.clip_grad_norm_(self.networks.parameters(), self.config.clip)
        if bool(torch.isfinite(norm)):
            self.optimiser.step()
        else:
            logger.warning("step %d skipped: the gradient is not finite", self.step)
        self.step += 1
        self.images += len(batch.gray) * self.ranks.size
        self.ema.update(self.networks, step=self.step)
        return {name: float(part.detach()) for name, part in parts.items()}

    def _losses(self, batch: Batch, rng: np.random.Generator) -> dict[str, Tensor]:
        if self._see is None:
            return losses(self.networks.parser, self.networks.scale, batch, rng)
        features, maps = self._see(ink_of(batch.gray))
        return interpretation_losses(self.networks.parser, features, maps, batch, rng)

    def _average(self) -> None:
        """Make gradients and the statistics of batch normalisation those of all processes."""
        if self.ranks.size == 1:
            return
        for parameter in self.networks.parameters():
            if parameter.grad is None:  # no label was read in this process' batch
                parameter.grad = torch.zeros_like(parameter)
        gradients = [parameter.grad for parameter in self.networks.parameters()]
        statistics = [b for b in self.networks.buffers() if b.is_floating_point()]
        self.ranks.average([g for g in gradients if g is not None] + statistics)

    def run(self, watch: Callable[[Path], dict[str, float]] = lambda _: {}) -> None:
        """Train until the time is used up; validates and saves along the way.

        Args:
            watch: measures saved weights on real images; its figures go to the log.
        """
        self.networks.train()
        rng = np.random.default_rng((self.config.seed, self.step, 2))
        log_at, save_at = self.step + 100, self.seconds + 60 * self.config.validate_minutes
        sums: dict[str, float] = {}
        start = time.monotonic()
        before, waited = self.seconds, 0.0
        loader = iter(self.batches())
        while self.seconds < 60 * self.config.minutes:
            asked = time.monotonic()
            batch = next(loader).to(self.device)
            waited += time.monotonic() - asked
            for name, value in self.train_step(batch, rng).items():
                sums[name] = sums.get(name, 0.0) + value
            # the same in all processes, which have to stop at the same step
            self.seconds = self.ranks.mean(before + time.monotonic() - start)
            if self.step >= log_at:
                if self.ranks.leads:
                    self._log({name: value / 100 for name, value in sums.items()}, waited)
                sums, log_at = {}, self.step + 100
            if self.seconds >= save_at:
                if self.ranks.leads:
                    self._save(watch, waited)
                save_at = self.seconds + 60 * self.config.validate_minutes
        if self.ranks.leads:
            self._save(watch, waited)

    def _save(self, watch: Callable[[Path], dict[str, float]], waited: float) -> None:
        self.save_state()
        self._log(self.validate() | watch(self.save_weights()), waited, "validation")

    @torch.inference_mode()
    def validate(self) -> dict[str, float]:
        """Mean losses of the averaged weights on held-out renders."""
        stream = SampleStream(self.stream.molecules, HELD_OUT_SEED)
        source = iter(BatchStream(stream, self.config.batch_size))
        module: Any = self.ema.module
        module.eval()
        sums: dict[str, float] = {}
        rng = np.random.default_rng(0)
        for _ in range(self.config.validation_batches):
            with mixed_precision(self.device):
                parts = losses(module.parser, module.scale, next(source).to(self.device), rng)
            for name, value in parts.items():
                sums[name] = sums.get(name, 0.0) + float(value) / self.config.validation_batches
        return sums

    def save_weights(self) -> Path:
        """The averaged weights as a checkpoint with its sidecar."""
        module: Any = self.ema.module
        parser: ParserNetwork = module.parser
        scale: ScaleNetwork = module.scale
        for old in self.out.glob("parser-*"):
            old.unlink()
        sidecar = {
            "architecture": {"parser": parser.config.to_dict(), "scale": {"widths": scale.widths}},
            "vocabulary": fingerprint(),
            "training": {
                "command": shlex.join(["graphparse", *sys.argv[1:]]),
                "images": self.images,
                "steps": self.step,
                "minutes": round(self.seconds / 60, 1),
                "molecules": len(self.stream.molecules),
                "real_drawings": len(self.stream.real),
                "config": {name: getattr(self.config, name) for name in TrainConfig.__slots__},
            },
        }
        return save_checkpoint(self.out, "parser", module.state_dict(), sidecar)

    def _log(self, values: dict[str, float], waited: float, kind: str = "training") -> None:
        record = {
            "kind": kind,
            "step": self.step,
            "images": self.images,
            "minutes": round(self.seconds / 60, 2),
            "images_per_second": round(self.images / max(self.seconds, 1e-9), 1),
            "waited_seconds": round(waited, 1),
            **{name: round(value, 4) for name, value in values.items()},
        }
        with (self.out / "log.jsonl").open("a") as file:
            file.write(json.dumps(record) + "\n")
        text = " ".join(f"{name} {value:.3f}" for name, value in values.items())
        logger.info(
            "%s: step %d, %.1f min, %.1f images/s, waited %.0f s: %s",
            kind,
            self.step,
            self.seconds / 60,
            record["images_per_second"],
            waited,
            text,
        )


def initial_networks(init: Path | None) -> Networks:
    """New networks, or those of a checkpoint to train further.

    Raises:
        CheckpointError: the checkpoint cannot be read.
    """
    if init is None:
        return Networks(NetworkConfig())
    tensors, sidecar = load_checkpoint(init)
    networks = Networks(NetworkConfig(**sidecar["architecture"]["parser"]))
    networks.load_state_dict(tensors)
    return networks
