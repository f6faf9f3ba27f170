"""Pools of molecules to draw, kept as plain strings."""

from __future__ import annotations

import gzip
import importlib.resources
from collections.abc import Collection
from pathlib import Path

MIN_HEAVY = 2
MAX_HEAVY = 100


def parse_pool(
    text: str,
    min_heavy: int = MIN_HEAVY,
    max_heavy: int = MAX_HEAVY,
    tags: Collection[str] | None = None,
) -> list[str]:
    """SMILES of the lines ``SMILES<TAB>tag<TAB>heavy atoms`` that pass the filters.

    Args:
        text: the whole pool; lines without tabs are taken as bare SMILES and always pass.
        min_heavy: fewest heavy atoms kept.
        max_heavy: most heavy atoms kept.
        tags: sources to keep; all of them if ``None``.

    Raises:
        ValueError: a line's third column is not a number.
    """
    kept = []
    for line in text.splitlines():
        smiles, _, rest = line.partition("\t")
        if not smiles:
            continue
        if rest:
            tag, _, heavy = rest.partition("\t")
            if tags is not None and tag not in tags:
                continue
            if heavy and not min_heavy <= int(heavy) <= max_heavy:
                continue
        kept.append(smiles)
    return kept


def load_pool(
    path: Path | str,
    min_heavy: int = MIN_HEAVY,
    max_heavy: int = MAX_HEAVY,
    tags: Collection[str] | None = None,
) -> list[str]:
    """SMILES of a ``.smi`` or ``.smi.gz`` file; filters as in :func:`parse_pool`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file holds no molecule that passes the filters.
    """
    raw = Path(path).read_bytes()
    text = (gzip.decompress(raw) if str(path).endswith(".gz") else raw).decode()
    molecules = parse_pool(text, min_heavy, max_heavy, tags)
    if not molecules:
        raise ValueError(f"{path}: expected molecules of {min_heavy}..{max_heavy} atoms, got none")
    return molecules


def bundled_pool(min_heavy: int = MIN_HEAVY, max_heavy: int = MAX_HEAVY) -> list[str]:
    """SMILES of the small public-domain pool that comes with the package."""
    raw = importlib.resources.files("data").joinpath("pool.smi.gz").read_bytes()
    return parse_pool(gzip.decompress(raw).decode(), min_heavy, max_heavy)
