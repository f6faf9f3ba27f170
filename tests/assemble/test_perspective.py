"""Haworth projections and chairs: what they mean, and what only looks like them."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pytest
from rdkit import Chem

from assemble.graph import BondKind as K
from assemble.graph import MoleculeGraph
from assemble.molecule import assemble

PYRANOSE = [(1.2, 0), (0.6, 0.55), (-0.6, 0.55), (-1.2, 0), (-0.6, -0.55), (0.6, -0.55)]
"""C1 to C5 and the oxygen of a Haworth projection, y down."""
FURANOSE = [(1.1, 0), (0.6, 0.6), (-0.6, 0.6), (-1.1, 0), (0, -0.6)]
CHAIR = [(1.3, 0.22), (0.65, 0.07), (-0.65, 0.51), (-1.3, -0.22), (-0.65, -0.07), (0.65, -0.51)]
EQUATORIAL = [(0.9, -0.3), (0.8, 0.5), (-0.9, 0.1), (-0.9, 0.3), (-0.5, -0.7), (0.9, 0)]
"""Steps from the corners of that chair; axial ones are vertical."""
SLANTS = {"u": (0.0, -1.0), "d": (0.0, 1.0)}


def turned(degrees: float) -> np.ndarray:
    """The matrix that turns a page."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, -s], [s, c]])


class Page:
    """A drawing that grows atom by atom."""

    def __init__(self) -> None:
        self.xy: list[tuple[float, float]] = []
        self.labels: list[str] = []
        self.bonds: list[tuple[int, int, int]] = []

    def put(self, label: str, x: float, y: float, *near: int, kind: K = K.SINGLE) -> int:
        self.xy.append((x, y))
        self.labels.append(label)
        self.bonds += [(other, len(self.xy) - 1, int(kind)) for other in near]
        return len(self.xy) - 1

    def ring(
        self,
        corners: Iterable[tuple[float, float]],
        around: str,
        hetero: str = "O",
        at: tuple[float, float] = (0, 0),
    ) -> list[int]:
        """A ring whose last corner is ``hetero``; ``around``: for its corners substituents such as
        ``uOH`` (up), ``dOH`` (down), ``eOH`` (equatorial), ``-`` none, ``u`` a bare atom."""
        places = [(x + at[0], y + at[1]) for x, y in corners]
        atoms = [self.put("", x, y) for x, y in places[:-1]]
        atoms.append(self.put(hetero, *places[-1]))
        self.bonds += [
            (a, b, int(K.SINGLE)) for a, b in zip(atoms, atoms[1:] + atoms[:1], strict=True)
        ]
        for i, words in enumerate(around.split()):
            for word in words.split(",") if words != "-" else ():
                dx, dy = EQUATORIAL[i] if word[0] == "e" else SLANTS[word[0]]
                self.put(word[1:], places[i][0] + dx, places[i][1] + dy, atoms[i])
        return atoms

    def graph(self, matrix: np.ndarray | None = None) -> MoleculeGraph:
        """The graph as drawn, its places turned or stretched by a (2, 2) matrix."""
        bonds = np.array(self.bonds)
        places = np.array(self.xy) @ (np.eye(2) if matrix is None else matrix).T
        kinds = bonds[:, 2]
        return MoleculeGraph(
            places * 40.0, tuple(self.labels), np.zeros(len(self.xy)), bonds[:, :2], kinds
        )

    def draw_front(self, atoms: list[int], tapered: bool) -> None:
        """Make the ring's front bold."""
        sides = K.WEDGE if tapered else K.BOLD
        right, front, beside, left = atoms[:4]
        strokes = [(right, front, sides), (front, beside, K.BOLD), (left, beside, sides)]
        pairs = [{a, b} for a, b, _ in strokes]
        self.bonds = [bond for bond in self.bonds if set(bond[:2]) not in pairs]
        self.bonds += [(a, b, int(kind)) for a, b, kind in strokes]


def page(corners: list[tuple[float, float]], around: str, hetero: str = "O") -> Page:
    out = Page()
    out.ring(corners, around, hetero)
    return out


def adenosine() -> Page:
    out = page(FURANOSE, "u dOH dOH uHOH2C")
    n9 = len(FURANOSE)
    out.labels[n9] = "N"
    x, y = out.xy[n9]
    # the base as two flat rings above its nitrogen
    c8 = out.put("", x - 0.8, y - 0.6, n9)
    n7 = out.put("N", x - 0.5, y - 1.5)
    out.bonds.append((c8, n7, K.DOUBLE))
    c5 = out.put("", x + 0.5, y - 1.5, n7)
    c4 = out.put("", x + 0.8, y - 0.6, n9)
    out.bonds.append((c4, c5, K.DOUBLE))
    n3 = out.put("N", x + 1.7, y - 0.3, c4)
    c2 = out.put("", x + 2.4, y - 1.0)
    out.bonds.append((n3, c2, K.DOUBLE))
    n1 = out.put("N", x + 2.2, y - 1.9, c2)
    c6 = out.put("", x + 1.2, y - 2.2, c5)
    out.bonds.append((n1, c6, K.DOUBLE))
    out.put("NH2", x + 1.0, y - 3.1, c6)
    return out


