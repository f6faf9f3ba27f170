"""The label grammar: condensed formulae in both reading directions -> fragments.

Names that are a group and an element are decided by their bonds:

=====  =====================================  ============================
label  with one or two bonds                  without bonds, or with three
=====  =====================================  ============================
Ac     acetyl                                 actinium
Pr     propyl                                 praseodymium
Am     pentyl (amyl)                          americium
Th     thienyl                                thorium
Ts     tosyl                                  tosyl, never tennessine
Bn     benzyl                                 benzyl
Bz     benzoyl                                benzoyl
Cy     cyclohexyl                             cyclohexyl
Fm     9-fluorenylmethyl                      fermium
Np     neptunium: neopentyl, naphthyl and     neptunium
       nitrophenyl are all in use
Ph     phenyl, never read as Pb               phenyl
NC     nitrile: the isocyanide is drawn out   -
NCO    isocyanate                             N-C(=O), linking
CHO    formyl                                 CH-O, linking
=====  =====================================  ============================
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import lru_cache

from rdkit import Chem

from assemble.fragment import Fragment, FragmentAtom, from_smiles
from assemble.groups import groups, parts
from assemble.linear import VALENCES, link
from assemble.orders import bonding_orders, cumulated
from assemble.salts import split_salt
from assemble.species import SPECIES
from assemble.tokens import R_GROUP, Token, counted_r, tokenise

_SINGLE = re.compile(
    r"(?P<lead>\d?[+-])?(?P<left>H\d?)?(?P<isotope>\d{1,3})?(?P<symbol>[A-Z][a-z]?)"
    r"(?P<right>H\d?)?(?P<sign>\d?[+-])?"
)
_MOST_OF_GROUP = 2
"""Bonds with which a name of a group and an element is still the group."""
_LINKING = frozenset({"NCO", "OCN", "CHO", "OHC", "HCO", "N(CH2)4", "N(CH2)5", "N(CH2)6"})
"""Names of groups that are chains when they have more bonds, as ``N(CH2)4`` is a pyrrolidine."""
_SPECIAL_ISOTOPES = {"D": ("H", 2), "T": ("H", 3)}
_LABEL_ONLY = re.compile(r"[AEGLMQU-Z]|[AEGLMT]\d{1,2}|J|PG|LG|EWG|Nu")
"""Whole labels that are defined elsewhere."""
MIRRORED = {"SCN": "NCS", "NCS": "SCN"}
"""Names that are another group's when they run to the left of their bond."""
_LONE_METALS = frozenset({"Re", "Rh"})
"""Alone they are metals; a lone Ra or Rb is an R group of a caption, as salts have Rb+."""
_HYPHEN = re.compile(r"(?<=[A-Za-z0-9)])-(?=[A-Za-z(])(?!.*\+)")
"""Within a name, as in ``n-Butyl``, and no charge, as in ``CO2-Na+``."""
_BEGINS_UNTURNED = re.compile(r"\(?C\d*[HF]\d.*")
_ENDS_UNTURNED = re.compile(
    r".*(?:[CN]H\d?|OCOHN|\((?:=?O|S)\)2?|(?<!H)SO|\((?:[A-Z][A-Za-z\d]*O|OH)\)2PO)"
)
"""Labels that are written from left to right wherever they stand, by their begin or their end."""
_FORWARD = re.compile(r"[CN]H\d?[A-Z(].*|.*[CN]H\d?")
"""Linking labels that are."""
_CONFUSED = str.maketrans({"0": "O", "\u2013": "-", "\u2212": "-", "\u00b7": ""})
_CONFUSED_L = re.compile("(?<![ACT])l")
"""An iodine, but for the end of Al, Cl and Tl."""


