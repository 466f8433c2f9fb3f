"""Take the README's picture of the page: `python tests/browser/picture.py`."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from conftest import FLAGS, run

WIDTH, HEIGHT = 1280, 1330
PICTURE = Path(__file__).parents[2] / "docs" / "report.png"


def main() -> None:
    """Write the page, open it and keep what is seen first."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = Path(folder) / "page.html"
        run("report", "--lang", "en", "-o", str(page))
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
        tab = context.new_page()
        tab.goto(page.as_uri())
        tab.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
