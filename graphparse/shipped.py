"""The weights in the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from detectors.checkpoint import CheckpointError

READERS = {"parser": "the graph reader", "caption": "a caption reader"}


def shipped_weights(kind: str = "parser") -> Path:
    """The weights of a reader, by the key of :data:`READERS`.

    Raises:
        CheckpointError: the package was built without weights of this kind, or with several.
    """
    folder = Path(str(files("graphparse") / "weights"))
    found = sorted(folder.glob(f"{kind}-*.safetensors"))
    if not found:
        raise CheckpointError(f"this installation has no weights of {READERS[kind]}")
    if len(found) > 1:
        # names are hashes: none of them tells which is meant
        names = ", ".join(path.name for path in found)
        raise CheckpointError(
            f"one set of weights of {READERS[kind]} is expected in {folder}, found {names}"
        )
    return found[0]
