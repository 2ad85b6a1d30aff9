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
# Details for galleries: name -> drawing, and the part of it (x, y, width, height).
DETAILS = {
    "mars_rover": ("mars", (900, 490, 600, 338)),
    "mars_habitat": ("mars", (380, 490, 480, 270)),
    "planetarium_stars": ("planetarium", (280, 110, 640, 360)),
    "planetarium_projector": ("planetarium", (480, 440, 640, 360)),
    "fossils_head": ("fossils", (180, 60, 640, 360)),
    "fossils_ammonites": ("fossils", (1000, 620, 448, 252)),
    "robots_robot": ("robots", (440, 140, 960, 540)),
    "robots_laptop": ("robots", (1040, 410, 480, 270)),
    "engines_gauges": ("engines", (40, 230, 480, 270)),
    "engines_wheel": ("engines", (740, 140, 768, 432)),
    "courtyard_tower": ("courtyard", (800, 30, 640, 360)),
    "courtyard_moon": ("courtyard", (100, 40, 560, 315)),
}
DETAIL_WIDTH = 1280
MOST_DETAIL_BYTES = 110_000


VIEW_BOX = re.compile(r'viewBox="0 0 (\d+) (\d+)" width="\d+" height="\d+"')


def picture(
    browser,
    source: Path,
    scale: float,
    *,
    transparent: bool = False,
    part: tuple[int, int, int, int] | None = None,
) -> bytes:
    """The drawing as PNG, or a part of it at the width of a detail."""
    svg = source.read_text(encoding="utf-8")
    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups())
    if part:
        x, y, wide, high = part
        width, height = DETAIL_WIDTH, round(DETAIL_WIDTH * high / wide)
        svg = VIEW_BOX.sub(
            f'viewBox="{x} {y} {wide} {high}" width="{width}" height="{height}"', svg, 1
        )
    page = browser.new_page(
        viewport={"width": width, "height": height}, device_scale_factor=scale
    )
    page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{svg}")
    png = page.screenshot(omit_background=transparent)
    page.close()
    return png


def save_jpeg(png: bytes, target: Path, most_bytes: int) -> None:
    """The best quality that stays below a size."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for quality in range(90, 50, -4):
        image.save(target, quality=quality, optimize=True, progressive=True)
        if target.stat().st_size <= most_bytes:
            break
    print(f"{target.name}: {target.stat().st_size // 1024} KB")


def main(names: list[str]) -> None:
    """Render the named drawings and details, or all."""
    names = names or [path.stem for path in sorted(SOURCES.iterdir())] + list(DETAILS)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        for name in names:
            if name in SIGNS:
                source = SOURCES / f"{name}.svg"
                png = picture(browser, source, SIGNS[name], transparent=True)
                (ADDON / "img" / f"{name}.png").write_bytes(png)
                continue
            drawing, part = DETAILS.get(name, (name, None))
            png = picture(browser, SOURCES / f"{drawing}.svg", 1, part=part)
            most_bytes = MOST_DETAIL_BYTES if part else MOST_BYTES
            save_jpeg(png, ADDON / "img" / f"{name}.jpg", most_bytes)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
