# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One ticket, one entry: with real connections and real commits."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, get_db_name, tagged

from ..lib import admission
from ..models.museum_gate_verify import Scan
from .common import GateWorld, new_uuid

GATES = 16


@tagged("post_install", "-at_install")
class TestScanRace(BaseCase):
    """Sixteen gates scan the same code at the same instant."""

    def setUp(self):
        super().setUp()
        # Odoo's own runner holds this lock while tests run
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            world = GateWorld(env, company=env["res.company"].browse(1))
            booking = world.make_booking()
            tickets = world.make_tickets(booking, [world.adult] * 4)
            self.gate_id = world.gate.id
            self.ticket_ids = tickets.ids
            self.codes = tickets.mapped("code")
            self.group_code = booking.code
            world.env["museum.signing.key"]._current()
            order = booking.order_id
            categories = world.exhibition.category_ids
            products = categories.product_id.product_tmpl_id
            made = [order, world.gate, world.slot, categories, products]
            made += [world.exhibition, world.venue, world.partner]
            self.addCleanup(self.clean, booking.id, made)

    def clean(self, booking_id, made):
        """What was committed has to go; the log and sold bookings refuse: SQL."""
        with self.registry.cursor() as cr:
            for sql, wanted in (
                (
                    "UPDATE museum_ticket SET first_entry_scan_id = NULL"
                    " WHERE id = ANY(%s)",
                    self.ticket_ids,
                ),
                ("DELETE FROM museum_scan WHERE gate_id = %s", self.gate_id),
                ("DELETE FROM museum_ticket WHERE id = ANY(%s)", self.ticket_ids),
                ("DELETE FROM museum_booking WHERE id = %s", booking_id),
            ):
                cr.execute(sql, [wanted])
            env = api.Environment(cr, SUPERUSER_ID, {})
            for records in made:
                records.with_env(env).unlink()

    def race(self, scans):
        """Verify ``scans`` (text, uuid), each with a connection and at once."""
        barrier = threading.Barrier(len(scans))

        def one(text, uuid):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                gate = env["museum.gate"].browse(self.gate_id)
                gate._gate_info(gate.id, env.lang)
                barrier.wait(timeout=30)
                return gate._verify(text, Scan(uuid))

        with ThreadPoolExecutor(len(scans)) as pool:
            return list(pool.map(lambda scan: one(*scan), scans))

    def rows(self, sql, *params):
        with self.registry.cursor() as cr:
            cr.execute(sql, params)
            return cr.fetchall()

    def test_one_ticket_at_sixteen_gates_is_admitted_once(self):
        answers = self.race([(self.codes[0], new_uuid()) for _gate in range(GATES)])
        self.assertEqual(
            Counter(answer["verdict"] for answer in answers),
            {"granted": 1, "already_used": GATES - 1},
        )
        self.assertEqual(sum(answer["admitted"] for answer in answers), 1)
        winner = next(a for a in answers if a["verdict"] == "granted")
        log = self.rows(
            "SELECT verdict, uuid FROM museum_scan WHERE ticket_id = %s",
            self.ticket_ids[0],
        )
        self.assertEqual(len(log), GATES)
        granted = [uuid for word, uuid in log if word == "granted"]
        self.assertEqual(granted, [winner["scan_uuid"]])
        for answer in answers:
            if answer is not winner:
                self.assertTrue(answer["used_at"])
                self.assertEqual(answer["used_gate"], "North door")

    def test_without_the_guard_the_race_is_lost(self):
        """The test above can fail: the same race, the condition taken out."""
        unguarded = admission._ADMIT.replace("AND t.state = 'reserved'", "")
        self.assertNotEqual(unguarded, admission._ADMIT)
        together = threading.Barrier(GATES)
        record = admission.record

        def record_together(cr, row, entering=()):
            # all have judged before the first one writes
            if entering:
                together.wait(timeout=30)
            return record(cr, row, entering)

        with (
            patch.object(admission, "_ADMIT", unguarded),
            patch.object(admission, "record", record_together),
        ):
            answers = self.race([(self.codes[0], new_uuid()) for _gate in range(GATES)])
        self.assertGreater(sum(answer["admitted"] for answer in answers), 1)

    def test_all_have_judged_before_the_first_writes(self):
        """The worst case, with the guard: all found the ticket unused."""
        together = threading.Barrier(GATES)
        first_try = threading.local()
        record = admission.record

        def record_together(cr, row, entering=()):
            if entering and not getattr(first_try, "is_over", False):
                first_try.is_over = True
                together.wait(timeout=30)
            return record(cr, row, entering)

        with patch.object(admission, "record", record_together):
            answers = self.race([(self.codes[0], new_uuid()) for _gate in range(GATES)])
        self.assertEqual(
            Counter(answer["verdict"] for answer in answers),
            {"granted": 1, "already_used": GATES - 1},
        )

    def test_one_scan_number_sixteen_times_is_one_scan(self):
        uuid = new_uuid()
        answers = self.race([(self.codes[0], uuid)] * GATES)
        self.assertEqual(len({str(answer) for answer in answers}), 1)
        self.assertEqual(answers[0]["verdict"], "granted")
        self.assertEqual(
            self.rows("SELECT count(*) FROM museum_scan WHERE uuid = %s", uuid), [(1,)]
        )

    def test_group_and_its_tickets_at_once_admit_each_once(self):
        texts = [self.group_code] * 8 + self.codes * 2
        answers = self.race([(text, new_uuid()) for text in texts])
        self.assertEqual(sum(answer["admitted"] for answer in answers), 4)
        self.assertEqual(
            {answer["verdict"] for answer in answers}, {"granted", "already_used"}
        )
        rows = self.rows(
            "SELECT sum(visitors), count(*) FROM museum_scan WHERE gate_id = %s",
            self.gate_id,
        )
        self.assertEqual(rows, [(4, len(texts))])
