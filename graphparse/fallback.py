"""The caption reader, alone or as a second opinion where the graph reader is in doubt."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, rdBase
from rdkit.Chem import rdDepictor

from assemble.molecule import AssembleError, Molecule, from_molblock
from detectors.checkpoint import CheckpointError
from graphparse.images import ImageError, ImageSource, load_image, looks_blank
from graphparse.prediction import LOW_CONFIDENCE, Prediction, ReaderKind, Status
from graphparse.shipped import shipped_weights

logger = logging.getLogger(__name__)

MOST_LOGIT = 6.0
"""Confidences nearer to 0 or 1 than this say no more."""
LAYOUT_NOTE = "the coordinates are a layout of RDKit's, not places in the picture"
DOUBT_NOTE = "the graph reader was in doubt"
UNCALIBRATED_NOTE = "the confidence is not calibrated for these weights of the caption reader"


class Caption(Protocol):
    """What a caption reader makes of one picture."""

    @property
    def smiles(self) -> str | None: ...

    @property
    def score(self) -> float:
        """Log probability over length to the power of 0.7; at most 0."""
        ...


class Captioner(Protocol):
    """A caption reader."""

    @property
    def name(self) -> str:
        """What it is made of, for people."""
        ...

    @property
    def weights_hash(self) -> str: ...

    def read(self, grays: Sequence[NDArray[np.uint8]]) -> Sequence[Caption]:
        """One caption per picture (H, W), dark on light."""
        ...


@dataclass(frozen=True, slots=True)
class Policy:
    """When the caption reader is asked, and how sure its answers are.

    Each model is a logistic one (Platt 1999) over :func:`evidence`; None could not be fitted.
    ``graphparse train calibrate --reader auto`` makes a policy.
    """

    threshold: float = 0.0
    """Confidence of the graph reader below which the caption reader is asked; 0 is never."""
    agreed: tuple[float, ...] | None = None
    """(3,) that the molecule is right which both give."""
    graph: tuple[float, ...] | None = None
    """(3,) that the graph reader is right where they differ."""
    caption: tuple[float, ...] | None = None
    """(3,) that the caption reader is right where they differ."""
    alone: tuple[float, ...] | None = None
    """(2,) that the caption reader is right, from its score, where it reads without the other."""
    graph_weights: str = ""
    """sha256 of the weights that it was fitted with."""
    caption_weights: str = ""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a policy.

        Raises:
            CheckpointError: it is damaged.
        """
        try:
            values = json.loads(path.read_text())
            found: dict[str, Any] = {key: values[key] for key in cls.__dataclass_fields__}
            for key, value in found.items():
                if isinstance(value, list):  # JSON has no tuples
                    found[key] = tuple(value)
            return cls(**found)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CheckpointError(f"{path}: no policy of a fallback ({error})") from error

    def fits(self, graph_weights: str, caption_weights: str) -> bool:
        """Whether it was fitted with these weights: of others it says nothing."""
        return (self.graph_weights, self.caption_weights) == (graph_weights, caption_weights)


def evidence(confidence: float, score: float) -> tuple[float, float]:
    """The log odds of the graph reader's confidence, limited, and the caption's score."""
    odds = np.log(max(confidence, 1e-9)) - np.log(max(1 - confidence, 1e-9))
    return float(np.clip(odds, -MOST_LOGIT, MOST_LOGIT)), max(score, -MOST_LOGIT)


def probability(model: Sequence[float], x: Sequence[float]) -> float:
    """Of a logistic model: an intercept, then a coefficient for each of ``x``."""
    return float(1 / (1 + np.exp(-(model[0] + np.dot(model[1:], x)))))


@dataclass(frozen=True, slots=True)
class Opinion:
    """A caption that is a molecule."""

    molecule: Molecule
    score: float


class Fallback:
    """A caption reader and what is known of its trustworthiness.

    Args:
        captioner: reads pictures.
        policy: when it is asked; without one only where it reads alone.
    """

    def __init__(self, captioner: Captioner, policy: Policy | None = None) -> None:
        self.captioner = captioner
        self.policy = policy or Policy()

    @classmethod
    def load(cls, graph_weights: str, weights: Path | None, threads: int | None = None) -> Self:
        """A caption reader with its policy, ``NAME.fallback.json`` beside its weights.

        Args:
            graph_weights: sha256 of those of the graph reader.
            weights: of the caption reader; None takes the shipped ones.
            threads: for the networks.

        Raises:
            CheckpointError: there are no weights, or they or the policy can't be read.
        """
        path = weights or shipped_weights("caption")
        # loaded late: who reads graphs alone needs none of it
        from graphparse.caption import CaptionReader

        captioner = CaptionReader(path, threads)
        kept = policy_path(path)
        policy = Policy.load(kept) if kept.is_file() else Policy()
        if kept.is_file() and not policy.fits(graph_weights, captioner.weights_hash):
            logger.warning("%s was fitted with other weights and is not used", kept)
            policy = Policy()
        return cls(captioner, policy)

    def opinion(self, gray: NDArray[np.uint8]) -> Opinion | None:
        """What the caption reader sees in a picture (H, W); None if it is no molecule."""
        try:
            caption = self.captioner.read([gray])[0]
            if not caption.smiles:
                return None
            return Opinion(_laid_out(caption.smiles), caption.score)
        except AssembleError:
            return None
        except Exception:  # the graph's reading stands, and the run goes on
            logger.warning("the caption reader failed on %s", gray.shape, exc_info=True)
            return None

    def opinion_on(self, image: ImageSource) -> Opinion | None:
        """The same of a file with one picture; None of one that can't be read or is blank."""
        try:
            gray = load_image(image).gray
        except ImageError:
            return None
        return None if looks_blank(gray) else self.opinion(gray)

    def second_opinion(self, prediction: Prediction, gray: NDArray[np.uint8]) -> Prediction:
        """The graph reader's prediction of a picture (H, W), or, if that is in doubt, what both
        readers together make of it."""
        if not in_doubt(prediction, self.policy.threshold):
            return prediction
        return combined(prediction, self.opinion(gray), self.policy)


