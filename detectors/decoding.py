"""From the refiner's scores and the reader's strings to drawn graphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from assemble.alternatives import LEAST, Alternatives
from assemble.graph import MoleculeGraph
from assemble.multiples import is_companion
from detectors.refiner import Refined
from detectors.vocabulary import (
    BARE_CARBON,
    CHARGES,
    EDGE_CLASSES,
    OTHER_LABEL,
    label_class,
    label_of_class,
    likeliest_edges,
)

EXISTENCE = 0.5
COMPANION_EXISTENCE = 0.1
COMPANION_SURE = 0.6
COMPANION_APART = 22.0
"""Least existence of what stands so many pixels from all else, if it reads surely enough as a
counter-ion or solvent: what it says makes up for what the refiner, which sees no bond, doubts."""
PASSED_OVER = 48.0
"""Pixels from an atom within which another is missed if it was left out: two bonds. What lies
further away, as a caption does, is no part of the molecule."""
BARE_CARBON_SURE = 0.98
"""Above this the label of a bare carbon is not read: most atoms are, and reading costs time."""


@dataclass(frozen=True, slots=True)
class LabelReading:
    """A string that the reader sees at an atom."""

    atom: int
    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Decoded:
    """The refiner's answers for a batch of images as numpy arrays, before labels are read."""

    xy: NDArray[np.float32]
    heat: NDArray[np.float32]
    """(N,) of the keypoints."""
    image_index: NDArray[np.int64]
    exists: NDArray[np.float32]
    """(N,) probability."""
    label: NDArray[np.float32]
    """(N, classes) probabilities."""
    charge: NDArray[np.float32]
    """(N, len(CHARGES)) probabilities."""
    pairs: NDArray[np.int64]
    edge: NDArray[np.float32]
    """(P, classes) probabilities."""
    apart: NDArray[np.bool_]
    """(N,) whether it is an atom only if its label says so: a doubtful one that stands alone."""
    to_read: NDArray[np.int64]
    """Indices of the atoms whose label has to be read."""

    def room(self) -> NDArray[np.int64]:
        """(N,) bonds that bare carbons and nitrogens can have; 0 for all others."""
        best = self.label.argmax(1)
        return np.select([best == BARE_CARBON, best == label_class("N")], [4, 3])

    def graphs(
        self, n_images: int, readings: Sequence[LabelReading]
    ) -> list[tuple[MoleculeGraph, float, Alternatives]]:
        """One graph, its raw confidence and its alternatives per image.

        Args:
            n_images: B.
            readings: of the labels at ``to_read``; of several of one atom the first counts, the
                others are alternatives.
        """
        best_class = self.label.argmax(1)
        names = [label_of_class(int(index)) or "" for index in best_class]
        sure = self.label.max(1)
        first = {reading.atom: reading for reading in reversed(readings)}
        for atom, reading in first.items():
            text, probability = reading.text, reading.probability
            known = best_class[atom] != OTHER_LABEL
            if not known or (text != names[atom] and probability > sure[atom]):
                names[atom] = text
                sure[atom] = probability
            elif text == names[atom]:
                # two readings that agree are surer than either
                sure[atom] = 1 - (1 - sure[atom]) * (1 - probability)
        best_edge = likeliest_edges(self.edge)
        score_edge = self.edge[np.arange(len(best_edge)), best_edge]
        ends = self.pairs
        real = (best_edge > 0) & (self.exists[ends] > EXISTENCE).all(1)
        degree = np.bincount(ends[real].reshape(-1), minlength=len(self.xy))
        # a bare carbon is nothing but the ends of its bonds
        keep = (self.exists > EXISTENCE) & ((degree > 0) | np.array([bool(n) for n in names], bool))
        keep[self._companions(names, sure)] = True
        return [
            (
                *self._graph(image, keep, real, names, sure, best_edge, score_edge),
                self._alternatives(image, keep, readings),
            )
            for image in range(n_images)
        ]

    def _companions(self, names: list[str], sure: NDArray[np.float32]) -> list[int]:
        """The doubtful atoms that read as a counter-ion or solvent; the surest at each place."""
        likely = self.exists * sure
        found: list[int] = []
        for atom in sorted(np.flatnonzero(self.apart).tolist(), key=lambda atom: -likely[atom]):
            rivals = [k for k in found if self.image_index[k] == self.image_index[atom]]
            gaps = np.linalg.norm(self.xy[rivals] - self.xy[atom], axis=-1)
            if (
                sure[atom] > COMPANION_SURE
                and is_companion(names[atom])
                and (gaps > COMPANION_APART).all()
            ):
                found.append(atom)
        return found

    def _graph(
        self,
        image: int,
        keep: NDArray[np.bool_],
        real: NDArray[np.bool_],
        names: list[str],
        sure: NDArray[np.float32],
        best_edge: NDArray[np.int64],
        score_edge: NDArray[np.float32],
    ) -> tuple[MoleculeGraph, float]:
        atoms = np.flatnonzero(keep & (self.image_index == image))
        mine = self.image_index[self.pairs[:, 0]] == image
        rows = np.flatnonzero(real & mine)
        new = np.full(len(self.xy), -1)
        new[atoms] = np.arange(len(atoms))
        kinds = np.array([EDGE_CLASSES[c] for c in best_edge[rows]], np.int64).reshape(-1, 2)
        bonds = new[self.pairs[rows]]
        bonds = np.where(kinds[:, 1:] == 1, bonds[:, ::-1], bonds)
        atom_scores = sure[atoms] * self.exists[atoms]
        graph = MoleculeGraph(
            xy=self.xy[atoms],
            labels=tuple(names[a] for a in atoms),
            charges=np.array(CHARGES)[self.charge[atoms].argmax(1)],
            bonds=bonds,
            kinds=kinds[:, 0],
            atom_scores=atom_scores,
            bond_scores=score_edge[rows],
        )
        if not graph.n_atoms:
            return graph, 0.0
        every_edge = score_edge[mine & (self.exists[self.pairs] > EXISTENCE).all(1)]
        logs = np.concatenate([np.log(atom_scores + 1e-6), np.log(every_edge + 1e-6)])
        return graph, float(np.exp(logs.sum()))

    def _passed_over(self, image: int, keep: NDArray[np.bool_]) -> float:
        """Heat of the likeliest keypoint beside the graph of one image that is no atom of it."""
        mine = self.image_index == image
        atoms, others = self.xy[mine & keep], mine & ~keep
        if not len(atoms) or not others.any():
            return 0.0
        near = cKDTree(atoms).query(self.xy[others])[0] < PASSED_OVER
        return float(self.heat[others][near].max(initial=0.0))

    def _alternatives(
        self, image: int, keep: NDArray[np.bool_], readings: Sequence[LabelReading]
    ) -> Alternatives:
        """What was scored for the atoms of one image, numbered as in its graph."""
        atoms = np.flatnonzero(keep & (self.image_index == image))
        new = np.full(len(self.xy), -1)
        new[atoms] = np.arange(len(atoms))
        at_label, classes = np.nonzero(self.label[atoms] > LEAST)
        names = [label_of_class(index) for index in classes.tolist()]
        named = np.array([name is not None for name in names], bool)
        read = [reading for reading in readings if new[reading.atom] >= 0]
        at_charge, charges = np.nonzero(self.charge[atoms] > LEAST)
        mine = np.flatnonzero((new[self.pairs] >= 0).all(1))
        at_pair, edges = np.nonzero(self.edge[mine] > LEAST)
        kinds = np.array(EDGE_CLASSES, np.int64)[edges]
        bonds = new[self.pairs[mine[at_pair]]]
        return Alternatives(
            label_atoms=np.array([*at_label[named], *(new[r.atom] for r in read)], np.int32),
            labels=(*(name for name in names if name is not None), *(r.text for r in read)),
            label_scores=np.array(
                [*self.label[atoms[at_label], classes][named], *(r.probability for r in read)],
                np.float32,
            ),
            charge_atoms=at_charge.astype(np.int32),
            charges=np.array(CHARGES, np.int8)[charges],
            charge_scores=self.charge[atoms[at_charge], charges],
            bonds=np.where(kinds[:, 1:] == 1, bonds[:, ::-1], bonds).astype(np.int32),
            kinds=kinds[:, 0].astype(np.int8),
            bond_scores=self.edge[mine[at_pair], edges],
            passed_over=self._passed_over(image, keep),
        )


