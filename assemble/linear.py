"""Bonds the units of a condensed formula to each other, by valence."""

from __future__ import annotations

from assemble.fragment import Fragment, FragmentAtom, from_smiles
from assemble.orders import branch_orders
from assemble.tokens import Token

VALENCES: dict[str, tuple[int, ...]] = {
    "H": (1,), "B": (3,), "C": (4,), "N": (3,), "O": (2,), "F": (1,), "Si": (4,), "P": (3, 5),
    "S": (2, 4, 6), "Cl": (1,), "Se": (2, 4, 6), "Br": (1,), "I": (1,), "Ge": (4,), "Sn": (4,),
    "As": (3, 5), "Te": (2, 4, 6), "Sb": (3, 5), "Al": (3,), "Mg": (2,), "Zn": (2,), "Hg": (2,),
    "Li": (1,), "Na": (1,), "K": (1,), "Fe": (2,), "Cu": (2,), "Pd": (2,), "Pt": (2,),
}  # fmt: skip
ANY = (1, 2, 3, 4, 5, 6)
"""Valences of the elements that are not listed: metals, inside of named groups."""
IMPLIED = -1
"""Number of written hydrogens of an atom inside of a named group: nobody wrote any."""
_ON_OXYGEN = frozenset({"H", "Na", "K", "Li"})
"""What may follow the oxygens of an acid, as PO3H2."""
_NOT_BEHIND_THIOCARBONYL = frozenset({"O", "H"})
_GAINS = frozenset({"N", "P", "O", "S", "As"})
"""Elements that bond once more with each positive charge; the others bond once less."""
_ATES = frozenset({"B", "Al"})
"""Elements that bond once more with each negative charge, as in borates."""


def _gain(atom: FragmentAtom) -> int:
    """Bonds that an atom has more by its charge."""
    if atom.symbol in _ATES:
        return -atom.charge
    return atom.charge if atom.symbol in _GAINS else -abs(atom.charge)


class _Builder:
    """Atoms so far, and the one that the next unit is bonded to."""

    def __init__(self) -> None:
        self.atoms: list[FragmentAtom] = []
        self.bonds: list[tuple[int, int, int]] = []
        self.used: list[int] = []
        self.hydrogens: list[int] = []
        self.current = -1
        self.head = 0
        self.taken = 0
        """Units to come that are bonded already."""

    def add(self, token: Token) -> int:
        self.atoms.append(FragmentAtom(token.text, token.charge, token.isotope))
        self.used.append(0)
        self.hydrogens.append(0)
        return len(self.atoms) - 1

    def add_r(self, token: Token) -> int:
        self.atoms.append(FragmentAtom("*", text=token.text))
        self.used.append(0)
        self.hydrogens.append(0)
        return len(self.atoms) - 1

    def bond(self, i: int, j: int, order: int) -> None:
        self.bonds.append((i, j, order))
        self.used[i] += order
        self.used[j] += order

    def capacity(self, i: int) -> int:
        atom = self.atoms[i]
        if atom.symbol == "*":
            return 8
        gain = _gain(atom)
        return max(VALENCES.get(atom.symbol, ANY)) + gain

    def usual(self, i: int) -> int:
        """The smallest valence that holds what is bonded already."""
        atom = self.atoms[i]
        if atom.symbol == "*":
            return self.used[i]
        gain = _gain(atom)
        fits = [v + gain for v in VALENCES.get(atom.symbol, ANY) if v + gain >= self.used[i]]
        return fits[0] if fits else self.capacity(i)

    def free(self, i: int) -> int:
        return self.capacity(i) - self.used[i]

    def missing(self, i: int) -> int:
        return self.usual(i) - self.used[i]


