"""The orders in which the units of a label may be bonded to each other."""

from __future__ import annotations

from collections.abc import Iterator

from assemble.tokens import Token

Units = tuple[Token, ...]
_LINKS = frozenset({"CH2", "H2C", "CF2", "F2C", "CH2CH2O", "OCH2CH2"})
"""What is repeated along a chain when it stands in parentheses."""
_BOUND = frozenset("HF")
"""Elements that belong to the one before them, or behind them where the label begins so."""


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
    if len(tokens) > 1 and (tokens[0].text == "H" or tokens[0].count > 1):
        # HNEt3+ and (CH3)3CNHSO2: what leads is on the unit behind it
        turned.append((_unrolled((tokens[1], tokens[0], *tokens[2:])), False))
    yield from (*turned, *rightward) if leftwards else (*rightward, *turned)


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
