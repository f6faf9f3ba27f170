"""The whole graph parser as one module: encoder, keypoint heads, refiner, label reader."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from detectors.backbone import UNet
from detectors.reader import LabelReader
from detectors.refiner import EdgeConvolution, Refiner

HEAT, SHAPE = slice(0, 2), slice(2, 9)
"""Channels of the head's output: see :class:`detectors.targets.TruthMaps`."""


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Everything that fixes the shapes of the weights; saved beside them."""

    widths: tuple[int, int, int, int] = (48, 96, 160, 256)
    depths: tuple[int, int, int, int] = (2, 2, 3, 2)
    channels: int = 80
    refiner_width: int = 96
    refiner_rounds: int = 3
    refiner_passes: bool = True
    reader_width: int = 96
    reader_layers: int = 2

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


class ParserNetwork(nn.Module):
    """Image -> feature map -> maps of keypoints; candidates -> graph; points -> strings.

    Args:
        config: fixes the shapes of the weights.
        convolution: of the refiner; to train with there is that of :mod:`detectors.geometric`.
    """

    def __init__(
        self,
        config: NetworkConfig | None = None,
        convolution: type[EdgeConvolution] = EdgeConvolution,
    ) -> None:
        super().__init__()
        self.config = config = config or NetworkConfig()
        self.encoder = UNet(config.widths, config.depths, config.channels)
        last = nn.Conv2d(64, 9, 1)
        assert last.bias is not None
        with torch.no_grad():
            # keypoints are rare: start from a low heat (Lin et al. 2017, *Focal Loss*)
            last.bias[HEAT] = -4.0
        self.head = nn.Sequential(nn.Conv2d(config.channels, 64, 3, padding=1), nn.ReLU(), last)
        self.refiner = Refiner(
            config.channels,
            config.refiner_width,
            config.refiner_rounds,
            config.refiner_passes,
            convolution,
        )
        self.reader = LabelReader(config.channels, config.reader_width, config.reader_layers)

    def forward(self, ink: Tensor) -> tuple[Tensor, Tensor]:
        """Detect.

        Args:
            ink: (B, 1, H, W), 0 paper, 1 ink; H and W multiples of 32.

        Returns:
            Feature map (B, C, H / 4, W / 4) and head maps (B, 9, H / 4, W / 4), float32: two heats
            as logits, then the seven shape maps.
        """
        features = self.encoder(ink)
        return features, self.head(features).float()


def ink_of(gray: Tensor) -> Tensor:
    """(B, H, W) uint8 gray with white paper -> (B, 1, H, W) ink in [0, 1]."""
    return 1.0 - gray[:, None].to(torch.float32) / 255.0
