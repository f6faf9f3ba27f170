"""Compare what can run the encoder, on the same images: speed and agreement (docs/speed.md).

    pip install onnx onnxruntime onnxscript
    python docs/compare_engines.py FOLDER --limit 60

A folder has ``references.csv``. The images go through each engine in turn, so that a busy machine
is as slow for all of them; processor time is counted. torch.compile needs a C++ compiler.
"""

from __future__ import annotations

import argparse
import copy
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from detectors.backbone import MULTIPLE
from detectors.engine import Engine as Kind
from detectors.network import ParserNetwork
from detectors.stages import Stopwatch
from graphparse import metrics
from graphparse.evaluate import read_references, spaced
from graphparse.prediction import Prediction
from graphparse.recognizer import Recognizer

Engine = Callable[[Tensor], tuple[Tensor, Tensor]]
"""(B, 1, H, W) ink -> feature map and head maps, float32."""
CALIBRATION = 16
"""Images whose activations fix the ranges of int8; they are not measured."""


def half_precision(network: ParserNetwork) -> Engine:
    half = copy.deepcopy(network).bfloat16()

    def run(ink: Tensor) -> tuple[Tensor, Tensor]:
        features, maps = half(ink.bfloat16())
        return features.float(), maps.float()

    return run


def compiled(network: ParserNetwork) -> Engine:
    return torch.compile(copy.deepcopy(network), dynamic=True)


def export(network: ParserNetwork, path: Path) -> Path:
    """The encoder and the head as an ONNX file for any batch and size."""
    side = {2: torch.export.Dim.DYNAMIC, 3: torch.export.Dim.DYNAMIC}
    plain = copy.deepcopy(network).to(memory_format=torch.contiguous_format)
    example = torch.rand(1, 1, 4 * MULTIPLE, 6 * MULTIPLE)
    torch.onnx.export(
        plain,
        (example,),
        path,
        input_names=["ink"],
        output_names=["features", "maps"],
        dynamic_shapes={"ink": side},
        dynamo=True,
        external_data=False,
    )
    return path


def quantised(path: Path, inks: Sequence[Tensor]) -> Path:
    """The same with weights and activations of 8 bits."""
    from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Inks(CalibrationDataReader):
        def __init__(self) -> None:
            self.left: Iterator[Tensor] = iter(inks)

        def get_next(self) -> dict[str, Any] | None:
            ink = next(self.left, None)
            return None if ink is None else {"ink": ink.numpy()}

    ready, out = path.with_suffix(".ready.onnx"), path.with_suffix(".int8.onnx")
    quant_pre_process(path, ready, skip_symbolic_shape=True)
    quantize_static(
        ready,
        out,
        Inks(),
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["Conv"],
    )
    return out


def onnx_runtime(path: Path, threads: int) -> Engine:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def run(ink: Tensor) -> tuple[Tensor, Tensor]:
        features, maps = session.run(None, {"ink": ink.contiguous().numpy()})
        return torch.from_numpy(features), torch.from_numpy(maps)

    return run


def record_inks(recognizer: Recognizer, images: Sequence[Path]) -> list[Tensor]:
    """What the encoder is given for these images."""
    network = recognizer._parser.network
    inks: list[Tensor] = []
    handle = network.register_forward_pre_hook(lambda _, given: inks.append(given[0].clone()))
    recognizer.predict(images)
    handle.remove()
    return inks


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folders", type=Path, nargs="+")
    options.add_argument("--limit", type=int, default=60, help="images of each folder")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--skip", nargs="*", default=[], help="engines to leave out")
    asked = options.parse_args()
    recognizer = Recognizer(threads=asked.threads, engine=Kind.TORCH)
    network = recognizer._parser.network
    references = [
        reference
        for folder in asked.folders
        for reference in spaced(read_references(folder), asked.limit + CALIBRATION)
    ]
    order = np.random.default_rng(0).permutation(len(references))
    calibration = [references[i].image for i in order[:CALIBRATION]]
    measured = [references[i] for i in order[CALIBRATION:]]
    with tempfile.TemporaryDirectory() as folder:
        path = export(network, Path(folder) / "encoder.onnx")
        makers: dict[str, Callable[[], Engine]] = {
            "torch fp32": lambda: network,
            "torch bf16": lambda: half_precision(network),
            "torch.compile": lambda: compiled(network),
            "ONNX Runtime fp32": lambda: onnx_runtime(path, asked.threads),
            "ONNX Runtime int8": lambda: onnx_runtime(
                quantised(path, record_inks(recognizer, calibration)), asked.threads
            ),
        }
        engines = {name: make() for name, make in makers.items() if name not in asked.skip}
        for name, engine in engines.items():
            recognizer._parser._detect = engine
            start = time.process_time()
            recognizer.predict(calibration[:4])
            print(f"{name}: {time.process_time() - start:.1f} s for the first four images")
        watches: dict[str, list[Stopwatch]] = {name: [] for name in engines}
        found: dict[str, list[Prediction]] = {name: [] for name in engines}
        for reference in measured:
            for name, engine in engines.items():
                recognizer._parser._detect = engine
                with Stopwatch() as watch:
                    found[name] += recognizer.predict([reference.image])
                watches[name].append(watch)
    truth = [reference.inchi for reference in measured]
    plain = next(iter(found.values()))
    print("| engine | encoder, ms | whole, ms | faster | exact InChI | same SMILES | confidence |")
    print("|---|---|---|---|---|---|---|")
    whole_of_first = 0.0
    for name, runs in watches.items():
        encoder = 1000 * np.mean([watch.processor["encoder"] for watch in runs])
        whole = 1000 * np.mean([sum(watch.processor.values()) for watch in runs])
        whole_of_first = whole_of_first or whole
        read = found[name]
        exact = sum(metrics.exact(p.inchi, t) for p, t in zip(read, truth, strict=True))
        same = sum(p.smiles == q.smiles for p, q in zip(read, plain, strict=True))
        off = max(abs(p.confidence - q.confidence) for p, q in zip(read, plain, strict=True))
        print(
            f"| {name} | {encoder:.1f} | {whole:.1f} | {whole_of_first / whole:.2f}x | "
            f"{exact} of {len(truth)} | {same} | {off:.4f} |"
        )


if __name__ == "__main__":
    main()
