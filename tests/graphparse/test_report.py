"""The report: what it holds, what it does in a browser, and that no input becomes markup."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rdkit import Chem
from rdkit.Chem import rdDepictor
from typer.testing import CliRunner

from assemble.graph import BondKind, MoleculeGraph
from graphparse.cli import app
from graphparse.depict import structure_svg
from graphparse.outputs import OutputFolder
from graphparse.prediction import Prediction, Status
from graphparse.report import ReportError, write_report


def molblock(smiles: str) -> str:
    mol = Chem.MolFromSmiles(smiles)
    rdDepictor.Compute2DCoords(mol)
    return Chem.MolToMolBlock(mol)


def read(source: object, confidence: float, smiles: str = "CCO", **fields: Any) -> Prediction:
    """A molecule with two atoms and a bond drawn in its picture."""
    graph = MoleculeGraph(
        xy=np.array([[10, 20], [60, 40]]),
        labels=("", "<b>OH</b>"),
        charges=np.zeros(2),
        bonds=np.array([[0, 1]]),
        kinds=np.array([BondKind.SINGLE]),
        atom_scores=np.array([0.99, 0.4]),
    )
    status = Status.OK if confidence >= 0.5 else Status.LOW_CONFIDENCE
    inchi = Chem.MolToInchi(Chem.MolFromSmiles(smiles))
    return Prediction(
        str(source), status, smiles=smiles, inchi=inchi, molblock=molblock(smiles), graph=graph,
        confidence=confidence, **fields,
    )  # fmt: skip


def report(folder: Path, predictions: list[Prediction]) -> str:
    with OutputFolder(folder) as outputs:
        for prediction in predictions:
            outputs.write(prediction)
    assert write_report(folder) == len(predictions)
    return (folder / "report.html").as_uri()


def wait_for_names(page: Any, names: list[str]) -> None:
    """Until the page shows rows with these names, in this order, or the test fails."""
    from playwright.sync_api import expect

    expect(page.locator("h2")).to_have_text(names)


def test_rows_run_from_doubt_to_certainty(page: Any, examples: Path, tmp_path: Path) -> None:
    aspirin = examples / "aspirin.png"
    url = report(
        tmp_path,
        [
            read(examples / "sure.png", 0.99),
            Prediction(str(examples / "blank.png"), Status.NO_STRUCTURE, message="blank picture"),
            read(aspirin, 0.95, "CC(=O)Oc1ccccc1C(=O)O", warnings=("look & see",)),
            read(examples / "unsure.png", 0.1, "c1ccccc1"),
            Prediction(str(examples / "broken.png"), Status.ERROR, message="damaged image"),
        ],
    )
    page.goto(url)
    wait_for_names(page, ["broken.png", "unsure.png", "aspirin.png", "sure.png", "blank.png"])
    row = page.locator("article", has_text="aspirin.png")
    assert "95 %" in row.inner_text() and "look & see" in row.inner_text()
    for image in ("picture", "structure"):
        loaded = "image => image.decode().then(() => image.naturalWidth)"
        assert row.locator(f".{image} img").evaluate(loaded) > 100
    assert row.locator(".overlay .bond").count() == 1
    assert row.locator(".overlay .atom").count() == 2
    assert row.locator(".overlay .doubtful").text_content() == "<b>OH</b> · 0.40"
    assert "no such file" in page.locator("article", has_text="unsure.png").inner_text()

    row.get_by_role("button", name="Copy InChI").click()
    row.get_by_role("button", name="Copy SMILES").click()
    row.get_by_text("Copied").first.wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "CC(=O)Oc1ccccc1C(=O)O"

    page.get_by_role("button", name="doubtful").click()
    wait_for_names(page, ["unsure.png"])
    page.get_by_role("button", name="all").click()
    page.get_by_role("searchbox").fill("C9H8O4 aspirin")
    wait_for_names(page, ["aspirin.png"])
    page.get_by_label("overlay", exact=True).uncheck()
    assert not page.locator(".overlay").is_visible()


def test_overlay_lies_on_the_picture(page: Any, examples: Path, tmp_path: Path) -> None:
    page.goto(report(tmp_path, [read(examples / "nicotine.png", 0.5)]))
    page.wait_for_selector("article")
    place = page.evaluate(
        """async () => {
            const image = document.querySelector(".picture img");
            await image.decode();
            const svg = document.querySelector(".overlay");
            const box = image.getBoundingClientRect();
            const { naturalWidth: width, naturalHeight: height } = image;
            const scale = Math.min(box.width / width, box.height / height);
            const left = box.x + (box.width - width * scale) / 2;
            const top = box.y + (box.height - height * scale) / 2;
            const atom = svg.querySelectorAll(".atom")[1].getBoundingClientRect();
            return [(atom.x - left) / scale, (atom.y - top) / scale];
        }"""
    )
    assert place == pytest.approx([60.5, 40.5], abs=0.6)


def test_no_name_becomes_markup(page: Any, examples: Path, tmp_path: Path) -> None:
    odd = [
        "</script><script>alert(1)<|script>.png".replace("|", "\N{DIVISION SLASH}"),
        "<img src=x onerror=alert(2)>.png",
        """a "quoted' & name {{script}}.png""",
        "n\nl.png",
    ]
    sources = [tmp_path / name.replace("/", "") for name in odd]
    sources.append(tmp_path / os.fsdecode(b"latin-\xe9.png"))
    for source in sources:
        shutil.copy(examples / "aspirin.png", source)
    marked = "<svg onload=alert(3)>"
    predictions = [read(source, 0.9, warnings=(marked,), inchi_reason=marked) for source in sources]
    page.goto(report(tmp_path / "out", predictions))
    page.wait_for_selector("article")
    assert page.locator("h2").all_text_contents() == [source.name for source in sources]
    assert page.locator(".picture img").count() == len(sources)
    assert page.locator("article script, article svg[onload], article [src=x]").count() == 0
    assert page.locator(".notes").first.inner_text().count(marked) == 2


