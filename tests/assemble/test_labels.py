"""The label grammar against meanings that chemists agree on."""

import pytest
from rdkit import Chem

from assemble.fragment import Fragment, from_smiles
from assemble.groups import groups, parts
from assemble.labels import parse_charged, parse_label
from assemble.species import ANIONS_WITHOUT_SIGN
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
    ("CH2NMe3+", "C[N+](C)(C)C*"), ("CH2N(CH3)3+", "C[N+](C)(C)C*"), ("CH2BF3-", "F[B-](F)(F)C*"),
    ("CH2PPh3+", "c1ccccc1[P+](C*)(c1ccccc1)c1ccccc1"), ("NMe3+", "C[N+](C)(C)*"),
    ("NHBOC", "CC(C)(C)OC(=O)N*"), ("OBOC", "CC(C)(C)OC(=O)O*"),
    ("NHCBZ", "c1ccccc1COC(=O)N*"), ("CO2PNB", "O=[N+]([O-])c1ccc(COC(=O)*)cc1"),
    ("N(BOC)2", "CC(C)(C)OC(=O)N(*)C(=O)OC(C)(C)C"), ("NHCSNHPh", "S=C(N*)Nc1ccccc1"),
    ("CSNMe2", "CN(C)C(=S)*"), ("CSNHMe", "CNC(=S)*"), ("NHCSNH2", "NC(=S)N*"),
    ("OCSNMe2", "CN(C)C(=S)O*"), ("CS2Me", "CSC(=S)*"), ("CH2SCH3", "CSC*"), ("CHOHCH3", "CC(O)*"),
    ("CH2CHOHCH2OH", "OCC(O)C*"), ("OCH2CHOHCH2OH", "OCC(O)CO*"), ("CHOHPh", "OC(*)c1ccccc1"),
    ("CHNH2CO2H", "NC(*)C(=O)O"), ("CO-CH3", "CC(=O)*"), ("NHCO-Ph", "O=C(N*)c1ccccc1"),
    ("N-Boc", "CC(C)(C)OC(=O)N*"), ("S-CH3", "CS*"), ("CO-NH2", "NC(=O)*"),
    ("CF2-CF3", "FC(F)(F)C(F)(F)*"), ("O-CH3", "CO*"), ("O-nPr", "CCCO*"), ("n-Butyl", "CCCC*"),
    ("PNPh2", "c1ccccc1N(c1ccccc1)P*"), ("OGlcNAc", "CC(=O)NC1C(O)C(O)C(CO)OC1O*"),
    ("P(S)(OEt)2", "CCOP(=S)(OCC)*"), ("C6H4-p-Cl", "Clc1ccc(*)cc1"), ("Thexyl", "CC(C)C(C)(C)*"),
    ("CO2Fm", "O=C(*)OCC1c2ccccc2-c2ccccc21"), ("NHTces", "ClC(Cl)(Cl)COS(=O)(=O)N*"),
    ("N(CH2)6", "C1CCCCCN1*"), ("COCHN2", "[N-]=[N+]=CC(=O)*"), ("CO2-Na+", "[Na+].[O-]C(=O)*"),
    ("NH3+Cl-", "[Cl-].[NH3+]*"), ("NH2·HCl", "Cl.N*"), ("N2BF4", "F[B-](F)(F)F.N#[N+]*"),
    ("NHC6F5", "Fc1c(F)c(F)c(N*)c(F)c1F"), ("CO2C6F5", "Fc1c(F)c(F)c(OC(=O)*)c(F)c1F"),
    ("PO3HNa", "O=P(O)(O[Na])*"), ("OPO3HNa", "O=P(O)(O[Na])O*"), ("CH2NCO", "O=C=NC*"),
    ("CH2NCS", "S=C=NC*"), ("C(=NH)NHOH", "N=C(NO)*"), ("C(=NH)NHCH3", "N=C(NC)*"),
    ("C4H9(t)", "CC(C)(C)*"), ("C5H11-t", "CCC(C)(C)*"), ("OC8H17(n)", "CCCCCCCCO*"),
    ("O-n-C8H17", "CCCCCCCCO*"), ("CO2C3H7-i", "CC(C)OC(=O)*"), ("iso-C3H7", "CC(C)*"),
    ("t-C8H17", "CC(C)(C)CC(C)(C)*"), ("NPr2-i", "CC(C)N(*)C(C)C"), ("OC2H4OH", "OCCO*"),
    ("C2H4CN", "N#CCC*"), ("N(C2H5)C2H4OH", "CCN(*)CCO"), ("N(C2H4OH)2", "OCCN(*)CCO"),
    ("SiPr", "CC(C)S*"), ("SiPr3", "CCC[Si](CCC)(CCC)*"), ("SO3", "OS(=O)(=O)*"),
    ("COO-Na+", "[Na+].[O-]C(=O)*"), ("COO-K+", "[K+].[O-]C(=O)*"),
    ("SO3-K+", "[K+].[O-]S(=O)(=O)*"), ("NMe3+I-", "[I-].C[N+](C)(C)*"), ("NHMe·HCl", "Cl.CN*"),
    ("N(CH3)2·HCl", "Cl.CN(C)*"), ("NHMe·2HBr", "Br.Br.CN*"), ("NHEt·H2O", "O.CCN*"),
    ("EtO2CCONH", "CCOC(=O)C(=O)N*"), ("N(CH2CH2Cl)2", "ClCCN(CCCl)*"),
    ("S(O)(=NH)CH3", "CS(=N)(=O)*"),
]  # fmt: skip
LEFTWARDS = [
    ("HO", "O*"),
    ("H2N", "N*"),
    ("MeO", "CO*"),
    ("H3CO", "CO*"),
    ("CH3O", "CO*"),
    ("HO2C", "OC(=O)*"),
    ("HOOC", "OC(=O)*"),
    ("EtO2C", "CCOC(=O)*"),
    ("OHC", "O=C*"),
    ("NC", "N#C*"),
    ("O2N", "[O-][N+](=O)*"),
    ("F3C", "FC(F)(F)*"),
    ("(CH3)2N", "CN(C)*"),
    ("Me2N", "CN(C)*"),
    ("BocHN", "CC(C)(C)OC(=O)N*"),
    ("AcHN", "CC(=O)N*"),
    ("AcO", "CC(=O)O*"),
    ("(H3C)3C", "CC(C)(C)*"),
    ("HOCH2", "OC*"),
    ("HOH2C", "OC*"),
    ("H2NOC", "NC(=O)*"),
    ("-O3S", "[O-]S(=O)(=O)*"),
    ("+H3N", "[NH3+]*"),
    ("H2NO2S", "NS(=O)(=O)*"),
    ("H9C4", "CCCC*"),
    ("TBSO", "CC(C)(C)[Si](C)(C)O*"),
    ("PhCH2O", "c1ccccc1CO*"),
    ("H3C", "C*"),
    ("CF3O(CF2)2", "FC(F)(F)OC(F)(F)C(F)(F)*"),
    ("CH3F2C", "CC(F)(F)*"),
    ("Cl(H2C)3", "ClCCC*"),
    ("H2N(CH2CH2O)2", "NCCOCCO*"),
    ("BOCHN", "CC(C)(C)OC(=O)N*"),
    ("H3CO2C", "COC(=O)*"),
    ("MeHNOC", "CNC(=O)*"),
    ("AcHN", "CC(=O)N*"),
    ("PhHNSC", "S=C(*)Nc1ccccc1"),
]
TOWARDS_THEIR_BOND = [
    ("CF3CONH", "O=C(N*)C(F)(F)F"), ("EtCONH", "CCC(=O)N*"), ("CH3CONH", "CC(=O)N*"),
    ("PhNHCONH", "O=C(N*)Nc1ccccc1"), ("PhCH2CO", "O=C(*)Cc1ccccc1"),
    ("PhCOCH2", "O=C(C*)c1ccccc1"), ("CyNHCO", "O=C(*)NC1CCCCC1"), ("CH3CH2COO", "CCC(=O)O*"),
    ("CH3OCH2", "COC*"), ("CH3OOC", "COC(=O)*"), ("CH3CO", "CC(=O)*"), ("CH3OCH2CH2O", "COCCO*"),
    ("CH3SO2NH", "CS(=O)(=O)N*"), ("HOOCCH2", "OC(=O)C*"), ("NCCH2CH2", "N#CCC*"),
    ("ClCH2CH2", "ClCC*"), ("(CH3)2NCH2", "CN(C)C*"), ("C2H5OCO", "CCOC(=O)*"),
    ("CH3NHCO", "CNC(=O)*"), ("CH3OCONH", "COC(=O)N*"), ("CH3COO", "CC(=O)O*"),
    ("(CH3)3CSO2NH", "CC(C)(C)S(=O)(=O)N*"), ("Et2NCONH", "CCN(CC)C(=O)N*"),
    ("PhCOHN", "O=C(N*)c1ccccc1"), ("MeCOHN", "CC(=O)N*"), ("CF3COHN", "O=C(N*)C(F)(F)F"),
    ("BnCOHN", "O=C(N*)Cc1ccccc1"), ("PhC(O)HN", "O=C(N*)c1ccccc1"), ("EtOCONH", "CCOC(=O)N*"),
    ("MeOCONH", "COC(=O)N*"), ("tBuOCONH", "CC(C)(C)OC(=O)N*"), ("BnOCONH", "O=C(N*)OCc1ccccc1"),
    ("EtOCOHN", "CCOC(=O)N*"), ("H2NCOHN", "NC(=O)N*"), ("MeHNCO", "CNC(=O)*"),
    ("PhHNCO", "O=C(*)Nc1ccccc1"), ("CH3HNCO", "CNC(=O)*"), ("H3CHNCO", "CNC(=O)*"),
    ("R1R2NCO", "*N(*)C(=O)*"), ("MeSO2HN", "CS(=O)(=O)N*"), ("PhSO2HN", "O=S(=O)(N*)c1ccccc1"),
    ("(EtO)2P(O)", "CCOP(=O)(*)OCC"), ("(HO)2P(O)", "OP(=O)(*)O"), ("(RO)2P(O)", "*OP(=O)(*)O*"),
    ("Ph2P(O)", "O=P(*)(c1ccccc1)c1ccccc1"), ("(CH3)2P(O)", "CP(C)(=O)*"),
    ("(CH3O)2P(O)", "COP(=O)(*)OC"), ("(EtO)2PO", "CCOP(=O)(*)OCC"), ("(HO)2PO", "OP(=O)(*)O"),
    ("Ph2PO", "*OP(c1ccccc1)c1ccccc1"), ("MeS(O)2", "CS(=O)(=O)*"), ("MeS(O)", "CS(=O)*"),
    ("H2NS(O)2", "NS(=O)(=O)*"), ("MeSO", "CS(=O)*"), ("MeOC(O)", "COC(=O)*"),
    ("MeOCO", "CC(=O)O*"), ("NaHO3P", "O=P(O)(O[Na])*"), ("NCC(CH3)2", "N#CC(C)(C)*"),
    ("HOOCC(CH3)2", "OC(=O)C(C)(C)*"), ("OHCCH=CH", "O=CC=C*"), ("OHCNH", "O=CN*"),
    ("OCNCH2", "O=C=NC*"), ("(CH3)2CHCO", "CC(C)C(=O)*"), ("(HOCH2CH2)2N", "OCCN(CCO)*"),
    ("(ClCH2CH2)2N", "ClCCN(CCCl)*"), ("(CH3O)2CH", "COC(OC)*"), ("H2NC(=NH)NH", "NC(=N)N*"),
    ("H2N(HN=)C", "NC(=N)*"), ("EtO2CCO", "CCOC(=O)C(=O)*"), ("HO2CCO", "OC(=O)C(=O)*"),
    ("HOOCCO", "OC(=O)C(=O)*"), ("EtO2CCONH", "CCOC(=O)C(=O)N*"),
    ("MeO2CCH2CO", "COC(=O)CC(=O)*"), ("Na+-O2C", "[Na+].[O-]C(=O)*"), ("HCl·MeHN", "Cl.CN*"),
    ("I-+Me3N", "[I-].C[N+](C)(C)*"), ("i-C3H7O", "CC(C)O*"), ("n-C8H17O", "CCCCCCCCO*"),
    ("n-H17C8O", "CCCCCCCCO*"), ("HOC2H4O", "OCCO*"), ("PrNH", "CCCN*"), ("PrHN", "CCCN*"),
    ("F5C6HN", "Fc1c(F)c(F)c(N*)c(F)c1F"),
]  # fmt: skip
ALONE = [
    ("HCl", "Cl"),
    ("ClH", "Cl"),
    ("H2O", "O"),
    ("NH4+", "[NH4+]"),
    ("Na+", "[Na+]"),
    ("Cl-", "[Cl-]"),
    ("CF3CO2H", "OC(=O)C(F)(F)F"),
    ("Ca2+", "[Ca+2]"),
    ("Fe2+", "[Fe+2]"),
    ("NBu4+", "CCCC[N+](CCCC)(CCCC)CCCC"),
    ("N(CH3)4+", "C[N+](C)(C)C"),
    ("BF4-", "F[B-](F)(F)F"),
    ("HNEt3+", "CC[NH+](CC)CC"),
    ("BPh4-", "c1ccccc1[B-](c1ccccc1)(c1ccccc1)c1ccccc1"),
    ("AlCl4-", "Cl[Al-](Cl)(Cl)Cl"),
    ("PF6-", "F[P-](F)(F)(F)(F)F"),
    ("OAc-", "CC(=O)[O-]"),
    ("OTf-", "[O-]S(=O)(=O)C(F)(F)F"),
    ("OMs-", "CS(=O)(=O)[O-]"),
    ("HCOO-", "O=C[O-]"),
    ("NTf2-", "FC(F)(F)S(=O)(=O)[N-]S(=O)(=O)C(F)(F)F"),
    ("TFA-", "[O-]C(=O)C(F)(F)F"),
    ("OTs-", "Cc1ccc(cc1)S(=O)(=O)[O-]"),
    ("SO42-", "[O-]S(=O)(=O)[O-]"),
    ("CO32-", "[O-]C(=O)[O-]"),
    ("PO43-", "[O-]P(=O)([O-])[O-]"),
    ("HSO3-", "OS(=O)[O-]"),
    ("MeSO4-", "COS(=O)(=O)[O-]"),
    ("ZnCl42-", "Cl[Zn-2](Cl)(Cl)Cl"),
    ("I3-", "I[I-]I"),
    ("HCl·H2O", "Cl.O"),
    ("2HCl·H2O", "Cl.Cl.O"),
    ("Br3-", "[Br-].BrBr"),
    ("SO3", "O=S(=O)=O"),
    ("B(C6F5)4-", "[B-](%s)(%s)(%s)%s" % (("c1c(F)c(F)c(F)c(F)c1F",) * 4)),
]
WITH_R = [
    ("NR2", "*N(*)*"),
    ("SiR3", "*[Si](*)(*)*"),
    ("PR2", "*P(*)*"),
    ("CONR2", "*C(=O)N(*)*"),
    ("SO2NR2", "*S(=O)(=O)N(*)*"),
    ("CR3", "*C(*)(*)*"),
    ("NRR'", "*N(*)*"),
    ("OR", "*O*"),
    ("NHR", "*N*"),
    ("CO2R", "*C(=O)O*"),
    ("SO2R", "*S(=O)(=O)*"),
    ("CS2R", "*C(=S)S*"),
    ("NHR1", "*N*"),
    ("OR2", "*O*"),
    ("NR1R2", "*N(*)*"),
    ("CO2R2", "*C(=O)O*"),
    ("NR3+", "*[N+](*)(*)*"),
]
BESIDE_A_CHARGE = [
    ("CO2", -1, "[O-]C(=O)*"), ("NMe3", 1, "C[N+](C)(C)*"), ("SO3", -1, "[O-]S(=O)(=O)*"),
    ("OPO3", -2, "[O-]P(=O)([O-])O*"), ("N2", 1, "N#[N+]*"),
]  # fmt: skip
LINKS = [("NH", "*N*"), ("CH2", "*C*"), ("SO2", "*S(=O)(=O)*"), ("NMe", "*N(C)*"),
         ("NBoc", "CC(C)(C)OC(=O)N(*)*"), ("OCH2CH2O", "*OCCO*"), ("CO", "*C(=O)*"),
         ("(CH2)4", "*CCCC*"), ("SO3", "*OS(=O)(=O)*"), ("OC2H4", "*OCC*"),
         ("C(=NH)", "*C(*)=N"), ("C(=NOH)", "*C(*)=NO")]  # fmt: skip
