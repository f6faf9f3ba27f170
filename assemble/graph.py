"""The drawn graph: atoms as places with labels, bonds as strokes between them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray


class BondKind(IntEnum):
    """What a stroke looks like. 0 is kept free for "no bond" in the networks.

    ``WEDGE`` and ``HASH`` point from their narrow end (begin) to their wide end (end);
    ``DATIVE`` points from donor to acceptor; the others have no direction.
    """

    SINGLE = 1
    DOUBLE = 2
    TRIPLE = 3
    AROMATIC = 4
    WEDGE = 5
    HASH = 6
    WAVY = 7
    BOLD = 8
    DASHED = 9
    DATIVE = 10


_KINDS = frozenset(map(int, BondKind))
DIRECTED_KINDS = (BondKind.WEDGE, BondKind.HASH, BondKind.DATIVE)
"""Kinds whose begin and end differ on the paper."""


class GraphError(ValueError):
    """A drawn graph whose arrays do not fit together."""


def _array(name: str, value: Any, dtype: type, shape: tuple[int, ...]) -> NDArray[Any]:
    given = np.array(value)
    try:
        with np.errstate(invalid="ignore"):
            array: NDArray[Any] = given.astype(dtype)
    except (OverflowError, TypeError, ValueError) as error:
        raise GraphError(f"{name}: {error}") from error
    if np.issubdtype(dtype, np.integer) and not np.array_equal(array, given):
        raise GraphError(f"{name}: expected whole numbers that fit into {np.dtype(dtype).name}")
    if not array.size:
        array = array.reshape(shape) if 0 in shape else array
    if array.shape != shape:
        raise GraphError(f"{name}: expected shape {shape}, got {array.shape}")
    array.setflags(write=False)
    return array


def _ints(values: Iterable[Any]) -> tuple[int, ...]:
    return tuple(int(value) for value in values)


@dataclass(frozen=True, slots=True, eq=False)
class MoleculeGraph:
    """A molecule as it is drawn on the paper; what it means is worked out elsewhere.

    Pixel coordinates are ``(x, y)`` with the origin at the top left. All arrays are copied,
    checked and made read-only.

    Raises:
        GraphError: the arrays do not fit together, or a bond names an atom that is not there
            or joins an atom with itself.
    """

    xy: NDArray[Any]
    """(N, 2) float32, position of each atom in image pixels."""
    labels: tuple[str, ...]
    """N labels in reading order as drawn, sub- and superscripts flattened; "" is a bare carbon."""
    charges: NDArray[Any]
    """(N,) int8, formal charge drawn at the atom (also when the sign is part of the label)."""
    bonds: NDArray[Any]
    """(M, 2) int32, indices of the begin and end atom."""
    kinds: NDArray[Any]
    """(M,) int8, values of :class:`BondKind`."""
    atom_scores: NDArray[Any] = field(default_factory=lambda: np.zeros(0, np.float32))
    """(N,) float32, probability that the atom and its label are right; ones if not given."""
    bond_scores: NDArray[Any] = field(default_factory=lambda: np.zeros(0, np.float32))
    """(M,) float32, probability that the bond and its kind are right; ones if not given."""
    variable: tuple[tuple[int, tuple[int, ...]], ...] = ()
    """Bonds of variable position: an atom, and the two or more that it may be bonded to. They
    are not in ``bonds``."""
    repeats: tuple[tuple[tuple[int, ...], str], ...] = ()
    """Brackets around a repeating unit: its atoms, and the subscript ("n")."""

    def __post_init__(self) -> None:
        if isinstance(self.labels, str):
            raise GraphError(f"labels: expected one for each atom, got the text {self.labels!r}")
        if odd := [label for label in self.labels if not isinstance(label, str)]:
            raise GraphError(f"labels: expected texts, got {odd[0]!r}")
        labels = tuple(map(str, self.labels))
        n, m = len(labels), len(self.kinds)
        put = object.__setattr__
        put(self, "labels", labels)
        put(self, "xy", _array("xy", self.xy, np.float32, (n, 2)))
        put(self, "charges", _array("charges", self.charges, np.int8, (n,)))
        put(self, "bonds", _array("bonds", self.bonds, np.int32, (m, 2)))
        put(self, "kinds", _array("kinds", self.kinds, np.int8, (m,)))
        atom_scores = self.atom_scores if np.size(self.atom_scores) else np.ones(n)
        bond_scores = self.bond_scores if np.size(self.bond_scores) else np.ones(m)
        put(self, "atom_scores", _array("atom_scores", atom_scores, np.float32, (n,)))
        put(self, "bond_scores", _array("bond_scores", bond_scores, np.float32, (m,)))
        if (missing := self.bonds[(self.bonds < 0) | (self.bonds >= n)]).size:
            raise GraphError(f"bonds: expected atom indices in 0..{n - 1}, got {missing[0]}")
        if m and bool((self.bonds[:, 0] == self.bonds[:, 1]).any()):
            raise GraphError("bonds: an atom is bonded to itself")
        if unknown := set(self.kinds.tolist()) - _KINDS:
            raise GraphError(f"kinds: expected values of BondKind, got {sorted(unknown)}")
        put(self, "variable", tuple((int(i), _ints(ends)) for i, ends in self.variable))
        put(self, "repeats", tuple((_ints(atoms), str(text)) for atoms, text in self.repeats))
        for i, ends in self.variable:
            if len(set(ends) - {i}) < 2 or not all(0 <= k < n for k in (i, *ends)):
                raise GraphError(
                    f"variable: expected an atom and two or more others, got {i} {ends}"
                )
        for atoms, _ in self.repeats:
            if not atoms or not all(0 <= k < n for k in atoms):
                raise GraphError(f"repeats: expected atom indices in 0..{n - 1}, got {atoms}")
        for text in (*labels, *(text for _, text in self.repeats)):
            if "\n" in text or "\r" in text:  # molfiles are lines
                raise GraphError(f"expected labels and subscripts of one line, got {text!r}")

    @classmethod
    def empty(cls) -> MoleculeGraph:
        """The graph of a page with nothing on it."""
        return cls(np.zeros((0, 2)), (), np.zeros(0), np.zeros((0, 2)), np.zeros(0))

    @property
    def n_atoms(self) -> int:
        return len(self.labels)

    @property
    def n_bonds(self) -> int:
        return len(self.kinds)

    def bond_length(self) -> float:
        """Median length of the bonds in pixels; 0.0 without bonds."""
        if not self.n_bonds:
            return 0.0
        ends = self.xy[self.bonds]
        return float(np.median(np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1)))

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, ready for JSON; :meth:`from_dict` reads them back."""
        many: dict[str, Any] = {
            "variable": [[i, list(ends)] for i, ends in self.variable],
            "repeats": [[list(atoms), text] for atoms, text in self.repeats],
        }
        return {
            "xy": self.xy.astype(float).round(3).tolist(),
            "labels": list(self.labels),
            "charges": self.charges.tolist(),
            "bonds": self.bonds.tolist(),
            "kinds": [BondKind(kind).name.lower() for kind in self.kinds.tolist()],
            "atom_scores": self.atom_scores.astype(float).round(4).tolist(),
            "bond_scores": self.bond_scores.astype(float).round(4).tolist(),
            **{name: value for name, value in many.items() if value},
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> MoleculeGraph:
        """The graph that :meth:`to_dict` wrote.

        Raises:
            GraphError: a field is missing or does not fit.
        """
        try:
            kinds = [BondKind[str(kind).upper()] for kind in values["kinds"]]
            return cls(
                xy=values["xy"],
                labels=tuple(values["labels"]),
                charges=values.get("charges", [0] * len(values["labels"])),
                bonds=values["bonds"],
                kinds=np.array(kinds, np.int8),
                atom_scores=values.get("atom_scores", ()),
                bond_scores=values.get("bond_scores", ()),
                variable=values.get("variable", ()),
                repeats=values.get("repeats", ()),
            )
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, GraphError):
                raise
            raise GraphError(f"not a drawn graph: {type(error).__name__} {error}") from error

    def to_json(self) -> str:
        return json.dumps(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> MoleculeGraph:
        """The graph written by :meth:`to_json`.

        Raises:
            GraphError: the text is not JSON or not a drawn graph.
        """
        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            raise GraphError(f"not JSON: {error}") from error
        if not isinstance(values, dict):
            raise GraphError(f"expected a JSON object, got {type(values).__name__}")
        return cls.from_dict(values)
