"""The orders in which the units of a label may be bonded to each other."""

from __future__ import annotations

from collections.abc import Iterator

from assemble.tokens import Token

Units = tuple[Token, ...]
_LINKS = frozenset({"CH2", "H2C", "CF2", "F2C", "CH2CH2O", "OCH2CH2"})
"""What is repeated along a chain when it stands in parentheses."""
_BOUND = frozenset("HF")
"""Elements that belong to the one before them, or behind them where the label begins so."""
_LED = frozenset("CN")
"""Elements whose hydrogens may be written before them in the middle of a label, as in PhCOHN."""
_CUMULENES = {("N", "C", "O"): "O=C=N[*:1]", ("N", "C", "S"): "S=C=N[*:1]"}
_HALOGENS = frozenset({"F", "Cl", "Br", "I"})


def bonding_orders(tokens: Units, leftwards: bool) -> Iterator[tuple[Units, bool]]:
    """The units as they may be bonded, from the attached one on, the likeliest order first.

    Args:
        tokens: units from left to right.
        leftwards: the label runs to the left of its bond.

    Yields:
        Units in one order, and whether that begins with the right end of the label.
    """
    rightward = [(_unrolled(tokens), False)]
    # in CH3F2C only the hydrogens belong to what is before them, in CF3O the fluorines do
    bound = (_bind(tokens, frozenset("H")), _bind(tokens, _BOUND))
    turned = [(_turned(units), True) for units in (tokens, *bound)]
    led = _led(tokens)
    forward = tuple(token for unit in led for token in unit)
    if forward != tokens:
        # HNEt3+, (CH3)3CNHSO2 and PhCOHN: what leads is on the unit behind it
        turned.append((_unrolled(forward), False))
    yield from (*turned, *rightward) if leftwards else (*rightward, *turned)
    if leftwards:
        # OHCCH2 and NCC(CH3)2: units that are written rightward, and follow each other leftward
        yield _unrolled(tuple(token for unit in reversed(led) for token in unit)), True
    if ester := _ester_first(tokens):
        yield _unrolled(tuple(token for unit in _led(ester) for token in unit)), False


def branch_orders(inner: Units) -> Iterator[Units]:
    """The units of a branch in parentheses as they may be bonded to what is before them."""
    yield _unrolled(inner)
    yield _turned(inner)
    # (HOCH2CH2)2N: hydrogens stay behind their element
    yield _turned(_bind(inner, frozenset("H")))


def _turned(tokens: Units) -> Units:
    """The units in the order in which they are bonded when the last one is attached."""
    return _unrolled(tuple(reversed(tokens)), inside_out=True)


def _unrolled(tokens: Units, inside_out: bool = False) -> Units:
    """``(CH2)3`` written out, wherever it stands; other parentheses are branches.

    Args:
        tokens: units in the order in which they are bonded.
        inside_out: they are turned, and what is in the parentheses is still to be.
    """
    out: list[Token] = []
    for token in tokens:
        if token.kind == "nest" and (not out or token.text in _LINKS):
            inner = token.inner
            if inside_out:
                # hydrogens that lead come to stand behind their element by turning alone
                inner = tuple(reversed(inner if inner[0].text in _BOUND else _bind(inner, _BOUND)))
            out.extend(inner * token.count)
        else:
            out.append(token)
    return tuple(out)


def _bind(tokens: Units, elements: frozenset[str]) -> Units:
    """``CH3O`` as CH3 + O: hydrogens, say, stay behind their element when the label is turned."""
    units: list[Units] = []
    lead: list[Token] = []
    for token in tokens:
        bound = token.kind == "element" and token.text in elements
        if bound and units:
            units[-1] = (*units[-1], token)
        elif bound:
            lead.append(token)
        else:
            units.append((token, *lead))
            lead = []
    # reversed here so that turning the flat list gives back each unit's own order
    return tuple(token for unit in units for token in reversed(unit))


def _led(tokens: Units) -> list[Units]:
    """A label in units of an element and what is on it, read from left to right.

    Hydrogens are on the carbon or nitrogen before them, if that has none, or else on the one behind
    them: those of PhCO-HN, and those of CH3-HNCO but for the first three.
    """
    units: list[list[Token]] = []
    lead: list[Token] = []
    for at, token in enumerate(tokens):
        hydrogen = token.kind == "element" and token.text == "H"
        follows = tokens[at + 1] if at + 1 < len(tokens) else None
        if not units and follows and _leads(lead, token, follows):
            lead.append(token)
        elif hydrogen and units and follows and follows.text in _LED:
            # those of CHCO are on the carbon before them, those of H3CHNCO are not
            own = tokens[at - 1].text in _LED and not any(t.text == "H" for t in units[-1])
            (units[-1] if own else lead).append(token)
        elif units and not lead and (hydrogen or _is_branch(token)):
            units[-1].append(token)
        else:
            units.append([token, *lead])
            lead = []
    return [tuple(unit) for unit in (*units, lead) if unit]


def _ester_first(tokens: Units) -> Units | None:
    """``MeO2CCH2CO`` as MeOC(O)-CH2-CO: an ester that is turned, before what is not."""
    for at in range(1, len(tokens) - 2):
        turned = tokens[at : at + (1 if tokens[at].count == 2 else 2)]
        carbon, rest = tokens[at + len(turned)], tokens[at + len(turned) + 1 :]
        dioxo = all(t.text == "O" for t in turned) and sum(t.count for t in turned) == 2
        if dioxo and carbon.text == "C" and rest and rest[0].text != "H":
            oxygen = Token("element", "O")
            oxo = Token("nest", "O", inner=(oxygen,))
            return (*tokens[:at], oxygen, carbon, oxo, *rest)
    return None


def _leads(lead: list[Token], token: Token, follows: Token) -> bool:
    """Whether a unit at the begin of a label is on the one behind it, as those of R1R2N are."""
    if token.kind == "r" and (lead or follows.kind == "r"):
        return True
    counted = token.count > 1 and token.kind != "bond" and token.text not in _LINKS
    return not lead and (token.text == "H" or counted)


def _is_branch(token: Token) -> bool:
    """Whether a unit is bonded to nothing but the one before it."""
    if token.kind == "nest":
        return token.text not in _LINKS
    return token.count > 1 and (token.kind in ("group", "r") or token.text in _HALOGENS)


def cumulated(tokens: Units) -> Units:
    """The units with an isocyanate or isothiocyanate at the end of the label as one group."""
    for at, turn in ((len(tokens) - 3, 1), (0, -1)):
        texts = tuple(token.text for token in tokens[at : at + 3] if token.count == 1)[::turn]
        if at >= 0 and texts in _CUMULENES:
            group = Token("group", "".join(texts), smiles=_CUMULENES[texts])
            return (*tokens[:at], group, *tokens[at + 3 :])
    return tokens
