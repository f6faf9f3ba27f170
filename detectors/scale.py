"""How long is a bond in this picture? A small network that answers for any scale."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from detectors.backbone import ResidualBlock, conv_bn

LOG_SHORTEST, LOG_LONGEST, BINS_PER_OCTAVE = 2.0, 7.5, 8
N_BINS = round((LOG_LONGEST - LOG_SHORTEST) * BINS_PER_OCTAVE) + 1
MULTIPLE = 16
"""Height and width of the input must be multiples of this."""


class ScaleNetwork(nn.Module):
    """Classifies the typical bond length into log-spaced bins from 4 to 181 px.

    Every place of the picture votes, with a weight that it gives itself; classification keeps two
    scales that are both possible apart, where a regression would answer with their mean.
    """

    def __init__(self, widths: tuple[int, int, int, int] = (16, 32, 64, 96)) -> None:
        super().__init__()
        self.widths = tuple(widths)
        layers: list[nn.Module] = [conv_bn(1, widths[0], 5, 2), nn.ReLU()]
        for narrow, wide in zip(widths, (*widths[1:], widths[-1]), strict=True):
            layers.append(ResidualBlock(narrow, wide, 2 if wide > narrow else 1))
        layers.append(ResidualBlock(widths[-1], widths[-1]))
        self.encoder = nn.Sequential(*layers)
        self.votes = nn.Conv2d(widths[-1], N_BINS + 1, 1)

    def forward(self, ink: Tensor) -> Tensor:
        """(B, 1, H, W) ink in [0, 1] -> (B, N_BINS) logits."""
        return tally(self.votes(self.encoder(ink)))


def tally(votes: Tensor) -> Tensor:
    """(B, N_BINS + 1, h, w) votes and their weights -> (B, N_BINS) logits."""
    votes = votes.float().flatten(2)
    weight = votes[:, -1:].softmax(-1)
    return (votes[:, :-1] * weight).sum(-1)


def bin_targets(bond_lengths: Tensor, spread: float = 1.0) -> Tensor:
    """(B,) pixels -> (B, N_BINS) soft targets: a Gaussian of ``spread`` bins around the truth."""
    centre = (bond_lengths.log2() - LOG_SHORTEST) * BINS_PER_OCTAVE
    bins = torch.arange(N_BINS, device=bond_lengths.device)
    return (-((bins - centre[:, None]) ** 2) / (2 * spread**2)).softmax(-1)


def expected_length(logits: Tensor) -> Tensor:
    """(B, N_BINS) -> (B,) bond length in pixels: mean of the bins around the best one."""
    probabilities = logits.softmax(-1)
    best = probabilities.argmax(-1, keepdim=True)
    bins = torch.arange(N_BINS, device=logits.device)
    near = probabilities * ((bins - best).abs() <= 2)
    centre = (near * bins).sum(-1) / near.sum(-1)
    return torch.exp2(centre / BINS_PER_OCTAVE + LOG_SHORTEST)
