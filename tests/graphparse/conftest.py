"""A real browser, for the pages, and a package without a part of its weights."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graphparse.shipped import shipped_weights

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium: the system's, or Playwright's own.

    Not for the session: as long as it lives, an event loop runs in this thread.
    """
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as browsers:
        try:
            browser = browsers.chromium.launch(executable_path=CHROMIUM)
        except playwright.Error as error:
            pytest.skip(f"no browser: {error}")
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page that must not show a dialogue, fail or break its own security policy."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    wrong: list[str] = []
    page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert not wrong


@pytest.fixture
def only_graph_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of shipped weights, from where those of the caption reader are missing."""
    weights = shipped_weights()
    folder = tmp_path / "weights"
    folder.mkdir()
    for file in (weights, weights.with_suffix(".json")):
        (folder / file.name).symlink_to(file)
    monkeypatch.setattr("graphparse.shipped.files", lambda _: tmp_path)
    return folder
