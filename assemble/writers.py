"""Molfiles of an assembled molecule: wedges as drawn, contracted labels as superatoms."""

from __future__ import annotations

import re

from rdkit import Chem

from assemble.markush import cx_variable, set_variable_bonds, with_repeats

GROUP_PROPERTY = "_graphparse_group"
"""Of an atom that comes out of a label of several atoms: number of the label, its text, and
whether it is the attached atom, separated by bars."""
WEDGE_PROPERTY = "_graphparse_wedge"
"""Of a bond: direction as drawn, from its begin atom."""
_NUMBERED = re.compile(r"R\d+")
MOST_V2000 = 999
"""Atoms and bonds that three digits can count."""


def mark_group(atom: Chem.Atom, number: int, label: str, attached: bool) -> None:
    """Note on an atom that it comes out of a label."""
    atom.SetProp(GROUP_PROPERTY, f"{number}|{int(attached)}|{label}")


def label_atoms(mol: Chem.Mol, attached: list[tuple[int, int]]) -> list[set[int]]:
    """For each label of a drawing the atoms that it stands for.

    Args:
        mol: with the marks of :func:`mark_group`.
        attached: first and last attached atom of each label; -1 for one that is left out.
    """
    atoms = [set(ends) - {-1} for ends in attached]
    for atom in mol.GetAtoms():
        if atom.HasProp(GROUP_PROPERTY):
            atoms[int(atom.GetProp(GROUP_PROPERTY).split("|")[0])].add(atom.GetIdx())
    return atoms


def group_number(atom: Chem.Atom) -> str | None:
    """Number of the label that an atom comes out of; None if it is drawn by itself."""
    return atom.GetProp(GROUP_PROPERTY).split("|")[0] if atom.HasProp(GROUP_PROPERTY) else None


def mark_wedges(mol: Chem.Mol) -> None:
    """Note the directions that bonds have now, to be written later; in place."""
    for bond in mol.GetBonds():
        if bond.GetBondDir() in (Chem.BondDir.BEGINWEDGE, Chem.BondDir.BEGINDASH):
            bond.SetIntProp(WEDGE_PROPERTY, int(bond.GetBondDir()))


def write_molblock(mol: Chem.Mol, contracted: bool = False, v3000: bool = False) -> str:
    """The molfile of a molecule.

    Args:
        mol: of :func:`assemble.molecule.assemble`, with coordinates in image pixels, y up.
        contracted: labels of several atoms stay one atom with the label as its alias, as they were
            drawn, where the format is V2000; otherwise they are written out as superatoms (SUP
            S-groups), which editors show contracted or expanded. A file with aliases says less:
            programs that ignore them read something else.
        v3000: the extended format; larger molecules and dative bonds always get it.

    Returns:
        A molfile that is read back as the same molecule.
    """
    extended = v3000 or _needs_extended(mol)
    # the extended format has no aliases
    contracted = contracted and not extended
    out = _contracted(mol) if contracted else _with_superatoms(mol, extended)
    for atom in out.GetAtoms():
        if atom.HasProp("dummyLabel") and not _NUMBERED.fullmatch(atom.GetProp("dummyLabel")):
            # as a symbol, Y would be yttrium and X any halogen
            label = atom.GetProp("dummyLabel")
            atom.ClearProp("dummyLabel")
            atom.SetProp("molFileAlias", label)
            if extended and label != "*":
                _add_superatom(out, label, [atom.GetIdx()], extended)
    out = with_repeats(out)
    set_variable_bonds(out)
    # a copy without: RDKit's own choice of wedges, if those that were drawn say something else
    plain = Chem.Mol(out)
    for bond in out.GetBonds():
        if bond.HasProp(WEDGE_PROPERTY):
            bond.SetBondDir(Chem.BondDir.values[bond.GetIntProp(WEDGE_PROPERTY)])
    block = str(Chem.MolToMolBlock(out, forceV3000=extended))
    if contracted or _reads_as(block, mol):
        return block
    return str(Chem.MolToMolBlock(plain, forceV3000=extended))


def write_cxsmiles(mol: Chem.Mol, coordinates: bool = False) -> str:
    """The CXSMILES of a molecule, with its R groups, axes, variable bonds and repeating units.

    Args:
        mol: of :func:`assemble.molecule.assemble`.
        coordinates: with the place of each atom, image pixels, y up.
    """
    fields = Chem.CXSmilesFields
    wanted = fields.CX_ATOM_LABELS | fields.CX_POLYMER | fields.CX_BOND_ATROPISOMER
    if coordinates:
        wanted |= fields.CX_COORDS
    marked = with_repeats(mol)
    text = str(Chem.MolToCXSmiles(marked, Chem.SmilesWriteParams(), wanted))
    variable = cx_variable(
        marked, list(marked.GetPropsAsDict(True, True)["_smilesAtomOutputOrder"])
    )
    if not variable:
        return text
    return f"{text[:-1]},{variable}|" if text.endswith("|") else f"{text} |{variable}|"


