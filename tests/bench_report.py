"""How a report does in a browser: ``python tests/bench_report.py RESULTS/report.html``.

Prints seconds to the first row, to a row in the middle after a jump and to the answer of a search,
milliseconds between frames while scrolling, and what the page's process holds in memory. Needs
Playwright and Chromium.
"""

import shutil
import sys
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

SCROLL = """async () => {
    const gaps = [];
    let before = performance.now();
    for (let i = 0; i < 300; i++) {
        scrollBy(0, 120);
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        gaps.push(now - before);
        before = now;
    }
    return gaps.sort((a, b) => a - b);
}"""
VISIBLE = """() => [...document.querySelectorAll("article")].some((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
})"""


def renderer_megabytes() -> float:
    """Resident memory of the largest process that draws pages."""
    sizes = [0.0]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if b"--type=renderer" in (process / "cmdline").read_bytes():
                pages = int((process / "statm").read_text().split()[1])
                sizes.append(pages * 4096 / 1e6)
        except OSError:
            continue
    return max(sizes)


def until_visible(page: Any) -> float:
    """Seconds until a row is in the window; asked for each frame, for the page allows no eval."""
    start = time.monotonic()
    while not page.evaluate(VISIBLE):
        page.wait_for_timeout(10)
    return time.monotonic() - start


def main(path: Path) -> None:
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        start = time.monotonic()
        page.goto(path.resolve().as_uri(), wait_until="commit")
        until_visible(page)
        print(f"first row after {time.monotonic() - start:.2f} s")
        page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
        print(f"row in the middle after {until_visible(page):.2f} s")
        gaps = page.evaluate(SCROLL)
        middle, high = gaps[len(gaps) // 2], gaps[len(gaps) * 95 // 100]
        print(f"between frames while scrolling: median {middle:.0f} ms, 95 % {high:.0f} ms")
        print(f"{page.locator('article').count()} rows exist")
        page.get_by_role("searchbox").fill("nothing has this name")
        start = time.monotonic()
        page.get_by_text("Nothing matches.").wait_for()
        print(f"search answered after {time.monotonic() - start:.2f} s")
        print(f"memory of the page's process {renderer_megabytes():.0f} MB")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
