"""Pools of molecules: what is read, what is kept."""

from __future__ import annotations

import gzip
import pickle
from pathlib import Path

import pytest

from data.molecules import bundled_pool, load_pool, parse_pool

LINES = "CCO\tuspto\t3\nc1ccccc1\tccd\t6\nC\tccd\t1\n\nCCCC\n"


def test_filters_by_size_and_tag() -> None:
    assert parse_pool(LINES) == ["CCO", "c1ccccc1", "CCCC"]
    assert parse_pool(LINES, min_heavy=4) == ["c1ccccc1", "CCCC"]
    assert parse_pool(LINES, max_heavy=5) == ["CCO", "CCCC"]
    assert parse_pool(LINES, min_heavy=1, tags={"ccd"}) == ["c1ccccc1", "C", "CCCC"]


def test_reads_plain_and_compressed_files(tmp_path: Path) -> None:
    (tmp_path / "a.smi").write_text(LINES)
    (tmp_path / "a.smi.gz").write_bytes(gzip.compress(LINES.encode()))
    assert load_pool(tmp_path / "a.smi") == load_pool(str(tmp_path / "a.smi.gz"))


def test_a_pool_without_molecules_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.smi"
    path.write_text("CCO\tuspto\t3\n")
    with pytest.raises(ValueError, match="got none"):
        load_pool(path, tags={"zinc"})


def test_the_bundled_pool_is_varied() -> None:
    pool = bundled_pool()
    assert len(pool) == len(set(pool)) == 15000
    assert sum("@" in smiles for smiles in pool) > 3000
    assert len(bundled_pool(max_heavy=10)) > 500
    assert pickle.loads(pickle.dumps(pool)) == pool
