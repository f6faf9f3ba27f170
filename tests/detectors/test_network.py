from pathlib import Path

import numpy as np
import pytest
import torch

from detectors.backbone import UNet, fuse_batch_norm
from detectors.checkpoint import CheckpointError, load_checkpoint, save_checkpoint, split_prefix
from detectors.geometric import GeometricConvolution
from detectors.network import NetworkConfig, ParserNetwork
from detectors.parser import Parser
from detectors.reader import Attention, LabelReader
from detectors.refiner import EdgeConvolution, Refiner
from detectors.sampling import sample_points
from detectors.scale import ScaleNetwork, bin_targets, expected_length
from detectors.vocabulary import END, PAD, REVERSED_EDGE, encode
from graphparse.shipped import shipped_weights

SMALL = NetworkConfig(widths=(16, 16, 16, 16), depths=(1, 1, 1, 1), channels=16)


def test_output_is_at_stride_four() -> None:
    features, maps = ParserNetwork(SMALL)(torch.rand(2, 1, 64, 96))
    assert features.shape == (2, 16, 16, 24)
    assert maps.shape == (2, 9, 16, 24)


def test_fused_batch_norm_gives_the_same_map() -> None:
    torch.manual_seed(0)
    net = UNet((16, 16, 16, 16), (1, 1, 1, 1), 16)
    for _ in range(3):
        net(torch.rand(2, 1, 64, 64))
    net.eval()
    image = torch.rand(1, 1, 64, 64)
    with torch.inference_mode():
        before = net(image)
        fuse_batch_norm(net)
        after = net(image)
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in net.modules())
    torch.testing.assert_close(before, after, atol=1e-4, rtol=1e-4)


def test_sampling_at_cell_centres_returns_the_cells() -> None:
    feature_map = torch.rand(2, 3, 5, 7)
    points = torch.tensor([[[1.5, 1.5], [13.5, 9.5]], [[25.5, 17.5], [1.5, 5.5]]])
    found = sample_points(feature_map, points, torch.tensor([0, 1]))
    torch.testing.assert_close(found[0, 0], feature_map[0, :, 0, 0])
    torch.testing.assert_close(found[0, 1], feature_map[0, :, 2, 3])
    torch.testing.assert_close(found[1, 0], feature_map[1, :, 4, 6])
    torch.testing.assert_close(found[1, 1], feature_map[1, :, 1, 0])


