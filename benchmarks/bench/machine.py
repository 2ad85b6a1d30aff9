# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database and a prefork server of the benchmarks' own, and what they used."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "benchmarks"
BENCH_ADDONS = BENCH / "addons"
TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 180
# Odoo says so each time it runs a request again after a serialization failure.
RETRY = re.compile(rb"tries left, try again in|could not serialize access")


def setting(name: str, default: str | None = None) -> str:
    """A variable that bin/bench sets.

    :raise SystemExit: it is missing
    """
    value = os.environ.get(name, default)
    if value is None:
        raise SystemExit(f"{name} is not set: start the benchmarks by bin/bench")
    return value


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def odoo_command(*arguments: str, console: bool = False) -> list[str]:
    """Odoo's command line with the project's configuration."""
    addons = f"{setting('ADDONS_PATH')},{BENCH_ADDONS}"
    return [
        sys.executable,
        str(ROOT / "bin" / "lib" / "odoo_cli.py"),
        *(["shell"] if console else []),
        "-c",
        setting("MUSEUM_ODOO_CONF", str(ROOT / "config" / "odoo.conf")),
        "--addons-path",
        addons,
        "--data-dir",
        setting("MUSEUM_DATA_DIR"),
        *arguments,
    ]


class Database:
    """A copy of a template, by default the demo museum's; dropped at the end."""

    def __init__(self, name: str, template: str = "MUSEUM_TEMPLATE_DEMO"):
        self.name = name
        self.template = setting(template)
        self.filestore = Path(setting("MUSEUM_DATA_DIR")) / "filestore"

    def create(self) -> None:
        """Make the copy; what an earlier run left behind goes first."""
        self.drop()
        self._maintain("CREATE DATABASE {} TEMPLATE {}", self.name, self.template)
        source = self.filestore / self.template
        if source.is_dir():
            # Files are addressed by content and never written again: links will do.
            shutil.copytree(source, self.filestore / self.name, copy_function=os.link)

    def drop(self) -> None:
        """Remove database and files, if they are there."""
        self._maintain("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)
        shutil.rmtree(self.filestore / self.name, ignore_errors=True)

    def _maintain(self, statement, *names):
        connection = psycopg2.connect(dbname="postgres")
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cr:
            cr.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def query(self, statement: str, params=()) -> list[tuple]:
        """Run one statement in a transaction of its own."""
        connection = psycopg2.connect(dbname=self.name)
        with contextlib.closing(connection), connection, connection.cursor() as cr:
            cr.execute(statement, params)
            return cr.fetchall() if cr.description else []

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

    def shell(self, script: Path, **environment: str) -> None:
        """Run a script in ``odoo shell``; the script commits.

        :raise SystemExit: it failed; its output is shown
        """
        self._odoo(
            *("-d", self.name, "--no-http", "--log-level=warn"),
            script=script,
            **environment,
        )

    def install(self, modules: str) -> None:
        """Install addons, without demo data.

        :raise SystemExit: it failed; its output is shown
        """
        self._odoo(
            *("-d", self.name, "-i", modules, "--without-demo=1", "--no-http"),
            *("--stop-after-init", "--log-level=warn"),
        )

    def _odoo(self, *arguments, script=None, **environment):
        path = os.pathsep.join([str(BENCH), os.environ.get("PYTHONPATH", "")])
        done = subprocess.run(
            odoo_command(*arguments, console=script is not None),
            input=script.read_bytes() if script else b"",
            env={**os.environ, "PYTHONPATH": path, **environment},
            capture_output=True,
            check=False,
        )
        if done.returncode or b"Traceback" in done.stderr:
            sys.stderr.buffer.write(done.stdout + done.stderr)
            raise SystemExit(f"{script or arguments} failed")


@dataclass(frozen=True)
class Used:
    """Processor seconds between two looks."""

    server: float
    postgres: float
    wall: float


class OdooServer:
    """Prefork Odoo with two workers on one database.

    It believes the X-Forwarded-* headers, as behind a proxy: clients without them are
    all at 127.0.0.1.

    :param warm: the page that fills its caches before anything is measured
    :param smtp_port: where a mail server listens on this machine; else there is none
    """

    def __init__(
        self,
        database: Database,
        log: Path,
        workers: int = 2,
        warm: str = "/exhibitions",
        smtp_port: int | None = None,
    ):
        self.database = database
        self.smtp_port = smtp_port
        self.warm = warm
        self.log = log
        self.workers = workers
        self.port = free_port()
        self.process: subprocess.Popen | None = None
        self._log_offset = 0

    def start(self) -> None:
        """Start it and wait until it answers.

        :raise SystemExit: it did not come up
        """
        command = odoo_command(
            *("-d", self.database.name),
            *("--http-interface", "127.0.0.1", "--http-port", str(self.port)),
            *("--gevent-port", str(free_port()), "--workers", str(self.workers)),
            *("--max-cron-threads", "1", "--load", "base,rpc,web,museum_bench"),
            *("--log-level", "warn", "--log-handler", "odoo.service.model:INFO"),
            "--proxy-mode",
        )
        if self.smtp_port:
            command += ["--smtp", "127.0.0.1", "--smtp-port", str(self.smtp_port)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True
            )
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            if self._answers("/web/health"):
                self._answers(self.warm)
                return
            time.sleep(0.3)
        self.stop()
        raise SystemExit(f"the server did not start, see {self.log}")

    def _answers(self, path):
        url = f"http://127.0.0.1:{self.port}{path}"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(url, timeout=60) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self) -> None:
        """Ask it to end, then insist."""
        if not self.process or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

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
