"""The pens: exact places, any size, the same from the same seed."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from assemble.graph import BondKind, MoleculeGraph
from data import fonts
from data.depict import depict
from data.drawing import Drawing
from data.fonts import font_book
from data.glyphs import LINE, SIGN, SUB, SUP, levels
from data.pen import draw
from data.style import Style, sample_style

SMILES = (
    "CC(=O)Oc1ccccc1C(=O)O",
    "C[C@H](N)C(=O)N1CCC[C@H]1C#N",
    "FC(F)(F)c1ccc(Cl)cc1[N+](=O)[O-]",
    "C/C=C/CC(C)(C)S(=O)(=O)NC1CC1",
)


def drawing_of(atoms: list[tuple[float, float, str]], bonds: list[tuple[int, int, int]]) -> Drawing:
    graph = MoleculeGraph(
        np.array([atom[:2] for atom in atoms], np.float32),
        tuple(atom[2] for atom in atoms),
        np.zeros(len(atoms)),
        np.array([bond[:2] for bond in bonds], np.int32).reshape(-1, 2),
        np.array([bond[2] for bond in bonds]),
    )
    flat = (0,) * len(atoms)
    return Drawing(graph, flat, flat, (0,) * len(bonds), (), "")


def ink_near(image: np.ndarray, place: np.ndarray, reach: float, paper: int) -> bool:
    """Whether something differs from the paper within ``reach`` pixels of a place."""
    ys, xs = np.nonzero(np.abs(image.astype(int) - paper) > 25)
    return bool((np.hypot(xs - place[0], ys - place[1]) <= reach).any())


@pytest.mark.parametrize("bond_px", [8.0, 14.0, 25.3, 40.0, 150.0])
def test_atoms_are_on_ink(bond_px: float) -> None:
    for seed, smiles in enumerate(SMILES):
        rng = np.random.default_rng(seed)
        drawing = depict(smiles, rng)
        assert drawing is not None
        style = sample_style(rng)
        image, xy = draw(drawing, style, bond_px, rng)
        assert image.dtype == np.uint8
        assert image.ndim == 2
        assert xy.dtype == np.float32
        assert xy.shape == drawing.graph.xy.shape
        centred = {
            i
            for (a, b), side, kind in zip(
                drawing.graph.bonds, drawing.second_sides, drawing.graph.kinds, strict=True
            )
            if side == 0 and kind == BondKind.DOUBLE
            for i in (int(a), int(b))
        }
        for i, (place, label) in enumerate(zip(xy, drawing.graph.labels, strict=True)):
            reach = 0.15 + (style.centred_gap / 2 if i in centred else 0)
            reach = max(reach, style.capital * 0.6) if label else reach
            assert ink_near(image, place, reach * bond_px + 1, style.paper), (smiles, i)


@pytest.mark.parametrize("bond_px", [14.0, 31.7, 90.0])
def test_strokes_start_exactly_at_the_atoms(bond_px: float) -> None:
    drawing = drawing_of([(0, 0, ""), (1, 0, "")], [(0, 1, BondKind.SINGLE)])
    style = Style(stroke=0.1, butt=True)
    image, xy = draw(drawing, style, bond_px, np.random.default_rng(3))
    ink = 255.0 - image
    ys, xs = np.mgrid[: image.shape[0], : image.shape[1]]
    centre = np.array([(ink * xs).sum(), (ink * ys).sum()]) / ink.sum()
    assert centre == pytest.approx(xy.mean(0), abs=0.2)
    length = ink.sum() / 255 / (0.1 * bond_px)
    assert length == pytest.approx(bond_px, rel=0.12)


def test_anchor_letter_is_centred_on_its_atom() -> None:
    drawing = drawing_of([(0, 0, "O"), (4, 0, "H")], [])
    image, xy = draw(drawing, Style(), 40.0, np.random.default_rng(0))
    half = image.shape[1] // 2
    for place, part, start in ((xy[0], image[:, :half], 0), (xy[1], image[:, half:], half)):
        ys, xs = np.nonzero(part < 128)
        assert (xs.min() + xs.max()) / 2 + start == pytest.approx(place[0], abs=1.0)
        assert (ys.min() + ys.max()) / 2 == pytest.approx(place[1], abs=1.0)


def test_wedges_widen_towards_their_end() -> None:
    for kind in (BondKind.WEDGE, BondKind.HASH):
        drawing = drawing_of([(0, 0, ""), (1, 0, "")], [(0, 1, int(kind))])
        image, xy = draw(drawing, Style(wedge=0.3), 60.0, np.random.default_rng(0))
        middle = round(float(xy[:, 0].mean()))
        assert (image[:, middle:] < 128).sum() > 1.5 * (image[:, :middle] < 128).sum()


def test_second_line_lies_on_the_side_that_is_asked_for() -> None:
    atoms = [(0.0, 0.0, ""), (1.0, 0.0, "")]
    for side in (1, -1):
        plain = drawing_of(atoms, [(0, 1, BondKind.DOUBLE)])
        drawing = Drawing(plain.graph, (0, 0), (0, 0), (side,), (), "")
        image, xy = draw(drawing, Style(), 50.0, np.random.default_rng(0), margin=0.5)
        ys, _ = np.nonzero(image < 128)
        # Seen along begin -> end to the right, the left side is up.
        assert (ys.mean() < xy[0, 1]) == (side == 1)


def test_bonds_stop_before_letters() -> None:
    drawing = drawing_of([(0, 0, ""), (1, 0, "O")], [(0, 1, BondKind.SINGLE)])
    style = Style(gap=0.15)
    image, xy = draw(drawing, style, 60.0, np.random.default_rng(0))
    row = image[round(float(xy[0, 1])), round(float(xy[0, 0])) : round(float(xy[1, 0]))]
    black = np.flatnonzero(row < 128)
    gaps = np.diff(black)
    assert gaps.max() > 0.15 * 60 - 2


def test_lost_bonds_leave_their_atoms_visible() -> None:
    atoms = [(0.0, 0.0, ""), (1.0, 0.0, ""), (2.0, 0.0, ""), (3.0, 0.0, "O"), (4.0, 0.0, "")]
    single = int(BondKind.SINGLE)
    drawing = drawing_of(atoms, [(i, i + 1, single) for i in range(4)])
    image, xy = draw(drawing, Style(lost=1.0), 40.0, np.random.default_rng(0))
    between = ((xy[1:] + xy[:-1]) / 2).round().astype(int)
    assert [bool(image[y, x] < 128) for x, y in between] == [True, False, False, True]


def test_same_seed_same_picture() -> None:
    pictures = []
    for _ in range(2):
        rng = np.random.default_rng(11)
        drawing = depict(SMILES[1], rng)
        assert drawing is not None
        pictures.append(draw(drawing, sample_style(rng), 27.0, rng))
    assert np.array_equal(pictures[0][0], pictures[1][0])
    assert np.array_equal(pictures[0][1], pictures[1][1])


def test_every_kind_of_bond_leaves_ink() -> None:
    for kind in BondKind:
        drawing = drawing_of([(0, 0, "N"), (1, 0.5, "")], [(0, 1, int(kind))])
        image, _ = draw(drawing, Style(), 25.0, np.random.default_rng(0))
        assert (image < 128).any()


def test_nothing_drawn_is_a_blank_page() -> None:
    image, xy = draw(drawing_of([], []), Style(), 25.0, np.random.default_rng(0))
    assert xy.shape == (0, 2)
    assert (image == 255).all()


def test_bond_length_must_be_positive() -> None:
    with pytest.raises(ValueError, match="bond_px"):
        draw(drawing_of([], []), Style(), 0.0, np.random.default_rng(0))


def test_crossing_gap_only_takes_ink_away_from_the_lower_bond() -> None:
    atoms = [(0.0, 0.0, ""), (2.0, 0.0, ""), (1.0, -1.0, ""), (1.0, 1.0, "")]
    drawing = drawing_of(atoms, [(0, 1, BondKind.SINGLE), (2, 3, BondKind.SINGLE)])
    image, xy = draw(drawing, Style(crossing=0.15), 40.0, np.random.default_rng(0))
    x, y = (round(float(value)) for value in xy.mean(0))
    assert image[y, x] < 128
    assert image[y, x + 6] > 200
    assert image[y + 6, x] < 128


@pytest.mark.parametrize(
    ("label", "charge", "expected"),
    [
        ("CH3", 0, (LINE, LINE, SUB)),
        ("13CH3", 0, (SUP, SUP, LINE, LINE, SUB)),
        ("CO2-", -1, (LINE, LINE, SUB, SIGN)),
        ("-O2C", -1, (SIGN, LINE, SUB, LINE)),
        ("N2+", 1, (LINE, SUB, SIGN)),
        ("Ca2+", 2, (LINE, LINE, SIGN, SIGN)),
        ("R12", 0, (LINE, SUP, SUP)),
        ("Ra", 0, (LINE, SUP)),
        ("Ru", 0, (LINE, LINE)),
        ("X1", 0, (LINE, SUP)),
        ("t-Bu", 0, (LINE, LINE, LINE, LINE)),
        ("OBut", 0, (LINE, LINE, LINE, SUP)),
        ("N(CH3)2", 0, (LINE, LINE, LINE, LINE, SUB, LINE, SUB)),
    ],
)
def test_levels_of_characters(label: str, charge: int, expected: tuple[int, ...]) -> None:
    assert tuple(levels(label, charge, Style(index="sup"))) == expected


def test_styles_stay_within_reason() -> None:
    for seed in range(300):
        style = sample_style(np.random.default_rng(seed))
        assert style.double_gap >= 1.9 * style.stroke
        assert abs(style.ink - style.paper) >= 80
        assert 0.2 < style.capital < 0.7
        assert math.isfinite(style.wedge)


def test_without_known_fonts_those_of_matplotlib_serve(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fonts, "SYSTEM_FOLDERS", ())
    monkeypatch.delenv(fonts.FOLDER_VARIABLE, raising=False)
    fonts._font_book.cache_clear()
    try:
        book = font_book()
    finally:
        fonts._font_book.cache_clear()
    assert "DejaVu" in book.face("sans", 0.0).regular
    assert "no known fonts" in caplog.text


def test_fonts_of_a_named_folder_are_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = tmp_path / "OfMyOwn.ttf"
    own.write_bytes(Path(font_book().face("sans", 0.0).regular).read_bytes())
    monkeypatch.setenv(fonts.FOLDER_VARIABLE, str(tmp_path))
    assert str(own) in [face.regular for face in font_book().looks["sans"]]


def test_fonts_of_every_look_exist() -> None:
    book = font_book()
    for look in ("sans", "serif", "mono"):
        assert book.looks[look]
        assert book.face(look, 0.999).regular
