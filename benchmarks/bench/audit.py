# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# ruff: noqa: F821 -- odoo shell gives `env`
"""Ask the seat ledger's auditor (read by ``odoo shell``).

The calendar's seed sells seats by SQL, without bookings, under tokens of its own: that
those have none is no finding.
"""

import json
import os
from collections import Counter

found = env["museum.hold"]._check_ledger()
holds = env["museum.hold"].browse(
    {finding["hold_id"] for finding in found if finding["problem"] == "sold"}
)
seeded = {hold.id for hold in holds if hold.token.startswith("bench-")}
problems = Counter(
    finding["problem"] for finding in found if finding.get("hold_id") not in seeded
)
with open(os.environ["BENCH_AUDIT"], "w", encoding="utf-8") as file:
    json.dump(problems, file)
