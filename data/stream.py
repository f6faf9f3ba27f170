"""Rendered samples on the fly: sample ``i`` of seed ``s`` is always the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assemble.graph import MoleculeGraph
from data.clutter import add_clutter
from data.depict import depict
from data.page import spoil
from data.pen import draw
from data.rdkit_pen import draw_rdkit
from data.real import RealDrawing, at_bond_length, placed
from data.style import sample_style

BOND_MEDIAN = 25.0
"""Pixels of a bond in the middle of the range that is rendered."""
BOND_SPREAD = 0.30
"""Standard deviation of log2 of the bond length."""
BOND_RANGE = (12.0, 48.0)
RDKIT_SHARE = 0.15
"""Share of drawings made by RDKit's own renderer; the others are made by the vector pen."""
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


class SampleStream:
    """Endless rendered samples of a list of molecules.

    Args:
        molecules: SMILES to draw from.
        seed: of everything random.
        real: real drawings with known graphs to mix in.
        real_share: share of the samples that are real drawings, if there are any.
    """

    def __init__(
        self,
        molecules: Sequence[str],
        seed: int = 0,
        real: Sequence[RealDrawing] = (),
        real_share: float = 0.15,
    ) -> None:
        if not molecules:
            raise ValueError("molecules: expected at least one SMILES, got none")
        self.molecules = molecules
        self.seed = seed
        self.real = real
        self.real_share = real_share if real else 0.0

    def sample(self, index: int) -> Sample:
        """Sample ``index``, the same in every process; what can't be drawn is skipped."""
        rng = np.random.default_rng((self.seed, index))
        bond = BOND_MEDIAN * float(np.exp2(rng.normal(0, BOND_SPREAD)))
        bond = float(np.clip(bond, *BOND_RANGE))
        if rng.random() < BLANK_SHARE:
            return _blank(bond, rng)
        if rng.random() < self.real_share:
            drawing = self.real[int(rng.integers(len(self.real)))]
            image, xy = at_bond_length(drawing, bond, rng)
            graph = placed(drawing, xy)
            return Sample(image, graph, drawing.smiles, graph.bond_length())
        return self._render(bond, rng)

    def _render(self, bond: float, rng: np.random.Generator) -> Sample:
        for _ in range(MOST_TRIES):
            smiles = self.molecules[int(rng.integers(len(self.molecules)))]
            if "@" not in smiles and rng.random() < FLAT_SKIPPED:
                continue
            fine = float(rng.uniform(*FINE_RANGE)) if rng.random() < FINE_SHARE else 1.0
            fine = max(1.0, min(fine, FINEST_BOND / bond))
            drawn = _draw(smiles, bond * fine, rng)
            if drawn is None or not drawn[1].n_bonds:
                continue
            image, graph, meant = drawn
            image = add_clutter(image, graph.xy, rng)
            image, xy = spoil(image, graph.xy, rng, reduce=1 / fine)
            graph = replace(graph, xy=xy)
            return Sample(image, graph, meant, graph.bond_length())
        raise ValueError(f"none of {MOST_TRIES} molecules of the pool could be drawn")


def _draw(
    smiles: str, bond: float, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], MoleculeGraph, str] | None:
    """A clean drawing by one of the two pens, its graph in pixels, and the molecule it shows."""
    if rng.random() < RDKIT_SHARE:
        rendered = draw_rdkit(smiles, bond, rng)
        return None if rendered is None else (*rendered, smiles)
    drawing = depict(smiles, rng)
    if drawing is None:
        return None
    image, xy = draw(drawing, sample_style(rng), bond, rng)
    return image, replace(drawing.graph, xy=xy), drawing.smiles


def _blank(bond: float, rng: np.random.Generator) -> Sample:
    size = rng.integers(120, 320, 2)
    empty = np.zeros((0, 2), np.float32)
    image = add_clutter(np.full(size, 255, np.uint8), empty, rng)
    image, _ = spoil(image, empty, rng)
    return Sample(image, MoleculeGraph.empty(), "", bond)
