"""How fast networks learn at which step."""

from __future__ import annotations

import math
from typing import Protocol

FLOOR = 0.02
"""Share of the peak that is left at the end."""


class Schedule(Protocol):
    """What a training is configured with."""

    @property
    def learning_rate(self) -> float:
        """At its peak."""
        ...

    @property
    def warm_up(self) -> int:
        """Steps."""
        ...


def rate_at(progress: float, step: int, config: Schedule) -> float:
    """Learning rate: linear warm-up (Vaswani et al. 2017), then a cosine (Loshchilov 2017).

    Args:
        progress: share of the time used, from 0 on; stays at the end's rate above 1.
        step: from 0.
        config: peak and length of the warm-up.
    """
    warm = min(1.0, (step + 1) / max(config.warm_up, 1))
    cosine = 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
    return config.learning_rate * warm * (FLOOR + (1 - FLOOR) * cosine)
