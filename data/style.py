"""How a pen draws: every knob, its range and its odds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Style:
    """One hand's habits. Lengths are in bond lengths unless something else is said."""

    stroke: float = 0.06
    """Width of a line."""
    butt: bool = False
    """Lines end square rather than round."""
    double_gap: float = 0.16
    """Between the two lines of a double bond, centre to centre."""
    centred_gap: float = 0.16
    """The same, of a double bond with both lines offset."""
    triple_gap: float = 0.14
    """Between neighbouring lines of a triple bond."""
    shorten: float = 1.0
    """How much of the way to the bisector the inner line of a double bond is cut back."""
    shorten_by: float = 0.0
    """And cut back by this share of the bond at both ends, on top."""
    joined: bool = True
    """Both lines of a centred double bond reach the neighbouring lines."""
    wedge: float = 0.22
    """Width of the wide end."""
    wedge_tip: float = 0.04
    """Width of the narrow end."""
    hollow: bool = False
    """Wedges drawn as an outline."""
    hash_kind: str = "grow"
    """"grow": bars that grow; "even": bars of one width; "dots": a dotted line."""
    hash_step: float = 0.12
    """From bar to bar."""
    hash_bar: float = 0.06
    """Thickness of a bar."""
    hash_duty: float = 0.5
    """Share of a dotted line that is ink."""
    wave: float = 0.08
    """Amplitude of wavy bonds."""
    wave_step: float = 0.22
    """Period of wavy bonds."""
    zigzag: bool = False
    """Wavy bonds have corners."""
    dash: float = 0.14
    """Length of a dash and of the gap after it, in dashed bonds."""
    circle: float = 0.62
    """Radius of an aromatic circle, of the ring's inner radius."""
    crossing: float = 0.0
    """Gap in the lower of two crossing bonds, 0 for none."""
    lost: float = 0.0
    """Share of single bonds that are missing on the page, if both their atoms can still be seen."""
    font: str = "sans"
    """"sans", "serif" or "mono"."""
    font_pick: float = 0.0
    """In [0, 1): which of the faces of that look."""
    bold: bool = False
    italic: bool = False
    capital: float = 0.44
    """Height of a capital letter."""
    thicken: float = 0.0
    """How much thicker than in the font the strokes of letters are, in capital heights."""
    gap: float = 0.10
    """Free paper between a letter's box and the end of a bond."""
    oval: bool = False
    """Bonds end at an oval around a letter rather than at its box."""
    tracking: float = 0.04
    """Extra space between letters, in capital heights."""
    crammed: bool = False
    """Letters follow elements of two letters as if these had one: the H of ClH on its l."""
    lone_serif: bool = False
    """Species without bonds are written in a serif font, whatever the others are written in."""
    count_gap: float = 0.3
    """Between a count and its species, in capital heights."""
    mark_gap: float = 1.0
    """Between a dot and the species or count after it, in capital heights."""
    half_sign: bool = True
    """One half as one character rather than three; numbers of other fractions small."""
    sub_scale: float = 0.70
    """Size of subscripts."""
    sub_drop: float = 0.22
    """How far subscripts reach below the line, in capital heights."""
    sup_scale: float = 0.70
    sup_rise: float = 0.50
    """How far the baseline of superscripts is raised, in capital heights."""
    sign_scale: float = 0.85
    sign_circled: bool = False
    sign_above_sub: bool = False
    """A sign after a subscript stands above it rather than beside it."""
    minus: str = "\u2212"
    """The character a minus is written with."""
    index: str = "sup"
    """Numbers of R groups: "sup", "sub" or "line"."""
    prefix: str = "line"
    """The t of tBu: "line", "sup" or "italic"."""
    whole_element: bool = False
    """Cl and the like stand with their middle on the atom, not with their first letter."""
    line_gap: float = 0.18
    """Between the lines of stacked labels, in capital heights."""
    margin: float = 0.5
    """Paper around the drawing."""
    ink: int = 0
    """Gray value of lines, 0 black."""
    paper: int = 255
    coloured: bool = False
    """Letters of other elements in colours, that is, in gray here."""


