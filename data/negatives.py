"""Pictures that are no molecules: pages of text, tables, charts, diagrams, logos, photos.

They measure how well pictures without a structure are refused, and thresholds are set by them.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from data.fonts import font_book

Picture = Image.Image
Kind = Callable[[np.random.Generator], Picture]

_TEXT = """
a acid added amine and as at based bath blue by catalyst claim column combined compound cooled
device dried drug embodiment ether example extract figure filtered formula from given gave in
invention is layer least material means method mixture mmol model of oil or organic phase
prepared process product reaction residue said salt sample second shown solid solution solvent
stirred system temperature the then thereof to use value was water were wherein which with yield
0.5 1 2 3.1 10 12 24 100 (5 mL) (30%) 1H-NMR IR MS m/z NaOH HCl CH2Cl2 THF Et3N H2O
"""
WORDS = _TEXT.split()
PHOTOS = (
    "astronaut.png", "brick.png", "camera.png", "cell.png", "chelsea.png", "clock_motion.png",
    "coffee.png", "coins.png", "grass.png", "gravel.png", "hubble_deep_field.jpg", "ihc.png",
    "microaneurysms.png", "moon.png", "motorcycle_left.png", "retina.jpg", "rocket.jpg",
)  # fmt: skip
"""Of those that scikit-image ships; the ones that an installation lacks are passed over."""


def negative(seed: int, index: int) -> tuple[str, Picture]:
    """A picture without a structure and its kind; ``index`` of a seed is always the same one.

    Kinds take turns, so that the first few of a seed have one of each.
    """
    rng = np.random.default_rng((seed, index))
    name = list(KINDS)[index % len(KINDS)]
    return name, _aged(KINDS[name](rng), rng)


def text_page(rng: np.random.Generator) -> Picture:
    """Paragraphs in one column or two, with a heading now and then."""
    size = int(rng.integers(10, 34))
    font = _font(rng, size)
    columns = int(rng.integers(1, 3))
    width, height = int(rng.integers(16, 50)) * size, int(rng.integers(3, 50)) * size
    page = Image.new("L", (columns * (width + size) + size, height), 255)
    draw = ImageDraw.Draw(page)
    for column in range(columns):
        left, y = size + column * (width + size), float(rng.uniform(0, size))
        while y < height - size:
            if rng.random() < 0.9:
                draw.text((left, y), _line(rng, font, width), fill=0, font=font)
            y += size * 1.3
    return page


def table(rng: np.random.Generator) -> Picture:
    """Words and numbers in cells, ruled fully, between rows, or not at all."""
    size = int(rng.integers(10, 28))
    font = _font(rng, size)
    rows, columns = int(rng.integers(2, 14)), int(rng.integers(2, 7))
    cell, rise = int(rng.integers(3, 9)) * size, int(size * rng.uniform(1.4, 2.5))
    page = Image.new("L", (columns * cell + 2 * size, rows * rise + 2 * size), 255)
    draw = ImageDraw.Draw(page)
    ruled, width = rng.integers(3), int(rng.integers(1, 4))
    right, bottom = size + columns * cell, size + rows * rise
    for row in range(rows + 1):
        if ruled or row in (0, 1, rows):
            y = size + row * rise
            draw.line((size, y, right, y), fill=0, width=width)
    for column in range(columns + 1):
        if ruled == 2:
            x = size + column * cell
            draw.line((x, size, x, bottom), fill=0, width=width)
    for row in range(rows):
        for column in range(columns):
            number = f"{rng.uniform(0, 200):.{rng.integers(3)}f}"
            text = _line(rng, font, cell - size) if row == 0 or column == 0 else number
            if rng.random() < 0.9:
                draw.text((2 * size + column * cell, size + row * rise), text, fill=0, font=font)
    return page


def chart(rng: np.random.Generator) -> Picture:
    """Lines, bars, points, boxes, a pie, a spectrum or a map of contours, with axes or without."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=tuple(rng.uniform(2, 6, 2)), dpi=int(rng.integers(50, 160)))
    axes = figure.subplots()
    x = np.arange(int(rng.integers(4, 30)))
    colour = "black" if rng.random() < 0.6 else None
    kind = rng.integers(8)
    if kind == 0:
        for _ in range(rng.integers(1, 4)):
            marker = rng.choice(["", "o", "s", "^", "x"])
            axes.plot(x, np.cumsum(rng.normal(size=len(x))), marker=marker, color=colour)
    elif kind == 1:
        axes.bar(x, rng.uniform(1, 9, len(x)), color=colour or "gray", fill=rng.random() < 0.5)
    elif kind == 2:
        axes.scatter(rng.normal(size=60), rng.normal(size=60), marker=rng.choice(["o", "x", "+"]))
    elif kind == 3:
        axes.boxplot([rng.normal(size=30) for _ in range(rng.integers(2, 7))])
    elif kind == 4:
        labels = [str(rng.choice(WORDS)) for _ in range(5)]
        axes.pie(rng.uniform(1, 5, 5), labels=labels, wedgeprops={"fill": False, "lw": 1})
    elif kind == 5:
        peaks = np.zeros(2000)
        for place in rng.integers(50, 1950, 20):
            peaks += rng.exponential() * np.exp(-((np.arange(2000) - place) ** 2) / 20)
        axes.plot(peaks, color="black", lw=0.8)
    elif kind == 6:
        axes.contour(np.cumsum(np.cumsum(rng.normal(size=(20, 20)), 0), 1), colors=colour)
    else:
        axes.step(x, np.exp(-x / 9), color="black", where="post")
        axes.grid(rng.random() < 0.5)
    if rng.random() < 0.7:
        axes.set_xlabel(" ".join(rng.choice(WORDS, 2)))
        axes.set_ylabel(" ".join(rng.choice(WORDS, 2)))
    if rng.random() < 0.2:
        axes.set_axis_off()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return Image.open(buffer).convert("L")


