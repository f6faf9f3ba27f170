"""What the server's process does: read a picture, spell a molfile."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from assemble.molecule import AssembleError, from_molblock
from graphparse.depict import picture_url, structure_svg
from graphparse.images import ImageError, load_picture
from graphparse.prediction import Prediction
from graphparse.recognizer import Recognizer
from graphparse.server.tasks import MOST_PAGES, Convert, Predict, Refused
from graphparse.workers import load_recognizer

LONGEST = 1200
"""Pixels of a picture's longer side on the page."""
STRUCTURE = (400, 320)
"""Width and height of a redrawn structure, in pixels."""


def make_work(weights: Path | None, threads: int) -> Callable[[Predict | Convert], Any]:
    """A function that answers with plain values or :class:`Refused`.

    Raises:
        CheckpointError: the weights can't be read.
    """
    return partial(_answer, load_recognizer(weights, threads))


def _answer(recognizer: Recognizer, task: Predict | Convert) -> dict[str, Any] | Refused:
    return _convert(task) if isinstance(task, Convert) else _predict(recognizer, task)


def _predict(recognizer: Recognizer, task: Predict) -> dict[str, Any]:
    with recognizer.open(task.image, task.name) as document:
        pages = range(min(document.n_pages, MOST_PAGES))
        predictions = [prediction for page in pages for prediction in document.read(page)]
        n_pages = document.n_pages
    answers = [prediction.to_dict() for prediction in predictions]
    if task.draw:
        for answer, prediction in zip(answers, predictions, strict=True):
            answer["drawing"] = _drawing(task.image, prediction)
    return {"n_pages": n_pages, "predictions": answers}


def _drawing(image: bytes, prediction: Prediction) -> dict[str, Any]:
    molblock = prediction.molblock
    structure = None if molblock is None else structure_svg(molblock, *STRUCTURE)
    try:
        gray = load_picture(image, prediction.page, prediction.box).gray
    except ImageError:
        return {"picture": None, "width": 0, "height": 0, "structure": structure}
    height, width = gray.shape
    picture = picture_url(gray, LONGEST)
    return {"picture": picture, "width": width, "height": height, "structure": structure}


def _convert(task: Convert) -> dict[str, Any] | Refused:
    try:
        molecule = from_molblock(task.molfile)
    except AssembleError as error:
        return Refused(str(error))
    return {
        "smiles": molecule.smiles,
        "cxsmiles": molecule.cxsmiles,
        "inchi": molecule.inchi,
        "inchi_reason": molecule.inchi_reason,
        "inchikey": molecule.inchikey,
        "molblock": molecule.molblock,
        "structure": structure_svg(molecule.molblock, *STRUCTURE),
    }
