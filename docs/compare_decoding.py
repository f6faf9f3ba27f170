"""What keeping keys and values saves when captions are spelt (docs/caption.md).

    python docs/compare_decoding.py --batch 16

Strings of several lengths are spelt greedily from rendered drawings, once as the caption reader
does it, and once with the whole string worked out again for each token. Both give the same tokens.
How long it takes depends on the lengths alone, so that weights need not be trained. Processor time
is counted.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from data.molecules import bundled_pool
from data.stream import SampleStream
from detectors.caption.canvas import on_canvas
from detectors.caption.model import CaptionConfig, CaptionModel
from detectors.caption.tokens import BEGIN
from detectors.network import ink_of
from graphparse.caption import CaptionReader


def spelt_with_cache(model: CaptionModel, cells: Tensor, length: int) -> Tensor:
    """(B, length) likeliest tokens after BEGIN, from (B, S, D) cells; END does not end them."""
    state = model.decoder.start(cells)
    tokens = [torch.full((len(cells),), BEGIN)]
    for _ in range(length):
        # the state belongs to the decoder that made it
        logits, state = model.decoder.step(state, tokens[-1])  # type: ignore[arg-type]
        tokens.append(logits.argmax(1))
    return torch.stack(tokens[1:], 1)


def spelt_without_cache(model: CaptionModel, cells: Tensor, length: int) -> Tensor:
    """The same, by teacher forcing of all tokens so far."""
    tokens = torch.full((len(cells), 1), BEGIN)
    for _ in range(length):
        logits, _ = model.decoder(cells, tokens)
        tokens = torch.cat([tokens, logits[:, -1].argmax(1, keepdim=True)], 1)
    return tokens[:, 1:]


@torch.inference_mode()
def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--weights", type=Path, help="of the model; else untrained ones")
    options.add_argument("--decoder", default="transformer", help="of the untrained model")
    options.add_argument("--batch", type=int, default=16)
    options.add_argument("--lengths", type=int, nargs="+", default=[25, 50, 100, 200])
    options.add_argument("--threads", type=int, default=1)
    asked = options.parse_args()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(0)
    if asked.weights:
        model = CaptionReader(asked.weights).models[0]
    else:
        model = CaptionModel(CaptionConfig("resnet", asked.decoder)).eval()
    stream = SampleStream(bundled_pool(), 0)
    canvases = [on_canvas(stream.sample(i).image, model.config.canvas) for i in range(asked.batch)]
    cells = model.encoder(ink_of(torch.from_numpy(np.stack(canvases))))
    print("| tokens | cached, s | uncached, s | ratio | same tokens |")
    print("|---|---|---|---|---|")
    for length in asked.lengths:
        seconds, tokens = [], []
        for spelt in (spelt_with_cache, spelt_without_cache):
            start = time.process_time()
            tokens.append(spelt(model, cells, length))
            seconds.append(time.process_time() - start)
        same = 100 * float((tokens[0] == tokens[1]).float().mean())
        print(
            f"| {length} | {seconds[0]:.2f} | {seconds[1]:.2f} | {seconds[1] / seconds[0]:.1f} | "
            f"{same:.1f} % |",
            flush=True,
        )


if __name__ == "__main__":
    main()
