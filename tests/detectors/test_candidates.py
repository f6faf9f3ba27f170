import numpy as np

from assemble.graph import BondKind, MoleculeGraph
from detectors.candidates import (
    Keypoints,
    candidate_pairs,
    find_keypoints,
    predicted_ends,
    without_faint,
)
from detectors.targets import truth_maps


def zigzag(n: int, bond: float = 24.0) -> MoleculeGraph:
    """A chain of n atoms in the middle of a 256 x 256 image, at sub-pixel places."""
    x = 20.3 + np.arange(n) * bond * 0.866
    y = 100.7 + (np.arange(n) % 2) * bond * 0.5
    bonds = np.stack([np.arange(n - 1), np.arange(1, n)], -1)
    kinds = np.full(n - 1, BondKind.SINGLE)
    return MoleculeGraph(np.stack([x, y], -1), ("",) * n, np.zeros(n), bonds, kinds)


def test_truth_maps_give_back_the_atoms() -> None:
    graph = zigzag(9)
    maps = truth_maps(graph, 256, 256)
    found = find_keypoints(maps.heat[0], maps.shape[:2], 0.5, 6.0)
    order = np.argsort(found.xy[:, 0])
    np.testing.assert_allclose(found.xy[order], graph.xy, atol=1e-3)


def test_truth_maps_give_back_the_ends_of_bonds() -> None:
    graph = zigzag(6)
    maps = truth_maps(graph, 256, 256)
    middles = find_keypoints(maps.heat[1], maps.shape[2:4], 0.5, 4.0)
    ends = predicted_ends(middles, maps.shape[4:])
    assert len(ends) == graph.n_bonds
    distance = np.linalg.norm(ends[:, :, None] - graph.xy, axis=-1).min(-1)
    assert distance.max() < 0.05


def test_atoms_outside_of_the_image_leave_no_trace() -> None:
    graph = MoleculeGraph([[-30.0, 10.0], [400.0, 10.0]], ("", ""), [0, 0], [[0, 1]], [1])
    maps = truth_maps(graph, 256, 256)
    assert maps.heat[0].max() == 0
    assert maps.heat[1].max() == 1


def test_close_peaks_are_thinned_to_the_stronger() -> None:
    heat = np.zeros((8, 8), np.float32)
    heat[2, 2], heat[2, 4], heat[6, 6] = 0.9, 0.8, 0.7
    found = find_keypoints(heat, np.zeros((2, 8, 8), np.float32), 0.5, 9.0)
    np.testing.assert_allclose(found.scores, [0.9, 0.7])


def test_long_bonds_need_a_midpoint() -> None:
    xy = np.array([[10, 10], [30, 10], [210, 10]], np.float32)
    none = np.zeros((0, 2, 2), np.float32)
    assert candidate_pairs(xy, none).tolist() == [[0, 1]]
    ends = np.array([[[31, 11], [208, 9]]], np.float32)
    assert candidate_pairs(xy, ends).tolist() == [[0, 1], [1, 2]]


def test_nothing_gives_nothing() -> None:
    assert candidate_pairs(np.zeros((1, 2), np.float32), np.zeros((0, 2, 2))).shape == (0, 2)
    found = find_keypoints(np.zeros((4, 4), np.float32), np.zeros((2, 4, 4), np.float32), 0.1, 6)
    assert found.xy.shape == (0, 2)
    assert predicted_ends(found, np.zeros((3, 4, 4), np.float32)).shape == (0, 2, 2)


def test_faint_peaks_count_only_where_nothing_surer_is_near() -> None:
    xy = np.array([[10, 10], [20, 10], [100, 10], [110, 10], [200, 10]], np.float32)
    scores = np.array([0.9, 0.07, 0.15, 0.08, 0.06], np.float32)
    found = Keypoints(xy, scores, np.zeros((5, 2), np.int64))
    kept = without_faint(found, threshold=0.12, sure=0.25, distance=26.0)
    assert kept.xy[:, 0].tolist() == [10, 100, 110, 200]
    alone = Keypoints(xy[1:2], scores[1:2], np.zeros((1, 2), np.int64))
    assert len(without_faint(alone, 0.12, 0.25, 26.0).xy) == 0
