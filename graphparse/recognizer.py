"""Pictures in, predictions out: the one class behind the command line and the Python API."""

from __future__ import annotations

import importlib.resources
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assemble.molecule import AssembleError, Molecule, assemble
from detectors.parser import Parser, Reading
from graphparse.calibration import calibrated
from graphparse.images import ImageError, ImageSource, LoadedImage, load_image, looks_blank
from graphparse.prediction import Prediction, Status
from graphparse.refusal import why_no_structure

logger = logging.getLogger(__name__)

BATCH_SIZE = 16
LOW_CONFIDENCE = 0.5


def shipped_weights() -> Path:
    """The weights in the package.

    Raises:
        FileNotFoundError: the package was built without weights, or with several.
    """
    folder = importlib.resources.files("graphparse") / "weights"
    found = sorted(Path(str(folder)).glob("parser-*.safetensors"))
    if not found:
        raise FileNotFoundError("this installation of graphparse has no weights")
    if len(found) > 1:
        # names are hashes: none of them tells which is meant
        names = ", ".join(path.name for path in found)
        raise FileNotFoundError(f"one set of weights is expected in {folder}, found {names}")
    return found[0]


class Recognizer:
    """Reads pictures of molecules.

    Args:
        weights: a checkpoint of ``graphparse train detector``; None takes the shipped one.
        threads: for the networks; None leaves it to torch.
        batch_size: pictures that go through the networks together.

    Raises:
        CheckpointError: the weights can't be read.
    """

    def __init__(
        self, weights: Path | None = None, threads: int | None = None, batch_size: int = BATCH_SIZE
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size: expected at least 1, got {batch_size}")
        self._parser = Parser.load(weights or shipped_weights(), threads)
        self._batch_size = batch_size

    def predict(self, images: Sequence[ImageSource]) -> list[Prediction]:
        """One prediction per picture, in order, whatever the pictures are.

        Args:
            images: paths, encoded bytes, Pillow images or arrays (H, W[, 3 or 4]).
        """
        return list(self.stream(images))

    def stream(self, images: Iterable[ImageSource]) -> Iterator[Prediction]:
        """Like :meth:`predict`, but each batch's predictions come as soon as they are there."""
        batch: list[tuple[str, ImageSource]] = []
        for index, image in enumerate(images):
            name = str(image) if isinstance(image, str | Path) else f"#{index}"
            batch.append((name, image))
            if len(batch) == self._batch_size:
                yield from self._predict_batch(batch)
                batch = []
        if batch:
            yield from self._predict_batch(batch)

    def molecules(self, images: Sequence[ImageSource]) -> Iterator[tuple[Reading, Molecule] | None]:
        """What was read and what it means, before any judgement; None where there is nothing."""
        for start in range(0, len(images), self._batch_size):
            loaded = [_load(image, "") for image in images[start : start + self._batch_size]]
            pictures = [item.gray for item in loaded if isinstance(item, LoadedImage)]
            readings = iter(self._parse(pictures))
            for item in loaded:
                reading = next(readings) if isinstance(item, LoadedImage) else ""
                yield None if isinstance(reading, str) else _assembled(reading)

    def _predict_batch(self, batch: Sequence[tuple[str, ImageSource]]) -> list[Prediction]:
        start = time.perf_counter()
        loaded = [_load(source, name) for name, source in batch]
        pictures = [item.gray for item in loaded if isinstance(item, LoadedImage)]
        readings = iter(self._parse(pictures))
        out = []
        for (name, _), item in zip(batch, loaded, strict=True):
            if isinstance(item, Prediction):
                out.append(item)
            else:
                out.append(_prediction(name, next(readings), item))
        seconds = (time.perf_counter() - start) / len(batch)
        return [replace(prediction, seconds=seconds) for prediction in out]

    def _parse(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Reading | str]:
        """Readings, or what went wrong: one odd picture must not take its batch along."""
        try:
            return list(self._parser.parse(pictures))
        except Exception:
            # which picture it was, and why, is found out one by one
            return [self._parse_alone(picture) for picture in pictures]

    def _parse_alone(self, picture: NDArray[np.uint8]) -> Reading | str:
        try:
            return self._parser.parse([picture])[0]
        except Exception as error:
            logger.warning("a picture of shape %s failed", picture.shape, exc_info=True)
            return f"{type(error).__name__}: {error}"


def _load(source: ImageSource, name: str) -> LoadedImage | Prediction:
    try:
        loaded = load_image(source)
    except ImageError as error:
        return Prediction(name, Status.ERROR, message=str(error))
    if looks_blank(loaded.gray):
        return Prediction(name, Status.NO_STRUCTURE, message="blank picture", warnings=loaded.notes)
    return loaded


def _assembled(reading: Reading) -> tuple[Reading, Molecule] | None:
    try:
        return reading, assemble(reading.graph)
    except AssembleError:
        return None


def _prediction(name: str, reading: Reading | str, loaded: LoadedImage) -> Prediction:
    notes = loaded.notes
    if isinstance(reading, str):
        return Prediction(name, Status.ERROR, message=reading, warnings=notes)
    reason = why_no_structure(reading.graph, loaded.gray)
    if reason:
        return Prediction(
            name, Status.NO_STRUCTURE, message=reason, graph=reading.graph, warnings=notes
        )
    try:
        molecule = assemble(reading.graph)
    except AssembleError as error:
        return Prediction(
            name,
            Status.LOW_CONFIDENCE,
            message=str(error),
            graph=reading.graph,
            warnings=notes,
        )
    except Exception as error:  # a graph nobody thought of must not end the run
        logger.warning("%s: the drawn graph could not be worked out", name, exc_info=True)
        message = f"{type(error).__name__}: {error}"
        return Prediction(name, Status.ERROR, message=message, graph=reading.graph, warnings=notes)
    warnings = (*notes, *molecule.warnings)
    confidence = calibrated(reading, molecule)
    low = confidence < LOW_CONFIDENCE
    return Prediction(
        source=name,
        status=Status.LOW_CONFIDENCE if low else Status.OK,
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


def predict(images: Sequence[ImageSource]) -> list[Prediction]:
    """Read pictures with the shipped weights; see :meth:`Recognizer.predict`."""
    return Recognizer().predict(images)
