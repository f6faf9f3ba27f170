"""Methyl groups that worn pages have lost."""

import numpy as np
import pytest

from assemble.graph import BondKind, MoleculeGraph
from assemble.molecule import assemble
from detectors.methyls import LIKELY, with_lost_methyls

CHAIN = [(0.0, 0.0), (22.0, 13.0), (44.0, 0.0), (66.0, 13.0), (88.0, 0.0)]


def chain(labels: list[str], kinds: dict[int, BondKind] | None = None) -> MoleculeGraph:
    """Labels along a zigzag, single bonds between them but for some."""
    count = len(labels)
    bonds = [(i, i + 1) for i in range(count - 1)]
    return MoleculeGraph(
        np.array(CHAIN[:count]),
        tuple(labels),
        np.zeros(count),
        np.array(bonds),
        np.array([(kinds or {}).get(i, BondKind.SINGLE) for i in range(count - 1)]),
    )


@pytest.mark.parametrize(
    ("labels", "smiles", "added"),
    [
        (["", "", "O"], "CCOC", 1),
        (["", "", "S"], "CCSC", 1),
        (["", "", "N", "", ""], "CCN(C)CC", 1),
        (["O", "", "N", "", "O"], "COCN(C)COC", 3),
        (["", "", "OH"], "CCO", 0),
        (["", "", "NH", "", ""], "CCNCC", 0),
        (["", "", "O", "", ""], "CCOCC", 0),
    ],
)
def test_labels_without_hydrogens_call_for_methyls(labels, smiles, added):
    found, count = with_lost_methyls(chain(labels))
    assert count == added
    assert assemble(found).smiles == smiles
    assert found.n_atoms == len(labels) + added
    if added:
        gaps = np.linalg.norm(found.xy[:, None] - found.xy[None], axis=-1)
        assert gaps[np.triu_indices(found.n_atoms, 1)].min() > 12
        length = found.bond_length()
        new = found.bonds[-added:]
        np.testing.assert_allclose(gaps[new[:, 0], new[:, 1]], length, rtol=0.01)
        assert (found.atom_scores[-added:] == np.float32(LIKELY)).all()
    else:
        assert found.labels == tuple(labels)


def test_what_has_double_bonds_or_charges_lacks_nothing():
    carbonyl = chain(["", "", "O"], {1: BondKind.DOUBLE})
    imine = chain(["", "N", ""], {0: BondKind.DOUBLE})
    ylide = chain(["", "", "O"])
    ion = MoleculeGraph(ylide.xy, ylide.labels, np.array([0, 0, -1]), ylide.bonds, ylide.kinds)
    for graph in (carbonyl, imine, ion, MoleculeGraph.empty()):
        assert with_lost_methyls(graph)[1] == 0
