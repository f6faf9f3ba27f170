"""Pictures in, predictions out: the one class behind the command line and the Python API."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rdkit import Chem

from assemble.molecule import AssembleError, Molecule, assemble
from detectors.checkpoint import CheckpointError
from detectors.engine import Engine
from detectors.parser import Parser, Reading
from detectors.stages import stage
from graphparse.agreement import agreed
from graphparse.calibration import calibrated
from graphparse.fallback import Fallback, captioned
from graphparse.images import (
    ImageError,
    ImageSource,
    LoadedImage,
    Pages,
    load_image,
    looks_blank,
    open_pages,
)
from graphparse.prediction import LOW_CONFIDENCE, Prediction, ReaderKind, Status, page_number
from graphparse.refusal import why_no_structure
from graphparse.segment import find_structures
from graphparse.shipped import shipped_weights

logger = logging.getLogger(__name__)

SEVERAL_NOTE = "looks like several structures, read as one"
SMALLEST_STRUCTURE = 4
"""Atoms of a part of a molecule from which on it may be a structure of its own."""


class CaptionWeightsError(CheckpointError):
    """Weights of the caption reader, not of the graph reader, can't be read."""


def weights_hash(weights: Path | None = None) -> str:
    """The sha256 of weights, as their sidecar keeps it; None takes the shipped ones.

    Raises:
        CheckpointError: the sidecar can't be read.
    """
    sidecar = (weights or shipped_weights()).with_suffix(".json")
    try:
        return str(json.loads(sidecar.read_text())["sha256"])
    except (OSError, ValueError, KeyError) as error:
        raise CheckpointError(f"{sidecar}: cannot be read ({error})") from error


def make_recognizer(
    weights: Path | None = None,
    threads: int | None = None,
    reader: ReaderKind = ReaderKind.GRAPH,
    caption_weights: Path | None = None,
) -> Recognizer:
    """The recognizer that reads with a reader of that kind.

    Args:
        weights: of the graph reader; None takes the shipped ones.
        threads: for the networks.
        reader: graph, caption, or both.
        caption_weights: of the caption reader; None takes the shipped ones.

    Raises:
        CheckpointError: weights are missing or can't be read; CaptionWeightsError: those of the
            caption reader.
    """
    fallback = None
    if reader is not ReaderKind.GRAPH:
        graph_weights = weights_hash(weights)
        try:
            fallback = Fallback.load(graph_weights, caption_weights, threads)
        except CheckpointError as error:
            raise CaptionWeightsError(str(error)) from error
    return Recognizer(weights, threads, fallback, caption_only=reader is ReaderKind.CAPTION)


class Recognizer:
    """Reads pictures of molecules.

    Each picture goes through the networks alone, so that its result depends on nothing else;
    on a processor batches would be hardly faster.

    Args:
        weights: a checkpoint of ``graphparse train detector``; None takes the shipped one.
        threads: for the networks; None leaves it to torch.
        fallback: the caption reader, asked where this reader is in doubt.
        caption_only: ask the fallback always, and nothing else.
        engine: what runs the convolutions.

    Raises:
        CheckpointError: the weights can't be read.
        ValueError: nothing is left to read with, or there is no such engine.
    """

    def __init__(
        self,
        weights: str | Path | None = None,
        threads: int | None = None,
        fallback: Fallback | None = None,
        caption_only: bool = False,
        engine: Engine = Engine.ONNX,
    ) -> None:
        if caption_only and fallback is None:
            raise ValueError("caption_only needs a fallback")
        if engine not in list(Engine):
            raise ValueError(f"engine: expected {' or '.join(Engine)}, got {engine!r}")
        path = shipped_weights() if weights is None else Path(weights)
        self._parser = Parser.load(path, threads, Engine(engine))
        self._fallback, self._caption_only = fallback, caption_only

    @property
    def engine(self) -> Engine:
        """What runs the convolutions."""
        return self._parser.engine

    def predict(self, images: Iterable[ImageSource]) -> list[Prediction]:
        """One prediction per input, in order, whatever the inputs are.

        Of a document with several pages, or of a page with several structures, it is the first;
        :meth:`read` gives all of them.

        Args:
            images: paths, encoded bytes, Pillow images or arrays (H, W[, 3 or 4]).

        Raises:
            TypeError: ``images`` is one of these itself.
        """
        if isinstance(images, str | Path | bytes | Image.Image | np.ndarray):
            kind = type(images).__name__
            raise TypeError(f"expected a list of pictures, got a {kind}: read() takes a single one")
        found = []
        for index, image in enumerate(images):
            with self.open(image, _name(image, index)) as document:
                found.append(document.read(0)[0])
        return found

    def read(self, image: ImageSource) -> list[Prediction]:
        """All predictions for one input: at least one for each of its pages."""
        with self.open(image, _name(image, 0)) as document:
            return [found for page in range(document.n_pages) for found in document.read(page)]

    @contextmanager
    def open(self, image: ImageSource, name: str) -> Iterator[Document]:
        """Open an input, to read it page by page; one that cannot be opened has a page as well."""
        with ExitStack() as opened:
            try:
                with stage("load"):
                    pages = opened.enter_context(open_pages(image))
            except ImageError as error:
                pages = _Unreadable(error)
            yield Document(self._parser, pages, name, self._fallback, self._caption_only)

    def molecules(self, images: Iterable[ImageSource]) -> Iterator[tuple[Reading, Molecule] | None]:
        """What was read and what it means, before any judgement; None where there is nothing."""
        for image in images:
            try:
                reading = _parse(self._parser, load_image(image).gray)
            except ImageError:
                reading = ""
            yield None if isinstance(reading, str) else _assembled(reading)


