"""Letters as masks, and labels as letters with places: what is raised, lowered, and where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont

from data.drawing import Lead
from data.fonts import font_book
from data.style import Style

CAPITAL = 64
"""Height in pixels of a capital in the masks that are kept; they are resized for use."""
LEAST_CAPITAL, USUAL_CAPITAL = 40.0, 70.0
"""Height of a capital in a font of 100 px: less than the first can't be one."""
LINE, SUB, SUP, SIGN = range(4)
_ELEMENTS = frozenset(
    (
        *("Cl", "Br", "Si", "Se", "Na", "Li", "Mg", "Al", "Zn", "Sn", "Fe", "Cu", "Co", "Ni"),
        *("Pd", "Pt", "Hg", "As", "Te", "Ge", "Ca", "Ag", "Au", "Pb", "Ti", "Ru", "Rh", "Cs"),
    )
)
_METALS = frozenset(("Ru", "Rh", "Re", "Rb", "Rn"))
_DOUBLY = re.compile(r"[2-9][+-]$")
_LONE_INDEX = re.compile(r"^(?:[QXYZALMEGTW]|Ar|Het)\d+$")
_PREFIX = re.compile(r"(?<![A-Za-z])([nitsc])-?(?=Bu|Pr)|(?<=O)([nits])-?(?=Bu|Pr)")