@lru_cache(maxsize=8192)
def parse_label(label: str, n_bonds: int = 1, order: int = 1, leftwards: bool = False) -> Fragment:
    """What a label means.

    Args:
        label: as drawn, in reading order; "" is a carbon.
        n_bonds: bonds drawn to the label.
        order: sum of their orders.
        leftwards: the label runs to the left of its bond, so that its last part is attached.

    Returns:
        The fragment; a dummy atom with ``understood=False`` if the label can't be read.
    """
    if not label:
        return Fragment((FragmentAtom("C"),))
    if not n_bonds and label in SPECIES:
        return from_smiles(SPECIES[label])
    if leftwards:
        label = MIRRORED.get(label, label)
    found = _single_atom(label, n_bonds, order) or _named(label, n_bonds)
    if found is None:
        found = _salt(label, n_bonds, order, leftwards)
    if found is None:
        found = _formula(label, n_bonds, order, leftwards)
    if found is None and (mended := _mended(label)) not in ("", label):
        found = _formula(mended, n_bonds, order, leftwards)
    if found is None and (joined := _HYPHEN.sub("", label)) != label:
        found = _formula(joined, n_bonds, order, leftwards)
    return found or Fragment((FragmentAtom("*", text=label),), understood=False)


def _mended(label: str) -> str:
    """A label with what is often mistaken for something else as that."""
    return _CONFUSED_L.sub("I", label.translate(_CONFUSED))


def parse_charged(label: str, n_bonds: int, order: int, leftwards: bool, charge: int) -> Fragment:
    """What a label means beside which a charge is drawn, which ``NMe3`` has where ``NMe3+`` does.

    Args:
        label: as drawn.
        n_bonds: bonds drawn to the label.
        order: sum of their orders.
        leftwards: the label runs to the left of its bond.
        charge: drawn beside it.

    Returns:
        The fragment; it has no charge of its own where that of its attached atom is meant.
    """
    plain = parse_label(label, n_bonds, order, leftwards)
    is_atom = plain.understood and len(plain.atoms) == 1
    if not charge or is_atom or any(atom.charge for atom in plain.atoms):
        return plain
    sign = f"{abs(charge) if abs(charge) > 1 else ''}{'+' if charge > 0 else '-'}"
    signed = parse_label(label + sign, n_bonds, order, leftwards)
    return signed if sum(atom.charge for atom in signed.atoms) == charge else plain


def is_end_group(label: str, n_bonds: int = 1) -> bool:
    """Whether a label is the name of a group that has one bond, as ``Boc`` or ``Me``.

    ``Z`` is one in a longer label only; alone it is an R group.

    Args:
        label: as drawn.
        n_bonds: bonds drawn to it; ``Pr`` with three is a metal.
    """
    if label not in parts() or R_GROUP.fullmatch(label):
        return False
    return label not in _elements() or n_bonds <= _MOST_OF_GROUP


def _charge_of(text: str | None) -> int:
    if not text:
        return 0
    return int(text[:-1] or 1) * (1 if text[-1] == "+" else -1)


def _signed(match: re.Match[str]) -> bool:
    return bool(match["lead"] or match["sign"])


def _hydrogens_of(text: str | None) -> int | None:
    return int(text[1:] or 1) if text else None


def _single_atom(label: str, n_bonds: int, order: int) -> Fragment | None:
    """One element with its hydrogens, charge and isotope, or an R group."""
    if label in _SPECIAL_ISOTOPES:
        symbol, isotope = _SPECIAL_ISOTOPES[label]
        return Fragment((FragmentAtom(symbol, isotope=isotope, hydrogens=0),))
    # more bonds than a substituent has: yttrium or praseodymium rather than a group
    metal = label in _elements() and n_bonds > (1 if len(label) == 2 else 2)
    metal = metal or (not n_bonds and label in _LONE_METALS)
    if not metal and (_LABEL_ONLY.fullmatch(label) or R_GROUP.fullmatch(label)):
        return Fragment((FragmentAtom("*", text=label),))
    match = _SINGLE.fullmatch(label)
    if not match:
        return None
    symbol = match["symbol"]
    hydrogens = _hydrogens_of(match["left"] or match["right"])
    # the groups NH and NH2 have fewer bonds
    ammonium = symbol == "N" and hydrogens and order + hydrogens == 4
    # the hydrogen of OH is written, and stays where a bare oxygen is an anion
    full = order + (hydrogens or 0) == VALENCES.get(symbol, (0,))[0] and not _signed(match)
    atom = ammonium or (hydrogens and full)
    named = 0 < n_bonds <= _MOST_OF_GROUP and label in groups() and not atom
    if symbol not in _elements() or named or (match["left"] and match["right"]):
        return None
    charge = _charge_of(match["lead"]) + _charge_of(match["sign"])
    isotope = int(match["isotope"] or 0)
    if symbol == "C" and hydrogens is not None and not charge and order + hydrogens < 4:
        # CH2 at a chain's end: the hydrogen count was misread, or the rest is implied
        hydrogens = 4 - order if order else hydrogens
    return Fragment((FragmentAtom(symbol, charge, isotope, hydrogens),))