def _needs_extended(mol: Chem.Mol) -> bool:
    """Dative bonds, bonds of variable position and large molecules have no place in V2000."""
    dative = any(bond.GetBondType() == Chem.BondType.DATIVE for bond in mol.GetBonds())
    large = max(mol.GetNumAtoms(), mol.GetNumBonds()) > MOST_V2000
    return dative or large or set_variable_bonds(Chem.Mol(mol))


def _reads_as(block: str, mol: Chem.Mol) -> bool:
    read = Chem.MolFromMolBlock(block)
    return read is not None and _plain_smiles(read) == _plain_smiles(mol)


def _plain_smiles(mol: Chem.Mol) -> str:
    """SMILES in which all dummy atoms are the same."""
    plain = Chem.Mol(mol)
    for atom in plain.GetAtoms():
        if atom.GetAtomicNum() == 0:
            atom.SetIsotope(0)
            atom.SetAtomMapNum(0)
    return str(Chem.MolToSmiles(plain))


def _groups(mol: Chem.Mol) -> list[tuple[str, int, list[int]]]:
    """Label, attached atom and atoms of every contracted label that hangs on the rest."""
    found: dict[str, list[int]] = {}
    for atom in mol.GetAtoms():
        if number := group_number(atom):
            found.setdefault(number, []).append(atom.GetIdx())
    groups = []
    for atoms in found.values():
        for part in _connected(mol, atoms):
            # hydrogens that were removed may leave a single atom, which needs no group
            if len(part) < 2:
                continue
            marks = {i: mol.GetAtomWithIdx(i).GetProp(GROUP_PROPERTY).split("|", 2) for i in part}
            attached = [i for i, mark in marks.items() if mark[1] == "1"]
            if attached:
                groups.append((marks[attached[0]][2], attached[0], part))
    return groups


def _connected(mol: Chem.Mol, atoms: list[int]) -> list[list[int]]:
    """Atoms of one label by component: a counted species has several copies of it."""
    members, parts = set(atoms), []
    while members:
        edge = [members.pop()]
        part = []
        while edge:
            index = edge.pop()
            part.append(index)
            for other in mol.GetAtomWithIdx(index).GetNeighbors():
                if other.GetIdx() in members:
                    members.remove(other.GetIdx())
                    edge.append(other.GetIdx())
        parts.append(sorted(part))
    return parts


def _with_superatoms(mol: Chem.Mol, extended: bool) -> Chem.Mol:
    out = Chem.Mol(mol)
    for label, _, atoms in _groups(mol):
        _add_superatom(out, label, atoms, extended)
    return out


def _add_superatom(mol: Chem.Mol, label: str, atoms: list[int], extended: bool) -> None:
    inside = set(atoms)
    crossing = [
        (bond, i)
        for i in atoms
        for bond in mol.GetAtomWithIdx(i).GetBonds()
        if bond.GetOtherAtomIdx(i) not in inside
    ]
    group = Chem.CreateMolSubstanceGroup(mol, "SUP")
    # there a hyphen at the end of a line joins it to the next; readers drop the space
    group.SetProp("LABEL", f"{label} " if extended and label.endswith("-") else label)
    for i in atoms:
        group.AddAtomWithIdx(i)
    for number, (bond, i) in enumerate(crossing, 1):
        group.AddBondWithIdx(bond.GetIdx())
        # the format has two characters for the name of a point
        group.AddAttachPoint(i, bond.GetOtherAtomIdx(i), f"{number:>2d}")


def _contracted(mol: Chem.Mol) -> Chem.Mol:
    """Every label of several atoms as its attached atom, with the label as alias."""
    out = Chem.RWMol(mol)
    out.BeginBatchEdit()
    for label, attached, atoms in _groups(mol):
        inside = set(atoms)
        for i in atoms:
            for bond in mol.GetAtomWithIdx(i).GetBonds():
                other = bond.GetOtherAtomIdx(i)
                if i != attached and other not in inside:
                    out.AddBond(attached, other, bond.GetBondType())
            if i != attached:
                out.RemoveAtom(i)
        out.GetAtomWithIdx(attached).SetProp("molFileAlias", label)
    out.CommitBatchEdit()
    made = out.GetMol()
    made.UpdatePropertyCache(strict=False)
    return made
