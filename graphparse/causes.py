"""Why a prediction is wrong, as far as formula and connectivity tell."""

from __future__ import annotations

import re
from collections import Counter

from graphparse.metrics import without_stereo
from graphparse.prediction import Prediction, Status

_ELEMENT = re.compile(r"([A-Z][a-z]?)(\d*)")


def cause_of(prediction: Prediction, reference: str) -> str:
    """One of a few causes; "" if the prediction is right.

    Args:
        prediction: of an image.
        reference: InChI of its molecule.
    """
    if prediction.inchi == reference:
        return ""
    if prediction.status is Status.ERROR:
        return "error"
    if prediction.status is Status.NO_STRUCTURE:
        return "refused"
    if prediction.inchi is None:
        return "label not understood" if prediction.smiles else "invalid"
    if without_stereo(prediction.inchi) == without_stereo(reference):
        return "stereo"
    found, wanted = _parts(prediction.inchi), _parts(reference)
    if len(found) != len(wanted):
        return "component missing" if len(found) < len(wanted) else "component too many"
    one, two = sum(found, Counter()), sum(wanted, Counter())
    heavy = [sum(n for element, n in counts.items() if element != "H") for counts in (one, two)]
    if heavy[0] != heavy[1]:
        return "atom missing" if heavy[0] < heavy[1] else "atom too many"
    if {k: v for k, v in one.items() if k != "H"} != {k: v for k, v in two.items() if k != "H"}:
        return "wrong element"
    if one["H"] != two["H"]:
        return "bond order or charge"
    return "connectivity"


def _parts(inchi: str) -> list[Counter[str]]:
    """Element counts of each component of an InChI."""
    formula = inchi.split("/")[1] if "/" in inchi else ""
    parts: list[Counter[str]] = []
    for part in formula.split("."):
        match = re.match(r"\d+", part)
        times = int(match.group()) if match else 1
        body = part[match.end() :] if match else part
        counts = Counter({element: int(n or 1) for element, n in _ELEMENT.findall(body)})
        parts.extend([counts] * times)
    return parts
