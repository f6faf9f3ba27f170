"""Serve the web page."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import Annotated

import typer

from graphparse.commands.common import Weights, wrong_usage


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    time_limit: Annotated[float, typer.Option(min=0.1, help="Seconds for a picture.")] = 60.0,
    most_megabytes: Annotated[int, typer.Option(min=1, help="Size of a picture.")] = 20,
    per_minute: Annotated[int, typer.Option(min=1, help="Requests of one client.")] = 60,
    threads: Annotated[int, typer.Option(min=1, help="Threads of the networks.")] = 2,
    weights: Weights = None,
) -> None:
    """Serve a page to read, correct and save structures with, and a JSON interface."""
    try:
        import uvicorn

        from graphparse.server.app import LOOPBACK, make_app
    except ImportError as error:
        message = f"{error.name} is missing: pip install 'graphparse[serve]'"
        raise typer.BadParameter(message) from error
    from graphparse.server.tasks import prepare
    from graphparse.server.worker import Worker

    # who opens the server to others has chosen its name, which is not known here
    hosts = LOOPBACK if host in LOOPBACK else ("*",)
    with ExitStack() as opened:
        worker = Worker(partial(prepare, weights, threads), time_limit)
        with wrong_usage("--weights", ValueError):
            opened.enter_context(worker)
        app = make_app(worker, hosts, most_megabytes * 1_000_000, per_minute)
        uvicorn.run(app, host=host, port=port, limit_concurrency=64, server_header=False)
