"""Of several looks at a picture the reading that most of them agree on."""

from __future__ import annotations

import itertools
import logging
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from assemble.molecule import AssembleError, assemble
from detectors.parser import Reading
from detectors.stages import stage

logger = logging.getLogger(__name__)

SURE = 0.8
"""Raw confidence from which one look is enough."""
MOST = 1.0
"""The largest vote there is: what has as much cannot be outvoted by one look more."""


def agreed(looks: Iterator[Reading]) -> Reading:
    """The first reading if it is sure; else that of the molecule which has most votes.

    The vote of a reading is the root of its confidence: two that agree outweigh a surer third.
    Of the readings of that molecule the surest is taken, with the share of the votes it had.

    Args:
        looks: at least one reading; further ones are asked for only where they may count.
    """
    first = next(looks)
    if not first.graph.n_atoms or first.confidence >= SURE:
        return first
    ballots: dict[str, list[Reading]] = defaultdict(list)
    votes: dict[str, float] = defaultdict(float)
    for reading in itertools.chain((first,), looks):
        meaning = _meaning(reading)
        ballots[meaning].append(reading)
        votes[meaning] += math.sqrt(reading.confidence)
        if meaning and votes[meaning] >= MOST:
            break
    best = max(votes, key=lambda meaning: (bool(meaning), votes[meaning]))
    surest = max(ballots[best], key=lambda reading: reading.confidence)
    return replace(surest, agreement=votes[best] / (sum(votes.values()) or 1.0))


def _meaning(reading: Reading) -> str:
    """InChI, or SMILES where there is none; "" for what is no molecule."""
    if not reading.graph.n_atoms:
        return ""
    try:
        with stage("assembler"):
            molecule = assemble(reading.graph, reading.alternatives)
    except AssembleError:
        return ""
    except Exception:  # a graph nobody thought of is told about when it is the one that counts
        logger.debug("a drawn graph could not be worked out", exc_info=True)
        return ""
    return molecule.inchi or molecule.smiles
