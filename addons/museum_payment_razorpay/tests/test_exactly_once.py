# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Browser and webhook at the same moment, on connections of their own."""

import threading
import uuid
from unittest.mock import patch

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

ATTEMPTS = 6


@tagged("post_install", "-at_install")
class TestExactlyOnce(BaseCase):
    """Real transactions and commits: nothing here runs inside a test's transaction.

    A transaction without a sale order is settled by two paths at once; confirming is
    replaced by a line in a list, so that there is
    little to clean up.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.confirmations = []
        self.made = []
        self.addCleanup(self._clean_up)

    def _cursor(self):
        return db_connect(get_db_name()).cursor()

    def _clean_up(self):
        with self._cursor() as cr:
            cr.execute(
                "DELETE FROM payment_transaction WHERE id = ANY(%s)", [self.made]
            )
            cr.execute(
                "DELETE FROM museum_payment_event WHERE event_id LIKE 'evt_once_%'"
            )

    def _new_tx(self):
        """Commit a draft transaction whose order was opened at Razorpay."""
        unique = uuid.uuid4().hex[:14]
        with self._cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            provider = env["payment.provider"].search(
                [("code", "=", "razorpay")], limit=1
            )
            tx = env["payment.transaction"].create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": env.ref("payment.payment_method_upi").id,
                    "amount": 100.0,
                    "currency_id": env.ref("base.INR").id,
                    "partner_id": env.user.partner_id.id,
                    "operation": "online_direct",
                    "reference": f"once-{unique}",
                    "razorpay_order_id": f"order_{unique}",
                }
            )
            self.made.append(tx.id)
        return tx.id, {
            "id": f"pay_{unique}",
            "order_id": f"order_{unique}",
            "status": "captured",
            "amount": 10000,
            "currency": "INR",
            "method": "upi",
        }

    def _browser(self, tx_id, entity, ready):
        """The verify call from where Razorpay has answered."""
        with self._cursor() as cr:
            tx = api.Environment(cr, SUPERUSER_ID, {})["payment.transaction"]
            tx = tx.browse(tx_id)
            self.assertEqual(tx.state, "draft")  # the snapshot begins here
            ready.wait()
            if tx._razorpay_try_lock():
                tx._razorpay_settle(entity)

    def _webhook(self, tx_id, entity, ready):
        """The inbox's job."""
        with self._cursor() as cr:
            tx = api.Environment(cr, SUPERUSER_ID, {})["payment.transaction"]
            tx = tx.browse(tx_id)
            self.assertEqual(tx.state, "draft")
            ready.wait()

            def step():
                tx._razorpay_wait_lock()
                tx._razorpay_settle(entity)

            self.assertTrue(tx._razorpay_alone(step))

    def _race(self, *paths):
        """Run the paths at once; return what they raised."""
        tx_id, entity = self._new_tx()
        ready, raised = threading.Barrier(len(paths)), []
        confirmations = self.confirmations

        def post_process(tx):
            # Before the commit, as the real one does its work: both may be in here.
            tx.is_post_processed = True
            confirmations.append(tx.id)

        def run(path):
            try:
                path(tx_id, entity, ready)
            except Exception as error:  # noqa: BLE001 a thread's error is shown
                raised.append(error)

        transactions = self.registry["payment.transaction"]
        with patch.object(transactions, "_post_process", post_process):
            threads = [threading.Thread(target=run, args=(path,)) for path in paths]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
        with self._cursor() as cr:
            cr.execute(
                "SELECT state, is_post_processed, razorpay_payment_id"
                "  FROM payment_transaction WHERE id = %s",
                [tx_id],
            )
            self.assertEqual(cr.fetchone(), ("done", True, entity["id"]))
        return tx_id, raised

    def test_browser_and_webhook_at_once_confirm_once(self):
        for _attempt in range(ATTEMPTS):
            tx_id, raised = self._race(self._browser, self._webhook)
            self.assertEqual(raised, [])
            self.assertEqual(self.confirmations.count(tx_id), 1)

    def test_four_paths_at_once_confirm_once(self):
        paths = (self._webhook, self._browser, self._webhook, self._browser)
        for _attempt in range(ATTEMPTS):
            tx_id, raised = self._race(*paths)
            self.assertEqual(raised, [])
            self.assertEqual(self.confirmations.count(tx_id), 1)

    def test_without_the_lock_they_collide(self):
        """The counter-check: without the guard the same race does go wrong."""
        transactions = self.registry["payment.transaction"]
        collisions = 0
        with (
            patch.object(transactions, "_razorpay_try_lock", lambda tx: True),
            patch.object(transactions, "_razorpay_wait_lock", lambda tx: None),
            mute_logger("odoo.sql_db"),
        ):
            for _attempt in range(ATTEMPTS):
                tx_id, raised = self._race(self._browser, self._webhook)
                collisions += bool(raised) or self.confirmations.count(tx_id) > 1
        self.assertTrue(collisions)

    def test_the_same_event_at_once_is_stored_once(self):
        ready, stored, raised = threading.Barrier(4), [], []
        body = b'{"event": "payment.downtime.started", "payload": {}}'

        def receive():
            try:
                with self._cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    provider = env["payment.provider"].search(
                        [("code", "=", "razorpay")], limit=1
                    )
                    ready.wait()
                    event = env["museum.payment.event"]._receive(
                        provider, "evt_once_1", body
                    )
                    stored.append(len(event))
            except psycopg2.errors.SerializationFailure:
                # Odoo runs the request again: it is there then.
                stored.append(0)
            except Exception as error:  # noqa: BLE001 a thread's error is shown
                raised.append(error)

        threads = [threading.Thread(target=receive) for _number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertEqual(raised, [])
        self.assertEqual(sorted(stored), [0, 0, 0, 1])
