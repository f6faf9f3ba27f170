"""What is written beside drawings: numbers of compounds, words, captions in several scripts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.fonts import FontBook

WORDS = (
    *("compound", "example", "formula", "structure", "intermediate", "isomer", "racemic"),
    *("mixture", "wherein", "reference", "trans", "cis", "and", "enantiomer", "active"),
    *("yield", "step", "scheme", "method", "general", "preparation", "product"),
    *("2,2'-bis(5-amino)-", "4-methyl-N-phenyl", "benzamide", "hydrochloride", "acid", "ester"),
    *("step1", "ref.", "IC50", "nM", "MW", "322.4", "mp", "purity", "calcd.", "found", "entry"),
    "table",
)
TEMPLATES = (
    *("({n})", "({n})", "({n})", "({n})", "{n}", "{n}", "{n}", "{n}{a}", "{n}{a}", "({n}{a})"),
    *("({r})", "({r})", "({r}-{n})", "{r}", "[{n}]", "Compound {n}", "Compound {n}", "Ex. {n}"),
    *("Example {n}", "No. {n}", "L{n}", "{c}-{n}", "{c}{n}", "Formula {r}", "Formula ({r})"),
    *("[Formula {n}]", "{n}.", "#{n}", "{n})", "Int. {n}", "({c})", "[{c}{n}]", "MW {n}.{n}"),
    *("{k}", "{k}", "{k}-{n}", "({k}-{n})", "({c}-{n})", "( {n} )", "( {n} )", "( {r} )"),
    *("[ {n} ]", "( {c} - {n} )", "( {n} - {n} )", "... ({n})", "\u2026\u2026( {n} )"),
    *("\u00b7\u00b7\u00b7\u00b7( {n} )", "\u00b7\u00b7\u00b7 ({n})", "- - - ({n})"),
)
"""Of labels: n a number, a and c letters, r a Roman number, k an acronym."""
ROMAN = (
    *("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI"),
    *("Ia", "Ib", "IIa", "IIb", "IVa"),
)
DESCRIPTORS = ("(R)", "(S)", "(E)", "(Z)", "&1", "or1", "abs", "(R)", "(S)", "(±)")
_KANJI = "化合物式実施例中間体成酸塩基構造一般表第分子量製造法及比較添加剤色素液晶樹脂単量"
_KANA = "アイウエオカキクケコサシスセソタチツテトナニノハヒフヘホマミムメモヤユラリルレロン"
_KANA_MARKS = "ガギグジズゼゾダデドバビブベボパピプペポッャュョーー"
_HIRAGANA = "のをにはとおよびであるした"
_JAPANESE = (
    *("【化{n}】", "【化{n}】", "【化{n}】", "［化{n}］", "（化{n}）", "化学式{n}", "化学式{n}："),
    *("化学式（{c}）", "・・化学式（{c}）", "（構造式{n}{a}）", "構造式（{r}）", "一般式（{r}）"),
    *("式（{n}）", "化合物（{n}）", "化合物{n}", "例示化合物{n}", "実施例{n}", "・・・（{n}）"),
    *("・・・・・（{n}）", "・・（{n}）", "（{n}－{n}）", "（{n}）", "（{r}）", "（{c}－{n}）"),
    *("{t}", "{t}", "{t}", "{t}", "{t}（{n}）", "{t}の{j}"),
)
"""The same in Japanese: t the name of a substance, j a word."""
_LOCANTS = ("", "", "2-", "4,4'-", "N-", "1,3-", "2,6-(4,4'-", "6-", "m-", "p-", "1,2-d：4,5-d'")


@dataclass(frozen=True, slots=True)
class Caption:
    """A line of text, and the font file that has its letters; "" for that of the page."""

    text: str
    font: str = ""


def number(rng: np.random.Generator) -> str:
    """The number or name of a compound."""
    return _filled(TEMPLATES[int(rng.integers(len(TEMPLATES)))], rng)


def caption(rng: np.random.Generator) -> str:
    """A few words in English."""
    picked = rng.integers(0, len(WORDS), int(rng.integers(1, 6)))
    text = " ".join(WORDS[int(i)] for i in picked)
    return text.capitalize() if rng.random() < 0.5 else text


def foreign(book: FontBook, japanese: float, rng: np.random.Generator) -> Caption | None:
    """A line in another script that some font has letters for; ``None`` if there is none.

    Args:
        book: the fonts.
        japanese: share of Japanese, if there is a font for it.
        rng: makes it up.
    """
    if book.japanese and rng.random() < japanese:
        font = book.japanese[int(rng.integers(len(book.japanese)))]
        template = _JAPANESE[int(rng.integers(len(_JAPANESE)))]
        text = _filled(template, rng)
        return Caption(_widened(text), font)
    if not book.scripts:
        return None
    font, letters = book.scripts[int(rng.integers(len(book.scripts)))]
    text = _letters(letters, 2, 12, rng)
    if rng.random() < 0.4:
        text += f" {int(rng.integers(1, 99))}"
    return Caption(text, font)


def _filled(template: str, rng: np.random.Generator) -> str:
    limit = 10 if rng.random() < 0.4 else 130
    text = template
    while "{n}" in text:
        text = text.replace("{n}", str(int(rng.integers(1, limit))), 1)
    if "{" not in text:
        return text
    return text.format(
        a="abcdefgh"[int(rng.integers(8))],
        c="ABCDEHIKLMPTX"[int(rng.integers(13))],
        r=ROMAN[int(rng.integers(len(ROMAN)))],
        k=_letters("ABCDEFGHILMNOPRSTUVX", 2, 5, rng),
        t=_substance(rng) if "{t}" in text else "",
        j=_letters(_KANJI, 2, 5, rng),
    )


def _substance(rng: np.random.Generator) -> str:
    """Something that looks like the name of a substance: katakana, locants, some kanji."""
    text = ""
    for _ in range(int(rng.integers(1, 4))):
        text += _LOCANTS[int(rng.integers(len(_LOCANTS)))]
        text += _letters(_KANA + _KANA_MARKS, 2, 8, rng)
    if rng.random() < 0.3:
        text += _letters(_KANJI, 1, 3, rng)
    if rng.random() < 0.15:
        text += _letters(_HIRAGANA, 1, 3, rng) + _letters(_KANJI, 2, 4, rng)
    return text


def _letters(alphabet: str, least: int, most: int, rng: np.random.Generator) -> str:
    picked = rng.integers(0, len(alphabet), int(rng.integers(least, most)))
    return "".join(alphabet[int(i)] for i in picked)


def _widened(text: str) -> str:
    """Digits, letters and marks as wide as kanji: some Japanese fonts have no others."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