@pytest.mark.parametrize("passes", [True, False])
def test_an_edge_seen_from_its_other_end_is_the_reversed_edge(passes: bool) -> None:
    torch.manual_seed(1)
    refiner = Refiner(8, width=16, rounds=2, passes=passes).eval()
    feature_map, xy = torch.rand(2, 8, 16, 16), torch.rand(6, 2) * 60
    image_index = torch.tensor([0, 0, 0, 1, 1, 1])
    pairs = torch.tensor([[0, 1], [1, 2], [3, 5]])
    with torch.inference_mode():
        scores = torch.rand(6)
        one = refiner(feature_map, xy, scores, image_index, pairs)
        two = refiner(feature_map, xy, scores, image_index, pairs.flip(1))
    torch.testing.assert_close(one.edge, two.edge[:, REVERSED_EDGE], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(one.label, two.label, atol=1e-5, rtol=1e-5)


def test_messages_reach_exactly_as_far_as_there_are_rounds() -> None:
    torch.manual_seed(2)
    feature_map, image_index = torch.rand(1, 8, 16, 16), torch.zeros(4, dtype=torch.long)
    xy, scores = torch.rand(4, 2) * 60, torch.rand(4)
    chain = torch.tensor([[0, 1], [1, 2], [2, 3]])
    changed = scores.clone()
    changed[3] = 5.0
    for passes, reaches in ((True, True), (False, False)):
        refiner = Refiner(8, width=16, rounds=3, passes=passes).eval()
        with torch.inference_mode():
            before = refiner(feature_map, xy, scores, image_index, chain).label[0]
            after = refiner(feature_map, xy, changed, image_index, chain).label[0]
        assert bool((before != after).any()) == reaches


@pytest.mark.parametrize("passes", [True, False])
def test_torch_geometric_gives_the_same_sums_and_gradients(passes: bool) -> None:
    torch.manual_seed(6)
    one, two = (kind(16, passes) for kind in (EdgeConvolution, GeometricConvolution))
    two.load_state_dict(one.state_dict())
    nodes, edges = torch.randn(9, 16), torch.randn(40, 16)
    edge_index = torch.randint(0, 8, (2, 40))  # no message reaches the last node
    found = []
    for layer in (one, two):
        given = [nodes.clone().requires_grad_(), edges.clone().requires_grad_()]
        out = layer(*given, edge_index)
        sum((part**3).sum() for part in out).backward()
        # where no messages pass, nothing is learnt of their gate
        grads = [p.grad for p in layer.parameters() if p.grad is not None]
        found.append([*out, *(leaf.grad for leaf in given), *grads])
    torch.testing.assert_close(found[0], found[1], atol=1e-6, rtol=1e-6)


def test_weights_are_those_of_either_convolution() -> None:
    tensors, sidecar = load_checkpoint(shipped_weights())
    config = NetworkConfig(**sidecar["architecture"]["parser"])
    xy, scores = torch.rand(30, 2) * 60, torch.rand(30)
    feature_map, image_index = torch.rand(1, config.channels, 16, 16), torch.zeros(30).long()
    pairs = torch.combinations(torch.arange(30))
    found = []
    for kind in (EdgeConvolution, GeometricConvolution):
        network = ParserNetwork(config, kind).eval()
        network.load_state_dict(split_prefix(tensors, "parser"))
        with torch.inference_mode():
            found.append(network.refiner(feature_map, xy, scores, image_index, pairs))
    for name in ("exists", "label", "charge", "edge"):
        one, two = (getattr(refined, name) for refined in found)
        torch.testing.assert_close(one, two, atol=1e-6, rtol=1e-6)


def test_reader_reads_the_same_alone_and_in_a_batch() -> None:
    torch.manual_seed(3)
    network = ParserNetwork(SMALL).eval()
    feature_map, xy = torch.rand(2, 16, 16, 16), torch.rand(5, 2) * 60
    image_index = torch.tensor([0, 0, 0, 1, 1])
    tokens, logs = network.reader.read(network.reader.look(feature_map, xy, image_index))
    for i in range(5):
        image = feature_map[image_index[i] : image_index[i] + 1]
        windows = network.reader.look(image, xy[i : i + 1], torch.zeros(1, dtype=torch.long))
        alone, log = network.reader.read(windows)
        assert alone[0].tolist() == tokens[i, : alone.shape[1]].tolist()
        torch.testing.assert_close(log[0], logs[i], atol=1e-4, rtol=1e-4)


def test_reader_score_is_that_of_teacher_forcing() -> None:
    torch.manual_seed(4)
    reader = ParserNetwork(SMALL).reader.eval()
    feature_map, xy = torch.rand(1, 16, 16, 16), torch.rand(1, 2) * 60
    index = torch.zeros(1, dtype=torch.long)
    with torch.inference_mode():
        tokens, log = reader.read(reader.look(feature_map, xy, index))
        logits = reader(feature_map, xy, index, tokens)
    chosen = logits.log_softmax(-1).gather(-1, tokens[..., None]).sum()
    torch.testing.assert_close(chosen, log[0], atol=1e-4, rtol=1e-4)
    assert np.array_equal(encode("")[:1], [2])


@torch.inference_mode()
def test_kept_keys_and_dropped_labels_change_no_token() -> None:
    torch.manual_seed(5)
    reader = LabelReader(8, 16, 2).eval()
    reader.out.weight *= 4  # strings of different lengths
    reader.out.bias[END] += 1
    where = torch.rand(2, 8, 24, 24) * 4, torch.rand(40, 2) * 90, torch.arange(40) // 20
    tokens, logs = reader.read(reader.look(*where))
    lengths = (tokens != PAD).sum(1)
    assert lengths.min() < lengths.max()
    written = torch.zeros(40, 1, dtype=torch.long)
    for step in range(tokens.shape[1]):
        written[:, -1] = reader(*where, written)[:, -1].argmax(-1)
        going = lengths > step
        assert torch.equal(written[going, step], tokens[going, step])
        written = torch.cat([written, torch.zeros(40, 1, dtype=torch.long)], 1)
    each = reader(*where, tokens).log_softmax(-1).gather(-1, tokens[..., None])[..., 0]
    torch.testing.assert_close((each * (tokens != PAD)).sum(1), logs, atol=1e-4, rtol=1e-4)


@torch.inference_mode()
def test_attention_is_that_of_torch() -> None:
    torch.manual_seed(6)
    attention = Attention(16, 4, batch_first=True).eval()
    x, memory = torch.rand(3, 5, 16), torch.rand(3, 7, 16)
    expected = attention(x, memory, memory, need_weights=False)[0]
    found = attention.attend(x, attention.keys_values(memory))
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    later = torch.ones(5, 5, dtype=torch.bool).triu(1)
    expected = attention(x, x, x, attn_mask=later, need_weights=False)[0]
    found = attention.attend(x, attention.keys_values(x), causal=True)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_scale_bins_are_inverted() -> None:
    lengths = torch.tensor([6.0, 24.0, 90.0])
    torch.testing.assert_close(
        expected_length((bin_targets(lengths) + 1e-12).log()), lengths, rtol=0.01, atol=0.01
    )
    assert ScaleNetwork()(torch.rand(2, 1, 64, 80)).shape[0] == 2


def test_checkpoint_round_trip_and_damage(tmp_path: Path) -> None:
    network = ParserNetwork(SMALL)
    path = save_checkpoint(tmp_path, "parser", network.state_dict(), {"note": 1})
    tensors, sidecar = load_checkpoint(path)
    assert sidecar["note"] == 1 and sidecar["sha256"].startswith(path.stem.split("-")[1])
    network.load_state_dict(tensors)
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    with pytest.raises(CheckpointError, match="sha256"):
        load_checkpoint(path)
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_checkpoint(tmp_path / "none.safetensors")


def test_weights_of_another_vocabulary_are_refused(tmp_path: Path) -> None:
    path = save_checkpoint(tmp_path, "parser", {}, {"vocabulary": {"characters": "abc"}})
    with pytest.raises(CheckpointError, match="other labels"):
        Parser.load(path)


@torch.inference_mode()
def test_other_readings_differ_and_are_scored_as_whole_strings() -> None:
    torch.manual_seed(3)
    reader = LabelReader(8, 16, 1).eval()
    where = torch.rand(2, 8, 12, 12), torch.rand(3, 2) * 40, torch.tensor([0, 1, 1])
    windows = reader.look(*where)
    tokens, scores = reader.read(windows)
    label, others, other_scores = reader.read_otherwise(windows, tokens)
    assert len(label) == len(others) == len(other_scores) > 0
    for row, text, score in zip(label.tolist(), others, other_scores.tolist(), strict=True):
        assert score <= 0 and not torch.equal(text[: tokens.shape[1]], tokens[row][: len(text)])
        feature_map, xy, image_index = where
        logits = reader(feature_map, xy[row : row + 1], image_index[row : row + 1], text[None])
        each = logits[0].log_softmax(-1).gather(1, text[:, None])[:, 0]
        ended = (text == END).long()
        written = ended.cumsum(0) - ended == 0
        assert score == pytest.approx(float(each[written].sum()), abs=1e-4)
    again, same = reader.read(windows, forced=tokens)
    torch.testing.assert_close(same, scores)
    assert torch.equal(again, tokens)