def sucrose() -> Page:
    out = Page()
    glucose = out.ring(PYRANOSE, "- dOH uOH dOH uCH2OH")
    # fructose turned over, so that its C2 is on the left: C5, C4, C3, C2 from the right
    fructose = out.ring(FURANOSE, "dCH2OH uOH dOH uHOH2C", at=(4.4, 0.2))
    out.put("O", 2.2, 1.3, glucose[0], fructose[3])
    return out


def cellobiose(corners: list[tuple[float, float]]) -> Page:
    out = Page()
    if corners is CHAIR:
        left = out.ring(CHAIR, "- eOH eOH eOH eCH2OH")
        right = out.ring(CHAIR, "eOH eOH eOH - eCH2OH", at=(4.4, -0.16))
        out.put("O", 2.2, 0.1, left[0], right[3])
    else:
        left = out.ring(corners, "- dOH uOH dOH uCH2OH")
        # the other ring is turned over, its oxygen in front
        turned = [(x, -y) for x, y in corners]
        right = out.ring(turned, "dOH uOH dOH - dCH2OH", at=(4.4, 0))
        out.put("O", 2.2, -1.0, left[0], right[3])
    return out


ALPHA, BETA = "WQZGKKKJIJFFOK-DVKNGEFBSA-N", "WQZGKKKJIJFFOK-VFUOTHLCSA-N"
"""Of D-glucopyranose."""
CELLOBIOSE = "GUBGYTABKSRVRQ-QRZGKKJRSA-N"
DRAWINGS = {
    "alpha-D-glucose": (page(PYRANOSE, "dOH dOH uOH dOH uCH2OH"), ALPHA),
    "beta-D-glucose": (page(PYRANOSE, "uOH dOH uOH dOH uCH2OH"), BETA),
    "with hydrogens": (page(PYRANOSE, "uOH,dH uH,dOH uOH,dH dOH uCH2OH,dH"), BETA),
    "adenosine": (adenosine(), "OIRDTQYFTABQOQ-KQYNXXCUSA-N"),
    "sucrose": (sucrose(), "CZMRCDWAGMRECN-UGDNZRGBSA-N"),
    "beta-cellobiose": (cellobiose(PYRANOSE), CELLOBIOSE),
    "chair of beta-D-glucose": (page(CHAIR, "eOH eOH eOH eOH eCH2OH"), BETA),
    "chair of alpha-D-glucose": (page(CHAIR, "dOH eOH eOH eOH eCH2OH"), ALPHA),
    "chair with hydrogens": (page(CHAIR, "eOH,dH eOH,uH eOH,dH eOH,uH eCH2OH"), BETA),
    "chair of beta-cellobiose": (cellobiose(CHAIR), CELLOBIOSE),
}
"""What is drawn, and its InChIKey as registries have it."""


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_projection_means_its_sugar(name: str) -> None:
    drawing, key = DRAWINGS[name]
    molecule = assemble(drawing.graph())
    assert molecule.inchikey == key, molecule.smiles
    rings = drawing.labels.count("O") - ("ose" in name and drawing.labels.count("O") > 1)
    assert len(molecule.warnings) == rings
    what = "chair" if "chair" in name else "Haworth projection"
    assert all(what in warning for warning in molecule.warnings)
    read_back = Chem.MolFromMolBlock(molecule.molblock)
    assert Chem.MolToInchi(read_back) == molecule.inchi


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_mirror_image_is_the_enantiomer(name: str) -> None:
    drawing, _ = DRAWINGS[name]
    truth, mirrored = assemble(drawing.graph()), assemble(drawing.graph(np.diag([-1.0, 1.0])))
    inverted = Chem.Mol(truth.mol)
    for atom in inverted.GetAtoms():
        atom.InvertChirality()
    assert mirrored.smiles == Chem.CanonSmiles(Chem.MolToSmiles(inverted)) != truth.smiles


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_page_that_is_turned_says_the_same_or_nothing(name: str) -> None:
    drawing, key = DRAWINGS[name]
    for degrees in (-4, 4):
        assert assemble(drawing.graph(turned(degrees))).inchikey == key
    for degrees in (-120, -90, -60, -30, 30, 60, 90, 120, 150):
        assert "@" not in assemble(drawing.graph(turned(degrees))).smiles


@pytest.mark.parametrize("tapered", [False, True])
@pytest.mark.parametrize(("corners", "around"), [(PYRANOSE, "uOH dOH uOH dOH uCH2OH"),
                                                 (CHAIR, "eOH eOH eOH eOH eCH2OH")])  # fmt: skip
def test_a_bold_front_is_no_wedge(
    corners: list[tuple[float, float]], around: str, tapered: bool
) -> None:
    drawing = Page()
    drawing.draw_front(drawing.ring(corners, around), tapered)
    molecule = assemble(drawing.graph())
    assert molecule.inchikey == BETA
    assert len(molecule.warnings) == 1
    assert Chem.MolToInchi(Chem.MolFromMolBlock(molecule.molblock)) == molecule.inchi
    # upside down the bold side is behind
    assert "perspective" not in str(assemble(drawing.graph(turned(180))).warnings)


