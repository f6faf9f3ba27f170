"""Candidate graphs to train the refiner on: the detector's own finds, matched with the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from detectors.candidates import candidate_pairs, find_keypoints, predicted_ends
from detectors.parser import ATOM_THRESHOLD, MERGE_DISTANCE, MIDPOINT_DISTANCE, MIDPOINT_THRESHOLD
from detectors.vocabulary import REVERSED_EDGE
from graphparse.training.batches import Batch

MATCH_DISTANCE = 7.0
"""Pixels within which a find counts as the true atom."""
USE_FOUND = 0.8
"""Share of found atoms that stand where they were found; the others where they are."""
KEEP_MISSED = 0.9
"""Share of atoms that the detector missed and that are proposed all the same."""
JITTER = 1.2
"""Standard deviation in pixels of the place of proposed truth."""
MOST_FALSE = 32
"""False finds kept per image."""


@dataclass(frozen=True, slots=True)
class Proposals:
    """Candidates of a batch; ``truth`` is the index of the atom in the batch, -1 for none."""

    xy: Tensor
    scores: Tensor
    image_index: Tensor
    truth: Tensor
    pairs: Tensor
    """(P, 2)."""
    edge: Tensor
    """(P,) true edge class of each pair."""


def _match(found: NDArray[np.float32], truth: NDArray[np.float32]) -> NDArray[np.int64]:
    """(F,) index of the true atom that each find stands for, -1 for none; one to one."""
    match = np.full(len(found), -1)
    if len(found) and len(truth):
        distance = np.linalg.norm(found[:, None] - truth[None], axis=-1)
        rows, columns = linear_sum_assignment(np.minimum(distance, 10 * MATCH_DISTANCE))
        good = distance[rows, columns] < MATCH_DISTANCE
        match[rows[good]] = columns[good]
    return match


def propose(batch: Batch, maps: Tensor, rng: np.random.Generator) -> Proposals:
    """Candidates for every image of a batch.

    Args:
        batch: the truth.
        maps: (B, 9, h, w) output of the head.
    """
    array = maps.detach().float().cpu()
    heats = array[:, :2].sigmoid().numpy()
    shapes = array[:, 2:].numpy()
    all_xy, image_index = batch.xy.cpu().numpy(), batch.image_index.cpu().numpy()
    bonds, edge = batch.bonds.cpu().numpy(), batch.edge.cpu().numpy()
    parts: dict[str, list[NDArray]] = {name: [] for name in ("xy", "score", "image", "truth")}
    pairs_of, classes_of, count = [], [], 0
    for image in range(len(array)):
        mine = np.flatnonzero(image_index == image)
        truth_xy = all_xy[mine]
        found = find_keypoints(heats[image, 0], shapes[image, :2], ATOM_THRESHOLD, MERGE_DISTANCE)
        match = _match(found.xy, truth_xy)
        false = np.flatnonzero(match < 0)[:MOST_FALSE]
        hit = np.flatnonzero(match >= 0)
        exact = rng.random(len(hit)) >= USE_FOUND
        noisy = truth_xy + rng.normal(0, JITTER, truth_xy.shape).astype(np.float32)
        hit_xy = np.where(exact[:, None], noisy[match[hit]], found.xy[hit])
        missed = np.setdiff1d(np.arange(len(mine)), match[hit])
        missed = missed[rng.random(len(missed)) < KEEP_MISSED]
        xy = np.concatenate([hit_xy, noisy[missed], found.xy[false]])
        truth = np.concatenate([mine[match[hit]], mine[missed], np.full(len(false), -1)])
        score = np.concatenate(
            [found.scores[hit], rng.uniform(0.1, 1.0, len(missed)), found.scores[false]]
        )
        middles = find_keypoints(
            heats[image, 1], shapes[image, 2:4], MIDPOINT_THRESHOLD, MIDPOINT_DISTANCE
        )
        pairs = candidate_pairs(xy, predicted_ends(middles, shapes[image, 4:]))
        true_bonds = bonds[np.isin(bonds[:, 0], mine)]
        pairs, classes = _label_pairs(
            pairs, truth, true_bonds, edge[np.isin(bonds[:, 0], mine)], len(all_xy)
        )
        pairs_of.append(pairs + count)
        classes_of.append(classes)
        count += len(xy)
        for name, value in (("xy", xy), ("score", score), ("truth", truth)):
            parts[name].append(value)
        parts["image"].append(np.full(len(xy), image))
    device = maps.device
    join = {name: np.concatenate(values) for name, values in parts.items()}
    return Proposals(
        xy=torch.from_numpy(join["xy"].astype(np.float32)).to(device),
        scores=torch.from_numpy(join["score"].astype(np.float32)).to(device),
        image_index=torch.from_numpy(join["image"].astype(np.int64)).to(device),
        truth=torch.from_numpy(join["truth"].astype(np.int64)).to(device),
        pairs=torch.from_numpy(np.concatenate(pairs_of)).to(device),
        edge=torch.from_numpy(np.concatenate(classes_of)).to(device),
    )


def _label_pairs(
    pairs: NDArray[np.int64],
    truth: NDArray[np.int64],
    bonds: NDArray[np.int64],
    edge: NDArray[np.int64],
    n_atoms: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The pairs, with true bonds that are missing among them added, and the class of each."""
    node_of = np.full(n_atoms, -1)
    node_of[truth[truth >= 0]] = np.flatnonzero(truth >= 0)
    ends = node_of[bonds]
    there = (ends >= 0).all(1)
    ends, edge = ends[there], edge[there]
    turned = ends[:, 0] > ends[:, 1]
    edge = np.where(turned, REVERSED_EDGE[edge], edge)
    ends = np.sort(ends, axis=1)
    every = np.unique(np.concatenate([pairs, ends]), axis=0).reshape(-1, 2).astype(np.int64)
    key = every[:, 0] * len(truth) + every[:, 1]
    classes = np.zeros(len(every), np.int64)
    classes[np.searchsorted(key, ends[:, 0] * len(truth) + ends[:, 1])] = edge
    return every, classes
