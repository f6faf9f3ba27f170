"""One training step of the graph parser: all losses of one batch."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from detectors.losses import detection_loss, reading_loss, refinement_loss
from detectors.network import ParserNetwork, ink_of
from detectors.scale import ScaleNetwork, bin_targets
from detectors.vocabulary import BARE_CARBON, OTHER_LABEL
from graphparse.training.batches import Batch
from graphparse.training.proposals import Proposals, propose

MOST_LABELS = 80
"""Labels read per batch; the reader is the only part whose cost grows with their number."""
BARE_SHARE = 0.06
"""Share of bare carbons that are given to the reader, which has to say that nothing is there."""
COMMON_SHARE = 0.4
"""Share of the labels that are classes of the refiner too; rare ones are always read."""


def losses(
    network: ParserNetwork, scale: ScaleNetwork, batch: Batch, rng: np.random.Generator
) -> dict[str, Tensor]:
    """All losses of a batch by name, to be summed; call under autocast."""
    ink = ink_of(batch.gray).contiguous(memory_format=torch.channels_last)
    features, maps = network(ink)
    out = detection_loss(maps, batch.heat, batch.shape, batch.mask)
    out |= interpretation_losses(network, features, maps, batch, rng)
    view = ink_of(batch.scale_gray).contiguous(memory_format=torch.channels_last)
    out["scale"] = 0.5 * F.cross_entropy(scale(view), bin_targets(batch.scale_length))
    return out


def interpretation_losses(
    network: ParserNetwork, features: Tensor, maps: Tensor, batch: Batch, rng: np.random.Generator
) -> dict[str, Tensor]:
    """Losses of the refiner and the label reader, which look at what the encoder has seen.

    Args:
        network: whose refiner and label reader learn.
        features, maps: (B, C, h, w) and (B, 9, h, w) of the batch.
        batch: the truth.
        rng: picks candidates and labels.
    """
    proposals = propose(batch, maps, rng)
    refined = network.refiner(
        features, proposals.xy, proposals.scores, proposals.image_index, proposals.pairs
    )
    real = proposals.truth >= 0
    label = torch.where(real, batch.label[proposals.truth.clamp(min=0)], -1)
    charge = torch.where(real, batch.charge[proposals.truth.clamp(min=0)], -1)
    out = refinement_loss(refined, real.float(), label, charge, proposals.edge)
    chosen = labels_to_read(batch, proposals, rng)
    if len(chosen):
        tokens = batch.tokens[proposals.truth[chosen]]
        logits = network.reader(
            features, proposals.xy[chosen], proposals.image_index[chosen], tokens
        )
        out["read"] = reading_loss(logits, tokens)
    return out


def labels_to_read(batch: Batch, proposals: Proposals, rng: np.random.Generator) -> Tensor:
    """Candidates whose label the reader learns from: rare and long labels first."""
    truth = proposals.truth.cpu().numpy()
    label = batch.label.cpu().numpy()
    classes = np.where(truth >= 0, label[np.maximum(truth, 0)], -1) if len(label) else truth
    odds = np.where(classes == OTHER_LABEL, 1.0, COMMON_SHARE)
    odds = np.where(classes == BARE_CARBON, BARE_SHARE, odds)
    chosen = np.flatnonzero((classes >= 0) & (rng.random(len(classes)) < odds))
    if len(chosen) > MOST_LABELS:
        chosen = np.sort(rng.choice(chosen, MOST_LABELS, replace=False))
    return torch.from_numpy(chosen).to(proposals.xy.device)