def decode_graph(
    xy: NDArray[np.float32],
    heat: NDArray[np.float32],
    image_index: NDArray[np.int64],
    pairs: NDArray[np.int64],
    refined: Refined,
) -> Decoded:
    """Probabilities from the refiner's logits, and which labels have to be read."""
    exists = refined.exists.float().sigmoid().numpy()
    label = refined.label.float().softmax(-1).numpy()
    charge = refined.charge.float().softmax(-1).numpy()
    edge = refined.edge.float().softmax(-1).numpy()
    unsure = label[:, BARE_CARBON] < BARE_CARBON_SURE
    apart = _apart(xy, image_index, exists)
    to_read = np.flatnonzero(((exists > EXISTENCE) | apart) & unsure)
    return Decoded(xy, heat, image_index, exists, label, charge, pairs, edge, apart, to_read)


def _apart(
    xy: NDArray[np.float32], image_index: NDArray[np.int64], exists: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """(N,) the doubtful atoms that no sure one of their image is near."""
    sure = exists > EXISTENCE
    apart = (exists > COMPANION_EXISTENCE) & ~sure
    for image in np.unique(image_index[apart]).tolist():
        mine, near = apart & (image_index == image), xy[sure & (image_index == image)]
        if len(near):
            apart[mine] = cKDTree(near).query(xy[mine])[0] > COMPANION_APART
    return apart
