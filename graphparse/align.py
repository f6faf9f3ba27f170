"""Verified self-training: real images whose reading is proved right by their reference.

A reading whose InChI equals the reference of its image is taken for the truth of the drawing, with
the places of its atoms, and may be trained on. Repeated as the networks get better, it brings in
harder and harder images. Where the reference has a molfile in the layout of the image, readings
that are wrong are mended with it: from these there is most to learn.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from assemble.graph import MoleculeGraph
from graphparse.evaluate import Reference, read_references
from graphparse.images import load_image
from graphparse.molfiles import mended
from graphparse.prediction import Prediction
from graphparse.recognizer import SEVERAL_NOTE, Recognizer

CHUNK = 64
"""Images that are read at once."""
HELD_OUT = 5
"""One of this many drawings is never aligned."""
FEWEST_BONDS = 3
"""Drawings with fewer bonds have no bond length to speak of."""


def held_out(reference_id: str) -> bool:
    """Whether a drawing is kept from training, so that confidence can be fitted on it."""
    return zlib.crc32(reference_id.encode()) % HELD_OUT == 0


def verified(predictions: Iterable[Prediction], inchis: Sequence[str]) -> list[bool]:
    """Which predictions are proved right by the reference, and are worth training on."""
    return [
        prediction.inchi == inchi
        # a wedge that means nothing does not change the InChI, but it may not be there; that
        # several structures are meant is proved by it
        and set(prediction.warnings) <= {SEVERAL_NOTE}
        and prediction.graph is not None
        and prediction.graph.n_bonds >= FEWEST_BONDS
        # the graph of a part of the picture is in pixels of that part
        and prediction.box is None
        for prediction, inchi in zip(predictions, inchis, strict=True)
    ]


def align(
    folders: Sequence[Path], recognizer: Recognizer, out: Path, limit: int | None = None
) -> tuple[int, int]:
    """Write the verified readings of some folders as a file of aligned graphs.

    Args:
        folders: each with a ``references.csv`` (columns ``image``, ``inchi`` and perhaps ``ref``).
        recognizer: reads the images.
        out: JSON lines with ``image``, ``graph``
            and ``smiles``; read by :func:`data.real.load_aligned`.
        limit: drawings taken from each folder, from its start; None takes all.

    Returns:
        Number of graphs written, and of images read.
    """
    references = [
        reference
        for folder in folders
        for reference in read_references(folder)[:limit]
        if not held_out(reference.id)
    ]
    written = 0
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w") as file:
        for start in range(0, len(references), CHUNK):
            chunk = references[start : start + CHUNK]
            predictions = recognizer.predict([reference.image for reference in chunk])
            proved = verified(predictions, [reference.inchi for reference in chunk])
            for reference, prediction, right in zip(chunk, predictions, proved, strict=True):
                graph = prediction.graph if right else _mended(reference, prediction)
                if graph is not None:
                    record = {
                        "image": str(reference.image.resolve()),
                        "graph": graph.to_dict(),
                        "smiles": prediction.smiles if right else reference.smiles,
                    }
                    file.write(json.dumps(record) + "\n")
                    written += 1
    return written, len(references)


def _mended(reference: Reference, prediction: Prediction) -> MoleculeGraph | None:
    """The graph of a drawing that was misread, if its molfile tells."""
    if reference.molfile is None or prediction.graph is None or prediction.box is not None:
        return None
    if prediction.graph.n_bonds < FEWEST_BONDS:
        return None
    gray = load_image(reference.image).gray
    return mended(reference.molfile.read_text(), prediction.graph, gray, reference.inchi)
