"""Shared fixtures."""

from pathlib import Path

import pytest
import torch
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
# threads of such small networks mostly wait for each other, more so on a busy machine
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    """The shipped weights."""
    return Recognizer(threads=1)


@pytest.fixture(scope="session")
def examples() -> Path:
    """Folder of the bundled example images."""
    import graphparse

    return Path(graphparse.__file__).parent / "examples"
