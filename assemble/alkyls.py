"""Alkyl groups and chains that are written as formulae: ``C5H11``, ``t-C8H17``, ``C2H4``."""

from __future__ import annotations

import re

_GROUP = re.compile(
    r"(?:(?P<isomer>n|i|s|t|iso|sec|tert)-?)?"
    r"(?:C(?P<c>\d+)(?P<x>[HF])(?P<h>\d+)|(?P<x2>[HF])(?P<h2>\d+)C(?P<c2>\d+))"
)
# C4H8N and C4H8NO are pyrrolidinyl and morpholinyl
_CHAIN = re.compile(r"(?:C(?P<c>[234])H(?P<h>[468])|H(?P<h2>[468])C(?P<c2>[234]))(?!\d|NO?$)")
_BEHIND = re.compile(r"-(?P<isomer>n|i|s|t|iso|sec|tert)(?![A-Za-z])|\((?P<bracketed>[nist])\)")
_ISOMERS = {
    ("CCC[*:1]", "i"): "CC(C)[*:1]",
    ("CCCC[*:1]", "i"): "CC(C)C[*:1]",
    ("CCCC[*:1]", "s"): "CCC(C)[*:1]",
    ("CCCC[*:1]", "t"): "CC(C)(C)[*:1]",
    ("CCCCC[*:1]", "i"): "CC(C)CC[*:1]",
    ("CCCCC[*:1]", "t"): "CCC(C)(C)[*:1]",
    ("CCCCCCCC[*:1]", "t"): "CC(C)(C)CC(C)(C)[*:1]",
}
"""(unbranched group, first letter of the affix) -> what both mean together."""


def alkyl_at(label: str, at: int) -> tuple[str, int] | None:
    """``C5H11``, ``H9C4``, ``C6H5``, ``C2F5``, ``i-C3H7``: unbranched where no affix says more.

    Returns:
        SMILES with its attachment point, and where the name ends; None if none begins at ``at``.
    """
    match = _GROUP.match(label, at)
    if not match:
        return None
    carbons = int(match["c"] or match["c2"])
    others = int(match["h"] or match["h2"])
    fluoro = (match["x"] or match["x2"]) == "F"
    if (carbons, others) == (6, 5):
        smiles = "Fc1c(F)c(F)c([*:1])c(F)c1F" if fluoro else "c1ccc([*:1])cc1"
    elif others == 2 * carbons + 1 and carbons > 1:
        smiles = "F" + "C(F)(F)" * carbons + "[*:1]" if fluoro else "C" * carbons + "[*:1]"
    else:
        return None
    meant = _isomer(smiles, match["isomer"])
    return (meant, match.end()) if meant else None


def chain_at(label: str, at: int) -> tuple[int, int] | None:
    """``C2H4``, ``H6C3``: how many CH2 there are in a row, and where the name ends."""
    match = _CHAIN.match(label, at)
    if not match:
        return None
    carbons, hydrogens = int(match["c"] or match["c2"]), int(match["h"] or match["h2"])
    return (carbons, match.end()) if hydrogens == 2 * carbons else None


def isomer_at(label: str, at: int, smiles: str) -> tuple[str, int] | None:
    """The group that one before ``at`` is by its affix, as in ``C5H11-t`` and ``NPr2-i``.

    Args:
        label: as drawn.
        at: where an affix may begin.
        smiles: of the group before it.

    Returns:
        SMILES, and where the affix ends.
    """
    match = _BEHIND.match(label, at)
    meant = _isomer(smiles, match["isomer"] or match["bracketed"]) if match else None
    return (meant, match.end()) if match and meant else None


def _isomer(smiles: str, affix: str | None) -> str | None:
    unbranched = re.fullmatch(r"C{2,}\[\*:1\]", smiles)
    if affix is None or (affix == "n" and unbranched):
        return smiles
    return _ISOMERS.get((smiles, affix[0]))
