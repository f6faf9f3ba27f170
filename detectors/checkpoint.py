"""Weights on disk: safetensors in fp16 beside a JSON sidecar; the name carries the hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor


class CheckpointError(ValueError):
    """Weights that are missing, damaged or of another architecture."""


def save_checkpoint(
    folder: Path, name: str, tensors: Mapping[str, Tensor], sidecar: Mapping[str, Any]
) -> Path:
    """Write ``NAME-HASH.safetensors`` and ``NAME-HASH.json``; floats are stored as fp16.

    Returns:
        The path of the weights; HASH is the start of their sha256.
    """
    half = {
        key: (value.half() if value.is_floating_point() else value).contiguous().cpu()
        for key, value in tensors.items()
    }
    payload = save_tensors(half)
    digest = hashlib.sha256(payload).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{digest[:12]}.safetensors"
    path.write_bytes(payload)
    text = json.dumps({**sidecar, "sha256": digest}, indent=2)
    path.with_suffix(".json").write_text(text + "\n")
    return path


def load_checkpoint(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Weights as float32 and their sidecar.

    Raises:
        CheckpointError: a file is missing, or the weights are not those of the sidecar.
    """
    try:
        payload = path.read_bytes()
        sidecar = json.loads(path.with_suffix(".json").read_text())
    except (OSError, json.JSONDecodeError) as error:
        raise CheckpointError(f"{path}: cannot be read ({error})") from error
    digest = hashlib.sha256(payload).hexdigest()
    if digest != sidecar.get("sha256"):
        raise CheckpointError(f"{path}: sha256 is {digest}, expected {sidecar.get('sha256')}")
    tensors = {
        key: value.float() if value.is_floating_point() else value
        for key, value in load_tensors(payload).items()
    }
    return tensors, sidecar


def split_prefix(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors under ``prefix.``, with the prefix taken off."""
    start = prefix + "."
    return {key[len(start) :]: value for key, value in tensors.items() if key.startswith(start)}
