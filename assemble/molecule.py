"""What a drawn graph means: an RDKit molecule and its SMILES, InChI and molblock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from rdkit import Chem, rdBase

from assemble.alternatives import Alternatives
from assemble.build import set_conformer
from assemble.charges import complete_hydrogens
from assemble.graph import MoleculeGraph
from assemble.ions import separate_ions
from assemble.markush import mark_markush, why_many, with_middles
from assemble.multiples import multiplied
from assemble.repair import draft_valid
from assemble.stereo import BOND, assign_stereo
from assemble.writers import label_atoms, write_cxsmiles, write_molblock


class AssembleError(ValueError):
    """A drawn graph that no molecule can be made of."""


@dataclass(frozen=True, slots=True)
class Molecule:
    """One molecule in all its spellings; they all describe the same."""

    mol: Chem.Mol
    """Sanitised, with a 2-D conformer in image pixels, y up (minus the image's y)."""
    smiles: str
    cxsmiles: str
    """With the labels of R groups, bonds of variable position and repeating units."""
    inchi: str | None
    inchi_reason: str
    """Why there is no InChI; "" if there is one."""
    inchikey: str | None
    molblock: str
    warnings: tuple[str, ...]


def assemble(graph: MoleculeGraph, alternatives: Alternatives | None = None) -> Molecule:
    """Work out the molecule that a drawing stands for.

    Args:
        graph: as drawn.
        alternatives: other readings of its atoms and bonds, for the case that the best ones
            together are no valid molecule.

    Raises:
        AssembleError: the graph is empty, has a coordinate that is no number, or cannot be made a
            valid molecule.
    """
    with _without_complaints(graph):
        return _spelled(*_assemble(graph, alternatives))


def drawn_mol(graph: MoleculeGraph) -> Chem.Mol:
    """The RDKit molecule alone of what a drawing stands for; its spellings take much longer.

    Returns:
        Sanitised, with a 2-D conformer in image pixels, y up (minus the image's y).

    Raises:
        AssembleError: as :func:`assemble`.
    """
    with _without_complaints(graph):
        return _assemble(graph, None)[0]


def canonical_smiles(graph: MoleculeGraph) -> str:
    """The canonical SMILES alone of what a drawing stands for; an InChI takes much longer.

    Raises:
        AssembleError: as :func:`assemble`.
    """
    with _without_complaints(graph):
        return str(Chem.MolToSmiles(_assemble(graph, None)[0]))


@contextmanager
def _without_complaints(graph: MoleculeGraph) -> Iterator[None]:
    """All that can be wrong with a graph as an :class:`AssembleError`, and nothing logged."""
    if not graph.n_atoms:
        raise AssembleError("the graph has no atoms")
    if not np.isfinite(graph.xy).all():
        raise AssembleError("the graph has coordinates that are no numbers")
    with rdBase.BlockLogs():
        try:
            yield
        except (Chem.MolSanitizeException, RuntimeError, ValueError) as error:
            if isinstance(error, AssembleError):
                raise
            raise AssembleError(f"no valid molecule: {error}") from error


def _assemble(
    graph: MoleculeGraph, alternatives: Alternatives | None
) -> tuple[Chem.Mol, tuple[str, ...]]:
    """The molecule, and warnings."""
    drawn = graph
    draft, graph = draft_valid(with_middles(graph), alternatives)
    if not draft.mol.GetNumAtoms():
        raise AssembleError("the graph has nothing but lone atoms that are no molecules")
    mark_markush(draft.mol, label_atoms(draft.mol, draft.atom_of), drawn)
    complete_hydrogens(draft)
    mol = draft.mol.GetMol()
    Chem.SanitizeMol(mol)
    set_conformer(mol, draft.xy, BOND / (graph.bond_length() or 1.0))
    assign_stereo(draft, graph, mol)
    set_conformer(mol, draft.xy, 1.0)
    mol = separate_ions(multiplied(Chem.RemoveHs(mol), graph.bond_length() or 1.0))
    Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
    return mol, tuple(draft.warnings)


def from_molblock(molblock: str) -> Molecule:
    """The spellings of a molfile, V2000 or V3000, that an editor wrote.

    Its coordinates are kept as they are, and so have no relation to any picture.

    Raises:
        AssembleError: it is no molfile, has no atoms, or is no valid molecule.
    """
    with rdBase.BlockLogs():
        try:
            mol = Chem.MolFromMolBlock(molblock)
            if mol is None or not mol.GetNumAtoms():
                raise AssembleError("not a molfile of a valid molecule")
            name_dummies(mol)
            return _spelled(mol, ())
        except (Chem.MolSanitizeException, RuntimeError, ValueError) as error:
            if isinstance(error, AssembleError):
                raise
            raise AssembleError(f"no valid molecule: {error}") from error


def name_dummies(mol: Chem.Mol) -> None:
    """Give the variable groups of a molfile that was read the labels they have in a drawing."""
    for atom in mol.GetAtoms():
        names = [atom.GetProp(key) for key in ("molFileAlias", "dummyLabel") if atom.HasProp(key)]
        if names and not atom.GetAtomicNum():
            # RDKit keeps the number of an R group as its isotope, too
            atom.SetIsotope(0)
            atom.SetProp("atomLabel", names[0])


def _spelled(mol: Chem.Mol, warnings: tuple[str, ...]) -> Molecule:
    smiles = Chem.MolToSmiles(mol)
    inchi, reason = _inchi(mol, smiles)
    return Molecule(
        mol=mol,
        smiles=smiles,
        cxsmiles=write_cxsmiles(mol),
        inchi=inchi,
        inchi_reason=reason,
        inchikey=Chem.InchiToInchiKey(inchi) if inchi else None,
        molblock=write_molblock(mol),
        warnings=warnings,
    )


def _inchi(mol: Chem.Mol, smiles: str) -> tuple[str | None, str]:
    if many := why_many(mol):
        return None, f"no InChI for {many}"
    dummies = sorted({_label_of(atom) for atom in mol.GetAtoms() if atom.GetAtomicNum() == 0})
    if dummies:
        return None, f"no InChI for a structure with {', '.join(dummies)}"
    # from the SMILES, so that no trace of drawn hydrogens and wedges is left in what InChI sees
    try:
        inchi = Chem.MolToInchi(_without_dative_bonds(Chem.MolFromSmiles(smiles) or mol))
    except ValueError:
        # a ring that is aromatic only by its arrow has no structure without it
        inchi = ""
    return (inchi, "") if inchi else (None, "InChI could not be computed")


def _without_dative_bonds(mol: Chem.Mol) -> Chem.Mol:
    """Donors and metals apart, as standard InChI writes them; its library knows no dative bond."""
    apart = Chem.RWMol(mol)
    for bond in mol.GetBonds():
        if bond.GetBondType() == Chem.BondType.DATIVE:
            apart.RemoveBond(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
    return apart.GetMol()


def _label_of(atom: Chem.Atom) -> str:
    return atom.GetProp("atomLabel") if atom.HasProp("atomLabel") else "*"
