# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SQLite behind the sandbox: a killed sandbox starts again where it was."""

import json
import sqlite3
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS entity (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    parent TEXT,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS entity_parent ON entity (kind, parent);
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL,
    event TEXT NOT NULL,
    body TEXT NOT NULL,
    signature TEXT NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    status TEXT,
    due REAL NOT NULL,
    first_at REAL
);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (state, due);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    refund_id TEXT
);
"""


class Store:
    """Small document store; the caller holds the sandbox's lock."""

    def __init__(self, folder):
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(path / "sandbox.sqlite3", check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.executescript(SCHEMA)

    def close(self):
        self.db.close()

    def commit(self):
        self.db.commit()

    def rollback(self):
        self.db.rollback()

    # entities
    def get(self, kind, id_):
        row = self.db.execute(
            "SELECT body FROM entity WHERE kind = ? AND id = ?", (kind, id_)
        ).fetchone()
        return json.loads(row["body"]) if row else None

    def put(self, kind, entity, parent=None):
        self.db.execute(
            "INSERT INTO entity (id, kind, parent, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (entity["id"], kind, parent, json.dumps(entity)),
        )

    def all(self, kind, parent=None, limit=None, newest=False):
        sql = "SELECT body FROM entity WHERE kind = ?"
        args = [kind]
        if parent is not None:
            sql += " AND parent = ?"
            args.append(parent)
        sql += " ORDER BY seq DESC" if newest else " ORDER BY seq"
        if limit:
            sql += " LIMIT ?"
            args.append(limit)
        return [json.loads(row["body"]) for row in self.db.execute(sql, args)]

    # settings
    def setting(self, name, default=None):
        row = self.db.execute(
            "SELECT value FROM setting WHERE name = ?", (name,)
        ).fetchone()
        return json.loads(row["value"]) if row else default

    def set_setting(self, name, value):
        self.db.execute(
            "INSERT INTO setting (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, json.dumps(value)),
        )

    # deliveries
    def add_delivery(self, **values):
        columns = ", ".join(values)
        marks = ", ".join("?" for _value in values)
        return self.db.execute(
            f"INSERT INTO delivery ({columns}) VALUES ({marks})",  # noqa: S608 own names
            tuple(values.values()),
        ).lastrowid

    def delivery(self, id_):
        row = self.db.execute("SELECT * FROM delivery WHERE id = ?", (id_,)).fetchone()
        return dict(row) if row else None

    def deliveries(self, state=None, event=None, limit=500, before=None):
        """The newest, the oldest of them first; ``before`` an id leads further back."""
        sql, args = "SELECT * FROM delivery WHERE 1 = 1", []
        for column, value in (("state", state), ("event", event)):
            if value:
                sql += f" AND {column} = ?"
                args.append(value)
        if before:
            sql += " AND id < ?"
            args.append(before)
        sql += " ORDER BY id DESC LIMIT ?"
        rows = self.db.execute(sql, [*args, limit]).fetchall()
        return [dict(row) for row in reversed(rows)]

    def next_delivery(self):
        row = self.db.execute(
            "SELECT * FROM delivery WHERE state = 'pending' ORDER BY due, id LIMIT 1"
        ).fetchone()
        return dict(row) if row else None

    def update_delivery(self, id_, **values):
        assignments = ", ".join(f"{column} = ?" for column in values)
        self.db.execute(
            f"UPDATE delivery SET {assignments} WHERE id = ?",  # noqa: S608 own names
            (*values.values(), id_),
        )

    def make_all_due(self):
        self.db.execute("UPDATE delivery SET due = 0 WHERE state = 'pending'")

    # idempotency keys of refunds
    def idempotent(self, key):
        row = self.db.execute(
            "SELECT * FROM idempotency WHERE key = ?", (key,)
        ).fetchone()
        return dict(row) if row else None

    def set_idempotent(self, key, request, refund_id=None):
        self.db.execute(
            "INSERT INTO idempotency (key, request, refund_id) VALUES (?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET refund_id = excluded.refund_id",
            (key, request, refund_id),
        )

    def drop_idempotent(self, key):
        self.db.execute("DELETE FROM idempotency WHERE key = ?", (key,))

    def wipe(self):
        for table in ("entity", "delivery", "setting", "idempotency"):
            self.db.execute(f"DELETE FROM {table}")  # noqa: S608 own names
