"""Pictures in, drawn graphs out: scale, detect, connect, refine and read."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from assemble.alternatives import Alternatives
from assemble.graph import MoleculeGraph
from detectors.backbone import MULTIPLE, fuse_batch_norm
from detectors.candidates import (
    Keypoints,
    candidate_pairs,
    find_keypoints,
    predicted_ends,
    without_faint,
)
from detectors.checkpoint import CheckpointError, load_checkpoint, split_prefix
from detectors.decoding import LabelReading, decode_graph
from detectors.engine import Engine, run_with_onnx
from detectors.fluorines import LIKELY as LIKELY_FLUORINE
from detectors.fluorines import with_whole_fluorines
from detectors.frame import BOND, READ_BOND
from detectors.ink import ink_level
from detectors.methyls import LIKELY, with_lost_methyls
from detectors.network import HEAT, SHAPE, NetworkConfig, ParserNetwork, ink_of
from detectors.scale import MULTIPLE as SCALE_MULTIPLE
from detectors.scale import ScaleNetwork, expected_length, tally
from detectors.stages import stage
from detectors.strokes import weighed
from detectors.vocabulary import decode, fingerprint

ATOM_THRESHOLD = 0.12
FAINT_THRESHOLD = 0.05
SURE_ATOM = 0.25
ALONE = 26.0
"""Heat of an atom; what counts as one where within so many pixels there is no surer one than this.
"""
MIDPOINT_THRESHOLD = 0.15
MERGE_DISTANCE = 6.0
MIDPOINT_DISTANCE = 4.0
"""Pixels in the canonical frame within which two finds of atoms, or of midpoints, are one."""
PADDING = 16
"""Paper around the ink, in pixels of the canonical frame."""
COARSE = 400
"""Longest side, in pixels, of the copy that the scale is estimated on."""
LONG_BOND = 60.0
"""Pixels in the coarse copy above which the scale is estimated a second time."""
LARGEST = 4096
"""Longest side, in pixels, of an image in the canonical frame; larger ones are no molecules."""
SURE_LABEL = 0.9
"""Labels read with less probability than this are read in other ways, too."""
OTHER_SCALES = (1 / 1.1, 1.1)
"""At which an image may be read again, of its own."""
RETRY = 1.3
"""The scale is taken again when the bonds found are this much longer or shorter than expected."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the networks see in one image."""

    graph: MoleculeGraph
    """Atoms and bonds in pixels of the image that was given; no atoms if nothing was found."""
    bond_length: float
    """Median bond in pixels of the image given; 0.0 without bonds."""
    confidence: float
    """Raw score in [0, 1] that the whole graph is right; 0.0 without atoms."""
    alternatives: Alternatives | None = None
    """What else was scored for the graph's atoms and bonds."""
    agreement: float = 1.0
    """Share in [0, 1] of several looks at the image that say the same, weighted; 1.0 of one."""


@dataclass(frozen=True, slots=True)
class _Page:
    """An image in the canonical frame: pixel p here is ``p / factor + origin`` there."""

    gray: NDArray[np.uint8]
    factor: float
    origin: NDArray[np.float32]

    def to_source(self, xy: NDArray[np.float32]) -> NDArray[np.float32]:
        return ((xy + 0.5) / self.factor - 0.5 + self.origin).astype(np.float32)


def ink_box(gray: NDArray[np.uint8]) -> tuple[int, int, int, int] | None:
    """(left, top, right, bottom) of the ink, right and bottom exclusive; None on blank paper."""
    if gray.size == 0 or int(gray.max()) == int(gray.min()):
        return None
    ink = gray < ink_level(gray[::2, ::2])
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def resample(gray: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """The image at another scale; shrinking averages areas, so that thin strokes stay."""
    height, width = gray.shape
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    if size == (width, height):
        return gray
    interpolation = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(gray, size, interpolation=interpolation), np.uint8)


