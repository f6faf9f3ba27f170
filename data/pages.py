"""Made pages of a paper: columns of text, tables, charts, and structures whose boxes are known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from data.depict import depict
from data.fonts import font_book
from data.pen import draw
from data.style import Style, sample_style

PAGE_INCHES = (8.27, 11.69)
DPI = (150, 200, 200, 300, 300)
TEXT_POINTS = (8.5, 11.0)
BOND_POINTS = (12.0, 18.0)
"""Journals ask for bonds of 14.4 points."""
MOST_STRUCTURES = 8
FEWEST_BONDS = 5
"""Smaller drawings are not put on a page: a page has larger ones, if any."""
MOST_TRIES = 200
SKEW_DEGREES = 2.0
"""A scanned page lies askew by up to this."""

_PROSE = """
the compound was dissolved in dry methanol and stirred at room temperature for two hours after
which time solvent removed under reduced pressure to give a residue that purified by column
chromatography (ethyl acetate/hexane, 1:4) yielding title as white solid, 84 % 1H NMR (400 MHz,
CDCl3) δ 7.42 (d, J = 8.1 Hz, 2H), 3.81 (s, 3H). Wherein R1 is hydrogen, C1-C6 alkyl or halogen;
inhibitors of kinase activity were tested [12-14] against cells. HRMS calcd for C17H21NO4 [M+H]+
304.1543, found 304.1551. A mixture (5.0 g, 21 mmol) with
"""
_WORDS = _PROSE.split()


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure on a made page."""

    box: tuple[int, int, int, int]
    """(left, top, right, bottom) of its ink, in pixels; right and bottom lie just outside."""
    smiles: str


@dataclass(frozen=True, slots=True)
class MadePage:
    """A page and what is on it."""

    image: NDArray[np.uint8]
    """(H, W) gray."""
    structures: tuple[Structure, ...]


def make_page(
    molecules: Sequence[str], rng: np.random.Generator, scanned: bool = False
) -> MadePage:
    """Lay a page out: blocks of text, tables, charts, and 1 to 8 structures with their numbers.

    Args:
        molecules: SMILES to draw from.
        rng: all choices come from it.
        scanned: as a scanner gives it: askew by up to two degrees, blurred, with noise or in
            black and white with specks. Clean pages are as printed to a file.

    Raises:
        ValueError: there are no molecules, or none can be drawn.
    """
    if not molecules:
        raise ValueError("molecules: expected at least one SMILES, got none")
    page = _Page(molecules, rng)
    page.fill()
    if not page.drawn:
        raise ValueError(f"molecules: none of {len(molecules)} could be drawn")
    image = np.asarray(page.image, np.uint8)
    if not scanned:
        return MadePage(image, tuple(Structure(_box(ink), smiles) for ink, smiles in page.drawn))
    matrix = _turn(image.shape, rng)
    size = (image.shape[1], image.shape[0])
    image = np.asarray(cv2.warpAffine(image, matrix, size, borderValue=255), np.uint8)
    turned = [(ink @ matrix[:, :2].T + matrix[:, 2], smiles) for ink, smiles in page.drawn]
    structures = tuple(Structure(_box(ink), smiles) for ink, smiles in turned)
    return MadePage(_scanned(image, rng), structures)


