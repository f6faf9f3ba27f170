"""Whether drawings mean what they were drawn from: molecule -> drawn graph -> molecule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from rdkit import Chem, rdBase

from assemble.molecule import AssembleError, Molecule, assemble
from data.depict import depict

CHUNK = 500
"""Molecules that a process works on at once."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A drawing that was not read as what it means."""

    cause: str
    drawn: str
    """SMILES of what was drawn."""
    read: str
    """SMILES of what came back; "" for nothing."""
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """Result of a round trip over many molecules."""

    count: int
    """Molecules that were drawn."""
    misses: tuple[Miss, ...]

    @property
    def share(self) -> float:
        """Right ones in percent."""
        return 100.0 * (1 - len(self.misses) / max(self.count, 1))

    @property
    def causes(self) -> Counter[str]:
        return Counter(miss.cause for miss in self.misses)


def round_trip(molecules: Sequence[str], seed: int = 0, workers: int = 1) -> RoundTrip:
    """Draw every molecule once, labels contracted at random, and assemble the drawn graph.

    Args:
        molecules: SMILES.
        seed: drawing ``i`` of a seed is always the same.
        workers: processes.
    """
    jobs = [
        (seed, start, tuple(molecules[start : start + CHUNK]))
        for start in range(0, len(molecules), CHUNK)
    ]
    if workers == 1:
        parts = [_part(job) for job in jobs]
    else:
        with ProcessPoolExecutor(workers) as pool:
            parts = list(pool.map(_part, jobs))
    misses = [miss for _, found in parts for miss in found]
    return RoundTrip(sum(count for count, _ in parts), tuple(misses))


def _part(job: tuple[int, int, tuple[str, ...]]) -> tuple[int, list[Miss]]:
    with rdBase.BlockLogs():
        checked = list(_checked(*job))
    return len(checked), [miss for miss in checked if miss is not None]


def _checked(seed: int, start: int, molecules: tuple[str, ...]) -> Iterator[Miss | None]:
    """For each molecule that can be drawn: what went wrong, or None."""
    for index, smiles in enumerate(molecules, start):
        drawing = depict(smiles, np.random.default_rng((seed, index)))
        if drawing is None:
            continue
        try:
            molecule: Molecule | None = assemble(drawing.graph)
        except AssembleError:
            molecule = None
        cause = _cause(drawing.smiles, molecule)
        read = molecule.smiles if molecule else ""
        yield Miss(cause, drawing.smiles, read, drawing.graph.labels) if cause else None


def _cause(drawn: str, molecule: Molecule | None) -> str:
    """Why a reading is not what was drawn; "" if it is."""
    if molecule is None:
        return "no valid molecule"
    truth = Chem.MolFromSmiles(drawn)
    # R groups have no InChI, and neither have dative bonds for its library
    if "*" in drawn or "->" in drawn or "<-" in drawn:
        if Chem.CanonSmiles(molecule.smiles) == Chem.MolToSmiles(truth):
            return ""
    elif molecule.inchi == Chem.MolToInchi(truth):
        return ""
    if any("could not be read" in warning for warning in molecule.warnings):
        return "label not understood"
    if "->" in drawn or "<-" in drawn:
        return "coordination compound"
    if _flat(molecule.smiles) == _flat(drawn):
        return "stereo"
    if molecule.smiles.count(".") != drawn.count("."):
        return "number of components"
    return "label read as something else, or wrong bond"


def _flat(smiles: str) -> str:
    return str(Chem.MolToSmiles(Chem.MolFromSmiles(smiles), isomericSmiles=False))
