"""Whatever is drawn: a molecule, or the documented error, in a short time."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from assemble.graph import GraphError, MoleculeGraph
from assemble.molecule import AssembleError, assemble

LABELS = st.sampled_from(
    ["", "", "", "", "N", "O", "S", "P", "NH", "OH", "CO2Et", "R1", "NO2", "N+", "O-", "??", "H",
     "D", "Si", "Xe", "Pt", "(CH2)3", "HCl", "2HCl", "O·", "Ph", "C-", "B", "13CH3", "SO2", "Boc"]
) | st.text(max_size=12) | st.lists(
    st.sampled_from(["C", "H", "N", "O", "S", "D", "Cl", "Ph", "R", "2", "3", "13", "(", ")", "-",
                     "+", "=", "·", "Me", "tBu", ".", "Na"]), min_size=1, max_size=7
).map("".join)  # fmt: skip
ODD = st.sampled_from([math.nan, math.inf, -math.inf, 1e38, -1e38, 0.0])
LARGE = 1 / 200
"""Share of graphs with 500 atoms: each costs as much time as a hundred others."""


@st.composite
def graphs(draw: st.DrawFn) -> MoleculeGraph | None:
    """Graphs of up to 500 atoms; None where the arrays are refused."""
    n = draw(st.integers(0, 12) | st.integers(0, 12) | st.integers(0, 40))
    # the many numbers of a large graph come from a seed, which shrinks and runs faster
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    if rng.random() < LARGE:
        n = 500
    m = draw(st.integers(0, 2 * n + 2)) if n else 0
    xy = rng.normal(0, 40 * math.sqrt(n + 1), (n, 2))
    if draw(st.booleans()):
        xy = np.round(xy / 60) * 60
    bonds = rng.integers(0, max(n, 1), (m, 2))
    if n > 1 and draw(st.integers(0, 9)):
        # bonds between near neighbours, or any, but hardly ever of an atom with itself
        step = rng.integers(1, draw(st.integers(2, n)), m)
        bonds[:, 1] = (bonds[:, 0] + step) % n
    kinds = rng.integers(1, 11, m)
    if draw(st.booleans()):
        kinds[:] = draw(st.integers(1, 10))
    some = draw(st.lists(LABELS, min_size=1, max_size=8))
    labels = [some[i] for i in rng.integers(0, len(some), n)]
    charges = np.where(rng.random(n) < 0.2, rng.integers(-4, 5, n), 0)
    scores = rng.random(m)
    for i, value in draw(st.lists(st.tuples(st.integers(0, 1000), ODD), max_size=3)):
        if n and draw(st.booleans()):
            xy[i % n, i % 2] = value
        if m:
            scores[i % m] = value
    try:
        return MoleculeGraph(xy, tuple(labels), charges, bonds, kinds, bond_scores=scores)
    except GraphError:
        return None


@given(graphs())
def test_any_graph_gives_a_molecule_or_the_documented_error(drawn: MoleculeGraph | None) -> None:
    if drawn is None:
        return
    try:
        molecule = assemble(drawn)
    except AssembleError:
        return
    assert Chem.MolFromSmiles(molecule.smiles) is not None or "*" in molecule.smiles
