"""Draws a molecule in pixels: the project's own vector hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assemble.graph import BondKind
from data.bondpen import (
    Box,
    Scene,
    draw_bond,
    draw_joints,
    draw_mark,
    outer_width,
    thick_joints,
)
from data.drawing import Drawing, Lead
from data.glyphs import Piece, font_path, set_label, set_lead
from data.ink import Ink, Point
from data.legible import legible_capital
from data.style import Style

FINE = 72
"""Pixels of a bond on the page that is drawn on, at least, before it is scaled down."""
COARSEST, FINEST = 2, 8
MOST_PIXELS = 24_000_000
"""Of the page that is drawn on: very large drawings are drawn less finely."""
BRACKET_FOOT = 0.25
"""Length of the horizontal strokes of brackets in bond lengths."""
_SHADES = {"O": 0.78, "N": 0.9, "S": 0.35, "F": 0.5, "Cl": 0.5, "Br": 0.7, "I": 0.75, "P": 0.6}
"""Coverage that stands for the usual colours of elements, seen in gray."""


def draw(
    drawing: Drawing,
    style: Style,
    bond_px: float,
    rng: np.random.Generator,
    margin: float | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Draw a molecule.

    Args:
        drawing: what is to be drawn, in bond lengths.
        style: how.
        bond_px: pixels of one bond length.
        rng: for the paper left around it.
        margin: paper around the ink in bond lengths; ``style.margin`` if not given.

    Returns:
        (H, W) gray image and (N, 2) places of the atoms in its pixels (x, y).

    Raises:
        ValueError: ``bond_px`` is not positive.
    """
    if not bond_px > 0:
        raise ValueError(f"bond_px: expected a positive number, got {bond_px}")
    graph = drawing.graph
    style = replace(style, capital=min(style.capital, drawing.most_capital))
    path = font_path(style)
    bonded = set(graph.bonds.ravel().tolist())
    lone_path = font_path(replace(style, font="serif")) if style.lone_serif else path
    written: dict[int, list[Piece]] = {}
    anchors = list(drawing.anchors)
    for i, label in enumerate(graph.labels):
        if label and i not in drawing.marks:
            lead = drawing.leads.get(i, Lead())
            # of a bracket's label only the number: the bracket itself is as tall as the molecule
            start = 1 if label[0] == "]" else len(lead.count)
            anchors[i] -= start
            charge = int(graph.charges[i])
            face = path if i in bonded else lone_path
            pieces = set_label(label[start:], anchors[i], drawing.stacked[i], charge, style, face)
            left = min(piece.box[0] for piece in pieces)
            written[i] = pieces + set_lead(lead, left, style, face)
    style = replace(style, capital=legible_capital(graph, written, style.capital))

    edge = style.margin if margin is None else margin
    left, top, right, bottom = _extent(drawing, written, style)
    sides = (edge * rng.uniform(0.7, 1.3, 4) + 0.5 * style.stroke) * bond_px
    width = max(2, math.ceil((right - left) * bond_px + sides[0] + sides[1] + 1))
    height = max(2, math.ceil((bottom - top) * bond_px + sides[2] + sides[3] + 1))
    factor = min(max(math.ceil(FINE / bond_px), COARSEST), FINEST)
    while factor > 1 and width * height * factor * factor > MOST_PIXELS:
        factor -= 1

    shift = np.array((sides[0] - left * bond_px, sides[2] - top * bond_px))
    xy = (graph.xy * bond_px + shift).astype(np.float32)
    fine = (xy.astype(np.float64) + 0.5) * factor - 0.5
    unit = bond_px * factor
    places: list[Point] = [(x, y) for x, y in fine.tolist()]
    ink = Ink(width * factor, height * factor)
    size = style.capital * unit
    boxes: list[list[Box]] = [[] for _ in places]
    for i, pieces in written.items():
        boxes[i] = _boxes(pieces, places[i], size, anchors[i], drawing.stacked[i])
    around: list[list[int]] = [[] for _ in places]
    bonds = []
    for (a, b), kind in zip(graph.bonds.tolist(), graph.kinds.tolist(), strict=True):
        bonds.append((a, b, kind))
        around[a].append(b)
        around[b].append(a)
    ends = {(i, j): _tail(written[i], places[i], size) for i, j in drawing.tails}
    scene = Scene(ink, style, unit, places, boxes, around, ends, thick_joints(bonds, style))
    crossings = _crossings(places, bonds) if style.crossing else {}
    for j, (a, b, kind) in enumerate(bonds):
        if style.lost and _may_be_lost(scene, a, b, kind) and rng.random() < style.lost:
            continue
        for point in crossings.get(j, ()):
            _clear(scene, a, b, point, outer_width(style, kind) + 2 * style.crossing)
        draw_bond(scene, a, b, kind, drawing.second_sides[j])
    draw_joints(scene, bonds)
    for i, mark in drawing.marks.items():
        draw_mark(scene, i, mark)
    _circles(scene, drawing.rings)
    for corners in drawing.brackets:
        _bracket(scene, *(np.array(corners).reshape(2, 2) * bond_px + shift + 0.5) * factor - 0.5)
    for i, pieces in written.items():
        _write(scene, pieces, places[i], size, graph.labels[i])
    return _printed(ink.reduced(factor), style), xy


def _may_be_lost(scene: Scene, a: int, b: int, kind: int) -> bool:
    """Whether a bond is a plain one and its atoms show without it."""
    seen = (scene.boxes[i] or len(scene.around[i]) > 1 for i in (a, b))
    return kind == BondKind.SINGLE and all(seen)


