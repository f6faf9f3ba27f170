"""Sugars in perspective: what is drawn means the sugar, as textbooks draw it, with room for all."""

from __future__ import annotations

from dataclasses import fields, replace

import cv2
import numpy as np
import pytest
from rdkit import Chem

from assemble.graph import BondKind
from assemble.molecule import Molecule, assemble
from data.depict import depict
from data.drawing import Drawing
from data.odds import DepictOdds
from data.pen import draw
from data.ring_shapes import chair, haworth
from data.style import Style

NOTHING = DepictOdds(**{f.name: 0.0 for f in fields(DepictOdds) if isinstance(f.default, float)})
KEPT = ("chair", "front_haworth", "front_chair", "front_tapered", "perspective_written",
        "perspective_hydrogens")  # fmt: skip
SEEN = replace(
    NOTHING,
    perspective=1.0,
    perspective_cyclohexane=1.0,
    **{name: getattr(DepictOdds(), name) for name in KEPT},
)
"""Nothing but perspective."""
SUGARS = {
    "alpha-glucose": "OC[C@H]1O[C@H](O)[C@H](O)[C@@H](O)[C@@H]1O",
    "beta-glucose": "OC[C@H]1O[C@@H](O)[C@H](O)[C@@H](O)[C@@H]1O",
    "mannose": "OC[C@H]1O[C@H](O)[C@@H](O)[C@@H](O)[C@@H]1O",
    "glucose of either kind": "OC[C@H]1OC(O)[C@H](O)[C@@H](O)[C@@H]1O",
    "ribose": "OC[C@H]1O[C@@H](O)[C@H](O)[C@@H]1O",
    "sucrose": "OC[C@H]1O[C@H](O[C@]2(CO)O[C@H](CO)[C@@H](O)[C@@H]2O)[C@H](O)[C@@H](O)[C@@H]1O",
    "lactose": "OC[C@H]1O[C@@H](O[C@H]2[C@H](O)[C@@H](O)[C@H](O)O[C@@H]2CO)"
    "[C@H](O)[C@@H](O)[C@H]1O",
    "adenosine": "Nc1ncnc2c1ncn2[C@@H]1O[C@H](CO)[C@@H](O)[C@H]1O",
    "deoxycytidine": "Nc1ccn([C@H]2C[C@H](O)[C@@H](CO)O2)c(=O)n1",
    "salicin": "OCc1ccccc1O[C@@H]1O[C@H](CO)[C@@H](O)[C@H](O)[C@H]1O",
    "iminosugar": "OC[C@H]1NC[C@H](O)[C@@H](O)[C@@H]1O",
    "thiosugar": "OC[C@H]1S[C@@H](O)[C@H](O)[C@@H](O)[C@@H]1O",
    "inositol": "O[C@H]1[C@H](O)[C@@H](O)[C@H](O)[C@H](O)[C@@H]1O",
    "menthol": "CC(C)[C@@H]1CC[C@@H](C)C[C@H]1O",
}
FLAT = ("OC1CCCCO1", "C[C@H](O)c1ccccc1", "OC[C@@H]1CCCN1", "C[C@H]1OC(=O)C=C[C@@H]1O",
        "OC[C@H]1OCC2OC(C)(C)O[C@@H]2[C@@H]1O")  # fmt: skip
"""No sugar's ring, or one that shares atoms with another."""
BOND = 40.0


def drawn(smiles: str, seed: int, odds: DepictOdds = SEEN) -> Drawing:
    drawing = depict(smiles, np.random.default_rng(seed), odds)
    assert drawing is not None
    return drawing


def projections(molecule: Molecule) -> int:
    """How many rings were read in perspective."""
    return sum("chair" in text or "projection" in text for text in molecule.warnings)


@pytest.mark.parametrize("name", SUGARS)
@pytest.mark.parametrize("hydrogens", [0.0, 1.0])
@pytest.mark.parametrize("chairs", [0.0, 1.0])
def test_a_sugar_in_perspective_means_itself(name: str, hydrogens: float, chairs: float) -> None:
    truth = Chem.MolToInchi(Chem.MolFromSmiles(SUGARS[name]))
    odds = replace(SEEN, perspective_hydrogens=hydrogens, chair=chairs)
    seen = 0
    for seed in range(60):
        # crowded ones find room once in six drawings
        if seed >= 12 and seen:
            break
        drawing = drawn(SUGARS[name], seed, odds)
        molecule = assemble(drawing.graph)
        assert molecule.inchi == truth
        in_perspective = projections(molecule)
        assert in_perspective in (0, 2 if name in ("sucrose", "lactose") else 1)
        seen += in_perspective > 0
        kinds = set(drawing.graph.kinds.tolist())
        if in_perspective and not kinds & {BondKind.WEDGE, BondKind.BOLD}:
            assert BondKind.HASH not in kinds
        if hydrogens and in_perspective:
            assert "H" in drawing.graph.labels
    assert seen > 0


