# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import MuseumPaymentCase


@tagged("post_install", "-at_install")
class TestRefund(MuseumPaymentCase):
    """Money that goes back is counted once. (Policies of refunds are not here.)"""

    def _paid(self, **numbers):
        values = self.checkout(**numbers)
        answer = self.sandbox.pay(values["razorpay_order_id"])
        self.verify(answer)
        return self.tx_of(values), answer["razorpay_payment_id"]

    def _refund(self, tx, amount=None):
        """Odoo's own button, and the job; the transaction that it has made."""
        before = tx.child_transaction_ids
        tx._refund(amount_to_refund=amount)
        self.run_refunds()
        return tx.child_transaction_ids - before

    def _keep_tickets(self, tx):
        """What the finance role does with a refund that nobody gave a reason for."""
        refunds = self.refunds_of(tx).with_user(self.accountant).sudo(False)
        self.assertEqual(set(refunds.credit_note_ids.mapped("state")), {"draft"})
        refunds.action_keep_tickets()

    def test_refund_from_odoo_gives_the_right_payment_back(self):
        tx, payment_id = self._paid()
        refund = self._refund(tx, 100.0)
        self.assertEqual(refund.state, "done")
        self.assertEqual(refund.amount, -100.0)
        self.assertTrue(refund.razorpay_refund_id)
        payment = self.sandbox.get(f"payments/{payment_id}")
        self.assertEqual(payment["amount_refunded"], 10000)
        self.deliver()
        self.run_inbox()
        self.assertEqual(tx.child_transaction_ids, refund)
        self._keep_tickets(tx)

    def test_refund_that_is_sent_twice_moves_money_once(self):
        tx, payment_id = self._paid()
        refund = self._refund(tx, 100.0)
        refund._send_refund_request()
        payment = self.sandbox.get(f"payments/{payment_id}")
        self.assertEqual(payment["amount_refunded"], 10000)
        self.assertEqual(
            len(self.sandbox.get(f"payments/{payment_id}/refunds")["items"]), 1
        )
        self._keep_tickets(tx)

    def test_partial_refunds_up_to_the_amount(self):
        tx, payment_id = self._paid()
        for _time in range(2):
            self.assertEqual(self._refund(tx, 118.0).state, "done")
        with self.assertRaises(UserError):
            tx._refund(amount_to_refund=118.0)
        payment = self.sandbox.get(f"payments/{payment_id}")
        self.assertEqual(payment["refund_status"], "full")
        self._keep_tickets(tx)

    def test_pending_refund_is_finished_by_webhook(self):
        self.sandbox.switch(refund_mode="pending")
        tx, _payment_id = self._paid()
        refund = self._refund(tx)
        self.assertEqual(refund.state, "pending")
        self.sandbox.control(f"refunds/{refund.razorpay_refund_id}/process")
        self.deliver()
        self.run_inbox()
        self.assertEqual(refund.state, "done")
        self.run_job("payment.transaction", "_cron_post_process")
        self.assertEqual(tx.museum_booking_ids.money_state, "refunded")
        self._keep_tickets(tx)

    def test_refund_that_fails_is_tried_anew_and_then_shown(self):
        self.sandbox.switch(refund_mode="pending")
        tx, _payment_id = self._paid()
        refund = self._refund(tx)
        for _time in range(3):
            self.assertNotEqual(tx.museum_booking_ids.money_state, "needs_attention")
            self.sandbox.control(f"refunds/{refund.razorpay_refund_id}/fail")
            self.deliver()
            self.run_inbox()
            self.assertEqual(refund.state, "error")
            self.run_refunds()
            refund = tx.child_transaction_ids.sorted("id")[-1:]
        self.assertEqual(len(tx.child_transaction_ids), 3)
        self.assertEqual(refund.museum_refund_id.state, "failed")
        self.assertEqual(tx.museum_booking_ids.money_state, "needs_attention")

    def test_dashboard_refund_is_recorded_once_and_shown(self):
        """Hole 4: Odoo makes a refund for each delivery."""
        tx, payment_id = self._paid()
        self.sandbox.control(f"payments/{payment_id}/refund", {"amount": 5000})
        self.deliver(times=3)
        self.run_inbox()
        self.deliver(reverse=True)
        self.run_inbox()
        refund = tx.child_transaction_ids
        self.assertEqual(len(refund), 1)
        self.assertEqual((refund.state, refund.amount), ("done", -50.0))
        self.assertNeedsAttention(tx)
        self.assertEqual(tx.museum_booking_ids.state, "confirmed")

    def test_refund_of_an_unknown_payment_is_kept(self):
        entity = {
            "id": "rfnd_Unknown0000001",
            "payment_id": "pay_Unknown0000001",
            "amount": 100,
            "currency": "INR",
            "status": "processed",
        }
        self.send_event("refund.processed", refund=entity)
        self.run_inbox()
        self.assertEqual(self.events().state, "attention")