def diagram(rng: np.random.Generator) -> Picture:
    """Boxes, rounds and rhombs with words in them, joined by arrows."""
    size = int(rng.integers(10, 22))
    font = _font(rng, size)
    rows, columns = int(rng.integers(1, 5)), int(rng.integers(1, 4))
    wide, high = int(rng.integers(5, 10)) * size, int(rng.integers(2, 5)) * size
    gap = int(rng.integers(1, 5)) * size
    page = Image.new("L", (columns * (wide + gap) + gap, rows * (high + gap) + gap), 255)
    draw = ImageDraw.Draw(page)
    width = int(rng.integers(1, 4))
    for row in range(rows):
        for column in range(columns):
            left, top = gap + column * (wide + gap), gap + row * (high + gap)
            right, bottom = left + wide, top + high
            middle, level = left + wide // 2, top + high // 2
            shape = rng.integers(4)
            if shape == 0:
                draw.rectangle((left, top, right, bottom), outline=0, width=width)
            elif shape == 1:
                draw.ellipse((left, top, right, bottom), outline=0, width=width)
            elif shape == 2:
                draw.rounded_rectangle((left, top, right, bottom), size, outline=0, width=width)
            else:
                corners = [(middle, top), (right, level), (middle, bottom), (left, level)]
                draw.polygon(corners, outline=0, width=width)
            text = _line(rng, font, wide - 2 * size)
            draw.text((middle, level), text, fill=0, font=font, anchor="mm")
            if row:
                draw.line((middle, top - gap, middle, top), fill=0, width=width)
                head = [(middle - 4, top - 8), (middle + 4, top - 8), (middle, top)]
                draw.polygon(head, fill=0)
            if column and rng.random() < 0.5:
                draw.line((left - gap, level, left, level), fill=0, width=width)
    return page


