"""Tokens of InChI and SMILES: strings to numbers and back, without loss.

An InChI is cut as the systems of the molecular translation contest cut it: layer marks (``/c``),
element symbols, whole numbers up to 255, and single characters for the rest. Whole numbers keep
the connection layer short, which is mostly atom numbers; rarer, larger ones fall into digits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Target = Literal["inchi", "smiles"]

PAD, BEGIN, END, UNKNOWN = 0, 1, 2, 3
SPECIALS = ("<pad>", "<begin>", "<end>", "<unknown>")
INCHI_START = "InChI=1S/"
"""Every standard InChI starts so; it is never predicted."""
LARGEST_NUMBER = 255

_SYMBOLS = (
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se "
    "Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb "
    "Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U"
)
ELEMENTS = tuple(_SYMBOLS.split())
_LONG_FIRST = sorted(ELEMENTS, key=len, reverse=True)

_INCHI = re.compile("|".join((r"/[a-z]", "/", *_LONG_FIRST, r"\d+", ".")))
_SMILES = re.compile(r"\[|\]|Br|Cl|@@|@|%\d\d|" + "|".join((*_LONG_FIRST, ".")))

_LAYERS = [f"/{layer}" for layer in "chqpbtmsifr"]
_INCHI_TOKENS = (
    "/",
    *_LAYERS,
    *ELEMENTS,
    *map(str, range(LARGEST_NUMBER + 1)),
    *"()-,;+*?.DTabcdefghijklmnopqrstuvwxyz",
)
_SMILES_TOKENS = (
    *ELEMENTS,
    *(f"%{number}" for number in range(10, 100)),
    *"[]()@.-+=#$:/\\~*0123456789bcnopsaet",
    "@@",
)


def split_inchi(inchi: str) -> list[str]:
    """The tokens of a standard InChI without its start.

    Raises:
        ValueError: it is no standard InChI.
    """
    if not inchi.startswith(INCHI_START):
        raise ValueError(f"inchi: expected it to start with {INCHI_START!r}, got {inchi[:20]!r}")
    tokens: list[str] = []
    for part in _INCHI.findall(inchi[len(INCHI_START) :]):
        # a number with a leading zero would lose it
        whole = not part.isdigit() or (part == str(int(part)) and int(part) <= LARGEST_NUMBER)
        tokens.extend([part] if whole else part)
    return tokens


def split_smiles(smiles: str) -> list[str]:
    """The tokens of a SMILES: elements, ring closures, bonds and brackets.

    Outside brackets only the organic subset stands for atoms, so that ``Cc`` or ``Sc`` there are
    two atoms and no element.
    """
    tokens: list[str] = []
    in_bracket = False
    for part in _SMILES.findall(smiles):
        in_bracket = part == "[" or (in_bracket and part != "]")
        two_atoms = len(part) == 2 and part.isalpha() and part not in ("Br", "Cl")
        tokens.extend(part if two_atoms and not in_bracket else [part])
    return tokens


@dataclass(frozen=True, slots=True)
class Tokens:
    """The vocabulary of a target; fixed, so that weights never disagree about it."""

    target: Target
    words: tuple[str, ...]
    """Text of each token; the first four are padding, begin, end and unknown."""

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, text: str) -> list[int]:
        """Numbers of the tokens of a string, closed by END; no BEGIN.

        Raises:
            ValueError: an InChI that is not a standard one.
        """
        parts = split_inchi(text) if self.target == "inchi" else split_smiles(text)
        index = _INDEX[self.target]
        return [*(index.get(part, UNKNOWN) for part in parts), END]

    def decode(self, numbers: Sequence[int]) -> str:
        """The string that numbers spell, up to the first END.

        An unknown token is spelt ``<unknown>``, which makes the string invalid.
        """
        text = [INCHI_START] if self.target == "inchi" else []
        for number in numbers:
            if number in (PAD, END):
                break
            if number != BEGIN:
                text.append(self.words[number])
        return "".join(text)


_WORDS: dict[Target, tuple[str, ...]] = {
    "inchi": tuple(dict.fromkeys((*SPECIALS, *_INCHI_TOKENS))),
    "smiles": tuple(dict.fromkeys((*SPECIALS, *_SMILES_TOKENS))),
}
_INDEX = {target: {word: i for i, word in enumerate(words)} for target, words in _WORDS.items()}


def tokens_of(target: Target) -> Tokens:
    """The vocabulary of ``inchi`` or ``smiles``."""
    return Tokens(target, _WORDS[target])
