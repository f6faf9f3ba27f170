"""Rendered samples as tensors: crops, truth maps, graphs packed one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache, lru_cache

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from assemble.graph import MoleculeGraph
from data.page import paper_of
from data.stream import Sample, SampleStream
from detectors.scale import LOG_LONGEST, LOG_SHORTEST
from detectors.targets import truth_maps
from detectors.vocabulary import charge_class, edge_class, encode, label_class
from graphparse.training.ranks import Ranks

CROP = 224
"""Pixels of a training crop for the parser."""
SCALE_CROP = 192
"""Pixels of a training crop for the scale network."""
CHARACTER = 7.0
"""Rough width of a character in pixels, to tell labels that a crop cuts off."""
MIXED = 6
"""Batches whose crops are mixed, since samples in a row show the same molecule."""


# of the same few thousand labels and charges again and again
_tokens = lru_cache(maxsize=4096)(encode)
_charge_class = cache(charge_class)


@dataclass(frozen=True, slots=True)
class Batch:
    """B crops and their truth; nodes and bonds of all images are packed one after the other."""

    gray: Tensor
    """(B, CROP, CROP) uint8."""
    heat: Tensor
    shape: Tensor
    mask: Tensor
    """Truth maps, see :class:`detectors.targets.TruthMaps`."""
    xy: Tensor
    """(N, 2) float32 pixels of the crop."""
    image_index: Tensor
    """(N,) int64, ascending."""
    label: Tensor
    """(N,) label class, -1 where the crop cuts the label."""
    charge: Tensor
    """(N,) charge class, -1 likewise."""
    tokens: Tensor
    """(N, T) characters of the label."""
    bonds: Tensor
    """(M, 2) indices into the N nodes."""
    edge: Tensor
    """(M,) edge class seen from the first atom."""
    scale_gray: Tensor
    """(B, SCALE_CROP, SCALE_CROP) uint8, at any scale."""
    scale_length: Tensor
    """(B,) bond length in ``scale_gray``, pixels."""

    def to(self, device: torch.device) -> Batch:
        return Batch(*(getattr(self, f.name).to(device) for f in fields(self)))


def crop_graph(graph: MoleculeGraph, left: float, top: float, size: int) -> MoleculeGraph:
    """The part of a graph inside a square, in the square's coordinates."""
    xy = graph.xy - np.array([left, top], np.float32)
    inside: NDArray[np.bool_] = np.all((xy >= 1) & (xy <= size - 2), axis=1)
    new_index = np.cumsum(inside) - 1
    kept = inside[graph.bonds].all(1) if graph.n_bonds else np.zeros(0, bool)
    return MoleculeGraph(
        xy=xy[inside],
        labels=tuple(label for label, keep in zip(graph.labels, inside, strict=True) if keep),
        charges=graph.charges[inside],
        bonds=new_index[graph.bonds[kept]] if kept.any() else np.zeros((0, 2), np.int32),
        kinds=graph.kinds[kept],
    )


