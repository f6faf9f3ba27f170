"""Rendered samples on the fly: sample ``i`` of seed ``s`` is always the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
from numpy.typing import NDArray
from rdkit import rdBase

from assemble.graph import MoleculeGraph
from data.clutter import add_clutter
from data.depict import depict
from data.drawing import Drawing
from data.indigo_pen import draw_indigo
from data.page import ODDS, spoil
from data.pen import draw
from data.rdkit_pen import draw_rdkit
from data.real import RealDrawing, at_bond_length, placed
from data.scan import PageOdds
from data.style import sample_style

BOND_MEDIAN = 25.0
"""Pixels of a bond in the middle of the range that is rendered."""
BOND_SPREAD = 0.30
"""Standard deviation of log2 of the bond length."""
BOND_RANGE = (12.0, 48.0)
RDKIT_SHARE = 0.15
"""Share of drawings made by RDKit's own renderer."""
INDIGO_SHARE = 0.05
"""Share of drawings made by Indigo, where it is installed; the others are by the vector pen."""
FINE_SHARE = 0.75
"""Share of pages that are drawn and spoilt finer than they are read: scans mostly are."""
FINE_RANGE = (1.2, 2.4)
"""How much finer."""
FINEST_BOND = 64.0
"""Longest bond, in pixels, of a page before it is shrunk; drawing costs time."""
FLAT_SKIPPED = 0.5
"""Share of the picked molecules without stereo that are passed over: wedges are rare otherwise."""
MOST_TRIES = 1000
"""Molecules tried for one sample before the pool is called useless."""
BLANK_SHARE = 0.01
"""Share of samples with no molecule at all."""
DRAWINGS_PER_LAYOUT = 2
"""One layout is drawn by this many hands: laying out takes as long as drawing and ageing."""
PAGES_PER_DRAWING = 3
"""One drawing is printed and scanned this often: at another scale, with other things around it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One page with one drawing and its truth."""

    image: NDArray[np.uint8]
    """(H, W) gray as a scanner would give it."""
    graph: MoleculeGraph
    """What is drawn, in pixels of the image."""
    smiles: str
    """The molecule that the drawing stands for; "" on a page without one."""
    bond_length: float
    """Median bond length in pixels."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A molecule of the pool and what is to be drawn of it."""

    molecule: str
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Drawn:
    """A clean drawing and the sizes its pages are read at."""

    image: NDArray[np.uint8]
    graph: MoleculeGraph
    """In pixels of the image."""
    smiles: str
    reduce: tuple[float, ...]
    """Size of each page, of the image."""
    worn: bool | None = None
    """Whether its pages are broken ones; None leaves that to chance. They are where bonds are
    missing, and are not where atoms a bond apart have none."""


