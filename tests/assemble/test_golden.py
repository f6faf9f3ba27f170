"""Golden graphs: one small drawing for each rule of the chemistry, with the molecule it means."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from rdkit import Chem

from assemble.graph import BondKind as K
from assemble.graph import MoleculeGraph
from assemble.molecule import assemble

STROKES = {"-": K.SINGLE, "=": K.DOUBLE, "#": K.TRIPLE, ":": K.AROMATIC, "w": K.WEDGE, "h": K.HASH,
           "~": K.WAVY, "b": K.BOLD, "d": K.DASHED, ">": K.DATIVE}  # fmt: skip
"""How bonds are spelt below; ``0w1`` is a wedge with its narrow end at atom 0."""
Places = list[tuple[float, float]]


@dataclass(frozen=True)
class Drawing:
    """A drawing and its meaning."""

    labels: str
    """Of the atoms, parted by spaces; ``.`` is a bare carbon."""
    bonds: str
    places: Places
    """In bond lengths, y down."""
    smiles: str
    warning: str = ""
    """A piece of one of the warnings; "" expects none at all."""
    charges: tuple[int, ...] = ()

    def graph(self) -> MoleculeGraph:
        labels = ["" if label == "." else label for label in self.labels.split()]
        bonds = self.bonds.split()
        strokes = [next(c for c in bond if c in STROKES) for bond in bonds]
        pairs = [bond.split(stroke) for bond, stroke in zip(bonds, strokes, strict=True)]
        return MoleculeGraph(
            np.array(self.places[: len(labels)]) * 40.0,
            tuple(labels),
            np.array(self.charges or [0] * len(labels)),
            np.array(pairs, int).reshape(-1, 2),
            np.array([STROKES[stroke] for stroke in strokes]),
        )


def at(*degrees: float) -> Places:
    """A centre and unit bonds from it, by their angles: 0 to the right, 90 up."""
    return [(0.0, 0.0), *((math.cos(a), -math.sin(a)) for a in map(math.radians, degrees))]


def ring(n: int, *outside: int) -> Places:
    """A regular ring, then a substituent outside each of the given corners."""
    radius = 0.5 / math.sin(math.pi / n)
    at_corner = [(radius, i) for i in range(n)] + [(radius + 1, i) for i in outside]
    turns = [(r, 2 * math.pi * i / n) for r, i in at_corner]
    return [(r * math.cos(a), r * math.sin(a)) for r, a in turns]


def around(n: int, strokes: str = "-") -> str:
    """The bonds of a ring, its strokes in turn."""
    return " ".join(f"{i}{strokes[i % len(strokes)]}{(i + 1) % n}" for i in range(n))


ZIGZAG = [(0.87 * i, 0.5 * (i % 2)) for i in range(9)]
ROW = [(1.0 * i, 0.0) for i in range(9)]
CIS = [(0.0, 0.0), (0.5, 0.87), (1.5, 0.87), (2.0, 0.0)]
THREE = at(330, 210, 90)
CROSS = at(0, 90, 180, 270)
FAN = at(320, 220, 110, 70)
"""Two bonds below, two above: room for an explicit hydrogen."""
BICYCLE = [(0.0, 0.0), (0.87, 0.5), (0.87, 1.5), (0.0, 2.0), (-0.87, 1.5), (-0.87, 0.5),
           (0.2, 1.0)]  # fmt: skip
"""Norbornane from above: a six-membered ring and a bridge over it, 0 to 6 to 3."""
DECALIN = [(0, -0.5), (0.87, -1), (1.73, -0.5), (1.73, 0.5), (0.87, 1), (0, 0.5), (-0.87, 1),
           (-1.73, 0.5), (-1.73, -0.5), (-0.87, -1), (0, -1.5), (0, 1.5)]  # fmt: skip
DECALIN_BONDS = "0-1 1-2 2-3 3-4 4-5 5-6 6-7 7-8 8-9 9-0 0-5"

PLAIN = {
    "a zigzag chain": Drawing(". . OH", "0-1 1-2", ZIGZAG, "CCO"),
    "a label on the left is read backwards": Drawing("HO . NH2", "0-1 1-2", ZIGZAG, "OCN"),
    "NC on the left is a nitrile": Drawing("NC .", "0-1", ROW, "N#CC"),
    "NC on the right is most often a nitrile": Drawing(". NC", "0-1", ROW, "CC#N"),
    "a linking label": Drawing(". SO2 .", "0-1 1-2", ZIGZAG, "CS(=O)(=O)C"),
    "O2C links by its oxygen on the left": Drawing(". O2C Ph", "0-1 1-2", ROW, "COC(=O)c1ccccc1"),
    "a linking label attached at its ends": Drawing(". OCH2CH2O .", "0-1 1-2", ROW, "COCCOC"),
    "an unknown label is a dummy": Drawing(". J?", "0-1", ROW, "*C", "could not be read"),
    "hydrogens that nobody wrote": Drawing(". N .", "0-1 1-2", ZIGZAG, "CNC"),
    "an alkyne": Drawing(". . . .", "0-1 1#2 2-3", ROW, "CC#CC"),
    "bold without a centre is plain": Drawing(". OH", "0b1", ROW, "CO"),
    "dashed without a centre is plain": Drawing(". OH", "0d1", ROW, "CO"),
    "a hyphen within a label": Drawing(". O-nPr", "0-1", ROW, "CCCOC"),
    "SCN below its bond is a thiocyanate": Drawing(". SCN", "0-1", [(0, 0), (0.24, 0.97)], "CSC#N"),
    "SCN left of its bond is an isothiocyanate": Drawing(". SCN", "0-1", [(0, 0), (-0.9, 0.4)], "CN=C=S"),
    "dative": Drawing("NH3 Pt", "0>1", ROW, "N->[Pt]"),
    "a sulfoxide": Drawing("S . . O", "0-1 0-2 0=3", THREE, "CS(C)=O"),
}  # fmt: skip

LEFT = [(-0.87, -0.5), (0.0, 0.0), (-0.5, 0.87)]
ABOVE = [(0.0, -1.0), (0.0, 0.0), (0.87, 0.5)]
COLUMN = [(0.0, 1.0 * i) for i in range(3)]
FORK = [(-0.87, 0.5), (0.0, 0.0), (1.0, 0.0), (0.5, -0.87)]
"""One neighbour to the left, two to the right."""
MIRRORED = [(-x, y) for x, y in FORK]
LINKS = {
    "both bonds to the left": Drawing("F CH2CH2O .", "0-1 1-2", LEFT, "FCCOC"),
    "a bond from above": Drawing("F SO2NH .", "0-1 1-2", ABOVE, "CNS(=O)(=O)F"),
    "in a column": Drawing("F OCH2 .", "0-1 1-2", COLUMN, "FOCC"),
    "of equal units": Drawing("F (CH2)3 .", "0-1 1-2", LEFT, "CCCCF"),
    "its hydrogens first": Drawing("F H2CO .", "0-1 1-2", ROW, "FCOC"),
    "read from its right end": Drawing(
        "F CH2CH2O .", "0-1 1-2", [(-0.1, -1.0), (0.0, 0.0), (1.0, 0.0)], "FCCOC"),
    "two bonds to its first atom": Drawing(
        ". N(CH2)2 F .", "0-1 1-2 1-3", [(-0.87, -0.5), (0, 0), (1, 0), (-0.87, 0.5)], "CN(C)CCF"),
    "two bonds to its last atom": Drawing(
        ". (CH2)2N F .", "0-1 1-2 1-3", [(0.87, -0.5), (0, 0), (-1, 0), (0.87, 0.5)], "CN(C)CCF"),
    "a repeat to the left": Drawing(
        "F (OCH2CH2)2 .", "0-1 1-2", [(0.87, -0.5), (0, 0), (0.5, 0.87)], "COCCOCCF"),
    "a repeat to the left, its hydrogens first": Drawing(
        "F O(H2C)2 .", "0-1 1-2", [(0.87, -0.5), (0, 0), (0.5, 0.87)], "COCCF"),
    "a repeat of fluorines to the left": Drawing(
        "F Cl(CF2)2", "0-1", [(1, 0), (0, 0)], "FC(F)(F)C(F)(F)Cl"),
    "a column that hardly leans": Drawing(
        ". CH2OCO Ph", "0-1 1-2", [(0, -1), (-0.05, 0), (0, 1)], "CCOC(=O)c1ccccc1"),
    "both bonds to the right of what is written towards them": Drawing(
        "F CH2OCO Ph", "0-1 1-2", [(0.5, -0.87), (0, 0), (1, 0)], "O=C(OCF)c1ccccc1"),
    "a double bond to its last atom": Drawing(". CONHN .", "0-1 1=2", ROW, "CC(=O)NN=C"),
    **{
        f"{label} with two bonds on the right": Drawing(
            f". {label} F Cl", "0-1 1-2 1-3", FORK, f"C{chain}(F)Cl")
        for label, chain in (
            ("SO2NHCH2CH", "S(=O)(=O)NCC"), ("SO2N", "S(=O)(=O)N"), ("O2SN", "S(=O)(=O)N"),
            ("CON", "C(=O)N"), ("OCN", "C(=O)N"), ("C(O)N", "C(=O)N"), ("COCH", "C(=O)C"),
            ("CH2N", "CN"), ("H2CN", "CN"), ("(CH2)2N", "CCN"), ("OCH2CH", "OCC"),
            ("CH2CH", "CC"), ("H2CCH", "CC"), ("OHC", "OC"))
    },
    **{
        f"{label} with two bonds on the left": Drawing(
            f". {label} F Cl", "0-1 1-2 1-3", MIRRORED, f"C{chain}(F)Cl")
        for label, chain in (
            ("CHCH2NHSO2", "S(=O)(=O)NCC"), ("NSO2", "S(=O)(=O)N"), ("NO2S", "S(=O)(=O)N"),
            ("NCO", "C(=O)N"), ("NOC", "C(=O)N"), ("NC(O)", "C(=O)N"), ("CHCO", "C(=O)C"),
            ("NCH2", "CN"), ("NH2C", "CN"), ("N(CH2)4", "CCCCN"), ("HCCH2O", "OCC"),
            ("HCCH2", "CC"), ("HCH2C", "CC"), ("CHO", "OC"), ("HCO", "OC"))
    },
}  # fmt: skip

AMBIGUOUS = {
    "Ac with one bond is acetyl": Drawing(". Ac", "0-1", ROW, "CC(C)=O"),
    "Ac3+ alone is actinium": Drawing("Ac3+", "", ROW, "[Ac+3]"),
    "Pr with one bond is propyl": Drawing("HO Pr", "0-1", ROW, "CCCO"),
    "Pr3+ alone is praseodymium": Drawing("Pr3+", "", ROW, "[Pr+3]"),
    **{
        f"{symbol} with three bonds is the metal": Drawing(
            f"{symbol} Cl Cl Cl", "0-1 0-2 0-3", THREE, f"Cl[{symbol}](Cl)Cl")
        for symbol in ("Ac", "Pr", "Am", "Th")
    },
    "Ts is tosyl": Drawing("Cl Ts", "0-1", ROW, "Cc1ccc(S(=O)(=O)Cl)cc1"),
    "Bn is benzyl": Drawing("HO Bn", "0-1", ROW, "OCc1ccccc1"),
    "Bz is benzoyl": Drawing("HO Bz", "0-1", ROW, "OC(=O)c1ccccc1"),
    "Cy is cyclohexyl": Drawing("HO Cy", "0-1", ROW, "OC1CCCCC1"),
    "Np is neptunium, since three groups claim it": Drawing("Cl Np", "0-1", ROW, "Cl[Np]"),
    "Th with one bond is thienyl": Drawing("HO Th", "0-1", ROW, "Oc1cccs1"),
    "Am with one bond is pentyl": Drawing("HO Am", "0-1", ROW, "CCCCCO"),
    "Ph is phenyl, never lead": Drawing("HO Ph", "0-1", ROW, "Oc1ccccc1"),
    "Pb is lead": Drawing(". Pb . . .", "0-1 1-2 1-3 1-4", [ROW[0], *CROSS], "C[Pb](C)(C)C"),
    "Re alone is rhenium": Drawing(". O . Re", "0-1 1-2", [*ZIGZAG[:3], (5, 0)], "COC.[Re]"),
    "Ra alone is a scrap of a caption": Drawing(". O . Ra", "0-1 1-2", [*ZIGZAG[:3], (5, 0)], "COC", "left out"),
    "Y with one bond is an R group": Drawing(". Y", "0-1", ROW, "*C"),
    "Ms is mesyl": Drawing("Cl Ms", "0-1", ROW, "CS(=O)(=O)Cl"),
}  # fmt: skip

R_GROUPS = {
    "R1": Drawing(". R1", "0-1", ROW, "*C"),
    "Ar": Drawing("HO Ar", "0-1", ROW, "*O"),
    "X": Drawing(". X", "0-1", ROW, "*C"),
    "Rb with one bond is no rubidium": Drawing("HO Rb", "0-1", ROW, "*O"),
    "R within a label": Drawing(". NHR", "0-1", ROW, "*NC"),
    "R' linking": Drawing(". R' .", "0-1 1-2", ZIGZAG, "C*C"),
    "Z linking": Drawing(". Z .", "0-1 1-2", ZIGZAG, "C*C"),
}  # fmt: skip

TETRAHEDRAL = {
    "wedge": Drawing(". OH Cl F", "0-1 0-2 0w3", THREE, "O[C@H](F)Cl"),
    "hash": Drawing(". OH Cl F", "0-1 0-2 0h3", THREE, "O[C@@H](F)Cl"),
    "wavy": Drawing(". OH Cl F", "0-1 0-2 0~3", THREE, "OC(F)Cl"),
    "plain": Drawing(". OH Cl F", "0-1 0-2 0-3", THREE, "OC(F)Cl"),
    "bold at one centre is a wedge": Drawing(". OH Cl F", "0-1 0-2 0b3", THREE, "O[C@H](F)Cl"),
    "bold drawn the other way": Drawing(". OH Cl F", "0-1 0-2 3b0", THREE, "O[C@H](F)Cl"),
    "dashed at one centre is a hash": Drawing(". OH Cl F", "0-1 0-2 0d3", THREE, "O[C@@H](F)Cl"),
    "bold between two centres": Drawing(
        ". . Cl F Cl F", "0b1 0-2 0-3 1-4 1-5",
        [(0, 0), (1, 0), (-0.5, -0.87), (-0.5, 0.87), (1.5, -0.87), (1.5, 0.87)],
        "FC(Cl)C(F)Cl", "does not say which"),
    "wide end at the centre": Drawing(". OH Cl F", "0-1 0-2 3w0", THREE, "OC(F)Cl", "no stereocentre"),
    "a hydrogen on the wedge": Drawing(". OH Cl F H", "0-1 0-2 0-3 0w4", FAN, "O[C@@H](F)Cl"),
    "a hydrogen on the hash": Drawing(". OH Cl F H", "0-1 0-2 0-3 0h4", FAN, "O[C@H](F)Cl"),
    "deuterium on the wedge": Drawing(". OH Cl H D", "0-1 0-2 0-3 0w4", FAN, "[2H][C@@H](O)Cl"),
    "wedge and hash at one centre": Drawing(". OH Cl F Br", "0-1 0-2 0h3 0w4", FAN, "O[C@@](F)(Cl)Br"),
    "two wedges at one centre": Drawing(". OH Cl F Br", "0w1 0-2 0w3 0-4", CROSS, "O[C@@](F)(Cl)Br"),
    "wedges that contradict each other": Drawing(". OH Cl F Br", "0w1 0h2 0w3 0w4", CROSS, "OC(F)(Cl)Br", "not clear"),
    "a wedge from one centre to another": Drawing(
        ". . OH F Cl Br", "0w1 0-2 0-3 1-4 1-5",
        [(0, 0), (1, 0), (-0.5, -0.87), (-0.5, 0.87), (1.5, -0.87), (1.5, 0.87)],
        "O[C@H](F)C(Cl)Br"),
    "no centre at all": Drawing(". OH . .", "0-1 0-2 0w3", THREE, "CC(C)O", "no stereocentre"),
    "an amine is no centre": Drawing("N . Cl Ph", "0-1 0-2 0w3", THREE, "CN(Cl)c1ccccc1", "no stereocentre"),
    "a sulfoxide centre": Drawing("S . Cl O", "0w1 0-2 0=3", THREE, "C[S@](=O)Cl"),
    "a phosphorus centre": Drawing("P O . F Cl", "0=1 0-2 0-3 0w4", FAN, "C[P@@](=O)(F)Cl"),
    "an ammonium centre": Drawing("N+ . F Br Cl", "0-1 0-2 0-3 0w4", FAN, "C[N@@+](F)(Cl)Br"),
    "a ring centre": Drawing("O . . . . OH", around(5) + " 1w5", ring(5, 1), "O[C@H]1CCCO1"),
    "all bonds to one side": Drawing(". OH Cl F Br", "0-1 0-2 0-3 0w4", at(0, 10, 20, 30), "OC(F)(Cl)Br", "not clear"),
    "bonds upon each other": Drawing(". OH Cl F", "0-1 0-2 0w3", at(0, 0, 180), "OC(F)Cl", "not clear"),
    "an atom upon its centre": Drawing(". OH Cl F", "0-1 0-2 0w3", [*at(330, 210), (0, 0)], "OC(F)Cl", "not clear"),
    "a wedge on the stem of a T": Drawing(". OH Cl F", "0-1 0-2 0w3", at(0, 180, 90), "OC(F)Cl", "not clear"),
    "no chirality of metals": Drawing("Pt Cl Br F I", "0w1 0h2 0-3 0-4", CROSS, "F[Pt](Cl)(Br)I", "no stereocentre"),
    "no chirality of five bonds": Drawing("P F Cl Br I OH", "0w1 0h2 0-3 0-4 0-5", at(0, 72, 144, 216, 288), "OP(F)(Cl)(Br)I", "no stereocentre"),
}  # fmt: skip

RINGS_AND_BRIDGES = {
    "cis-decalin by two hydrogens": Drawing(
        ". . . . . . . . . . H H", DECALIN_BONDS + " 0w10 5w11", DECALIN,
        "C1CC[C@H]2CCCC[C@H]2C1"),
    "trans-decalin by two hydrogens": Drawing(
        ". . . . . . . . . . H H", DECALIN_BONDS + " 0w10 5h11", DECALIN,
        "C1CC[C@@H]2CCCC[C@H]2C1"),
    "a wedge within a ring": Drawing("O . . . . OH", "0-1 1w2 2-3 3-4 4-0 1-5", ring(5, 1), "O[C@H]1CCCO1"),
    "bridgeheads": Drawing(
        ". . . . . . . OH", "0-1 1-2 2-3 3-4 4-5 5-0 0w6 3w6 1w7", [*BICYCLE, (1.73, 0.0)], "O[C@H]1C[C@@H]2CC[C@H]1C2"),
    "cis-1,2 on a ring": Drawing(". . . . . OH Cl", around(5) + " 0w5 1w6", ring(5, 0, 1), "O[C@@H]1CCC[C@@H]1Cl"),
    "trans-1,2 on a ring": Drawing(". . . . . OH Cl", around(5) + " 0w5 1h6", ring(5, 0, 1), "O[C@@H]1CCC[C@H]1Cl"),
    "cis-1,4 without a chiral centre": Drawing(
        ". . . . . . OH Cl", around(6) + " 0w6 3w7", ring(6, 0, 3),
        "O[C@H]1CC[C@@H](Cl)CC1"),
}  # fmt: skip

DOUBLE_BONDS = {
    "a label shows no places of its atoms": Drawing(". CH=CHPh", "0-1", ROW, "CC=Cc1ccccc1"),
    "nor does one in a chain": Drawing(". CH=CH .", "0-1 1-2", ZIGZAG, "CC=CC"),
    "nor one at a double bond": Drawing(". . CHPh", "0-1 1=2", ZIGZAG, "CC=Cc1ccccc1"),
    "an ylide": Drawing(". . PPh3", "0-1 1=2", ZIGZAG, "CC=P(c1ccccc1)(c1ccccc1)c1ccccc1"),
    "trans": Drawing(". . . .", "0-1 1=2 2-3", ZIGZAG, "C/C=C/C"),
    "cis": Drawing(". . . .", "0-1 1=2 2-3", CIS, "C/C=C\\C"),
    "a wavy bond beside it": Drawing(". . . .", "1~0 1=2 2-3", ZIGZAG, "CC=CC"),
    "an oxime": Drawing(". N OH .", "0=1 1-2 0-3", [(0, 0), (1, 0), (1.5, 0.87), (-0.5, 0.87)], "C/C=N\\O"),
    "an imine without its hydrogen": Drawing(". . NH", "0-1 1=2", ZIGZAG, "CC=N"),
    "three substituents": Drawing(". . Cl F .", "0=1 0-2 0-3 1-4", [(0, 0), (1, 0), (-0.5, -0.87), (-0.5, 0.87), (1.5, -0.87)], "C/C=C(/F)Cl"),
    "beside a wedge": Drawing(
        ". OH Cl . . .", "0-1 0-2 0w3 3=4 4-5",
        [(0, 0), (-0.87, 0.5), (0, -1), (0.87, 0.5), (1.73, 0), (2.6, 0.5)], "C/C=C/[C@@H](O)Cl"),
    "a wavy bond leaves its neighbours alone": Drawing(
        ". . . . . . . .", "0-1 1=2 2-3 3=4 4-5 5=6 4~7", [*ZIGZAG[:7], (3.48, -1.0)], "C=CC(C)=C/C=C/C"),
    "one of two neighbours upon the axis": Drawing(
        ". . . Cl .", "0-1 1=2 1-3 2-4", [(0, 0), (1, 0), (2, 0), (0.5, -0.87), (2.5, -0.87)], "C/C=C(/C)Cl"),
    "two neighbours on one side": Drawing(
        ". . . Cl .", "0-1 1=2 1-3 2-4", [(0.13, -0.5), (1, 0), (2, 0), (0.5, -0.87), (2.5, -0.87)], "CC=C(C)Cl", "not clear"),
    "the geometry of a straight one is not known": Drawing(". . . .", "0-1 1=2 2-3", ROW, "CC=CC", "not clear"),
    "a substituent upon its atom": Drawing(". . . .", "0-1 1=2 2-3", [(0, 0), (0, 0), (1, 0), (1.5, 0.87)], "CC=CC", "not clear"),
    "nothing to tell apart": Drawing(". . .", "0-1 1=2", ZIGZAG, "C=CC"),
    "a small ring needs none": Drawing(". . . . . .", around(6, "=-----"), ring(6), "C1=CCCCC1"),
    "a large ring has one": Drawing(
        ". . . . . . . . . .", around(10, "=---------"), ring(10), "C1=C\\CCCCCCCC/1"),
    "conjugated": Drawing(". . . . . .", "0-1 1=2 2-3 3=4 4-5", ZIGZAG, "C/C=C/C=C/C"),
    "cumulated": Drawing(". . . . .", "0-1 1=2 2=3 3-4", ROW, "CC=C=CC"),
    "a wedge at an allene": Drawing(
        ". . . H Br H Cl", "0=1 1=2 0w3 0h4 2-5 2-6",
        [(0, 0), (1, 0), (2, 0), (-0.5, -0.87), (-0.5, 0.87), (2.5, -0.87), (2.5, 0.87)],
        "ClC=C=CBr", "allene"),
}  # fmt: skip

CHARGES = {
    "nitro as a label": Drawing(". NO2", "0-1", ROW, "C[N+](=O)[O-]"),
    "nitro with two double bonds": Drawing("N . O O", "0-1 0=2 0=3", THREE, "C[N+](=O)[O-]"),
    "nitro with signs": Drawing("N+ . O O-", "0-1 0=2 0-3", THREE, "C[N+](=O)[O-]"),
    "nitro with one sign": Drawing("N . O O-", "0-1 0=2 0-3", THREE, "C[N+](=O)[O-]", "added"),
    "a sign apart from its label": Drawing(". O", "0-1", ROW, "C[O-]", charges=(0, -1)),
    "a sign drawn twice counts once": Drawing(". O-", "0-1", ROW, "C[O-]", charges=(0, -1)),
    "ammonium without a sign": Drawing("N . . . .", "0-1 0-2 0-3 0-4", CROSS, "C[N+](C)(C)C", "added"),
    "oxonium without a sign": Drawing("O . . .", "0-1 0-2 0-3", THREE, "C[O+](C)C", "added"),
    "borate without a sign": Drawing("B F F F F", "0-1 0-2 0-3 0-4", CROSS, "F[B-](F)(F)F", "added"),
    "NH2+": Drawing(". NH2+ .", "0-1 1-2", ZIGZAG, "C[NH2+]C"),
    "an N-oxide with signs": Drawing("N+ . . . O-", "0-1 0-2 0-3 0-4", CROSS, "C[N+](C)(C)[O-]"),
    "an N-oxide without signs": Drawing("N . . . O", "0-1 0-2 0-3 0-4", CROSS, "C[N+](C)(C)[O-]", "added"),
    "an N-oxide with a double bond": Drawing("N . . . O", "0-1 0-2 0-3 0=4", CROSS, "C[N+](C)(C)[O-]"),
    "pyridine N-oxide with a double bond": Drawing(
        "N . . . . . O", around(6, "=-") + " 0=6", ring(6, 0), "[O-][n+]1ccccc1"),
    "pyridine N-oxide with a dative bond": Drawing(
        "N . . . . . O", around(6, "=-") + " 0>6", ring(6, 0), "[O-][n+]1ccccc1"),
    "an arrow from sulfur to oxygen": Drawing("S . . O", "0-1 0-2 0>3", THREE, "CS(C)=O"),
    "an arrow from nitrogen to boron": Drawing(
        "N . . . B F F F", "0-1 0-2 0-3 0>4 4-5 4-6 4-7",
        [*CROSS, (0.0, 1.0), (-1.0, 1.5), (0.0, 2.0), (1.0, 1.5)], "C[N+](C)(C)[B-](F)(F)F"),
    "a zwitterion": Drawing("H3N+ . CO2-", "0-1 1-2", ZIGZAG, "[NH3+]CC(=O)[O-]"),
    "a phosphonate, its sign first": Drawing("-HO3P .", "0-1", ROW, "CP(=O)([O-])O"),
    "a phosphonate, its sign last": Drawing(". PO3H-", "0-1", ROW, "CP(=O)([O-])O"),
    "a phosphonate with a sign behind P": Drawing("HO3P- .", "0-1", ROW, "CP(=O)([O-])O"),
    "a phosphonate with two charges": Drawing("2-O3P .", "0-1", ROW, "CP(=O)([O-])[O-]"),
    "a sulfinate": Drawing(". SO2-", "0-1", ROW, "CS(=O)[O-]"),
    "a sulfonate behind a chain": Drawing(". CH2SO3-", "0-1", ROW, "CCS(=O)(=O)[O-]"),
    "a sign before the groups of an ammonium": Drawing("+Me3N .", "0-1", ROW, "C[N+](C)(C)C"),
    "an anion written in one line": Drawing("CF3CF2SO3-", "", ROW, "[O-]S(=O)(=O)C(F)(F)C(F)(F)F"),
    "an azide": Drawing(". N N+ N-", "0-1 1=2 2=3", ROW, "CN=[N+]=[N-]"),
    "an azide with a triple bond": Drawing(". N N N", "0-1 1=2 2#3", ROW, "CN=[N+]=[N-]"),
    "a diazo group without signs": Drawing(". N N", "0=1 1=2", ROW, "C=[N+]=[N-]", "and -1 to its nitrogen"),
    "a diazonium": Drawing(". N+ N", "0-1 1#2", ROW, "C[N+]#N"),
    "pyridinium without a sign": Drawing(
        "N . . . . . .", around(6, "=-") + " 0-6", ring(6, 0), "C[n+]1ccccc1", "added"),
    "a phosphonium with a sign": Drawing("P+ . . . .", "0-1 0-2 0-3 0-4", CROSS, "C[P+](C)(C)C"),
    "phosphonium without a sign": Drawing("P . . . .", "0-1 0-2 0-3 0-4", CROSS, "C[P+](C)(C)C", "added"),
    "a phosphine oxide is none": Drawing("P . . . O", "0-1 0-2 0-3 0=4", CROSS, "CP(C)(C)=O"),
    "sulfonium without a sign": Drawing("S . . .", "0-1 0-2 0-3", THREE, "C[S+](C)C", "added"),
    "sulfonium with an R group": Drawing("S . . R1", "0-1 0-2 0-3", THREE, "*[S+](C)C", "added"),
    "a line from sulfur to a metal": Drawing("S . . Pt", "0-1 0-2 0-3", THREE, "CS(C)->[Pt]"),
    "cisplatin with plain lines": Drawing(
        "Pt H3N H3N Cl Cl", "0-1 0-2 0-3 0-4", at(0, 150, 210, 30, 330), "N->[Pt](Cl)(Cl)<-N"),
    "a phosphine on a metal": Drawing(
        "Pd Cl Ph3P", "0-1 0-2", at(0, 0, 180), "Cl[Pd]<-P(c1ccccc1)(c1ccccc1)c1ccccc1"),
    "an acetonitrile on a metal": Drawing("Pd Cl NCMe", "0-1 0-2", at(0, 180, 0), "CC#N->[Pd]Cl"),
    "a pyridine on a metal": Drawing(
        "N . . . . . Pd Cl", around(6, "=-") + " 0-6 6-7", [*ring(6, 0), (3.0, 0.0)],
        "Cl[Pd]<-n1ccccc1"),
    "an amine between two metals": Drawing(
        "N . Pd Pd", "0-1 0-2 0-3", THREE, "CN([Pd])[Pd]"),
    "sulfonium within a label": Drawing(". SMe2", "0-1", ROW, "C[S+](C)C", "added"),
    "a sulfimide is none": Drawing("S . . NH", "0-1 0-2 0=3", THREE, "CS(C)=N"),
    "a thioether that gives to a metal is none": Drawing(
        "S . . Pt", "0-1 0-2 0>3", THREE, "CS(C)->[Pt]"),
    "a sulfoxide with one line": Drawing("S . . O", "0-1 0-2 0-3", THREE, "CS(C)=O", "taken for double"),
    "thiophene S-oxide": Drawing(
        "S . . . . O", "0-1 1=2 2-3 3=4 4-0 0=5", ring(5, 0), "O=S1C=CC=C1"),
    **{
        f"{label} with two bonds and no sign": Drawing(
            f". {label} .", "0-1 1-2", ZIGZAG, "C[NH2+]C", "added")
        for label in ("NH2", "H2N")
    },
    "NH with three bonds and no sign": Drawing("NH . . .", "0-1 0-2 0-3", THREE, "C[NH+](C)C", "added"),
    "an iminium without a sign": Drawing(". NH2", "0=1", ROW, "C=[NH2+]", "added"),
    "pyridinium NH without a sign": Drawing(
        "NH . . . . .", around(6, "=-"), ring(6), "c1cc[nH+]cc1", "added"),
    "pyridinium NH with a circle": Drawing(
        "NH . . . . .", around(6, ":"), ring(6), "c1cc[nH+]cc1", "added"),
    "imidazolium with a circle": Drawing(
        "NH . NH . .", around(5, ":"), ring(5), "c1c[nH+]c[nH]1", "added"),
    "a nitro group with one sign": Drawing(
        "N+ . O O", "0-1 0-2 0=3", THREE, "C[N+](=O)[O-]", "one sign: -1 to its oxygen"),
    "an amine oxide with one sign": Drawing(
        "N+ . . . O", "0-1 0-2 0-3 0-4", CROSS, "C[N+](C)(C)[O-]", "one sign: -1 to its oxygen"),
    "a hydroxylammonium": Drawing("N+ . . . OH", "0-1 0-2 0-3 0-4", CROSS, "C[N+](C)(C)O"),
    "a hydroxypyridinium without a sign": Drawing(
        "N . . . . . OH", around(6, "=-") + " 0-6", ring(6, 0), "O[n+]1ccccc1", "charge +1 added"),
    "an azide with one sign": Drawing(
        ". N N+ N", "0-1 1=2 2=3", ROW, "CN=[N+]=[N-]", "one sign: -1 to its nitrogen"),
    "an azide with a triple bond and one sign": Drawing(
        ". N N+ N", "0-1 1-2 2#3", ROW, "C[N-][N+]#N", "one sign: -1 to its nitrogen"),
    "an azide with a triple bond and no sign": Drawing(
        ". N N N", "0-1 1-2 2#3", ROW, "C[N-][N+]#N", "and -1 to its nitrogen"),
    "a diazo group with one sign": Drawing(
        ". . N+ N", "0-1 1=2 2=3", ROW, "CC=[N+]=[N-]", "one sign: -1 to its nitrogen"),
    "an isocyanide without signs": Drawing(
        ". N .", "0-1 1#2", ROW, "[C-]#[N+]C", "and -1 to its carbon"),
    "a diaryliodonium without a sign": Drawing(
        "I Ph Ph", "0-1 0-2", ZIGZAG, "c1ccc([I+]c2ccccc2)cc1", "added"),
    "two chlorines on iodine": Drawing("I- Cl Cl", "0-1 0-2", ZIGZAG, "Cl[I-]Cl"),
    **{
        f"{centre}F6 without a sign": Drawing(
            f"{centre} F F F F F F", " ".join(f"0-{k}" for k in range(1, 7)),
            at(*range(0, 360, 60)), f"F[{centre}-](F)(F)(F)(F)F", "added")
        for centre in ("P", "As", "Sb")
    },
    "perchlorate": Drawing("Cl O O O O-", "0=1 0=2 0=3 0-4", CROSS, "[O-]Cl(=O)(=O)=O"),
}  # fmt: skip

HYDROGENS = {
    "D": Drawing(". D", "0-1", ROW, "[2H]C"),
    "T": Drawing(". T", "0-1", ROW, "[3H]C"),
    "CD3": Drawing("HO CD3", "0-1", ROW, "[2H]C([2H])([2H])O"),
    "13C": Drawing("13CH3 OH", "0-1", ROW, "[13CH3]O"),
    "14C within a chain": Drawing(". 14C . O", "0-1 1-2 1=3", [*ZIGZAG[:3], (0.87, 1.5)], "C[14C](C)=O"),
    "NH within an aromatic ring": Drawing("NH . . . .", around(5, ":"), ring(5), "c1cc[nH]c1"),
    "NH within a drawn ring": Drawing("NH . . . .", "0-1 1=2 2-3 3=4 4-0", ring(5), "c1cc[nH]c1"),
    "H drawn out": Drawing(". H OH", "0-1 0-2", ZIGZAG, "CO"),
    "a carbon with written hydrogens": Drawing("H3C CH2 CH3", "0-1 1-2", ZIGZAG, "CCC"),
    "too few written hydrogens on carbon": Drawing(". CH2", "0-1", ROW, "CC"),
    "too few written hydrogens on nitrogen": Drawing(". NH", "0-1", ROW, "CN"),
    "too few written hydrogens on silicon": Drawing(". SiH2", "0-1", ROW, "C[SiH3]", "fewer hydrogens"),
    "NH+ with two bonds": Drawing(". NH+ .", "0-1 1-2", ZIGZAG, "C[NH2+]C", "fewer hydrogens"),
    "SH with two bonds": Drawing(". SH .", "0-1 1-2", ZIGZAG, "CSC"),
    "a hydrogen with two bonds": Drawing(". H .", "0-1 1-2", ROW, "C.C", "removed"),
    "a radical that is drawn": Drawing(". O·", "0-1", ROW, "C[O]"),
    "nitroxide": Drawing("N . . O·", "0-1 0-2 0-3", THREE, "CN(C)[O]"),
    "no radical by accident": Drawing(". S", "0-1", ROW, "CS"),
}  # fmt: skip

CIRCLES = {
    "benzene": Drawing(". . . . . .", around(6, ":"), ring(6), "c1ccccc1"),
    "pyridine": Drawing("N . . . . .", around(6, ":"), ring(6), "c1ccncc1"),
    "pyrrole without its H": Drawing("N . . . .", around(5, ":"), ring(5), "c1cc[nH]c1", "hydrogen added"),
    "furan": Drawing("O . . . .", around(5, ":"), ring(5), "c1ccoc1"),
    "naphthalene": Drawing(". . . . . . . . . .", DECALIN_BONDS.replace("-", ":"), DECALIN, "c1ccc2ccccc2c1"),
    "benzene without a circle": Drawing(". . . . . .", around(6, "=-"), ring(6), "c1ccccc1"),
    "cyclopentadienyl anion": Drawing(". . . . C-", around(5, ":"), ring(5), "c1cc[cH-]c1"),
    "no Kekule structure": Drawing(". . . . .", around(5, ":"), ring(5), "C1CCCC1", "kekul"),
    "one of two circles is wrong": Drawing(
        " ".join(["."] * 11), around(6, ":") + " 0-6 6:7 7:8 8:9 9:10 10:6",
        [*ring(6), *((x + 3.0, y) for x, y in ring(5))], "c1ccc(C2CCCC2)cc1", "kekul"),
}  # fmt: skip

COMPONENTS = {
    "a salt after a dot": Drawing(". NH2 ·HCl", "0-1", [(0, 0), (1, 0), (3, 0)], "CN.Cl"),
    "a salt": Drawing(". NH2 HCl", "0-1", [(0, 0), (1, 0), (3, 0)], "CN.Cl"),
    "a salt's label with a bond": Drawing(
        ". . KCl", "0-1 1-2", ZIGZAG, "CC.[K+].[Cl-]", "removed"),
    **{
        f"{label} with a bond": Drawing(f". . {label}", "0-1 1-2", ZIGZAG, "CC.Cl", "removed")
        for label in ("HCl", "ClH")
    },
    **{
        f"lone {label} is ammonium": Drawing(
            f". O- {label}", "0-1", [(0, 0), (1, 0), (3, 0)], "C[O-].[NH4+]", warning)
        for label, warning in (
            ("NH4+", ""), ("NH4", "added"), ("NH3+", "fewer hydrogens"), ("H3N+", "fewer hydrogens"))
    },
    **{
        f"lone {label} beside an anion": Drawing(
            f". O- {label}", "0-1", [(0, 0), (1, 0), (3, 0)], f"C[O-].{ions}", "added")
        for label, ions in (
            ("K", "[K+]"), ("Na", "[Na+]"), ("2Li", "[Li+].[Li+]"), ("Ca", "[Ca+2]"))
    },
    **{
        f"lone {label} beside a cation": Drawing(
            f"N . . . . {label}", "0-1 0-2 0-3 0-4", [*CROSS, (4.0, 0.0)],
            f"C[N+](C)(C)C.{anion}", f"lone '{label}' beside a cation")
        for label, anion in (
            ("OTf", "O=S(=O)([O-])C(F)(F)F"), ("OTs", "Cc1ccc(S(=O)(=O)[O-])cc1"),
            ("OMs", "CS(=O)(=O)[O-]"), ("CF3SO3", "O=S(=O)([O-])C(F)(F)F"), ("SCN", "N#C[S-]"),
            ("CF3COO", "O=C([O-])C(F)(F)F"), ("BF4", "F[B-](F)(F)F"), ("NO3", "O=[N+]([O-])[O-]"),
            ("PF6", "F[P-](F)(F)(F)(F)F"), ("ClO4", "[O-]Cl(=O)(=O)=O"),
            ("SbF6", "F[Sb-](F)(F)(F)(F)F"))
    },
    "lone OTf beside no cation": Drawing(
        ". NH2 OTf", "0-1", [(0, 0), (1, 0), (3, 0)], "CN.O=S(=O)(O)C(F)(F)F"),
    "lone Na beside no anion": Drawing(". NH2 Na", "0-1", [(0, 0), (1, 0), (3, 0)], "CN.[Na]"),
    "lone Na beside a zwitterion": Drawing(
        "H3N+ . O- Na", "0-1 1-2", [*ZIGZAG[:3], (5, 0)], "[NH3+]C[O-].[Na]"),
    "water and ions": Drawing(
        "H2O Na+ . O- Zn", "2-3", [(0, 0), (2, 0), (4, 0), (5, 0), (7, 0)], "C[O-].O.[Na+].[Zn]"),
    "an ion with too few hydrogens is a scrap": Drawing(". O . O-", "0-1 1-2", [*ZIGZAG[:3], (5, 0)], "COC", "left out"),
    "a hydrogen that hangs on nothing is a scrap": Drawing(". O . H", "0-1 1-2", [*ZIGZAG[:3], (5, 0)], "COC", "left out"),
    "a group that hangs on nothing is a scrap": Drawing(". O . Ts", "0-1 1-2", [*ZIGZAG[:3], (5, 0)], "COC", "left out"),
    "an acid that is called as a group is none": Drawing(". O . TFA", "0-1 1-2", [*ZIGZAG[:3], (5, 0)], "COC.O=C(O)C(F)(F)F"),
    "scraps of a caption": Drawing(
        ". NH2 O OH CH3 .", "0-1", [(0, 0), (1, 0), (3, 0), (4, 0), (5, 0), (6, 0)], "CN", "left out"),
    "two bonds upon each other": Drawing(". OH", "0-1 1-0", ROW, "CO", "bonded already"),
}  # fmt: skip

VALENCES = {
    "five bonds to carbon": Drawing(". . . . . .", "0-1 0-2 0-3 0-4 0-5", at(0, 72, 144, 216, 288), "CC(C)(C)C", "removed"),
    "a double bond is lowered first": Drawing(". . . . O", "0-1 0-2 0-3 0=4", CROSS, "CC(C)(C)O", "lowered"),
    "hypervalent sulfur is right": Drawing("S . . O O", "0-1 0-2 0=3 0=4", CROSS, "CS(C)(=O)=O"),
    "a charge beyond reason": Drawing(". H", "0-1", ROW, "C", "impossible", charges=(0, 3)),
    "SF6-like labels": Drawing(". SF5", "0-1", ROW, "CS(F)(F)(F)(F)F"),
    "iodine(III)": Drawing("I Ph Cl Cl", "0-1 0-2 0-3", THREE, "ClI(Cl)c1ccccc1"),
}  # fmt: skip

GOLDEN = {
    f"{rule}: {name}": drawing
    for rule, drawings in {
        "plain": PLAIN, "link": LINKS, "ambiguous": AMBIGUOUS, "R group": R_GROUPS, "centre": TETRAHEDRAL,
        "ring": RINGS_AND_BRIDGES, "double bond": DOUBLE_BONDS, "charge": CHARGES,
        "hydrogen": HYDROGENS, "circle": CIRCLES, "components": COMPONENTS, "valence": VALENCES,
    }.items()
    for name, drawing in drawings.items()
}  # fmt: skip


@pytest.mark.parametrize("name", GOLDEN)
def test_drawing_means_its_molecule(name: str) -> None:
    drawing = GOLDEN[name]
    molecule = assemble(drawing.graph())
    assert molecule.smiles == Chem.CanonSmiles(drawing.smiles)
    if drawing.warning:
        assert any(drawing.warning in warning for warning in molecule.warnings), molecule.warnings
    else:
        assert not molecule.warnings
    if "*" in molecule.smiles:
        assert molecule.inchi is None and molecule.inchi_reason
        return
    truth = drawing.smiles.replace("->", ".").replace("<-", ".")
    assert molecule.inchi == Chem.MolToInchi(Chem.MolFromSmiles(truth))
    if "->" not in molecule.smiles and "<-" not in molecule.smiles:
        read_back = Chem.MolFromMolBlock(molecule.molblock)
        assert Chem.MolToInchi(read_back) == molecule.inchi


@pytest.mark.parametrize(
    ("strokes", "sense"),
    [("0w1", 1), ("0h1", -1), ("0w5", -1), ("0h5", 1), ("8w9", -1), ("8w13", 1), ("0w1 8h9", 1),
     ("0w1 8w9", 0), ("", 0)],
)  # fmt: skip
def test_an_atropisomer_is_kept_where_it_is_drawn(strokes: str, sense: int) -> None:
    """Two rings side by side, their axis from atom 0 to atom 8, two substituents on each."""
    left = ring(6, 1, 5)
    drawn = {frozenset((int(s[0]), int(s[2:]))): s for s in strokes.split()}
    bonds = ["0-8", "1-6", "5-7", "9-14", "13-15"]
    for start in (0, 8):
        # the double bonds leave the wedge alone
        first = frozenset((start, start + 5)) in drawn
        for i in range(6):
            a, b = start + i, start + (i + 1) % 6
            bonds.append(drawn.get(frozenset((a, b)), f"{a}{'-='[(i + first) % 2]}{b}"))
    labels = ". . . . . . F Cl . . . . . . Br I"
    drawing = Drawing(labels, " ".join(bonds), left + [(3 - x, y) for x, y in left], "")
    molecule = assemble(drawing.graph())
    stereo = {1: Chem.BondStereo.STEREOATROPCW, -1: Chem.BondStereo.STEREOATROPCCW}
    for mol in (molecule.mol, Chem.MolFromMolBlock(molecule.molblock)):
        found = mol.GetBondBetweenAtoms(0, 8).GetStereo()
        assert found == stereo.get(sense, Chem.BondStereo.STEREONONE)
    assert ("wU" in molecule.cxsmiles) == bool(sense)
    assert bool(molecule.warnings) == (bool(strokes) and not sense)
