"""The graph network that decides what the candidates are.

It is trained with torch-geometric, see :mod:`detectors.geometric`. To read with finished weights
takes one sum of its, which is written out here: its import takes as long as reading ten pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from detectors.frame import BOND
from detectors.sampling import sample_points
from detectors.vocabulary import CHARGES, N_EDGE_CLASSES, N_LABEL_CLASSES, REVERSED_EDGE

ALONG = (0.08, 0.29, 0.5, 0.71, 0.92)
"""Where along a candidate bond the map is looked at (0 its begin, 1 its end)."""
ASIDE = (-4.5, 0.0, 4.5)
"""Pixels to the sides of a bond: a double bond has a second line, a wedge a wide end."""
AROUND = (-6.0, 0.0, 6.0)
"""Pixels around an atom, in x and y."""


@dataclass(frozen=True, slots=True)
class Refined:
    """Answers of the refiner, as logits."""

    exists: Tensor
    """(N,) the candidate is an atom."""
    label: Tensor
    """(N, N_LABEL_CLASSES)."""
    charge: Tensor
    """(N, len(CHARGES))."""
    edge: Tensor
    """(P, N_EDGE_CLASSES) as seen from the first atom of the pair."""


def perceptron(channels_in: int, channels_out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(channels_in, channels_out), nn.SiLU(), nn.Linear(channels_out, channels_out)
    )


class EdgeConvolution(nn.Module):
    """One round of messages over directed edges; nodes and edges both keep a state.

    A message sees both ends and the edge (Gilmer et al. 2017); edge states are updated by the
    message itself. Residual, with layer normalisation first.
    """

    def __init__(self, width: int, passes: bool) -> None:
        super().__init__()
        self.passes = passes
        self.norm_node = nn.LayerNorm(width)
        self.norm_edge = nn.LayerNorm(width)
        self.edge_mlp = perceptron(3 * width, width)
        self.gate = nn.Linear(width, width)
        self.node_mlp = perceptron(2 * width, width)

    def forward(self, nodes: Tensor, edges: Tensor, edge_index: Tensor) -> tuple[Tensor, Tensor]:
        """(N, D), (E, D), (2, E) -> updated (N, D) and (E, D)."""
        h, e = self.norm_node(nodes), self.norm_edge(edges)
        begin, end = edge_index
        update = self.edge_mlp(torch.cat([h[begin], h[end], e], -1))
        edges = edges + update
        received = self.propagate(edge_index, message_of_edge=update, size=(len(h), len(h)))
        if not self.passes:
            received = torch.zeros_like(received)
        return nodes + self.node_mlp(torch.cat([h, received], -1)), edges

    def message(self, message_of_edge: Tensor) -> Tensor:
        return torch.sigmoid(self.gate(message_of_edge)) * message_of_edge

    def propagate(
        self, edge_index: Tensor, size: tuple[int, int], message_of_edge: Tensor
    ) -> Tensor:
        """(N, D) the sum of the messages that reach each node."""
        messages = self.message(message_of_edge)
        received = messages.new_zeros(size[1], messages.shape[1])
        return received.index_add(0, edge_index[1], messages)


class Refiner(nn.Module):
    """Candidates and feature map in; existence, label, charge and bond classes out.

    Args:
        channels: of the feature map.
        width: of node and edge states.
        rounds: of message passing.
        passes: False cuts the messages and leaves everything else as it is (the ablation).
        convolution: who passes the messages; all kinds have the same weights.
    """

    def __init__(
        self,
        channels: int,
        width: int = 96,
        rounds: int = 3,
        passes: bool = True,
        convolution: type[EdgeConvolution] = EdgeConvolution,
    ) -> None:
        super().__init__()
        self.edge_map = nn.Conv2d(channels, 32, 1)
        self.node_map = nn.Conv2d(channels, 64, 1)
        self.node_in = perceptron(64 * len(AROUND) ** 2 + 1, width)
        self.edge_in = perceptron(32 * len(ALONG) * len(ASIDE) + 4, width)
        self.rounds = nn.ModuleList(convolution(width, passes) for _ in range(rounds))
        self.node_norm = nn.LayerNorm(width)
        self.edge_norm = nn.LayerNorm(width)
        self.exists = nn.Linear(width, 1)
        self.label = nn.Linear(width, N_LABEL_CLASSES)
        self.charge = nn.Linear(width, len(CHARGES))
        self.edge = nn.Sequential(
            nn.Linear(3 * width, width), nn.SiLU(), nn.Linear(width, N_EDGE_CLASSES)
        )
        self.register_buffer("reversed_edge", torch.from_numpy(REVERSED_EDGE), persistent=False)

    def forward(
        self, feature_map: Tensor, xy: Tensor, scores: Tensor, image_index: Tensor, pairs: Tensor
    ) -> Refined:
        """Judge all candidates of a batch of images at once.

        Args:
            feature_map: (B, C, H, W).
            xy: (N, 2) candidate atoms in image pixels, images one after the other.
            scores: (N,) heat of the keypoint.
            image_index: (N,) ascending.
            pairs: (P, 2) candidate bonds as indices into the N atoms, ordered by image.
        """
        nodes = self._node_features(feature_map, xy, scores, image_index)
        forth, back = self._edge_features(feature_map, xy, image_index, pairs)
        edge_index = torch.cat([pairs, pairs.flip(1)]).T
        edges = torch.cat([forth, back])
        for layer in self.rounds:
            nodes, edges = layer(nodes, edges, edge_index)
        nodes, edges = self.node_norm(nodes), self.edge_norm(edges)
        seen = self.edge(torch.cat([nodes[edge_index[0]], nodes[edge_index[1]], edges], -1))
        one, other = seen.chunk(2)
        return Refined(
            exists=self.exists(nodes).squeeze(-1),
            label=self.label(nodes),
            charge=self.charge(nodes),
            edge=(one + other[:, self.reversed_edge]) / 2,
        )

    def _node_features(
        self, feature_map: Tensor, xy: Tensor, scores: Tensor, image_index: Tensor
    ) -> Tensor:
        steps = torch.tensor([(x, y) for y in AROUND for x in AROUND], device=xy.device)
        found = sample_points(self.node_map(feature_map), xy[:, None] + steps, image_index)
        return self.node_in(torch.cat([found.flatten(1), scores[:, None]], -1))

    def _edge_features(
        self, feature_map: Tensor, xy: Tensor, image_index: Tensor, pairs: Tensor
    ) -> tuple[Tensor, Tensor]:
        begin, end = xy[pairs[:, 0]], xy[pairs[:, 1]]
        along = end - begin
        length = along.norm(dim=-1, keepdim=True).clamp(min=1e-3)
        aside = torch.stack([-along[:, 1], along[:, 0]], -1) / length
        t = torch.tensor(ALONG, device=xy.device)
        s = torch.tensor(ASIDE, device=xy.device)
        points = (
            begin[:, None, None]
            + t[:, None, None] * along[:, None, None]
            + s[:, None] * aside[:, None, None]
        ).flatten(1, 2)
        found = sample_points(self.edge_map(feature_map), points, image_index[pairs[:, 0]])
        shape = torch.cat([length / BOND, (length / BOND).log(), along / length], -1)
        # seen from the other end the grid of points is the same, turned by half a turn
        turned = torch.cat([shape[:, :2], -shape[:, 2:]], -1)
        forth = self.edge_in(torch.cat([found.flatten(1), shape], -1))
        back = self.edge_in(torch.cat([found.flip(1).flatten(1), turned], -1))
        return forth, back