def in_doubt(prediction: Prediction, threshold: float) -> bool:
    """Whether a prediction of the graph reader is less sure than a threshold.

    Never if there is no structure: the caption reader would make one up.
    """
    undecided = prediction.status in (Status.OK, Status.LOW_CONFIDENCE)
    return undecided and prediction.confidence < threshold


def combined(prediction: Prediction, opinion: Opinion | None, policy: Policy) -> Prediction:
    """What two readers make of a picture, with the confidence that both answers together give.

    Where they give the same InChI it is the graph's molecule, and no less sure than before. Where
    they differ it is the likelier one.

    Args:
        prediction: of the graph reader.
        opinion: of the caption reader; one without an InChI is none.
        policy: how likely either is right.
    """
    if opinion is None or opinion.molecule.inchi is None:
        return prediction
    x = evidence(prediction.confidence, opinion.score)
    if prediction.inchi == opinion.molecule.inchi:
        sure = prediction.confidence
        if policy.agreed is not None:
            sure = max(sure, probability(policy.agreed, x))
        return replace(prediction, confidence=sure, status=_status(sure))
    stays = prediction.confidence
    if policy.graph is not None:
        stays = min(stays, probability(policy.graph, x))
    takes = 0.0 if policy.caption is None else probability(policy.caption, x)
    if takes > stays:
        notes = (*prediction.warnings, DOUBT_NOTE)
        return _described(replace(prediction, graph=None), opinion, takes, notes)
    return replace(prediction, confidence=stays, status=_status(stays))


def captioned(
    source: Callable[..., Prediction],
    opinion: Opinion | None,
    policy: Policy,
    notes: tuple[str, ...] = (),
) -> Prediction:
    """The caption reader's answer without the graph reader's.

    Args:
        source: makes the prediction of a picture.
        opinion: on that picture.
        policy: how likely it is right.
        notes: warnings of the picture.
    """
    if opinion is None:
        message = "the caption reader found no valid molecule"
        status = Status.LOW_CONFIDENCE
        return source(status, message=message, reader=ReaderKind.CAPTION, warnings=notes)
    if policy.alone is None:
        sure, notes = float(np.exp(min(opinion.score, 0.0))), (*notes, UNCALIBRATED_NOTE)
    else:
        sure = probability(policy.alone, evidence(0.5, opinion.score)[1:])
    return _described(source(Status.OK), opinion, sure, notes)


def policy_path(weights: Path) -> Path:
    """Where the policy of a caption reader is kept."""
    return weights.with_suffix(".fallback.json")


def _laid_out(smiles: str) -> Molecule:
    """A molecule from SMILES, by way of a molfile, so that all its spellings are of one kind.

    Raises:
        AssembleError: it is no molecule.
    """
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
        if mol is None or not mol.GetNumAtoms():
            raise AssembleError("no molecule")
        rdDepictor.Compute2DCoords(mol)
        block = Chem.MolToMolBlock(mol)
    return from_molblock(block)


def _status(confidence: float) -> Status:
    return Status.LOW_CONFIDENCE if confidence < LOW_CONFIDENCE else Status.OK


def _described(
    prediction: Prediction, opinion: Opinion, confidence: float, notes: tuple[str, ...]
) -> Prediction:
    """A prediction with the caption reader's molecule."""
    molecule = opinion.molecule
    warnings = (*notes, *molecule.warnings, LAYOUT_NOTE)
    values: dict[str, Any] = {
        "smiles": molecule.smiles,
        "cxsmiles": molecule.cxsmiles,
        "inchi": molecule.inchi,
        "inchi_reason": molecule.inchi_reason,
        "inchikey": molecule.inchikey,
        "molblock": molecule.molblock,
    }
    return replace(
        prediction,
        **values,
        status=_status(confidence),
        message="; ".join(warnings),
        confidence=confidence,
        reader=ReaderKind.CAPTION,
        warnings=warnings,
    )
