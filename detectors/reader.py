"""The label reader: the string written at an atom, character by character."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from detectors.sampling import sample_points
from detectors.vocabulary import BEGIN, END, MAX_LABEL, N_TOKENS, PAD

COLUMNS, ROWS = 25, 7
STEP = 4.0
"""The window: 25 x 7 points, 4 px apart, centred at the atom: four bond lengths wide."""
BRANCHES = 5
"""Other strings that are read for one label."""
LEAST_BRANCH = 0.005
"""Strings whose first characters are less probable than this are not worth reading on."""


class Attention(nn.MultiheadAttention):
    """Attention whose keys and values can be kept, for queries that come later."""

    def keys_values(self, x: Tensor) -> Tensor:
        """(L, S, D) what may be looked at -> (2, L, heads, S, D / heads) keys and values."""
        return self._projected(x, 1, 3)

    def attend(self, x: Tensor, keys_values: Tensor, causal: bool = False) -> Tensor:
        """(L, T, D) queries -> (L, T, D); if causal, query t sees the keys up to t only."""
        query = self._projected(x, 0, 1)[0]
        keys, values = keys_values.unbind()
        found = F.scaled_dot_product_attention(query, keys, values, is_causal=causal)
        return self.out_proj(found.transpose(1, 2).flatten(2))

    def _projected(self, x: Tensor, first: int, last: int) -> Tensor:
        """Some of the three projections (queries, keys, values), by heads."""
        rows = slice(first * self.embed_dim, last * self.embed_dim)
        y = F.linear(x, self.in_proj_weight[rows], self.in_proj_bias[rows])
        return y.unflatten(-1, (last - first, self.num_heads, self.head_dim)).permute(2, 0, 3, 1, 4)


class DecoderLayer(nn.Module):
    """Pre-norm transformer decoder layer (Vaswani et al. 2017)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.own = Attention(width, heads, batch_first=True)
        self.cross = Attention(width, heads, batch_first=True)
        self.feed = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(
        self, x: Tensor, window: Tensor, past: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Characters of L labels, all at once or the next ones only.

        Args:
            x: (L, T, D) characters from the first; or (L, 1, D) the ones after ``past``.
            window: (2, L, heads, S, D / heads) keys and values of the windows.
            past: (2, L, heads, t, D / heads) keys and values of the characters before.

        Returns:
            (L, T, D), and the keys and values of all characters so far.
        """
        y = self.norms[0](x)
        own = self.own.keys_values(y)
        if past is not None:
            own = torch.cat([past, own], 3)
        x = x + self.own.attend(y, own, causal=past is None)
        x = x + self.cross.attend(self.norms[1](x), window)
        return x + self.feed(self.norms[2](x)), own


class LabelReader(nn.Module):
    """Reads strings from the detector's feature map around given points.

    Args:
        channels: of the feature map.
        width: of the decoder.
        layers: of the decoder.
    """

    def __init__(self, channels: int, width: int = 96, layers: int = 2, heads: int = 4) -> None:
        super().__init__()
        self.project = nn.Conv2d(channels, width, 1)
        self.places = nn.Parameter(torch.randn(ROWS * COLUMNS, width) * 0.2)
        self.embed = nn.Embedding(N_TOKENS, width)
        self.positions = nn.Parameter(torch.randn(MAX_LABEL + 1, width) * 0.2)
        self.layers = nn.ModuleList(DecoderLayer(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, N_TOKENS)

    def look(self, feature_map: Tensor, xy: Tensor, image_index: Tensor) -> list[Tensor]:
        """What is around each of L points, for :meth:`read`.

        Args:
            feature_map: (B, C, H, W) of the encoder.
            xy: (L, 2) image pixels where the labels are.
            image_index: (L,) whose they are, ascending.

        Returns:
            The windows' keys and values for each layer, (2, L, heads, ROWS * COLUMNS, D / heads).
        """
        x = (torch.arange(COLUMNS, device=xy.device) - (COLUMNS - 1) / 2) * STEP
        y = (torch.arange(ROWS, device=xy.device) - (ROWS - 1) / 2) * STEP
        grid = torch.stack(torch.meshgrid(x, y, indexing="xy"), -1).reshape(-1, 2)
        points = xy[:, None] + grid
        memory = sample_points(self.project(feature_map), points, image_index) + self.places
        return [cast(DecoderLayer, layer).cross.keys_values(memory) for layer in self.layers]

    def logits(self, windows: Sequence[Tensor], tokens: Tensor) -> Tensor:
        """Teacher-forced logits (L, T, N_TOKENS) for (L, T) target tokens."""
        begin = torch.full_like(tokens[:, :1], BEGIN)
        x = self.embed(torch.cat([begin, tokens[:, :-1]], 1)) + self.positions[: tokens.shape[1]]
        for layer, window in zip(self.layers, windows, strict=True):
            x, _ = layer(x, window)
        return self.out(self.norm(x))

    def forward(
        self, feature_map: Tensor, xy: Tensor, image_index: Tensor, tokens: Tensor
    ) -> Tensor:
        """Teacher-forced logits (L, T, N_TOKENS) for (L, T) target tokens at L points."""
        return self.logits(self.look(feature_map, xy, image_index), tokens)

    @torch.inference_mode()
    def read(
        self, windows: Sequence[Tensor], forced: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Greedy reading of L labels: (L, T) tokens and (L,) log probability of each string.

        Each character is worked out once, and labels at their end take no further part.

        Args:
            windows: of the labels, see :meth:`look`.
            forced: (L, F) characters that are given, PAD where the reader chooses.
        """
        count, device = windows[0].shape[1], windows[0].device
        tokens = torch.full((count, MAX_LABEL + 1), PAD, dtype=torch.long, device=device)
        total = torch.zeros(count, device=device)
        going = torch.arange(count, device=device)
        latest = torch.full((count,), BEGIN, dtype=torch.long, device=device)
        past: list[Tensor | None] = [None] * len(windows)
        longest = 0
        while len(going) and longest <= MAX_LABEL:
            x = self.embed(latest)[:, None] + self.positions[longest]
            for i, layer in enumerate(self.layers):
                x, past[i] = layer(x, windows[i], past[i])
            scores = self.out(self.norm(x))[:, 0].float().log_softmax(-1)
            latest = scores.argmax(-1)
            if forced is not None and longest < forced.shape[1]:
                given = forced[going, longest]
                latest = torch.where(given == PAD, latest, given)
            tokens[going, longest] = latest
            total[going] += scores.gather(1, latest[:, None])[:, 0]
            longest += 1
            left = (latest != END).nonzero()[:, 0]
            if len(left) < len(going):
                going, latest = going[left], latest[left]
                windows = [window[:, left] for window in windows]
                past = [None if kept is None else kept[:, left] for kept in past]
        return tokens[:, :longest], total

    @torch.inference_mode()
    def read_otherwise(
        self, windows: Sequence[Tensor], tokens: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What else L labels may say: another character somewhere, and greedily on from there.

        Args:
            windows: of the labels, see :meth:`look`.
            tokens: (L, T) what :meth:`read` made of them.

        Returns:
            (K,) which of the labels, (K, T) tokens and (K,) log probability of each string.
        """
        steps = self.logits(windows, tokens).float().log_softmax(-1)
        own = steps.gather(-1, tokens[..., None]).masked_fill(tokens[..., None] == PAD, 0.0)
        others = steps.scatter(-1, tokens[..., None], -torch.inf) + own.cumsum(1) - own
        others = others.masked_fill(tokens[..., None] == PAD, -torch.inf)
        scores, where = others.flatten(1).topk(BRANCHES)
        label, rank = (scores > math.log(LEAST_BRANCH)).nonzero(as_tuple=True)
        place, choice = where[label, rank] // N_TOKENS, where[label, rank] % N_TOKENS
        later = torch.arange(tokens.shape[1], device=tokens.device) >= place[:, None]
        forced = tokens[label].masked_fill(later, PAD).scatter(1, place[:, None], choice[:, None])
        return label, *self.read([window[:, label] for window in windows], forced)
