"""What else stands on a page: numbers, captions, arrows, lines, pieces of a neighbour."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from data.captions import DESCRIPTORS, Caption, caption, foreign, number
from data.fonts import font_book
from data.glyphs import CAPITAL, glyph
from data.page import paper_of, typical_bond

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ClutterOdds:
    """Shares between 0 and 1 of pages, unless something else is said."""

    any: float = 0.40
    """Something is added at all. The following are of these pages."""
    number: float = 0.55
    """A compound number or the like, beside or below."""
    caption: float = 0.26
    """A line of text."""
    above: float = 0.30
    """Of captions: above the drawing."""
    below: float = 0.50
    """Of captions: below it. The others stand beside it."""
    number_below: float = 0.40
    """Of numbers."""
    number_above: float = 0.10
    """Of numbers. The others stand beside the drawing."""
    far: float = 0.20
    """Of texts: several bond lengths away."""
    other_script: float = 0.50
    """Of captions: in another script."""
    japanese: float = 0.65
    """Of captions in another script: Japanese, if there is a font for it."""
    descriptor: float = 0.08
    """(R), (S) and the like close to an atom."""
    atom_numbers: float = 0.03
    arrow: float = 0.08
    rule: float = 0.08
    """Frame or table lines."""
    page_edge: float = 0.04
    dot: float = 0.08
    bracket: float = 0.05
    neighbour: float = 0.07
    """Strokes of another drawing, cut off by the border."""
    capital: tuple[float, float] = (0.30, 0.62)
    """Height of capitals in bond lengths."""
    close: float = 0.25
    """Of what is added: up against the drawing rather than well apart."""
    serif: float = 0.55


ODDS = ClutterOdds()


def add_clutter(
    image: Image,
    xy: NDArray[np.float32],
    rng: np.random.Generator,
    odds: ClutterOdds = ODDS,
) -> tuple[Image, NDArray[np.float32]]:
    """Write and draw on free paper; the page may grow.

    Args:
        image: (H, W) gray.
        xy: (N, 2) places of the atoms in pixels.
        rng: all choices come from it.
        odds: how often what is added.

    Returns:
        The page, a new array if anything was added, and the places on it.
    """
    if rng.random() >= odds.any:
        return image, xy
    page = _Page(image.copy(), xy, rng, odds)
    lots = rng.random(9).tolist()
    if lots[0] < odds.caption:
        page.write(_caption(rng, odds), odds.above, odds.below)
    if lots[1] < odds.number:
        page.write(Caption(number(rng)), odds.number_above, odds.number_below)
    if lots[2] < odds.descriptor:
        page.describe()
    if lots[3] < odds.atom_numbers:
        page.number_atoms()
    if lots[4] < odds.arrow:
        page.arrow()
    if lots[5] < odds.dot:
        page.dot()
    if lots[6] < odds.neighbour:
        page.neighbour()
    if lots[7] < odds.bracket:
        page.brackets()
    if lots[8] < odds.rule + odds.page_edge:
        page.rule(edge=lots[8] < odds.page_edge)
    return page.image, page.xy


def _caption(rng: np.random.Generator, odds: ClutterOdds) -> Caption:
    """Some words, mostly in English."""
    if rng.random() < odds.other_script:
        line = foreign(font_book(), odds.japanese, rng)
        if line is not None:
            return line
    return Caption(caption(rng))


def _text_mask(text: str, path: str, capital: float) -> NDArray[np.uint8]:
    """Ink of a line of text (h, w), 255 where there is some, capitals ``capital`` px high."""
    size = max(capital, 3.0) / CAPITAL
    pen, low, high = 0.0, 0.0, 1.0
    places = []
    for char in text:
        mould = glyph(path, char)
        places.append((mould, pen))
        low, high = min(low, mould.top - mould.height), max(high, mould.top)
        pen += mould.advance
    width, height = math.ceil((pen + 0.3) * CAPITAL), math.ceil((high - low) * CAPITAL) + 2
    canvas = np.zeros((height, width), np.uint8)
    for mould, place in places:
        h, w = mould.mask.shape
        x = max(0, round((place + mould.left) * CAPITAL))
        y = max(0, round((high - mould.top) * CAPITAL))
        part = canvas[y : y + h, x : x + w]
        np.maximum(part, mould.mask[: part.shape[0], : part.shape[1]], out=part)
    target = (max(2, round(width * size)), max(2, round(height * size)))
    return np.asarray(cv2.resize(canvas, target, interpolation=cv2.INTER_AREA), np.uint8)


class _Page:
    """A page that is being added to."""

    def __init__(
        self,
        image: Image,
        xy: NDArray[np.float32],
        rng: np.random.Generator,
        odds: ClutterOdds,
    ) -> None:
        self.image = image
        self.xy = xy
        self.rng = rng
        self.odds = odds
        self.paper = paper_of(image)
        self.ink = 0 if self.paper >= 128 else 255
        self.bond = typical_bond(xy)
        self.stroke = max(1, round(self.bond * float(rng.uniform(0.04, 0.08))))
        look = "serif" if rng.random() < odds.serif else "sans"
        face = font_book().face(look, float(rng.random()))
        self.font = face.bold if rng.random() < 0.25 else face.regular
        self.capital = float(rng.uniform(*odds.capital)) * self.bond

    def write(self, line: Caption, above: float, below: float) -> None:
        """A text on free paper; where there is none the page grows.

        Args:
            line: the text.
            above: odds that the page grows at its top.
            below: odds that it grows at its bottom; else it grows to the right.
        """
        mask = _text_mask(line.text, line.font or self.font, self.capital)
        h, w = mask.shape
        lot, reach = self.rng.random(2).tolist()
        close = self.rng.random() < self.odds.close
        away = 0.15 if close else float(self.rng.uniform(0.4, 1.5))
        away = 1.5 + 4 * reach if self.rng.random() < self.odds.far else away
        gap = round(away * self.bond)
        if place := self._free(h + 2 * gap, w + 2 * gap):
            self._stamp(mask, place[0] + gap, place[1] + gap)
            return
        height, width = self.image.shape
        if lot < above:
            x, y = int(self.rng.integers(0, max(1, width - w + 1))), 2
            self._grow(height, x + w + 2, max(0, h + gap + y - self._first()))
        elif lot < above + below:
            x = int(self.rng.integers(0, max(1, width - w + 1)))
            y = self._last(axis=0) + gap
        else:
            x = self._last(axis=1) + gap
            y = int(self.rng.integers(0, max(1, height - h + 1)))
        self._grow(y + h + 2, x + w + 2)
        self._stamp(mask, x, y)

    def describe(self) -> None:
        """Descriptors beside one to three atoms."""
        for i in self._some(3):
            text = DESCRIPTORS[int(self.rng.integers(len(DESCRIPTORS)))]
            self._beside(i, text, 0.6)

    def number_atoms(self) -> None:
        """Small numbers beside many atoms."""
        for count, i in enumerate(self._some(20), 1):
            self._beside(i, str(count), 0.55)

    def arrow(self) -> None:
        """A reaction arrow right of the drawing."""
        length = round(self.bond * float(self.rng.uniform(1.5, 4)))
        x = self._last(axis=1) + round(0.6 * self.bond)
        y = int(self.image.shape[0] * float(self.rng.uniform(0.3, 0.7)))
        self._grow(self.image.shape[0], x + length + 2)
        head = max(3, round(0.18 * self.bond))
        self._line((x, y), (x + length - head, y))
        tip = np.array([(x + length, y), (x + length - 2 * head, y - head)], np.int32)
        third = np.array([(x + length - 2 * head, y + head)], np.int32)
        cv2.fillPoly(self.image, [np.vstack([tip, third])], self.ink, cv2.LINE_AA)

    def dot(self) -> None:
        """A raised dot, as between a molecule and its salt."""
        radius = max(1, round(0.07 * self.bond))
        if place := self._free(8 * radius, 8 * radius):
            centre = (place[0] + 4 * radius, place[1] + 4 * radius)
            cv2.circle(self.image, centre, radius, self.ink, -1, cv2.LINE_AA)

    def brackets(self) -> None:
        """Square brackets around everything."""
        room = round(0.5 * self.bond)
        height = self.image.shape[0]
        right = self._last(axis=1) + room
        self._grow(height, right + room)
        foot = round(0.25 * self.bond)
        self._line((right, 1), (right, height - 2))
        self._line((right - foot, 1), (right, 1))
        self._line((right - foot, height - 2), (right, height - 2))
        ink = np.abs(self.image.astype(np.int16) - self.paper) > 40
        free = int(np.argmax(ink.any(0)))
        if free > foot + 3:
            self._line((1, 1), (1, height - 2))
            self._line((1, 1), (foot, 1))
            self._line((1, height - 2), (foot, height - 2))

    def rule(self, edge: bool) -> None:
        """A frame, a table line, or the dark edge of a scanned page."""
        height, width = self.image.shape
        extra = round(self.bond * float(self.rng.uniform(0.3, 1.0)))
        right = bool(self.rng.random() < 0.5)
        self._grow(height + extra * (not right), width + extra * right)
        height, width = self.image.shape
        if edge:
            band = max(1, round(extra * float(self.rng.uniform(0.1, 0.6))))
            part = self.image[:, width - band :] if right else self.image[height - band :]
            part[:] = int(self.rng.integers(0, 90)) if self.ink == 0 else 200
            return
        inset = max(1, extra // 2)
        if self.rng.random() < 0.3 and inset > 2:
            self._line((0, 0), (width, 0))
            self._line((0, 0), (0, height))
        if right:
            self._line((width - inset, 0), (width - inset, height))
        else:
            self._line((0, height - inset), (width, height - inset))

    def neighbour(self) -> None:
        """A zigzag of strokes that comes in over the right or the lower border."""
        height, width = self.image.shape
        extra = round(self.bond * float(self.rng.uniform(0.6, 1.2)))
        right = bool(self.rng.random() < 0.5)
        if right:
            width = self._last(axis=1) + round(0.5 * self.bond) + extra
        else:
            height = self._last(axis=0) + round(0.5 * self.bond) + extra
        self._grow(height, width)
        height, width = self.image.shape
        along = float(self.rng.uniform(0.2, 0.8)) * (height if right else width)
        half, up = self.bond * 0.87, self.bond * 0.65
        for i in range(int(self.rng.integers(1, 4))):
            a, b = along + (i - 1) * half, along + i * half
            deep = extra * 0.5
            c, d = (deep, deep - up) if i % 2 else (deep - up, deep)
            p = (width - c, a) if right else (a, height - c)
            q = (width - d, b) if right else (b, height - d)
            self._line(p, q)

    def _some(self, most: int) -> list[int]:
        count = min(len(self.xy), int(self.rng.integers(1, most + 1)))
        return [int(i) for i in self.rng.permutation(len(self.xy))[:count]]

    def _beside(self, atom: int, text: str, scale: float) -> None:
        """A small text at one of eight places around an atom, if it is free there."""
        mask = _text_mask(text, self.font, self.capital * scale)
        h, w = mask.shape
        x, y = self.xy[atom].tolist()
        for turn in self.rng.permutation(8).tolist():
            dx, dy = math.cos(turn * math.pi / 4), math.sin(turn * math.pi / 4)
            reach = 0.22 * self.bond
            left = round(x + dx * (reach + w / 2) - w / 2)
            top = round(y + dy * (reach + h / 2) - h / 2)
            height, width = self.image.shape
            if left < 0 or top < 0 or left + w > width or top + h > height:
                continue
            pad = max(1, round(0.06 * self.bond))
            part = self.image[
                max(top - pad, 0) : top + h + pad, max(left - pad, 0) : left + w + pad
            ]
            if int(cv2.absdiff(part, np.full_like(part, self.paper)).max()) < 40:
                self._stamp(mask, left, top)
                return

    def _free(self, height: int, width: int) -> tuple[int, int] | None:
        """The left top of an empty box inside the page, out of a few tries."""
        rows, columns = self.image.shape
        if height > rows or width > columns:
            return None
        for _ in range(6):
            x = int(self.rng.integers(0, columns - width + 1))
            y = int(self.rng.integers(0, rows - height + 1))
            part = self.image[y : y + height, x : x + width]
            if int(cv2.absdiff(part, np.full_like(part, self.paper)).max()) < 40:
                return x, y
        return None

    def _first(self) -> int:
        """The first row with ink."""
        ink = cv2.absdiff(self.image, np.full_like(self.image, self.paper))
        line = np.flatnonzero(ink.max(axis=1) > 40)
        return int(line[0]) if len(line) else 0

    def _last(self, axis: int) -> int:
        """One past the last row (axis 0) or column (1) with ink."""
        ink = cv2.absdiff(self.image, np.full_like(self.image, self.paper))
        line = np.flatnonzero(ink.max(axis=1 - axis) > 40)
        return int(line[-1]) + 1 if len(line) else self.image.shape[axis] // 2

    def _grow(self, height: int, width: int, up: int = 0) -> None:
        """Add paper to the right, below, and ``up`` rows above."""
        down = max(0, height - self.image.shape[0])
        right = max(0, width - self.image.shape[1])
        if down or right or up:
            self.image = np.asarray(
                cv2.copyMakeBorder(
                    self.image, up, down, 0, right, cv2.BORDER_CONSTANT, value=self.paper
                ),
                np.uint8,
            )
            self.xy = self.xy + np.array((0, up), np.float32)

    def _stamp(self, mask: NDArray[np.uint8], x: int, y: int) -> None:
        part = self.image[max(y, 0) : y + mask.shape[0], max(x, 0) : x + mask.shape[1]]
        cover = mask[: part.shape[0], : part.shape[1]].astype(np.float32) / 255
        part[:] = (part + (self.ink - part.astype(np.float32)) * cover).round().astype(np.uint8)

    def _line(self, p: tuple[float, float], q: tuple[float, float]) -> None:
        ends = [(round(x * 16), round(y * 16)) for x, y in (p, q)]
        cv2.line(self.image, ends[0], ends[1], self.ink, self.stroke, cv2.LINE_AA, 4)
