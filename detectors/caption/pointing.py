"""Where a string is on the image: the cell of the atom that a SMILES has come to.

A decoder that only spells has to find its place anew for each token. One that is told where it
stands, and points at the cell of the atom that comes next, has only to look around. Atoms with
places beside their tokens are the idea of Qian et al. 2023 (MolScribe); here a place is an
attention over the cells, trained on the places that a render knows, and the brackets of the string
itself tell where a branch goes back to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor, nn

from detectors.caption.tokens import ELEMENTS, tokens_of

NOWHERE = -1
"""In place of a cell: before the first atom, or where it is not known."""
DEEPEST = 32
"""Branches within branches that are kept; few molecules have more than ten."""
_WORDS = tokens_of("smiles").words
_ATOMS = torch.tensor([word in {*ELEMENTS, *"bcnops*", "["} for word in _WORDS])
_OPEN, _CLOSE = _WORDS.index("("), _WORDS.index(")")
_BRACKET, _BRACKET_END = _WORDS.index("["), _WORDS.index("]")


def starts_atom(numbers: Tensor) -> Tensor:
    """(B, T) tokens of SMILES -> (B, T) whether each is the first of an atom."""
    opened = (numbers == _BRACKET).int().cumsum(1) - (numbers == _BRACKET).int()
    closed = (numbers == _BRACKET_END).int().cumsum(1)
    return _ATOMS.to(numbers.device)[numbers] & (opened == closed)


@dataclass(frozen=True, slots=True)
class Walk:
    """Where B strings stand."""

    current: Tensor
    """(B,) cell of the atom that what follows hangs on, or NOWHERE."""
    roots: Tensor
    """(B, DEEPEST) cells that open branches go back to."""
    depth: Tensor
    """(B,) branches that are open."""
    in_bracket: Tensor
    """(B,) whether a bracket atom is being spelt."""
    visits: Tensor
    """(B, S) atoms that were spelt of each cell."""

    @classmethod
    def begin(cls, memory: Tensor) -> Walk:
        """Of strings with no token yet, on (B, S, D) cells."""
        zeros = torch.zeros(len(memory), dtype=torch.long, device=memory.device)
        roots = zeros[:, None].expand(-1, DEEPEST) + NOWHERE
        visits = zeros[:, None].expand(-1, memory.shape[1]).clone()
        return cls(zeros + NOWHERE, roots, zeros, zeros.bool(), visits)

    def after(self, tokens: Tensor, cells: Tensor) -> Walk:
        """One token on.

        Args:
            tokens: (B,) that are added.
            cells: (B,) of the atoms that they start, if they do.
        """
        starts = starts_atom(tokens[:, None])[:, 0] & ~self.in_bracket
        current = torch.where(starts, cells, self.current)
        opens, closes = tokens == _OPEN, tokens == _CLOSE
        depth = (self.depth - closes.long()).clamp(0, DEEPEST - 1)
        kept = self.roots.gather(1, depth[:, None])[:, 0]
        current = torch.where(closes, kept, current)
        root = torch.where(opens, current, kept)
        roots = self.roots.scatter(1, depth[:, None], root[:, None])
        inside = (self.in_bracket | (tokens == _BRACKET)) & (tokens != _BRACKET_END)
        came = (starts & (cells != NOWHERE)).long()
        visits = self.visits.scatter_add(1, cells.clamp(min=0)[:, None], came[:, None])
        return Walk(current, roots, (depth + opens.long()).clamp(max=DEEPEST - 1), inside, visits)

    def select(self, rows: Tensor) -> Walk:
        """Those of the strings at (N,) rows."""
        return replace(
            self,
            current=self.current[rows],
            roots=self.roots[rows],
            depth=self.depth[rows],
            in_bracket=self.in_bracket[rows],
            visits=self.visits[rows],
        )


class Trail(NamedTuple):
    """The whole walks of B strings of T tokens."""

    current: Tensor
    """(B, T) current cell after each token."""
    visits: Tensor
    """(B, T, S) visits of all cells until then."""
    coming: Tensor
    """(B, T) cell of the atom that the next token starts, or NOWHERE."""


def walked(memory: Tensor, tokens: Tensor, cells: Tensor) -> Trail:
    """Where strings stand after each token.

    Args:
        memory: (B, S, D) cells.
        tokens: (B, T) of the strings.
        cells: (B, T) of those that start atoms.
    """
    walk = Walk.begin(memory)
    walks = []
    for t in range(tokens.shape[1]):
        walk = walk.after(tokens[:, t], cells[:, t])
        walks.append(walk)
    coming = torch.where(starts_atom(tokens), cells, NOWHERE).roll(-1, 1)
    coming[:, -1] = NOWHERE
    current = torch.stack([each.current for each in walks], 1)
    return Trail(current, torch.stack([each.visits for each in walks], 1), coming)


class Pointer(nn.Module):
    """Tells a decoder what is where it stands, and lets it point at the next atom."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.here = nn.Linear(width, width)
        self.nowhere = nn.Parameter(torch.zeros(width))
        self.norm = nn.LayerNorm(width)
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
        self.out = nn.Linear(width, width)
        self.visited = nn.Linear(2, 1, bias=False)
        nn.init.zeros_(self.visited.weight)

    def stand(self, memory: Tensor, current: Tensor) -> Tensor:
        """(B, S, D) cells and (B, T) current ones -> (B, T, D) to add to the tokens."""
        cells = current.clamp(min=0)[..., None].expand(-1, -1, memory.shape[2])
        known = (current != NOWHERE)[..., None]
        return torch.where(known, self.here(memory.gather(1, cells)), self.nowhere.to(memory.dtype))

    def forward(
        self, x: Tensor, memory: Tensor, keys: Tensor, visits: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Point.

        Args:
            x: (B, T, D) tokens.
            memory: (B, S, D) cells.
            keys: (B, S, D) of them, by ``key``.
            visits: (B, T, S) atoms that were spelt of each; a cell has room for one or two.

        Returns:
            (B, T, D) tokens that know what is there, and (B, T, S) logits.
        """
        query = self.query(self.norm(x))
        logits = query @ keys.transpose(1, 2) * memory.shape[2] ** -0.5
        often = torch.stack([visits == 1, visits > 1], -1).to(logits.dtype)
        logits = logits + self.visited(often)[..., 0]
        return x + self.out(logits.softmax(-1).to(memory.dtype) @ memory), logits
