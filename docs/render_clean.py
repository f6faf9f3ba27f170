"""Samples of one clean style, RDKit's own on white paper, to compare the renders with.

python docs/render_clean.py clean --count 12000 --molecules molecules.smi.gz
python docs/compare_renders.py clean --out runs/clean
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from data.molecules import load_pool
from data.rdkit_pen import RdkitOdds, draw_rdkit

BOND = 24.0
CLEAN = RdkitOdds(
    coordgen=0.0,
    rotate=0.0,
    mirror=0.0,
    acs=0.0,
    coloured=0.0,
    methyls=0.0,
    own_font=1.0,
    two_wedges=0.0,
    stroke=(0.07, 0.07),
    double_gap=(0.15, 0.15),
    letters=(0.55, 0.55),
    label_padding=(0.0, 0.0),
    margin=(0.5, 0.5),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="folder")
    parser.add_argument("--molecules", type=Path, required=True, help="SMILES, one a line")
    parser.add_argument("--count", type=int, default=12_000)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    pool = load_pool(options.molecules)
    made = tried = 0
    while made < options.count:
        rng = np.random.default_rng((options.seed, tried))
        tried += 1
        smiles = pool[int(rng.integers(len(pool)))]
        drawn = draw_rdkit(smiles, BOND, rng, CLEAN)
        if drawn is None:
            continue
        image, graph = drawn
        cv2.imwrite(str(options.out / f"{made:06d}.png"), image)
        record = {"smiles": smiles, "graph": graph.to_dict()}
        (options.out / f"{made:06d}.json").write_text(json.dumps(record) + "\n")
        made += 1


if __name__ == "__main__":
    main()