def test_only_rows_near_the_window_exist(page: Any, examples: Path, tmp_path: Path) -> None:
    gone = [read(examples / f"{i:03d}.png", i / 1000) for i in range(400)]
    page.goto(report(tmp_path, gone))
    page.wait_for_selector("article")
    assert page.locator("article").count() <= 60
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.locator("h2", has_text="399.png").wait_for()
    assert page.locator("h2", has_text="000.png").count() == 0
    assert page.locator("article").count() <= 60


def test_lines_that_are_no_predictions_are_counted(
    examples: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A row without its graph, a torn line; those after them are there."""
    good = [read(examples / f"{name}.png", 0.9) for name in ("aspirin", "caffeine")]
    report(tmp_path, good)
    assert not caplog.messages
    file = tmp_path / "predictions.jsonl"
    first, second = file.read_text().splitlines()
    odd = json.dumps({**json.loads(first), "graph": {"labels": [None]}})
    file.write_text("\n".join((first, odd, "[]", first[:40], second, first[:40])))
    assert write_report(tmp_path) == 2
    assert caplog.messages == [f"{file}: lines left out: 4"]
    assert not list(tmp_path.glob("*.part"))


def test_command(examples: Path, tmp_path: Path) -> None:
    refused = CliRunner().invoke(app, ["report", str(tmp_path)])
    assert refused.exit_code == 2 and "predictions.jsonl" in refused.output
    with pytest.raises(ReportError):
        write_report(tmp_path)
    report(tmp_path, [read(examples / "aspirin.png", 0.9)])
    done = CliRunner().invoke(app, ["report", str(tmp_path)])
    assert done.exit_code == 0 and done.output.startswith("1 rows")
    page = (tmp_path / "report.html").read_text()
    assert (
        "http://" not in page.replace("http://www.w3.org/2000/svg", "") and "https://" not in page
    )
    assert json.dumps(str(examples)) not in page


def test_pages_and_boxes_have_names_of_their_own(page: Any, examples: Path, tmp_path: Path) -> None:
    """Pictures of a document are told apart, and each is cut from its own page."""
    first, second = (Image.open(examples / f"{name}.png") for name in ("aspirin", "nicotine"))
    document = tmp_path / "two.tif"
    first.save(document, save_all=True, append_images=[second])
    pages = [read(document, 0.1 * number, page=number) for number in (1, 2)]
    page.goto(report(tmp_path, [*pages, read(document, 0.9, page=3)]))
    wait_for_names(page, [f"two.tif · page {number}" for number in (1, 2, 3)])
    for row, picture in enumerate((first, second)):
        overlay = page.locator("article").nth(row).locator(".overlay")
        assert overlay.get_attribute("viewBox") == f"-0.5 -0.5 {picture.width} {picture.height}"
    assert "no such picture" in page.locator("article").nth(2).inner_text()


def test_redrawn_structures_keep_the_wedges_of_the_molblock() -> None:
    """A hash is drawn in many strokes, a wedge in one; the layout is not made anew."""
    flat = molblock("CC(N)O")
    assert "  2  3  1  0" in flat
    wedge = structure_svg(flat.replace("  2  3  1  0", "  2  3  1  1"), 300, 200)
    dashes = structure_svg(flat.replace("  2  3  1  0", "  2  3  1  6"), 300, 200)
    assert wedge is not None and dashes is not None
    assert dashes.count("<path") > wedge.count("<path") + 3
    assert structure_svg("no molblock", 300, 200) is None