def test_a_wavy_bond_leaves_one_centre_open() -> None:
    drawing = page(PYRANOSE, "- dOH uOH dOH uCH2OH")
    drawing.put("OH", 2.1, 0.0, 0, kind=K.WAVY)
    assert assemble(drawing.graph()).smiles == Chem.CanonSmiles(
        "OC[C@H]1OC(O)[C@H](O)[C@@H](O)[C@@H]1O"
    )


@pytest.mark.parametrize("kind", [K.WEDGE, K.HASH, K.BOLD, K.DASHED])
def test_strokes_that_tell_the_stereo_are_believed(kind: K) -> None:
    drawing = page(PYRANOSE, "- dOH uOH dOH uCH2OH")
    drawing.put("OH", 1.2, -1.0, 0, kind=kind)
    assert "projection" not in str(assemble(drawing.graph()).warnings)


@pytest.mark.parametrize("kind", [K.WEDGE, K.HASH])
def test_a_wedge_from_outside_tells_of_the_atom_there(kind: K) -> None:
    drawing = page(PYRANOSE, "uOH dOH uOH dOH -")
    x, y = PYRANOSE[4]
    outer = drawing.put("", x, y - 1.0)
    drawing.bonds.append((outer, 4, int(kind)))
    drawing.put("OH", x - 0.87, y - 1.5, outer)
    drawing.put("CH3", x + 0.87, y - 1.5, outer)
    smiles = assemble(drawing.graph()).smiles
    other = {K.WEDGE: "C[C@H](O)", K.HASH: "C[C@@H](O)"}[kind]
    truth = f"{other}[C@H]1O[C@@H](O)[C@H](O)[C@@H](O)[C@@H]1O"
    assert smiles == Chem.CanonSmiles(truth)


def regular(n: int, around: str, hetero: str = "O") -> Page:
    """A regular ring as chemists draw it, substituents away from its middle."""
    out = Page()
    corners = [(math.cos(a), math.sin(a)) for a in (2 * math.pi * i / n for i in range(n))]
    out.ring(corners, " ".join("-" * n), hetero)
    for i, label in enumerate(around.split()):
        out.put(label, 2 * corners[i][0], 2 * corners[i][1], i)
    return out


@pytest.mark.parametrize("n", [5, 6])
@pytest.mark.parametrize("hetero", ["O", ""])
def test_ordinary_rings_are_no_projections(n: int, hetero: str) -> None:
    """Turned as they may be, and stretched, squashed or slanted by a bad copy."""
    drawing = regular(n, "OH OH OH OH CH2OH" if n == 6 else "OH OH OH CH2OH", hetero)
    for degrees in range(0, 360, 15):
        for along, slant in ((1.0, 0.0), (1.25, 0.0), (1.6, 0.0), (1.0, 0.4), (1.3, -0.3)):
            shape = np.array([[along, slant], [0.0, 1.0]]) @ turned(degrees + 7.5)
            assert not assemble(drawing.graph(shape)).warnings


def test_cages_and_fused_chairs_are_no_sugars() -> None:
    # a trans-fused chair beside the ring: the drawing of a cage or steroid
    drawing = page(CHAIR, "eOH eOH - - eCH2OH")
    left = [(-2.6, 0.07), (-3.25, 0.51), (-2.6, 0.95), (-1.3, 0.8)]
    last = 3
    for x, y in left:
        last = drawing.put("", x, y, last)
    drawing.bonds.append((last, 2, K.SINGLE))
    assert "@" not in assemble(drawing.graph()).smiles


def test_a_cyclohexane_is_read_as_a_chair_only() -> None:
    trans = assemble(page(CHAIR, "eCH3 - - eCH2CH3 -", "").graph())
    cis = assemble(page(CHAIR, "eCH3 - - uCH2CH3 -", "").graph())
    assert trans.smiles == Chem.CanonSmiles("C[C@H]1CC[C@H](CC)CC1")
    assert cis.smiles == Chem.CanonSmiles("C[C@H]1CC[C@@H](CC)CC1")
    # one centre, and nothing but a flattened hexagon
    assert not assemble(page(CHAIR, "eOH - - - -", "").graph()).warnings
    flat = page(PYRANOSE, "uOH dOH uOH dOH uCH3", "")
    assert "@" not in assemble(flat.graph()).smiles


def test_substituents_in_between_are_not_read() -> None:
    for slant in ((0.7, -0.7), (0.9, 0.1)):
        drawing = page(PYRANOSE, "uOH dOH - dOH uCH2OH")
        x, y = PYRANOSE[2]
        drawing.put("OH", x - slant[0], y + slant[1], 2)
        assert "@" not in assemble(drawing.graph()).smiles


def test_both_substituents_on_one_side_are_not_read() -> None:
    drawing = page(PYRANOSE, "uOH dOH uOH dOH uCH2OH")
    drawing.put("CH3", PYRANOSE[1][0] + 0.1, PYRANOSE[1][1] + 0.8, 1)
    assert "@" not in assemble(drawing.graph()).smiles
