# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MuseumPaymentCase

CRON = "odoo.addons.museum_payment_razorpay.models.payment_transaction_cron"


@tagged("post_install", "-at_install")
class TestReconcile(MuseumPaymentCase):
    """Neither browser nor webhook: Razorpay is asked."""

    def test_lost_webhooks_are_found(self):
        values = self.checkout()
        self.sandbox.pay(values["razorpay_order_id"])
        self.run_reconcile()
        tx = self.tx_of(values)
        self.assertConfirmedOnce(tx)
        self.assertFalse(tx.razorpay_next_ask_at)
        self.deliver()
        self.run_inbox()
        self.assertConfirmedOnce(tx)

    def test_first_question_waits_and_the_next_wait_longer(self):
        values = self.checkout()
        tx = self.tx_of(values)
        first = tx.razorpay_next_ask_at
        self.assertGreater(first, fields.Datetime.now() + timedelta(minutes=4))
        gaps = []
        for _time in range(4):
            self.run_reconcile()
            gaps.append(tx.razorpay_next_ask_at - fields.Datetime.now())
        self.assertEqual(gaps, sorted(gaps))
        self.assertEqual(tx.razorpay_asked, 4)
        self.assertNothingConfirmed(tx)

    def test_asking_ends_after_some_days(self):
        values = self.checkout()
        tx = self.tx_of(values)
        self.env.cr.execute(
            "UPDATE payment_transaction"
            "   SET create_date = create_date - interval '6 days'"
            " WHERE id = %s",
            [tx.id],
        )
        self.run_reconcile()
        self.assertFalse(tx.razorpay_next_ask_at)

    def test_failed_attempt_is_noted_and_asked_about_again(self):
        values = self.checkout()
        self.sandbox.pay(values["razorpay_order_id"], "failed")
        self.run_reconcile()
        tx = self.tx_of(values)
        self.assertIn("bank declined", tx.razorpay_failure)
        self.assertEqual(tx.state, "draft")
        self.assertTrue(tx.razorpay_next_ask_at)

    def test_authorised_payment_is_captured(self):
        values = self.checkout()
        answer = self.sandbox.pay(values["razorpay_order_id"], "authorized")
        self.run_reconcile()
        payment = self.sandbox.get(f"payments/{answer['razorpay_payment_id']}")
        self.assertEqual(payment["status"], "captured")
        self.assertConfirmedOnce(self.tx_of(values))

    def test_authorised_payment_that_buys_nothing_is_left_to_go_back(self):
        values = self.checkout()
        self.reopen()
        self.add(adult=1)
        answer = self.sandbox.pay(values["razorpay_order_id"], "authorized")
        self.run_reconcile()
        payment = self.sandbox.get(f"payments/{answer['razorpay_payment_id']}")
        self.assertEqual(payment["status"], "authorized")
        self.assertNothingConfirmed(self.tx_of(values))

    def test_cancelled_transaction_is_asked_about(self):
        values = self.checkout()
        tx = self.tx_of(values)
        tx._set_canceled()
        self.sandbox.pay(values["razorpay_order_id"])
        self.run_reconcile()
        self.assertConfirmedOnce(tx)

    @mute_logger(CRON)
    def test_silent_razorpay_is_asked_again(self):
        values = self.checkout()
        self.sandbox.pay(values["razorpay_order_id"])
        self.sandbox.switch(api_failures=1)
        self.run_reconcile()
        tx = self.tx_of(values)
        self.assertNothingConfirmed(tx)
        self.assertTrue(tx.razorpay_next_ask_at)
        self.run_reconcile()
        self.assertConfirmedOnce(tx)

    @mute_logger(CRON)
    def test_trouble_with_one_does_not_stop_the_others(self):
        first = self.checkout()
        second = self.checkout("bkc_stranger")
        for values in (first, second):
            self.sandbox.pay(values["razorpay_order_id"])
        transactions = self.registry["payment.transaction"]
        original = transactions._razorpay_ask
        broken_id = self.tx_of(first).id

        def ask(tx):
            if tx.id == broken_id:
                raise RuntimeError("broken")
            return original(tx)

        self.patch(transactions, "_razorpay_ask", ask)
        self.run_reconcile()
        self.assertNothingConfirmed(self.tx_of(first))
        self.assertConfirmedOnce(self.tx_of(second))

    def test_paid_and_never_confirmed_is_shown(self):
        self.money_must_agree = False  # paid by the test's word, not by Razorpay's
        values = self.checkout()
        tx = self.tx_of(values)
        tx.write(
            {
                "state": "done",
                "is_post_processed": False,
                "last_state_change": fields.Datetime.now() - timedelta(hours=1),
            }
        )
        self.run_reconcile()
        self.assertNeedsAttention(tx)