DEFINED_ELSEWHERE = [
    "R", "R1", "R12", "R'", "Ar", "X", "Y", "Z", "*", "Het", "Hal", "R1a", "R12d", "A1", "E1",
    "G1", "L1", "M1", "T1", "J", "PG", "LG", "EWG", "Nu", "HetAr", "Alkyl", "Aryl", "U", "V", "W",
    "Rn", "R100", "R199",
]  # fmt: skip


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


@pytest.mark.parametrize("leftwards", [False, True])
@pytest.mark.parametrize(
    ("label", "smiles"),
    [("EtOCONH", "CCOC(=O)N*"), ("C2H5OCONH", "CCOC(=O)N*"), ("PhCONH", "O=C(N*)c1ccccc1")],
)
def test_labels_that_begin_with_an_end_are_bonded_at_the_other(
    label: str, smiles: str, leftwards: bool
) -> None:
    assert smiles_of(parse_label(label, 1, 1, leftwards), 1) == canonical(smiles)


@pytest.mark.parametrize(("label", "smiles"), ALONE)
def test_labels_without_bonds(label: str, smiles: str) -> None:
    assert smiles_of(parse_label(label, 0, 0), 0) == canonical(smiles)


@pytest.mark.parametrize(("label", "smiles"), TOWARDS_THEIR_BOND)
def test_labels_written_towards_their_bond(label: str, smiles: str) -> None:
    assert smiles_of(parse_label(label, 1, 1, True), 1) == canonical(smiles)