@dataclass(frozen=True, slots=True)
class StyleOdds:
    """Shares between 0 and 1, and ranges (low, high), of what :func:`sample_style` picks."""

    fine: float = 0.40
    """Thin strokes with small letters, as drawing programs set them for print and for screens."""
    fine_stroke: tuple[float, float] = (0.024, 0.038)
    fine_capital: tuple[float, float] = (0.26, 0.36)
    stroke: tuple[float, float, float, float] = (0.020, 0.030, 0.068, 0.125)
    """Of the others: thinnest, common from, common to, boldest."""
    stroke_uncommon: float = 0.25
    butt: float = 0.5
    double_gap: tuple[float, float] = (0.09, 0.24)
    shorten: tuple[float, float] = (0.4, 1.5)
    shorten_more: float = 0.25
    shorten_by: tuple[float, float] = (0.0, 0.09)
    joined: float = 0.5
    wedge: tuple[float, float] = (0.12, 0.34)
    blunt: float = 0.10
    """Wedges that are nearly as wide at their narrow end, or quite as wide."""
    hollow: float = 0.01
    hash_even: float = 0.14
    hash_dots: float = 0.20
    hash_step: tuple[float, float] = (0.075, 0.19)
    hash_duty: tuple[float, float] = (0.4, 0.7)
    wave: tuple[float, float] = (0.05, 0.16)
    wave_step: tuple[float, float] = (0.14, 0.34)
    zigzag: float = 0.4
    circle: tuple[float, float] = (0.50, 0.78)
    crossing: float = 0.08
    lost: float = 0.09
    """Of drawings: some single bonds are missing on the page, which is a broken one then."""
    lost_by: tuple[float, float] = (0.03, 0.15)
    serif: float = 0.37
    mono: float = 0.02
    bold: float = 0.14
    italic: float = 0.01
    capital: tuple[float, float, float, float] = (0.25, 0.30, 0.50, 0.64)
    """Of those that are not fine: smallest, common from, common to, largest."""
    capital_uncommon: float = 0.2
    thicken_serif: tuple[float, float] = (0.01, 0.06)
    """Serif fonts always: scanners and printers don't leave their hairlines as thin as they are."""
    thicken: float = 0.2
    """Share of the other fonts that are thickened by up to the same."""
    gap: tuple[float, float] = (0.02, 0.17)
    oval: float = 0.5
    crammed: float = 0.12
    lone_serif: float = 0.3
    count_gap: tuple[float, float] = (0.0, 0.7)
    mark_gap: tuple[float, float] = (0.2, 2.5)
    half_sign: float = 0.6
    tight: float = 0.12
    """Letters that touch each other."""
    sub_scale: tuple[float, float] = (0.58, 0.82)
    full_size_sub: float = 0.03
    """Subscripts as large as the letters, on the line ("NH2")."""
    sub_drop: tuple[float, float] = (0.10, 0.42)
    sup_rise: tuple[float, float] = (0.35, 0.65)
    sign_scale: tuple[float, float] = (0.60, 1.0)
    sign_circled: float = 0.10
    sign_above_sub: float = 0.25
    index_sub: float = 0.30
    index_line: float = 0.15
    prefix_sup: float = 0.12
    prefix_italic: float = 0.15
    whole_element: float = 0.25
    line_gap: tuple[float, float] = (0.08, 0.40)
    margin: tuple[float, float] = (0.1, 1.4)
    gray_ink: float = 0.05
    gray_paper: float = 0.04
    negative: float = 0.015
    """Light ink on dark paper."""
    coloured: float = 0.06


ODDS = StyleOdds()


