"""Draws bonds: where their strokes begin and end, and what each kind looks like."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from assemble.graph import BondKind
from data.drawing import Mark
from data.ink import Ink, Point
from data.style import Style

Box = tuple[float, float, float, float]
SHORTEST = 0.14
"""Share of a bond that is drawn even where letters leave no room for it."""
_THROUGH = frozenset(
    (BondKind.SINGLE, BondKind.TRIPLE, BondKind.AROMATIC, BondKind.DATIVE, BondKind.WAVY)
)


@dataclass(frozen=True, slots=True)
class Scene:
    """All that bonds need to know of the drawing. Lengths and places in pixels of the ink page."""

    ink: Ink
    style: Style
    unit: float
    """Pixels of one bond length."""
    places: list[Point]
    boxes: list[list[Box]]
    """For each atom the boxes of its letters, its anchor's first."""
    around: list[list[int]]
    """For each atom its neighbours."""
    ends: dict[tuple[int, int], Point]
    """Where the bond of an atom to a neighbour ends, if not at the atom's place."""
    thick: dict[int, float] = field(default_factory=dict)
    """Widths of the joints of bold bonds, in bond lengths; see :func:`thick_joints`."""


def cut(scene: Scene, a: int, b: int, p: Point, q: Point) -> tuple[float, float]:
    """Where a stroke p -> q beside the bond a -> b leaves a's letters and meets b's, in 0..1."""
    start, stop = 0.0, 1.0
    pad = scene.style.gap * scene.unit
    dx, dy = q[0] - p[0], q[1] - p[1]
    for i, box in enumerate(scene.boxes[a]):
        inside = _within(p, dx, dy, box, pad, scene.style.oval and i == 0)
        if inside is not None and inside[0] < 0.6:
            start = max(start, inside[1])
    for i, box in enumerate(scene.boxes[b]):
        inside = _within(p, dx, dy, box, pad, scene.style.oval and i == 0)
        if inside is not None and inside[1] > 0.4:
            stop = min(stop, inside[0])
    if stop - start < SHORTEST:
        middle = min(max((start + stop) / 2, SHORTEST / 2), 1 - SHORTEST / 2)
        start, stop = middle - SHORTEST / 2, middle + SHORTEST / 2
    return start, stop


def _within(
    p: Point, dx: float, dy: float, box: Box, pad: float, oval: bool
) -> tuple[float, float] | None:
    """The part of a stroke, in 0..1, that lies in a padded box or the oval around it."""
    if oval:
        cx, cy = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        rx, ry = (box[2] - box[0]) * 0.56 + pad, (box[3] - box[1]) * 0.56 + pad
        x, y, u, v = (p[0] - cx) / rx, (p[1] - cy) / ry, dx / rx, dy / ry
        a, b, c = u * u + v * v, x * u + y * v, x * x + y * y - 1
        root = b * b - a * c
        if root <= 0 or a == 0:
            return None
        return _overlap((-b - math.sqrt(root)) / a, (-b + math.sqrt(root)) / a)
    low, high = -1e9, 1e9
    for start, step, near, far in (
        (p[0], dx, box[0] - pad, box[2] + pad),
        (p[1], dy, box[1] - pad, box[3] + pad),
    ):
        if abs(step) < 1e-9:
            if not near <= start <= far:
                return None
            continue
        t, s = (near - start) / step, (far - start) / step
        low, high = max(low, min(t, s)), min(high, max(t, s))
    return _overlap(low, high)


def _overlap(low: float, high: float) -> tuple[float, float] | None:
    return (low, high) if low < high and high > 0 and low < 1 else None


def draw_bond(scene: Scene, a: int, b: int, kind: int, side: int) -> None:
    """Draw one bond.

    Args:
        scene: what is around it.
        a: begin atom; the narrow end of wedges.
        b: end atom.
        kind: value of :class:`BondKind`.
        side: of a double bond's second line: +1 left of a -> b as seen, -1 right, 0 centred.
    """
    style, unit = scene.style, scene.unit
    if kind == BondKind.DOUBLE:
        _double(scene, a, b, side)
        return
    p, q = scene.ends.get((a, b), scene.places[a]), scene.ends.get((b, a), scene.places[b])
    start, stop = cut(scene, a, b, p, q)
    if kind == BondKind.TRIPLE:
        _stroke(scene, _at(p, q, start), _at(p, q, stop))
        for offset in (-style.triple_gap * unit, style.triple_gap * unit):
            p2, q2 = _aside(p, q, offset)
            begin, end = cut(scene, a, b, p2, q2)
            trim = min(style.shorten_by, 0.05)
            begin, end = max(begin, trim), min(end, 1 - trim)
            _stroke(scene, _at(p2, q2, begin), _at(p2, q2, end))
        return
    p, q = _at(p, q, start), _at(p, q, stop)
    if kind == BondKind.WEDGE:
        _wedge(scene, p, q)
    elif kind == BondKind.HASH:
        _hash(scene, p, q)
    elif kind == BondKind.WAVY:
        _wave(scene, p, q)
    elif kind == BondKind.BOLD:
        width = max(_bold_width(style), scene.thick.get(a, 0.0), scene.thick.get(b, 0.0))
        scene.ink.line(p, q, width * unit, False)
    elif kind == BondKind.DASHED:
        _dashes(scene, p, q)
    elif kind == BondKind.DATIVE:
        _arrow(scene, p, q)
    else:
        _stroke(scene, p, q)


