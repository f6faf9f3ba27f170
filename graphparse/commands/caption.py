"""The command ``graphparse train caption``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from graphparse.commands.common import Threads, check_training_files, wrong_usage


class EncoderName(StrEnum):
    """Image encoders."""

    RESNET = "resnet"
    VIT = "vit"
    TNT = "tnt"
    DETECTOR = "detector"


class DecoderKind(StrEnum):
    """Decoders."""

    LSTM = "lstm"
    TRANSFORMER = "transformer"


class TargetString(StrEnum):
    """What is spelt."""

    INCHI = "inchi"
    SMILES = "smiles"


def train_caption(
    out: Annotated[Path, typer.Option(file_okay=False, help="Checkpoints, state and log.")],
    encoder: Annotated[EncoderName, typer.Option(help="Of the image.")] = EncoderName.DETECTOR,
    decoder: Annotated[DecoderKind, typer.Option(help="Of the string.")] = DecoderKind.TRANSFORMER,
    target: Annotated[TargetString, typer.Option(help="What is spelt.")] = TargetString.SMILES,
    molecules: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Pool; else the bundled one.")
    ] = None,
    real: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Aligned real drawings.")
    ] = None,
    contest: Annotated[
        bool, typer.Option("--contest", help="Draw like the molecular translation contest.")
    ] = False,
    shards: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="Images of 'graphparse prepare', not renders."
        ),
    ] = None,
    minutes: Annotated[float, typer.Option(min=0.01, help="In all, over restarts.")] = 60.0,
    images: Annotated[
        int | None, typer.Option(min=1, help="End after so many drawings, if time is left.")
    ] = None,
    init: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Weights to start from.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the rendered drawings.")] = 0,
    canvas: Annotated[
        tuple[int, int],
        typer.Option(help="Height and width that pictures are fitted into, multiples of 32."),
    ] = (256, 384),
    fixed_map: Annotated[
        bool,
        typer.Option(
            "--fixed-map", help="Of the encoder 'detector', which stays as it is: for processors."
        ),
    ] = False,
    pointing: Annotated[
        bool,
        typer.Option("--pointing", help="The decoder, a transformer of SMILES, points at atoms."),
    ] = False,
    batch_size: Annotated[int, typer.Option(min=1)] = 16,
    accumulate: Annotated[int, typer.Option(min=1, help="Batches for one step.")] = 1,
    learning_rate: Annotated[float, typer.Option(min=0, help="At its peak.")] = 5e-4,
    short_first: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="Share of the training to begin with short strings only; a third for ViT, else 0.",
        ),
    ] = None,
    validation_images: Annotated[int, typer.Option(min=1, help="Drawings to validate on.")] = 64,
    workers: Annotated[int, typer.Option(min=0, help="Rendering processes.")] = 1,
    threads: Threads = None,
) -> None:
    """Train a caption model, which spells the molecule of a picture; goes on if stopped."""
    from detectors.caption.model import CaptionConfig
    from graphparse.prepare import PrepareError
    from graphparse.train_caption import train_caption as run
    from graphparse.training.caption_loop import CaptionTrainConfig

    if shards is not None and (molecules is not None or real is not None or contest):
        raise typer.BadParameter("--shards goes without --molecules, --real and --contest")
    if short_first is None:
        short_first = 1 / 3 if encoder is EncoderName.VIT else 0.0
    config = CaptionTrainConfig(
        minutes=minutes,
        seed=seed,
        batch_size=batch_size,
        accumulate=accumulate,
        learning_rate=learning_rate,
        workers=workers,
        short_first=short_first,
        validation_images=validation_images,
        fixed_map=fixed_map,
        **({} if images is None else {"images": images}),
    )
    if fixed_map and encoder is not EncoderName.DETECTOR:
        raise typer.BadParameter("only of the encoder 'detector'", param_hint="--fixed-map")
    if pointing and (decoder, target) != (DecoderKind.TRANSFORMER, TargetString.SMILES):
        raise typer.BadParameter(
            "only of the decoder 'transformer' and the target 'smiles'", param_hint="--pointing"
        )
    with wrong_usage("--canvas", ValueError):
        model = CaptionConfig(encoder.value, decoder.value, target.value, canvas, pointing=pointing)
    check_training_files(molecules, real)
    # a PrepareError is a ValueError too: the inner one is asked first
    with wrong_usage("--init", ValueError), wrong_usage("--shards", PrepareError):
        path = run(out, model, molecules, real, contest, shards, init, config, threads)
    typer.echo(path)