class _Page:
    """A page while it is laid out, from top to bottom, column by column."""

    def __init__(self, molecules: Sequence[str], rng: np.random.Generator) -> None:
        self.molecules, self.rng = molecules, rng
        self.dot = float(rng.choice(DPI)) / 72
        width, height = (round(side * 72 * self.dot) for side in PAGE_INCHES)
        self.image = Image.new("L", (width, height), 255)
        self.pen = ImageDraw.Draw(self.image)
        look = "serif" if rng.random() < 0.6 else "sans"
        self.face = font_book().face(look, float(rng.random()))
        self.points = float(rng.uniform(*TEXT_POINTS)) * self.dot
        self.bond = float(rng.uniform(*BOND_POINTS)) * self.dot
        style = sample_style(rng)
        # a structure that falls apart into two is no fair test of where it is
        self.style: Style = replace(style, ink=0, paper=255, coloured=False, lost=0.0)
        self.drawn: list[tuple[NDArray[np.float32], str]] = []
        """Ink of each structure, (n, 2) pixels, and its SMILES."""
        self.to_draw = int(rng.integers(1, MOST_STRUCTURES + 1))
        self.number = int(rng.integers(1, 80))

    def fill(self) -> None:
        """Put everything on the page."""
        rng = self.rng
        width, height = self.image.size
        edge = round(0.09 * width)
        columns = 1 if rng.random() < 0.45 else 2
        gutter = round(0.035 * width)
        column = (width - 2 * edge - (columns - 1) * gutter) // columns
        self._write(str(rng.integers(1, 999)), width / 2, height - 0.6 * edge, 0.9)
        for index in range(columns):
            left = edge + index * (column + gutter)
            self._column(left, edge, column, height - edge, math.ceil(self.to_draw / 2))
        if not self.drawn:
            self._column(edge, edge, column, height - edge, 1, blank=True)

    def _column(
        self, left: int, top: int, width: int, bottom: int, quota: int, blank: bool = False
    ) -> None:
        rng = self.rng
        if blank:
            self.pen.rectangle((left, top, left + width, bottom), fill=255)
        y, line = float(top), 1.25 * self.points
        while y < bottom - 6 * line:
            kinds = ["text", "text", "heading", "table", "chart"]
            wanted = min(quota, self.to_draw)
            kind = "structures" if wanted and (blank or rng.random() < 0.5) else rng.choice(kinds)
            if kind == "structures":
                before = len(self.drawn)
                y = self._structures(left, y + line, width, bottom, wanted) + line
                quota -= len(self.drawn) - before
                blank = False
            elif kind == "heading":
                words = " ".join(rng.choice(_WORDS, 4)).title()
                self._write(words, left, y + line, 1.2, bold=True, anchor="la")
                y += 3 * line
            elif kind == "table":
                y = self._table(left, y + line, width, bottom) + line
            elif kind == "chart":
                y = self._chart(left, y + line, width, bottom) + line
            else:
                y = self._text(left, y, width, min(bottom, y + rng.integers(3, 14) * line), line)

    def _structures(self, left: int, y: float, width: int, bottom: int, wanted: int) -> float:
        """A row of structures, each with its number or a caption below; the y below them."""
        rng, gap = self.rng, 1.6 * self.bond
        x, lowest = float(left), y
        for _ in range(min(wanted, int(rng.integers(1, 5)))):
            room = (left + width - x, bottom - y - 4 * self.points)
            found = self._drawing(room)
            if found is None:
                break
            ink, smiles = found
            height, wide = ink.shape
            x0, y0 = round(x), round(y)
            spot = self.image.crop((x0, y0, x0 + wide, y0 + height))
            both = np.minimum(np.asarray(spot), ink)
            self.image.paste(Image.fromarray(both), (x0, y0))
            rows, cols = np.nonzero(ink < 128)
            places = np.column_stack([cols + x0, rows + y0]).astype(np.float32)
            self.drawn.append((places, smiles))
            self.to_draw -= 1
            below = y0 + height + 0.9 * self.bond
            self._write(self._caption(), x0 + wide / 2, below, 1.0, bold=rng.random() < 0.5)
            lowest = max(lowest, below + 1.5 * self.points)
            x += wide + gap
        return lowest

    def _caption(self) -> str:
        self.number += 1
        forms = ("{}", "({})", "{}a", "Compound {}", "Formula ({})", "{}, 73 %", "Ex. {}")
        return str(self.rng.choice(forms)).format(self.number)

    def _drawing(self, room: tuple[float, float]) -> tuple[NDArray[np.uint8], str] | None:
        """A structure that fits the room (width, height), cropped to its ink."""
        rng = self.rng
        for _ in range(MOST_TRIES):
            smiles = self.molecules[int(rng.integers(len(self.molecules)))]
            drawing = depict(smiles, rng)
            # two drawings side by side are a salt by what they mean, not by where they are
            if drawing is None or "." in drawing.smiles or drawing.graph.n_bonds < FEWEST_BONDS:
                continue
            extent = np.ptp(drawing.graph.xy, axis=0) + 1.2
            if (extent * self.bond > room).any():
                continue
            image, _ = draw(drawing, self.style, self.bond, rng, margin=0.1)
            rows, cols = np.nonzero(image < 128)
            if not len(rows):
                continue
            image = image[rows.min() : rows.max() + 1, cols.min() : cols.max() + 1]
            if image.shape[1] <= room[0] and image.shape[0] <= room[1]:
                return image, drawing.smiles
        return None

    def _text(self, left: int, y: float, width: int, bottom: float, line: float) -> float:
        font = self._font(1.0)
        while y + line < bottom:
            words = ""
            while True:
                more = f"{words} {self.rng.choice(_WORDS)}".strip()
                if font.getlength(more) > width:
                    break
                words = more
            self.pen.text((left, y), words, font=font, fill=0, anchor="la")
            y += line
        return y + 0.5 * line

    def _table(self, left: int, y: float, width: int, bottom: int) -> float:
        rng = self.rng
        rows, columns = int(rng.integers(3, 8)), int(rng.integers(2, 6))
        step, side = 1.9 * self.points, width / columns
        if y + rows * step > bottom:
            return y
        font, grid = self._font(0.85), bool(rng.random() < 0.6)
        stroke = max(1, round(0.5 * self.dot))
        for row in range(rows + 1):
            if grid or row in (0, 1, rows):
                level = y + row * step
                self.pen.line((left, level, left + width, level), fill=0, width=stroke)
            for column in range(columns if row < rows else 0):
                cell = str(rng.choice(_WORDS)) if row == 0 else f"{rng.normal(20, 9):.2f}"
                place = (left + (column + 0.2) * side, y + (row + 0.25) * step)
                self.pen.text(place, cell[: int(side / self.points)], font=font, fill=0)
        for column in range(columns + 1 if grid else 0):
            x = left + column * side
            self.pen.line((x, y, x, y + rows * step), fill=0, width=stroke)
        return y + rows * step

    def _chart(self, left: int, y: float, width: int, bottom: int) -> float:
        """Axes with numbers, and bars, curves or points."""
        rng = self.rng
        wide, high = 0.8 * min(width, 330 * self.dot), float(rng.uniform(90, 150)) * self.dot
        if y + high + 4 * self.points > bottom:
            return y
        x0, base = left + 3 * self.points, y + high
        stroke = max(1, round(0.7 * self.dot))
        frame = (x0, y, x0, base, x0 + wide, base, *((x0 + wide, y, x0, y) * (rng.random() < 0.4)))
        self.pen.line(frame, fill=0, width=stroke)
        font, count = self._font(0.75), int(rng.integers(4, 9))
        for tick in range(count):
            x, level = x0 + (tick + 0.5) * wide / count, base - (tick + 0.2) * high / count
            self.pen.line((x, base, x, base + 0.3 * self.points), fill=0, width=stroke)
            self.pen.text((x, base + 0.5 * self.points), str(tick * 5), font=font, anchor="ma")
            self.pen.text((x0 - 0.3 * self.points, level), f"{tick}0", font=font, anchor="rm")
        kind = rng.choice(["bars", "curve", "points"])
        values = np.cumsum(rng.normal(0, 0.15, 40 if kind == "curve" else count)) + 0.5
        values = base - high * np.clip(values, 0.05, 0.95)
        xs = x0 + (np.arange(len(values)) + 0.5) * wide / len(values)
        half = 0.3 * wide / len(values)
        for x, value in zip(xs.tolist(), values.tolist(), strict=True):
            if kind == "bars":
                fill = int(rng.choice([0, 120, 255]))
                self.pen.rectangle((x - half, value, x + half, base), fill=fill, outline=0)
            elif kind == "points":
                self.pen.ellipse((x - 3, value - 3, x + 3, value + 3), fill=0)
        if kind != "bars":
            ends = np.column_stack([xs, values]).ravel().tolist()
            self.pen.line(ends, fill=0, width=2 * stroke, joint="curve")
        return base + 2.5 * self.points

    def _write(
        self,
        words: str,
        x: float,
        y: float,
        size: float,
        bold: bool = False,
        anchor: str = "ma",
    ) -> None:
        self.pen.text((x, y), words, font=self._font(size, bold), fill=0, anchor=anchor)

    def _font(self, size: float, bold: bool = False) -> ImageFont.FreeTypeFont:
        path = self.face.bold if bold else self.face.regular
        return ImageFont.truetype(path, max(6, round(size * self.points)))


