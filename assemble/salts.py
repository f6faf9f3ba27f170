"""Labels that have their counter-ion, acid or solvent in them: ``COO-Na+``, ``NHMe·2HCl``."""

from __future__ import annotations

import re

from assemble.species import COMPANIONS

DOTS = re.compile("[·•∙⋅˙]")
"""Between the parts of a salt; unpaired electrons elsewhere."""
_CATION, _ANION = r"(?:Li|Na|K|Rb|Cs|NH4)\+", "(?:F|Cl|Br|I)-"
_PAIRS = [
    re.compile(rf"(?P<rest>.*-)(?P<ion>{_CATION})"),
    re.compile(rf"(?P<ion>{_CATION})(?P<rest>-.*)"),
    re.compile(rf"(?P<rest>.*\+)(?P<ion>{_ANION})"),
    re.compile(rf"(?P<ion>{_ANION})(?P<rest>\+.*)"),
]
_COUNTED = re.compile(r"(?P<count>[2-9]?)(?P<name>[A-Z(].*)")


def split_salt(label: str) -> tuple[str, tuple[str, ...]] | None:
    """What the bonds of a label are to, and what stands beside that.

    Returns:
        ``("COO-", ("Na+",))`` and ``("NHMe", ("HCl", "HCl"))`` in the examples; None if there is
        nothing beside.
    """
    for pattern in _PAIRS:
        if match := pattern.fullmatch(label):
            return match["rest"], (match["ion"],)
    parts = DOTS.split(label)
    if len(parts) != 2:
        return None
    for rest, beside in (parts, parts[::-1]):
        if rest and (companions := _companions(beside)):
            # in 2HCl·H2O both are
            own = _companions(rest) or (rest,)
            return own[0], own[1:] + companions
    return None


def _companions(label: str) -> tuple[str, ...]:
    match = _COUNTED.fullmatch(label)
    if not match or match["name"] not in COMPANIONS or match["name"][-1] in "+-":
        return ()
    return (match["name"],) * int(match["count"] or 1)
