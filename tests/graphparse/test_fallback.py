"""The caption reader as a second opinion: a stand-in for it, and policies fitted on made cases."""

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from rdkit import Chem
from typer.testing import CliRunner

from assemble.molecule import from_molblock
from detectors.caption.model import CaptionConfig, CaptionModel
from detectors.checkpoint import CheckpointError, save_checkpoint
from graphparse import Recognizer
from graphparse.caption import CaptionReader
from graphparse.cli import app
from graphparse.compare import compare, read_set
from graphparse.fallback import (
    LAYOUT_NOTE,
    UNCALIBRATED_NOTE,
    Fallback,
    Opinion,
    Policy,
    captioned,
    combined,
    evidence,
    in_doubt,
    policy_path,
    probability,
)
from graphparse.fit_fallback import THRESHOLDS, Case, choose, fit_fallback
from graphparse.images import load_image
from graphparse.prediction import Prediction, ReaderKind, Status
from graphparse.recognizer import make_recognizer, weights_hash

ALWAYS = Policy(
    threshold=1.1, agreed=(4.0, 0.0, 0.0), graph=(-3.0, 0.0, 0.0), caption=(3.0, 0.0, 0.0)
)
"""Asks about all, and believes the caption reader."""
SMILES = ["CCO", "CCN", "CCC", "CCCl", "CCBr", "CCF"]


@dataclass(frozen=True)
class Written:
    smiles: str | None
    score: float = -0.1


class Parrot:
    """Says the same of every picture."""

    name, weights_hash = "parrot", "parrot"

    def __init__(self, *said: str | None) -> None:
        self.said = said
        self.asked = 0

    def read(self, grays: Sequence[NDArray[np.uint8]]) -> list[Written]:
        self.asked += 1
        return [Written(self.said[0]) for _ in grays]


class Broken(Parrot):
    def read(self, grays: Sequence[NDArray[np.uint8]]) -> list[Written]:
        raise RuntimeError("out of memory")


def opinion(smiles: str, score: float = -0.1) -> Opinion:
    found = Fallback(Parrot(smiles)).opinion(np.full((20, 20), 255, np.uint8))
    assert found is not None
    return replace(found, score=score)


OPINIONS = [opinion(smiles) for smiles in SMILES]
INCHIS = [str(found.molecule.inchi) for found in OPINIONS]


def reading(which: int | None, confidence: float) -> Prediction:
    status = Status.OK if confidence >= 0.5 else Status.LOW_CONFIDENCE
    inchi = None if which is None else INCHIS[which]
    return Prediction("x", status, inchi=inchi, confidence=confidence)


def test_the_caption_takes_over_where_it_is_likelier() -> None:
    found = combined(reading(0, 0.3), OPINIONS[1], ALWAYS)
    assert found.inchi == INCHIS[1] and found.reader == "caption"
    assert found.confidence == pytest.approx(probability((3.0,), ()))
    assert LAYOUT_NOTE in found.warnings and LAYOUT_NOTE in found.message
    assert found.graph is None and found.status is Status.OK
    assert found.molblock is not None
    # all spellings describe one molecule
    assert from_molblock(found.molblock).inchi == found.inchi
    assert Chem.MolToInchi(Chem.MolFromSmiles(found.smiles)) == found.inchi
    assert Prediction.from_dict(json.loads(json.dumps(found.to_dict()))).reader == "caption"


def test_stereo_survives_the_layout() -> None:
    for smiles in ("C[C@H](N)C(=O)O", "C/C=C\\C", "[13CH3]C[N+](C)(C)C.[Cl-]"):
        molecule = opinion(smiles).molecule
        assert molecule.inchi == Chem.MolToInchi(Chem.MolFromSmiles(smiles))


def test_agreement_raises_the_confidence_and_never_lowers_it() -> None:
    raised = combined(reading(0, 0.3), OPINIONS[0], ALWAYS)
    assert raised.confidence == pytest.approx(probability((4.0,), ()))
    assert raised.reader == "graph" and raised.status is Status.OK
    doubting = replace(ALWAYS, agreed=(-4.0, 0.0, 0.0))
    assert combined(reading(0, 0.3), OPINIONS[0], doubting).confidence == 0.3


