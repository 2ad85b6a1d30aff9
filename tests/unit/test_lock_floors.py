# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The locks hold what requirements.in asks for, above all the first fixed releases."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

CONFIG = Path(__file__).parents[2] / "config"


def _asked(name):
    for line in (CONFIG / name).read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line and not line.startswith("-"):
            yield Requirement(line)


def _locked(name):
    text = (CONFIG / name).read_text(encoding="utf-8")
    pins = {}
    for package, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.M):
        pins.setdefault(canonicalize_name(package), set()).add(version)
    return pins


def _below(asked, pins):
    return [
        f"{wanted}: locked {sorted(pins.get(canonicalize_name(wanted.name), []))}"
        for wanted in asked
        if not (versions := pins.get(canonicalize_name(wanted.name)))
        or not all(wanted.specifier.contains(v, prereleases=True) for v in versions)
    ]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_lock_holds_every_floor(lock):
    asked = list(_asked("requirements.in"))
    assert len(asked) > 40
    assert _below(asked, _locked(lock)) == []


def test_developers_lock_holds_what_is_asked():
    asked = list(_asked("requirements-dev.in"))
    assert len(asked) > 10
    assert _below(asked, _locked("requirements-dev.lock")) == []


def test_a_lock_below_a_floor_is_found():
    pins = _locked("requirements.lock")
    floor = Requirement("pillow>=12.1.1")
    assert _below([floor], pins) == []
    assert _below([floor], {**pins, "pillow": {"12.1.0"}})
    assert _below([floor], {k: v for k, v in pins.items() if k != "pillow"})


def test_both_locks_agree():
    run, dev = _locked("requirements.lock"), _locked("requirements-dev.lock")
    assert {name: dev.get(name) for name in run} == run


def test_container_gets_the_locked_versions():
    run = _locked("requirements.lock")
    container = CONFIG.parent / "docker" / "requirements-addons.txt"
    pins = re.findall(r"^([\w-]+)==(\S+)", container.read_text(encoding="utf-8"), re.M)
    assert pins
    assert {name: {version} for name, version in pins} == {
        name: run.get(canonicalize_name(name)) for name, _version in pins
    }
    assert all(Version(version) for _name, version in pins)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_digests(lock):
    blocks = re.split(r"\n(?=\S)", (CONFIG / lock).read_text(encoding="utf-8"))
    packages = [block for block in blocks if re.match(r"[\w.-]+==", block)]
    assert len(packages) > 60
    assert [b.split()[0] for b in packages if "--hash=sha256:" not in b] == []
