"""The web application: a page, its files, and two calls that answer in JSON.

No path of the machine is ever made from a request: the page's files are read once, at the start,
and found by name in a dictionary.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import FastAPI, File, HTTPException, Query, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from graphparse.server.limits import KnownHosts, Limits, Rate
from graphparse.server.tasks import MOST_PAGES, Convert, Predict, Refused
from graphparse.server.worker import Busy, Failed, TooSlow

MOST_BYTES = 20_000_000
"""Of a request."""
PER_MINUTE = 60
"""Requests of one client."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Names under which a server on this machine is called."""
ASSETS = {
    "index.html": "text/html; charset=utf-8",
    "page.css": "text/css",
    "serve.css": "text/css",
    "page.js": "text/javascript",
    "serve.js": "text/javascript",
    "vendor/openchemlib.js": "text/javascript",
}


class Graph(BaseModel):
    """What is drawn, in pixels of the picture, origin at the top left."""

    xy: list[tuple[float, float]]
    labels: list[str] = Field(description='As drawn; "" is a bare carbon.')
    charges: list[int]
    bonds: list[tuple[int, int]] = Field(description="Indices of the begin and end atom.")
    kinds: list[str]
    atom_scores: list[float]
    bond_scores: list[float]


class Drawing(BaseModel):
    """What a page needs to show a prediction."""

    picture: str | None = Field(description="Data URL, made smaller if it is large.")
    width: int = Field(description="Of the picture as it was sent, in pixels.")
    height: int
    structure: str | None = Field(description="SVG.")


class Read(BaseModel):
    """One picture's molecule, or why there is none."""

    source: str = Field(description="The file's name.")
    page: int | None = Field(description="Of a document with several pages, from 1.")
    box: tuple[int, int, int, int] | None = Field(
        description="(left, top, right, bottom) on the page; all of it where there is none."
    )
    status: str = Field(description="ok, low_confidence, no_structure or error.")
    message: str
    smiles: str | None
    cxsmiles: str | None
    inchi: str | None
    inchi_reason: str
    inchikey: str | None
    molblock: str | None = Field(description="In pixels of the picture, y up.")
    graph: Graph | None
    confidence: float = Field(description="Probability that the whole molecule is right.")
    reader: str
    warnings: list[str]
    seconds: float
    drawing: Drawing | None = None


class Answer(BaseModel):
    n_pages: int = Field(description=f"Of the document; the first {MOST_PAGES} are read.")
    predictions: list[Read] = Field(description="At least one for each page that is read.")


class Molfile(BaseModel):
    molfile: str = Field(min_length=1, max_length=500_000, description="V2000 or V3000.")


class Spelled(BaseModel):
    """A molecule in all its spellings."""

    smiles: str
    cxsmiles: str
    inchi: str | None
    inchi_reason: str
    inchikey: str | None
    molblock: str
    structure: str | None = Field(description="SVG.")


class Problem(BaseModel):
    detail: str


_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": text}
    for status, text in {
        400: "Not a request that can be read",
        403: "Sent by another site",
        408: "Sent too slowly",
        413: "Too large",
        429: "Too many requests",
        500: "The work failed",
        503: "Too many requests wait already",
        504: "Stopped at the time limit",
    }.items()
}


def make_app(
    worker: Callable[[Any], Any],
    hosts: tuple[str, ...] = LOOPBACK,
    most_bytes: int = MOST_BYTES,
    per_minute: int = PER_MINUTE,
) -> FastAPI:
    """The application.

    Args:
        worker: answers :class:`Predict` and :class:`Convert`, see :mod:`graphparse.server.tasks`.
        hosts: names by which the server may be called; "*" for any. A page elsewhere that lets
            its own name point at this machine is turned away.
        most_bytes: of a request's body.
        per_minute: requests of one client.
    """
    app = FastAPI(
        title="graphparse",
        description="Pictures of chemical structures in, verified molecular graphs out.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
    )
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_middleware(KnownHosts, names=hosts)
    app.add_middleware(Limits, most_bytes=most_bytes, rate=Rate(per_minute))
    _add_page(app)

    # plain functions: FastAPI runs them in threads, where they may wait for their turn
    @app.post("/api/predict", response_model=Answer, responses=_PROBLEMS)
    def predict(
        image: Annotated[UploadFile, File(description="A picture of a structure.")],
        draw: Annotated[bool, Query(description="Also send what a page draws.")] = False,
    ) -> Any:
        """Read the structures in a picture, or on the pages of a document."""
        return _answer(worker, Predict(image.file.read(), image.filename or "", draw))

    @app.post(
        "/api/convert",
        response_model=Spelled,
        responses={**_PROBLEMS, 422: {"description": "No valid molecule"}},
    )
    def convert(body: Molfile) -> Any:
        """SMILES, InChI and a drawing of a molfile."""
        return _answer(worker, Convert(body.molfile))

    return app


def _invalid(request: Request, error: Exception) -> JSONResponse:
    """What is wrong with a request, without what it holds, which may be no text and no number."""
    assert isinstance(error, RequestValidationError)
    told = [{name: why[name] for name in ("type", "loc", "msg")} for why in error.errors()]
    return JSONResponse({"detail": told}, 422)


def _answer(worker: Callable[[Any], Any], task: Any) -> Any:
    try:
        answer = worker(task)
    except Busy as error:
        raise HTTPException(503, str(error), {"Retry-After": "5"}) from error
    except TooSlow as error:
        raise HTTPException(504, str(error)) from error
    except Failed as error:
        raise HTTPException(500, str(error)) from error
    if isinstance(answer, Refused):
        raise HTTPException(422, answer.why)
    return JSONResponse(answer)


def _add_page(app: FastAPI) -> None:
    folder = importlib.resources.files("graphparse") / "assets"
    files = {name: (folder / name).read_bytes() for name in ASSETS}

    @app.get("/", include_in_schema=False)
    def page() -> Response:
        return Response(files["index.html"], media_type=ASSETS["index.html"])

    @app.get("/assets/{name:path}", include_in_schema=False)
    def asset(name: str) -> Response:
        if name not in files:
            raise HTTPException(404, "no such file")
        return Response(files[name], media_type=ASSETS[name])
