# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The benchmarks, on a copy of the demo museum and a prefork server of their own.

Beside it, for "stock", "visitor" and for the page of times in "calendar", an Odoo with
website_event_sale on another database and the same number of workers. All parts take
some ten minutes; --only picks some. Run by bin/bench. Everything stays on this machine
(127.0.0.1) and within fixed times.

The tables say target and pass or FAIL per row; the exit status counts failures only
with --strict, because wall clock on a busy machine is a hint.
"""

import argparse
import asyncio
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import calendar, scenarios, versus, visitor, webhook, year
from bench.machine import ROOT, Database, OdooServer, free_port, setting
from bench.report import Report
from bench.stock import Stock

# The calendar late: it fills the database with 200,000 slots.
PARTS = (
    *("race", "pay", "webhook", "gate", "holds"),
    *("pdf", "stock", "visitor", "calendar", "year"),
)


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"some of {','.join(PARTS)}")
    parser.add_argument("--seconds", type=float, default=8, help="per measurement")
    parser.add_argument("--buyers", type=int, default=200)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="2 s, 10,000 tickets")
    parser.add_argument("--keep", action="store_true", help="keep database and log")
    parser.add_argument("--strict", action="store_true", help="a FAIL fails the run")
    parser.add_argument("--baseline", action="store_true", help="write baseline.md")
    args = parser.parse_args()
    args.parts = [part for part in args.only.split(",") if part] or list(PARTS)
    if unknown := set(args.parts) - set(PARTS):
        parser.error(f"unknown part {', '.join(sorted(unknown))}")
    if args.quick:
        args.seconds, args.tickets = 2, min(args.tickets, 10_000)
    return args


class Sandbox:
    """The Razorpay sandbox, with keys of this run."""

    def __init__(self, folder: Path):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder / "sandbox"
        self.key_id = f"rzp_test_{secrets.token_hex(7)}"
        self.key_secret = secrets.token_hex(12)
        self.webhook_secret = secrets.token_hex(16)
        self.process = None

    def environment(self) -> dict[str, str]:
        """What the seed needs to connect the museum to it."""
        return {
            "BENCH_SANDBOX": self.url,
            "BENCH_KEY_ID": self.key_id,
            "BENCH_KEY_SECRET": self.key_secret,
            "BENCH_WEBHOOK_SECRET": self.webhook_secret,
        }

    def start(self, odoo_port: int) -> None:
        """Start it; its webhooks go to the server on that port."""
        webhook = f"http://127.0.0.1:{odoo_port}/payment/razorpay/webhook"
        command = [sys.executable, "-m", "razorpay_sandbox", "--quiet"]
        command += ["--port", str(self.port), "--state", str(self.folder)]
        command += ["--webhook-url", webhook, "--key-id", self.key_id]
        command += ["--key-secret", self.key_secret]
        command += ["--webhook-secret", self.webhook_secret]
        path = os.pathsep.join([str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")])
        with (self.folder.parent / "sandbox.log").open("wb") as log:
            self.process = subprocess.Popen(
                command, env={**os.environ, "PYTHONPATH": path}, stdout=log, stderr=log
            )

    def stop(self) -> None:
        """End it."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)


def say(text: str) -> None:
    """Progress, apart from the tables."""
    print(f"[bench] {text}", file=sys.stderr, flush=True)


async def measure(ctx, args, report, folder):
    """Run the parts; each table is shown as soon as it is there."""
    report.add(await scenarios.empty_route(ctx))
    if "race" in args.parts:
        report.add(await scenarios.race(ctx, 0, pay=False))
        report.add(await scenarios.crowd_behind_proxy(ctx))
    if "pay" in args.parts:
        report.add(await scenarios.race(ctx, 1, pay=True))
    if "webhook" in args.parts:
        await webhook.webhook(ctx, report)
    if "gate" in args.parts:
        report.add(await scenarios.gate(ctx))
    if "holds" in args.parts:
        report.add(await scenarios.holds(ctx))
    if "pdf" in args.parts:
        report.add(await scenarios.papers(ctx, folder))
    if "stock" in args.parts:
        report.add(await versus.race(ctx))
        report.add(await versus.holds(ctx))
    if "visitor" in args.parts:
        for table in await visitor.visitors(ctx):
            report.add(table)
    if "calendar" in args.parts:
        report.add(await calendar.calendar(ctx, folder))
    if "year" in args.parts:
        report.add(await year.year(ctx, folder))


def main():
    """Make, seed, start, measure, clean up."""
    args = arguments()
    folder = Path(tempfile.mkdtemp(prefix="museum-bench-"))
    database = Database(f"bench_{os.getpid()}")
    sandbox = Sandbox(folder)
    # Others have no mail server: what they measure then is not what it costs to fail.
    smtp_port = free_port() if "visitor" in args.parts else None
    odoo = OdooServer(database, folder / "odoo.log", args.workers, smtp_port=smtp_port)
    stock = None
    plan_file = folder / "plan.json"
    report = Report(
        {"tickets": args.tickets, "buyers": args.buyers, "workers": args.workers}
    )
    try:
        started = time.monotonic()
        say(f"database {database.name} from {database.template}")
        database.create()
        say(f"{args.tickets:,} tickets, {args.buyers} buyers")
        database.shell(
            ROOT / "benchmarks" / "bench" / "seed.py",
            BENCH_PLAN=str(plan_file),
            BENCH_TICKETS=str(args.tickets),
            BENCH_BUYERS=str(args.buyers),
            BENCH_SCANS=str(max(2_000, int(args.seconds * 3000))),
            BENCH_URL=f"http://127.0.0.1:{odoo.port}",
            **sandbox.environment(),
        )
        database.query("ANALYZE")
        plan = json.loads(plan_file.read_text())
        if plan["ledger"]:
            raise SystemExit(f"the seed left a wrong ledger: {plan['ledger'][:3]}")
        say(f"ready in {time.monotonic() - started:.0f} s; starting the server")
        sandbox.start(odoo.port)
        odoo.start()
        if {"stock", "visitor"} & set(args.parts):
            say("stock Odoo events beside it")
            stock = Stock.make(folder, args.workers, smtp_port)
        ctx = scenarios.Context(
            odoo, database, plan, args.seconds, args.buyers, sandbox.url, stock
        )
        asyncio.run(measure(ctx, args, report, folder))
        audit(database, report, folder)
    finally:
        odoo.stop()
        sandbox.stop()
        if stock:
            stock.stop(keep=args.keep)
        if args.keep:
            say(f"kept: database {database.name}, {folder}")
        else:
            database.drop()
            shutil.rmtree(folder, ignore_errors=True)
    finish(args, report)


def audit(database, report, folder):
    """Seats and ledger must agree after all that."""
    answer = folder / "audit.json"
    database.shell(ROOT / "benchmarks" / "bench" / "audit.py", BENCH_AUDIT=str(answer))
    wrong = json.loads(answer.read_text())
    table = scenarios.Table("The auditor, afterwards")
    counters = wrong.pop("counter", 0)
    table.add("pools that differ from the ledger", str(counters), "0", not counters)
    words = ", ".join(f"{count} {problem}" for problem, count in wrong.items())
    table.add("other findings", words or "0", "0", not wrong)
    report.add(table)


def finish(args, report):
    """Keep the results, say how it went."""
    results = Path(setting("MUSEUM_RESULTS", str(ROOT / ".local" / "results")))
    say(f"results: {report.save(results / 'bench')}")
    if args.baseline:
        (Path(setting("MUSEUM_RESULTS")) / "baseline.md").write_text(report.markdown())
    say(f"{report.failed} rows missed their target")
    if args.strict and report.failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
