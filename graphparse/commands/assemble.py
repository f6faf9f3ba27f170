"""Graphs in, molecules out, for drawings that other tools have read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graphparse.commands.common import wrong_usage

if TYPE_CHECKING:
    from assemble.graph import MoleculeGraph
    from assemble.molecule import Molecule


RECORD_END = re.compile(r"^\$\$\$\$.*\n?", re.MULTILINE)
"""A line of an SD file; some programs put blanks behind it."""
MOLFILE_END = re.compile(r"^M  END\s*$", re.MULTILINE)
"""A line of its own: in JSON with a molfile in it, line breaks are escaped."""


class Format(StrEnum):
    """What is written of each molecule."""

    SMILES = "smiles"
    CXSMILES = "cxsmiles"
    INCHI = "inchi"
    MOL = "mol"
    SDF = "sdf"
    JSON = "json"


def assemble_graphs(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="Graphs as JSON or JSON lines, or a molfile."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Instead of the terminal.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.SMILES,
    contracted: Annotated[
        bool, typer.Option("--contracted", help="Labels stay one atom in molfiles.")
    ] = False,
    v3000: Annotated[bool, typer.Option("--v3000", help="The extended molfile.")] = False,
    coordinates: Annotated[
        bool, typer.Option("--coordinates", help="CXSMILES with the places of the atoms.")
    ] = False,
) -> None:
    """Work out the molecules that drawn graphs stand for.

    A graph is what predictions.jsonl holds as "graph": xy (pixels, y down), labels ("" is a bare
    carbon), bonds (pairs of indices) and kinds (single, double, triple, aromatic, wedge, hash,
    wavy, bold, dashed, dative; wedge and hash from the narrow end, dative from the donor). It may
    have charges, variable (pairs of an atom and its ends: a bond to any one of them) and repeats
    (pairs of atoms and "n": brackets around a unit); docs/graph-json.md has all of it. A graph that
    no molecule can be made of gets a message and an empty line (in SD files nothing), and the exit
    code is 1.
    """
    if coordinates and form not in (Format.CXSMILES, Format.JSON):
        raise typer.BadParameter("needs --format cxsmiles or json", param_hint="--coordinates")
    from assemble.graph import GraphError
    from assemble.molecule import AssembleError, assemble

    with wrong_usage("FILE", GraphError, UnicodeDecodeError):
        graphs = list(_graphs(file))
    written, failed = [], 0
    for number, (source, graph) in enumerate(graphs, 1):
        place = {"number": number, "source": source}
        try:
            molecule = assemble(graph)
        except AssembleError as error:
            typer.echo(f"graph {number}: {error}", err=True)
            failed += 1
            written.append(_failed(place, form, error))
            continue
        for warning in molecule.warnings:
            typer.echo(f"graph {number}: {warning}", err=True)
        written.append(_written(place, molecule, form, contracted, v3000, coordinates))
    text = "".join(written)
    if out is None:
        typer.echo(text, nl=False)
    else:
        with wrong_usage("--out", OSError):
            out.write_text(text, encoding="utf-8")
    if failed:
        raise typer.Exit(1)


def _graphs(file: Path) -> Iterator[tuple[str | None, MoleculeGraph]]:
    """The graphs of a file, in order, with the sources that predictions have.

    Raises:
        GraphError: some of it is no graph, or a molfile that draws nothing; of several the message
            says which.
    """
    from assemble.graph import GraphError
    from assemble.molfile import MolfileError

    # programs on Windows put a mark before it
    text = file.read_text(encoding="utf-8-sig")
    read: Callable[[Any], tuple[str | None, MoleculeGraph] | None] = _graph_of_json
    if MOLFILE_END.search(text):
        records: list[Any] = [part for part in RECORD_END.split(text) if part.strip()]
        read = _graph_of_molfile
    else:
        records = _json_records(text)
    for number, record in enumerate(records, 1):
        try:
            found = read(record)
        except (GraphError, MolfileError) as error:
            which = f"record {number}: " if len(records) > 1 else ""
            raise GraphError(f"{which}{error}") from error
        # a prediction without a structure has no graph
        if found is not None:
            yield found


def _graph_of_molfile(text: str) -> tuple[None, MoleculeGraph]:
    from assemble.molfile import read_molfile

    return None, read_molfile(text)


def _graph_of_json(record: Any) -> tuple[str | None, MoleculeGraph] | None:
    from assemble.graph import MoleculeGraph

    fields = record if isinstance(record, dict) else {}
    graph = fields.get("graph", record)
    return None if graph is None else (fields.get("source"), MoleculeGraph.from_dict(graph))


def _json_records(text: str) -> list[Any]:
    """The values of a list, or of lines; else the one that there is.

    Raises:
        GraphError: it is no JSON.
    """
    from assemble.graph import GraphError

    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        whole = error
    else:
        return values if isinstance(values, list) else [values]
    records: list[Any] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError as error:
            # where not even the first line is a value, they belong together
            where = f"line {number}: {error.msg} at column {error.colno}"
            raise GraphError(f"no JSON: {where if records else whole}") from error
    return records


def _failed(place: dict[str, Any], form: Format, error: Exception) -> str:
    """What stands for a graph without a molecule, so that lines still go with graphs."""
    if form is Format.JSON:
        return json.dumps({**place, "message": str(error)}) + "\n"
    return "" if form in (Format.MOL, Format.SDF) else "\n"


def _written(
    place: dict[str, Any],
    molecule: Molecule,
    form: Format,
    contracted: bool,
    v3000: bool,
    coordinates: bool,
) -> str:
    from assemble.writers import write_cxsmiles, write_molblock

    cxsmiles = write_cxsmiles(molecule.mol, True) if coordinates else molecule.cxsmiles
    if form is Format.JSON:
        values = {
            **place,
            "smiles": molecule.smiles,
            "cxsmiles": cxsmiles,
            "inchi": molecule.inchi,
            "inchi_reason": molecule.inchi_reason,
            "inchikey": molecule.inchikey,
            "molblock": write_molblock(molecule.mol, contracted, v3000),
            "warnings": list(molecule.warnings),
        }
        return json.dumps(values) + "\n"
    if form in (Format.MOL, Format.SDF):
        end = "$$$$\n" if form is Format.SDF else ""
        return write_molblock(molecule.mol, contracted, v3000) + end
    if form is Format.INCHI:
        return (molecule.inchi or "") + "\n"
    return (cxsmiles if form is Format.CXSMILES else molecule.smiles) + "\n"
