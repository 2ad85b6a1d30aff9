"""Debian's Chromium, driven by Playwright, cut off from everything but this machine."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
LOCAL_HOSTS = {"127.0.0.1", "localhost", ""}


def executable() -> str:
    """Path of the browser that bin/test found or installed."""
    path = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
    if not Path(path).exists():
        raise RuntimeError(f"no browser at {path}; bin/test installs it")
    return path


def is_foreign(url: str) -> bool:
    """Whether ``url`` leads away from this machine."""
    parts = urlsplit(url)
    return parts.scheme in {"http", "https", "ws", "wss"} and (
        parts.hostname not in LOCAL_HOSTS
    )


class Contexts:
    """Browser contexts of one test; they and their pages are closed at its end."""

    def __init__(self, browser):
        self.browser = browser
        self.open = []
        #: console errors, uncaught exceptions and answers >= 500, in order
        self.problems: list[str] = []

    def new(self, browser=None, **options):
        """Open a context (a fresh visitor) that reaches this machine only."""
        options.setdefault("locale", "en-US")
        options.setdefault("timezone_id", "Asia/Kolkata")
        options.setdefault("viewport", {"width": 1280, "height": 900})
        context = (browser or self.browser).new_context(**options)
        context.route(is_foreign, lambda route: route.abort())
        context.on("console", self._on_console)
        context.on(
            "weberror", lambda error: self.problems.append(f"error: {error.error}")
        )
        context.on("response", self._on_response)
        self.open.append(context)
        return context

    def _on_console(self, message):
        # A refused foreign address (fonts of the theme) is our own doing.
        if message.type == "error" and "net::ERR_FAILED" not in message.text:
            self.problems.append(f"console: {message.text}")

    def _on_response(self, response):
        if response.status >= 500:
            self.problems.append(f"{response.status}: {response.url}")

    def screenshots(self, name: str) -> list[Path]:
        """Save a picture of every open page as ``name``-N.png in the results folder."""
        folder = Path(os.environ.get("MUSEUM_RESULTS") or "test-results")
        folder.mkdir(parents=True, exist_ok=True)
        stem = re.sub(r"[^\w.-]+", "_", name)
        saved = []
        for context in self.open:
            for page in context.pages:
                path = folder / f"{stem}-{len(saved)}.png"
                page.screenshot(path=path, timeout=5000)
                saved.append(path)
        return saved

    def close(self):
        for context in self.open:
            context.close()
        self.open.clear()