def link(
    tokens: tuple[Token, ...],
    n_bonds: int,
    order: int,
    loose: bool = False,
    at_last: bool = False,
) -> Fragment | None:
    """A fragment from units in the order in which they are bonded, the attached one first.

    Args:
        tokens: units of the label.
        n_bonds: bonds from outside.
        order: sum of their orders.
        loose: an end may be left with too few bonds; hydrogens are then implied.
        at_last: the only bond is at the last unit, as in CF3CONH to the left of it.

    Returns:
        None if the units can't be bonded so. The fragment runs to the left if it is the last unit
        that takes all bonds but one.
    """
    if not tokens:
        return None
    if (tokens[0].kind == "element" and tokens[0].text == "H") or tokens[0].count > 1:
        return None
    for at_head, at_end in [(0, order)] if at_last else _shares(n_bonds, order, loose):
        build = _Builder()
        if not _chain(build, tokens, at_head, -1):
            continue
        head, end = build.head, build.current if at_end else build.head
        build.used[end] += at_end
        if (at_end and end == head and not at_last) or build.free(end) < 0:
            continue
        if _is_filled(build, (head, build.current) if loose else ()):
            first, last = (end, head) if at_end > 1 else (head, end)
            if at_last:
                first = last = end
            return _finish(build, first, last, loose)
    return None


def _shares(n_bonds: int, order: int, loose: bool) -> list[tuple[int, int]]:
    """Orders of the bonds from outside to the two ends of a chain, the likeliest share first.

    Several bonds may all go to one end, or one of them, which is single, to the other.
    """
    shares = [(order, 0)]
    if n_bonds > 1:
        shares.append((order - 1, 1))
        # which end takes more is told by its room, and in loose chains every atom has some
        if order > 2 and not loose:
            shares.append((1, order - 1))
    return shares


def _is_filled(build: _Builder, loose_ends: tuple[int, ...]) -> bool:
    """Whether every atom has its bonds, but for one of the ends where the label is loose.

    Nobody leaves out hydrogens within a label; so a label with an atom there that lacks some has
    another meaning, or none.
    """
    missing = [i for i in range(len(build.atoms)) if build.missing(i)]
    if loose_ends:
        # an acid's oxygens may lack their hydrogens, as in PO3
        acids = {j for i, j, _ in build.bonds if build.atoms[i].symbol in ("P", "S")}
        missing = [i for i in missing if build.atoms[i].symbol != "O" or i not in acids]
    return not missing or (len(missing) == 1 and missing[0] in loose_ends)


def _finish(build: _Builder, first: int, last: int, loose: bool) -> Fragment:
    def implied(i: int, count: int) -> bool:
        dummy = build.atoms[i].symbol == "*"
        return dummy or count == IMPLIED or (loose and build.missing(i) > 0)

    atoms = tuple(
        FragmentAtom(
            atom.symbol,
            atom.charge,
            atom.isotope,
            None if implied(i, count) else count,
            atom.text,
            atom.around,
        )
        for i, (atom, count) in enumerate(zip(build.atoms, build.hydrogens, strict=True))
    )
    leftwards = first != last and last == build.head
    return Fragment(atoms, tuple(build.bonds), first, last, leftwards)


def _chain(build: _Builder, tokens: tuple[Token, ...], outside: int, parent: int) -> bool:
    """Add units one after the other, the first bonded to ``parent`` (-1: to the outside)."""
    build.current = parent
    for at, token in enumerate(tokens):
        later = tokens[at + 1 :]
        if build.taken:
            build.taken -= 1
            continue
        if token.kind == "bond":
            if build.current < 0 or not later:
                return False
            continue
        order = tokens[at - 1].count if at and tokens[at - 1].kind == "bond" else 1
        if order > 1:
            if token.kind != "element" or token.count > 1 or token.text == "H":
                return False
            new = build.add(token)
            build.bond(build.current, new, order)
            if build.free(build.current) < 0 or build.free(new) < 0:
                return False
            build.current = new
        elif build.current < 0:
            if not _head(build, token, outside):
                return False
        elif not _attach(build, token, later):
            return False
    return True


