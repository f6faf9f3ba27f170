"""The table of named groups: what abbreviations such as ``Ph`` or ``Boc`` stand for."""

from __future__ import annotations

import csv
import importlib.resources
from collections.abc import Mapping
from functools import cache

LIGHT_ELEMENTS = frozenset(
    ["C", "H", "N", "O", "S", "P", "F", "I", "B", "D", "Cl", "Br", "Si", "Se", "Na", "K", "Li"]
)
"""What condensed formulae are made of."""
_NEVER_FORMULAE = frozenset({"BOC", "CBZ", "FMOC", "PNB", "PNP", "PNZ", "GlcNAc", "GalNAc"})
"""Names that could be cut, with an odd meaning: protecting groups would be boron compounds, say."""


@cache
def groups() -> Mapping[str, str]:
    """Name -> SMILES with attachment points ``[*:1]``, ``[*:2]``, ... (whole labels)."""
    text = (importlib.resources.files("assemble") / "groups.tsv").read_text(encoding="utf-8")
    rows = csv.reader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return dict(rows)


@cache
def parts() -> Mapping[str, str]:
    """The groups with one attachment point whose names may stand inside a longer label.

    Only names that are no formula of shorter ones: with ``OMe`` among them ``COMe`` would be read
    as C + OMe.
    """
    found: dict[str, str] = {}
    for name in sorted(groups(), key=len):
        smiles = groups()[name]
        whole = name in _NEVER_FORMULAE or not _splits(name, found)
        letters = name.replace("-", "").replace("(", "").replace(")", "")
        # a sign at an end is a charge, or the bond between the name and what is beside it
        if smiles.count("*") == 1 and letters.isalpha() and whole and name.strip("-") == name:
            found[name] = smiles
    return found


def _splits(name: str, known: Mapping[str, str]) -> bool:
    """Whether a name can be cut into elements and shorter names."""
    reached = {0}
    for end in range(1, len(name) + 1):
        for begin in range(max(0, end - 12), end):
            piece = name[begin:end]
            if begin in reached and (piece in LIGHT_ELEMENTS or piece in known):
                reached.add(end)
    return len(name) in reached