def test_anomers_differ_in_what_hangs_down() -> None:
    odds = replace(SEEN, chair=0.0, perspective_hydrogens=0.0)
    keys = {"alpha-glucose": "WQZGKKKJIJFFOK-DVKNGEFBSA-N"}
    keys["beta-glucose"] = "WQZGKKKJIJFFOK-VFUOTHLCSA-N"
    for name, up in (("alpha-glucose", False), ("beta-glucose", True)):
        for seed in range(20):
            graph = drawn(SUGARS[name], seed, odds).graph
            assert assemble(graph).inchikey == keys[name]
            near: dict[int, set[int]] = {i: set() for i in range(graph.n_atoms)}
            for i, j in graph.bonds.tolist():
                near[i].add(j)
                near[j].add(i)
            oxygen = next(i for i in near if graph.labels[i] == "O" and len(near[i]) == 2)
            anomer, outer = next(
                (i, j)
                for i in near[oxygen]
                for j in near[i] - {oxygen}
                if graph.labels[j] in ("OH", "HO")
            )
            x, y = graph.xy[outer] - graph.xy[anomer]
            turned_over = graph.xy[anomer, 0] < graph.xy[oxygen, 0]
            assert abs(x) < 0.05
            assert (y < 0) == (up != turned_over)


@pytest.mark.parametrize("smiles", FLAT)
def test_other_rings_stay_flat(smiles: str) -> None:
    for seed in range(5):
        assert projections(assemble(drawn(smiles, seed).graph)) == 0


def test_no_ring_is_in_perspective_if_the_share_is_zero() -> None:
    for seed in range(10):
        assert projections(assemble(drawn(SUGARS["ribose"], seed, NOTHING).graph)) == 0


def test_fronts_are_drawn_plain_bold_or_tapered() -> None:
    fronts = set()
    for seed in range(40):
        graph = drawn(SUGARS["ribose"], seed).graph
        kinds = sorted(BondKind(k).name for k in graph.kinds.tolist() if k != BondKind.SINGLE)
        fronts.add(tuple(kinds))
        for (begin, end), kind in zip(graph.bonds.tolist(), graph.kinds.tolist(), strict=True):
            if kind == BondKind.WEDGE:
                assert graph.xy[end, 1] > graph.xy[begin, 1], "wedges grow towards the reader"
    assert fronts == {(), ("BOLD",) * 3, ("BOLD", "WEDGE", "WEDGE")}


def test_an_open_anomer_has_a_wavy_bond() -> None:
    seen = 0
    for seed in range(12):
        graph = drawn(SUGARS["glucose of either kind"], seed).graph
        seen += int(BondKind.WAVY) in graph.kinds.tolist()
    assert seen > 6


def test_chairs_have_more_equatorial_than_axial_bonds() -> None:
    odds = replace(SEEN, chair=1.0, perspective_hydrogens=0.0)
    upright = total = 0
    for seed in range(30):
        graph = drawn(SUGARS["beta-glucose"], seed, odds).graph
        if "chair" not in str(assemble(graph).warnings):
            continue
        for a, b in graph.bonds.tolist():
            if graph.labels[b] in ("OH", "HO") or graph.labels[a] in ("OH", "HO"):
                x, y = np.abs(graph.xy[a] - graph.xy[b])
                upright += bool(x < 0.1 * y)
                total += 1
    assert total > 40
    assert upright < 0.35 * total


def test_bare_atoms_lie_on_their_ink_and_labels_apart() -> None:
    style = replace(Style(), margin=1.0, capital=0.7)
    for name, smiles in SUGARS.items():
        for seed in range(4):
            drawing = drawn(smiles, seed)
            if not projections(assemble(drawing.graph)):
                continue
            image, xy = draw(drawing, style, BOND, np.random.default_rng(seed))
            apart = cv2.distanceTransform((image > 100).astype(np.uint8), cv2.DIST_L2, 5)
            x, y = xy.round().astype(int).T
            bare = np.array([not label for label in drawing.graph.labels])
            assert (apart[y, x][bare] < 2.0).all(), name
            assert (apart[y, x][~bare] < 0.25 * BOND).all(), name
            near = np.linalg.norm(drawing.graph.xy[:, None] - drawing.graph.xy[None], axis=-1)
            np.fill_diagonal(near, 1.0)
            assert near.min() > 0.3, name


def test_a_bold_front_has_no_notches() -> None:
    for seed in range(40):
        drawing = drawn(SUGARS["ribose"], seed)
        kinds = drawing.graph.kinds.tolist()
        if BondKind.WEDGE not in kinds:
            continue
        image, xy = draw(drawing, Style(), BOND, np.random.default_rng(0))
        for i in drawing.graph.bonds[kinds.index(BondKind.BOLD)].tolist():
            x, y = xy[i].round().astype(int)
            assert (image[y - 2 : y + 3, x - 2 : x + 3] < 60).all()
        return
    raise AssertionError("no front is tapered")


def test_shapes_are_what_they_are_called() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        for corners in (5, 6):
            shape = haworth(corners, False, rng)
            assert (
                shape.corners[1].imag == shape.corners[2].imag == min(z.imag for z in shape.corners)
            )
            assert shape.way(0, 1) == 1j
        for left_up in (True, False):
            shape = chair(left_up, False, rng)
            assert (shape.corners[3].imag > shape.corners[0].imag) == left_up
            for corner in range(6):
                up = shape.is_axial(corner, True)
                assert shape.way(corner, 1 if up else -1) == (1j if up else -1j)
                assert abs(shape.way(corner, -1 if up else 1).imag) < 0.75


def test_the_same_seed_gives_the_same_drawing() -> None:
    for name, smiles in SUGARS.items():
        first, second = drawn(smiles, 5), drawn(smiles, 5)
        assert first.graph.xy.tobytes() == second.graph.xy.tobytes(), name
        assert first.graph.labels == second.graph.labels
        assert first.graph.kinds.tobytes() == second.graph.kinds.tobytes()
