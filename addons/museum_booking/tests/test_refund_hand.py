# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Refunds without a provider that can send them, attention, and two workers at once."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..lib.refunds import RefundPart
from .common import MuseumBookingCase, MuseumRaceCase

PAYMENTS = "odoo.addons.museum_booking.models.payment_transaction"


@tagged("post_install", "-at_install")
class TestRefundByHand(MuseumBookingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()

    def _sold(self):
        order, booking = self._ready_to_pay(adult=2)
        self._capture(self._new_tx(order))
        return order, booking

    def _run(self, refund):
        with self._no_commits():
            self.env["museum.refund"]._cron_send()
        return refund

    @contextmanager
    def _no_commits(self):
        crons = self.registry["ir.cron"]
        with patch.object(crons, "_commit_progress", lambda *args, **options: 1.0):
            yield

    def _refund(self, booking, quantity=1):
        part = RefundPart(booking.line_ids.id, quantity)
        return self._run(booking._request_refund([part], "staff", "test"))

    def test_finance_pays_out_and_the_refund_is_done(self):
        order, booking = self._sold()
        refund = self._refund(booking)
        self.assertEqual((refund.state, refund.next_try_at), ("pending", False))
        self.assertTrue(
            refund.activity_ids.user_id.has_group("account.group_account_invoice")
        )
        note = refund.credit_note_ids
        self.assertEqual((note.state, note.amount_total), ("posted", 236.0))
        action = refund.with_user(self.accountant).sudo(False).action_pay_out()
        register = self.env["account.payment.register"].with_user(self.accountant)
        form = Form(register.with_context(**action["context"]))
        form.save().action_create_payments()
        self.assertIn(note.payment_state, ("paid", "in_payment"))
        self.assertEqual(refund.state, "done")
        self.assertFalse(refund.activity_ids)
        self.assertEqual(booking.money_state, "partially_refunded")
        self.assertEqual(order._museum_refundable(), 236.0)

    def test_said_to_be_paid_out(self):
        _order, booking = self._sold()
        refund = self._refund(booking, 2)
        for user in (self.desk, self.gate, self.salesman):
            with self.assertRaises(AccessError):
                refund.with_user(user).sudo(False).action_paid_out()
        refund.with_user(self.accountant).sudo(False).action_paid_out()
        self.assertEqual(refund.state, "done")
        self.assertEqual(booking._money_fact(), "refunded")
        with self.assertRaises(UserError):
            refund.with_user(self.accountant).sudo(False).action_paid_out()

    @mute_logger(PAYMENTS)
    def test_attention_ends_with_a_refund_or_a_confirmation(self):
        self.company.museum_unplaced_payment = "attention"
        order, booking = self._ready_to_pay(adult=2)
        tx = self._new_tx(order)
        self._run_out(booking)
        order._museum_refresh()
        self._fill(seats=10)
        self._capture(tx)
        self.assertEqual(booking.money_state, "needs_attention")
        mine = booking.with_user(self.accountant).sudo(False)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            mine.action_confirm_attention()
        with self.assertRaises(AccessError):
            booking.with_user(self.desk).sudo(False).action_refund_attention()
        mine.action_refund_attention()
        refund = booking.sudo().refund_ids
        self.assertEqual((refund.origin, refund.amount), ("late_money", 472.0))
        with self.assertRaises(UserError):
            mine.action_refund_attention()
        self._run(refund)
        refund.action_paid_out()
        self.assertEqual(booking.money_state, "refunded")
        self.assertFalse(booking.activity_ids)

    @mute_logger(PAYMENTS)
    def test_attention_is_confirmed_when_seats_are_back(self):
        self.company.museum_unplaced_payment = "attention"
        order, booking = self._ready_to_pay(adult=2)
        tx = self._new_tx(order)
        self._run_out(booking)
        order._museum_refresh()
        self.slot.capacity = 1
        self._capture(tx)
        self.assertEqual(booking.money_state, "needs_attention")
        self.slot.capacity = 10
        booking.with_user(self.manager).sudo(False).action_confirm_attention()
        self.assertEqual((booking.state, booking.money_state), ("confirmed", "paid"))
        self.assertFalse(booking.activity_ids)
        self.assertSeatsAgree()


@tagged("post_install", "-at_install")
class TestRefundRace(MuseumRaceCase):
    """Real connections: two workers meet at the same refund."""

    def setUp(self):
        super().setUp()
        self.sent = []
        tx_id = self._request(self._start_payment)
        self.refund_id = self._request(self._pay_and_ask_back, tx_id)

    def _removals(self):
        return [
            "DELETE FROM payment_transaction WHERE source_transaction_id IS NOT NULL"
            " AND provider_id = %(provider_id)s",
            "DELETE FROM museum_refund_line WHERE refund_id IN"
            " (SELECT id FROM museum_refund WHERE partner_id = %(partner_id)s)",
            "DELETE FROM museum_refund WHERE partner_id = %(partner_id)s",
            *super()._removals(),
        ]

    def _start_payment(self, env):
        order = self._new_cart(env, self.adult_id, 2)
        order._museum_lock_for_payment(True)
        return self._new_tx(order).id

    def _pay_and_ask_back(self, env, tx_id):
        tx = env["payment.transaction"].browse(tx_id)
        tx._set_done()
        tx._check_amount_and_confirm_order()
        tx.is_post_processed = True
        booking = tx.museum_booking_ids
        part = RefundPart(booking.line_ids.id, 1)
        return booking._request_refund([part], "staff", "test").id

    def _work(self, meanwhile=None):
        def send(tx, again):
            self.sent.append((tx.reference, again))
            if meanwhile:
                meanwhile()
            return {}

        def apply(tx, answer):
            tx._set_done()

        transactions = self.registry["payment.transaction"]
        providers = self.registry["payment.provider"]
        with (
            patch.object(transactions, "_museum_refund_send", send),
            patch.object(transactions, "_museum_refund_apply", apply),
            patch.object(transactions, "_post_process", lambda tx: None),
            patch.object(
                providers,
                "_compute_feature_support_fields",
                lambda records: records.update({"support_refund": "partial"}),
            ),
            self.registry.cursor() as cr,
        ):
            self._env(cr)["museum.refund"]._cron_send()

    def _facts(self):
        with self.registry.cursor() as cr:
            refund = self._env(cr)["museum.refund"].browse(self.refund_id)
            return refund.state, len(refund.transaction_ids)

    def test_two_workers_send_a_refund_once(self):
        self._work(meanwhile=lambda: self.executor.submit(self._work).result(30))
        self.assertEqual(len(self.sent), 1)
        self.assertEqual(self._facts(), ("done", 1))
