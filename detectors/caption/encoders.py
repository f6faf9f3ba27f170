"""Image encoders of the caption models: a canvas in, a grid of cells out."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import timm
import torch
from torch import Tensor, nn

from detectors.backbone import UNet, conv_bn, fuse_batch_norm
from detectors.caption.canvas import PATCH
from detectors.caption.positions import grid_positions
from detectors.checkpoint import split_prefix
from detectors.engine import run_with_onnx
from detectors.network import NetworkConfig


class ConvolutionalGrid(nn.Module):
    """A ResNet of timm, cut at stride 16."""

    def __init__(self, name: str) -> None:
        super().__init__()
        net: Any = timm.create_model(name, in_chans=1, features_only=True, out_indices=(3,))
        self.net = net
        self.channels: int = net.feature_info.channels()[-1]

    def forward(self, ink: Tensor) -> Tensor:
        """(B, 1, H, W) -> (B, C, H / 16, W / 16)."""
        return self.net(ink)[0]


class PatchGrid(nn.Module):
    """A vision transformer of timm (ViT or TNT); its class token is left out."""

    def __init__(self, name: str, canvas: tuple[int, int]) -> None:
        super().__init__()
        net: Any = timm.create_model(name, in_chans=1, num_classes=0, img_size=canvas)
        self.net = net
        self.channels: int = net.num_features

    def forward(self, ink: Tensor) -> Tensor:
        """(B, 1, H, W) -> (B, C, H / 16, W / 16); H and W are those of the canvas."""
        height, width = ink.shape[2] // PATCH, ink.shape[3] // PATCH
        cells = self.net.forward_features(ink)[:, -height * width :]
        return cells.transpose(1, 2).unflatten(2, (height, width))


class DetectorGrid(nn.Module):
    """The detector's own encoder, brought from stride 4 to stride 16."""

    def __init__(self) -> None:
        super().__init__()
        shape = NetworkConfig()
        self.net = UNet(shape.widths, shape.depths, shape.channels)
        self.channels = 256
        self.down = nn.Sequential(
            conv_bn(shape.channels, 160, 3, 2),
            nn.ReLU(),
            conv_bn(160, self.channels, 3, 2),
            nn.ReLU(),
        )
        self._held: Callable[[Tensor], Tensor] | None = None

    def forward(self, ink: Tensor) -> Tensor:
        """(B, 1, H, W) -> (B, C, H / 16, W / 16)."""
        return self.down(self.net(ink) if self._held is None else self._held(ink))

    def hold(self) -> None:
        """Keep the encoder as it is from here on: it learns nothing, and takes half of the time.

        Call it when its weights are loaded and on their device.
        """
        self.net.requires_grad_(False)
        held = copy.deepcopy(self.net).eval()
        fuse_batch_norm(held)
        if next(held.parameters()).is_cuda:
            self._held = held.forward
            return
        run = run_with_onnx(held, torch.get_num_threads())
        self._held = lambda ink: run(ink)[0]

    def start_from(self, parser: Mapping[str, Tensor]) -> None:
        """Take over the encoder of a trained parser, whose checkpoint this is."""
        self.net.load_state_dict(split_prefix(parser, "parser.encoder"))


Grid = ConvolutionalGrid | PatchGrid | DetectorGrid
ENCODERS = {
    "resnet": "resnet34",
    "vit": "vit_tiny_patch16_224",
    "tnt": "tnt_s_legacy_patch16_224",
    "detector": "",
}
"""The names a user chooses from, and the network of timm behind each."""


def build_grid(encoder: str, canvas: tuple[int, int]) -> Grid:
    """The network for one of ENCODERS, or for the timm name ``resnet...``, ``vit...``, ``tnt...``.

    Raises:
        ValueError: there is no such encoder.
    """
    name = ENCODERS.get(encoder, encoder)
    if encoder == "detector":
        return DetectorGrid()
    if name.startswith("resnet"):
        return ConvolutionalGrid(name)
    if name.startswith(("vit", "tnt")):
        return PatchGrid(name, canvas)
    raise ValueError(f"encoder: expected one of {', '.join(ENCODERS)}, got {encoder!r}")


class Encoder(nn.Module):
    """A grid network, projected to the decoder's width and told where each cell is."""

    def __init__(self, encoder: str, canvas: tuple[int, int], width: int, dropout: float) -> None:
        super().__init__()
        self.grid = build_grid(encoder, canvas)
        self.project = nn.Linear(self.grid.channels, width)
        self.norm = nn.LayerNorm(width)
        self.drop = nn.Dropout(dropout)

    def forward(self, ink: Tensor) -> Tensor:
        """(B, 1, H, W) ink in [0, 1] -> (B, H / 16 * W / 16, width)."""
        cells = self.grid(ink)
        height, width = cells.shape[2:]
        x = self.norm(self.project(cells.flatten(2).transpose(1, 2)))
        return self.drop(x + grid_positions(height, width, x.shape[2], x.device))
