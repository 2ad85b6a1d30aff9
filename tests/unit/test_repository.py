# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is true of the repository as a whole, whatever the addons do."""

import ast
import configparser
import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ADDONS = sorted(path.parent for path in ROOT.glob("addons/*/__manifest__.py"))
# Written in pieces, so that this file does not name them.
REGISTRIES = re.compile(
    "|".join(
        re.escape(a + "." + b)
        for a, b in [
            ("pypi", "org"),
            ("files.pythonhosted", "org"),
            ("registry.npmjs", "org"),
            ("registry.yarnpkg", "com"),
            ("deb.debian", "org"),
            ("ftp.debian", "org"),
            ("archive.ubuntu", "com"),
            ("proxy.golang", "org"),
        ]
    )
)


def _committed():
    # safe.directory: the tests may run as another account than the checkout's owner.
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_no_committed_file_names_a_registry():
    files = [path for path in _committed() if path.is_file()]
    assert len(files) > 50
    found = [
        str(path.relative_to(ROOT))
        for path in files
        if REGISTRIES.search(path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert found == []


def test_the_search_for_registries_finds_one():
    assert REGISTRIES.search("https://" + "registry.npmjs" + ".org/eslint")


def test_package_lock_has_digests_and_no_addresses():
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: p for name, p in lock["packages"].items() if name}
    assert len(packages) > 20
    assert [name for name, p in packages.items() if "resolved" in p] == []
    assert [name for name, p in packages.items() if "integrity" not in p] == []


def test_committed_configuration_holds_no_secret():
    config = configparser.ConfigParser(interpolation=None)
    config.read(ROOT / "config" / "odoo.conf")
    options = config["options"]
    assert options["http_interface"] == "127.0.0.1"
    assert options["list_db"] == "False"
    assert not [name for name in options if "passw" in name or "secret" in name]


def test_licence_is_the_lgpl():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert "Version 3, 29 June 2007" in text


def test_there_are_addons():
    assert len(ADDONS) >= 4


@pytest.mark.parametrize("addon", ADDONS, ids=lambda path: path.name)
def test_addon_states_its_licence_and_has_a_readme(addon):
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text(encoding="utf-8"))
    assert manifest["license"] == "LGPL-3"
    assert manifest["version"].startswith("19.0.")
    assert (addon / "README.rst").is_file()


@pytest.mark.parametrize("addon", ADDONS, ids=lambda path: path.name)
def test_every_test_file_is_imported_for_odoos_runner(addon):
    tests = addon / "tests"
    on_disk = {path.stem for path in tests.glob("test_*.py")}
    if not on_disk:
        pytest.fail("the addon has no tests") if addon.name != "museum_demo" else None
        return
    init = ast.parse((tests / "__init__.py").read_text(encoding="utf-8"))
    imported = {
        alias.name
        for node in ast.walk(init)
        if isinstance(node, ast.ImportFrom) and node.level == 1
        for alias in node.names
    }
    assert on_disk - imported == set()


@pytest.mark.parametrize("addon", ADDONS, ids=lambda path: path.name)
def test_test_cases_are_odoos(addon):
    """Odoo's runner dies of a plain one, before any test of any addon."""
    plain = re.compile(r"from unittest import .*TestCase|unittest\.\w*TestCase")
    found = [
        path.name
        for path in addon.glob("tests/*.py")
        if plain.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("addon", ADDONS, ids=lambda path: path.name)
def test_pure_rules_do_not_import_odoo(addon):
    for path in addon.glob("lib/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            assert not [n for n in names if n.split(".")[0] == "odoo"], path
