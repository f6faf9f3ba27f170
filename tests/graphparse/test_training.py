"""The training path: it overfits one batch, goes on after a stop, and packs batches right."""

from pathlib import Path

import numpy as np
import pytest
import torch

from assemble.graph import MoleculeGraph
from data.molecules import bundled_pool
from data.stream import Sample, SampleStream
from detectors.network import NetworkConfig
from detectors.parser import Parser
from detectors.vocabulary import decode, edge_class
from graphparse.benchmark import STAGES, measure
from graphparse.training.batches import CROP, BatchStream, collate, crop_sample, take_crop
from graphparse.training.loop import Networks, TrainConfig, Trainer
from graphparse.training.schedule import rate_at
from graphparse.training.step import losses


@pytest.fixture(scope="module")
def stream() -> SampleStream:
    small = [smiles for smiles in bundled_pool() if len(smiles) < 24][:200]
    return SampleStream(small, seed=7)


def as_set(graph: MoleculeGraph) -> set[tuple[object, ...]]:
    """Atoms and bonds as a set that does not depend on their order, places to 6 px."""
    cells = [tuple(np.rint(xy / 6).astype(int)) for xy in graph.xy]
    found: set[tuple[object, ...]] = {("atoms", *sorted(graph.labels))}
    for (begin, end), kind in zip(graph.bonds.tolist(), graph.kinds.tolist(), strict=True):
        ends = [(graph.labels[begin], kind), (graph.labels[end], kind)]
        found.add(("bond", *sorted(ends)))
    return found | {("n", len(cells), graph.n_bonds)}


def test_overfits_one_batch(stream: SampleStream, tmp_path: Path) -> None:
    torch.manual_seed(0)
    crops, index = [], 0
    while len(crops) < 3:
        sample = stream.sample(index)
        index += 1
        if 4 <= sample.graph.n_atoms <= 14 and max(sample.image.shape) <= CROP:
            crops.append(crop_sample(sample, np.random.default_rng(index)))
    batch = collate(crops)
    config = TrainConfig(minutes=100, warm_up=20, ema_decay=0.9)
    small = NetworkConfig((32, 48, 64, 96), (1, 1, 1, 1), 48, reader_layers=1)
    trainer = Trainer(Networks(small), stream, config, tmp_path)
    trainer.networks.train()
    rng = np.random.default_rng(0)
    first = sum(trainer.train_step(batch, rng).values())
    truth = [as_set(crop.graph) for crop in crops]
    # processors round differently: how many steps it takes is not the same on all of them
    for _ in range(5):
        for _ in range(100):
            last = sum(trainer.train_step(batch, rng).values())
        read = read_by(trainer, batch.gray)
        if read == truth:
            break
    assert last < first / 10
    assert read == truth


def read_by(trainer: Trainer, gray: torch.Tensor) -> list[set[tuple[object, ...]]]:
    """What the networks make of crops, which must not change the networks."""
    trained = trainer.networks.eval()
    found = Parser(trained.parser, trained.scale).read_canonical(gray)
    trained.train()
    return [as_set(graph) for graph, *_ in found]


def test_a_fixed_map_stays_as_it_is(stream: SampleStream, tmp_path: Path) -> None:
    torch.manual_seed(0)
    small = NetworkConfig(widths=(16, 16, 16, 16), depths=(1, 1, 1, 1), channels=16)
    config = TrainConfig(warm_up=1, fixed_map=True, weight_decay=0.1)
    trainer = Trainer(Networks(small), stream, config, tmp_path)
    before = {name: value.clone() for name, value in trainer.networks.state_dict().items()}
    batch = next(iter(BatchStream(stream, 4)))
    parts = trainer.train_step(batch, np.random.default_rng(0))
    assert {"edge", "label", "read"} <= set(parts) and "keypoints" not in parts
    changed = {
        name.split(".")[1]
        for name, value in trainer.networks.parser.state_dict(prefix="parser.").items()
        if not torch.equal(value, before[name])
    }
    assert changed == {"refiner", "reader"}
    scale = trainer.networks.scale.state_dict(prefix="scale.")
    assert all(torch.equal(value, before[name]) for name, value in scale.items())