def sample_style(rng: np.random.Generator, odds: StyleOdds = ODDS) -> Style:
    """A hand drawn at random; the same for the same state of ``rng``."""

    def hit(share: float) -> bool:
        return bool(rng.random() < share)

    def between(limits: tuple[float, float]) -> float:
        return float(rng.uniform(*limits))

    def mostly(limits: tuple[float, float, float, float], uncommon: float) -> float:
        low, common_low, common_high, high = limits
        if not hit(uncommon):
            return between((common_low, common_high))
        return between((low, common_low)) if hit(0.5) else between((common_high, high))

    stroke = mostly(odds.stroke, odds.stroke_uncommon)
    capital = mostly(odds.capital, odds.capital_uncommon)
    if hit(odds.fine):
        stroke, capital = between(odds.fine_stroke), between(odds.fine_capital)
    gap = max(between(odds.double_gap), stroke * 2)
    look = rng.random()
    font = "serif" if look < odds.serif else "sans"
    font = "mono" if look > 1 - odds.mono else font
    hash_lot, index_lot, prefix_lot = rng.random(3).tolist()
    thicken = between(odds.thicken_serif)
    if font != "serif" and not hit(odds.thicken):
        thicken = 0.0
    hash_kind = "grow"
    if hash_lot < odds.hash_even + odds.hash_dots:
        hash_kind = "even" if hash_lot < odds.hash_even else "dots"
    index = "sup"
    if index_lot < odds.index_sub + odds.index_line:
        index = "sub" if index_lot < odds.index_sub else "line"
    prefix = "line"
    if prefix_lot < odds.prefix_sup + odds.prefix_italic:
        prefix = "sup" if prefix_lot < odds.prefix_sup else "italic"
    full_sub = hit(odds.full_size_sub)
    ink, paper = 0, 255
    if hit(odds.gray_ink):
        ink = int(rng.integers(30, 130))
    if hit(odds.gray_paper):
        paper = int(rng.integers(max(190, ink + 90), 255))
    if hit(odds.negative):
        ink, paper = int(rng.integers(200, 256)), int(rng.integers(0, 70))
    hash_step = max(between(odds.hash_step), stroke * 1.5)
    sub_scale = between(odds.sub_scale)
    wedge = max(between(odds.wedge), stroke * 2.2)
    tip = stroke * float(rng.uniform(0.2, 1.0))
    if hit(odds.blunt):
        wedge *= 0.75
        tip = wedge * float(rng.uniform(0.4, 1.0))
    return Style(
        stroke=stroke,
        butt=hit(odds.butt),
        double_gap=gap,
        centred_gap=gap * float(rng.uniform(0.85, 1.15)),
        triple_gap=max(gap * float(rng.uniform(0.75, 1.0)), stroke * 1.8),
        shorten=between(odds.shorten),
        shorten_by=between(odds.shorten_by) if hit(odds.shorten_more) else 0.0,
        joined=hit(odds.joined),
        wedge=wedge,
        wedge_tip=tip,
        hollow=hit(odds.hollow),
        hash_kind=hash_kind,
        hash_step=hash_step,
        hash_duty=between(odds.hash_duty),
        hash_bar=min(stroke * float(rng.uniform(0.8, 1.2)), hash_step * 0.62),
        wave=between(odds.wave),
        wave_step=between(odds.wave_step),
        zigzag=hit(odds.zigzag),
        dash=float(rng.uniform(0.08, 0.2)),
        circle=between(odds.circle),
        crossing=float(rng.uniform(0.08, 0.2)) if hit(odds.crossing) else 0.0,
        lost=between(odds.lost_by) if hit(odds.lost) else 0.0,
        font=font,
        font_pick=float(rng.random()),
        bold=hit(odds.bold if stroke < 0.085 else 0.5),
        italic=hit(odds.italic),
        capital=capital,
        thicken=thicken,
        gap=between(odds.gap),
        oval=hit(odds.oval),
        tracking=float(rng.uniform(-0.12, -0.02) if hit(odds.tight) else rng.uniform(0, 0.1)),
        crammed=hit(odds.crammed),
        lone_serif=hit(odds.lone_serif),
        count_gap=between(odds.count_gap),
        mark_gap=between(odds.mark_gap),
        half_sign=hit(odds.half_sign),
        sub_scale=1.0 if full_sub else sub_scale,
        sub_drop=0.0 if full_sub else between(odds.sub_drop),
        sup_scale=sub_scale,
        sup_rise=between(odds.sup_rise),
        sign_scale=between(odds.sign_scale),
        sign_circled=hit(odds.sign_circled),
        sign_above_sub=hit(odds.sign_above_sub),
        minus=("\u2212", "\u2013", "-")[int(rng.choice(3, p=(0.6, 0.15, 0.25)))],
        index=index,
        prefix=prefix,
        whole_element=hit(odds.whole_element),
        line_gap=between(odds.line_gap),
        margin=between(odds.margin),
        ink=ink,
        paper=paper,
        coloured=hit(odds.coloured) and ink == 0,
    )
