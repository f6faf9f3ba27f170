"""The result for one picture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assemble.graph import MoleculeGraph

LOW_CONFIDENCE = 0.5
"""Below it a molecule is one to look at."""


class Status(StrEnum):
    """How far a picture got."""

    OK = "ok"
    LOW_CONFIDENCE = "low_confidence"
    NO_STRUCTURE = "no_structure"
    ERROR = "error"


class ReaderKind(StrEnum):
    """What pictures are read with."""

    GRAPH = "graph"
    """Atoms and bonds are found and put together."""
    CAPTION = "caption"
    """The structure's name is written out, token by token."""
    AUTO = "auto"
    """The graph reader, and the caption reader where that one is in doubt."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """One picture's molecule, or why there is none.

    There is exactly one per picture, in order: a page of a document is a picture, or holds several.

    ``smiles``, ``inchi`` and ``molblock`` describe the same molecule.
    """

    source: str
    """Path of the file, or the place in the input ("#3") of a picture without one."""
    status: Status
    message: str = ""
    """Why there is no molecule, or what to be careful about."""
    smiles: str | None = None
    cxsmiles: str | None = None
    """With the labels of R groups."""
    inchi: str | None = None
    inchi_reason: str = ""
    """Why a molecule has no InChI."""
    inchikey: str | None = None
    molblock: str | None = None
    """Coordinates are pixels of the picture, y up (the picture's y with its sign turned); of the
    caption reader's molecules they are a layout of RDKit's, and a warning says so."""
    graph: MoleculeGraph | None = None
    """What is drawn, in pixels of the picture."""
    confidence: float = 0.0
    """Probability in [0, 1] that the whole molecule is right."""
    reader: str = "graph"
    """``graph`` or ``caption``: where the molecule comes from."""
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    """Time that this picture took."""
    page: int | None = None
    """Page of a file with several, from 1; None for a file that is one picture."""
    box: tuple[int, int, int, int] | None = None
    """(left, top, right, bottom) of the picture in pixels of its page; None is all of it. The
    coordinates of ``graph`` and ``molblock`` are the picture's, not the page's."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; :meth:`from_dict` reads them back."""
        return {
            "source": self.source,
            "page": self.page,
            "box": None if self.box is None else list(self.box),
            "status": str(self.status),
            "message": self.message,
            "smiles": self.smiles,
            "cxsmiles": self.cxsmiles,
            "inchi": self.inchi,
            "inchi_reason": self.inchi_reason,
            "inchikey": self.inchikey,
            "molblock": self.molblock,
            "graph": None if self.graph is None else self.graph.to_dict(),
            "confidence": round(self.confidence, 4),
            "reader": self.reader,
            "warnings": list(self.warnings),
            "seconds": round(self.seconds, 4),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Prediction:
        """The prediction that :meth:`to_dict` wrote.

        Raises:
            KeyError: a field is missing.
            GraphError: the graph does not fit.
        """
        graph, box = values["graph"], values["box"]
        return cls(
            **{
                **values,
                "status": Status(values["status"]),
                "graph": None if graph is None else MoleculeGraph.from_dict(graph),
                "box": None if box is None else tuple(box),
                "warnings": tuple(values["warnings"]),
            }
        )


def page_number(page: int, n_pages: int) -> int | None:
    """What a whole page of an input, from 0, is called in predictions."""
    return page + 1 if n_pages > 1 else None