class SampleStream:
    """Endless rendered samples of a list of molecules.

    What is expensive is used several times: ``block`` samples in a row come from one layout, which
    several hands draw, and each of their drawings is aged several times. Samples asked for in
    order are cheap therefore; in any order they are the same.

    Args:
        molecules: SMILES to draw from.
        seed: of everything random.
        real: real drawings with known graphs to mix in.
        real_share: share of the samples that are real drawings, if there are any.
        drawings: of one layout.
        pages: of one drawing.
        ageing: what printing and scanning do to the pages.
    """

    def __init__(
        self,
        molecules: Sequence[str],
        seed: int = 0,
        real: Sequence[RealDrawing] = (),
        real_share: float = 0.2,
        drawings: int = DRAWINGS_PER_LAYOUT,
        pages: int = PAGES_PER_DRAWING,
        ageing: PageOdds = ODDS,
    ) -> None:
        if not molecules:
            raise ValueError("molecules: expected at least one SMILES, got none")
        if drawings < 1 or pages < 1:
            raise ValueError(f"drawings, pages: expected at least 1, got {drawings}, {pages}")
        self.molecules = molecules
        self.seed = seed
        self.real = real
        self.real_share = real_share if real else 0.0
        self.drawings = drawings
        self.pages = pages
        self.ageing = ageing
        # the latest of each with its number: samples are asked for in order
        self._layout: tuple[int, Layout] | None = None
        self._drawn: tuple[int, Drawn] | None = None

    @property
    def block(self) -> int:
        """Samples in a row that share a layout; the first index of a block is a multiple of it."""
        return self.drawings * self.pages

    def blocks(self, first: int, number: int, step: int) -> Iterator[range]:
        """The indices of every ``step``-th whole block from sample ``first`` on, without end.

        Args:
            first: sample before which there is nothing.
            number: of the first of these blocks, from 0 at the first whole one.
            step: 1 takes all; processes that share the work take every n-th.
        """
        for block in count(-(-first // self.block) + number, step):
            yield range(block * self.block, (block + 1) * self.block)

    def sample(self, index: int) -> Sample:
        """Sample ``index``, the same in every process; what can't be drawn is skipped."""
        rng = np.random.default_rng((self.seed, index))
        if rng.random() < BLANK_SHARE:
            return _blank(_bond_length(rng), self.ageing, rng)
        if rng.random() < self.real_share:
            drawing = self.real[int(rng.integers(len(self.real)))]
            image, xy = at_bond_length(drawing, _bond_length(rng), rng)
            graph = placed(drawing, xy)
            return Sample(image, graph, drawing.smiles, graph.bond_length())
        number, page = divmod(index, self.pages)
        return _aged(self.drawn(number), page, self.ageing, rng)

    def layout(self, number: int) -> Layout:
        """Layout ``number``, that of the samples from ``number * block`` on.

        Raises:
            ValueError: no molecule of the pool can be drawn.
        """
        if self._layout is None or self._layout[0] != number:
            # metals make RDKit complain, and are drawn none the less
            with rdBase.BlockLogs():
                self._layout = number, self._lay_out(np.random.default_rng((self.seed, number, 2)))
        return self._layout[1]

    def drawn(self, number: int) -> Drawn:
        """Drawing ``number``, that of the samples from ``number * pages`` on."""
        if self._drawn is None or self._drawn[0] != number:
            layout = self.layout(number // self.drawings)
            rng = np.random.default_rng((self.seed, number, 3))
            with rdBase.BlockLogs():
                self._drawn = number, _drawn(layout, self.pages, rng)
        return self._drawn[1]

    def _lay_out(self, rng: np.random.Generator) -> Layout:
        for _ in range(MOST_TRIES):
            smiles = self.molecules[int(rng.integers(len(self.molecules)))]
            if "@" not in smiles and rng.random() < FLAT_SKIPPED:
                continue
            drawing = depict(smiles, rng)
            if drawing is not None and drawing.graph.n_bonds:
                return Layout(smiles, drawing)
        raise ValueError(f"none of {MOST_TRIES} molecules of the pool could be drawn")


def _bond_length(rng: np.random.Generator) -> float:
    """Pixels of a bond on a page as it is read."""
    return float(np.clip(BOND_MEDIAN * np.exp2(rng.normal(0, BOND_SPREAD)), *BOND_RANGE))


def _drawn(layout: Layout, pages: int, rng: np.random.Generator) -> Drawn:
    """A clean drawing by one of the hands, large enough for all of its pages."""
    bonds = [_bond_length(rng) for _ in range(pages)]
    fine = float(rng.uniform(*FINE_RANGE)) if rng.random() < FINE_SHARE else 1.0
    bond = max(bonds) * max(1.0, min(fine, FINEST_BOND / max(bonds)))
    reduce = tuple(page / bond for page in bonds)
    lot = rng.random()
    if lot < RDKIT_SHARE + INDIGO_SHARE:
        hand = draw_rdkit if lot < RDKIT_SHARE else draw_indigo
        rendered = hand(layout.molecule, bond, rng)
        if rendered is not None:
            return Drawn(*rendered, layout.molecule, reduce)
    drawing = layout.drawing
    unit = bond / drawing.graph.bond_length()
    style = sample_style(rng)
    if drawing.gap:
        style = replace(style, lost=0.0)
    image, xy = draw(drawing, style, unit, rng)
    worn = True if style.lost else False if drawing.gap else None
    return Drawn(image, replace(drawing.graph, xy=xy), drawing.smiles, reduce, worn)


def _aged(drawn: Drawn, page: int, ageing: PageOdds, rng: np.random.Generator) -> Sample:
    """One of the pages of a drawing."""
    if drawn.worn is not None:
        ageing = ageing.all_broken() if drawn.worn else ageing.none_broken()
    image, xy = add_clutter(drawn.image, drawn.graph.xy, rng)
    image, xy = spoil(image, xy, rng, ageing, drawn.reduce[page])
    graph = replace(drawn.graph, xy=xy)
    return Sample(image, graph, drawn.smiles, graph.bond_length())


def _blank(bond: float, ageing: PageOdds, rng: np.random.Generator) -> Sample:
    size = rng.integers(120, 320, 2)
    empty = np.zeros((0, 2), np.float32)
    image, _ = add_clutter(np.full(size, 255, np.uint8), empty, rng)
    image, _ = spoil(image, empty, rng, ageing)
    return Sample(image, MoleculeGraph.empty(), "", bond)
