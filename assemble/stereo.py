"""Stereo from what is drawn: wedges and hashes, wavy bonds, projections, E/Z by coordinates."""

from __future__ import annotations

from collections import defaultdict

from rdkit import Chem

from assemble.atropisomer import assign_atropisomers
from assemble.build import Draft
from assemble.double_bonds import assign_double_bonds
from assemble.geometry import WEDGES, is_unclear, sense
from assemble.graph import BondKind, MoleculeGraph
from assemble.perspective import find_perspectives, set_centres
from assemble.writers import mark_wedges

_DIRECTIONS = {
    BondKind.WEDGE: Chem.BondDir.BEGINWEDGE,
    BondKind.HASH: Chem.BondDir.BEGINDASH,
    BondKind.WAVY: Chem.BondDir.UNKNOWN,
}
_WIDE = {BondKind.BOLD: Chem.BondDir.BEGINWEDGE, BondKind.DASHED: Chem.BondDir.BEGINDASH}
"""Strokes without a narrow end, and what they mean at a stereocentre."""
_CENTRES = frozenset(["C", "N", "Si", "Ge", "Sn", "P", "As", "S", "Se", "B"])
"""Elements whose configuration InChI and SMILES agree upon."""
_TETRAHEDRAL = (Chem.ChiralType.CHI_TETRAHEDRAL_CW, Chem.ChiralType.CHI_TETRAHEDRAL_CCW)
BOND = 1.5
"""Length of a median bond of the conformer that stereo is read from; RDKit is tuned for it."""


def assign_stereo(draft: Draft, graph: MoleculeGraph, mol: Chem.Mol) -> None:
    """Set chiral tags and double bond stereo of a sanitised molecule with a conformer.

    Where the coordinates do not decide, nothing is set and a warning says so.

    Args:
        draft: tells which bond comes from which drawn bond.
        graph: as drawn; the narrow end of a wedge is the begin atom.
        mol: changed in place.
    """
    centres, double_bonds = _possible(mol)
    kinds = {index: BondKind(int(graph.kinds[row])) for index, row in draft.bond_row.items()}
    perspectives = find_perspectives(mol, kinds, centres, BOND)
    for index in frozenset().union(*(perspective.strokes for perspective in perspectives)):
        kinds[index] = BondKind.SINGLE
    wavy = _set_directions(draft, kinds, mol, centres)
    _settle(draft, graph, mol)
    wedges = [(b, b.GetBondDir()) for b in mol.GetBonds() if b.GetBondDir() in WEDGES]
    mark_wedges(mol)
    narrow = sorted({bond.GetBeginAtomIdx() for bond, _ in wedges})
    unclear = [index for index in narrow if is_unclear(mol.GetAtomWithIdx(index), BOND)]
    for bond, _ in wedges:
        if bond.GetBeginAtomIdx() not in centres and _is_sp2(bond.GetBeginAtom()):
            # RDKit would look for an axis here, and fails at some that are none
            bond.SetBondDir(Chem.BondDir.NONE)
    Chem.AssignChiralTypesFromBondDirs(mol, replaceExistingTags=True)
    for atom in mol.GetAtoms():
        known = atom.GetSymbol() in _CENTRES and atom.GetChiralTag() in _TETRAHEDRAL
        if not known or atom.GetIdx() in unclear:
            atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    _set_named(draft, mol)
    for perspective in perspectives:
        set_centres(mol, perspective)
        names = (f"{mol.GetAtomWithIdx(i).GetSymbol()}{i}" for i in perspective.atoms)
        draft.warnings.append(f"ring {'-'.join(names)}: stereo read from its {perspective.name}")
    for bond, _ in wedges:
        # a bond has one direction: that of a wedge would hide which side of a double bond it is on
        bond.SetBondDir(Chem.BondDir.NONE)
    unknown = _beside(wavy) | {i for i in double_bonds if _is_unplaced(draft, mol, i)}
    for bond in assign_double_bonds(mol, double_bonds, unknown, BOND):
        draft.warnings.append(f"double bond {_name(bond)}: its geometry is not clear")
    Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
    explained = assign_atropisomers(mol, wedges)
    for atom in map(mol.GetAtomWithIdx, narrow):
        unset = atom.GetChiralTag() == Chem.ChiralType.CHI_UNSPECIFIED
        if unset and atom.GetIdx() not in explained:
            reason = "the geometry is not clear" if atom.GetIdx() in centres else _no_centre(atom)
            draft.warnings.append(f"wedge at {atom.GetSymbol()}{atom.GetIdx()}: {reason}")


def _possible(mol: Chem.Mol) -> tuple[set[int], list[int]]:
    """Atoms that can be tetrahedral stereocentres, and double bonds that have two geometries."""
    found = list(Chem.FindPotentialStereo(mol))
    centres = {s.centeredOn for s in found if s.type == Chem.StereoType.Atom_Tetrahedral}
    doubles = [s.centeredOn for s in found if s.type == Chem.StereoType.Bond_Double]
    return (
        {i for i in centres if mol.GetAtomWithIdx(i).GetSymbol() in _CENTRES},
        [i for i in doubles if not _is_cumulated(mol.GetBondWithIdx(i))],
    )


