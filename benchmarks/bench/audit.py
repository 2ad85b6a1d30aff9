# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# ruff: noqa: F821 -- odoo shell gives `env`
"""Ask the seat ledger's auditor (read by ``odoo shell``)."""

import json
import os

with open(os.environ["BENCH_AUDIT"], "w", encoding="utf-8") as file:
    json.dump(env["museum.hold"]._check_ledger(), file)