def draw_mark(scene: Scene, a: int, mark: Mark) -> None:
    """Draw a line across the only bond of an atom."""
    p, q = scene.places[scene.around[a][0]], scene.places[a]
    length = max(math.dist(p, q), 1e-6)
    x, y = _at(p, q, mark.at)
    dx, dy = (
        scene.unit * mark.half * (end - start) / length for start, end in zip(p, q, strict=True)
    )
    ends = (x - dy, y + dx), (x + dy, y - dx)
    (_dashes if mark.dashed else _wave)(scene, *ends)


def draw_joints(scene: Scene, bonds: list[tuple[int, int, int]]) -> None:
    """Round off the corners where lines meet on a bare atom."""
    ends = [0] * len(scene.places)
    for a, b, kind in bonds:
        if kind in _THROUGH or kind == BondKind.DOUBLE:
            ends[a] += 1
            ends[b] += 1
    through = {i for a, b, kind in bonds if kind in _THROUGH for i in (a, b)}
    for i in through:
        if ends[i] > 1 and not scene.boxes[i]:
            scene.ink.disc(scene.places[i], scene.style.stroke * scene.unit)
    for i, width in scene.thick.items():
        if not scene.boxes[i] and not scene.style.hollow:
            scene.ink.disc(scene.places[i], width * scene.unit)


def thick_joints(bonds: list[tuple[int, int, int]], style: Style) -> dict[int, float]:
    """Atoms at which a bold bond meets another or the wide end of a wedge, as in sugars.

    Returns:
        How wide the strokes are there, in bond lengths.
    """
    bold = [i for a, b, kind in bonds if kind == BondKind.BOLD for i in (a, b)]
    wide = {b for _, b, kind in bonds if kind == BondKind.WEDGE}
    joints = {i: style.wedge for i in bold if i in wide}
    return {i: _bold_width(style) for i in bold if bold.count(i) > 1} | joints


def _bold_width(style: Style) -> float:
    return max(style.wedge * 0.75, style.stroke * 2)


def outer_width(style: Style, kind: int) -> float:
    """Width that a bond takes up across, in bond lengths."""
    if kind == BondKind.DOUBLE:
        return style.double_gap * 2 + style.stroke
    if kind == BondKind.TRIPLE:
        return style.triple_gap * 2 + style.stroke
    if kind in (BondKind.WEDGE, BondKind.HASH, BondKind.BOLD):
        return style.wedge
    return style.stroke


def _at(p: Point, q: Point, t: float) -> Point:
    return (p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t)


def _aside(p: Point, q: Point, offset: float) -> tuple[Point, Point]:
    """Both points moved to the left of p -> q as seen on the page."""
    dx, dy = q[0] - p[0], q[1] - p[1]
    length = max(math.hypot(dx, dy), 1e-6)
    nx, ny = dy / length * offset, -dx / length * offset
    return (p[0] + nx, p[1] + ny), (q[0] + nx, q[1] + ny)


def _stroke(scene: Scene, p: Point, q: Point) -> None:
    scene.ink.line(p, q, scene.style.stroke * scene.unit, not scene.style.butt)


def _double(scene: Scene, a: int, b: int, side: int) -> None:
    style, unit = scene.style, scene.unit
    p, q = scene.places[a], scene.places[b]
    length = max(math.dist(p, q), 1e-6)
    if side:
        start, stop = cut(scene, a, b, p, q)
        _stroke(scene, _at(p, q, start), _at(p, q, stop))
        offsets: tuple[float, ...] = (side * style.double_gap * unit,)
    else:
        half = style.centred_gap * unit / 2
        offsets = (half, -half)
    for offset in offsets:
        p2, q2 = _aside(p, q, offset)
        start, stop = cut(scene, a, b, p2, q2)
        first = _trim(scene, a, b, offset, bool(side)) / length
        last = _trim(scene, b, a, -offset, bool(side)) / length
        if side:
            first, last = first + style.shorten_by, last + style.shorten_by
        if not scene.boxes[a]:
            start = min(first, 0.35)
        if not scene.boxes[b]:
            stop = 1 - min(last, 0.35)
        _stroke(scene, _at(p2, q2, start), _at(p2, q2, stop))


