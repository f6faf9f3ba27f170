"""Several processes that train one model on samples of their own, as ``torchrun`` starts them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

T = TypeVar("T")

PATIENCE = timedelta(hours=2)
"""How long the others wait while the first process validates."""


@dataclass(frozen=True, slots=True)
class Ranks:
    """Which process this is; with one process, nothing here does anything.

    Gradients are averaged after the backward pass and not by ``DistributedDataParallel``: which
    parts of the network have a gradient depends on the batch, and the weights are few.
    """

    rank: int = 0
    size: int = 1

    @classmethod
    def join(cls) -> Ranks:
        """Meet the other processes that ``torchrun`` started, if it did."""
        if int(os.environ.get("WORLD_SIZE", 1)) == 1:
            return cls()
        cuda = torch.cuda.is_available()
        if cuda:
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        dist.init_process_group("cpu:gloo,cuda:nccl" if cuda else "gloo", timeout=PATIENCE)
        return cls(dist.get_rank(), dist.get_world_size())

    def leave(self) -> None:
        """Part from the others at the end."""
        if self.size > 1:
            dist.destroy_process_group()

    @property
    def leads(self) -> bool:
        """The first process validates, saves and logs."""
        return self.rank == 0

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Put the mean over all processes into tensors of floats, in place and in one message."""
        if self.size == 1:
            return
        joined = torch.cat([tensor.detach().float().flatten() for tensor in tensors])
        dist.all_reduce(joined)
        joined /= self.size
        parts = joined.split([tensor.numel() for tensor in tensors])
        for tensor, mean in zip(tensors, parts, strict=True):
            tensor.detach().copy_(mean.view_as(tensor))

    def mean(self, value: float) -> float:
        """The mean of a number over all processes, the same in each."""
        if self.size == 1:
            return value
        number = torch.tensor(value, dtype=torch.float64)
        dist.all_reduce(number)
        return float(number) / self.size

    def share(self, thing: T) -> T:
        """What the first process has, in each process; it has to be picklable."""
        if self.size == 1:
            return thing
        things = [thing]
        dist.broadcast_object_list(things, device=torch.device("cpu"))
        return things[0]