def logo(rng: np.random.Generator) -> Picture:
    """A few bold shapes, filled or not, with a name."""
    side = int(rng.integers(60, 400))
    page = Image.new("RGB", (side * int(rng.integers(1, 3)), side), "white")
    draw = ImageDraw.Draw(page)
    for _ in range(rng.integers(1, 5)):
        ink = tuple(rng.integers(0, 200, 3).tolist())
        x, y = rng.uniform(0.25, 0.75, 2) * side
        reach = rng.uniform(0.1, 0.4) * side
        fill = ink if rng.random() < 0.6 else None
        width = max(2, round(side * rng.uniform(0.01, 0.08)))
        corners = int(rng.integers(2, 9))
        if corners > 4:
            width = max(width, round(0.2 * reach))  # in thin lines it would be a ring of carbons
        if corners == 2:
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill, ink, width)
        else:
            draw.regular_polygon((x, y, reach), corners, rng.uniform(0, 90), fill, ink, width)
    if rng.random() < 0.7:
        font = _font(rng, max(10, side // int(rng.integers(3, 8))))
        draw.text((side * 0.2, side * 0.4), str(rng.choice(WORDS)).title(), fill="black", font=font)
    return page


def formula(rng: np.random.Generator) -> Picture:
    """Mathematics, or a reaction equation in letters."""
    from matplotlib.figure import Figure

    texts = (
        r"$\int_0^\infty e^{-x^2}dx=\frac{\sqrt{\pi}}{2}$",
        r"$k = A\,e^{-E_a/RT}$",
        r"$\mathrm{2H_2 + O_2 \longrightarrow 2H_2O}$",
        r"$\mathrm{C_6H_{12}O_6 + 6\,O_2 \rightarrow 6\,CO_2 + 6\,H_2O}$",
        r"$\sum_{i=1}^{n} \frac{x_i - \mu}{\sigma^2} \leq \lambda$",
        r"$A = \pi r^2, \quad V = \frac{4}{3}\pi r^3$",
        r"$\frac{\partial u}{\partial t} = D\,\nabla^2 u$",
        r"$\mathrm{[Fe(CN)_6]^{4-} \rightleftharpoons [Fe(CN)_6]^{3-} + e^-}$",
    )
    figure = Figure(figsize=(4, float(rng.uniform(0.6, 2))), dpi=int(rng.integers(60, 200)))
    text = str(rng.choice(texts))
    figure.text(0.5, 0.5, text, fontsize=float(rng.uniform(9, 17)), ha="center", va="center")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return Image.open(buffer).convert("L")


def drawing(rng: np.random.Generator) -> Picture:
    """A scribble, a signature, squared paper, staves, a bar code, rays or nested rings."""
    width, height = (int(side) for side in rng.integers(80, 500, 2))
    page = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(page)
    pen = int(rng.integers(1, 5))
    kind = rng.integers(6)
    if kind == 0:
        steps = rng.normal(0, 0.08, (int(rng.integers(8, 60)), 2)).cumsum(0) + rng.uniform(0, 1, 2)
        draw.line([(x % 1 * width, y % 1 * height) for x, y in steps.tolist()], fill=0, width=pen)
    elif kind == 1:
        t = np.linspace(0, float(rng.uniform(10, 60)), 600)
        xs = (0.1 + 0.8 * t / t.max() + 0.05 * np.sin(t * rng.uniform(0.5, 2))) * width
        ys = (0.5 + 0.3 * np.sin(t) * np.cos(t * rng.uniform(0.1, 0.5))) * height
        draw.line(list(zip(xs.tolist(), ys.tolist(), strict=True)), fill=0, width=pen)
    elif kind == 2:
        step = int(rng.integers(8, 40))
        for x in range(step, width, step):
            draw.line((x, 0, x, height), fill=0, width=pen)
        for y in range(step, height, step if rng.random() < 0.7 else 3 * step):
            draw.line((0, y, width, y), fill=0, width=pen)
    elif kind == 3:
        x = 10
        while x < width - 10:
            bar = int(rng.integers(1, 4)) * pen
            draw.rectangle((x, 10, x + bar - 1, height - 20), fill=0)
            x += bar + int(rng.integers(1, 4)) * pen
    elif kind == 4:
        for angle in np.linspace(0, 2 * np.pi, int(rng.integers(5, 24)), endpoint=False):
            x, y = np.cos(angle), np.sin(angle)
            draw.line(
                (width / 2, height / 2, width / 2 * (1 + 0.9 * x), height / 2 * (1 + 0.9 * y)),
                fill=0,
                width=pen,
            )
    else:
        for ring in range(1, int(rng.integers(2, 9))):
            box = (ring * 8, ring * 8, width - ring * 8, height - ring * 8)
            if box[2] > box[0] and box[3] > box[1]:
                draw.ellipse(box, outline=0, width=pen)
    return page


def photo(rng: np.random.Generator) -> Picture:
    """A part of a photo or a micrograph, in colour, gray or two tones."""
    import skimage

    folder = Path(skimage.__file__).parent / "data"
    found = [folder / name for name in PHOTOS if (folder / name).is_file()]
    if not found:
        raise FileNotFoundError(f"none of the pictures of scikit-image is in {folder}")
    picture = Image.open(found[int(rng.integers(len(found)))]).convert("RGB")
    share = rng.uniform(0.4, 1.0)
    width, height = (round(side * share) for side in picture.size)
    left = int(rng.integers(picture.width - width + 1))
    top = int(rng.integers(picture.height - height + 1))
    longest = int(rng.integers(120, 700))
    part = picture.crop((left, top, left + width, top + height))
    part.thumbnail((longest, longest))
    tones = rng.integers(4)
    if tones == 0:
        return part
    gray = part.convert("L")
    if tones == 1:
        return gray.convert("1").convert("L")  # dithered
    if tones == 2:
        level = int(np.median(np.asarray(gray)))
        return gray.point(lambda value: 255 * (value > level))
    return gray


KINDS: dict[str, Kind] = {
    "text": text_page,
    "table": table,
    "chart": chart,
    "diagram": diagram,
    "logo": logo,
    "formula": formula,
    "drawing": drawing,
    "photo": photo,
}


def _font(rng: np.random.Generator, size: int) -> ImageFont.FreeTypeFont:
    face = font_book().face(str(rng.choice(["sans", "serif", "mono"])), float(rng.random()))
    path = (face.regular, face.bold, face.italic)[int(rng.choice(3, p=(0.7, 0.2, 0.1)))]
    return ImageFont.truetype(path, size)


def _line(rng: np.random.Generator, font: ImageFont.FreeTypeFont, width: int) -> str:
    """Words that fill a line, one at least."""
    words = [str(rng.choice(WORDS))]
    while font.getlength(" ".join(words)) < width:
        words.append(str(rng.choice(WORDS)))
    return " ".join(words[:-1] or words)


def _aged(picture: Picture, rng: np.random.Generator) -> Picture:
    """As it may come: as it is, smaller, scanned with noise, or in two tones."""
    how = rng.integers(5)
    if how == 0:
        factor = float(rng.uniform(0.4, 0.9))
        width, height = (max(8, round(side * factor)) for side in picture.size)
        return picture.resize((width, height), Image.Resampling.BILINEAR)
    if how == 1:
        values: NDArray[np.float64] = np.asarray(picture.convert("L"), np.float64)
        noisy = values + rng.normal(0, rng.uniform(3, 15), values.shape)
        return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    if how == 2:
        return picture.convert("L").point(lambda value: 255 * (value > 150))
    return picture
