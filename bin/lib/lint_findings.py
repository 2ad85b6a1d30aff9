"""Findings of Odoo's test_lint in our addons: lint_findings.py LOG addon,addon...

test_lint looks at every addon on the path, Odoo's own included (where Debian's changes
show up); only lines that name one of ours count.
"""

import re
import sys
from pathlib import Path

# test_lint wants an index on the other side of each One2many.  Like Odoo's own list in
# its test_index.py: fields that are the first key of an index that is there anyway.
COVERED = {
    "museum.hold.take.hold_id": "UNIQUE (hold_id, pool_id)",
    "museum.scan.gate_id": "_gate_received_idx",
    "museum.slot.exhibition_id": "_exhibition_date_idx",
    "museum.visitor.ticket_id": "_ticket_uniq",
}


def main(log: str, addons: str) -> int:
    text = Path(log).read_text(encoding="utf-8", errors="replace")
    totals = re.findall(r"of (\d+) tests", text)
    if not totals or not int(totals[-1]):
        print(f"{log}: test_lint did not run")
        return 1
    names = "|".join(map(re.escape, addons.split(",")))
    ours = re.compile(rf"\b(?:{names}|museum\.[a-z.]+)")
    # Lines of the log proper tell what was loaded; findings are in the failures' text.
    entry = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ (\w+)")
    level, found = "", []
    for line in text.splitlines():
        if match := entry.match(line):
            level = match[1]
            if level not in {"ERROR", "WARNING"}:
                continue
        if line.split(" (inverse of")[0] in COVERED:
            continue
        if level in {"ERROR", "WARNING"} and ours.search(line):
            found.append(line.strip())
    print(f"test_lint: {totals[-1]} tests, {len(found)} lines about our addons")
    for line in found:
        print("  " + line[:300])
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
