"""What else a drawing may show: other readings of its atoms and bonds, with probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assemble.graph import GraphError

NO_BOND = 0
"""Value among the kinds for two atoms that are not bonded."""
LEAST = 1e-4
"""Readings less probable than this are not worth naming."""


@dataclass(frozen=True, slots=True, eq=False)
class Alternatives:
    """Scored readings beside a :class:`MoleculeGraph`, as three tables with a row for each.

    Rows stand in any order. They may name what the graph shows already; what they don't name is
    taken to be impossible, except what the graph shows.

    Raises:
        GraphError: the columns of a table differ in length.
    """

    label_atoms: NDArray[np.int32]
    """(A,) the atom that each label is a reading of."""
    labels: tuple[str, ...]
    label_scores: NDArray[np.float32]
    """(A,) probability in [0, 1]."""
    charge_atoms: NDArray[np.int32]
    """(C,) the atom that each charge is a reading of."""
    charges: NDArray[np.int8]
    charge_scores: NDArray[np.float32]
    """(C,) probability in [0, 1]."""
    bonds: NDArray[np.int32]
    """(P, 2) begin and end atom; several rows may speak of one pair, in either direction."""
    kinds: NDArray[np.int8]
    """(P,) values of :class:`BondKind`, or ``NO_BOND``."""
    bond_scores: NDArray[np.float32]
    """(P,) probability in [0, 1]."""
    passed_over: float = 0.0
    """Score in [0, 1] of the likeliest atom beside the graph that was not taken for one."""

    def __post_init__(self) -> None:
        tables = (
            (self.label_atoms, self.labels, self.label_scores),
            (self.charge_atoms, self.charges, self.charge_scores),
            (self.bonds, self.kinds, self.bond_scores),
        )
        for table in tables:
            lengths = [len(column) for column in table]
            if len(set(lengths)) > 1:
                raise GraphError(f"alternatives: columns of one table have {lengths} rows")
