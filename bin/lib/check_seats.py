"""For Odoo's shell: a table of what is wrong with seats; ends with 1 if anything is.

See ``museum.hold._check_ledger``; it looks and never mends.
"""

import os
import sys

found = env["museum.hold"]._check_ledger()  # noqa: F821 (the shell's)
if found:
    print(f"{'problem':10} where")
    for finding in found:
        problem = finding.pop("problem")
        facts = "  ".join(f"{key}={value}" for key, value in finding.items())
        print(f"{problem:10} {facts}")
    print(f"{len(found)} findings; the words are explained in docs/operator.md")
else:
    pools = env["museum.seat.pool"].search_count([])  # noqa: F821
    holds = env["museum.hold"].search_count([])  # noqa: F821
    print(f"Seats agree: {pools} counters, {holds} lines of the ledger.")
sys.stdout.flush()
# The shell itself would end with 0.
os._exit(1 if found else 0)
