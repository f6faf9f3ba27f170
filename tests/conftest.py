"""Shared fixtures."""

from pathlib import Path

import pytest

from graphparse.recognizer import Recognizer


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    """The shipped weights."""
    return Recognizer(threads=2)


@pytest.fixture(scope="session")
def examples() -> Path:
    """Folder of the bundled example images."""
    import graphparse

    return Path(graphparse.__file__).parent / "examples"
