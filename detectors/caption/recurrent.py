"""LSTM with soft attention over an image grid (Xu et al. 2015, *Show, Attend and Tell*)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class RecurrentState:
    """Where B strings stand."""

    memory: Tensor
    """(B, S, D) cells of the image."""
    keys: Tensor
    """(B, S, A) the cells as the attention sees them."""
    hidden: Tensor
    cell: Tensor
    """(B, H) of the LSTM."""

    def select(self, rows: Tensor) -> RecurrentState:
        """The state of the strings at (N,) rows, in that order."""
        return RecurrentState(
            self.memory[rows], self.keys[rows], self.hidden[rows], self.cell[rows]
        )

    def reorder(self, rows: Tensor) -> RecurrentState:
        """The same, where each row is of the image that was there before: its cells stay."""
        return RecurrentState(self.memory, self.keys, self.hidden[rows], self.cell[rows])


class RecurrentDecoder(nn.Module):
    """Spells a string, looking at another part of the image for each token.

    Args:
        n_tokens: of the vocabulary.
        width: channels of the image cells.
        hidden: of the LSTM.
        dropout: before the output, in training.
        doubly: weight of the doubly stochastic regularisation: each cell should get about as much
            attention over the whole string as any other.
    """

    def __init__(
        self,
        n_tokens: int,
        width: int = 256,
        hidden: int = 384,
        dropout: float = 0.3,
        doubly: float = 0.1,
    ) -> None:
        super().__init__()
        self.doubly = doubly
        self.embed = nn.Embedding(n_tokens, hidden)
        self.first = nn.Linear(width, 2 * hidden)
        self.key, self.query = nn.Linear(width, hidden), nn.Linear(hidden, hidden)
        self.score = nn.Linear(hidden, 1)
        self.gate = nn.Linear(hidden, 1)
        self.cell = nn.LSTMCell(hidden + width, hidden)
        self.mix = nn.Linear(hidden + width, hidden)
        self.drop = nn.Dropout(dropout)
        self.out = nn.Linear(hidden, n_tokens)

    def forward(self, memory: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Teacher forcing.

        Args:
            memory: (B, S, D) cells of the image.
            tokens: (B, T) tokens so far, BEGIN first; 0 is padding.

        Returns:
            (B, T, n_tokens) logits of the token after each, and the doubly stochastic
            regularisation, already weighted.
        """
        state = self.start(memory)
        given = (tokens != 0).float()
        looked = torch.zeros(memory.shape[:2], device=memory.device)
        logits = []
        for t in range(tokens.shape[1]):
            scores, state, attention = self._advance(state, tokens[:, t])
            logits.append(scores)
            looked = looked + attention.float() * given[:, t, None]
        # an even share of attention, since there are fewer tokens than cells
        even = given.sum(1, keepdim=True) / memory.shape[1]
        return torch.stack(logits, 1), self.doubly * ((even - looked) ** 2).mean()

    def start(self, memory: Tensor) -> RecurrentState:
        """The state before the first token of (B, S, D) images."""
        hidden, cell = self.first(memory.mean(1)).tanh().chunk(2, -1)
        return RecurrentState(memory, self.key(memory), hidden, cell)

    def step(self, state: RecurrentState, tokens: Tensor) -> tuple[Tensor, RecurrentState]:
        """(B,) newest tokens -> (B, n_tokens) logits of the next, and the new state."""
        logits, state, _ = self._advance(state, tokens)
        return logits, state

    def _advance(
        self, state: RecurrentState, tokens: Tensor
    ) -> tuple[Tensor, RecurrentState, Tensor]:
        mixed = (state.keys + self.query(state.hidden)[:, None]).tanh()
        attention = self.score(mixed)[..., 0].softmax(-1)
        context = torch.bmm(attention[:, None], state.memory)[:, 0]
        context = self.gate(state.hidden).sigmoid() * context
        embedded = self.embed(tokens)
        hidden, cell = self.cell(
            torch.cat([embedded, context.to(embedded.dtype)], 1), (state.hidden, state.cell)
        )
        mix = self.mix(torch.cat([hidden, context], 1)) + embedded
        new = RecurrentState(state.memory, state.keys, hidden, cell)
        return self.out(self.drop(mix.tanh())), new, attention
