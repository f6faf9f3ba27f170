"""What the networks predict: label characters, frequent labels, charges, edge classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assemble.graph import DIRECTED_KINDS, BondKind

PAD, BEGIN, END, UNKNOWN = 0, 1, 2, 3
CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-()[]'*.,=#/·"
N_TOKENS = 4 + len(CHARACTERS)
MAX_LABEL = 18
"""Characters of the longest label that is read."""


def fingerprint() -> dict[str, object]:
    """What the outputs of trained networks mean; kept beside their weights."""
    return {
        "characters": CHARACTERS,
        "labels": list(COMMON_LABELS),
        "charges": list(CHARGES),
        "edges": [list(pair) for pair in EDGE_CLASSES],
    }


_TOKEN_OF = {character: 4 + i for i, character in enumerate(CHARACTERS)}

OTHER_LABEL = 0
"""Class of the labels that are not in :data:`COMMON_LABELS`."""
COMMON_LABELS: tuple[str, ...] = tuple(
    "| N O S F Cl Br I P B Si Se H D C CH HC CH2 H2C CH3 H3C NH HN NH2 H2N OH HO SH HS "
    "N+ NH+ HN+ NH2+ H2N+ NH3+ H3N+ O- -O S- N- OMe MeO OCH3 H3CO Me Et OEt EtO CN NC NO2 O2N "
    "CF3 F3C CO2H HO2C COOH HOOC CO2Me MeO2C CO2Et EtO2C CHO OHC NMe2 Me2N Boc Ph tBu t-Bu iPr "
    "i-Pr R R1 R2 R3 X Ar HCl HBr H2O Cl- Br- Na+ I-".replace("|", "").split(" ")
)
_LABEL_CLASS = {label: 1 + i for i, label in enumerate(COMMON_LABELS)}
N_LABEL_CLASSES = 1 + len(COMMON_LABELS)
BARE_CARBON = _LABEL_CLASS[""]

CHARGES: tuple[int, ...] = (0, 1, -1, 2, -2, 3)

EDGE_CLASSES: tuple[tuple[int, bool], ...] = (
    (0, False),
    *((int(kind), False) for kind in BondKind),
    *((int(kind), True) for kind in DIRECTED_KINDS),
)
"""(kind, reversed): class 0 is "no bond"; reversed means that the bond points from j to i."""
N_EDGE_CLASSES = len(EDGE_CLASSES)
_EDGE_CLASS = {pair: i for i, pair in enumerate(EDGE_CLASSES)}
REVERSED_EDGE: NDArray[np.int64] = np.array(
    [_EDGE_CLASS.get((kind, not rev), i) for i, (kind, rev) in enumerate(EDGE_CLASSES)]
)
"""Class of the same edge seen from its other end."""


def encode(label: str) -> NDArray[np.int64]:
    """(MAX_LABEL + 1,) tokens of a label, closed by END and padded; longer labels are cut."""
    tokens = np.full(MAX_LABEL + 1, PAD, np.int64)
    known = [_TOKEN_OF.get(character, UNKNOWN) for character in label[:MAX_LABEL]]
    tokens[: len(known)] = known
    tokens[len(known)] = END
    return tokens


def decode(tokens: NDArray[np.integer]) -> str:
    """The label that a row of tokens spells, up to the first END; unknown characters as ``?``."""
    text = []
    for token in tokens.tolist():
        if token in (END, PAD):
            break
        text.append(CHARACTERS[token - 4] if token >= 4 else "?")
    return "".join(text)


def label_class(label: str) -> int:
    return _LABEL_CLASS.get(label, OTHER_LABEL)


def label_of_class(index: int) -> str | None:
    """The label of a class; None for OTHER_LABEL."""
    return None if index == OTHER_LABEL else COMMON_LABELS[index - 1]


def charge_class(charge: int) -> int:
    """Index in CHARGES; charges that are not listed count as the nearest listed one."""
    return min(range(len(CHARGES)), key=lambda i: abs(CHARGES[i] - charge))


def edge_class(kind: int, reversed_: bool = False) -> int:
    """Class of a bond of this kind; the flag is ignored for kinds without a direction."""
    return _EDGE_CLASS.get((kind, reversed_), _EDGE_CLASS[(kind, False)])


def likeliest_edges(edge: NDArray[np.float32]) -> NDArray[np.int64]:
    """Classes of pairs of atoms: a bond where all its kinds together outweigh that there is none.

    Args:
        edge: (P, N_EDGE_CLASSES) probabilities.

    Returns:
        (P,) classes.
    """
    return np.where(edge[:, 0] > 0.5, 0, 1 + edge[:, 1:].argmax(1))


def give(edge: NDArray[np.float32], row: int, kind: int, probability: float) -> None:
    """Set the probability of one class of a pair, in place; the others share what is left.

    Args:
        edge: (P, N_EDGE_CLASSES) probabilities.
        row: of the pair; the class has a probability below 1 there.
        kind: the class.
        probability: that it gets.
    """
    edge[row] *= (1 - probability) / (1 - edge[row, kind])
    edge[row, kind] = probability
