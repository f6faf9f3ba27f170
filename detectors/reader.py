"""The label reader: the string written at an atom, character by character."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from detectors.sampling import sample_points
from detectors.vocabulary import BEGIN, END, MAX_LABEL, N_TOKENS, PAD

COLUMNS, ROWS = 25, 7
STEP = 4.0
"""The window: 25 x 7 points, 4 px apart, centred at the atom: four bond lengths wide."""
BRANCHES = 5
"""Other strings that are read for one label."""
LEAST_BRANCH = 0.005
"""Strings whose first characters are less probable than this are not worth reading on."""


class DecoderLayer(nn.Module):
    """Pre-norm transformer decoder layer (Vaswani et al. 2017)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.own = nn.MultiheadAttention(width, heads, batch_first=True)
        self.cross = nn.MultiheadAttention(width, heads, batch_first=True)
        self.feed = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, x: Tensor, memory: Tensor, causal: Tensor) -> Tensor:
        """(L, T, D) tokens, (L, S, D) window, (T, T) mask -> (L, T, D)."""
        y = self.norms[0](x)
        x = x + self.own(y, y, y, attn_mask=causal, need_weights=False)[0]
        x = x + self.cross(self.norms[1](x), memory, memory, need_weights=False)[0]
        return x + self.feed(self.norms[2](x))


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

    def window(self, feature_map: Tensor, xy: Tensor, image_index: Tensor) -> Tensor:
        """(L, ROWS * COLUMNS, D) what is around each of (L, 2) points, with place embeddings."""
        x = (torch.arange(COLUMNS, device=xy.device) - (COLUMNS - 1) / 2) * STEP
        y = (torch.arange(ROWS, device=xy.device) - (ROWS - 1) / 2) * STEP
        grid = torch.stack(torch.meshgrid(x, y, indexing="xy"), -1).reshape(-1, 2)
        points = xy[:, None] + grid
        return sample_points(self.project(feature_map), points, image_index) + self.places

    def logits(self, memory: Tensor, tokens: Tensor) -> Tensor:
        """(L, T, N_TOKENS) for the character after each of (L, T) tokens (BEGIN first)."""
        length = tokens.shape[1]
        x = self.embed(tokens) + self.positions[:length]
        causal = torch.ones(length, length, dtype=torch.bool, device=tokens.device).triu(1)
        for layer in self.layers:
            x = layer(x, memory, causal)
        return self.out(self.norm(x))

    def forward(
        self, feature_map: Tensor, xy: Tensor, image_index: Tensor, tokens: Tensor
    ) -> Tensor:
        """Teacher-forced logits (L, T, N_TOKENS) for (L, T) target tokens."""
        begin = torch.full_like(tokens[:, :1], BEGIN)
        memory = self.window(feature_map, xy, image_index)
        return self.logits(memory, torch.cat([begin, tokens[:, :-1]], 1))

    @torch.inference_mode()
    def read(
        self,
        feature_map: Tensor,
        xy: Tensor,
        image_index: Tensor,
        forced: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Greedy reading of L labels: (L, T) tokens and (L,) log probability of each string.

        Args:
            feature_map: of the encoder.
            xy: (L, 2) where the labels are.
            image_index: (L,) whose they are.
            forced: (L, F) characters that are given, PAD where the reader chooses.
        """
        memory = self.window(feature_map, xy, image_index)
        count = len(xy)
        tokens = torch.full((count, 1), BEGIN, dtype=torch.long, device=xy.device)
        total = torch.zeros(count, device=xy.device)
        done = torch.zeros(count, dtype=torch.bool, device=xy.device)
        for step in range(MAX_LABEL + 1):
            if count == 0 or bool(done.all()):
                break
            scores = self.logits(memory, tokens)[:, -1].float().log_softmax(-1)
            choice = scores.argmax(-1)
            if forced is not None and step < forced.shape[1]:
                choice = torch.where(forced[:, step] == PAD, choice, forced[:, step])
            best = scores.gather(1, choice[:, None])[:, 0]
            choice = choice.masked_fill(done, PAD)
            total = total + best.masked_fill(done, 0.0)
            tokens = torch.cat([tokens, choice[:, None]], 1)
            done = done | (choice == END)
        return tokens[:, 1:], total

    @torch.inference_mode()
    def read_otherwise(
        self, feature_map: Tensor, xy: Tensor, image_index: Tensor, tokens: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What else L labels may say: another character somewhere, and greedily on from there.

        Args:
            feature_map: of the encoder.
            xy: (L, 2) where the labels are.
            image_index: (L,) whose they are.
            tokens: (L, T) what :meth:`read` made of them.

        Returns:
            (K,) which of the labels, (K, T) tokens and (K,) log probability of each string.
        """
        steps = self(feature_map, xy, image_index, tokens).float().log_softmax(-1)
        own = steps.gather(-1, tokens[..., None]).masked_fill(tokens[..., None] == PAD, 0.0)
        others = steps.scatter(-1, tokens[..., None], -torch.inf) + own.cumsum(1) - own
        others = others.masked_fill(tokens[..., None] == PAD, -torch.inf)
        scores, where = others.flatten(1).topk(BRANCHES)
        label, rank = (scores > math.log(LEAST_BRANCH)).nonzero(as_tuple=True)
        place, choice = where[label, rank] // N_TOKENS, where[label, rank] % N_TOKENS
        later = torch.arange(tokens.shape[1], device=xy.device) >= place[:, None]
        forced = tokens[label].masked_fill(later, PAD).scatter(1, place[:, None], choice[:, None])
        return label, *self.read(feature_map, xy[label], image_index[label], forced)
