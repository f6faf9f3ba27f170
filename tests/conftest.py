"""Shared fixtures."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from graphparse.recognizer import Recognizer

settings.register_profile(
    "quick",
    max_examples=200,
    # on a busy machine any example may take long; that none hangs is the timeout's part
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", parent=settings.get_profile("quick"), max_examples=100_000)
settings.load_profile("quick")


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    """The shipped weights."""
    return Recognizer(threads=2)


@pytest.fixture(scope="session")
def examples() -> Path:
    """Folder of the bundled example images."""
    import graphparse

    return Path(graphparse.__file__).parent / "examples"