@pytest.mark.parametrize(("label", "smiles"), WITH_R)
def test_numbers_behind_an_r_are_counts_where_a_name_leaves_bonds_open(
    label: str, smiles: str
) -> None:
    assert smiles_of(parse_label(label, 1, 1), 1) == canonical(smiles)


@pytest.mark.parametrize("element", ["O", "S", "N", "C", "B", "P"])
def test_an_r_before_an_element_is_bonded_to_it(element: str) -> None:
    assert smiles_of(parse_label(f"R{element}", 1, 1, True), 1) == canonical(f"*{element}*")


@pytest.mark.parametrize(("label", "charge", "smiles"), BESIDE_A_CHARGE)
def test_a_charge_beside_a_label_is_that_of_its_formula(
    label: str, charge: int, smiles: str
) -> None:
    assert smiles_of(parse_charged(label, 1, 1, False, charge), 1) == canonical(smiles)


def test_a_whole_molecule_is_attached_at_its_donor() -> None:
    fragment = parse_label("PPh3", 1, 2)
    assert fragment.atoms[fragment.first].symbol == "P"


def test_the_end_of_chlorine_is_no_iodine() -> None:
    assert "I" not in [atom.symbol for atom in parse_label("(HCl)2", 0, 0).atoms]


def test_nobody_counts_further_than_sixty() -> None:
    assert not parse_label("(CH2)61CH3", 1, 1).understood
    assert not parse_label(f"H{'9' * 5000}", 1, 1).understood


