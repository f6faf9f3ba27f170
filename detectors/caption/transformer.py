"""Transformer decoder over an image grid: pre-norm, with a cache of keys and values."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from detectors.caption.pointing import NOWHERE, Pointer, Walk, walked
from detectors.caption.positions import sine_positions
from detectors.caption.tokens import PAD


@dataclass(frozen=True, slots=True)
class TransformerState:
    """What has been worked out for B strings so far."""

    cross: tuple[tuple[Tensor, Tensor], ...]
    """Per layer: keys and values of the image, (B, heads, S, D / heads)."""
    own: tuple[tuple[Tensor, Tensor], ...]
    """Per layer: keys and values of the tokens so far, (B, heads, T, D / heads)."""
    length: int
    """T."""
    memory: Tensor
    """(B, S, D) cells of the image."""
    keys: Tensor | None = None
    """(B, S, D) the cells as the pointer sees them, if the decoder points."""
    walk: Walk | None = None
    """Where the strings stand, if the decoder points."""
    pointed: Tensor | None = None
    """(B,) cell that the last token pointed at."""

    def select(self, rows: Tensor) -> TransformerState:
        """The state of the strings at (N,) rows, in that order."""
        return replace(
            self.reorder(rows),
            cross=tuple((k[rows], v[rows]) for k, v in self.cross),
            memory=self.memory[rows],
            keys=None if self.keys is None else self.keys[rows],
        )

    def reorder(self, rows: Tensor) -> TransformerState:
        """The same, where each row is of the image that was there before: its cells stay."""
        return replace(
            self,
            own=tuple((k[rows], v[rows]) for k, v in self.own),
            walk=None if self.walk is None else self.walk.select(rows),
            pointed=None if self.pointed is None else self.pointed[rows],
        )


class Attention(nn.Module):
    """Multi-head attention whose keys and values can be kept.

    Without dropout inside: with it a processor has no fast way to work attention out.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def keys_values(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, S, D) -> keys and values, (B, heads, S, D / heads) each."""
        keys, values = self.key_value(x).chunk(2, -1)
        return self._split(keys), self._split(values)

    def forward(self, x: Tensor, keys: Tensor, values: Tensor, causal: bool = False) -> Tensor:
        """(B, T, D) looks at S keys -> (B, T, D); ``causal`` needs T = S."""
        query = self._split(self.query(x))
        y = F.scaled_dot_product_attention(query, keys, values, is_causal=causal)
        return self.out(y.transpose(1, 2).flatten(2))

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class Layer(nn.Module):
    """Pre-norm decoder layer: tokens, image, feed-forward."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.own = Attention(width, heads)
        self.cross = Attention(width, heads)
        self.feed = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Dropout(dropout), nn.Linear(4 * width, width)
        )
        self.drop = nn.Dropout(dropout)

    def forward(
        self,
        x: Tensor,
        image: tuple[Tensor, Tensor],
        past: tuple[Tensor, Tensor] | None = None,
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """(B, T, D) -> (B, T, D) and the keys and values of all tokens so far.

        With a ``past``, T is 1: the one new token sees the past and itself.
        """
        y = self.norms[0](x)
        keys, values = self.own.keys_values(y)
        if past is not None:
            keys, values = torch.cat([past[0], keys], 2), torch.cat([past[1], values], 2)
        x = x + self.drop(self.own(y, keys, values, causal=past is None))
        x = x + self.drop(self.cross(self.norms[1](x), *image))
        return x + self.drop(self.feed(self.norms[2](x))), (keys, values)


class TransformerDecoder(nn.Module):
    """Spells a string from the cells of an image.

    Args:
        n_tokens: of the vocabulary.
        width: channels of the image cells and of the decoder.
        layers: of the decoder.
        heads: of each attention.
        dropout: in training.
        pointing: whether it knows where its string stands on the image; for SMILES only.
    """

    def __init__(
        self,
        n_tokens: int,
        width: int = 256,
        layers: int = 4,
        heads: int = 8,
        dropout: float = 0.1,
        pointing: bool = False,
    ) -> None:
        super().__init__()
        self.width = width
        self.embed = nn.Embedding(n_tokens, width)
        nn.init.normal_(self.embed.weight, std=width**-0.5)
        self.drop = nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(width, heads, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, n_tokens)
        self.pointer = Pointer(width) if pointing else None
        self.points_after = layers // 2

    def forward(
        self, memory: Tensor, tokens: Tensor, cells: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Teacher forcing.

        Args:
            memory: (B, S, D) cells of the image.
            tokens: (B, T) tokens so far, BEGIN first.
            cells: (B, T) cell of each that starts an atom, else NOWHERE, for a decoder that points.

        Returns:
            (B, T, n_tokens) logits of the token after each, and the regularisation: the cross
            entropy of the cells that are pointed at, per token, or 0.

        Raises:
            ValueError: the decoder points, and there are no cells.
        """
        x, missed, trail = self._embedded(tokens, 0), memory.new_zeros(()), None
        if self.pointer is not None:
            if cells is None:
                raise ValueError("cells: a decoder that points has to be told them")
            trail = walked(memory, tokens, cells)
            x = x + self.pointer.stand(memory, trail.current)
        for number, layer in enumerate(self._stack()):
            if self.pointer is not None and trail is not None and number == self.points_after:
                x, logits = self.pointer(x, memory, self.pointer.key(memory), trail.visits)
                missed = _missed(logits, trail.coming) / (tokens != PAD).sum()
            x, _ = layer(x, layer.cross.keys_values(memory))
        return self.out(self.norm(x)), missed

    def start(self, memory: Tensor) -> TransformerState:
        """The state before the first token of (B, S, D) images."""
        cross = tuple(layer.cross.keys_values(memory) for layer in self._stack())
        own = tuple((keys[:, :, :0], values[:, :, :0]) for keys, values in cross)
        if self.pointer is None:
            return TransformerState(cross, own, 0, memory)
        walk = Walk.begin(memory)
        return TransformerState(cross, own, 0, memory, self.pointer.key(memory), walk, walk.current)

    def step(self, state: TransformerState, tokens: Tensor) -> tuple[Tensor, TransformerState]:
        """(B,) newest tokens -> (B, n_tokens) logits of the next, and the new state."""
        x = self._embedded(tokens[:, None], state.length)
        walk, pointed = state.walk, state.pointed
        if self.pointer is not None and walk is not None and pointed is not None:
            walk = walk.after(tokens, pointed)
            x = x + self.pointer.stand(state.memory, walk.current[:, None])
        own = []
        for number, (layer, image, past) in enumerate(
            zip(self._stack(), state.cross, state.own, strict=True)
        ):
            if (
                self.pointer is not None
                and walk is not None
                and state.keys is not None
                and number == self.points_after
            ):
                x, logits = self.pointer(x, state.memory, state.keys, walk.visits[:, None])
                pointed = logits[:, 0].argmax(1)
            x, present = layer(x, image, past)
            own.append(present)
        new = replace(state, own=tuple(own), length=state.length + 1, walk=walk, pointed=pointed)
        return self.out(self.norm(x))[:, 0], new

    def _stack(self) -> list[Layer]:
        return [layer for layer in self.layers if isinstance(layer, Layer)]

    def _embedded(self, tokens: Tensor, first: int) -> Tensor:
        places = torch.arange(first, first + tokens.shape[1], device=tokens.device)
        x = self.embed(tokens) * self.width**0.5 + sine_positions(places, self.width)
        return self.drop(x)


def _missed(logits: Tensor, wanted: Tensor) -> Tensor:
    """Sum of the cross entropy of (B, T) cells that (B, T, S) logits should point at."""
    return F.cross_entropy(
        logits.float().flatten(0, 1), wanted.flatten(), ignore_index=NOWHERE, reduction="sum"
    )
