"""pytest plugin: a green run must mean that the tests ran.

Loaded by bin/test (``-p support.guards``).  It turns into failures what pytest would
let pass: skipped tests (pytest-odoo skips every HttpCase without ``--odoo-http``, and
Odoo skips its browser tests without a browser), a run without one passed test, and test
files that lie on the disk but were not collected.
"""

import os
import re
from pathlib import Path

import pytest

TEST_FILE = re.compile(r"^(test_.*|.*_test|tests?_?.*)\.py$")
DEFINES_TEST = re.compile(r"^\s+def test_|^def test_", re.MULTILINE)


class Guards:
    def __init__(self) -> None:
        self.collected: set[Path] = set()
        self.skipped: list[str] = []
        self.passed = 0
        self.problems: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config, items):
        # First of all plugins: before -k and -m take items away.
        self.collected = {item.path for item in items}
        missing = [path for path in _on_disk(config) if path not in self.collected]
        self.problems += [
            f"{_short(config, path)}: has tests, but none was collected"
            for path in missing
        ]

    def pytest_collectreport(self, report):
        if report.skipped:
            self.skipped.append(f"{report.nodeid}: {_reason(report)}")

    def pytest_runtest_logreport(self, report):
        if report.skipped and not hasattr(report, "wasxfail"):
            self.skipped.append(f"{report.nodeid}: {_reason(report)}")
        if report.when == "call" and report.passed:
            self.passed += 1

    def pytest_sessionfinish(self, session, exitstatus):
        if session.config.option.collectonly:
            return
        if self.skipped and not os.environ.get("MUSEUM_ALLOW_SKIPS"):
            self.problems += [f"skipped: {line}" for line in self.skipped]
        if not self.passed:
            self.problems.append("no test passed: nothing was tested")
        if self.problems and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        if self.problems:
            terminalreporter.section("guards: this run proves nothing", red=True)
            for problem in self.problems:
                terminalreporter.write_line(problem)


def _reason(report) -> str:
    reason = report.longrepr
    return str(reason[2] if isinstance(reason, tuple) else reason)


def _short(config, path: Path) -> str:
    return os.path.relpath(path, config.rootpath)


def _on_disk(config) -> list[Path]:
    """Files with tests below the folders (and files) that were asked for."""
    found = set()
    for arg in config.args:
        root = Path(arg.split("::")[0])
        if "::" in arg or not root.exists():
            continue
        files = [root] if root.is_file() else root.rglob("*.py")
        for path in files:
            parts = path.relative_to(config.rootpath).parts
            if "tests" in parts and _has_tests(path):
                found.add(path)
    return sorted(found)


def _has_tests(path: Path) -> bool:
    return bool(
        TEST_FILE.match(path.name)
        and DEFINES_TEST.search(path.read_text(encoding="utf-8"))
    )


def pytest_configure(config):
    config.pluginmanager.register(Guards(), "museum-guards")