def take_crop(
    image: NDArray[np.uint8], centre: NDArray[np.float32], size: int, paper: int
) -> tuple[NDArray[np.uint8], int, int]:
    """A square around a point, kept inside the image where it fits and padded with paper.

    Returns:
        The crop, and the image coordinates (left, top) of its corner.
    """
    corner = []
    for extent, middle in ((image.shape[1], centre[0]), (image.shape[0], centre[1])):
        if extent <= size:
            corner.append(-((size - extent) // 2))
        else:
            corner.append(int(np.clip(middle - size / 2, 0, extent - size)))
    left, top = corner
    out = np.full((size, size), paper, np.uint8)
    x0, y0 = max(left, 0), max(top, 0)
    part = image[y0 : top + size, x0 : left + size]
    out[y0 - top : y0 - top + part.shape[0], x0 - left : x0 - left + part.shape[1]] = part
    return out, left, top


def label_is_cut(
    graph: MoleculeGraph, left: int, top: int, image_shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """(N,) whether the label of an atom may reach over a border that the crop has made."""
    height, width = image_shape
    reach = np.array([CHARACTER * len(label) for label in graph.labels], np.float32)
    x, y = graph.xy.T
    cut = np.zeros(graph.n_atoms, bool)
    if left > 0:
        cut |= x < reach
    if left + CROP < width:
        cut |= x > CROP - reach
    near = np.minimum(reach, 2 * CHARACTER)
    if top > 0:
        cut |= y < near
    if top + CROP < height:
        cut |= y > CROP - near
    return cut


def scale_view(
    image: NDArray[np.uint8], bond_length: float, paper: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], float]:
    """A crop of the image at any scale, and its bond length in pixels."""
    low = max(LOG_SHORTEST + 0.3, np.log2(bond_length) - 2.5)
    high = min(LOG_LONGEST - 0.5, np.log2(bond_length) + 2.3)
    target = float(np.exp2(rng.uniform(low, high)))
    factor = target / bond_length
    # the part that fills the crop is cut out first: enlarging whole pages would be slow
    part = max(8, int(np.ceil(SCALE_CROP / factor)))
    centre = np.array([rng.uniform(0, image.shape[1]), rng.uniform(0, image.shape[0])], np.float32)
    square, _, _ = take_crop(image, centre, min(part, 4 * max(image.shape)), paper)
    interpolation = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    view = cv2.resize(square, (SCALE_CROP, SCALE_CROP), interpolation=interpolation)
    if factor > 1.2 and rng.random() < 0.7:
        # enlarged strokes are blurred, those of a real page of this size are not
        view = np.where(view < int(rng.integers(110, 190)), 0, 255).astype(np.uint8)
    return np.asarray(view, np.uint8), SCALE_CROP / square.shape[0] * bond_length


@dataclass(frozen=True, slots=True)
class Crop:
    """One training crop with its truth, before packing."""

    gray: NDArray[np.uint8]
    graph: MoleculeGraph
    cut: NDArray[np.bool_]
    scale_gray: NDArray[np.uint8]
    scale_length: float


def crop_sample(sample: Sample, rng: np.random.Generator) -> Crop:
    """A random training crop of a rendered sample."""
    graph = sample.graph
    paper = paper_of(sample.image)
    if graph.n_atoms:
        centre = graph.xy[rng.integers(graph.n_atoms)] + rng.normal(0, 40, 2).astype(np.float32)
    else:
        centre = np.array(sample.image.shape[::-1], np.float32) / 2
    gray, left, top = take_crop(sample.image, centre, CROP, paper)
    part = crop_graph(graph, left, top, CROP)
    cut = label_is_cut(part, left, top, sample.image.shape)
    scale_gray, scale_length = scale_view(sample.image, sample.bond_length, paper, rng)
    return Crop(gray, part, cut, scale_gray, scale_length)


def collate(crops: Sequence[Crop]) -> Batch:
    """Pack crops into one batch."""
    maps = [truth_maps(crop.graph, CROP, CROP) for crop in crops]
    counts = [crop.graph.n_atoms for crop in crops]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    labels = [label for crop in crops for label in crop.graph.labels]
    cut = np.concatenate([crop.cut for crop in crops])
    charges = np.concatenate([crop.graph.charges for crop in crops])
    classes = np.where(cut, -1, [label_class(label) for label in labels])
    charge = np.where(cut, -1, list(map(_charge_class, charges.tolist())))
    tokens = [_tokens(label) for label in labels]
    bonds = [crop.graph.bonds + start for crop, start in zip(crops, starts, strict=True)]
    kinds = np.concatenate([crop.graph.kinds for crop in crops])
    return Batch(
        gray=torch.from_numpy(np.stack([crop.gray for crop in crops])),
        heat=torch.from_numpy(np.stack([m.heat for m in maps])),
        shape=torch.from_numpy(np.stack([m.shape for m in maps])),
        mask=torch.from_numpy(np.stack([m.mask for m in maps])),
        xy=torch.from_numpy(np.concatenate([crop.graph.xy for crop in crops])),
        image_index=torch.from_numpy(np.repeat(np.arange(len(crops)), counts)),
        label=torch.from_numpy(classes.astype(np.int64)),
        charge=torch.from_numpy(charge.astype(np.int64)),
        tokens=torch.from_numpy(np.stack(tokens) if tokens else np.zeros((0, 1), np.int64)),
        bonds=torch.from_numpy(np.concatenate(bonds).astype(np.int64).reshape(-1, 2)),
        edge=torch.tensor([edge_class(int(kind)) for kind in kinds], dtype=torch.long),
        scale_gray=torch.from_numpy(np.stack([crop.scale_gray for crop in crops])),
        scale_length=torch.tensor([crop.scale_length for crop in crops], dtype=torch.float32),
    )


class BatchStream(IterableDataset[Batch]):
    """Endless batches; worker w of n takes every n-th block of samples that share a layout.

    Args:
        stream: where samples come from.
        batch_size: crops in a batch.
        first: index of the first sample (a training that goes on starts behind the last one).
        crops_per_sample: crops taken from one render, which is the expensive part.
        ranks: the processes that train together; each has workers, and all blocks are shared out.
    """

    def __init__(
        self,
        stream: SampleStream,
        batch_size: int,
        first: int = 0,
        crops_per_sample: int = 1,
        ranks: Ranks | None = None,
    ) -> None:
        super().__init__()
        self.stream = stream
        self.batch_size = batch_size
        self.first = first
        self.crops_per_sample = crops_per_sample
        self.ranks = ranks or Ranks()

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        workers, own = (worker.num_workers, worker.id) if worker else (1, 0)
        step, number = workers * self.ranks.size, workers * self.ranks.rank + own
        rng = np.random.default_rng((self.stream.seed, self.first, number, 4))
        crops: list[Crop] = []
        for block in self.stream.blocks(self.first, number, step):
            for index in block:
                crops += self._crops(index)
            while len(crops) >= MIXED * self.batch_size:
                rng.shuffle(crops)
                yield collate(crops[: self.batch_size])
                crops = crops[self.batch_size :]

    def _crops(self, index: int) -> list[Crop]:
        sample = self.stream.sample(index)
        rng = np.random.default_rng((self.stream.seed, index, 1))
        # a second crop of a molecule that fits into the first would show the same again
        wide = max(sample.image.shape) > CROP
        return [crop_sample(sample, rng) for _ in range(self.crops_per_sample if wide else 1)]
