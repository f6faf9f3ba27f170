"""The caption reader: a picture in, a string out, and the molecule that the string spells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem, rdBase

from detectors.caption.canvas import on_canvas
from detectors.caption.encoders import DetectorGrid
from detectors.caption.model import CaptionConfig, CaptionModel
from detectors.caption.search import Candidate, read_captions
from detectors.caption.tokens import Target
from detectors.checkpoint import CheckpointError, load_checkpoint
from detectors.network import ink_of

BEAMS = 4
"""Strings followed at a time."""


@dataclass(frozen=True, slots=True)
class Caption:
    """What a caption reader makes of one picture."""

    text: str
    """As it was spelt: the likeliest finished string that is a molecule, or else the likeliest."""
    score: float
    """Its log probability over its length to the power of 0.7; at most 0."""
    smiles: str | None
    """Canonical, by RDKit; None if the string is no molecule."""
    inchi: str | None


def molecule_of(text: str, target: Target) -> tuple[str, str] | None:
    """SMILES and InChI, as RDKit writes them, of a string; None if it is no molecule."""
    with rdBase.BlockLogs():
        mol = Chem.MolFromInchi(text) if target == "inchi" else Chem.MolFromSmiles(text)
        if mol is None or not mol.GetNumAtoms():
            return None
        smiles, inchi = Chem.MolToSmiles(mol), Chem.MolToInchi(mol)
    return (smiles, inchi) if inchi else None


class CaptionReader:
    """Reads pictures with a trained caption model, or with several that vote.

    Args:
        weights: checkpoints of ``graphparse train caption``, all of the same target and canvas.
        threads: of torch, for the whole process; None leaves torch's choice.
        beams: strings followed at a time; 1 is greedy reading.

    Raises:
        CheckpointError: weights can't be read, or differ in target or canvas.
    """

    def __init__(
        self, weights: Path | Sequence[Path], threads: int | None = None, beams: int = BEAMS
    ) -> None:
        if threads is not None:
            torch.set_num_threads(threads)
        paths = [weights] if isinstance(weights, Path) else list(weights)
        loaded = [_load(path) for path in paths]
        self.models = [model for model, _ in loaded]
        self.weights_hash = "+".join(digest for _, digest in loaded)
        self.beams = beams
        if len({(m.config.target, m.config.canvas) for m in self.models}) != 1:
            raise CheckpointError("caption models of several targets or canvases can't vote")

    @property
    def name(self) -> str:
        """Encoder, decoder and target, of each model."""
        return " & ".join(_name(model.config) for model in self.models)

    def read(self, grays: Sequence[NDArray[np.uint8]]) -> list[Caption]:
        """One caption per picture (H, W) of any size, dark on light."""
        if not grays:
            return []
        config = self.models[0].config
        canvases = np.stack([on_canvas(gray, config.canvas) for gray in grays])
        ink = ink_of(torch.from_numpy(canvases))
        return [
            chosen(candidates, config.target)
            for candidates in read_captions(self.models, ink, self.beams)
        ]


def chosen(candidates: Sequence[Candidate], target: Target) -> Caption:
    """The first finished candidate that is a molecule; the first of all if none is.

    One that was broken off, a chain that never ends, often happens to be a molecule.
    """
    for candidate in candidates:
        if candidate.closed and (found := molecule_of(candidate.text, target)) is not None:
            return Caption(candidate.text, candidate.score, *found)
    return Caption(candidates[0].text, candidates[0].score, None, None)


def _name(config: CaptionConfig) -> str:
    points = " pointing" if config.pointing else ""
    return f"{config.encoder}+{config.decoder}{points} {config.target}"


def _load(path: Path) -> tuple[CaptionModel, str]:
    tensors, sidecar = load_checkpoint(path)
    try:
        model = CaptionModel(CaptionConfig.from_dict(sidecar["architecture"]))
        model.load_state_dict(tensors)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(f"{path}: no caption model ({error})") from error
    if isinstance(model.encoder.grid, DetectorGrid):
        model.encoder.grid.hold()
    return model.eval(), str(sidecar["sha256"])
