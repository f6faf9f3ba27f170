"""A page of wrong predictions, to look at and to sort by cause."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, rdBase
from rdkit.Chem.Draw import rdMolDraw2D

from graphparse.causes import cause_of
from graphparse.evaluate import Evaluation, Reference
from graphparse.images import ImageError, load_image
from graphparse.overlay import draw_overlay
from graphparse.prediction import Prediction

WIDTH, HEIGHT = 420, 320
"""Pixels of a picture on the page."""
_STYLE = (
    "body{font:14px sans-serif;margin:1em}td{vertical-align:top;border-top:1px solid #ccc;"
    "padding:4px}img,svg{max-width:420px;max-height:320px}code{font-size:11px;"
    "overflow-wrap:anywhere}"
)


def write_failures(evaluations: Sequence[Evaluation], path: Path) -> None:
    """One self-contained HTML page: picture, overlay, drawn result and reference of each failure,
    the surest first, and a table of causes per set."""
    parts = [f"<!doctype html><meta charset=utf-8><title>Failures</title><style>{_STYLE}</style>"]
    for evaluation in evaluations:
        name = html.escape(evaluation.summary.name)
        parts.append(f"<h2>{name}: {evaluation.summary.exact} % exact</h2><ul>")
        parts.extend(f"<li>{html.escape(c)}: {n}" for c, n in evaluation.causes.items())
        parts.append("</ul><table>")
        wrong = [
            (prediction, reference)
            for prediction, reference in zip(
                evaluation.predictions, evaluation.references, strict=True
            )
            if prediction.inchi != reference.inchi
        ]
        wrong.sort(key=lambda pair: -pair[0].confidence)
        parts.extend(_row(prediction, reference) for prediction, reference in wrong)
        parts.append("</table>")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(parts), encoding="utf-8")


def _row(prediction: Prediction, reference: Reference) -> str:
    cause = cause_of(prediction, reference.inchi)
    facts = (
        f"<b>{html.escape(reference.id)}</b><br>{html.escape(cause)}<br>"
        f"confidence {prediction.confidence:.3f}<br>{html.escape(prediction.message)}<br>"
        f"<code>{html.escape(prediction.smiles or '-')}<br>{html.escape(reference.smiles)}</code>"
    )
    cells = [facts, _pictures(prediction, reference), _svg(prediction.smiles)]
    cells.append(_svg(reference.smiles))
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells)


def _pictures(prediction: Prediction, reference: Reference) -> str:
    try:
        gray = load_image(reference.image).gray
    except ImageError as error:
        return html.escape(str(error))
    plain = _img(gray)
    if prediction.graph is None:
        return plain
    return plain + "<br>" + _img(draw_overlay(gray, prediction.graph))


def _img(picture: NDArray[np.uint8]) -> str:
    factor = min(1.0, WIDTH / picture.shape[1], HEIGHT / picture.shape[0])
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".png", small)
    return f"<img src='data:image/png;base64,{base64.b64encode(encoded.tobytes()).decode()}'>"


def _svg(smiles: str | None) -> str:
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles) if smiles else None
    if mol is None:
        return "-"
    drawer = rdMolDraw2D.MolDraw2DSVG(WIDTH, HEIGHT)
    rdMolDraw2D.PrepareAndDrawMolecule(drawer, mol)
    drawer.FinishDrawing()
    svg: str = drawer.GetDrawingText()
    return svg[svg.index("<svg") :]
