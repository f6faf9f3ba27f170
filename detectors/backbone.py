"""The shared image encoder: a small residual U-Net with one output map at stride 4."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

MULTIPLE = 32
"""Height and width of the input must be multiples of this."""


def conv_bn(channels_in: int, channels_out: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    """Convolution and batch normalisation, without an activation."""
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(channels_out),
    )


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions around a skip connection (He et al. 2016, basic block)."""

    def __init__(self, channels_in: int, channels_out: int, stride: int = 1) -> None:
        super().__init__()
        self.first = conv_bn(channels_in, channels_out, 3, stride)
        self.second = conv_bn(channels_out, channels_out)
        same = stride == 1 and channels_in == channels_out
        self.skip = nn.Identity() if same else conv_bn(channels_in, channels_out, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.second(F.relu(self.first(x))) + self.skip(x))


class UNet(nn.Module):
    """Residual encoder to stride 32, top-down path back to stride 4 (Ronneberger et al. 2015).

    Args:
        widths: channels at strides 4, 8, 16 and 32.
        depths: residual blocks at each of these strides.
        out: channels of the output map.
    """

    def __init__(
        self,
        widths: tuple[int, int, int, int] = (48, 96, 160, 224),
        depths: tuple[int, int, int, int] = (2, 2, 3, 2),
        out: int = 96,
    ) -> None:
        super().__init__()
        stem = max(16, widths[0] // 2)
        self.stem = nn.Sequential(
            conv_bn(1, stem, 5, 2), nn.ReLU(inplace=True), conv_bn(stem, widths[0], 3, 2), nn.ReLU()
        )
        self.stages = nn.ModuleList()
        channels = widths[0]
        for level, (width, depth) in enumerate(zip(widths, depths, strict=True)):
            blocks = [
                ResidualBlock(channels if i == 0 else width, width, 2 if i == 0 and level else 1)
                for i in range(depth)
            ]
            self.stages.append(nn.Sequential(*blocks))
            channels = width
        tops = (out, widths[1], widths[2])
        self.laterals = nn.ModuleList(
            conv_bn(width, top, 1) for width, top in zip(widths[:3], tops, strict=True)
        )
        self.downs = nn.ModuleList(
            conv_bn(source, top, 1)
            for source, top in zip((widths[1], widths[2], widths[3]), tops, strict=True)
        )
        self.merges = nn.ModuleList(ResidualBlock(top, top) for top in tops)

    def forward(self, image: Tensor) -> Tensor:
        """(B, 1, H, W) ink in [0, 1] -> (B, out, H / 4, W / 4)."""
        x = self.stem(image)
        skips: list[Tensor] = []
        for stage in self.stages:
            x = stage(x)
            skips.append(x)
        for level in (2, 1, 0):
            up = F.interpolate(self.downs[level](x), scale_factor=2.0, mode="nearest")
            x = self.merges[level](F.relu(up + self.laterals[level](skips[level])))
        return x


def fuse_batch_norm(module: nn.Module) -> None:
    """Fold every batch normalisation into the convolution before it, in place (inference only)."""
    for child in module.children():
        if (
            isinstance(child, nn.Sequential)
            and len(child) >= 2
            and any(isinstance(layer, nn.BatchNorm2d) for layer in child)
        ):
            for i in range(len(child) - 1):
                conv, norm = child[i], child[i + 1]
                if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                    child[i] = torch.nn.utils.fusion.fuse_conv_bn_eval(conv, norm)
                    child[i + 1] = nn.Identity()
        fuse_batch_norm(child)