def test_a_difference_lowers_the_confidence_of_what_stays() -> None:
    stubborn = replace(ALWAYS, graph=(-1.0, 0.0, 0.0), caption=(-2.0, 0.0, 0.0))
    found = combined(reading(0, 0.6), OPINIONS[1], stubborn)
    assert found.inchi == INCHIS[0] and found.reader == "graph"
    assert found.confidence == pytest.approx(probability((-1.0,), ()))
    assert found.status is Status.LOW_CONFIDENCE


def test_no_opinion_changes_nothing() -> None:
    unsure = reading(0, 0.3)
    assert combined(unsure, None, ALWAYS) == unsure
    group = opinion("*CC")
    assert group.molecule.inchi is None
    assert combined(unsure, group, ALWAYS) == unsure


def test_only_drawings_in_doubt_are_asked_about() -> None:
    assert in_doubt(reading(0, 0.3), 0.5) and not in_doubt(reading(0, 0.5), 0.5)
    assert in_doubt(reading(None, 0.0), 0.1) and not in_doubt(reading(None, 0.0), 0.0)
    for status in (Status.NO_STRUCTURE, Status.ERROR):
        assert not in_doubt(Prediction("x", status), 1.0)


def test_the_caption_reader_alone() -> None:
    found = captioned(lambda *a, **k: Prediction("x", *a, **k), OPINIONS[0], Policy(), ("note",))
    assert found.confidence == pytest.approx(np.exp(-0.1)) and found.reader == "caption"
    assert found.warnings == ("note", UNCALIBRATED_NOTE, LAYOUT_NOTE)
    policy = Policy(alone=(0.0, 2.0))
    found = captioned(lambda *a, **k: Prediction("x", *a, **k), OPINIONS[0], policy)
    assert found.confidence == pytest.approx(probability((0.0, 2.0), (-0.1,)))
    assert found.warnings == (LAYOUT_NOTE,)


def test_a_recognizer_with_a_fallback(recognizer: Recognizer, examples: Path) -> None:
    image = examples / "nicotine.png"
    with_fallback = object.__new__(Recognizer)
    with_fallback.__dict__.update(recognizer.__dict__)

    def read(fallback: Fallback, caption_only: bool = False) -> Prediction:
        with_fallback._fallback, with_fallback._caption_only = fallback, caption_only
        return with_fallback.predict([image])[0]

    (plain,) = recognizer.predict([image])
    same = {"seconds": 0}
    silent = Parrot("CCO")
    assert read(Fallback(silent)).to_dict() | same == plain.to_dict() | same
    assert not silent.asked
    assert read(Fallback(Parrot("CCO"), ALWAYS)).inchi == INCHIS[0]
    assert read(Fallback(Parrot("CCO")), caption_only=True).reader == "caption"
    assert read(Fallback(Parrot(None)), caption_only=True).status is Status.LOW_CONFIDENCE
    # neither nonsense nor a failure hurts the graph's reading
    for parrot in (Parrot("nonsense"), Parrot(None), Broken("CCO")):
        assert read(Fallback(parrot, ALWAYS)).to_dict() | same == plain.to_dict() | same
    with pytest.raises(ValueError, match="fallback"):
        Recognizer(caption_only=True)


