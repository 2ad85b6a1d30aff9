# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Refunds are recorded, sent by the job, booked; whatever happens on the way."""

from unittest.mock import patch

import requests

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.museum_booking.lib.refunds import RefundPart
from odoo.addons.museum_booking.models.museum_booking_cancelling import RefundQuote
from odoo.addons.payment.models import payment_provider

from .common import MuseumPaymentCase

JOB = "odoo.addons.museum_booking.models.museum_refund_send"
BOOKING = "odoo.addons.museum_booking.models.payment_transaction"


@tagged("post_install", "-at_install")
class TestRefundJob(MuseumPaymentCase):
    # === WHAT HAPPENS ===

    def _paid(self, **numbers):
        values = self.checkout(**numbers)
        answer = self.sandbox.pay(values["razorpay_order_id"])
        self.verify(answer)
        self.payment_id = answer["razorpay_payment_id"]
        return self.tx_of(values)

    def _request(self, tx, quantity=1, category=None, **rule):
        booking = tx.museum_booking_ids
        line = booking.line_ids.filtered(
            lambda line: line.museum_category_id == (category or self.adult)
        )
        part = RefundPart(line.id, quantity, **rule)
        tickets = booking._live_tickets().filtered(lambda t: t.order_line_id == line)
        quote = RefundQuote(
            tickets[:quantity], [part], booking._refund_amounts([part]), None, False
        )
        return booking._cancel_tickets_part(quote, "test", "staff")

    def _lose_answers(self, times=1, method="POST"):
        """Let requests do their work, and their answers get lost."""
        send = requests.request
        lost = []

        def losing(verb, url, **options):
            answer = send(verb, url, **options)
            if verb == method and url.endswith("/refund") and len(lost) < times:
                lost.append(url)
                raise requests.exceptions.ReadTimeout("lost")
            return answer

        patcher = patch.object(payment_provider.requests, "request", losing)
        patcher.start()
        self.addCleanup(patcher.stop)

    # === WHAT MUST BE TRUE ===

    def _at_razorpay(self):
        return self.sandbox.get(f"payments/{self.payment_id}")

    def assertGivenBack(self, refund, tx):
        """Recorded, credited, paid out, reconciled, and so at Razorpay."""
        self.assertEqual(refund.state, "done", refund.error)
        self.assertFalse(refund.error)
        done = refund.transaction_ids.filtered(lambda child: child.state == "done")
        self.assertEqual(-sum(done.mapped("amount")), refund.amount)
        note = refund.credit_note_ids
        self.assertEqual(note.state, "posted")
        self.assertEqual(note.amount_total, refund.amount)
        self.assertEqual(note.payment_state, "paid")
        invoice = tx.sale_order_ids.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice"
        )
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertIn(note, tx.sale_order_ids.invoice_ids)
        self.assertEqual(done.payment_id.mapped("payment_type"), ["outbound"])
        self.assertEqual(done.payment_id.amount, refund.amount)
        self.assertEqual(done.invoice_ids, note)
        self.assertFalse(done.sale_order_ids)
        self.assertEqual(tx.sale_order_ids.invoice_status, "invoiced")
        back = -sum(
            tx.child_transaction_ids.filtered(lambda c: c.state == "done").mapped(
                "amount"
            )
        )
        self.assertEqual(self._at_razorpay()["amount_refunded"], round(back * 100))

    def assertTrialBalanceIsZero(self, tx):
        """Nothing is left of the visitor's: not in income, not in tax, not open."""
        moves = tx.sale_order_ids.invoice_ids
        moves |= tx.museum_booking_ids.refund_ids.credit_note_ids
        moves |= (tx | tx.child_transaction_ids).payment_id.move_id
        for account, lines in moves.line_ids.grouped("account_id").items():
            self.assertAlmostEqual(sum(lines.mapped("balance")), 0, 2, account.code)

    # === THE WAY IT GOES ===

    def test_whole_booking_goes_back(self):
        tx = self._paid(adult=2)
        refund = self._request(tx, quantity=2)
        self.assertEqual(refund.state, "queued")
        self.assertFalse(refund.transaction_ids)
        self.assertEqual(self._at_razorpay()["amount_refunded"], 0)
        self.run_refunds()
        self.assertGivenBack(refund, tx)
        self.assertTrialBalanceIsZero(tx)
        self.assertEqual(tx.museum_booking_ids.money_state, "refunded")
        self.assertEqual(tx.sale_order_ids.amount_total, 0.0)
        self.deliver(times=2)
        self.run_inbox()
        self.run_refunds()
        self.assertEqual(len(tx.child_transaction_ids), 1)

    def test_parts_are_the_whole_in_the_books_too(self):
        self.tax.amount = 12.5
        self.adult.price = 33.33
        tx = self._paid(adult=3)
        for quantity in (1, 2):
            refund = self._request(tx, quantity=quantity)
            self.run_refunds()
            self.assertGivenBack(refund, tx)
        self.assertTrialBalanceIsZero(tx)
        self.assertEqual(self._at_razorpay()["refund_status"], "full")

    def test_what_is_kept_stays_invoiced_and_taxed(self):
        tx = self._paid(adult=2)
        refund = self._request(tx, percent=50.0, fee=18.0)
        self.assertEqual(refund.amount, 100.0)
        self.run_refunds()
        self.assertGivenBack(refund, tx)
        note = refund.credit_note_ids
        self.assertAlmostEqual(note.amount_untaxed, 84.75, 2)
        self.assertAlmostEqual(note.amount_tax, 15.25, 2)
        line = note.invoice_line_ids
        self.assertEqual((line.quantity, line.price_unit), (1, 200.0))
        self.assertAlmostEqual(line.discount, 57.63, 2)
        analytic = self.exhibition.analytic_account_id
        self.assertEqual(line.analytic_distribution, {str(analytic.id): 100})
        self.assertEqual(tx.museum_booking_ids.money_state, "partially_refunded")
        tx.is_post_processed = False
        tx._post_process()
        self.assertFalse(tx.razorpay_attention)

    # === LOST, BUSY, REFUSED ===

    def test_lost_answer_moves_money_once(self):
        """T1: a partial refund whose answer got lost must not go out twice."""
        tx = self._paid(adult=3)
        self._lose_answers(times=1)
        refund = self._request(tx)
        self.run_refunds()
        self.assertEqual(refund.state, "sending")
        self.assertEqual(self._at_razorpay()["amount_refunded"], 23600)
        child = refund.transaction_ids
        key = child.razorpay_refund_key
        self.run_refunds()
        self.assertEqual(refund.transaction_ids, child)
        self.assertEqual(child.razorpay_refund_key, key)
        self.assertGivenBack(refund, tx)

    def test_lost_answer_is_found_when_the_key_is_forgotten(self):
        tx = self._paid(adult=3)
        self._lose_answers(times=1)
        refund = self._request(tx)
        self.run_refunds()
        refund.transaction_ids.razorpay_refund_key = "another-key-0000001"
        self.run_refunds()
        self.assertGivenBack(refund, tx)

    def test_trouble_at_razorpay_is_waited_for(self):
        tx = self._paid(adult=2)
        refund = self._request(tx)
        self.sandbox.switch(api_failures=2)
        self.run_refunds()
        self.assertEqual(refund.state, "sending")
        self.assertTrue(refund.next_try_at)
        self.assertTrue(refund.error)
        self.sandbox.switch(api_failures=0)
        self.run_refunds()
        self.assertGivenBack(refund, tx)
        self.assertEqual(len(refund.transaction_ids), 1)

    def test_after_a_day_of_trouble_somebody_is_told(self):
        tx = self._paid(adult=2)
        refund = self._request(tx)
        self.sandbox.switch(api_failures=1000)
        for _time in range(8):
            self.run_refunds()
        self.assertEqual(refund.state, "failed")
        self.assertTrue(
            refund.activity_ids.user_id.has_group("account.group_account_invoice")
        )
        self.assertEqual(tx.museum_booking_ids.money_state, "needs_attention")
        self.sandbox.switch(api_failures=0)
        refund.with_user(self.accountant).sudo(False).action_try_again()
        self.run_refunds()
        self.assertGivenBack(refund, tx)
        self.assertEqual(len(refund.transaction_ids), 1)
        self.assertEqual(tx.museum_booking_ids.money_state, "partially_refunded")
        self.assertFalse(refund.activity_ids)

    def test_given_back_elsewhere_meanwhile_fails_and_is_shown(self):
        tx = self._paid(adult=1)
        self.sandbox.control(f"payments/{self.payment_id}/refund", {"amount": 23600})
        refund = self._request(tx)
        for _time in range(3):
            self.run_refunds()
        self.assertEqual(refund.state, "failed")
        self.assertEqual(set(refund.transaction_ids.mapped("state")), {"error"})
        self.assertEqual(len(refund.transaction_ids), 3)
        self.assertEqual(tx.museum_booking_ids.money_state, "needs_attention")

    def test_refund_that_came_back_from_the_bank_is_sent_anew(self):
        self.sandbox.switch(refund_mode="pending")
        tx = self._paid(adult=2)
        refund = self._request(tx)
        self.run_refunds()
        self.assertEqual(refund.state, "pending")
        first = refund.transaction_ids
        self.sandbox.control(f"refunds/{first.razorpay_refund_id}/fail")
        self.deliver()
        self.run_inbox()
        self.assertEqual((first.state, refund.state), ("error", "queued"))
        self.assertNotEqual(tx.museum_booking_ids.money_state, "needs_attention")
        self.sandbox.switch(refund_mode="processed")
        self.run_refunds()
        second = refund.transaction_ids - first
        self.assertNotEqual(first.razorpay_refund_key, second.razorpay_refund_key)
        self.assertGivenBack(refund, tx)

    def test_pending_refund_is_asked_about(self):
        """Its webhook got lost."""
        self.sandbox.switch(refund_mode="pending")
        tx = self._paid(adult=1)
        refund = self._request(tx)
        self.run_refunds()
        self.run_refunds()
        self.assertEqual(refund.state, "pending")
        self.assertTrue(refund.next_try_at)
        child = refund.transaction_ids
        self.sandbox.control(f"refunds/{child.razorpay_refund_id}/process")
        self.run_refunds()
        self.assertGivenBack(refund, tx)

    @mute_logger(JOB)
    def test_killed_before_it_was_sent(self):
        """What was prepared is committed, and sent by the next one."""
        tx = self._paid(adult=2)
        refund = self._request(tx)
        job = self.patch_method(
            type(refund), "_send_one", RuntimeError("killed between the steps")
        )
        self.run_refunds()
        child = refund.transaction_ids
        self.assertEqual((child.state, refund.state), ("draft", "sending"))
        job.stop()
        self.run_refunds()
        self.assertEqual(refund.transaction_ids, child)
        self.assertGivenBack(refund, tx)

    def test_webhook_is_faster_than_the_answer(self):
        tx = self._paid(adult=2)
        refund = self._request(tx)
        self._lose_answers(times=1)
        self.run_refunds()
        self.deliver("refund.created", "refund.processed")
        self.run_inbox()
        self.assertEqual(refund.state, "done")
        self.run_refunds()
        self.run_job("payment.transaction", "_cron_post_process")
        self.assertGivenBack(refund, tx)

    def test_payment_is_booked_before_its_refund(self):
        """T2: Odoo books no incoming payment once a refund of it is done."""
        tx = self._paid(adult=1)
        payment = tx.payment_id
        tx.write({"payment_id": False, "is_post_processed": False})
        refund = self._request(tx)
        self.run_refunds()
        self.assertFalse(refund.transaction_ids)
        tx.write({"payment_id": payment.id, "is_post_processed": True})
        self.run_refunds()
        self.assertGivenBack(refund, tx)

    @mute_logger(JOB)
    def test_trouble_in_the_books_keeps_nobody_from_his_money(self):
        tx = self._paid(adult=1)
        refund = self._request(tx)
        books = self.patch_method(type(refund), "_credit", UserError("locked"))
        self.run_refunds()
        self.assertEqual(refund.state, "done")
        self.assertTrue(refund.is_credit_due)
        self.assertTrue(refund.activity_ids)
        books.stop()
        self.run_refunds()
        self.assertFalse(refund.is_credit_due)
        note = refund.credit_note_ids
        self.assertEqual((note.state, note.payment_state), ("posted", "paid"))
        self.assertTrialBalanceIsZero(tx)

    # === OTHER WAYS IN ===

    def test_nobody_is_assigned_to_a_credit_note(self):
        """Guard: ``mail_auto_subscribe_no_notify``; one mail for each refund before."""
        tx = self._paid(adult=1)
        tx.sale_order_ids.user_id = self.manager
        refund = self._request(tx).with_context(tracking_disable=False)
        refund._credit()
        self.assertEqual(refund.credit_note_ids.invoice_user_id, self.manager)
        mails = self.env["mail.message"].search([("subject", "like", "been assigned")])
        self.assertFalse(mails)

    def test_odoos_own_button_goes_through_the_job(self):
        tx = self._paid(adult=2)
        tx.with_user(self.env.ref("base.user_admin")).action_refund(100.0)
        self.assertFalse(tx.child_transaction_ids)
        refund = tx.museum_booking_ids.refund_ids
        self.assertEqual((refund.amount, refund.state), (100.0, "queued"))
        self.run_refunds()
        self.assertEqual(refund.state, "done")
        self.assertEqual(self._at_razorpay()["amount_refunded"], 10000)
        note = refund.credit_note_ids
        self.assertEqual((note.state, note.amount_total), ("draft", 100.0))
        note.with_user(self.env.ref("base.user_admin")).action_post()
        self.assertEqual(note.payment_state, "paid")
        tx.action_refund(372.0)
        with self.assertRaises(UserError):
            tx.action_refund(1.0)
        self.run_refunds()
        rest = (tx.museum_booking_ids.refund_ids - refund).credit_note_ids
        rest.with_user(self.env.ref("base.user_admin")).action_post()

    def test_dashboard_refund_is_recorded_with_a_draft_credit_note(self):
        tx = self._paid(adult=1)
        self.sandbox.control(f"payments/{self.payment_id}/refund", {"amount": 5000})
        self.deliver(times=2)
        self.run_inbox()
        refund = tx.museum_booking_ids.refund_ids
        self.assertEqual(len(refund), 1)
        self.assertEqual((refund.origin, refund.state), ("dashboard", "done"))
        note = refund.credit_note_ids
        self.assertEqual((note.state, note.amount_total), ("draft", 50.0))
        self.run_job("payment.transaction", "_cron_post_process")
        self.assertEqual(note.state, "draft")
        refund.with_user(self.accountant).sudo(False).action_keep_tickets()
        self.assertEqual((note.state, note.payment_state), ("posted", "paid"))
        self.assertEqual(tx.museum_booking_ids.state, "confirmed")
        self.assertEqual(tx.museum_booking_ids.money_state, "partially_refunded")

    def test_dashboard_refund_can_cancel_the_tickets(self):
        tx = self._paid(adult=1)
        self.sandbox.control(f"payments/{self.payment_id}/refund", {"amount": 23600})
        self.deliver()
        self.run_inbox()
        self.run_job("payment.transaction", "_cron_post_process")
        refund = tx.museum_booking_ids.refund_ids
        refund.with_user(self.manager).sudo(False).action_cancel_tickets()
        booking = tx.museum_booking_ids
        self.assertEqual(
            (booking.state, booking.money_state), ("cancelled", "refunded")
        )
        self.assertEqual(refund.credit_note_ids.payment_state, "paid")
        self.assertTrialBalanceIsZero(tx)
        self.assertSeatsAgree()
