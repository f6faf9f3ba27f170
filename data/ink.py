"""A large page of ink coverage to draw on; it is scaled down when done."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
_BITS = 4
_ONE = 1 << _BITS


class Ink:
    """Coverage (H, W), 0 bare paper to 255 full ink; pixel centres at whole numbers.

    OpenCV also paints the pixels that an outline touches, so every shape is drawn half a pixel
    smaller all around.
    """

    def __init__(self, width: int, height: int) -> None:
        self.page: NDArray[np.uint8] = np.zeros((height, width), np.uint8)

    def polygon(self, points: Sequence[Point], level: int = 255) -> None:
        """Fill a convex polygon, as given."""
        corners = [(round(x * _ONE), round(y * _ONE)) for x, y in points]
        cv2.fillConvexPoly(self.page, np.array(corners, np.int32), level, cv2.LINE_8, _BITS)

    def line(
        self, p: Point, q: Point, width: float, round_caps: bool, end_width: float | None = None
    ) -> None:
        """A straight stroke; ``end_width`` at ``q`` makes a wedge."""
        dx, dy = q[0] - p[0], q[1] - p[1]
        length = math.hypot(dx, dy)
        if length < 1e-6:
            return
        nx, ny = -dy / length, dx / length
        a = max(width / 2 - 0.5, 0.0)
        b = a if end_width is None else max(end_width / 2 - 0.5, 0.0)
        self.polygon(
            (
                (p[0] + nx * a, p[1] + ny * a),
                (q[0] + nx * b, q[1] + ny * b),
                (q[0] - nx * b, q[1] - ny * b),
                (p[0] - nx * a, p[1] - ny * a),
            )
        )
        if round_caps:
            self.disc(p, width)
            self.disc(q, width)

    def erase(self, p: Point, q: Point, width: float) -> None:
        """Take the ink away along a straight stroke."""
        dx, dy = q[0] - p[0], q[1] - p[1]
        length = max(math.hypot(dx, dy), 1e-6)
        nx, ny = -dy / length * width / 2, dx / length * width / 2
        self.polygon(
            (
                (p[0] + nx, p[1] + ny),
                (q[0] + nx, q[1] + ny),
                (q[0] - nx, q[1] - ny),
                (p[0] - nx, p[1] - ny),
            ),
            0,
        )

    def disc(self, centre: Point, width: float) -> None:
        radius = width / 2 - 0.5
        if radius > 0.3:
            place = (round(centre[0] * _ONE), round(centre[1] * _ONE))
            cv2.circle(self.page, place, round(radius * _ONE), 255, -1, cv2.LINE_8, _BITS)

    def ring(self, centre: Point, radius: float, width: float) -> None:
        """A circle drawn as a line."""
        place = (round(centre[0] * _ONE), round(centre[1] * _ONE))
        thick = max(1, round(width))
        cv2.circle(self.page, place, round(radius * _ONE), 255, thick, cv2.LINE_8, _BITS)

    def curve(self, points: NDArray[np.float64], width: float) -> None:
        """A line through points (K, 2)."""
        corners = np.round(points * _ONE).astype(np.int32).reshape(-1, 1, 2)
        thick = max(1, round(width))
        cv2.polylines(self.page, [corners], False, 255, thick, cv2.LINE_8, _BITS)

    def stamp(
        self,
        mask: NDArray[np.uint8],
        box: tuple[float, float, float, float],
        level: int,
        thicken: float = 0.0,
    ) -> None:
        """Put a mask (h, w) into a box (left, top, right, bottom); what is outside is cut off.

        Strokes of the mask become wider by ``thicken`` pixels, rounded, within the box.
        """
        left, top = round(box[0] + 0.5), round(box[1] + 0.5)
        width = max(1, round(box[2] - box[0]))
        height = max(1, round(box[3] - box[1]))
        if not mask.size:
            return
        small = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)
        if thicken >= 0.5:
            reach = round(thicken) + 1
            small = cv2.dilate(small, np.ones((reach, reach), np.uint8))
        if level < 255:
            small = cv2.convertScaleAbs(small, alpha=level / 255)
        page = self.page
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + width, page.shape[1]), min(top + height, page.shape[0])
        if x0 < x1 and y0 < y1:
            part = page[y0:y1, x0:x1]
            np.maximum(part, small[y0 - top : y1 - top, x0 - left : x1 - left], out=part)

    def reduced(self, factor: int) -> NDArray[np.uint8]:
        """Coverage on a page ``factor`` times smaller (whole blocks of pixels averaged)."""
        if factor == 1:
            return self.page
        height, width = self.page.shape
        size = (width // factor, height // factor)
        return np.asarray(cv2.resize(self.page, size, interpolation=cv2.INTER_AREA), np.uint8)
