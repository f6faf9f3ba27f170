"""Whatever is done to a drawing, its atoms stay on their ink and inside of the page."""

from __future__ import annotations

from dataclasses import fields, replace

import cv2
import numpy as np
import pytest

from assemble.graph import BondKind
from data import clutter, scan, stream
from data.clutter import add_clutter
from data.depict import depict
from data.drawing import Drawing
from data.molecules import bundled_pool
from data.page import paper_of, spoil
from data.pen import draw
from data.scan import PageOdds
from data.stream import SampleStream
from data.style import Style, sample_style

CALM = PageOdds(
    **{field.name: 0.0 for field in fields(PageOdds) if field.type == "float"}
    | {"turn_degrees": 1.6, "shear_by": 0.03, "stretch_by": 0.05, "lowest_bond": 12.0, "hole": 0.22}
)
"""Nothing happens."""
AGEINGS = {
    "turned": replace(CALM, turn=1.0),
    "sheared": replace(CALM, shear=1.0),
    "stretched": replace(CALM, stretch=1.0),
    "one bit": replace(CALM, one_bit=1.0, blur=0.5, rough=0.3),
    "bold": replace(CALM, one_bit=1.0, bolder=1.0),
    "dotted": replace(CALM, one_bit=1.0, dots=1.0),
    "coarse": replace(CALM, one_bit=1.0, low=1.0),
    "broken": replace(CALM, broken=1.0, thinned=0.5, holes_per_bond2=0.06),
    "decimated": replace(CALM, broken=1.0, decimated=1.0, decimated_thinned=0.85),
    "gray": replace(CALM, gray=1.0, uneven=0.5),
    "jpeg": replace(CALM, jpeg=1.0),
    "everything": replace(scan.PageOdds(), turn=1.0, shear=1.0, stretch=1.0),
}
HOLED = 0.22
"""Bond lengths that a hole may take away from a stroke, at most."""


def drawn(seed: int, bond: float) -> tuple[Drawing, Style, np.ndarray, np.ndarray]:
    pool = bundled_pool()
    rng = np.random.default_rng(seed)
    while True:
        drawing = depict(pool[int(rng.integers(len(pool)))], rng)
        if drawing is not None and drawing.graph.n_bonds:
            style = replace(sample_style(rng), lost=0.0)
            image, xy = draw(drawing, style, bond / drawing.graph.bond_length(), rng)
            return drawing, style, image, xy


def to_ink(image: np.ndarray) -> np.ndarray:
    """For each pixel the distance to the nearest one that is no paper."""
    apart = cv2.absdiff(image, np.full_like(image, paper_of(image)))
    faint = max(8.0, 0.25 * float(np.quantile(apart, 0.995)))
    return np.asarray(cv2.distanceTransform((apart < faint).astype(np.uint8), cv2.DIST_L2, 5))


def reaches(drawing: Drawing, style: Style) -> np.ndarray:
    """How far ink may be from each atom, bond lengths: of letters the hole of an O, of bare atoms
    the gap to where their strokes end."""
    out = np.full(drawing.graph.n_atoms, 0.13)
    for (a, b), kind, side in zip(
        drawing.graph.bonds, drawing.graph.kinds, drawing.second_sides, strict=True
    ):
        if kind == BondKind.DOUBLE and side == 0:
            out[[a, b]] = np.maximum(out[[a, b]], 0.1 + style.centred_gap / 2)
        if kind in (BondKind.DASHED, BondKind.HASH):
            out[[a, b]] = np.maximum(out[[a, b]], 0.1 + style.dash)
    written = np.array([bool(label) for label in drawing.graph.labels])
    return np.where(written, np.maximum(out, 0.6 * style.capital), out)


@pytest.mark.parametrize("name", AGEINGS)
def test_atoms_stay_on_their_ink(name: str) -> None:
    lost = total = 0
    for seed in range(6):
        drawing, style, image, xy = drawn(seed, 46.0)
        rng = np.random.default_rng(seed)
        image, xy = add_clutter(image, xy, rng, replace(clutter.ODDS, any=1.0, rule=0, page_edge=0))
        page, places = spoil(image, xy, rng, AGEINGS[name], reduce=0.6)
        height, width = page.shape
        assert (places >= 0).all() and (places <= [width - 1, height - 1]).all()
        bond = 46.0 * 0.6 / drawing.graph.bond_length()
        reach = reaches(drawing, style) * bond + 1.5
        if name in ("broken", "decimated", "everything"):
            reach += HOLED * bond
        x, y = places.round().astype(int).T
        apart = to_ink(page)[y, x]
        lost += int((apart > reach).sum())
        total += len(places)
    assert total > 60
    assert lost <= (0.01 * total if name in ("broken", "everything") else 0)


def test_every_sample_is_inside_of_its_page() -> None:
    samples = SampleStream(bundled_pool(), seed=11, drawings=1, pages=1)
    for index in range(50):
        sample = samples.sample(index)
        height, width = sample.image.shape
        assert (sample.graph.xy >= 0).all()
        assert (sample.graph.xy <= [width - 1, height - 1]).all()


@pytest.mark.parametrize("hand", ["RDKIT_SHARE", "INDIGO_SHARE"])
def test_other_hands_put_ink_where_they_say(hand: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for share in ("RDKIT_SHARE", "INDIGO_SHARE"):
        monkeypatch.setattr(stream, share, float(share == hand))
    monkeypatch.setattr(stream, "spoil", lambda image, xy, *_: (image, xy))
    monkeypatch.setattr(stream, "add_clutter", lambda image, xy, rng: (image, xy))
    samples = SampleStream(bundled_pool(), seed=2, drawings=1, pages=1)
    for index in range(15):
        sample = samples.sample(index)
        if not sample.smiles:
            continue
        x, y = sample.graph.xy.round().astype(int).T
        bare = np.array([not label for label in sample.graph.labels])
        apart = to_ink(sample.image)[y, x] / sample.bond_length
        assert (apart[~bare] < 0.45).all()
        assert (apart[bare] < 0.25).all()
