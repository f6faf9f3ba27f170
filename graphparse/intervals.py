"""95 % intervals by the bootstrap (Efron 1979), over images, without a loop over resamples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
SEED = 0
LEVELS = (2.5, 97.5)
"""Percentiles that an interval reaches from and to."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> Self:
        return type(self)(self.value * factor, self.low * factor, self.high * factor)


class Bootstrap:
    """Resamples of N images, the same for every figure, so that differences are of pairs.

    Args:
        count: N, at least 1.
        resamples: R.
        seed: of the resamples.
    """

    def __init__(self, count: int, resamples: int = RESAMPLES, seed: int = SEED) -> None:
        drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), resamples)
        # the first row is the sample itself: its figure is the estimate
        self._times = np.vstack([np.ones(count), drawn])
        """(1 + R, N) how often each image is in each resample."""

    def mean(self, values: Values) -> Estimate:
        """Of (N,) values."""
        return self.ratio(values, np.ones(len(values)))

    def ratio(self, above: Values, below: Values) -> Estimate:
        """Of two sums over (N,) values; 0 where there is nothing below."""
        sums = self._times @ below
        return _estimate(np.divide(self._times @ above, sums, np.zeros_like(sums), where=sums > 0))

    def calibration_error(self, confidence: Values, right: Values, bins: int = 10) -> Estimate:
        """See :func:`graphparse.metrics.expected_calibration_error`.

        It is never negative, so a resample's is larger on average than the sample's.
        """
        index = np.minimum((confidence * bins).astype(int), bins - 1)
        gaps = np.zeros((len(confidence), bins))
        gaps[np.arange(len(confidence)), index] = confidence - right
        return _estimate(np.abs(self._times @ gaps).sum(1) / len(confidence))

    def accuracy_at_coverage(self, confidence: Values, right: Values, coverage: float) -> Estimate:
        """See :func:`graphparse.metrics.accuracy_at_coverage`."""
        kept = round(coverage * len(right))
        if not kept:
            return Estimate(0.0, 0.0, 0.0)
        order = np.argsort(-confidence, kind="stable")
        times = self._times[:, order]
        before = np.cumsum(times, axis=1) - times
        inside = np.clip(kept - before, 0, times)
        return _estimate(inside @ right[order] / kept)


def _estimate(figures: Values) -> Estimate:
    """From the sample's figure and those of the resamples, (1 + R,)."""
    low, high = np.percentile(figures[1:], LEVELS)
    return Estimate(float(figures[0]), float(low), float(high))