def stack(images: Sequence[NDArray[np.uint8]], multiple: int) -> Tensor:
    """(B, H, W) uint8, images at the top left of white paper, H and W multiples of a number."""
    height = max(image.shape[0] for image in images)
    width = max(image.shape[1] for image in images)
    height, width = (-(-value // multiple) * multiple for value in (height, width))
    out = np.full((len(images), height, width), 255, np.uint8)
    for canvas, image in zip(out, images, strict=True):
        canvas[: image.shape[0], : image.shape[1]] = image
    return torch.from_numpy(out)


class Parser:
    """Scale network and parser network, ready to read images.

    Args:
        network: the graph parser.
        scale: the scale network.
        threads: of torch, for the whole process; None leaves torch's choice.
        engine: what runs the convolutions; for ONNX Runtime batch normalisation has to be fused.
    """

    def __init__(
        self,
        network: ParserNetwork,
        scale: ScaleNetwork,
        threads: int | None = None,
        engine: Engine = Engine.TORCH,
    ) -> None:
        if threads is not None:
            torch.set_num_threads(threads)
        self.network = network.eval().to(memory_format=torch.channels_last)
        self.engine = engine
        votes = nn.Sequential(scale.encoder, scale.votes).eval()
        self._detect: Callable[[Tensor], tuple[Tensor, ...]] = self.network
        self._vote: Callable[[Tensor], tuple[Tensor, ...]]
        if engine is Engine.ONNX:
            self._detect = run_with_onnx(self.network, torch.get_num_threads())
            self._vote = run_with_onnx(votes, torch.get_num_threads())
        else:
            votes = votes.to(memory_format=torch.channels_last)
            self._vote = lambda ink: (votes(ink),)

    @classmethod
    def load(cls, path: Path, threads: int | None = None, engine: Engine = Engine.ONNX) -> Parser:
        """A parser with the weights of a checkpoint, ready for inference.

        Args:
            path: of the checkpoint.
            threads: see the class.
            engine: what runs the convolutions.

        Raises:
            CheckpointError: see :func:`detectors.checkpoint.load_checkpoint`; or the outputs of
                the networks mean something else than they do in this version.
        """
        tensors, sidecar = load_checkpoint(path)
        if sidecar.get("vocabulary") != fingerprint():
            raise CheckpointError(f"{path}: trained for other labels or bond kinds than these")
        network, scale = build_networks(sidecar["architecture"])
        network.load_state_dict(split_prefix(tensors, "parser"))
        scale.load_state_dict(split_prefix(tensors, "scale"))
        for module in (network.eval(), scale.eval()):
            fuse_batch_norm(module)
        return cls(network, scale, threads, engine)

    @torch.inference_mode()
    def looks(self, image: NDArray[np.uint8]) -> Iterator[Reading]:
        """Readings of an image at its own scale and a little larger and smaller.

        Each is made when it is asked for; where they agree, they are right more often than the
        surest of them.

        Args:
            image: of any size, (H, W) gray with white paper.
        """
        with stage("scale"):
            box = ink_box(image)
            crop = image if box is None else image[box[1] : box[3], box[0] : box[2]]
            length = 0.0 if box is None else self._bond_length(crop)
        if box is None:
            yield _nothing()
            return
        reading = self._read(crop, length, box)
        if measured := _measured_again(reading, length):
            second = self._read(crop, measured, box)
            if second.confidence > reading.confidence:
                reading, length = second, measured
        yield reading
        for scale in OTHER_SCALES:
            yield self._read(crop, length / scale, box)

    def _bond_length(self, crop: NDArray[np.uint8]) -> float:
        """Estimated bond length of a crop in its own pixels."""
        factor = min(1.0, COARSE / max(crop.shape))
        length = self._bond_length_at(crop, factor)
        if length > LONG_BOND:
            # few and long bonds: measured again at a size where the network is surer
            factor *= BOND / length
            length = self._bond_length_at(crop, factor)
        return length / factor

    def _bond_length_at(self, crop: NDArray[np.uint8], factor: float) -> float:
        """Estimated bond length, in pixels, of a crop that is resampled by a factor."""
        coarse = np.pad(resample(crop, factor), 8, constant_values=255)
        (votes,) = self._vote(ink_of(stack([coarse], SCALE_MULTIPLE)))
        return float(expected_length(tally(votes))[0])

    def _read(
        self, crop: NDArray[np.uint8], bond_length: float, box: tuple[int, int, int, int]
    ) -> Reading:
        """What a crop says if its bonds have that length; nothing if that is impossible."""
        with stage("scale"):
            page = _normalise(crop, bond_length, box)
        if page is None:
            return _nothing()
        (found,) = self.read_canonical(stack([page.gray], MULTIPLE))
        return _reading(*found, page)

    @torch.inference_mode()
    def read_canonical(self, gray: Tensor) -> list[tuple[MoleculeGraph, float, Alternatives]]:
        """Graphs, raw confidences and alternatives of images at the canonical scale already.

        Args:
            gray: (B, H, W) uint8, white paper, H and W multiples of 32.
        """
        with stage("encoder"):
            ink = ink_of(gray).contiguous(memory_format=torch.channels_last)
            features, maps = self._detect(ink)
        with stage("candidates"):
            atoms, pairs, starts = _candidates(maps)
            xy = torch.from_numpy(np.concatenate([found.xy for found in atoms]))
            scores = torch.from_numpy(np.concatenate([found.scores for found in atoms]))
            image_index = torch.from_numpy(np.repeat(np.arange(len(atoms)), np.diff(starts)))
        with stage("refiner"):
            refined = self.network.refiner(
                features, xy, scores, image_index, torch.from_numpy(pairs)
            )
            decoded = decode_graph(xy.numpy(), scores.numpy(), image_index.numpy(), pairs, refined)
            room = decoded.room()
            worn = []
            for image, page in enumerate(gray.numpy()):
                mine = decoded.image_index[pairs[:, 0]] == image
                decoded.edge[mine], lost = weighed(
                    decoded.edge[mine], page, decoded.xy, pairs[mine], room
                )
                worn.append(lost)
        with stage("labels"):
            to_read = torch.from_numpy(decoded.to_read)
            readings = self._labels(features, xy[to_read], image_index[to_read], to_read)
        with stage("refiner"):
            found = decoded.graphs(len(gray), readings)
            return [
                _completed(*each) if lost else each for each, lost in zip(found, worn, strict=True)
            ]

    def _labels(
        self, features: Tensor, xy: Tensor, image_index: Tensor, atoms: Tensor
    ) -> list[LabelReading]:
        """The labels at (L, 2) places of the atoms with these numbers; doubtful ones also read
        in other ways."""
        reader = self.network.reader
        windows = reader.look(features, xy, image_index)
        tokens, scores = reader.read(windows)
        readings = _strings(atoms, tokens, scores)
        doubtful = (scores < math.log(SURE_LABEL)).nonzero()[:, 0]
        if len(doubtful):
            which, *others = reader.read_otherwise(
                [window[:, doubtful] for window in windows], tokens[doubtful]
            )
            readings += _strings(atoms[doubtful[which]], *others)
        return readings


def _strings(atoms: Tensor, tokens: Tensor, log_probability: Tensor) -> list[LabelReading]:
    return [
        LabelReading(atom, decode(row), probability)
        for atom, row, probability in zip(
            atoms.tolist(), tokens.numpy(), log_probability.exp().tolist(), strict=True
        )
    ]


def _candidates(
    maps: Tensor,
) -> tuple[list[Keypoints], NDArray[np.int64], NDArray[np.int64]]:
    """Atoms of each image, pairs of all of them, and where each image's atoms start (B + 1)."""
    heats = maps[:, HEAT].sigmoid().numpy()
    shapes = maps[:, SHAPE].numpy()
    atoms: list[Keypoints] = []
    pairs = []
    for heat, shape in zip(heats, shapes, strict=True):
        found = find_keypoints(heat[0], shape[:2], FAINT_THRESHOLD, MERGE_DISTANCE)
        found = without_faint(found, ATOM_THRESHOLD, SURE_ATOM, ALONE)
        middles = find_keypoints(heat[1], shape[2:4], MIDPOINT_THRESHOLD, MIDPOINT_DISTANCE)
        pairs.append(candidate_pairs(found.xy, predicted_ends(middles, shape[4:])))
        atoms.append(found)
    starts = np.concatenate([[0], np.cumsum([len(found.xy) for found in atoms])])
    moved = [pair + start for pair, start in zip(pairs, starts[:-1], strict=True)]
    return atoms, np.concatenate(moved), starts


def _completed(
    graph: MoleculeGraph, confidence: float, alternatives: Alternatives
) -> tuple[MoleculeGraph, float, Alternatives]:
    """What was read on a page that has lost strokes, with what was lost with them."""
    graph, added = with_lost_methyls(graph)
    graph, renamed = with_whole_fluorines(graph)
    return graph, confidence * LIKELY**added * LIKELY_FLUORINE**renamed, alternatives


def _measured_again(reading: Reading, expected: float) -> float:
    """The bond length that was found, if it is far from the expected one; else 0."""
    if reading.graph.n_bonds < 3 or 1 / RETRY < reading.bond_length / expected < RETRY:
        return 0.0
    return reading.bond_length


def build_networks(architecture: dict[str, Any]) -> tuple[ParserNetwork, ScaleNetwork]:
    """Untrained networks of the architecture that a sidecar describes."""
    return ParserNetwork(NetworkConfig(**architecture["parser"])), ScaleNetwork(
        tuple(architecture["scale"]["widths"])
    )


def _nothing() -> Reading:
    return Reading(MoleculeGraph.empty(), 0.0, 0.0)


def _normalise(
    crop: NDArray[np.uint8], bond_length: float, box: tuple[int, int, int, int]
) -> _Page | None:
    factor = READ_BOND / bond_length
    if max(crop.shape) * factor > LARGEST:
        return None
    small = np.pad(resample(crop, factor), PADDING, constant_values=255)
    origin = np.array(box[:2], np.float32) - PADDING / factor
    return _Page(small, factor, origin.astype(np.float32))


def _reading(
    graph: MoleculeGraph, confidence: float, alternatives: Alternatives, page: _Page
) -> Reading:
    placed = replace(graph, xy=page.to_source(graph.xy))
    return Reading(placed, placed.bond_length(), confidence, alternatives)
