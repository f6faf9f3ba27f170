"""The shipped weights on real-looking pictures and on what is no structure."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw
from rdkit import Chem

from assemble.graph import MoleculeGraph
from detectors.checkpoint import CheckpointError
from detectors.parser import Reading
from graphparse import Prediction, Recognizer
from graphparse.evaluate import ReferenceError, evaluate, read_references, table
from graphparse.prediction import Status
from graphparse.recognizer import SEVERAL_NOTE, make_recognizer
from graphparse.shipped import shipped_weights


def references(folder: Path) -> list[dict[str, str]]:
    with (folder / "references.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def predictions(recognizer: Recognizer, examples: Path) -> list[Prediction]:
    return recognizer.predict([examples / row["image"] for row in references(examples)])


def test_the_examples_are_read_right(predictions: list[Prediction], examples: Path) -> None:
    for prediction, row in zip(predictions, references(examples), strict=True):
        assert prediction.inchi == row["inchi"], row["id"]
        assert prediction.status is Status.OK, row["id"]


def test_all_spellings_describe_one_molecule(predictions: list[Prediction]) -> None:
    for prediction in predictions:
        from_block = Chem.MolFromMolBlock(prediction.molblock)
        assert Chem.MolToInchi(from_block) == prediction.inchi
        assert Chem.MolToInchi(Chem.MolFromSmiles(prediction.smiles)) == prediction.inchi
        assert Chem.InchiToInchiKey(prediction.inchi) == prediction.inchikey


def test_atoms_lie_on_the_ink(predictions: list[Prediction], examples: Path) -> None:
    for prediction in predictions:
        gray = np.asarray(Image.open(prediction.source).convert("L"))
        assert prediction.graph is not None
        reach = round(0.3 * prediction.graph.bond_length())
        for x, y in np.rint(prediction.graph.xy).astype(int):
            near = gray[max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1]
            assert near.min() < np.median(gray) - 60


def test_predictions_survive_a_dict(predictions: list[Prediction]) -> None:
    for prediction in predictions:
        again = Prediction.from_dict(prediction.to_dict())
        assert again.to_dict() == prediction.to_dict()


def test_pages_are_predictions_of_their_own(recognizer: Recognizer, examples: Path) -> None:
    pages = [Image.open(examples / name).convert("L") for name in ("aspirin.png", "caffeine.png")]
    blank = Image.new("L", (80, 60), 255)
    buffer = io.BytesIO()
    pages[0].save(buffer, "TIFF", save_all=True, append_images=[blank, pages[1]])
    found = recognizer.read(buffer.getvalue())
    assert [(p.source, p.page) for p in found] == [("#0", 1), ("#0", 2), ("#0", 3)]
    assert [p.status for p in found] == [Status.OK, Status.NO_STRUCTURE, Status.OK]
    assert found[2].inchi == recognizer.read(pages[1])[0].inchi
    (first,) = recognizer.predict([buffer.getvalue()])
    assert (first.page, first.inchi) == (1, found[0].inchi)


@pytest.mark.parametrize("scale", [0.5, 0.75, 1.5, 2.5])
def test_the_scale_of_the_picture_does_not_matter(
    recognizer: Recognizer, examples: Path, scale: float
) -> None:
    right = []
    for row in references(examples):
        picture = Image.open(examples / row["image"]).convert("L")
        size = (round(picture.width * scale), round(picture.height * scale))
        right.append(recognizer.predict([picture.resize(size)])[0].inchi == row["inchi"])
    assert sum(right) >= len(right) - 2


def test_bad_input_costs_no_other(recognizer: Recognizer, examples: Path, tmp_path: Path) -> None:
    (tmp_path / "torn.png").write_bytes((examples / "aspirin.png").read_bytes()[:400])
    blank = Image.new("RGB", (300, 200), "white")
    good = examples / "paracetamol.png"
    found = recognizer.predict(
        [tmp_path / "none.png", good, b"", tmp_path / "torn.png", blank, good]
    )
    assert [prediction.status for prediction in found] == [
        Status.ERROR, Status.OK, Status.ERROR, Status.ERROR, Status.NO_STRUCTURE, Status.OK,
    ]  # fmt: skip
    assert all(prediction.message or prediction.status is Status.OK for prediction in found)


def test_bytes_arrays_and_pictures_are_the_same(recognizer: Recognizer, examples: Path) -> None:
    path = examples / "caffeine.png"
    picture = Image.open(path)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    found = recognizer.predict([path, buffer.getvalue(), picture, np.asarray(picture)])
    assert len({prediction.inchi for prediction in found}) == 1
    assert [prediction.source for prediction in found] == [str(path), "#1", "#2", "#3"]


def test_a_picture_is_no_list_of_pictures(recognizer: Recognizer, examples: Path) -> None:
    path = examples / "caffeine.png"
    picture = Image.open(path)
    for single in (str(path), path, path.read_bytes(), picture, np.asarray(picture)):
        with pytest.raises(TypeError, match=r"a list of pictures.*read\(\)"):
            recognizer.predict(single)


def test_weights_and_engines_by_name(examples: Path) -> None:
    found = Recognizer(str(shipped_weights()), threads=1, engine="torch")  # type: ignore[arg-type]
    assert found.engine == "torch" and found.read(examples / "aspirin.png")[0].smiles
    with pytest.raises(CheckpointError, match="none"):
        Recognizer("none.safetensors")
    with pytest.raises(ValueError, match="expected torch or onnxruntime, got 'foo'"):
        Recognizer(engine="foo")  # type: ignore[arg-type]


def test_several_structures_read_as_one_are_told(recognizer: Recognizer, examples: Path) -> None:
    pictures = [Image.open(examples / f"{name}.png") for name in ("aspirin", "caffeine")]
    both = Image.new("L", (sum(p.width for p in pictures) + 60, 300), 255)
    both.paste(pictures[0], (0, 0))
    both.paste(pictures[1], (pictures[0].width + 60, 0))
    salt = examples / "lidocaine-hydrochloride.png"
    found = recognizer.predict([both, salt])
    assert [prediction.smiles.count(".") for prediction in found] == [1, 1]
    assert [prediction.message for prediction in found] == [SEVERAL_NOTE, ""]


def test_evaluate_counts_the_examples(recognizer: Recognizer, examples: Path) -> None:
    evaluation = evaluate(examples, recognizer)
    assert evaluation.summary.exact == 100.0
    assert evaluation.summary.images == len(references(examples))
    assert evaluation.causes == {}
    assert "examples" in table([evaluation.summary])
    assert list(evaluation.rows()["exact"]) == [True] * evaluation.summary.images


def test_a_set_without_references_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReferenceError, match="no such file"):
        read_references(tmp_path)
    (tmp_path / "references.csv").write_text("id,picture\n1,a.png\n")
    with pytest.raises(ReferenceError, match="no column"):
        read_references(tmp_path)
    (tmp_path / "references.csv").write_text("id,image,smiles\n1,a.png,\n2,b.png,*C\n")
    with pytest.raises(ReferenceError, match="no row has an InChI"):
        read_references(tmp_path)
    (tmp_path / "references.csv").write_bytes(b"id,image,smiles\n\xe9,a.png,C\n")
    with pytest.raises(ReferenceError, match="UTF-8"):
        read_references(tmp_path)


def test_references_of_a_spreadsheet(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """With a mark at the start and names of columns in capitals; some InChIs are not listed."""
    text = "ID,Image,SMILES,InChI\n1,a.png,CO,\n2,b.png,CCO,junk\n3,c.png,,InChI=1S/CH4/h1H4\n"
    text += "4,d.png,C(,\n5,e.png,*C,\n"
    (tmp_path / "references.csv").write_text(text, encoding="utf-8-sig")
    found = read_references(tmp_path)
    assert [(reference.id, reference.inchi) for reference in found] == [
        ("1", "InChI=1S/CH4O/c1-2/h2H,1H3"), ("3", "InChI=1S/CH4/h1H4"),
    ]  # fmt: skip
    assert found[0].inchi_corrected == found[0].inchi and found[0].image == tmp_path / "a.png"
    read_references(tmp_path)
    lacking, unreadable = caplog.messages
    assert lacking.endswith("rows left out for lack of an InChI: 2")
    assert unreadable.endswith("rows left out for an unreadable InChI: 1")


class Clumsy:
    """A parser that fails on wide pictures, with errors that nobody announced."""

    def __init__(self, error: Exception, reading: Reading) -> None:
        self.error, self.reading = error, reading

    def looks(self, image: np.ndarray) -> Iterator[Reading]:
        if image.shape[1] > 100:
            raise self.error
        yield self.reading


@pytest.mark.parametrize("error", [IndexError("no index"), cv2.error("resize"), MemoryError()])
def test_one_failing_picture_costs_no_other(
    monkeypatch: pytest.MonkeyPatch, recognizer: Recognizer, error: Exception
) -> None:
    places = np.array([[10, 10], [40, 10]], np.float32)
    bond = np.array([[0, 1]])
    graph = MoleculeGraph(places, ("", "OH"), np.zeros(2), bond, np.array([1]))
    monkeypatch.setattr(recognizer, "_parser", Clumsy(error, Reading(graph, 30.0, 1.0)))
    pages = [Image.new("L", (width, 40), 255) for width in (60, 120, 60)]
    for page in pages:
        ImageDraw.Draw(page).line((10, 10, 40, 10), fill=0)
    found = recognizer.predict(pages)
    assert [p.status is Status.ERROR for p in found] == [False, True, False]
    assert type(error).__name__ in found[1].message
    assert found[0].smiles == found[2].smiles == "CO"


def test_several_sets_of_weights_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "weights").mkdir()
    monkeypatch.setattr("graphparse.shipped.files", lambda name: tmp_path)
    with pytest.raises(CheckpointError, match="no weights of the graph reader"):
        make_recognizer()
    for name in ("parser-1.safetensors", "parser-2.safetensors"):
        (tmp_path / "weights" / name).touch()
    with pytest.raises(CheckpointError, match=r"parser-1.*parser-2"):
        shipped_weights()