def _head(build: _Builder, token: Token, outside: int) -> bool:
    if token.kind == "group":
        build.current = _graft(build, token, -1)
    elif token.kind == "r":
        build.current = build.add_r(token)
    elif token.kind == "element" and token.text != "H":
        build.current = build.add(token)
    else:
        return False
    build.head = build.current
    build.used[build.current] += outside
    return build.free(build.current) >= 0


def _graft(build: _Builder, token: Token, parent: int) -> int:
    """Add a named group; returns its attached atom."""
    fragment = from_smiles(token.smiles)
    start = len(build.atoms)
    for atom in fragment.atoms:
        build.atoms.append(atom)
        build.used.append(0)
        build.hydrogens.append(0)
    for i, j, order in fragment.bonds:
        build.bond(start + i, start + j, order)
    # inside a group the hydrogens are implied, and nothing else may be bonded to it
    for i in range(start, len(build.atoms)):
        if i != start + fragment.first or parent >= 0:
            build.hydrogens[i] = IMPLIED
            build.used[i] = build.usual(i)
    build.hydrogens[start + fragment.first] = IMPLIED
    if parent >= 0:
        build.bonds.append((parent, start + fragment.first, 1))
        build.used[parent] += 1
    else:
        build.used[start + fragment.first] = build.usual(start + fragment.first) - 1
    return start + fragment.first


def _attach(build: _Builder, token: Token, later: tuple[Token, ...]) -> bool:
    parent = build.current
    symbol = build.atoms[parent].symbol
    if token.kind == "element" and token.text == "H":
        if token.isotope:
            return _repeat(build, token, parent)
        build.hydrogens[parent] += token.count
        build.used[parent] += token.count
        return build.free(parent) >= 0
    if token.kind == "element" and token.text == "O" and token.charge <= 0 and symbol in "CSPN":
        done = _oxygens(build, token, later)
        if done is not None:
            return done
    if _is_thiocarbonyl(build, token, later):
        return _sulfurs(build, token)
    nitrile = token.kind == "element" and token.text == "N" and symbol == "C" and not later
    if nitrile and token.count == 1 and build.free(parent) == 3:
        build.bond(parent, build.add(token), 3)
        return True
    if token.kind in ("group", "r") or token.kind == "nest" or _is_terminal(token):
        return _repeat(build, token, parent)
    if token.count > 1:
        return False
    new = build.add(token)
    build.bond(parent, new, 1)
    if _is_saturated(token, later):
        build.hydrogens[new] = later[0].count
        build.used[new] += later[0].count
        build.taken = 1
        return build.free(parent) >= 0
    build.current = new
    return build.free(parent) >= 0


def _is_terminal(token: Token) -> bool:
    return token.kind == "element" and max(VALENCES[token.text]) == 1


def _is_saturated(token: Token, later: tuple[Token, ...]) -> bool:
    """Whether a unit is a branch by its hydrogens, as the hydroxyl of CHOHCH3."""
    hydrogens = len(later) > 1 and later[0].text == "H" and not later[0].isotope
    return hydrogens and not token.charge and later[0].count == VALENCES[token.text][0] - 1


def _repeat(build: _Builder, token: Token, parent: int) -> bool:
    """Bond ``count`` copies of a unit to one atom; a group in parentheses is a branch."""
    for _ in range(token.count):
        if token.kind == "group":
            _graft(build, token, parent)
        elif token.kind == "r":
            build.bond(parent, build.add_r(token), 1)
        elif token.kind == "nest":
            if not _branch(build, token, parent):
                return False
        else:
            build.bond(parent, build.add(token), 1)
        build.current = parent
    return build.free(parent) >= 0