@dataclass(frozen=True, slots=True, eq=False)
class Glyph:
    """One character, drawn at a capital height of ``CAPITAL`` pixels."""

    mask: NDArray[np.uint8]
    """(h, w) ink, 255 where there is some; the smallest box around it (empty for a space)."""
    left: float
    """From the pen's place to the mask's left, in capital heights."""
    top: float
    """From the baseline up to the mask's top, in capital heights."""
    width: float
    height: float
    advance: float
    """To the place of the next character, in capital heights."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A character in its place. Capital heights, y down, relative to the label's atom."""

    glyph: Glyph
    x: float
    """Left of the ink."""
    y: float
    """Top of the ink."""
    scale: float
    char: str
    circled: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the ink."""
        w, h = self.glyph.width * self.scale, self.glyph.height * self.scale
        return (self.x, self.y, self.x + w, self.y + h)


@lru_cache(maxsize=64)
def _font(path: str) -> tuple[ImageFont.FreeTypeFont, float]:
    """The font at the size where a capital is ``CAPITAL`` high, and that height exactly."""
    probe = ImageFont.truetype(path, 100)
    box = probe.getbbox("H")
    capital = float(box[3] - box[1])
    if capital < LEAST_CAPITAL:
        # a font of another script, without Latin capitals
        capital = USUAL_CAPITAL
    size = max(1, round(100 * CAPITAL / capital))
    return ImageFont.truetype(path, size), capital * size / 100


@lru_cache(maxsize=16384)
def glyph(path: str, char: str) -> Glyph:
    """A character of a font file; kept, since drawing it takes much longer than resizing it."""
    font, capital = _font(path)
    mask, (left, top) = font.getmask2(char, mode="L", anchor="ls")
    width, height = mask.size
    pixels = np.frombuffer(bytes(mask), np.uint8).reshape(height, width)
    return Glyph(
        pixels,
        left / capital,
        -top / capital,
        width / capital,
        height / capital,
        float(font.getlength(char)) / capital,
    )


def font_path(style: Style) -> str:
    """The font file that a style is written with."""
    face = font_book().face(style.font, style.font_pick)
    return face.italic if style.italic else face.bold if style.bold else face.regular


def levels(label: str, charge: int, style: Style) -> list[int]:
    """For each character of a label: on the line, lowered, raised, or a sign (raised).

    Args:
        label: as in a drawing, sub- and superscripts flattened.
        charge: formal charge drawn there: tells the 2 of "Ca2+" from that of "N2+".
        style: whether numbers of R groups are raised or lowered.
    """
    size = len(label)
    out = [LINE] * size
    index = {"sup": SUP, "sub": SUB, "line": LINE}[style.index]
    if size == 2 and label[0] == "R" and label[1].islower() and label not in _METALS:
        out[1] = index
    lone = bool(_LONE_INDEX.match(label))
    i = 0
    while i < size:
        char = label[i]
        if char.isdigit():
            end = i
            while end < size and label[end].isdigit():
                end += 1
            before = label[i - 1] if i else ""
            if i == 0 and end < size and label[end].isalpha():
                level = SUP
            elif lone or before == "R":
                level = index
            elif before.isalpha() or before in (")", "]"):
                level = SUB
            else:
                level = LINE
            out[i:end] = [level] * (end - i)
            i = end
            continue
        if char == "+" or (char == "-" and i in (0, size - 1) and size > 1):
            out[i] = SIGN
        elif char in "ti" and label[i - 2 : i] == ("Bu" if char == "t" else "Pr") and i > 1:
            out[i] = SUP
        i += 1
    if abs(charge) > 1 and _DOUBLY.search(label) and int(label[-2]) == abs(charge):
        out[-2] = SIGN
    if style.prefix == "sup":
        for match in _PREFIX.finditer(label):
            out[match.start() : match.end()] = [SUP] * (match.end() - match.start())
    return out


def set_label(
    label: str, anchor: int, stacked: int, charge: int, style: Style, path: str
) -> list[Piece]:
    """The characters of a label in their places, the anchor's middle at (0, 0).

    Args:
        label: not empty.
        anchor: index of the character (start of an element or group) that stands on the atom.
        stacked: 0; +1 or -1 for all after the anchor's element below or above it.
        charge: formal charge drawn there.
        style: sizes, raising, lowering.
        path: font file.
    """
    marks = levels(label, charge, style)
    italic = frozenset[int]()
    if style.prefix == "italic":
        italic = frozenset(
            i for match in _PREFIX.finditer(label) for i in range(match.start(), match.end())
        )
    if stacked:
        end = anchor + 1
        while end < len(label) and label[end].islower():
            end += 1
        first = _line(label[anchor:end], marks[anchor:end], 0, style, path, frozenset())
        rest = _line(label[end:], marks[end:], 0, style, path, frozenset()) if label[end:] else []
        step = 1 + style.line_gap
        if stacked < 0 and SUB in marks[end:]:
            step += 0.5 * style.sub_drop
        return first + [_moved(piece, 0.0, stacked * step) for piece in rest]
    return _line(label, marks, anchor, style, path, italic)


def set_lead(lead: Lead, left: float, style: Style, path: str) -> list[Piece]:
    """The count of a species and the mark before it, in their places.

    Args:
        lead: what is written.
        left: where the species begins, capital heights from its atom.
        style: gaps.
        path: font file.
    """
    count = lead.count.replace("1/2", "\u00bd") if style.half_sign else lead.count
    pieces: list[Piece] = []
    for text, gap in ((count, style.count_gap), (lead.mark, style.mark_gap)):
        if not text:
            continue
        written = _line(text, _fraction_levels(text, style), 0, style, path, frozenset())
        right = max(piece.box[2] for piece in written)
        pieces += [_moved(piece, left - gap - right, 0.0) for piece in written]
        left = min(piece.box[0] for piece in pieces)
    return pieces


def _fraction_levels(text: str, style: Style) -> list[int]:
    """For each character of a count: that of 7/2 stand on the line or raised and lowered."""
    slash = text.find("/")
    if slash < 0 or not style.half_sign:
        return [LINE] * len(text)
    whole = [LINE] * (slash - 1)
    return [*whole, SUP, LINE, *[SUB] * (len(text) - slash - 1)]


def _line(
    text: str, marks: list[int], anchor: int, style: Style, path: str, italic: frozenset[int]
) -> list[Piece]:
    pieces: list[Piece] = []
    pen = 0.0
    sub_start: float | None = None
    for i, (char, mark) in enumerate(zip(text, marks, strict=True)):
        shown = _shown(char, mark, style)
        file = _italic(style) if i in italic else path
        mould = glyph(file, shown)
        scale, baseline = 1.0, 0.5
        if mark == SUB:
            scale = style.sub_scale
            baseline += style.sub_drop
        elif mark == SUP:
            scale = style.sup_scale
            baseline -= style.sup_rise
        elif mark == SIGN:
            scale = style.sign_scale
            baseline -= style.sup_rise
        place = pen
        if mark == SIGN and sub_start is not None and style.sign_above_sub:
            place = sub_start
        circled = mark == SIGN and style.sign_circled and char in "+-"
        if circled:
            place += 0.16
        x, y = place + mould.left * scale, baseline - mould.top * scale
        pieces.append(Piece(mould, x, y, scale, char, circled))
        advance = mould.advance * scale + style.tracking
        if style.crammed and text[i - 1 : i + 1] in _ELEMENTS:
            advance = 0.0
        pen = max(pen, place + advance + 0.16 * circled)
        if mark == SUB and sub_start is None:
            sub_start = place
        elif mark != SUB:
            sub_start = None
    box = pieces[anchor].box
    middle, end = (box[0] + box[2]) / 2, anchor + 2
    if style.whole_element and text[anchor:end] in _ELEMENTS:
        middle = (box[0] + pieces[anchor + 1].box[2]) / 2
    down = 0.0 if text[anchor].isalnum() else -(box[1] + box[3]) / 2
    return [_moved(piece, -middle, down) for piece in pieces]


def _shown(char: str, mark: int, style: Style) -> str:
    if mark == SIGN and char == "-":
        return style.minus
    return "\u2261" if char == "#" else char


def _italic(style: Style) -> str:
    return font_book().face(style.font, style.font_pick).italic


def _moved(piece: Piece, dx: float, dy: float) -> Piece:
    return Piece(piece.glyph, piece.x + dx, piece.y + dy, piece.scale, piece.char, piece.circled)
