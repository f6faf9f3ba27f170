"""Two processes train one model: same weights, and the gradient of the joined batch."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from data.molecules import bundled_pool
from data.stream import SampleStream
from detectors.network import NetworkConfig
from graphparse.training.batches import BatchStream
from graphparse.training.loop import Networks, TrainConfig, Trainer
from graphparse.training.ranks import Ranks

SMALL = NetworkConfig((16, 16, 16, 16), (1, 1, 1, 1), 16, 16, 1, reader_width=16, reader_layers=1)


def joined(seed: int = 0) -> tuple[nn.Module, torch.Tensor]:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 1)), torch.rand(6, 5)


def small_stream() -> SampleStream:
    return SampleStream([smiles for smiles in bundled_pool() if len(smiles) < 16][:100], seed=3)


def train(rank: int, folder: str) -> None:
    """What each of two processes does; its findings go to a file."""
    torch.set_num_threads(1)
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2"}
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": (Path(folder) / "port").read_text()}
    ranks = Ranks.join()
    model, batch = joined()
    model(batch[3 * rank : 3 * rank + 3]).square().mean().backward()
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    ranks.average(gradients)
    torch.manual_seed(rank)  # the second process begins elsewhere, and takes over the first's
    out = Path(folder) / f"out{rank}"
    config = TrainConfig(
        minutes=1e-9, batch_size=2, workers=0, crops_per_sample=1, validation_batches=1
    )
    trainer = Trainer(Networks(SMALL), small_stream(), config, out, ranks)
    trainer.networks.train()
    batches = iter(trainer.batches())
    seen = []
    for _ in range(3):
        seen.append(next(batches))
        trainer.train_step(seen[-1], np.random.default_rng(0))
    torch.save(
        {
            "gradients": gradients,
            "weights": trainer.networks.state_dict(),
            "ema": trainer.ema.module.state_dict(),
            "gray": seen[0].gray,
            "images": trainer.images,
            "mean": ranks.mean(float(rank)),
            "shared": ranks.share(f"from {rank}"),
        },
        Path(folder) / f"found{rank}.pt",
    )
    trainer.run()
    ranks.leave()


def test_two_processes_train_one_model(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        (tmp_path / "port").write_text(str(free.getsockname()[1]))
    processes = [
        subprocess.Popen([sys.executable, __file__, str(rank), str(tmp_path)]) for rank in range(2)
    ]
    assert [process.wait(timeout=120) for process in processes] == [0, 0]
    one, two = (torch.load(tmp_path / f"found{rank}.pt") for rank in range(2))
    model, batch = joined()
    model(batch).square().mean().backward()
    for parameter, mean, same in zip(
        model.parameters(), one["gradients"], two["gradients"], strict=True
    ):
        torch.testing.assert_close(mean, parameter.grad)
        assert torch.equal(mean, same)
    for kind in ("weights", "ema"):
        for name, value in one[kind].items():
            assert torch.equal(value, two[kind][name]), name
    assert not torch.equal(one["gray"], two["gray"])
    assert one["images"] == two["images"] == 12
    assert one["mean"] == two["mean"] == 0.5
    assert one["shared"] == two["shared"] == "from 0"
    assert (tmp_path / "out0/state.pt").exists() and not (tmp_path / "out1/state.pt").exists()


def test_a_process_alone_changes_nothing() -> None:
    ranks = Ranks.join()
    tensor = torch.ones(3)
    ranks.average([tensor])
    assert ranks == Ranks() and ranks.leads and torch.equal(tensor, torch.ones(3))
    assert (ranks.mean(2.0), ranks.share("x")) == (2.0, "x")


def test_processes_share_the_samples_out(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[set[int]] = []
    block = small_stream().block
    # a training that goes on begins anywhere; each whole block is one process's alone
    first, blocks = block + 1, range(2, 10)
    for rank in range(2):
        stream = BatchStream(small_stream(), 1, first, ranks=Ranks(rank, 2))
        indices: set[int] = set()
        monkeypatch.setattr(stream, "_crops", lambda index, seen=indices: seen.add(index) or [])
        monkeypatch.setattr("data.stream.count", lambda a, b: range(a, blocks.stop, b))
        list(stream)
        taken.append(indices)
    assert not taken[0] & taken[1]
    assert taken[0] | taken[1] == set(range(blocks.start * block, blocks.stop * block))
    for indices in taken:
        assert all(set(range(i - i % block, i - i % block + block)) <= indices for i in indices)


if __name__ == "__main__":
    train(int(sys.argv[1]), sys.argv[2])
