"""The number format of training: bfloat16 where the hardware computes in it."""

from __future__ import annotations

import torch


def computes_in_bf16(device: torch.device) -> bool:
    """Whether bfloat16 is faster than float32 on a device.

    Processors without instructions for it only imitate it, which takes several times as long.
    """
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()


def mixed_precision(device: torch.device) -> torch.autocast:
    """The context to compute losses in."""
    return torch.autocast(device.type, torch.bfloat16, enabled=computes_in_bf16(device))
