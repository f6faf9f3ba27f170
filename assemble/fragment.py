"""What a label stands for: a few atoms and bonds, and where the drawn bonds attach."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rdkit import Chem


@dataclass(frozen=True, slots=True)
class FragmentAtom:
    """One atom of a label; ``symbol`` "*" is a dummy that keeps its text."""

    symbol: str
    charge: int = 0
    isotope: int = 0
    hydrogens: int | None = None
    """Hydrogens that are written; None leaves them to the valence rules."""
    text: str = ""
    """The label of a dummy atom ("R1")."""
    around: tuple[int, ...] = ()
    """Of a stereocentre: its neighbours, anticlockwise seen from the first, each as a number of
    steps along the fragment's atoms; 0 is what the centre is bonded to outside of them."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """Atoms, bonds ``(i, j, order)`` between them, and the atoms that drawn bonds end at."""

    atoms: tuple[FragmentAtom, ...]
    bonds: tuple[tuple[int, int, int], ...] = ()
    first: int = 0
    """Where bonds attach; with several bonds all but one of them, if ``last`` differs."""
    last: int = 0
    """Where one of several bonds attaches in a linking label such as ``OCH2CH2O``."""
    leftwards: bool = False
    """Whether ``first`` is the right end of the label, as in ``H2CO``, and ``last`` the left."""
    understood: bool = True
    """False for a label that could not be read: a dummy atom stands for it."""


@lru_cache(maxsize=4096)
def from_smiles(smiles: str) -> Fragment:
    """The fragment of a SMILES with attachment points ``[*:1]``, ``[*:2]``."""
    mol = Chem.MolFromSmiles(smiles)
    Chem.Kekulize(mol, clearAromaticFlags=True)
    points = {
        atom.GetAtomMapNum(): atom.GetNeighbors()[0].GetIdx()
        for atom in mol.GetAtoms()
        if atom.GetAtomicNum() == 0 and atom.GetAtomMapNum() and atom.GetDegree()
    }
    kept = [
        atom for atom in mol.GetAtoms() if not (atom.GetAtomicNum() == 0 and atom.GetAtomMapNum())
    ]
    new = {atom.GetIdx(): i for i, atom in enumerate(kept)}
    atoms = tuple(
        FragmentAtom(
            atom.GetSymbol(),
            atom.GetFormalCharge(),
            atom.GetIsotope(),
            atom.GetTotalNumHs() if not points or atom.GetFormalCharge() else None,
            around=_around(atom, new),
        )
        for atom in kept
    )
    bonds = tuple(
        (new[bond.GetBeginAtomIdx()], new[bond.GetEndAtomIdx()], int(bond.GetBondTypeAsDouble()))
        for bond in mol.GetBonds()
        if bond.GetBeginAtomIdx() in new and bond.GetEndAtomIdx() in new
    )
    first = new[points[min(points)]] if points else 0
    return Fragment(atoms, bonds, first, new[points[max(points)]] if points else 0)


def _around(atom: Chem.Atom, new: dict[int, int]) -> tuple[int, ...]:
    tag = atom.GetChiralTag()
    if tag not in (Chem.ChiralType.CHI_TETRAHEDRAL_CW, Chem.ChiralType.CHI_TETRAHEDRAL_CCW):
        return ()
    here = new[atom.GetIdx()]
    steps = [new.get(near.GetIdx(), here) - here for near in atom.GetNeighbors()]
    if tag == Chem.ChiralType.CHI_TETRAHEDRAL_CW:
        steps[-2:] = reversed(steps[-2:])
    return tuple(steps)