class Document:
    """An open input; :meth:`Recognizer.open` makes it.

    Args:
        parser: reads the pictures.
        pages: of the input.
        name: what predictions call the input.
        fallback, caption_only: see :class:`Recognizer`.
    """

    def __init__(
        self,
        parser: Parser,
        pages: Pages,
        name: str,
        fallback: Fallback | None = None,
        caption_only: bool = False,
    ) -> None:
        self._parser, self._pages, self._name = parser, pages, name
        self._fallback, self._caption_only = fallback, caption_only
        self.n_pages = len(pages)

    def read(self, page: int) -> list[Prediction]:
        """The predictions of a page, from 0; at least one."""
        source = partial(Prediction, self._name, page=page_number(page, self.n_pages))
        start = time.perf_counter()
        try:
            with stage("load"):
                pictures = self._pages.load(page)
        except ImageError as error:
            return [source(Status.ERROR, message=str(error))]
        found = []
        for picture in pictures:
            there = source
            if picture.box is not None:
                there = partial(source, page=page + 1, box=picture.box)
            prediction = self._read_picture(there, picture)
            if picture.box is not None and prediction.status == Status.NO_STRUCTURE:
                continue  # a chart or a logo on a page
            now = time.perf_counter()
            found.append(replace(prediction, seconds=now - start))
            start = now
        return found or [source(Status.NO_STRUCTURE, message="no structure on this page")]

    def _read_picture(self, source: Callable[..., Prediction], picture: LoadedImage) -> Prediction:
        with stage("judge"):
            blank = looks_blank(picture.gray)
        if blank:
            return source(Status.NO_STRUCTURE, message="blank picture", warnings=picture.notes)
        if self._fallback is not None and self._caption_only:
            opinion = self._fallback.opinion(picture.gray)
            return captioned(source, opinion, self._fallback.policy, picture.notes)
        found = _prediction(source, _parse(self._parser, picture.gray), picture)
        if self._fallback is None:
            return found
        return self._fallback.second_opinion(found, picture.gray)


class _Unreadable:
    """The one page of an input that cannot be opened."""

    def __init__(self, error: ImageError) -> None:
        self._error = error

    def __len__(self) -> int:
        return 1

    def load(self, index: int) -> list[LoadedImage]:
        raise self._error


def _name(image: ImageSource, index: int) -> str:
    return str(image) if isinstance(image, str | Path) else f"#{index}"


def _parse(parser: Parser, picture: NDArray[np.uint8]) -> Reading | str:
    """A reading, or what went wrong."""
    try:
        return agreed(parser.looks(picture))
    except Exception as error:
        logger.warning("a picture of shape %s failed", picture.shape, exc_info=True)
        return f"{type(error).__name__}: {error}"


def _assembled(reading: Reading) -> tuple[Reading, Molecule] | None:
    try:
        return reading, assemble(reading.graph, reading.alternatives)
    except AssembleError:
        return None


def _prediction(
    source: Callable[..., Prediction], reading: Reading | str, picture: LoadedImage
) -> Prediction:
    notes = picture.notes
    if isinstance(reading, str):
        return source(Status.ERROR, message=reading, warnings=notes)
    with stage("judge"):
        reason = why_no_structure(reading.graph, picture.gray)
    if reason:
        return source(Status.NO_STRUCTURE, message=reason, graph=reading.graph, warnings=notes)
    try:
        with stage("assembler"):
            molecule = assemble(reading.graph, reading.alternatives)
    except AssembleError as error:
        return source(
            Status.LOW_CONFIDENCE, message=str(error), graph=reading.graph, warnings=notes
        )
    except Exception as error:  # a graph nobody thought of must not end the run
        logger.warning("a drawn graph could not be worked out", exc_info=True)
        message = f"{type(error).__name__}: {error}"
        return source(Status.ERROR, message=message, graph=reading.graph, warnings=notes)
    with stage("judge"):
        several = (SEVERAL_NOTE,) if _looks_like_several(molecule, picture) else ()
        confidence = calibrated(reading, molecule)
    warnings = (*notes, *molecule.warnings, *several)
    return source(
        Status.LOW_CONFIDENCE if confidence < LOW_CONFIDENCE else Status.OK,
        message="; ".join(warnings),
        smiles=molecule.smiles,
        cxsmiles=molecule.cxsmiles,
        inchi=molecule.inchi,
        inchi_reason=molecule.inchi_reason,
        inchikey=molecule.inchikey,
        molblock=molecule.molblock,
        graph=reading.graph,
        confidence=confidence,
        warnings=warnings,
    )


def _looks_like_several(molecule: Molecule, picture: LoadedImage) -> bool:
    """Whether parts that need no other, as ions do, are drawn apart on a picture of its own.

    The picture is searched only if there are such parts, which are rare, since that takes a while.
    """
    mol = molecule.mol
    parts = [
        atoms
        for atoms in Chem.GetMolFrags(mol)
        if len(atoms) >= SMALLEST_STRUCTURE
        and sum(mol.GetAtomWithIdx(atom).GetFormalCharge() for atom in atoms) == 0
    ]
    return picture.box is None and len(parts) > 1 and len(find_structures(picture.gray)) > 1


def predict(images: Iterable[ImageSource]) -> list[Prediction]:
    """Read pictures with the shipped weights; see :meth:`Recognizer.predict`."""
    return Recognizer().predict(images)
