"""Greedy and beam search, for many images at once and for one model or an ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from detectors.caption.model import CaptionModel
from detectors.caption.tokens import BEGIN, END, PAD, UNKNOWN

MOST_TOKENS = 250
"""Longest string that is spelt, and that is trained on: few molecules have longer ones."""
LENGTH_POWER = 0.7
"""Beams are compared by log probability / length ** LENGTH_POWER; 0 would favour short ones."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A string that a caption model holds possible."""

    text: str
    score: float
    """Log probability normalised by length; what candidates are ordered by."""
    closed: bool = True
    """Whether it was spelt to its end; one that is broken off says nothing of a molecule."""


@torch.inference_mode()
def read_captions(
    models: Sequence[CaptionModel],
    ink: Tensor,
    beams: int = 1,
    most_tokens: int = MOST_TOKENS,
    length_power: float = LENGTH_POWER,
) -> list[list[Candidate]]:
    """The likeliest strings of each image, best first; with one beam this is greedy reading.

    An ensemble averages the probabilities of its models at each token. An image is done when no
    string still open can come to a better score than the best closed one; what is open then is
    left out. A string that runs in a circle would go on to the end otherwise.

    Args:
        models: in eval mode, all of the same target.
        ink: (B, 1, H, W) in [0, 1].
        beams: strings that are followed at a time, and given back at most, for each image.
        most_tokens: strings still open then are given back as they stand, as not closed.
        length_power: of the length normalisation.

    Raises:
        ValueError: no models, models of several targets, or fewer than one beam.
    """
    if len({model.config.target for model in models}) != 1:
        raise ValueError("models: expected at least one, and all of the same target")
    if beams < 1:
        raise ValueError(f"beams: expected at least 1, got {beams}")
    count, device = len(ink), ink.device
    if not count:
        return []
    first = torch.arange(count, device=device).repeat_interleave(beams)
    # each state belongs to the decoder beside it
    decoders: list[Any] = [model.decoder for model in models]
    states = [model.decoder.start(model.encoder(ink)).select(first) for model in models]
    spelt = torch.full((count * beams, 1), BEGIN, dtype=torch.long, device=device)
    total = torch.full((count, beams), -torch.inf, device=device)
    total[:, 0] = 0.0  # all beams begin alike: only one may go on at first
    lengths = torch.ones(count, beams, device=device)
    done = torch.zeros(count, beams, dtype=torch.bool, device=device)
    offset = torch.arange(count, device=device)[:, None] * beams
    for _ in range(most_tokens):
        outputs = [
            decoder.step(state, spelt[:, -1])
            for decoder, state in zip(decoders, states, strict=True)
        ]
        logs = torch.stack([logits.float().log_softmax(-1) for logits, _ in outputs])
        log = (logs.logsumexp(0) - torch.tensor(len(models)).log()).view(count, beams, -1)
        log[..., [PAD, BEGIN, UNKNOWN]] = -torch.inf
        # a closed string goes on with padding alone, at no cost
        log = log.masked_fill(done[..., None], -torch.inf)
        log[..., PAD] = log[..., PAD].masked_fill(done, 0.0)
        sums = (total[..., None] + log).flatten(1)
        longer = (lengths + (~done).float())[..., None].expand_as(log).flatten(1)
        best = (sums / longer**length_power).topk(beams, 1).indices
        beam, token = best // log.shape[-1], best % log.shape[-1]
        total, lengths = sums.gather(1, best), longer.gather(1, best)
        done = done.gather(1, beam) | (token == END)
        rows = (offset + beam).flatten()
        spelt = torch.cat([spelt[rows], token.view(-1, 1)], 1)
        states = [state if beams == 1 else state.reorder(rows) for _, state in outputs]
        scores = total / lengths**length_power
        closed = scores.masked_fill(~done, -torch.inf).amax(1)
        # log probabilities only fall, and no string becomes longer than this
        hoped = (total / most_tokens**length_power).masked_fill(done, -torch.inf).amax(1)
        hopeless = (closed >= hoped)[:, None] & ~done
        total, done = total.masked_fill(hopeless, -torch.inf), done | hopeless
        if bool(done.all()):
            break
    return _candidates(models[0], spelt.view(count, beams, -1), total, lengths**length_power, done)


def _candidates(
    model: CaptionModel, spelt: Tensor, total: Tensor, divisor: Tensor, done: Tensor
) -> list[list[Candidate]]:
    """Candidates by image, best first; beams that never began are left out."""
    images = zip(spelt.tolist(), (total / divisor).tolist(), done.tolist(), strict=True)
    found = []
    for image in images:
        candidates = [
            Candidate(model.tokens.decode(row), score, closed)
            for row, score, closed in zip(*image, strict=True)
            if score > -torch.inf
        ]
        found.append(sorted(candidates, key=lambda candidate: -candidate.score))
    return found