def _extent(
    drawing: Drawing, written: dict[int, list[Piece]], style: Style
) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of what is drawn, in bond lengths."""
    xy = drawing.graph.xy
    if not len(xy):
        return 0.0, 0.0, 0.0, 0.0
    spans = [(xy[i] - mark.half, xy[i] + mark.half) for i, mark in drawing.marks.items()]
    corners = np.array([*drawing.brackets, *map(np.concatenate, spans)]).reshape(-1, 2)
    low, high = np.vstack((xy, corners)).min(0).tolist(), np.vstack((xy, corners)).max(0).tolist()
    for i, pieces in written.items():
        x, y = xy[i].tolist()
        for piece in pieces:
            box = piece.box
            low[0], low[1] = (
                min(low[0], x + box[0] * style.capital),
                min(low[1], y + box[1] * style.capital),
            )
            high[0], high[1] = (
                max(high[0], x + box[2] * style.capital),
                max(high[1], y + box[3] * style.capital),
            )
    return low[0], low[1], high[0], high[1]


def _boxes(pieces: list[Piece], place: Point, size: float, anchor: int, stacked: int) -> list[Box]:
    """Boxes of a label's characters on the ink page, the anchor's first."""
    found = [
        (
            place[0] + box[0] * size,
            place[1] + box[1] * size,
            place[0] + box[2] * size,
            place[1] + box[3] * size,
        )
        for box in (piece.box for piece in pieces)
    ]
    first = 0 if stacked else anchor
    return [found[first], *found[:first], *found[first + 1 :]]


def _tail(pieces: list[Piece], place: Point, size: float) -> Point:
    """The middle of a label's last character, at the height of its anchor."""
    left, _, right, _ = pieces[-1].box
    return place[0] + (left + right) / 2 * size, place[1]


def _crossings(
    places: list[Point], bonds: list[tuple[int, int, int]]
) -> dict[int, list[tuple[float, float]]]:
    """Where a bond passes over an earlier one that it shares no atom with."""
    ends = np.array(places)[np.array([(a, b) for a, b, _ in bonds], int).reshape(-1, 2)]
    if len(ends) < 2:
        return {}
    start, step = ends[:, 0], ends[:, 1] - ends[:, 0]
    between = start[None, :] - start[:, None]
    cross = step[:, None, 0] * step[None, :, 1] - step[:, None, 1] * step[None, :, 0]
    cross[np.abs(cross) < 1e-9] = np.inf
    t = (between[..., 0] * step[None, :, 1] - between[..., 1] * step[None, :, 0]) / cross
    inside = (t > 0.1) & (t < 0.9)
    found: dict[int, list[tuple[float, float]]] = {}
    for over, under in np.argwhere(np.triu(inside & inside.T).T).tolist():
        x, y = (start[over] + t[over, under] * step[over]).tolist()
        found.setdefault(over, []).append((x, y))
    return found


def _clear(scene: Scene, a: int, b: int, point: tuple[float, float], width: float) -> None:
    p, q = scene.places[a], scene.places[b]
    length = max(math.dist(p, q), 1e-6)
    half = 0.2 * scene.unit
    dx, dy = (q[0] - p[0]) / length * half, (q[1] - p[1]) / length * half
    x, y = point
    scene.ink.erase((x - dx, y - dy), (x + dx, y + dy), width * scene.unit)


def _circles(scene: Scene, rings: tuple[tuple[int, ...], ...]) -> None:
    for ring in rings:
        corners = np.array([scene.places[i] for i in ring])
        centre = corners.mean(0)
        middles = (corners + np.roll(corners, 1, 0)) / 2
        inner = float(np.hypot(*(middles - centre).T).mean())
        width = scene.style.stroke * scene.unit
        scene.ink.ring((centre[0], centre[1]), inner * scene.style.circle, width)


def _bracket(scene: Scene, low: NDArray[np.float64], high: NDArray[np.float64]) -> None:
    """Square brackets around a box, pixels of the ink page."""
    (left, top), (right, bottom) = low.tolist(), high.tolist()
    width = scene.style.stroke * scene.unit
    foot = BRACKET_FOOT * scene.unit
    for x, inwards in ((left, foot), (right, -foot)):
        scene.ink.line((x, top), (x, bottom), width, False)
        scene.ink.line((x, top), (x + inwards, top), width, False)
        scene.ink.line((x, bottom), (x + inwards, bottom), width, False)


def _write(scene: Scene, pieces: list[Piece], place: Point, size: float, label: str) -> None:
    level = 255
    if scene.style.coloured:
        shades = (shade for key, shade in _SHADES.items() if key in label)
        level = round(255 * next(shades, 1.0))
    thicken = scene.style.thicken * size
    for piece in pieces:
        left, top, right, bottom = (value * size for value in piece.box)
        left, right = left + place[0], right + place[0]
        top, bottom = top + place[1], bottom + place[1]
        scene.ink.stamp(piece.glyph.mask, (left, top, right, bottom), level, thicken)
        if piece.circled:
            centre = ((left + right) / 2, (top + bottom) / 2)
            stroke = min(scene.style.stroke, 0.06) * scene.unit
            scene.ink.ring(centre, 0.46 * size * scene.style.sign_scale, stroke)


def _printed(coverage: NDArray[np.uint8], style: Style) -> NDArray[np.uint8]:
    """Ink on paper."""
    if style.ink == 0 and style.paper == 255:
        return np.asarray(255 - coverage, np.uint8)
    values = np.linspace(style.paper, style.ink, 256).round().astype(np.uint8)
    return np.asarray(values[coverage], np.uint8)
