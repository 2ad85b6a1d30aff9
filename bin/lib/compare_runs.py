"""Compare two logs of Odoo's test runner: compare_runs.py WITHOUT WITH.

Fails when a run did not finish, when a test fails in the second and not in the first,
or when one of the first did not run in the second.
"""

import re
import sys
from pathlib import Path

TOTAL = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
BROKEN = re.compile(r" (?:FAIL|ERROR): ((?:Subtest )?\w+\.\w+)")
STARTED = re.compile(r": Starting (\w+\.\w+) \.\.\.")


def read(name: str) -> tuple[int, set[str], set[str]]:
    """Number of tests, names of those that started, names of those that failed."""
    text = Path(name).read_text(encoding="utf-8", errors="replace")
    totals = TOTAL.findall(text)
    if not totals:
        raise SystemExit(f"{name}: the run did not finish")
    return int(totals[-1][2]), set(STARTED.findall(text)), set(BROKEN.findall(text))


def main(without: str, with_us: str) -> int:
    base, base_names, base_broken = read(without)
    ours, our_names, our_broken = read(with_us)
    print(f"without us: {base} tests, {len(base_broken)} not green")
    print(f"with us:    {ours} tests, {len(our_broken)} not green")
    if len(base_broken) * 10 > base or not base:
        print("the run without us is no measure: it hardly passes itself")
        return 1
    new, lost = sorted(our_broken - base_broken), sorted(base_names - our_names)
    for name in sorted(our_broken & base_broken):
        print(f"  not green in both: {name}")
    for name in new:
        print(f"  BROKEN BY US: {name}")
    for name in lost:
        print(f"  DID NOT RUN WITH US: {name}")
    return 1 if new or lost else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
