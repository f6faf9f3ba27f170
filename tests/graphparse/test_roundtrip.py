"""Molecule -> drawn graph -> molecule."""

from __future__ import annotations

from data.molecules import bundled_pool
from graphparse.roundtrip import round_trip


def test_drawings_of_the_pool_are_read_back() -> None:
    """2,000 molecules, labels contracted at random, salts and counts too."""
    result = round_trip(bundled_pool()[:2000], seed=11)
    assert result.count > 1950
    assert result.share >= 99.8, "\n".join(map(str, result.misses))


def test_the_result_does_not_depend_on_the_processes() -> None:
    pool = bundled_pool()[:600]
    assert round_trip(pool, seed=3, workers=2) == round_trip(pool, seed=3)
