"""Splits a label into elements, named groups, R groups and parentheses, with their counts."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from assemble.alkyls import alkyl_at, chain_at, isomer_at
from assemble.groups import parts

FORMULA_ELEMENTS = frozenset(
    [
        "H",
        "D",
        "B",
        "C",
        "N",
        "O",
        "F",
        "Si",
        "P",
        "S",
        "Cl",
        "Se",
        "Br",
        "I",
        "Li",
        "Na",
        "K",
        "Mg",
        "Al",
        "Ge",
        "As",
        "Sn",
        "Te",
        "Sb",
        "Zn",
        "Hg",
        "Fe",
        "Cu",
        "Pd",
        "Pt",
    ]
)
"""Elements that may stand inside a formula; ``Ac``, ``Pr``, ``Ts`` and others mean groups there."""
R_GROUP = re.compile(
    r"(?!Arg)(?:HetAr|Het|Hal|Alkyl|Alk|Aryl|Ar|R|X|Y|Z|Q)(?:1\d\d|\d{1,2}[a-d]?|[a-h])?'*"
    r"|\*|R[ADEFGJ-MQT-Zn]"
)
"""Substituents that are defined elsewhere; ``RO`` is an R and an oxygen, ``Arg`` arginine."""
_R_COUNT = re.compile(r"(?P<name>[A-Za-z]+)(?P<count>[2-4])")
MOST_COUNTED = 60
"""The largest count that is no misreading."""
BONDS = {"=": 2, "#": 3}
AZIDE = "[N-]=[N+]=N[*:1]"
NITRO = "[O-][N+](=O)[*:1]"
_ONIUM, _ACIDS = frozenset("NPSO"), frozenset("ONBC")
"""Elements that a positive and a negative charge look for behind a group."""
_OXYGEN = frozenset("O")
_COUNTED = frozenset(["H", "D", "O", "N", "C", "F", "Cl", "Br", "I"])
"""Elements that a digit before a sign counts, unlike those of ``Fe2+`` and ``Ca2+``."""
_HALOGENS = frozenset(["F", "Cl", "Br", "I"])
_COMPLEX = frozenset(["B", "Al", "P", "As", "Sb"])
"""Centres of anions with many halogens."""
_CENTRES = frozenset("CSP")
"""Elements whose oxygens have the charge of an acid."""
_CHARGE = re.compile(r"(\d?)([+-])")
_HYPHEN = re.compile(r"-(?=[A-Za-z(][^+]*$)")
"""Between two units, as in ``CO-CH3``; it is a charge in ``CO2-Na+``."""
_COUNT = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Token:
    """One unit of a label."""

    kind: str
    """"element", "group" (named), "r" (defined elsewhere), "nest" (in parentheses) or "bond"
    ("=" and "#", whose order is the count)."""
    text: str
    count: int = 1
    charge: int = 0
    isotope: int = 0
    inner: tuple[Token, ...] = ()
    smiles: str = ""
    """Of a group, with its attachment point."""


@cache
def _longest_first() -> tuple[str, ...]:
    return tuple(sorted(parts(), key=len, reverse=True))


def tokenise(label: str) -> tuple[Token, ...] | None:
    """The units of a label from left to right; None if some of it is unknown."""
    tokens: list[Token] = []
    lead = _CHARGE.match(label)
    at = lead.end() if lead else 0
    while at < len(label):
        found = _sign(label, at, tokens) or _unit(label, at)
        if found is None:
            return None
        token, at = found
        if token is not None:
            match = _COUNT.match(label, at)
            if match and token.kind != "r":
                counted = _counted(token, label, match)
                if counted is None:
                    return None
                token, at = counted
            if isomer := isomer_at(label, at, token.smiles):
                token, at = replace(token, smiles=isomer[0]), isomer[1]
            tokens.append(token)
    if lead and not _charge(tokens, lead, range(len(tokens))):
        return None
    return tuple(tokens)


def _counted(token: Token, label: str, match: re.Match[str]) -> tuple[Token, int] | None:
    """A unit with its count; in ``Fe2+`` and ``NH32+`` the last digit belongs to the sign.

    None if no label counts that far.
    """
    digits, end = match.group(), match.end()
    if (token.kind, token.text, digits) == ("element", "N", "3"):
        return Token("group", "N3", smiles=AZIDE), end
    counts = token.kind in ("group", "nest") or token.text in _COUNTED
    if end < len(label) and label[end] in "+-" and (len(digits) > 1 or not counts):
        digits, end = digits[:-1], end - 1
    if len(digits) > 2 or int(digits or 1) > MOST_COUNTED:
        return None
    return replace(token, count=int(digits or 1)), end


def _sign(label: str, at: int, tokens: list[Token]) -> tuple[None, int] | None:
    """A sign behind the first unit; a sign in front of it is left to the end."""
    if tokens and _HYPHEN.match(label, at):
        return None, at + 1
    match = _CHARGE.match(label, at)
    if not match or not tokens or not _charge(tokens, match, range(len(tokens) - 1, -1, -1)):
        return None
    return None, match.end()


def _charge(tokens: list[Token], match: re.Match[str], order: range) -> bool:
    """Give a charge to the nearest unit that can have it, in place.

    In ``-HO3P`` that is the oxygens, in ``+Me3N`` the nitrogen, and in ``O3S-`` the oxygens again.
    """
    charge = int(match.group(1) or 1) * (1 if match.group(2) == "+" else -1)
    heavy = [i for i in order if tokens[i].text != "H"] or list(order)
    if not heavy:
        return False
    chosen = _charged(tokens, heavy, positive=charge > 0)
    tokens[chosen] = replace(tokens[chosen], charge=tokens[chosen].charge + charge)
    return True


def _charged(tokens: list[Token], heavy: list[int], positive: bool) -> int:
    """Which of the units has a charge; the nearest to the sign comes first."""
    nearest = tokens[heavy[0]]
    wanted: frozenset[str] = frozenset()
    if nearest.kind != "element":
        onium = positive and any(token.text in _ONIUM for token in tokens)
        wanted = _ONIUM if onium else _ACIDS
    elif not positive and nearest.text in _HALOGENS and nearest.count > 1:
        wanted = _COMPLEX
    elif not positive and nearest.text in _CENTRES:
        wanted = _OXYGEN
    elements = (i for i in heavy if tokens[i].kind == "element")
    chosen = next((i for i in elements if tokens[i].text in wanted), heavy[0])
    # the oxygen of a ketone has no charge
    return heavy[0] if wanted is _OXYGEN and tokens[chosen].count == 1 else chosen


def counted_r(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The units with ``R2`` as two groups R, as in ``NR2``, rather than as a name."""
    found = []
    for token in tokens:
        match = _R_COUNT.fullmatch(token.text) if token.kind == "r" else None
        if match:
            token = replace(token, text=match["name"], count=int(match["count"]))
        found.append(replace(token, inner=counted_r(token.inner)))
    return tuple(found)