@lru_cache(maxsize=1)
def _elements() -> frozenset[str]:
    table = Chem.GetPeriodicTable()
    return frozenset(table.GetElementSymbol(number) for number in range(1, 104))


def _named(label: str, n_bonds: int) -> Fragment | None:
    """A whole label from the table."""
    smiles = groups().get(label)
    if smiles is None or smiles.count("*") > max(n_bonds, 1):
        return None
    if n_bonds > _MOST_OF_GROUP and label in _LINKING:
        return None
    fragment = from_smiles(smiles)
    if n_bonds and "*" not in smiles:
        donor = _donor(fragment)
        return replace(fragment, first=donor, last=donor)
    return fragment


def _donor(molecule: Fragment) -> int:
    """The atom of a whole molecule, such as PPh3 or THF, that is bonded to what it stands at."""
    symbols = [atom.symbol for atom in molecule.atoms]
    if any(atom.charge for atom in molecule.atoms):
        return 0
    around = Counter(i for ends in molecule.bonds for i in ends[:2])
    phosphines = [i for i, symbol in enumerate(symbols) if symbol == "P" and around[i] < 4]
    return next(iter(phosphines + [symbols.index(s) for s in "ONS" if s in symbols]), 0)


def _salt(label: str, n_bonds: int, order: int, leftwards: bool) -> Fragment | None:
    """A label with what it says to stand beside it."""
    split = split_salt(label)
    if split is None:
        return None
    found = parse_label(split[0], n_bonds, order, leftwards)
    beside = [parse_label(name, 0, 0) for name in split[1]]
    charge = sum(atom.charge for part in (found, *beside) for atom in part.atoms)
    if not found.understood or charge:
        return None
    for part in beside:
        n = len(found.atoms)
        bonds = tuple((i + n, j + n, bond) for i, j, bond in part.bonds)
        found = replace(found, atoms=found.atoms + part.atoms, bonds=found.bonds + bonds)
    return found


def _begins_with_end(tokens: tuple[Token, ...]) -> bool:
    """Whether nothing but the next unit can be bonded to the first, as in EtOCONH."""
    group = tokens[0].kind == "group" and tokens[0].smiles.count("[*") == 1
    return group and len(tokens) > 2 and tokens[1].kind == "element"


def _formula(label: str, n_bonds: int, order: int, leftwards: bool) -> Fragment | None:
    tokens = tokenise(label)
    if not tokens:
        return None
    if n_bonds > 1 and _FORWARD.fullmatch(label):
        leftwards = False
    ways = [(tokens, False, False)]
    if n_bonds == 1:
        # CF3CONH to the left of its bond; somebody who turns labels would write F3C
        by_end = bool(_ENDS_UNTURNED.fullmatch(label))
        unturned = leftwards and (by_end or bool(_BEGINS_UNTURNED.fullmatch(label)))
        # EtOCONH above its bond, where labels are turned or not
        unturned |= by_end and _begins_with_end(tokens)
        ways.insert(not unturned, (tokens, False, True))
    # NR2 has two groups R, as a group R2 would leave hydrogens to be implied
    ways.append((counted_r(tokens), False, False))
    if n_bonds == 1:
        ways.append((cumulated(tokens), False, False))
    ways.append((tokens, True, False))
    for chosen, loose, at_last in ways:
        for candidate, is_turned in bonding_orders(chosen, leftwards):
            if at_last and is_turned:
                continue
            found = link(candidate, n_bonds, order, loose, at_last)
            if found is not None:
                return replace(found, leftwards=is_turned != found.leftwards)
    return None