def _branch(build: _Builder, token: Token, parent: int) -> bool:
    if len(token.inner) == 1 and token.inner[0].text == "O" and build.atoms[parent].symbol in "CSP":
        # "C(O)", "S(O)": a double bond, as nothing else follows in the parentheses
        new = build.add(token.inner[0])
        build.bond(parent, new, 2)
        return True
    for inner in branch_orders(token.inner):
        order = inner[0].count if inner[0].kind == "bond" else 1
        inner = inner[1:] if inner[0].kind == "bond" else inner
        if not inner or inner[0].count > 1:
            continue
        state = (len(build.atoms), len(build.bonds), list(build.used), list(build.hydrogens))
        start, head = len(build.atoms), build.head
        fits = _chain(build, inner, order, -1)
        build.head, attached = head, build.head
        if fits and all(build.missing(i) == 0 for i in range(start, len(build.atoms))):
            build.bonds.append((parent, attached, order))
            build.used[parent] += order
            return True
        del build.atoms[state[0] :], build.bonds[state[1] :]
        build.used, build.hydrogens = state[2], state[3]
    return False


def _oxygens(build: _Builder, token: Token, later: tuple[Token, ...]) -> bool | None:
    """Oxygens behind C, S, P or N: carbonyl, carboxyl, sulfonyl, ...; None: an ordinary chain."""
    parent = build.current
    symbol, free = build.atoms[parent].symbol, build.free(parent)
    ends = not later or all(t.kind == "element" and t.text in _ON_OXYGEN for t in later)
    doubles = {("C", 1): 1, ("C", 2): 1, ("S", 1): 1, ("S", 2): 2, ("S", 3): 2, ("P", 1): 1,
               ("P", 2): 1, ("P", 3): 1, ("P", 4): 1}.get((symbol, token.count), 0)  # fmt: skip
    if symbol == "N":
        return None
    if symbol == "C" and token.count == 1 and (free < 2 or (later and later[0].text == "H")):
        return None
    if symbol == "S" and token.count == 1 and later and later[0].text == "H":
        return None
    charged = -token.charge
    doubles = min(doubles, token.count - charged)
    if doubles <= 0 or free < 2 * doubles:
        return None
    for _ in range(doubles):
        build.bond(parent, build.add(_bare(token)), 2)
    singles = [build.add(_bare(token)) for _ in range(token.count - doubles - charged)]
    # the charged ones last, so that hydrogens and metals come to the others
    singles += [build.add(Token("element", "O", charge=-1)) for _ in range(charged)]
    for single in singles:
        build.bond(parent, single, 1)
    if not singles:
        return build.free(parent) >= 0
    if ends and len(singles) > 1 and later:
        # PO3H2, PO3HNa: one hydrogen or metal on each oxygen
        caps = [token for token in later for _ in range(token.count)]
        if len(caps) > len(singles):
            return False
        for single, cap in zip(singles, caps, strict=False):
            if cap.text == "H":
                build.hydrogens[single] += 1
                build.used[single] += 1
            else:
                build.bond(single, build.add(_bare(cap)), 1)
        build.taken = len(later)
        return True
    build.current = singles[-1]
    return True


def _is_thiocarbonyl(build: _Builder, token: Token, later: tuple[Token, ...]) -> bool:
    """Whether a sulfur is doubly bonded to the carbon before it: CSNH, CS2R, but SCH2, CSH."""
    parent = build.current
    if token.kind != "element" or token.text != "S" or token.charge or not later:
        return False
    follows = later[0].kind != "element" or later[0].text not in _NOT_BEHIND_THIOCARBONYL
    free = build.free(parent)
    return build.atoms[parent].symbol == "C" and follows and token.count <= 2 and free in (2, 3)


def _sulfurs(build: _Builder, token: Token) -> bool:
    """A thiocarbonyl, and the sulfur of a dithioester behind it."""
    parent = build.current
    build.bond(parent, build.add(_bare(token)), 2)
    if token.count == 2:
        build.current = build.add(_bare(token))
        build.bond(parent, build.current, 1)
    return build.free(parent) >= 0


def _bare(token: Token) -> Token:
    return Token("element", token.text)