@pytest.mark.parametrize(("label", "smiles"), LINKS)
def test_labels_in_a_chain(label: str, smiles: str) -> None:
    assert smiles_of(parse_label(label, 2, 2), 2) == canonical(smiles)


@pytest.mark.parametrize("label", DEFINED_ELSEWHERE)
def test_r_groups_are_dummies_with_their_label(label: str) -> None:
    fragment = parse_label(label, 1, 1)
    assert fragment.understood
    assert [(atom.symbol, atom.text) for atom in fragment.atoms] == [("*", label)]


@pytest.mark.parametrize("label", ["q", "C(", "CH3)", "((", "?", "Nn", "H", "1", "+", "(C", "ZZZ"])
def test_what_is_no_label_never_raises(label: str) -> None:
    fragment = parse_label(label, 1, 1)
    assert len(fragment.atoms) >= 1


@pytest.mark.parametrize("label", ["PhNHCS", "CH3CO(CH3)N", "CH2NO", "C4H8N"])
def test_a_label_with_open_bonds_inside_is_refused(label: str) -> None:
    assert not parse_label(label, 1, 1, True).understood


def test_a_thioester_of_coenzyme_a_has_one_sulfur() -> None:
    atoms = [atom.symbol for atom in parse_label("SCoA", 1, 1).atoms]
    assert atoms.count("S") == 1 and atoms == [a.symbol for a in parse_label("CoAS", 1, 1).atoms]


@pytest.mark.parametrize("name", sorted(ANIONS_WITHOUT_SIGN))
def test_anions_that_may_lack_their_sign(name: str) -> None:
    fragment = parse_label(name + "-", 0, 0)
    assert fragment.understood and sum(atom.charge for atom in fragment.atoms) == -1


@pytest.mark.parametrize("label", ["U", "V", "W", "Rn"])
def test_an_r_group_with_many_bonds_is_a_metal(label: str) -> None:
    assert [atom.symbol for atom in parse_label(label, 4, 4).atoms] == [label]


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
