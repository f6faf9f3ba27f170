"""Where the structures of a page are: text, tables and charts taken off, ink grouped by nearness.

Everything is measured in the height of a letter, found from the ink itself, so that neither the
resolution of a scan nor the size of a page matters. The rules are meant to let too much pass
rather than too little: what is cut out is read, and the networks refuse what is no structure.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.filters import threshold_otsu

WORKING_SIDE = 2600
"""Longest side, in pixels, at which a page is segmented; larger ones are shrunk."""
INK_LEVELS = (100, 200)
"""Limits of the gray value below which there is ink."""
SPECK = 4
"""Pixels in height and width up to which a spot is dirt, or a full stop."""
LETTER_PIXELS = (6, 60)
"""Heights, in working pixels, among which that of a letter is looked for."""
NEAR = 0.8
"""Gap, in letters, up to which ink belongs together: labels stand nearer to their bonds."""
WORD_GAP = 1.0
"""Gap between the words of one line, in letters."""
LONG_LINE, LETTERS_OF_LINE = 8.0, 6
"""Width in letters, and number of spots of ink, from which on a line is text."""
LONGEST_LABEL = 14.0
"""Width in letters up to which a line that touches a drawing is a label of it."""
TALL, WIDE = 2.2, 3.5
"""Height and width, in letters, from which on ink is a drawing and no letter."""
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
ION_GAP, ION_WIDTH = 3.0, 6.0
"""Gap and width, in letters, up to which a word beside a drawing is a counter-ion of it."""
MARGIN = 0.6
"""Paper left around what is cut out, in letters."""
PAGE_LINES, PAGE_LINE_WIDTH = 3, 14.0
"""A picture is a page if it has so many lines of text of this width, in letters."""

Box = tuple[int, int, int, int]
"""(left, top, right, bottom) in pixels; right and bottom lie just outside."""


@dataclass(frozen=True, slots=True)
class Region:
    """A drawing on a page."""

    box: Box
    """Of its ink, in pixels of the page."""
    gray: NDArray[np.uint8]
    """(h, w), the drawing with some paper around it, the text beside it painted over."""
    origin: tuple[int, int]
    """(x, y) of the upper left pixel of ``gray``, in pixels of the page."""


def find_structures(gray: NDArray[np.uint8]) -> list[Region]:
    """The drawings of a page, from top to bottom, those that may be structures.

    Args:
        gray: (H, W), dark ink on white paper.
    """
    layout = _Layout(gray)
    return [layout.cut(gray, group) for group in layout.groups()]


def is_page(gray: NDArray[np.uint8]) -> bool:
    """Whether a picture is a page rather than a single structure with its caption.

    It is one if it has lines of running text. Several drawings alone don't make a page: the
    ions of a salt stand beside each other, too.

    Args:
        gray: (H, W), dark ink on white paper.
    """
    layout = _Layout(gray)
    if layout.is_empty:
        return False
    wide = layout.lines.width >= PAGE_LINE_WIDTH * layout.letter
    return int((wide & layout.text_lines).sum()) >= PAGE_LINES and bool(layout.groups())


class _Spots:
    """Connected ink, or paper: columns of boxes without the background."""

    def __init__(self, mask: NDArray[np.uint8]) -> None:
        count, self.labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        self.count = count - 1
        rows = stats[1:].astype(np.int64)
        self.left, self.top, self.width, self.height, self.area = rows.T
        self.right, self.bottom = self.left + self.width, self.top + self.height

    def mask(self, chosen: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """(H, W), 1 at the pixels of the chosen ones."""
        return np.concatenate([[False], chosen])[self.labels].astype(np.uint8)


class _Layout:
    """A page in working pixels, its ink sorted into text, rules and drawings."""

    def __init__(self, gray: NDArray[np.uint8]) -> None:
        height, width = gray.shape
        self.factor = min(1.0, WORKING_SIDE / max(height, width))
        size = (max(1, round(width * self.factor)), max(1, round(height * self.factor)))
        small = gray if self.factor == 1 else cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
        flat = int(small.min()) == int(small.max())
        level = 0 if flat else float(np.clip(threshold_otsu(small), *INK_LEVELS))
        self.spots = spots = _Spots((small < level).astype(np.uint8))
        self.is_empty = not spots.count
        self.letter = _letter_height(spots)
        if self.is_empty:
            return
        speck = np.maximum(spots.width, spots.height) <= min(SPECK, 0.25 * self.letter)
        self.small = (spots.height <= TALL * self.letter) & ~speck
        wide = spots.width > WIDE * self.letter
        ruled = self._ruled((~self.small | wide) & ~speck)
        drawn = ~self.small & ~speck & ~ruled
        self.lines = self._lines(self.small)
        self.line_of = self._line_of_spots()
        self.text_lines = self._text_lines(drawn)
        text = np.concatenate([[False], self.text_lines])[self.line_of] & self.small
        self.kept = (drawn | self.small) & ~text & ~ruled
        self.large = self.kept & (drawn | wide)

    def groups(self) -> list[NDArray[np.bool_]]:
        """For each drawing which spots of ink are its own, from top to bottom."""
        if self.is_empty or not self.large.any():
            return []
        reach = max(1, round(NEAR * self.letter))
        round_brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
        blobs = _Spots(cv2.dilate(self.spots.mask(self.kept), round_brush))
        blob_of = _at_spots(self.spots, blobs.labels, self.kept)
        groups, words = [], []
        for blob in range(1, blobs.count + 1):
            group = blob_of == blob
            (groups if self._is_drawing(group) else words).append(group)
        groups = self._with_ions(groups, words)
        return sorted(groups, key=lambda group: self._box(group)[1::-1])

    def cut(self, gray: NDArray[np.uint8], group: NDArray[np.bool_]) -> Region:
        """A drawing cut out of the page."""
        left, top, right, bottom = self._box(group)
        margin = round(MARGIN * self.letter) + 1
        height, width = self.spots.labels.shape
        x0, y0 = max(left - margin, 0), max(top - margin, 0)
        x1, y1 = min(right + margin, width), min(bottom + margin, height)
        near = self.spots.labels[y0:y1, x0:x1]
        own = np.concatenate([[False], group])[near]
        # the blur around letters goes with them, that around the drawing stays
        brush = np.ones((5, 5), np.uint8)
        other = cv2.dilate(((near > 0) & ~own).astype(np.uint8), brush)
        other &= 1 - cv2.dilate(own.astype(np.uint8), brush)
        scale = 1 / self.factor
        big_x0, big_y0 = round(x0 * scale), round(y0 * scale)
        big_x1 = min(round(x1 * scale), gray.shape[1])
        big_y1 = min(round(y1 * scale), gray.shape[0])
        piece = gray[big_y0:big_y1, big_x0:big_x1].copy()
        size = (piece.shape[1], piece.shape[0])
        piece[cv2.resize(other, size, interpolation=cv2.INTER_NEAREST) > 0] = 255
        box = tuple(round(side * scale) for side in (left, top, right, bottom))
        return Region((box[0], box[1], box[2], box[3]), piece, (big_x0, big_y0))

    def _ruled(self, asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which of the spots are tables, axes, frames, bars, arrows."""
        out = np.zeros(self.spots.count, bool)
        for spot in np.flatnonzero(asked):
            x, y = int(self.spots.left[spot]), int(self.spots.top[spot])
            w, h = int(self.spots.width[spot]), int(self.spots.height[spot])
            mask = (self.spots.labels[y : y + h, x : x + w] == spot + 1).astype(np.uint8)
            out[spot] = _is_ruled(mask, self.letter)
        return out

    def _lines(self, small: NDArray[np.bool_]) -> _Spots:
        """Lines of text: letters whose boxes lie side by side."""
        boxes = np.zeros(self.spots.labels.shape, np.uint8)
        for spot in np.flatnonzero(small):
            x, y = self.spots.left[spot], self.spots.top[spot]
            # the lowest row is left out, lest a "g" should touch the line below
            boxes[y : max(self.spots.bottom[spot] - 1, y + 1), x : self.spots.right[spot]] = 1
        gap = max(3, round(WORD_GAP * self.letter))
        return _Spots(cv2.morphologyEx(boxes, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8)))

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
        reach = 2 * max(1, round(NEAR / 2 * letter)) + 1
        around = cv2.dilate(self.spots.mask(drawn), np.ones((reach, reach), np.uint8))
        touching = np.zeros(lines.count + 1, bool)
        touching[np.unique(lines.labels[around > 0])] = True
        return text & ~(touching[1:] & (lines.width < LONGEST_LABEL * letter))

    def _is_drawing(self, group: NDArray[np.bool_]) -> bool:
        if not (group & self.large).any():
            return False
        left, top, right, bottom = self._box(group)
        longer, shorter = max(right - left, bottom - top), min(right - left, bottom - top)
        return longer >= SMALLEST[0] * self.letter and shorter >= SMALLEST[1] * self.letter

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


def _letter_height(spots: _Spots) -> float:
    """Typical height of a letter in pixels: most of what is on a page are letters."""
    low, high = LETTER_PIXELS
    seen = spots.height[(spots.height >= low) & (spots.height <= high)] if spots.count else []
    return float(np.percentile(seen, 60)) if len(seen) else float(low)


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
        straight |= cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
    return int((mask & straight).sum()) > STRAIGHT_SHARE * area


def _at_spots(
    spots: _Spots, labels: NDArray[np.int32], asked: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """(count,) the value of an image of labels at a pixel of each spot asked for, else 0."""
    flat = spots.labels.ravel()
    first = np.zeros(spots.count + 1, np.int64)
    places = np.flatnonzero(flat)
    # of several values for one index the last stays: any pixel of a spot will do
    first[flat[places]] = places
    return np.where(asked, labels.ravel()[first[1:]], 0).astype(np.int64)