def _unit(label: str, at: int) -> tuple[Token | None, int] | None:
    if label[at] in BONDS:
        return Token("bond", label[at], count=BONDS[label[at]]), at + 1
    if label[at] in "([":
        return _nest(label, at)
    isotope = _COUNT.match(label, at)
    if isotope:
        symbol = _element(label, isotope.end())
        # D says which isotope it is already
        if symbol in (None, "D") or not 2 <= int(isotope.group()) < 300:
            return None
        end = isotope.end() + len(symbol)
        return Token("element", symbol, isotope=int(isotope.group())), end
    if (at == 0 and label.startswith("O2N")) or (at == len(label) - 3 and label[at:] == "NO2"):
        return Token("group", "NO2", smiles=NITRO), at + 3
    for name in _longest_first():
        # PNPh2 has no PNP in it, and PhC(O)HN no C(O)H
        behind = label[at + len(name) :][:1]
        cut = name[-2:] + behind == ")HN" or (name.isupper() and behind.islower())
        if label.startswith(name, at) and not cut:
            return Token("group", name, smiles=parts()[name]), at + len(name)
    if (found := _alkyl(label, at)) is not None:
        return found
    symbol = _element(label, at)
    if symbol == "D":
        return Token("element", "H", isotope=2), at + 1
    if symbol:
        return Token("element", symbol), at + len(symbol)
    match = R_GROUP.match(label, at)
    if match:
        return Token("r", match.group()), match.end()
    return (None, at + 1) if label[at] in " ,." and at + 1 < len(label) else None


def _alkyl(label: str, at: int) -> tuple[Token, int] | None:
    if group := alkyl_at(label, at):
        return Token("group", label[at : group[1]], smiles=group[0]), group[1]
    if chain := chain_at(label, at):
        methylene = (Token("element", "C"), Token("element", "H", count=2))
        return Token("nest", "CH2", count=chain[0], inner=methylene), chain[1]
    return None


def _element(label: str, at: int) -> str | None:
    for length in (2, 1):
        symbol = label[at : at + length]
        if len(symbol) == length and symbol in FORMULA_ELEMENTS:
            return symbol
    return None


def _nest(label: str, at: int) -> tuple[Token | None, int] | None:
    depth = 0
    for end in range(at, len(label)):
        depth += (label[end] in "([") - (label[end] in ")]")
        if depth == 0:
            inner = tokenise(label[at + 1 : end])
            if not inner:
                return None
            return Token("nest", label[at + 1 : end], inner=inner), end + 1
    return None
