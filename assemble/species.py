"""Ions, acids and solvents that are written as a label without bonds, and don't follow valence."""

from __future__ import annotations

SPECIES: dict[str, str] = {
    "TFA": "OC(=O)C(F)(F)F",
    "TFA-": "[O-]C(=O)C(F)(F)F",
    "CF3CO2-": "[O-]C(=O)C(F)(F)F",
    "HCO2-": "[O-]C=O",
    "HCOO-": "[O-]C=O",
    "HCO2H": "OC=O",
    "H3BO3": "OB(O)O",
    "HCO3-": "OC([O-])=O",
    "CO32-": "[O-]C([O-])=O",
    "NO3-": "[O-][N+]([O-])=O",
    "NO2-": "[O-]N=O",
    "N3-": "[N-]=[N+]=[N-]",
    "CN-": "[C-]#N",
    "SCN-": "[S-]C#N",
    "SO42-": "[O-]S([O-])(=O)=O",
    "HSO3-": "OS([O-])=O",
    "MeSO4-": "COS([O-])(=O)=O",
    "HSO4-": "OS([O-])(=O)=O",
    "SO32-": "[O-]S([O-])=O",
    "PO43-": "[O-]P([O-])([O-])=O",
    "HPO42-": "OP([O-])([O-])=O",
    "H2PO4-": "OP(O)([O-])=O",
    "ClO4-": "[O-]Cl(=O)(=O)=O",
    "ClO3-": "[O-]Cl(=O)=O",
    "IO4-": "[O-]I(=O)(=O)=O",
    "HClO4": "OCl(=O)(=O)=O",
    "HBF4": "F[B-](F)(F)F.[H+]",
    "HPF6": "F[P-](F)(F)(F)(F)F.[H+]",
    "PF6-": "F[P-](F)(F)(F)(F)F",
    "SbF6-": "F[Sb-](F)(F)(F)(F)F",
    "AsF6-": "F[As-](F)(F)(F)(F)F",
    "I3-": "I[I-]I",
    "Br3-": "[Br-].BrBr",
    "SO3": "O=S(=O)=O",
    "CoCl2": "[Cl-].[Cl-].[Co+2]",
    "NiCl2": "[Cl-].[Cl-].[Ni+2]",
    "CaCl2": "[Cl-].[Cl-].[Ca+2]",
    "MgCl2": "[Cl-].[Cl-].[Mg+2]",
    "FeCl3": "[Cl-].[Cl-].[Cl-].[Fe+3]",
    "AlCl3": "[Cl-].[Cl-].[Cl-].[Al+3]",
    "ZnCl42-": "Cl[Zn-2](Cl)(Cl)Cl",
    "NaCl": "[Na+].[Cl-]",
    "KCl": "[K+].[Cl-]",
    "NaOH": "[Na+].[OH-]",
    "KOH": "[K+].[OH-]",
    "(CO2H)2": "OC(=O)C(O)=O",
    "(COOH)2": "OC(=O)C(O)=O",
    "H2C2O4": "OC(=O)C(O)=O",
}
"""SMILES by label; labels such as ``H2SO4``, ``AcOH`` or ``BF4-`` are left to the grammar."""

ANIONS_WITHOUT_SIGN = frozenset({"OTf", "TfO", "OTs", "TsO", "OMs", "MsO", "OAc", "AcO"}).union(
    ("CF3SO3", "CH3SO3", "MeSO3", "CF3COO", "CF3CO2", "CH3COO", "CH3CO2", "HCOO", "HCO2", "HCO3"),
    ("HSO4", "MeSO4", "H2PO4", "ClO4", "NO3", "SCN", "BF4", "BPh4", "PF6", "AsF6", "SbF6", "NTf2"),
    ("I3", "Br3"),
)
"""Labels that stand beside a cation for the anion whose sign was missed."""

HYDROGEN_HALIDES = frozenset({"HF", "HCl", "HBr", "HI", "FH", "ClH", "BrH", "IH"})

COMPANIONS = frozenset(SPECIES).union(
    HYDROGEN_HALIDES,
    ("H2O", "NH3", "H2S", "HNO3", "H2SO4", "H3PO4", "HCOOH", "AcOH"),
    ("CH3CO2H", "CH3COOH", "CF3CO2H", "CF3COOH", "CH3SO3H", "MeSO3H", "MsOH", "TsOH", "p-TsOH"),
    ("MeOH", "CH3OH", "EtOH", "C2H5OH", "F-", "Cl-", "Br-", "I-", "OH-", "HO-", "AcO-", "CH3CO2-"),
    ("CH3COO-", "CF3COO-", "TfO-", "TsO-", "MsO-", "CH3SO3-", "BF4-", "PF6-", "Li+", "Na+", "K+"),
    ("Rb+", "Cs+", "Ag+", "NH4+", "Mg2+", "Ca2+", "Sr2+", "Ba2+", "Zn2+", "Cu2+", "Fe2+", "Fe3+"),
    ("Co2+", "Mn2+", "Al3+", "Gd3+"),
)
"""Labels that stand beside a structure far more often than they stand for anything else."""
