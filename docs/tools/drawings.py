# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# ruff: noqa: T201
"""Render the demo museum's drawings: bin/tool python docs/tools/drawings.py [NAME...]

Sources are the SVG files in ``addons/museum_demo/static/src/drawings``; what comes out,
at most 195 KB each, goes to ``static/img``. Needs Chromium.
"""

import io
import os
import re
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ADDON = Path(__file__).resolve().parents[2] / "addons" / "museum_demo" / "static"
SOURCES = ADDON / "src" / "drawings"
MOST_BYTES = 195_000
# Signs keep their transparent ground and are drawn larger than their source.
SIGNS = {"logo": 2, "favicon": 2.56}


def picture(browser, source: Path, scale: float, *, transparent: bool) -> bytes:
    """The drawing as PNG."""
    svg = source.read_text(encoding="utf-8")
    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups())
    page = browser.new_page(
        viewport={"width": width, "height": height}, device_scale_factor=scale
    )
    page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{svg}")
    png = page.screenshot(omit_background=transparent)
    page.close()
    return png


def main(names: list[str]) -> None:
    """Render the named drawings, or all."""
    sources = [SOURCES / f"{name}.svg" for name in names] or sorted(SOURCES.iterdir())
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        for source in sources:
            name = source.stem
            scale = SIGNS.get(name, 1)
            png = picture(browser, source, scale, transparent=name in SIGNS)
            if name in SIGNS:
                target = ADDON / "img" / f"{name}.png"
                target.write_bytes(png)
            else:
                target = ADDON / "img" / f"{name}.jpg"
                image = Image.open(io.BytesIO(png)).convert("RGB")
                for quality in range(90, 50, -4):
                    image.save(target, quality=quality, optimize=True, progressive=True)
                    if target.stat().st_size <= MOST_BYTES:
                        break
            print(f"{target.name}: {target.stat().st_size // 1024} KB")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
