# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# ruff: noqa: T201
"""A browser with several people in it, and small pictures of what they see."""

import io
import sys
from pathlib import Path

from PIL import Image

URL = (sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8069").rstrip("/")
IMAGES = Path(__file__).resolve().parents[1] / "images"
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 780}
ZONE = "Asia/Kolkata"
API = "/api/v1"


class Camera:
    """Browser contexts by person, and pictures of what they see."""

    def __init__(self, browser):
        self.browser = browser

    def page(self, viewport=None, login=None):
        """A page in a context of its own; logged in when a login is given."""
        context = self.browser.new_context(viewport=viewport or WIDE, timezone_id=ZONE)
        page = context.new_page()
        if login:
            page.goto(f"{URL}/web/login")
            page.fill("input[name=login]", login)
            page.fill("input[name=password]", login)
            page.locator("button[type=submit]:has-text('Log in')").first.click()
            page.wait_for_load_state("load")
        return page

    def take(self, page, name, *, part=None, full=False, most_height=2000, wait=1200):
        """Save what the page shows, with a palette of its own to stay small.

        :param part: a selector: only this, for example a dialogue
        """
        if full:
            # Else a header that sticks to the window lies across the picture.
            page.evaluate("() => window.scrollTo(0, 0)")
        page.wait_for_timeout(wait)
        seen = page.locator(part).last if part else page
        png = seen.screenshot(**({} if part else {"full_page": full}))
        image = Image.open(io.BytesIO(png)).convert("RGB")
        if image.height > most_height:
            image = image.crop((0, 0, image.width, most_height))
        image = image.quantize(200, dither=Image.Dither.FLOYDSTEINBERG)
        target = IMAGES / f"{name}.png"
        image.save(target, optimize=True)
        print(f"{target.name}: {target.stat().st_size // 1024} KB")


def call(page, method, path, body=None):
    """The API, as the person of this page."""
    options = {"data": body} if body is not None else {}
    answer = getattr(page.request, method)(URL + API + path, **options)
    if not answer.ok:
        raise SystemExit(f"{method} {path}: {answer.status} {answer.text()[:300]}")
    return answer.json()


def orm(page, model, method, *args, **kwargs):
    """A method of a model, with the rights of the staff of this page."""
    params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
    answer = page.request.post(
        f"{URL}/web/dataset/call_kw/{model}/{method}",
        data={"jsonrpc": "2.0", "method": "call", "params": params},
    ).json()
    if "error" in answer:
        raise SystemExit(f"{model}.{method}: {answer['error']['data']['message']}")
    return answer["result"]
