"""What a label stands for: a few atoms and bonds, and where the drawn bonds attach."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FragmentAtom:
    """One atom of a label; ``symbol`` "*" is a dummy that keeps its text."""

    symbol: str
    charge: int = 0
    isotope: int = 0
    hydrogens: int | None = None
    """Hydrogens that are written; None leaves them to the valence rules."""
    text: str = ""
    """The label of a dummy atom ("R1")."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """Atoms, bonds ``(i, j, order)`` between them, and the atoms that drawn bonds end at."""

    atoms: tuple[FragmentAtom, ...]
    bonds: tuple[tuple[int, int, int], ...] = ()
    first: int = 0
    """Where bonds attach; with several bonds all of them, unless ``last`` differs."""
    last: int = 0
    """Where the second of two bonds attaches in a linking label such as ``OCH2CH2O``."""
    understood: bool = True
    """False for a label that could not be read: a dummy atom stands for it."""
