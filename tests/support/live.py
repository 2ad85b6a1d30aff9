"""The live server of a test run: Odoo with two prefork workers and the sandbox.

bin/test starts both and leaves their addresses in a file; :func:`wait` reads it.
"""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import requests


@dataclass(frozen=True)
class LiveServer:
    """Addresses and keys of the servers of this run, and ways to speak to them.

    The database is a copy of the demo museum that all tests of the run share: a test
    makes what it needs, and relies on nothing that another test could change.
    """

    url: str
    db: str
    pid: int
    workers: int
    log: str
    data_dir: str
    sandbox_url: str
    key_id: str
    key_secret: str
    webhook_secret: str

    def connect(self):
        """Open a connection of its own to the server's database (PG* are set)."""
        return psycopg2.connect(dbname=self.db)

    def query(self, sql: str, params=()) -> list[tuple]:
        """Run one statement in a transaction of its own; rows, if there are any."""
        connection = self.connect()
        try:
            with connection, connection.cursor() as cr:
                cr.execute(sql, params)
                return cr.fetchall() if cr.description else []
        finally:
            connection.close()

    def session(self, login: str | None = None) -> requests.Session:
        """Return an HTTP session; with ``login`` logged in (password = login)."""
        http = requests.Session()
        http.trust_env = False  # no proxy between this machine and itself
        if login:
            self._rpc(
                http,
                "/web/session/authenticate",
                {"db": self.db, "login": login, "password": login},
            )
        return http

    def call(self, model: str, method: str, *args, login: str = "admin", **kwargs):
        """Call a public method of a model as ``login``; a refusal raises."""
        return self._rpc(
            self.session(login),
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": list(args), "kwargs": kwargs},
        )

    def _rpc(self, http: requests.Session, path: str, params: dict):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = http.post(self.url + path, json=body, timeout=120)
        answer.raise_for_status()
        data = answer.json()
        if "error" in data:
            error = data["error"].get("data") or data["error"]
            raise RuntimeError(f"{error.get('name')}: {error.get('message')}")
        return data.get("result")


def wait(seconds: float = 600) -> LiveServer:
    """Return the run's live server, once it is there."""
    base = os.environ.get("MUSEUM_LIVE")
    if not base:
        raise RuntimeError("there is no live server: run these tests by bin/test")
    ready, failed = Path(base + ".json"), Path(base + ".failed")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready.exists():
            return LiveServer(**json.loads(ready.read_text(encoding="utf-8")))
        if failed.exists():
            raise RuntimeError(f"the live server failed: {failed.read_text().strip()}")
        time.sleep(0.2)
    raise RuntimeError(f"the live server was not there after {seconds:.0f} s")
