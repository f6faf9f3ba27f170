"""Samples are reproducible everywhere, complete, and inside of their image."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from rdkit import Chem

from assemble.molecule import assemble
from data.molecules import bundled_pool
from data.real import load_aligned
from data.stream import SampleStream


@pytest.fixture(scope="module")
def stream() -> SampleStream:
    return SampleStream(bundled_pool()[:500], seed=3)


def digest(stream: SampleStream, index: int) -> list[object]:
    sample = stream.sample(index)
    return [int(sample.image.astype(np.int64).sum()), sample.graph.to_json(), sample.smiles]


def test_a_sample_is_the_same_in_every_process(stream: SampleStream) -> None:
    here = [digest(stream, index) for index in (5, 17)]
    code = (
        "import json, numpy as np\n"
        "from data.molecules import bundled_pool\n"
        "from data.stream import SampleStream\n"
        "stream = SampleStream(bundled_pool()[:500], seed=3)\n"
        "samples = [stream.sample(i) for i in (17, 5)]\n"
        "print(json.dumps([[int(s.image.astype(np.int64).sum()), s.graph.to_json(), s.smiles]"
        " for s in samples]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == here[::-1]


def test_other_seeds_are_other_samples(stream: SampleStream) -> None:
    other = SampleStream(stream.molecules, seed=4)
    assert digest(stream, 5) != digest(other, 5)


def test_a_block_shows_one_molecule_in_different_ways(stream: SampleStream) -> None:
    block = [stream.sample(index) for index in range(stream.block, 2 * stream.block)]
    assert len({sample.smiles for sample in block}) == 1
    assert len({sample.bond_length for sample in block}) == stream.block
    assert len({sample.image.tobytes() for sample in block}) == stream.block


def test_layouts_and_drawings_may_be_used_once(stream: SampleStream) -> None:
    once = SampleStream(stream.molecules, 3, drawings=1, pages=1)
    assert len({once.sample(index).smiles for index in range(8)}) > 6
    with pytest.raises(ValueError, match="at least 1"):
        SampleStream(stream.molecules, pages=0)


def test_targets_lie_in_the_image_and_mean_the_molecule(stream: SampleStream) -> None:
    wrong = 0
    once = SampleStream(stream.molecules, 3, drawings=1, pages=1)
    for index in range(150):
        sample = once.sample(index)
        height, width = sample.image.shape
        assert sample.image.dtype == np.uint8
        assert (sample.graph.xy >= 0).all()
        assert (sample.graph.xy <= [width - 1, height - 1]).all()
        if not sample.smiles:
            assert sample.graph.n_atoms == 0
            continue
        assert 8 < sample.graph.bond_length() < 80
        truth = Chem.MolFromSmiles(sample.smiles)
        if all(atom.GetAtomicNum() for atom in truth.GetAtoms()):
            wrong += assemble(sample.graph).inchi != Chem.MolToInchi(truth)
    assert wrong <= 2


def test_a_pool_without_molecules_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one SMILES"):
        SampleStream([])


def test_a_pool_that_cannot_be_drawn_is_an_error() -> None:
    with pytest.raises(ValueError, match="could be drawn"):
        SampleStream(["not a molecule"]).sample(0)


def test_real_drawings_are_resampled_with_their_graph(stream: SampleStream, tmp_path: Path) -> None:
    sample = next(s for s in map(stream.sample, range(50)) if s.graph.n_bonds > 5)
    cv2.imwrite(str(tmp_path / "one.png"), sample.image)
    record = {"image": "one.png", "graph": sample.graph.to_dict(), "smiles": sample.smiles}
    (tmp_path / "aligned.jsonl").write_text(json.dumps(record) + "\n")
    real = load_aligned(tmp_path / "aligned.jsonl")
    mixed = SampleStream(stream.molecules, 3, real, real_share=1.0)
    for index in range(6):
        again = mixed.sample(index)
        if not again.smiles:
            continue
        assert again.graph.labels == sample.graph.labels
        assert (again.graph.xy > 0).all()
        lengths = np.linalg.norm(np.diff(again.graph.xy[again.graph.bonds], axis=1), axis=-1)
        before = np.linalg.norm(np.diff(sample.graph.xy[sample.graph.bonds], axis=1), axis=-1)
        np.testing.assert_allclose(lengths / before, np.median(lengths / before), rtol=0.02)


def test_a_broken_file_of_drawings_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "aligned.jsonl").write_text('{"image": "x.png"}\n')
    with pytest.raises(ValueError, match="line 1"):
        load_aligned(tmp_path / "aligned.jsonl")


def test_metals_are_drawn_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    metal = "[F][Pt]([F])([c]1ccccc1)([c]1ccccc1)(<-[P](C)(C)C)<-[P](C)(C)C"
    stream = SampleStream([metal], 2, drawings=1, pages=1)
    assert any(stream.sample(index).smiles for index in range(8))
    assert capfd.readouterr().err == ""
