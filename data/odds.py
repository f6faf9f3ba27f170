"""How often a drawing does what: every choice that is made before a style is picked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DepictOdds:
    """Shares between 0 and 1, of molecules unless something else is said."""

    coordgen: float = 0.30
    """Laid out by CoordGen rather than RDKit's own engine."""
    coordgen_max_atoms: int = 40
    """Larger molecules never are: CoordGen gets slow."""
    templates: float = 0.15
    """Ring systems from templates (RDKit's own engine)."""
    templates_bridged: float = 0.65
    """The same of molecules with bridged rings: cages are drawn in perspective."""
    straighten: float = 0.50
    """Bonds turned to multiples of 30 degrees and left there; the others may be rotated."""
    rotate_steps: float = 0.50
    """Of those not left: rotated by a multiple of 30 degrees."""
    rotate_free: float = 0.20
    """Of those not left: rotated by any angle."""
    mirror: float = 0.50
    """Reflected before wedges are chosen."""
    pack: float = 0.50
    """Of several components: the small ones brought close to the largest."""
    circles: float = 0.04
    """Aromatic six-rings with a circle."""
    hydrogens_stereo: float = 0.11
    """Hydrogens at stereocentres drawn as atoms."""
    hydrogens_fusion: float = 0.20
    """Hydrogens at stereocentres that rings share drawn as atoms (steroids)."""
    hydrogens_polar: float = 0.02
    """Hydrogens of NH, and some of OH, drawn as atoms."""
    hydrogens_end: float = 0.08
    """Hydrogens of terminal alkynes and aldehydes drawn as atoms."""
    hydrogens_ring: float = 0.012
    """Hydrogens of aromatic carbons drawn as atoms."""
    hydrogens_ring_max_atoms: int = 24
    """In larger molecules they never are."""
    hydrogens_left_out: float = 0.02
    """N, O and S written without their hydrogens, which the reader has to add."""
    methyl_text: float = 0.40
    """Terminal methyls (and =CH2) written out."""
    methyl_me: float = 0.25
    """Of those: as Me rather than CH3."""
    chain_text: float = 0.08
    """Carbons of chains written out, all or some of them."""
    unsaturated_text: float = 0.04
    """Those with a double or triple bond written out: C=O, CH=CH."""
    ring_text: float = 0.02
    """Carbons written out, those in rings too."""
    abbreviate: float = 0.55
    """Some groups contracted to a label."""
    merge: float = 0.20
    """Of those with groups contracted: N with its group, and SO2, as a label within the chain."""
    compact: float = 0.60
    """Of those with groups contracted: laid out without the hidden atoms, so that the labels get
    the room of one atom; the others leave the group's room empty."""
    side_text: float = 0.15
    """Hydrogens always beside, never above or below, their element."""
    salt: float = 0.13
    """A molecule of one component as a salt, or with an acid or solvent beside it."""
    isotopes: float = 0.012
    """One atom as an isotope."""
    substituents: float = 0.22
    """One to three hydrogens replaced with groups that few molecules have, written as labels."""
    protected: float = 0.08
    """An NH with a protecting or another group on it, both as one label within the chain or ring
    ("NBoc", "PMBN")."""
    linked: float = 0.16
    """One or two chains within the molecule written as labels that link its parts: (CH2)3, SO2NH;
    where there are such chains and the labels find room."""
    perspective: float = 0.25
    """Of molecules with sugars, on their own rather than fused to other rings: all of these as
    Haworth projections or chairs, if there is room."""
    perspective_cyclohexane: float = 0.06
    """Of molecules with cyclohexanes with stereo instead: these as chairs."""
    chair: float = 0.35
    """Of drawings with sugars in perspective: rings of six as chairs."""
    perspective_hydrogens: float = 0.25
    """Of drawings with rings in perspective: their hydrogens drawn as atoms."""
    perspective_written: float = 0.85
    """Of drawings with rings in perspective: some groups contracted, CH2OH above all."""
    front_haworth: float = 0.65
    """Of Haworth projections: the front bold."""
    front_chair: float = 0.20
    """Of chairs: the same."""
    front_tapered: float = 0.65
    """Of bold fronts: the bonds at both sides widen towards the middle one."""
    r_groups: float = 0.08
    """One to three substituents replaced with R groups, or an atom within a ring or chain."""
    attached: float = 0.25
    """Of these: a wavy or dashed line across the last bond instead, where the rest would follow."""
    attached_before: float = 0.35
    """Of these lines: across the bond rather than at its end."""
    attached_at: tuple[float, float] = (0.5, 0.9)
    """Where then, as a share of the bond."""
    attached_half: tuple[float, float] = (0.25, 0.6)
    """Half the length of such lines in bond lengths."""
    attached_dashed: float = 0.25
    """Dashed rather than wavy ones."""
    opened: float = 0.04
    """Of molecules with saturated rings: one bond of a ring missing, the places kept."""
    bent: float = 0.15
    """Triple bonds placed like double bonds, with bends at their ends."""
    nestled: float = 0.35
    """Of species beside a molecule that are written as one label: close to it, among its bonds."""
    wavy: float = 0.03
    """One stereocentre, if there is one, made unknown with a wavy bond."""
    wavy_double: float = 0.10
    """Of molecules with double bonds of unknown geometry: wavy bond at them; the others mean the
    geometry they are drawn in."""
    two_wedges: float = 0.05
    """Two wedges rather than one at stereocentres where that is possible."""
    wedges_free: float = 0.35
    """Wedges on any bond of a stereocentre, in rings and towards double bonds too."""
    bold: float = 0.004
    """One plain bond drawn bold."""
    dashed: float = 0.002
    """One plain bond drawn dashed."""
    long: float = 0.05
    """Bonds outside of rings, all or some of them, longer than those in rings."""
    long_written: float = 0.35
    """The same where carbons are written out, which takes room."""
    straight: float = 0.01
    """Chains in line rather than in zigzag, side chains at right angles."""
    straight_written: float = 0.35
    """The same where carbons are written out."""
    stretch: float = 0.04
    """Bonds longer along one axis than along the other."""
    stretch_by: tuple[float, float] = (1.15, 1.6)
    centred: float = 0.70
    """Terminal double bonds with both lines offset."""
