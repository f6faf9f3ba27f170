"""The label grammar against meanings that chemists agree on."""

import pytest
from rdkit import Chem

from assemble.fragment import Fragment, from_smiles
from assemble.groups import groups, parts
from assemble.labels import parse_label
from assemble.tokens import tokenise

RIGHTWARDS = [
    ("OH", "O*"), ("NH2", "N*"), ("SH", "S*"), ("OMe", "CO*"), ("OCH3", "CO*"), ("CO2H", "OC(=O)*"),
    ("COOH", "OC(=O)*"), ("CO2Me", "COC(=O)*"), ("CO2Et", "CCOC(=O)*"), ("COOEt", "CCOC(=O)*"),
    ("CHO", "O=C*"), ("COCH3", "CC(=O)*"), ("COMe", "CC(=O)*"), ("CONH2", "NC(=O)*"),
    ("CONHPh", "O=C(Nc1ccccc1)*"), ("CN", "N#C*"), ("NO2", "[O-][N+](=O)*"), ("N3", "[N-]=[N+]=N*"),
    ("NCO", "O=C=N*"), ("CF3", "FC(F)(F)*"), ("OCF3", "FC(F)(F)O*"), ("CCl3", "ClC(Cl)(Cl)*"),
    ("N(CH3)2", "CN(C)*"), ("NMe2", "CN(C)*"), ("NEt2", "CCN(CC)*"), ("NHBoc", "CC(C)(C)OC(=O)N*"),
    ("SO2NH2", "NS(=O)(=O)*"), ("SO3H", "OS(=O)(=O)*"), ("SO2CH3", "CS(=O)(=O)*"),
    ("NHSO2CH3", "CS(=O)(=O)N*"), ("OSO2CF3", "O=S(=O)(O*)C(F)(F)F"), ("PO3H2", "OP(=O)(O)*"),
    ("B(OH)2", "OB(O)*"), ("CH2OH", "OC*"), ("CH2CH2OH", "OCC*"), ("CH2CO2H", "OC(=O)C*"),
    ("OCH2CF3", "FC(F)(F)CO*"), ("C(CH3)3", "CC(C)(C)*"), ("CH(CH3)2", "CC(C)*"),
    ("(CH2)3CH3", "CCCC*"), ("C5H11", "CCCCC*"), ("C6H5", "c1ccccc1*"), ("OC2H5", "CCO*"),
    ("Si(CH3)3", "C[Si](C)(C)*"), ("OTBS", "CC(C)(C)[Si](C)(C)O*"), ("tBu", "CC(C)(C)*"),
    ("t-Bu", "CC(C)(C)*"), ("iPr", "CC(C)*"), ("Ph", "c1ccccc1*"), ("Bn", "c1ccccc1C*"),
    ("Bz", "O=C(*)c1ccccc1"), ("Ts", "Cc1ccc(cc1)S(=O)(=O)*"), ("Ac", "CC(=O)*"), ("Pr", "CCC*"),
    ("NH3+", "[NH3+]*"), ("CO2-", "[O-]C(=O)*"), ("SO3-", "[O-]S(=O)(=O)*"), ("O-", "[O-]*"),
    ("13CH3", "[13CH3]*"), ("CD3", "[2H]C([2H])([2H])*"), ("D", "[2H]*"),
]  # fmt: skip
LEFTWARDS = [
    ("HO", "O*"), ("H2N", "N*"), ("MeO", "CO*"), ("H3CO", "CO*"), ("CH3O", "CO*"),
    ("HO2C", "OC(=O)*"), ("HOOC", "OC(=O)*"), ("EtO2C", "CCOC(=O)*"), ("OHC", "O=C*"),
    ("NC", "N#C*"), ("O2N", "[O-][N+](=O)*"), ("F3C", "FC(F)(F)*"), ("(CH3)2N", "CN(C)*"),
    ("Me2N", "CN(C)*"), ("BocHN", "CC(C)(C)OC(=O)N*"), ("AcHN", "CC(=O)N*"), ("AcO", "CC(=O)O*"),
    ("(H3C)3C", "CC(C)(C)*"), ("HOCH2", "OC*"), ("HOH2C", "OC*"), ("H2NOC", "NC(=O)*"),
    ("-O3S", "[O-]S(=O)(=O)*"), ("+H3N", "[NH3+]*"), ("H2NO2S", "NS(=O)(=O)*"), ("H9C4", "CCCC*"),
    ("TBSO", "CC(C)(C)[Si](C)(C)O*"), ("PhCH2O", "c1ccccc1CO*"), ("H3C", "C*"),
    ("CF3O(CF2)2", "FC(F)(F)OC(F)(F)C(F)(F)*"), ("CH3F2C", "CC(F)(F)*"), ("Cl(H2C)3", "ClCCC*"),
    ("H2N(CH2CH2O)2", "NCCOCCO*"),
]  # fmt: skip
ALONE = [
    ("HCl", "Cl"), ("ClH", "Cl"), ("H2O", "O"), ("NH4+", "[NH4+]"), ("Na+", "[Na+]"),
    ("Cl-", "[Cl-]"), ("CF3CO2H", "OC(=O)C(F)(F)F"), ("Ca2+", "[Ca+2]"),
]  # fmt: skip
LINKS = [("NH", "*N*"), ("CH2", "*C*"), ("SO2", "*S(=O)(=O)*"), ("NMe", "*N(C)*"),
         ("NBoc", "CC(C)(C)OC(=O)N(*)*"), ("OCH2CH2O", "*OCCO*"), ("CO", "*C(=O)*"),
         ("(CH2)4", "*CCCC*")]  # fmt: skip