def _set_directions(
    draft: Draft, kinds: dict[int, BondKind], mol: Chem.Mol, centres: set[int]
) -> list[Chem.Bond]:
    """Mark wedges, hashes and wavy bonds on the molecule; returns the wavy ones."""
    wavy: list[Chem.Bond] = []
    for index, kind in kinds.items():
        bond = mol.GetBondWithIdx(index)
        if kind in _WIDE:
            begins, ends = (i in centres for i in (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()))
            if begins and ends:
                draft.warnings.append(
                    f"{kind.name.lower()} bond {_name(bond)} does not say which end is the centre"
                )
            elif begins:
                bond.SetBondDir(_WIDE[kind])
        elif kind in _DIRECTIONS:
            bond.SetBondDir(_DIRECTIONS[kind])
        if kind is BondKind.WAVY:
            wavy.append(bond)
    return wavy


def _set_named(draft: Draft, mol: Chem.Mol) -> None:
    """Set the stereocentres that a group's name tells, as ``Val`` does, if no wedge says else."""
    for index, meant in draft.centres.items():
        atom = mol.GetAtomWithIdx(index)
        near = [neighbour.GetIdx() for neighbour in atom.GetNeighbors()]
        added = set(near) - set(meant)
        if len(added) != meant.count(index) or len(near) != len(meant) or len(added) > 1:
            continue
        order = [near.index(*added) if i == index else near.index(i) for i in meant]
        swaps = sum(a > b for k, a in enumerate(order) for b in order[k + 1 :])
        if atom.GetChiralTag() == Chem.ChiralType.CHI_UNSPECIFIED:
            atom.SetChiralTag(_TETRAHEDRAL[1 - swaps % 2])


def _settle(draft: Draft, graph: MoleculeGraph, mol: Chem.Mol) -> None:
    """Of wedges of a centre that contradict each other, keep those that agree with the surest."""
    around: dict[int, list[Chem.Bond]] = defaultdict(list)
    for bond in mol.GetBonds():
        if bond.GetBondDir() in WEDGES:
            around[bond.GetBeginAtomIdx()].append(bond)
    for index, bonds in around.items():
        centre = mol.GetAtomWithIdx(index)
        if len(bonds) < 2 or centre.GetDegree() not in (3, 4) or is_unclear(centre, BOND):
            continue
        scores = [float(graph.bond_scores[draft.bond_row[bond.GetIdx()]]) for bond in bonds]
        senses = [sense(centre, bond) for bond in bonds]
        best = max(range(len(bonds)), key=scores.__getitem__)
        against = [i for i, way in enumerate(senses) if way != senses[best]]
        if against and all(scores[i] < scores[best] for i in against):
            for i in against:
                bonds[i].SetBondDir(Chem.BondDir.NONE)
            draft.warnings.append(
                f"wedges at {centre.GetSymbol()}{index} contradict each other: the surest counts"
            )


def _is_cumulated(bond: Chem.Bond) -> bool:
    """Whether another double bond follows, as in allenes and azides: these are straight."""
    return any(
        atom.GetDegree() == 2
        and all(near.GetBondType() == Chem.BondType.DOUBLE for near in atom.GetBonds())
        for atom in (bond.GetBeginAtom(), bond.GetEndAtom())
    )


def _is_sp2(atom: Chem.Atom) -> bool:
    return atom.GetHybridization() in (Chem.HybridizationType.SP, Chem.HybridizationType.SP2)


def _no_centre(atom: Chem.Atom) -> str:
    doubles = [bond for bond in atom.GetBonds() if bond.GetBondType() == Chem.BondType.DOUBLE]
    cumulated = len(doubles) == 1 and _is_cumulated(doubles[0])
    return "stereo of an allene is not kept" if cumulated else "no stereocentre at its narrow end"


def _name(bond: Chem.Bond) -> str:
    ends = (bond.GetBeginAtom(), bond.GetEndAtom())
    return "-".join(f"{atom.GetSymbol()}{atom.GetIdx()}" for atom in ends)


def _beside(wavy: list[Chem.Bond]) -> set[int]:
    """Double bonds at an end of a wavy bond, which says that their geometry is not known."""
    return {
        near.GetIdx()
        for bond in wavy
        for atom in (bond.GetBeginAtom(), bond.GetEndAtom())
        for near in atom.GetBonds()
        if near.GetBondType() == Chem.BondType.DOUBLE
    }


def _is_unplaced(draft: Draft, mol: Chem.Mol, double: int) -> bool:
    """Whether a double bond is within a label, or only that is at an end: it shows no places."""
    bond = mol.GetBondWithIdx(double)
    beside = [
        {near.GetIdx() for near in end.GetBonds()} - {double}
        for end in (bond.GetBeginAtom(), bond.GetEndAtom())
    ]
    return double not in draft.bond_row or any(draft.bond_row.keys().isdisjoint(b) for b in beside)
