"""Molfiles that people drew for real images: read as drawings, they give the reference InChI."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from assemble.molecule import AssembleError, assemble
from assemble.molfile import read_molfile

SHARED = Path(__file__).resolve().parents[3] / "shared"
SETS = ("bench/clef", "bench/jpo", "bench/uspto", "bench/uob", "data/real/trec")
REFERENCES = [SHARED / name / "references.csv" for name in SETS]


@pytest.mark.skipif(not all(map(Path.is_file, REFERENCES)), reason="the reference sets aren't here")
def test_reference_molfiles_mean_their_inchi() -> None:
    """The rest are R groups that the reference counts as methyl, and salts it reads as chains."""
    count, wrong = 0, []
    for references in REFERENCES:
        with references.open(newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["inchi"] and row["ref"]]
        for row in rows:
            text = (references.parent / row["ref"]).read_text(errors="replace")
            count += 1
            try:
                molecule = assemble(read_molfile(text))
            except AssembleError:
                wrong.append(row["id"])
                continue
            if molecule.inchi != row["inchi"]:
                wrong.append(f"{row['id']}: {molecule.smiles} for {row['smiles']}")
    assert len(wrong) <= 0.01 * count, "\n".join(wrong)
