# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database and a prefork server of one's own: for benchmarks, and to be killed."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg2
from psycopg2 import sql

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180


def setting(name: str, default: str | None = None) -> str:
    """A variable that bin/test and bin/bench set.

    :raise SystemExit: it is missing
    """
    value = os.environ.get(name, default)
    if value is None:
        raise SystemExit(f"{name} is not set: start this by bin/bench or bin/test")
    return value


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def odoo_command(
    *arguments: str, console: bool = False, addons: tuple = ()
) -> list[str]:
    """Odoo's command line with the project's configuration.

    :param addons: further folders of addons
    """
    return [
        sys.executable,
        str(ROOT / "bin" / "lib" / "odoo_cli.py"),
        *(["shell"] if console else []),
        "-c",
        setting("MUSEUM_ODOO_CONF", str(ROOT / "config" / "odoo.conf")),
        "--addons-path",
        ",".join([setting("ADDONS_PATH"), *map(str, addons)]),
        "--data-dir",
        setting("MUSEUM_DATA_DIR"),
        *arguments,
    ]


class Database:
    """A copy of a template, by default the demo museum's; dropped at the end."""

    addons: tuple = ()
    python_path: tuple = ()

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

    def wake_jobs(self) -> None:
        """Have Odoo look for jobs that are due, as a new job of its own would."""
        self._maintain("SELECT pg_notify('cron_trigger', %s)", params=[self.name])

    def _maintain(self, statement, *names, params=None):
        connection = psycopg2.connect(dbname="postgres")
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cr:
            cr.execute(sql.SQL(statement).format(*map(sql.Identifier, names)), params)

    def query(self, statement: str, params=()) -> list[tuple]:
        """Run one statement in a transaction of its own."""
        connection = psycopg2.connect(dbname=self.name)
        with contextlib.closing(connection), connection, connection.cursor() as cr:
            cr.execute(statement, params)
            return cr.fetchall() if cr.description else []

    def shell(self, script: Path, **environment: str) -> str:
        """Run a script in ``odoo shell``; the script commits.

        :return: what it printed
        :raise SystemExit: it failed; its output is shown
        """
        return self._odoo(
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
        paths = [*map(str, self.python_path), os.environ.get("PYTHONPATH", "")]
        done = subprocess.run(
            odoo_command(*arguments, console=script is not None, addons=self.addons),
            input=script.read_bytes() if script else b"",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), **environment},
            capture_output=True,
            check=False,
        )
        if done.returncode or b"Traceback" in done.stderr:
            sys.stderr.buffer.write(done.stdout + done.stderr)
            raise SystemExit(f"{script or arguments} failed")
        return done.stdout.decode()


class OdooServer:
    """Prefork Odoo on one database, always on the same port.

    :param warm: the page that fills its caches before anybody comes
    :param arguments: further words of its command line
    """

    addons: tuple = ()

    def __init__(
        self,
        database: Database,
        log: Path,
        workers: int = 2,
        warm: str = "/exhibitions",
        arguments: tuple = (),
    ):
        self.database = database
        self.warm = warm
        self.log = log
        self.workers = workers
        self.arguments = arguments
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None

    def start(self, cron_threads: int = 1) -> None:
        """Start it and wait until it answers.

        :raise SystemExit: it did not come up
        """
        command = odoo_command(
            *("-d", self.database.name),
            *("--http-interface", "127.0.0.1", "--http-port", str(self.port)),
            *("--gevent-port", str(free_port()), "--workers", str(self.workers)),
            *("--max-cron-threads", str(cron_threads), "--log-level", "warn"),
            *self.arguments,
            addons=self.addons,
        )
        with self.log.open("ab") as log:
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
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(self.url + path, timeout=60) as answer:
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
            self.kill()

    def kill(self) -> None:
        """All its processes at once, as when the machine goes down (SIGKILL)."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
