"""Sines and cosines as positions, in one and two dimensions (Vaswani et al. 2017)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

LONGEST_WAVE = 10_000.0


def sine_positions(places: Tensor, width: int) -> Tensor:
    """(N, width) for (N,) places; ``width`` is even."""
    steps = torch.arange(width // 2, device=places.device, dtype=torch.float32)
    rates = torch.exp(steps * (-2 * math.log(LONGEST_WAVE) / width))
    angles = places.float()[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], 1)


def grid_positions(height: int, width: int, channels: int, device: torch.device) -> Tensor:
    """(height * width, channels), row by row: half of the channels for y, half for x."""
    y = sine_positions(torch.arange(height, device=device), channels // 2)
    x = sine_positions(torch.arange(width, device=device), channels // 2)
    both = torch.cat([y[:, None].expand(-1, width, -1), x[None].expand(height, -1, -1)], 2)
    return both.reshape(height * width, channels)