def cases(
    graph_right: float, caption_right: float, count: int = 400, name: str = "s", seed: int = 0
):
    """Drawings with readers that are right so often, the graph reader knowing how sure it is."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        sure = float(np.clip(rng.beta(4 * graph_right, 4 * (1 - graph_right)), 0.01, 0.99))
        graph = 0 if rng.random() < sure else int(rng.integers(1, 6))
        caption = 0 if rng.random() < caption_right else int(rng.integers(1, 6))
        found = replace(OPINIONS[caption], score=-0.1 if caption == 0 else -0.4)
        made.append(Case(name, INCHIS[0], reading(graph, sure), found))
    return made


def right_with(made: Sequence[Case], policy: Policy) -> int:
    answers = [
        combined(case.prediction, case.opinion, policy)
        if in_doubt(case.prediction, policy.threshold)
        else case.prediction
        for case in made
    ]
    return sum(a.inchi == case.inchi for a, case in zip(answers, made, strict=True))


def test_a_good_caption_reader_is_asked_and_helps() -> None:
    made = cases(0.6, 0.8)
    policy = choose(made, "g", "c")
    assert policy.threshold in THRESHOLDS and policy.fits("g", "c") and not policy.fits("g", "d")
    assert right_with(made, policy) > sum(case.right for case in made) + 20
    new = cases(0.6, 0.8, seed=1)
    assert right_with(new, policy) > sum(case.right for case in new) + 20
    # where both agree they are surer, and right to be
    both = [case for case in new if case.opinion.molecule.inchi == case.prediction.inchi]
    both = [case for case in both if in_doubt(case.prediction, policy.threshold)]
    sure = [combined(case.prediction, case.opinion, policy).confidence for case in both]
    assert np.mean(sure) > np.mean([case.prediction.confidence for case in both]) + 0.05
    assert abs(np.mean(sure) - np.mean([case.right for case in both])) < 0.1


@pytest.mark.parametrize("caption_right", [0.0, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("graph_right", [0.5, 0.9])
def test_auto_is_never_worse_on_what_it_was_fitted_on(
    graph_right: float, caption_right: float
) -> None:
    made = cases(graph_right, caption_right, name="one")
    made += cases(0.9, 0.3, count=100, name="two", seed=5)
    policy = choose(made)
    for name in ("one", "two"):
        of_set = [case for case in made if case.set == name]
        assert right_with(of_set, policy) >= sum(case.right for case in of_set)


def test_a_caption_reader_that_does_not_help_stays_silent() -> None:
    assert choose(cases(0.8, 0.0)).threshold == 0
    blind = [replace(case, opinion=None) for case in cases(0.5, 0.9)]
    assert choose(blind) == Policy()
    # two or three won are chance
    few = cases(0.99, 0.99, count=30)
    assert choose(few).threshold == 0
    assert choose([]) == Policy()


def test_a_policy_is_written_and_read_back(
    recognizer: Recognizer, examples: Path, tmp_path: Path
) -> None:
    out = tmp_path / "caption-1.fallback.json"
    policy, images, right, together = fit_fallback(
        [examples], recognizer, "g", Fallback(Parrot("CCO")), out
    )
    assert policy.threshold == 0 and right == together <= images <= 8
    assert Policy.load(out) == policy and policy.fits("g", "parrot")
    out.write_text("{}")
    with pytest.raises(ValueError, match="no policy"):
        Policy.load(out)


def test_a_policy_of_other_weights_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("graphparse.caption.CaptionReader", lambda path, threads: Parrot("CCO"))
    weights = tmp_path / "caption-1.safetensors"
    assert Fallback.load("g", weights).policy == Policy()
    kept = {key: getattr(ALWAYS, key) for key in Policy.__dataclass_fields__}
    kept |= {"graph_weights": "g", "caption_weights": "parrot"}
    policy_path(weights).write_text(json.dumps(kept))
    known = replace(ALWAYS, graph_weights="g", caption_weights="parrot")
    assert Fallback.load("g", weights).policy == known
    with caplog.at_level(logging.WARNING):
        assert Fallback.load("other", weights).policy == Policy()
    assert "other weights" in caplog.text


def test_evidence_is_limited() -> None:
    assert evidence(0.5, -0.2) == (0.0, -0.2)
    assert evidence(1.0, -100.0) == (6.0, -6.0)
    assert evidence(0.0, 0.0) == (-6.0, 0.0)


def test_a_set_is_read_by_all_readers(recognizer: Recognizer, examples: Path) -> None:
    parrot = Parrot("CCO")
    reads = read_set(examples, recognizer, [Fallback(parrot, ALWAYS)], 3)
    assert tuple(reads.predictions) == ("graph", "caption", "auto") == (
        ReaderKind.GRAPH, ReaderKind.CAPTION, ReaderKind.AUTO,
    )  # fmt: skip
    assert parrot.asked == 3
    assert {p.reader for p in reads.predictions["caption"]} == {"caption"}
    assert [p.inchi for p in reads.predictions["auto"]] == [INCHIS[0]] * 3
    for graph, auto in zip(reads.predictions["graph"], reads.predictions["auto"], strict=True):
        assert auto.seconds > graph.seconds
    assert list(read_set(examples, recognizer, limit=2).predictions) == ["graph"]


def test_several_caption_readers_beside_each_other(recognizer: Recognizer, examples: Path) -> None:
    class Named(Parrot):
        def __init__(self, name: str, digest: str, said: str | None) -> None:
            super().__init__(said)
            self.name, self.weights_hash = name, digest

    named = [Named("one", "11", "CCO"), Named("two", "22222222", "CCN"), Named("two", "33", None)]
    fallbacks = [Fallback(parrot, ALWAYS) for parrot in named]
    reads = read_set(examples, recognizer, fallbacks, 2)
    names = ("graph", "one", "two 222222", "two 33", "auto")
    assert tuple(reads.predictions) == names
    said = [reads.predictions[name][0].inchi for name in names[1:]]
    # auto asks the first
    assert said == [INCHIS[0], INCHIS[1], None, INCHIS[0]]
    assert [parrot.asked for parrot in named] == [2, 2, 2]
    (found,) = compare([reads], {})["sets"]
    assert set(found["exact_against_graph"]) == set(names[1:])


SHAPES = CaptionConfig("resnet10t", "transformer", "smiles", (64, 96), 32, 1, 0.0)


def made_weights(folder: Path, seed: int = 0) -> Path:
    """Of a caption model that has learnt nothing."""
    torch.manual_seed(seed)
    folder.mkdir(exist_ok=True)
    sidecar = {"architecture": SHAPES.to_dict()}
    return save_checkpoint(folder, "caption", CaptionModel(SHAPES).state_dict(), sidecar)


def test_shipped_captions_are_found_and_asked_only_if_calibration_says_so(
    examples: Path, only_graph_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CheckpointError, match="no weights of a caption reader"):
        make_recognizer(reader=ReaderKind.AUTO)
    assert make_recognizer().predict([examples / "aspirin.png"])[0].reader == "graph"
    path = made_weights(only_graph_weights)
    asked = []

    def watched(self: CaptionReader, grays: Sequence[NDArray[np.uint8]]) -> list[Written]:
        asked.append(len(grays))
        return [Written("CCO") for _ in grays]

    monkeypatch.setattr(CaptionReader, "read", watched)
    known = {"graph_weights": weights_hash(), "caption_weights": CaptionReader(path).weights_hash}
    for policy, answer in ((None, "graph"), (Policy(**known), "graph"),
                           (replace(ALWAYS, **known), "caption")):  # fmt: skip
        if policy is not None:
            policy_path(path).write_text(json.dumps(asdict(policy)))
        auto = make_recognizer(threads=1, reader=ReaderKind.AUTO)
        assert auto.predict([examples / "aspirin.png"])[0].reader == answer
        assert bool(asked) == (answer == "caption")


def test_the_command_compares_several_checkpoints(examples: Path, tmp_path: Path) -> None:
    paths = [made_weights(tmp_path / "weights", seed) for seed in (0, 1)]
    out = tmp_path / "out"
    asked = ["evaluate", str(examples), "--compare", "--limit", "2", "--out", str(out)]
    asked += [part for path in paths for part in ("--caption-weights", str(path))]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    result = json.loads((out / "compare.json").read_text())
    names = result["readers"]
    assert names[0] == "graph" and names[3] == "auto" and len(set(names)) == 4
    hashes = result["settings"]["caption_weights"]
    assert list(hashes) == names[1:3]
    for name, path in zip(names[1:3], paths, strict=True):
        assert path.stem.removeprefix("caption-") in hashes[name] and hashes[name] in done.output
        assert name in (out / "compare.html").read_text()
    done = CliRunner().invoke(app, [part for part in asked if part != "--compare"])
    assert done.exit_code == 2 and "only with --compare" in done.output


def test_captions_are_asked_about_what_is_no_blank_picture(examples: Path, tmp_path: Path) -> None:
    parrot = Parrot("CCO")
    fallback = Fallback(parrot)
    (tmp_path / "broken.png").write_bytes(b"x")
    assert fallback.opinion_on(tmp_path / "broken.png") is None
    assert fallback.opinion_on(np.full((50, 50), 255, np.uint8)) is None
    assert not parrot.asked
    assert fallback.opinion_on(examples / "aspirin.png") is not None
    assert load_image(examples / "aspirin.png").gray.ndim == 2