def _box(ink: NDArray[np.floating]) -> tuple[int, int, int, int]:
    left, top = np.rint(ink.min(0)).astype(int).tolist()
    right, bottom = (np.rint(ink.max(0)).astype(int) + 1).tolist()
    return left, top, right, bottom


def _turn(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    """(2, 3) rotation of a page about its middle."""
    middle = (shape[1] / 2, shape[0] / 2)
    angle = float(rng.uniform(-SKEW_DEGREES, SKEW_DEGREES))
    return np.asarray(cv2.getRotationMatrix2D(middle, angle, 1.0), np.float64)


def _scanned(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    values = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.4, 1.0))).astype(np.float32)
    values += rng.normal(0, rng.uniform(3, 14), image.shape).astype(np.float32)
    if rng.random() < 0.5:
        values = np.where(values < rng.uniform(150, 205), 0.0, 255.0).astype(np.float32)
        specks = int(rng.uniform(0, 2e-4) * image.size)
        ys, xs = (rng.integers(0, side - 1, specks) for side in image.shape)
        values[ys, xs] = values[ys, xs + 1] = 0
        ys, xs = (rng.integers(0, side, specks) for side in image.shape)
        values[ys, xs] = 255
    else:
        values = 0.8 * values + float(rng.uniform(10, 50))
    return np.clip(values, 0, 255).astype(np.uint8)
