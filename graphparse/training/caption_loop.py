"""Training of caption models: time-limited, resumable, on whatever device there is."""

from __future__ import annotations

import json
import logging
import shlex
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from timm.utils.model_ema import ModelEmaV3
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader

from detectors.caption.encoders import DetectorGrid
from detectors.caption.model import CaptionModel
from detectors.caption.search import MOST_TOKENS, read_captions
from detectors.caption.tokens import PAD, Target
from detectors.checkpoint import save_checkpoint
from graphparse.listing import target_string
from graphparse.training.captions import POOLED, SHORT_TOKENS, CaptionBatch, CaptionSource
from graphparse.training.precision import mixed_precision
from graphparse.training.schedule import rate_at

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CaptionTrainConfig:
    """How to train; saved in the sidecar."""

    minutes: float = 60.0
    images: int = 1 << 60
    """Training ends when so many drawings were shown, if the time does not end it before."""
    seed: int = 0
    batch_size: int = 16
    accumulate: int = 1
    """Batches whose gradients are added up for one step."""
    learning_rate: float = 5e-4
    warm_up: int = 500
    """Steps of linear warm-up: without it the loss of transformers leaps up at the start."""
    weight_decay: float = 0.01
    short_first: float = 0.0
    """Share of the training, at its start, without strings of more than SHORT_TOKENS."""
    clip: float = 1.0
    smoothing: float = 0.05
    ema_decay: float = 0.998
    workers: int = 1
    validate_minutes: float = 10.0
    validation_images: int = 64
    fixed_map: bool = False
    """The encoder of the detector stays as it is; what looks at its map learns."""


def hold_map(model: nn.Module) -> None:
    """Let the detector's encoder in a caption model stay as it is.

    Raises:
        ValueError: the model has another encoder.
    """
    grid = model.encoder.grid if isinstance(model, CaptionModel) else None
    if not isinstance(grid, DetectorGrid):
        raise ValueError("only the map of the encoder 'detector' can stay as it is")
    grid.hold()


def caption_loss(model: CaptionModel, batch: CaptionBatch, smoothing: float = 0.0) -> Tensor:
    """Mean cross entropy of a token, and the decoder's regularisation."""
    logits, regular = model(batch.ink, batch.given, batch.cells)
    wanted = batch.wanted.flatten()
    each = F.cross_entropy(
        logits.float().flatten(0, 1), wanted, ignore_index=PAD, label_smoothing=smoothing
    )
    return each + regular


def _same(text: str, wanted: str, target: Target) -> bool:
    """Whether two strings are equal, or SMILES of one molecule."""
    if text == wanted or target == "inchi":
        return text == wanted
    return target_string(text, target) == target_string(wanted, target) is not None