def smiles_of(fragment: Fragment, n_bonds: int) -> str:
    """Canonical SMILES of a fragment with a dummy for every drawn bond."""
    mol = Chem.RWMol()
    for atom in fragment.atoms:
        made = Chem.Atom(0 if atom.symbol == "*" else atom.symbol)
        made.SetFormalCharge(atom.charge)
        made.SetIsotope(atom.isotope)
        if atom.hydrogens is not None:
            made.SetNumExplicitHs(atom.hydrogens)
            made.SetNoImplicit(True)
        mol.AddAtom(made)
    for i, j, order in fragment.bonds:
        mol.AddBond(i, j, _type(order))
    for number in range(n_bonds):
        dummy = mol.AddAtom(Chem.Atom(0))
        mol.AddBond(fragment.last if number else fragment.first, dummy, Chem.BondType.SINGLE)
    Chem.SanitizeMol(mol)
    return str(Chem.MolToSmiles(mol))


def _type(order: int) -> Chem.BondType:
    return {1: Chem.BondType.SINGLE, 2: Chem.BondType.DOUBLE, 3: Chem.BondType.TRIPLE}[order]


def canonical(smiles: str) -> str:
    return str(Chem.MolToSmiles(Chem.MolFromSmiles(smiles)))


@pytest.mark.parametrize(("label", "smiles"), RIGHTWARDS)
def test_labels_to_the_right_of_their_bond(label: str, smiles: str) -> None:
    assert smiles_of(parse_label(label, 1, 1, False), 1) == canonical(smiles)


@pytest.mark.parametrize(("label", "smiles"), LEFTWARDS)
def test_labels_to_the_left_of_their_bond(label: str, smiles: str) -> None:
    assert smiles_of(parse_label(label, 1, 1, True), 1) == canonical(smiles)


@pytest.mark.parametrize(("label", "smiles"), ALONE)
def test_labels_without_bonds(label: str, smiles: str) -> None:
    assert smiles_of(parse_label(label, 0, 0), 0) == canonical(smiles)


@pytest.mark.parametrize(("label", "smiles"), LINKS)
def test_labels_in_a_chain(label: str, smiles: str) -> None:
    assert smiles_of(parse_label(label, 2, 2), 2) == canonical(smiles)


@pytest.mark.parametrize("label", ["R", "R1", "R12", "R'", "Ar", "X", "Y", "Z", "*", "Het", "Hal"])
def test_r_groups_are_dummies_with_their_label(label: str) -> None:
    fragment = parse_label(label, 1, 1)
    assert fragment.understood
    assert [(atom.symbol, atom.text) for atom in fragment.atoms] == [("*", label)]


@pytest.mark.parametrize("label", ["q", "C(", "CH3)", "((", "?", "Nn", "H", "1", "+", "(C", "ZZZ"])
def test_what_is_no_label_never_raises(label: str) -> None:
    fragment = parse_label(label, 1, 1)
    assert len(fragment.atoms) >= 1


def test_an_unknown_label_is_kept() -> None:
    fragment = parse_label("Wxq", 1, 1)
    assert not fragment.understood
    assert fragment.atoms[0].text == "Wxq"


def test_every_group_of_the_table_is_a_fragment() -> None:
    for name, smiles in groups().items():
        assert from_smiles(smiles).atoms, name


def test_parts_are_no_formulae() -> None:
    assert {"Me", "Ph", "Boc", "TBS"} <= set(parts())
    assert not {"OMe", "CN", "CO", "NHBoc", "CF3"} & set(parts())


def test_tokens_keep_counts_and_signs_apart() -> None:
    tokens = tokenise("NH3+")
    assert tokens is not None
    assert [(t.text, t.count, t.charge) for t in tokens] == [("N", 1, 1), ("H", 3, 0)]