def test_training_goes_on_where_it_stopped(stream: SampleStream, tmp_path: Path) -> None:
    small = NetworkConfig(widths=(16, 16, 16, 16), depths=(1, 1, 1, 1), channels=16)
    config = TrainConfig(minutes=0.02, batch_size=2, workers=0, validation_batches=1)
    torch.manual_seed(0)
    one = Trainer(Networks(small), stream, config, tmp_path)
    one.run()
    assert one.step > 0
    two = Trainer(Networks(small), stream, config, tmp_path)
    assert (two.step, two.images) == (one.step, one.images)
    for key, value in one.networks.state_dict().items():
        torch.testing.assert_close(two.networks.state_dict()[key], value)


def test_batches_are_reproducible_and_go_on(stream: SampleStream) -> None:
    first = next(iter(BatchStream(stream, 4)))
    again = next(iter(BatchStream(stream, 4)))
    later = next(iter(BatchStream(stream, 4, first=4)))
    assert torch.equal(first.gray, again.gray)
    assert not torch.equal(first.gray, later.gray)


def test_batches_mix_molecules() -> None:
    stream = SampleStream(bundled_pool()[:300], seed=7)
    batch = next(iter(BatchStream(stream, 8)))
    found = {batch.gray[i].numpy().tobytes() for i in range(8)}
    sizes = batch.image_index.bincount(minlength=8).tolist()
    assert len(found) == 8
    assert len(set(sizes)) > 3


def test_the_benchmark_times_every_stage(stream: SampleStream) -> None:
    speed = measure(stream, stream.block + 2)
    assert speed.images == 2 * stream.block
    assert set(speed.seconds) == set(STAGES)
    assert all(seconds > 0 for seconds in speed.seconds.values())
    assert "images a second" in speed.table()


def test_packed_graphs_are_those_of_the_crops(stream: SampleStream) -> None:
    crops = [crop_sample(stream.sample(i), np.random.default_rng(i)) for i in range(6)]
    batch = collate(crops)
    labels = [label for crop in crops for label in crop.graph.labels]
    assert [decode(row) for row in batch.tokens.numpy()] == labels
    assert batch.image_index.bincount(minlength=6).tolist() == [c.graph.n_atoms for c in crops]
    at = 0
    for crop in crops:
        n = crop.graph.n_atoms
        assert torch.equal(batch.xy[at : at + n], torch.from_numpy(crop.graph.xy.copy()))
        at += n
    kinds = [edge_class(int(kind)) for crop in crops for kind in crop.graph.kinds]
    assert batch.edge.tolist() == kinds
    ends = batch.image_index[batch.bonds]
    assert bool((ends[:, 0] == ends[:, 1]).all())


def test_losses_do_not_fail_on_pages_without_molecules() -> None:
    torch.manual_seed(0)
    blank = Sample(np.full((100, 100), 255, np.uint8), MoleculeGraph.empty(), "", 24.0)
    batch = collate([crop_sample(blank, np.random.default_rng(0)) for _ in range(2)])
    networks = Networks(NetworkConfig((16, 16, 16, 16), (1, 1, 1, 1), 16))
    parts = losses(networks.parser, networks.scale, batch, np.random.default_rng(0))
    assert all(bool(torch.isfinite(part)) for part in parts.values())


@pytest.mark.parametrize("shape", [(50, 60), (300, 100), (500, 700)])
def test_crops_keep_places(shape: tuple[int, int]) -> None:
    image = np.full(shape, 255, np.uint8)
    y, x = shape[0] // 3, shape[1] // 2
    image[y, x] = 0
    crop, left, top = take_crop(image, np.array([x, y], np.float32), 224, 255)
    assert crop.shape == (224, 224)
    assert crop[y - top, x - left] == 0


def test_the_learning_rate_warms_up_and_falls() -> None:
    config = TrainConfig(learning_rate=1.0, warm_up=10)
    assert rate_at(0.0, 0, config) == pytest.approx(0.1)
    assert rate_at(0.0, 100, config) == pytest.approx(1.0)
    assert rate_at(1.0, 100, config) == pytest.approx(0.02)