def _trim(scene: Scene, a: int, b: int, offset: float, inner: bool) -> float:
    """How far from atom a the line of a double bond begins that lies ``offset`` left of a -> b.

    An inner line ends on its way to the bisector of the corner; a line of a centred double bond
    ends on the neighbouring line, which lies behind the atom.
    """
    p, q = scene.places[a], scene.places[b]
    along = math.atan2(q[1] - p[1], q[0] - p[0])
    smallest = math.pi
    for c in scene.around[a]:
        if c == b:
            continue
        r = scene.places[c]
        turn = along - math.atan2(r[1] - p[1], r[0] - p[0])
        turn = (turn + math.pi) % (2 * math.pi) - math.pi
        if turn * offset > 0 and 0.2 < abs(turn) < smallest:
            smallest = abs(turn)
    if smallest > 3.0:
        return 0.0
    width = abs(offset)
    if inner:
        return width / math.tan(smallest / 2) * scene.style.shorten
    if not scene.style.joined:
        return 0.0
    return min(max(width / math.tan(smallest), -1.2 * width), 1.2 * width)


def _wedge(scene: Scene, p: Point, q: Point) -> None:
    style, unit = scene.style, scene.unit
    tip, wide = style.wedge_tip * unit, style.wedge * unit
    if not style.hollow:
        scene.ink.line(p, q, tip, False, wide)
        return
    left, right = _aside(p, q, wide / 2)[1], _aside(p, q, -wide / 2)[1]
    for corner, other in ((p, left), (p, right), (left, right)):
        scene.ink.line(corner, other, style.stroke * unit * 0.8, True)


def _hash(scene: Scene, p: Point, q: Point) -> None:
    style, unit = scene.style, scene.unit
    length = math.dist(p, q)
    count = max(3, round(length / (style.hash_step * unit)))
    bar = style.hash_bar * unit
    if style.hash_kind == "dots":
        for i in range(count):
            t = (i + 0.5) / count
            half = style.hash_duty / 2 / count
            scene.ink.line(_at(p, q, t - half), _at(p, q, t + half), style.stroke * unit, False)
        return
    for i in range(count + 1):
        t = i / count
        share = t if style.hash_kind == "grow" else 0.6
        half = max(share * style.wedge, style.stroke) * unit / 2
        middle = _at(p, q, t)
        left, right = _aside(middle, q, half)[0], _aside(middle, q, -half)[0]
        if i == count:
            left, right = _aside(p, q, half)[1], _aside(p, q, -half)[1]
        scene.ink.line(left, right, bar, False)


def _wave(scene: Scene, p: Point, q: Point) -> None:
    style, unit = scene.style, scene.unit
    length = math.dist(p, q)
    turns = max(2, round(2 * length / (style.wave_step * unit))) / 2
    steps = round(4 * turns) if style.zigzag else 8 * math.ceil(turns)
    t = np.linspace(0, 1, steps + 1)
    sway = np.sin(2 * np.pi * turns * t) * style.wave * unit
    along = np.array(q) - np.array(p)
    normal = np.array((along[1], -along[0])) / max(length, 1e-6)
    points = np.array(p) + t[:, None] * along + sway[:, None] * normal
    scene.ink.curve(points, style.stroke * unit)


def _dashes(scene: Scene, p: Point, q: Point) -> None:
    style, unit = scene.style, scene.unit
    count = max(2, round(math.dist(p, q) / (2 * style.dash * unit) + 0.5))
    step = 1 / (count - 0.5)
    for i in range(count):
        start = i * step
        scene.ink.line(
            _at(p, q, start), _at(p, q, min(start + step / 2, 1.0)), style.stroke * unit, False
        )


def _arrow(scene: Scene, p: Point, q: Point) -> None:
    style, unit = scene.style, scene.unit
    head = max(0.22, style.stroke * 3) * unit / max(math.dist(p, q), 1e-6)
    neck = _at(p, q, max(1 - head, 0.2))
    _stroke(scene, p, neck)
    scene.ink.line(q, neck, 1.0, False, max(0.16, style.stroke * 3) * unit)
