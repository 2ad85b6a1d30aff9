# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What races with real connections and real commits need.

Most races are staged instead of hoped for: one connection stops in the middle of its
transaction, another one runs into it (and is seen waiting in ``pg_stat_activity``),
then the first one goes on. Each test says which guard it watches.
"""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase
from odoo.tests.common import get_db_name

from ..exceptions import SlotFull
from ..lib import seat_ledger as ledger
from .common import MuseumCommon

BUYERS = 12


class StepCursor:
    """A cursor that calls ``hook`` after its n-th statement."""

    def __init__(self, cr, step, hook):
        self._cr, self._left, self._hook = cr, step, hook

    def __getattr__(self, name):
        return getattr(self._cr, name)

    def execute(self, query, params=None):
        self._cr.execute(query, params)
        self._left -= 1
        if self._left == 0:
            self._hook()


class RaceCase(MuseumCommon, BaseCase):
    """A slot of four seats for each test, committed, and ways to reach it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Under Odoo's own runner the main thread keeps this lock; threads that build an
        # environment would wait for it for ever.
        cls.startClassPatcher(patch.object(Registry, "_lock", DummyRLock()))
        cls.registry = Registry(get_db_name())
        with cls._env() as env:
            cls._make_museum()
            cls.slot_company_id = cls.venue.company_id.id
            cls.venue_id, cls.exhibition_id = cls.venue.id, cls.exhibition.id
            cls.adult_id, cls.child_id = cls.adult.id, cls.child.id
            env.flush_all()
        cls.addClassCleanup(cls._remove_museum)

    @classmethod
    @contextmanager
    def _env(cls):
        """An environment on a connection of its own; committed at the end."""
        with cls.registry.cursor() as cr:
            cls.env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            try:
                yield cls.env
            finally:
                del cls.env

    @classmethod
    def _remove_museum(cls):
        with cls._env() as env:
            env.cr.execute(
                """
                DELETE FROM museum_hold
                 WHERE slot_id IN (SELECT id FROM museum_slot
                                    WHERE exhibition_id = %s)
                """,
                [cls.exhibition_id],
            )
            exhibition = env["museum.exhibition"].browse(cls.exhibition_id)
            slots = exhibition.slot_ids
            pools = env["museum.seat.pool"].search([("slot_id", "in", slots.ids)])
            (pools - slots.pool_id).unlink()
            slots.unlink()
            exhibition.unlink()
            env["museum.venue"].browse(cls.venue_id).unlink()

    def setUp(self):
        super().setUp()
        self.hours = getattr(type(self), "_hours", 24)
        type(self)._hours = self.hours + 2
        self.pool_ids = []
        with self._env() as env:
            cls = type(self)
            cls.exhibition = env["museum.exhibition"].browse(self.exhibition_id)
            slot = self._make_slot(in_hours=self.hours, capacity=4)
            self.slot_id, self.pool_id = slot.id, slot.pool_id.id
        self.pool_ids.append(self.pool_id)
        self.executor = ThreadPoolExecutor(max_workers=BUYERS)
        self.addCleanup(self.executor.shutdown)
        self.addCleanup(self._assert_ledger_agrees)

    # --- helpers

    def _assert_ledger_agrees(self):
        with self.registry.cursor() as cr:
            self.assertEqual(ledger.audit(cr, self.pool_ids), [])

    @contextmanager
    def _short(self):
        """The engine's own transaction, to be stopped in the middle."""
        with self.registry.cursor() as cr:
            cr.execute(
                "SET TRANSACTION ISOLATION LEVEL READ COMMITTED;"
                "SET LOCAL lock_timeout = '3s'"
            )
            yield cr

    def _sql(self, query, *params):
        with self.registry.cursor() as cr:
            cr.execute(query, params)
            return cr.fetchall() if cr.description else None

    def _taken(self, pool_id=None):
        query = "SELECT taken FROM museum_seat_pool WHERE id = %s"
        return self._sql(query, pool_id or self.pool_id)[0][0]

    def _states(self, *tokens):
        with self.registry.cursor() as cr:
            found = ledger.states(cr, tokens)
        return [found.get(token) for token in tokens]

    def _run_out(self, *tokens, seconds=1):
        self._sql(
            """
            UPDATE museum_hold
               SET expires_at = clock_timestamp() AT TIME ZONE 'UTC'
                                - %s * INTERVAL '1 second'
             WHERE token = ANY(%s)
            """,
            seconds,
            list(tokens),
        )

    def _order(self, token, seats=1, pools=None):
        return ledger.Order(
            token=token,
            slot_id=self.slot_id,
            company_id=self.slot_company_id,
            quantities={self.adult_id: seats},
            seats=seats,
            pools=pools or {self.pool_id: seats},
            seconds=900,
        )

    def _token(self):
        return uuid.uuid4().hex

    def _engine(self, method, *args):
        """One call of the model's method as in a request: own connection, committed."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return getattr(env["museum.hold"], method)(*args)

    def _buy(self, token, seats=1, category_id=None):
        """What a request does; returns the seats held, or None when refused."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            slot = env["museum.slot"].browse(self.slot_id)
            quantities = {category_id or self.adult_id: seats}
            try:
                return env["museum.hold"]._take(token, slot, quantities, 15)
            except SlotFull:
                return None

    def _in_thread(self, function, *args):
        return self.executor.submit(function, *args)

    def _wait_until_blocked(self, count=1):
        """Until so many connections of this database wait for a lock."""
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            ((waiting,),) = self._sql(
                """
                SELECT COUNT(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event_type = 'Lock'
                """
            )
            if waiting >= count:
                return
            time.sleep(0.01)
        self.fail("nobody waits for the lock")
