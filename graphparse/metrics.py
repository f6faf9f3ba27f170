"""Evaluation metrics as pure functions; shares are in [0, 1] and larger is better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rdkit import Chem, DataStructs, rdBase
from rdkit.Chem import rdFingerprintGenerator

_STEREO_LAYERS = "btms"


def exact(predicted: str | None, reference: str) -> bool:
    """Whether two InChIs are the same string."""
    return predicted == reference


def without_stereo(inchi: str | None) -> str | None:
    """An InChI without its stereo layers (/b, /t, /m, /s), isotopic ones too."""
    if inchi is None:
        return None
    head, *layers = inchi.split("/")
    return "/".join([head, *(layer for layer in layers if layer[:1] not in _STEREO_LAYERS)])


def levenshtein(predicted: str | None, reference: str) -> int:
    """Edit distance of two InChIs; a missing prediction counts as the empty string."""
    return int(Levenshtein.distance(predicted or "", reference))


def same_smiles(predicted: str | None, reference: str) -> bool:
    """Whether two SMILES have the same canonical form."""
    with rdBase.BlockLogs():
        mols = [Chem.MolFromSmiles(smiles) if smiles else None for smiles in (predicted, reference)]
    if any(mol is None for mol in mols):
        return False
    return bool(Chem.MolToSmiles(mols[0]) == Chem.MolToSmiles(mols[1]))


def tanimoto(predicted: str | None, reference: str) -> float:
    """Tanimoto similarity of Morgan fingerprints (radius 2); 0 without a prediction."""
    with rdBase.BlockLogs():
        mols = [Chem.MolFromSmiles(smiles) if smiles else None for smiles in (predicted, reference)]
    if any(mol is None for mol in mols):
        return 0.0
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2)
    one, two = (generator.GetFingerprint(mol) for mol in mols)
    return float(DataStructs.TanimotoSimilarity(one, two))


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """One bar of a reliability diagram."""

    low: float
    high: float
    count: int
    confidence: float
    """Mean of the bar's predictions."""
    accuracy: float
    """Share of them that is right."""


def reliability(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 10
) -> list[ReliabilityBin]:
    """Bars of equal width over [0, 1], without the empty ones.

    Args:
        confidence: (N,) in [0, 1]; right: (N,).
    """
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    return [
        ReliabilityBin(
            b / bins,
            (b + 1) / bins,
            int(within.sum()),
            float(confidence[within].mean()),
            float(right[within].mean()),
        )
        for b in range(bins)
        if (within := index == b).any()
    ]


def expected_calibration_error(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 10
) -> float:
    """Mean gap between confidence and accuracy over equal-width bins (Guo et al. 2017).

    Args:
        confidence: (N,) in [0, 1]; right: (N,).
    """
    gaps = [
        abs(bar.confidence - bar.accuracy) * bar.count
        for bar in reliability(confidence, right, bins)
    ]
    return float(sum(gaps)) / max(len(confidence), 1)


def accuracy_at_coverage(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], coverage: float
) -> float:
    """Accuracy of the most confident share ``coverage`` of the predictions; 0 if there are none."""
    kept = round(coverage * len(right))
    if not kept:
        return 0.0
    order = np.argsort(-confidence, kind="stable")[:kept]
    return float(right[order].mean())


def share(values: Sequence[bool]) -> float:
    """Share of values that are true; 0 of none."""
    return float(np.mean(values)) if len(values) else 0.0
