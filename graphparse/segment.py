"""Where the structures of a page are: text, tables and charts taken off, ink grouped by nearness.

Everything is measured in the height of a letter, found from the ink itself, so that neither the
resolution of a scan nor the size of a page matters. The rules are meant to let too much pass
rather than too little: what is cut out is read, and the networks refuse what is no structure.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from graphparse.spots import Spots, as_bytes, at_spots, ink_of_page, letter_height

WORKING_SIDE = 2600
"""Longest side, in pixels, at which a page is segmented; larger ones are shrunk."""
SPECK = 4
"""Pixels in height and width up to which a spot is dirt, or a full stop."""
DASHES, DASH_GAP = 3, 0.5
"""So many spots no larger than that, with gaps of so many letters, are a hashed bond."""
NEAR = 1.2
"""Gap, in letters, up to which ink belongs together: labels stand nearer to their bonds."""
TOUCHING = 0.4
"""Gap, in letters, up to which a line of text may be a label of a drawing."""
WORD_GAP = 1.0
"""Gap between the words of one line, in letters."""
LONG_LINE, LETTERS_OF_LINE = 8.0, 6
"""Width in letters, and number of spots of ink, from which on a line is text."""
CURVE = 0.9
"""Share of its columns with a single run of ink from which on what axes enclose is a curve."""
LONGEST_LABEL = 14.0
"""Width in letters up to which a line that touches a drawing is a label of it."""
TALL, WIDE = 2.2, 3.5
"""Height and width, in letters, from which on ink is a drawing and no letter."""
CROSSING, FILLED = 2.0, 0.25
"""Width in letters, and share of its box that ink fills, from and up to which ink no larger than
a letter is bonds that cross, as in a Fischer projection: the letters to both sides are labels."""
STRAIGHT = 6.0
"""Length, in letters, of a level or upright stroke that is too long for a bond."""
STRAIGHT_SHARE = 0.4
"""Share of such strokes from which on ink is a table, an axis or a frame."""
SOLID = 0.55
"""Share of its box that ink fills from which on it is a bar, a logo or a photo."""
THIN = 0.8
"""Breadth, in letters, up to which something longer than ``STRAIGHT`` is a rule or an arrow."""
SMALLEST = (3.5, 1.6)
"""Longer and shorter side, in letters, of the smallest drawing that is cut out."""
SMALLEST_WRITTEN = 4.0
"""Shorter side, in letters, of the smallest drawing with all its atoms written out."""
ION_GAP, ION_WIDTH = 5.0, 6.0
"""Gap and width, in letters, up to which a word beside a drawing is a counter-ion of it."""
MARGIN = 0.6
"""Paper left around what is cut out, in letters."""
PAGE_LINES, PAGE_LINE_WIDTH, PAGE_LINE_SPOTS = 3, 14.0, 8
"""A picture is a page if it has so many lines of text of this width, in letters, and so many
spots of ink in each."""

Box = tuple[int, int, int, int]
"""(left, top, right, bottom) in pixels; right and bottom lie just outside."""


@dataclass(frozen=True, slots=True)
class Region:
    """A drawing on a page."""

    box: Box
    """Of what is cut out, in pixels of the page."""
    ink: Box
    """Of its ink alone, in pixels of the page."""
    gray: NDArray[np.uint8]
    """(h, w), the drawing with some paper around it, the text beside it painted over."""


def find_structures(gray: NDArray[np.uint8]) -> list[Region]:
    """The drawings of a page, from top to bottom, those that may be structures.

    Args:
        gray: (H, W), dark ink on white paper.
    """
    return _Layout(_Sheet(gray)).regions(gray)


def split_page(gray: NDArray[np.uint8]) -> list[Region]:
    """The drawings of a picture if it is a page; none if it is a structure with its caption.

    It is a page if it has lines of running text. Several drawings alone don't make one: the ions
    of a salt stand beside each other, too.

    Args:
        gray: (H, W), dark ink on white paper.
    """
    sheet = _Sheet(gray)
    if sheet.spots.count < PAGE_LINES * PAGE_LINE_SPOTS:
        return []
    layout = _Layout(sheet)
    return layout.regions(gray) if layout.is_page() else []


class _Sheet:
    """The ink of a page, in working pixels."""

    def __init__(self, gray: NDArray[np.uint8]) -> None:
        height, width = gray.shape
        self.factor = min(1.0, WORKING_SIDE / max(height, width))
        size = (max(1, round(width * self.factor)), max(1, round(height * self.factor)))
        small = gray if self.factor == 1 else cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
        self.spots = Spots(ink_of_page(np.asarray(small, np.uint8)))


class _Layout:
    """The ink of a page sorted into text, rules and drawings."""

    def __init__(self, sheet: _Sheet) -> None:
        self.factor = sheet.factor
        self.spots = spots = sheet.spots
        self.letter = letter_height(spots)
        self.speck = np.maximum(spots.width, spots.height) <= min(SPECK, 0.25 * self.letter)
        self.small = (spots.height <= TALL * self.letter) & ~self.speck
        self.wide = spots.width > WIDE * self.letter
        self.lines = self._lines(self.small)

    def is_page(self) -> bool:
        """Whether there are several lines of running text."""
        wide = self.lines.width >= PAGE_LINE_WIDTH * self.letter
        # which lines are text takes longer to tell, and most pictures have no wide line at all
        return int(wide.sum()) >= PAGE_LINES and int((wide & self.text_lines).sum()) >= PAGE_LINES

    @cached_property
    def ruled(self) -> NDArray[np.bool_]:
        """Which spots are tables, axes, frames, bars, arrows."""
        return self._ruled((~self.small | self.wide) & ~self.speck)

    @cached_property
    def axes(self) -> NDArray[np.int64]:
        """Spots that others may lie within."""
        long = STRAIGHT * self.letter
        spots = self.spots
        return np.flatnonzero(self.ruled & (spots.width > long) & (spots.height > long))

    @cached_property
    def drawn(self) -> NDArray[np.bool_]:
        """Spots too tall for letters that may be drawings."""
        return ~self.small & ~self.speck & ~self.ruled

    @cached_property
    def line_of(self) -> NDArray[np.int64]:
        return self._line_of_spots()

    @cached_property
    def text_lines(self) -> NDArray[np.bool_]:
        """Which lines are running text."""
        spots = self.spots
        filled = spots.area / (spots.width * spots.height)
        crossing = self.small & (spots.width > CROSSING * self.letter) & (filled < FILLED)
        return self._text_lines(self.drawn | crossing)

    @cached_property
    def kept(self) -> NDArray[np.bool_]:
        """What is left when text, rules and dirt are taken off."""
        text = np.concatenate([[False], self.text_lines])[self.line_of] & self.small
        return ((self.drawn | self.small) & ~text & ~self.ruled) | self._dashes(self.speck)

    @cached_property
    def large(self) -> NDArray[np.bool_]:
        """Of what is kept that which is no letter."""
        return self.kept & (self.drawn | self.wide)

    def regions(self, gray: NDArray[np.uint8]) -> list[Region]:
        """The drawings, from top to bottom, cut out of the page."""
        return [self._cut(gray, group) for group in self._groups()]

    def _groups(self) -> list[NDArray[np.bool_]]:
        """For each drawing which spots of ink are its own, from top to bottom."""
        reach = max(1, round(NEAR * self.letter))
        round_brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
        blobs = Spots(as_bytes(cv2.dilate(self.spots.mask(self.kept), round_brush)))
        blob_of = at_spots(self.spots, blobs.labels, self.kept)
        groups: list[NDArray[np.bool_]] = []
        words: list[NDArray[np.bool_]] = []
        for blob in range(1, blobs.count + 1):
            group = blob_of == blob
            (groups if self._is_drawing(group) else words).append(group)
        groups = self._with_ions(groups, words)
        return sorted(groups, key=lambda group: self._box(group)[1::-1])

    def _cut(self, gray: NDArray[np.uint8], group: NDArray[np.bool_]) -> Region:
        left, top, right, bottom = self._box(group)
        margin = round(MARGIN * self.letter) + 1
        height, width = self.spots.labels.shape
        x0, y0 = max(left - margin, 0), max(top - margin, 0)
        x1, y1 = min(right + margin, width), min(bottom + margin, height)
        near = self.spots.labels[y0:y1, x0:x1]
        own = np.concatenate([[False], group])[near]
        # the blur around letters goes with them, that around the drawing stays
        brush = np.ones((5, 5), np.uint8)
        other = as_bytes(cv2.dilate(((near > 0) & ~own).astype(np.uint8), brush))
        other &= 1 - as_bytes(cv2.dilate(own.astype(np.uint8), brush))
        box, ink = (
            self._on_page((x0, y0, x1, y1), gray),
            self._on_page((left, top, right, bottom), gray),
        )
        piece = gray[box[1] : box[3], box[0] : box[2]].copy()
        size = (piece.shape[1], piece.shape[0])
        piece[cv2.resize(other, size, interpolation=cv2.INTER_NEAREST) > 0] = 255
        return Region(box, ink, piece)

    def _on_page(self, box: Box, gray: NDArray[np.uint8]) -> Box:
        """A box of working pixels in pixels of the page."""
        height, width = gray.shape
        left, top, right, bottom = (round(side / self.factor) for side in box)
        return left, top, min(right, width), min(bottom, height)

    def _ruled(self, asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which of the spots are tables, axes, frames, bars, arrows."""
        out = np.zeros(self.spots.count, bool)
        for spot in np.flatnonzero(asked):
            out[spot] = _is_ruled(self._mask_of(int(spot)).view(np.uint8), self.letter)
        return out

    def _dashes(self, speck: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which of the smallest spots lie in a row, rather than alone as dirt and full stops do."""
        reach = max(3, round(DASH_GAP * self.letter))
        rows = Spots(
            as_bytes(cv2.dilate(self.spots.mask(speck), np.ones((reach, reach), np.uint8)))
        )
        row_of = at_spots(self.spots, rows.labels, speck)
        members = np.bincount(row_of[speck], minlength=rows.count + 1)
        return speck & (members[row_of] >= DASHES)

    def _lines(self, small: NDArray[np.bool_]) -> Spots:
        """Lines of text: letters whose boxes lie side by side."""
        boxes = np.zeros(self.spots.labels.shape, np.uint8)
        for spot in np.flatnonzero(small):
            x, y = self.spots.left[spot], self.spots.top[spot]
            # the lowest row is left out, lest a "g" should touch the line below
            boxes[y : max(self.spots.bottom[spot] - 1, y + 1), x : self.spots.right[spot]] = 1
        gap = max(3, round(WORD_GAP * self.letter))
        return Spots(
            as_bytes(cv2.morphologyEx(boxes, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8)))
        )

    def _line_of_spots(self) -> NDArray[np.int64]:
        """Number of the line (from 1) that the middle of each spot lies in, 0 for none."""
        x = self.spots.left + self.spots.width // 2
        y = self.spots.top + (self.spots.height - 1) // 2
        return np.where(self.small, self.lines.labels[y, x], 0).astype(np.int64)

    def _text_lines(self, drawn: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which lines are running text: long ones, unless they are labels of a drawing."""
        lines, letter = self.lines, self.letter
        letters = np.bincount(self.line_of, minlength=lines.count + 1)[1:]
        text = (lines.width >= LONG_LINE * letter) & (letters >= LETTERS_OF_LINE)
        reach = 2 * max(1, round(TOUCHING * letter)) + 1
        around = cv2.dilate(self.spots.mask(drawn), np.ones((reach, reach), np.uint8))
        touching = np.zeros(lines.count + 1, bool)
        touching[np.unique(lines.labels[around > 0])] = True
        return text & ~(touching[1:] & (lines.width < LONGEST_LABEL * letter))

    def _is_drawing(self, group: NDArray[np.bool_]) -> bool:
        left, top, right, bottom = self._box(group)
        longer, shorter = max(right - left, bottom - top), min(right - left, bottom - top)
        least = SMALLEST[1] if (group & self.large).any() else SMALLEST_WRITTEN
        if longer < SMALLEST[0] * self.letter or shorter < least * self.letter:
            return False
        return not (self._is_enclosed((left, top, right, bottom)) and self._is_curve(group))

    def _is_enclosed(self, box: Box) -> bool:
        """Whether the middle of a box lies within axes, a frame or a table."""
        spots, axes = self.spots, self.axes
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        across = (spots.left[axes] < x) & (x < spots.right[axes])
        return bool((across & (spots.top[axes] < y) & (y < spots.bottom[axes])).any())

    def _is_curve(self, group: NDArray[np.bool_]) -> bool:
        """Whether the largest piece of a drawing has one height for each place along the x axis."""
        own = np.flatnonzero(group)
        widest = int(own[np.argmax(self.spots.width[own])])
        mask = self._mask_of(widest)
        runs = (np.diff(mask, axis=0, prepend=0) == 1).sum(0)
        return float(np.mean(runs <= 1)) >= CURVE

    def _mask_of(self, spot: int) -> NDArray[np.int8]:
        """(h, w) of 0 and 1: a spot in its own box."""
        rows = slice(self.spots.top[spot], self.spots.bottom[spot])
        cols = slice(self.spots.left[spot], self.spots.right[spot])
        return (self.spots.labels[rows, cols] == spot + 1).astype(np.int8)

    def _with_ions(
        self, groups: list[NDArray[np.bool_]], words: list[NDArray[np.bool_]]
    ) -> list[NDArray[np.bool_]]:
        """Drawings with the words that stand right beside them."""
        boxes = [self._box(group) for group in groups]
        groups = list(groups)
        for word in words:
            left, top, right, bottom = self._box(word)
            if right - left > ION_WIDTH * self.letter or bottom - top < 0.5 * self.letter:
                continue
            middle = (top + bottom) / 2
            gaps = [
                max(box[0] - right, left - box[2]) if box[1] < middle < box[3] else np.inf
                for box in boxes
            ]
            if gaps and min(gaps) <= ION_GAP * self.letter:
                nearest = int(np.argmin(gaps))
                groups[nearest] = groups[nearest] | word
        return groups

    def _box(self, group: NDArray[np.bool_]) -> Box:
        spots = self.spots
        return (
            int(spots.left[group].min()),
            int(spots.top[group].min()),
            int(spots.right[group].max()),
            int(spots.bottom[group].max()),
        )


def _is_ruled(mask: NDArray[np.uint8], letter: float) -> bool:
    """Whether connected ink, (h, w) of 0 and 1, is no structure by its long or broad strokes."""
    height, width = mask.shape
    area = int(mask.sum())
    if area > SOLID * height * width and min(height, width) > 2 * letter:
        return True
    length = max(3, round(STRAIGHT * letter))
    if max(height, width) < length:
        return False
    points = cv2.findNonZero(mask)
    breadth = min(cv2.minAreaRect(points)[1])
    if breadth < THIN * letter:
        return True
    straight = np.zeros_like(mask)
    for shape in ((1, length), (length, 1)):
        # thickened across, so that the lines of a page that lies askew are found
        thick = cv2.dilate(mask, np.ones(tuple(5 if side == 1 else 1 for side in shape), np.uint8))
        straight |= as_bytes(cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones(shape, np.uint8)))
    return int((mask & straight).sum()) > STRAIGHT_SHARE * area
