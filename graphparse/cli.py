"""The command line."""

from __future__ import annotations

import logging
import warnings
from typing import Annotated

import typer

import graphparse
from graphparse.commands.assemble import assemble_graphs
from graphparse.commands.benchmark import benchmark
from graphparse.commands.caption import train_caption
from graphparse.commands.evaluate import evaluate
from graphparse.commands.pages import score_pages
from graphparse.commands.predict import predict
from graphparse.commands.prepare import prepare
from graphparse.commands.refusal import refusal
from graphparse.commands.render import render
from graphparse.commands.report import report
from graphparse.commands.serve import serve
from graphparse.commands.train import align_drawings, calibrate, train_detector
from graphparse.commands.train import refusal as train_refusal

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Pictures of chemical structures in, verified molecular graphs out.",
)
train_app = typer.Typer(no_args_is_help=True, help="Train the networks on rendered molecules.")
app.add_typer(train_app, name="train")

app.command()(predict)
app.command()(evaluate)
app.command("assemble")(assemble_graphs)
app.command()(benchmark)
app.command()(refusal)
app.command()(prepare)
app.command()(render)
app.command("score-pages")(score_pages)
app.command()(report)
app.command()(serve)
train_app.command("detector")(train_detector)
train_app.command("caption")(train_caption)
train_app.command("align")(align_drawings)
train_app.command("calibrate")(calibrate)
train_app.command("refusal")(train_refusal)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"graphparse {graphparse.__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show it and exit."),
    ] = False,
) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    # a dependency's use of a deprecated part of torch is nothing that a user can mend
    warnings.filterwarnings("ignore", message=".*torch.jit.script", category=FutureWarning)
