# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database and a prefork server of the benchmarks' own, and what they used."""

import contextlib
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from support import server as own
from support.server import ROOT, free_port, setting

__all__ = ["BENCH", "ROOT", "Database", "OdooServer", "Used", "free_port", "setting"]

BENCH = ROOT / "benchmarks"
BENCH_ADDONS = BENCH / "addons"
TICKS = os.sysconf("SC_CLK_TCK")
# Odoo says so each time it runs a request again after a serialization failure.
RETRY = re.compile(rb"tries left, try again in|could not serialize access")


class Database(own.Database):
    """A copy of a template with the benchmarks' own addon at hand."""

    addons = (BENCH_ADDONS,)
    python_path = (BENCH,)

    def tidy(self) -> None:
        """What PostgreSQL would do by itself later, while something is measured."""
        connection = psycopg2.connect(dbname=self.name)
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cr:
            cr.execute("VACUUM ANALYZE")
            cr.execute("CHECKPOINT")

    def wait_for_jobs(self, seconds: int = 120) -> None:
        """Until the jobs of every hour and day have run, which a new database owes.

        In a museum they ran at night; what runs every few minutes is measured along.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ((due,),) = self.query(
                """
                SELECT COUNT(*)
                  FROM ir_cron
                 WHERE active
                   AND interval_type <> 'minutes'
                   AND nextcall <= now() AT TIME ZONE 'UTC'
                """
            )
            if not due:
                return
            time.sleep(1)


@dataclass(frozen=True)
class Used:
    """Processor seconds between two looks."""

    server: float
    postgres: float
    wall: float


class OdooServer(own.OdooServer):
    """Prefork Odoo with two workers on one database, and what it uses.

    It believes the X-Forwarded-* headers, as behind a proxy: clients without them are
    all at 127.0.0.1.

    :param warm: the page that fills its caches before anything is measured
    :param smtp_port: where a mail server listens on this machine; else there is none
    """

    addons = (BENCH_ADDONS,)

    def __init__(
        self,
        database: Database,
        log: Path,
        workers: int = 2,
        warm: str = "/exhibitions",
        smtp_port: int | None = None,
    ):
        words = ["--load", "base,rpc,web,museum_bench", "--proxy-mode"]
        words += ["--log-handler", "odoo.service.model:INFO"]
        if smtp_port:
            words += ["--smtp", "127.0.0.1", "--smtp-port", str(smtp_port)]
        super().__init__(database, log, workers, warm, tuple(words))
        self.smtp_port = smtp_port
        self._log_offset = 0

    def retries(self) -> int:
        """Requests that were run again since the last call, by the server's log."""
        with self.log.open("rb") as log:
            log.seek(self._log_offset)
            text = log.read()
            self._log_offset = log.tell()
        return len(RETRY.findall(text))

    def snapshot(self) -> Used:
        """Processor seconds so far of the server's processes and its backends."""
        server = postgres = 0.0
        tree = _process_table()
        family = {self.process.pid}
        for pid, (parent, _seconds, _name) in sorted(tree.items()):
            if parent in family:
                family.add(pid)
        backend = f" {self.database.name} "
        for pid, (_parent, seconds, name) in tree.items():
            if pid in family:
                server += seconds
            elif name.startswith("postgres:") and backend in name:
                postgres += seconds
        return Used(server, postgres, time.perf_counter())

    def memory(self) -> float:
        """Private megabytes of the largest worker."""
        largest = 0.0
        for pid, (parent, _seconds, _name) in _process_table().items():
            if parent == self.process.pid:
                largest = max(largest, _private_megabytes(pid))
        return largest


def _process_table():
    table = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
            name = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, UnicodeDecodeError):
            continue
        fields = stat.rpartition(")")[2].split()
        seconds = sum(int(value) for value in fields[11:15]) / TICKS
        table[int(entry.name)] = (int(fields[1]), seconds, name)
    return table


def _private_megabytes(pid):
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    kilobytes = sum(
        int(line.split()[1]) for line in lines if line.startswith("Private_")
    )
    return kilobytes / 1024
