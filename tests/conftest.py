"""Fixtures of the tests that cross addons or processes (run them by bin/test)."""

import os

import pytest
from support import browser as chromium
from support import live
from support import mailbox as mail


def pytest_collection_modifyitems(config, items):
    """The crash test takes minutes: it runs when somebody says how many purchases."""
    if "MUSEUM_CRASH_PURCHASES" not in os.environ:
        crash = [item for item in items if item.path.name == "test_crash.py"]
        config.hook.pytest_deselected(items=crash)
        items[:] = [item for item in items if item not in crash]


@pytest.fixture(scope="session")
def server() -> live.LiveServer:
    """The run's live server: prefork Odoo with the demo museum, and the sandbox."""
    return live.wait()


@pytest.fixture(scope="session")
def mailbox(server) -> mail.Mailbox:
    """A mail server: from here on the live server really sends, and to nobody else."""
    with mail.Mailbox().open(server) as box:
        yield box


@pytest.fixture(scope="session")
def playwright():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def launch_browser(playwright):
    """Start Chromium with further flags (a fake camera, say)."""
    opened = []

    def launch(*flags: str):
        opened.append(
            playwright.chromium.launch(
                executable_path=chromium.executable(), args=[*chromium.FLAGS, *flags]
            )
        )
        return opened[-1]

    yield launch
    for browser in opened:
        browser.close()


@pytest.fixture(scope="session")
def browser(launch_browser):
    """One Chromium for the run.  Use `contexts` or `page` to stay on this machine."""
    return launch_browser()


@pytest.fixture
def contexts(browser, request):
    """Make browser contexts: ``contexts.new(**options)``; a failure keeps pictures."""
    made = chromium.Contexts(browser)
    yield made
    if getattr(request.node, "museum_failed", False):
        for path in made.screenshots(request.node.name):
            print(f"screenshot: {path}")
        print("\n".join(made.problems))
    made.close()


@pytest.fixture
def page(contexts):
    """A page of a fresh visitor."""
    return contexts.new().new_page()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if outcome.get_result().failed:
        item.museum_failed = True
