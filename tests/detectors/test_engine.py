"""ONNX Runtime gives the maps that torch gives."""

from pathlib import Path

import pytest
import torch
from torch import nn

from detectors.backbone import fuse_batch_norm
from detectors.engine import Engine, run_with_onnx, to_onnx
from detectors.network import NetworkConfig, ParserNetwork
from detectors.scale import ScaleNetwork
from graphparse.recognizer import Recognizer

SMALL = NetworkConfig((16, 24, 32, 40), (1, 2, 1, 1), 16)


@torch.inference_mode()
@pytest.mark.parametrize("shape", [(1, 1, 64, 96), (3, 1, 160, 32)])
def test_the_maps_are_those_of_torch(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    network, scale = ParserNetwork(SMALL).eval(), ScaleNetwork((8, 8, 16, 16)).eval()
    votes = nn.Sequential(scale.encoder, scale.votes)
    ink = torch.rand(shape)
    for module, expected in ((network, network(ink)), (votes, (votes(ink),))):
        fuse_batch_norm(module)
        for found, right in zip(run_with_onnx(module, 1)(ink), expected, strict=True):
            torch.testing.assert_close(found, right, atol=1e-4, rtol=1e-4)


def test_what_cannot_be_translated_is_refused() -> None:
    with pytest.raises(NotImplementedError, match="Sigmoid"):
        to_onnx(nn.Sequential(nn.Conv2d(1, 2, 3), nn.Sigmoid()))


def test_both_engines_read_the_same(recognizer: Recognizer, examples: Path) -> None:
    images = sorted(examples.glob("*.png"))[:3]
    with_torch = Recognizer(engine=Engine.TORCH)
    assert (recognizer.engine, with_torch.engine) == (Engine.ONNX, Engine.TORCH)
    for one, two in zip(recognizer.predict(images), with_torch.predict(images), strict=True):
        assert one.smiles == two.smiles and one.status == two.status
        assert one.confidence == pytest.approx(two.confidence, abs=1e-4)
