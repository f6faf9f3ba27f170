"""Lists of image files with the strings of their molecules, of any length."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rdkit import Chem, rdBase

from detectors.caption.tokens import INCHI_START, Target

LISTS = ("references.csv", "train_labels.csv")
"""What the list of a folder is called."""
ENCODING = "utf-8-sig"
"""Of lists: spreadsheets put a mark before UTF-8, which is no part of the first column's name."""
NESTED = 3
"""Folders that an ``image_id`` of the molecular translation contest lies in, one a letter."""


class ListingError(ValueError):
    """A list that can't be used."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One image of a list."""

    name: str
    """Of the file, relative to the folder of the images."""
    smiles: str
    """"" if the list has none; so for the InChI."""
    inchi: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A CSV with a column ``image`` (a path) or ``image_id`` (as in the molecular translation
    contest: ``0123ab`` is the file ``0/1/2/0123ab.png``), and ``smiles``, ``inchi``, or both.

    Upper and lower case are the same in names of columns.
    """

    path: Path
    images: Path
    """Folder that the names of images are relative to."""

    @classmethod
    def open(cls, source: Path, images: Path | None = None) -> Listing:
        """Find the list.

        Args:
            source: the CSV, or a folder with one that is called as one of LISTS.
            images: folder of the images; without it ``train`` beside the contest's list, and for
                all else the folder of the list.

        Raises:
            ListingError: there is no list, or a column is missing.
        """
        path = source
        if source.is_dir():
            found = [source / name for name in LISTS if (source / name).is_file()]
            if not found:
                raise ListingError(f"{source}: expected {' or '.join(LISTS)} in it")
            path = found[0]
        columns = columns_of(path)
        if not columns & {"image", "image_id"} or not columns & {"smiles", "inchi"}:
            raise ListingError(
                f"{path}: expected columns image or image_id, and smiles or inchi, "
                f"got {', '.join(sorted(columns)) or 'none'}"
            )
        if images is None:
            train = path.parent / "train"
            images = train if "image" not in columns and train.is_dir() else path.parent
        return cls(path, images)

    def __iter__(self) -> Iterator[Listed]:
        for cells in rows_of(self.path):
            name = cells.get("image") or _nested(cells.get("image_id", ""))
            yield Listed(name, cells.get("smiles", ""), cells.get("inchi", ""))


def columns_of(path: Path) -> set[str]:
    """The names of the columns of a CSV, in lower case."""
    with path.open(newline="", encoding=ENCODING) as file:
        return {name.lower() for name in next(csv.reader(file), [])}


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The cells of each row of a CSV that hold something, by the names of their columns."""
    with path.open(newline="", encoding=ENCODING) as file:
        for row in csv.DictReader(file):
            yield {name.lower(): cell for name, cell in row.items() if name and cell}


def _nested(image_id: str) -> str:
    return "/".join([*image_id[:NESTED], f"{image_id}.png"]) if image_id else ""


def target_string(smiles: str, target: Target) -> str | None:
    """The string that stands for the molecule of a SMILES; None if there is none."""
    with rdBase.BlockLogs():
        return None if "*" in smiles else _spelt(Chem.MolFromSmiles(smiles), target)


def string_of(listed: Listed, target: Target) -> str | None:
    """The string that stands for a listed molecule; None if there is none.

    A standard InChI is taken as it is, SMILES are made canonical, and what is not listed is worked
    out from what is.
    """
    standard = listed.inchi.startswith(INCHI_START)
    if target == "inchi" and standard:
        return listed.inchi
    if listed.smiles:
        return target_string(listed.smiles, target)
    if not standard:
        return None  # RDKit reads others too, and not always as they are meant
    with rdBase.BlockLogs():
        return _spelt(Chem.MolFromInchi(listed.inchi), target)


def _spelt(mol: Chem.Mol | None, target: Target) -> str | None:
    if mol is None or not mol.GetNumAtoms():
        return None
    return (Chem.MolToInchi(mol) if target == "inchi" else Chem.MolToSmiles(mol)) or None
