"""Training losses of the graph parser."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from assemble.graph import BondKind
from detectors.network import HEAT, SHAPE
from detectors.refiner import Refined
from detectors.vocabulary import EDGE_CLASSES, PAD

WEDGE_WEIGHT = 2.0
"""Weight of bonds that carry stereo: few among all candidates, and each decides a molecule."""


def keypoint_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """Focal loss with reduced penalty near the peaks (Zhou et al. 2019, *Objects as Points*).

    Args:
        logits, truth: (B, 2, h, w); cells where the truth is 1 are positives.
    """
    probability = logits.sigmoid()
    positive = truth >= 1.0
    hit = -F.logsigmoid(logits) * (1 - probability) ** 2
    miss = -F.logsigmoid(-logits) * probability**2 * (1 - truth) ** 4
    return torch.where(positive, hit, miss).sum() / positive.sum().clamp(min=1)


def shape_loss(predicted: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """Mean absolute error of offsets, direction and log length near their keypoints.

    Args:
        predicted, truth: (B, 7, h, w); mask: (B, 2, h, w), see :class:`TruthMaps`.
    """
    error = (predicted - truth).abs()
    atoms = error[:, :2].sum(1)[mask[:, 0]]
    bonds = error[:, 2:].sum(1)[mask[:, 1]]
    return atoms.sum() / max(len(atoms), 1) + bonds.sum() / max(len(bonds), 1)


def detection_loss(maps: Tensor, heat: Tensor, shape: Tensor, mask: Tensor) -> dict[str, Tensor]:
    """Losses of the head's (B, 9, h, w) output against the truth maps."""
    return {
        "keypoints": keypoint_loss(maps[:, HEAT], heat),
        "shape": 0.5 * shape_loss(maps[:, SHAPE], shape, mask),
    }


def refinement_loss(
    refined: Refined, exists: Tensor, label: Tensor, charge: Tensor, edge: Tensor
) -> dict[str, Tensor]:
    """Losses of the refiner; classes of -1 are not counted.

    Args:
        refined: answers for N nodes and P pairs.
        exists: (N,) 1.0 where the candidate is an atom.
        label, charge: (N,) classes, -1 where the node is no atom or its label is cut off.
        edge: (P,) classes.
    """
    return {
        "exists": F.binary_cross_entropy_with_logits(
            refined.exists.float(), exists, reduction="sum"
        )
        / max(len(exists), 1),
        "label": _cross_entropy(refined.label, label),
        "charge": 0.5 * _cross_entropy(refined.charge, charge),
        "edge": 2.0 * _cross_entropy(refined.edge, edge, _edge_weights(refined.edge)),
    }


def reading_loss(logits: Tensor, tokens: Tensor) -> Tensor:
    """Mean cross entropy over the characters of (L, T) target tokens."""
    return F.cross_entropy(logits.float().flatten(0, 1), tokens.flatten(), ignore_index=PAD)


def _edge_weights(logits: Tensor) -> Tensor:
    stereo = [kind in (BondKind.WEDGE, BondKind.HASH, BondKind.WAVY) for kind, _ in EDGE_CLASSES]
    return torch.where(torch.tensor(stereo, device=logits.device), WEDGE_WEIGHT, 1.0)


def _cross_entropy(logits: Tensor, classes: Tensor, weight: Tensor | None = None) -> Tensor:
    if not bool((classes >= 0).any()):
        return logits.sum() * 0.0
    return F.cross_entropy(logits.float(), classes, weight=weight, ignore_index=-1)