class CaptionTrainer:
    """A caption model, its optimiser and what is needed to go on after an interruption.

    Args:
        model: to train.
        source: of the drawings.
        config: how to train.
        out: folder for ``state.pt``, ``log.jsonl`` and checkpoints; goes on from ``state.pt``.

    Raises:
        ValueError: the map of another encoder than the detector's is to stay as it is.
    """

    def __init__(
        self, model: CaptionModel, source: CaptionSource, config: CaptionTrainConfig, out: Path
    ) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model, self.source = model.to(self.device), source
        self.config, self.out = config, out
        self.ema = ModelEmaV3(self.model, decay=config.ema_decay, use_warmup=True)
        self.optimiser = torch.optim.AdamW(
            self.model.parameters(), config.learning_rate, weight_decay=config.weight_decay
        )
        self.step, self.images, self.seconds = 0, 0, 0.0
        out.mkdir(parents=True, exist_ok=True)
        if (file := out / "state.pt").exists():
            state = torch.load(file, map_location=self.device, weights_only=True)
            self.model.load_state_dict(state["model"])
            self.ema.module.load_state_dict(state["ema"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.step, self.images, self.seconds = state["step"], state["images"], state["seconds"]
            logger.info("going on at step %d after %.1f minutes", self.step, self.seconds / 60)
        if config.fixed_map:
            hold_map(self.model)
            hold_map(self.ema.module)

    def save_state(self) -> None:
        """Write ``state.pt``; the old one stays until the new one is whole."""
        part = self.out / "state.part"
        state = {
            "model": self.model.state_dict(),
            "ema": self.ema.module.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "images": self.images,
            "seconds": self.seconds,
        }
        torch.save(state, part)
        part.replace(self.out / "state.pt")

    @property
    def progress(self) -> float:
        """Share of the training that is done, by time or by drawings, 0 to 1."""
        by_time = self.seconds / (60 * self.config.minutes)
        return max(by_time, self.images / self.config.images)

    @property
    def most_tokens(self) -> int:
        """Longest strings that are trained on at this point."""
        if self.progress < self.config.short_first:
            return SHORT_TOKENS[self.model.config.target]
        return MOST_TOKENS

    def train_step(self, batches: list[CaptionBatch]) -> float:
        """One optimiser step over some batches, as if they were one; returns the mean loss."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate_at(self.progress, self.step, self.config)
        self.optimiser.zero_grad(set_to_none=True)
        tokens = [int((batch.wanted != PAD).sum()) for batch in batches]
        mean = 0.0
        for batch, count in zip(batches, tokens, strict=True):
            with mixed_precision(self.device):
                loss = caption_loss(self.model, batch, self.config.smoothing)
            # a token counts the same in whichever batch it is
            share = loss * (count / sum(tokens))
            share.backward()
            mean += float(share.detach())
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
        if bool(torch.isfinite(norm)):
            self.optimiser.step()
        else:
            logger.warning("step %d skipped: the gradient is not finite", self.step)
        self.step += 1
        self.images += sum(len(batch.gray) for batch in batches)
        self.ema.update(self.model, step=self.step)
        return mean

    def run(self) -> Path:
        """Train until time or drawings are used up; returns the final weights."""
        self.model.train()
        most_tokens = self.most_tokens
        loader = iter(self._batches(most_tokens))
        start, before, waited = time.monotonic(), self.seconds, 0.0
        total, since = 0.0, 0
        save_at = self.seconds + 60 * self.config.validate_minutes
        while self.progress < 1.0:
            if self.most_tokens != most_tokens:
                most_tokens = self.most_tokens
                loader = iter(self._batches(most_tokens))
                logger.info("strings of up to %d tokens from here on", most_tokens)
            asked = time.monotonic()
            batches = [next(loader).to(self.device) for _ in range(self.config.accumulate)]
            waited += time.monotonic() - asked
            total, since = total + self.train_step(batches), since + 1
            self.seconds = before + time.monotonic() - start
            if since == 100:
                self._log("training", {"loss": total / since, "waited": waited})
                total, since = 0.0, 0
            if self.seconds >= save_at:
                self.save_state()
                self._log("validation", self.validate())
                save_at = self.seconds + 60 * self.config.validate_minutes
        self.save_state()
        figures = self.validate()
        self._log("validation", figures)
        return self.save_weights(figures)

    def _batches(self, most_tokens: int) -> DataLoader[CaptionBatch]:
        """Batches from behind the last drawing that was trained on."""
        config, workers = self.config, self.config.workers
        dataset = self.source.training(
            self.model.config, config.batch_size, self.images, most_tokens
        )
        return DataLoader(
            dataset,
            batch_size=None,
            num_workers=workers,
            # as many as a worker makes at a time: it goes on while they are trained on
            prefetch_factor=POOLED if workers else None,
        )

    @torch.inference_mode()
    def validate(self) -> dict[str, float]:
        """Loss of a token, and strings of the right molecule in percent, of the averaged weights on
        held-out drawings."""
        model: Any = self.ema.module
        model.eval()
        loss, right, seen, batches = 0.0, 0, 0, 0
        for found in self.source.held_out(model.config, self.config.batch_size):
            batch = found.to(self.device)
            loss += float(caption_loss(model, batch))
            batches += 1
            read = read_captions([model], batch.ink)
            texts = [model.tokens.decode(row) for row in batch.wanted.tolist()]
            right += sum(
                _same(candidates[0].text, text, model.config.target)
                for candidates, text in zip(read, texts, strict=True)
            )
            seen += len(texts)
            if seen >= self.config.validation_images:
                break
        return {"loss": loss / batches, "exact": 100 * right / seen}

    def save_weights(self, figures: dict[str, float]) -> Path:
        """The averaged weights as a checkpoint with its sidecar."""
        module: Any = self.ema.module
        for old in self.out.glob("caption-*"):
            old.unlink()
        sidecar = {
            "architecture": module.config.to_dict(),
            "training": {
                "command": shlex.join(["graphparse", *sys.argv[1:]]),
                "images": self.images,
                "steps": self.step,
                "minutes": round(self.seconds / 60, 1),
                **self.source.facts(),
                "config": {
                    name: getattr(self.config, name) for name in CaptionTrainConfig.__slots__
                },
            },
            "held_out": {name: round(value, 4) for name, value in figures.items()},
        }
        return save_checkpoint(self.out, "caption", module.state_dict(), sidecar)

    def _log(self, kind: str, values: dict[str, float]) -> None:
        record = {
            "kind": kind,
            "step": self.step,
            "images": self.images,
            "minutes": round(self.seconds / 60, 2),
            **{name: round(value, 4) for name, value in values.items()},
        }
        with (self.out / "log.jsonl").open("a") as file:
            file.write(json.dumps(record) + "\n")
        logger.info("%s: %s", kind, " ".join(f"{k} {v}" for k, v in record.items() if k != "kind"))
