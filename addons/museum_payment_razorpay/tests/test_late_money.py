# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo.http import root
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import MuseumPaymentCase

BOOKING = "odoo.addons.museum_booking.models.payment_transaction"


@tagged("post_install", "-at_install")
class TestLateMoney(MuseumPaymentCase):
    """Money that comes late, in a wrong amount, or for something that is gone."""

    def _paid_by_webhook(self, values, outcome="paid", **details):
        answer = self.sandbox.pay(values["razorpay_order_id"], outcome, **details)
        self.deliver()
        self.run_inbox()
        return answer

    # === WRONG MONEY ===

    def test_other_amount_confirms_nothing(self):
        for amount in (100, 23599, 23601, 2_360_000):
            with self.subTest(amount=amount):
                self.sandbox.control("reset")
                self.sandbox.switch(paused=True)
                values = self.checkout()
                answer = self._paid_by_webhook(values, amount=amount)
                tx = self.tx_of(values)
                self.assertEqual(tx.state, "error")
                other = tx.museum_stray_ids
                self.assertEqual(
                    (other.razorpay_payment_id, other.amount),
                    (answer["razorpay_payment_id"], amount / 100),
                )
                self.assertNothingConfirmed(tx)
                self.assertNeedsAttention(tx)
                self.assertEqual(self.verify(answer)["status"], "needs_attention")
                self.assertNothingConfirmed(tx)
                tx.sale_order_ids.action_cancel()

    def test_other_currency_confirms_nothing(self):
        values = self.checkout()
        self._paid_by_webhook(values, currency="USD")
        tx = self.tx_of(values)
        self.assertNothingConfirmed(tx)
        self.assertNeedsAttention(tx)

    def test_wrong_amount_after_a_failed_attempt_confirms_nothing(self):
        """Odoo compares the state before and after, so that error to error slips by."""
        values = self.checkout()
        tx = self.tx_of(values)
        tx._set_error("as Odoo's own code leaves a failed attempt")
        self._paid_by_webhook(values, amount=100)
        self.assertEqual(tx.state, "error")
        self.assertNothingConfirmed(tx)
        self.assertNeedsAttention(tx)

    # === ANOTHER CART ===

    @mute_logger(BOOKING)
    def test_cart_that_grew_meanwhile_is_not_confirmed(self):
        """The old window is paid after the cart was changed elsewhere."""
        values = self.checkout(adult=1)
        self.reopen()
        self.add(adult=1)
        self._paid_by_webhook(values)
        tx = self.tx_of(values)
        self.assertEqual(tx.state, "done")
        self.assertNothingConfirmed(tx)
        self.assertNeedsAttention(tx)

    @mute_logger(BOOKING)
    def test_cart_that_shrank_meanwhile_is_not_confirmed(self):
        """Odoo confirms what is paid in full and more; this is another cart."""
        values = self.checkout(adult=2)
        tx = self.tx_of(values)
        self.reopen()
        self.api(
            "PATCH",
            f"/cart/items/{tx.museum_booking_ids.name}",
            {"categories": [{"id": self.adult.id, "quantity": 1}]},
            status=200,
        )
        self._paid_by_webhook(values)
        self.assertEqual(tx.state, "done")
        self.assertNothingConfirmed(tx)
        self.assertNeedsAttention(tx)

    @mute_logger(BOOKING)
    def test_old_and_new_window_both_paid_confirms_the_cart_once(self):
        first = self.checkout(adult=1)
        self.reopen()
        self.add(adult=1)
        second = self.open_order()
        self._paid_by_webhook(second)
        old, new = self.tx_of(first), self.tx_of(second)
        self.assertConfirmedOnce(new)
        self._paid_by_webhook(first)
        self.assertEqual(old.state, "done")
        self.assertTrue(old.razorpay_attention)
        bookings = new.sale_order_ids.museum_booking_ids
        self.assertEqual(bookings.state, "confirmed")
        self.assertEqual(bookings.money_state, "needs_attention")
        self.assertEqual(len(bookings.ticket_ids), 2)
        self.assertEqual(len(new.sale_order_ids.invoice_ids), 1)

    def test_second_payment_of_a_paid_order_is_shown(self):
        """Razorpay gives such money back itself; should it not, staff is told."""
        values = self.checkout()
        answer = self._paid_by_webhook(values)
        tx = self.tx_of(values)
        entity = self.sandbox.get(f"payments/{answer['razorpay_payment_id']}")
        returned = {**entity, "id": "pay_Second00000001"}
        returned["amount_refunded"] = returned["amount"]
        self.send_event("payment.captured", "evt_returned", payment=returned)
        self.run_inbox()
        self.assertConfirmedOnce(tx)
        second = {**entity, "id": "pay_Second00000002"}
        self.send_event("payment.captured", "evt_second", payment=second)
        self.run_inbox()
        self.assertNeedsAttention(tx)
        self.assertIn("pay_Second00000002", tx.razorpay_attention)
        self.assertEqual(tx.razorpay_payment_id, entity["id"])
        self.assertEqual(len(tx.museum_booking_ids.ticket_ids), 1)
        self.assertEqual(len(tx.sale_order_ids.invoice_ids), 1)

    def test_second_payment_goes_back_by_itself(self):
        values = self.checkout()
        self._paid_by_webhook(values)
        tx = self.tx_of(values)
        # The sandbox takes none for a paid order: another one's, told as of this. Its
        # ledger knows better.
        self.money_must_agree = False
        other = self.checkout("bkc_stranger")
        answer = self.sandbox.pay(other["razorpay_order_id"])
        payment_id = answer["razorpay_payment_id"]
        second = self.sandbox.get(f"payments/{payment_id}")
        second["order_id"] = values["razorpay_order_id"]
        self.send_event("payment.captured", "evt_second", payment=second)
        self.run_inbox()
        self._assert_goes_back(tx, payment_id)
        self.assertConfirmedOnce(tx)
        self.send_event("payment.captured", "evt_again", payment=second)
        self.run_inbox()
        self.assertEqual(len(tx.museum_stray_ids), 1)

    def test_other_amount_goes_back_by_itself(self):
        values = self.checkout()
        answer = self._paid_by_webhook(values, amount=100)
        tx = self.tx_of(values)
        self._assert_goes_back(tx, answer["razorpay_payment_id"])
        self.assertNothingConfirmed(tx)

    def _assert_goes_back(self, tx, payment_id):
        """Money that bought nothing: booked as it came in, and as it went back."""
        other = tx.museum_stray_ids
        self.assertEqual(other.razorpay_payment_id, payment_id)
        self.run_job("payment.transaction", "_cron_post_process")
        self.assertEqual(other.payment_id.payment_type, "inbound")
        self.run_refunds()
        refund = self.refunds_of(other)
        self.assertEqual((refund.state, refund.amount), ("done", other.amount))
        self.assertEqual(refund.transaction_ids.payment_id.payment_type, "outbound")
        payment = self.sandbox.get(f"payments/{payment_id}")
        self.assertEqual(payment["refund_status"], "full")
        self.assertFalse(tx.razorpay_attention)

    # === TOO LATE ===

    def test_late_authorisation_confirms_while_seats_are_held(self):
        values = self.checkout()
        answer = self.sandbox.pay(values["razorpay_order_id"], "late")
        self.deliver()
        self.run_inbox()
        tx = self.tx_of(values)
        self.assertIn("did not answer", tx.razorpay_failure)
        self.assertNothingConfirmed(tx)
        self.sandbox.control(f"payments/{answer['razorpay_payment_id']}/authorise")
        self.deliver()
        self.run_inbox()
        self.assertConfirmedOnce(tx)

    def test_money_after_the_clock_ran_out_takes_free_seats_again(self):
        values = self.checkout(adult=2)
        tx = self.tx_of(values)
        self._run_out(tx.museum_booking_ids)
        self.api("GET", "/cart", status=200)
        self.assertEqual(tx.museum_booking_ids.state, "expired")
        self._paid_by_webhook(values)
        self.assertConfirmedOnce(tx)

    def test_one_of_two_visits_that_ran_out_comes_back(self):
        """What is left in the cart is paid already: it must not be sold alone."""
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.add(adult=1)
        self.add(slot=self.slot2, adult=2)
        values = self.open_order()
        tx = self.tx_of(values)
        bookings = tx.museum_booking_ids.sorted("visitors")
        self._run_out(bookings[1])
        self.api("GET", "/cart", status=200)
        self.assertEqual(bookings.mapped("state"), ["awaiting_payment", "expired"])
        self._paid_by_webhook(values)
        self.assertEqual(bookings.mapped("state"), ["confirmed", "confirmed"])
        self.assertEqual(bookings.mapped("money_state"), ["paid", "paid"])
        self.assertEqual(len(bookings.ticket_ids), 3)
        self.assertSeatsAgree()

    @mute_logger(BOOKING)
    def test_one_of_two_visits_that_is_gone_sells_neither(self):
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.add(adult=1)
        self.add(slot=self.slot2, adult=2)
        values = self.open_order()
        tx = self.tx_of(values)
        bookings = tx.museum_booking_ids.sorted("visitors")
        self._run_out(bookings[1])
        self.api("GET", "/cart", status=200)
        self._fill(self.slot2, seats=10)
        self._paid_by_webhook(values)
        self.assertNothingConfirmed(tx)
        self.assertNeedsAttention(tx)

    @mute_logger(BOOKING)
    def test_money_for_seats_that_are_gone_is_shown_to_staff(self):
        self.company.museum_unplaced_payment = "attention"
        values = self.checkout(adult=2)
        tx = self.tx_of(values)
        self._run_out(tx.museum_booking_ids)
        self.api("GET", "/cart", status=200)
        self._fill(seats=10)
        self._paid_by_webhook(values)
        self.assertEqual(tx.state, "done")
        self.assertNothingConfirmed(tx)
        self.assertNeedsAttention(tx)
        self.assertFalse(self.refunds_of(tx))
        self.assertEqual(self.events("attention").transaction_id, tx)

    @mute_logger(BOOKING)
    def test_money_for_a_time_that_was_moved_buys_no_other_time(self):
        values = self.checkout(adult=2)
        tx = self.tx_of(values)
        self._run_out(tx.museum_booking_ids)
        self.api("GET", "/cart", status=200)
        self.env["museum.hold"]._sweep()
        self.slot.write(
            {
                "start_at": self.slot.start_at + timedelta(minutes=90),
                "end_at": self.slot.end_at + timedelta(minutes=90),
            }
        )
        self._paid_by_webhook(values)
        self.assertEqual(tx.state, "done")
        self.assertNothingConfirmed(tx)
        self.assertNeedsAttention(tx)
        self.assertEqual(self.slot.taken, 0)

    @mute_logger(BOOKING)
    def test_money_for_seats_that_are_gone_goes_back_by_itself(self):
        values = self.checkout(adult=2)
        tx = self.tx_of(values)
        self._run_out(tx.museum_booking_ids)
        self.api("GET", "/cart", status=200)
        self._fill(seats=10)
        answer = self._paid_by_webhook(values)
        self.assertEqual(self.refunds_of(tx).origin, "late_money")
        self.assertNeedsAttention(tx)
        booking = tx.museum_booking_ids
        mail = self.env["mail.mail"].search(
            [("model", "=", booking._name), ("res_id", "=", booking.id)]
        )
        self.assertEqual(mail.recipient_ids, booking.partner_id)
        self.assertIn("goes back the way you paid", mail.body_html)
        self.assertIn(booking.currency_id.format(tx.amount), mail.body_html)
        self.assertIn(f"/book?slot={self.slot2.id}", mail.body_html)
        self.run_refunds()
        refund = tx.child_transaction_ids
        self.assertEqual((refund.state, refund.amount), ("done", -tx.amount))
        payment = self.sandbox.get(f"payments/{answer['razorpay_payment_id']}")
        self.assertEqual(payment["refund_status"], "full")
        # Nobody has to look at it any more.
        self.assertFalse(tx.razorpay_attention)
        self.assertEqual(tx.museum_booking_ids.money_state, "refunded")
        self.assertFalse(tx.museum_booking_ids.activity_ids)
        self.assertFalse(self.refunds_of(tx).credit_note_ids)
        # And the visitor is not told to wait for tickets.
        self.assertEqual(tx._razorpay_outcome(), "refunded")
        session = self.authenticate("bkc_visitor", "bkc_visitor")
        session["sale_last_order_id"] = tx.sale_order_ids.id
        root.session_store.save(session)
        # Where Odoo leads who comes from paying; an error page before.
        page = self.url_open("/shop/payment/validate").text
        self.assertIn("o_museum_gives_back", page)
        self.assertNotIn("being confirmed", page)
        # Its own webhooks, and the job once more: still one refund.
        self.deliver()
        self.run_inbox()
        self.run_refunds()
        self.assertEqual(tx.child_transaction_ids, refund)
        self.assertNothingConfirmed(tx)

    def test_cancelled_transaction_that_is_paid_is_not_lost(self):
        """Hole 5: Odoo leaves it cancelled and the money nowhere."""
        values = self.checkout()
        tx = self.tx_of(values)
        tx._set_canceled()
        self._paid_by_webhook(values)
        self.assertConfirmedOnce(tx)

    @mute_logger(BOOKING)
    def test_cancelled_order_that_is_paid_is_shown_to_staff(self):
        values = self.checkout()
        tx = self.tx_of(values)
        tx.sale_order_ids._action_cancel()
        answer = self._paid_by_webhook(values)
        self.assertEqual(tx.state, "done")
        self.assertEqual(tx.razorpay_payment_id, answer["razorpay_payment_id"])
        self.assertEqual(tx.sale_order_ids.state, "cancel")
        self.assertNeedsAttention(tx)

    def test_payment_that_went_back_already_confirms_nothing(self):
        values = self.checkout()
        answer = self.sandbox.pay(values["razorpay_order_id"])
        self.sandbox.control(f"payments/{answer['razorpay_payment_id']}/refund")
        self.assertEqual(self.verify(answer)["status"], "processing")
        self.assertNothingConfirmed(self.tx_of(values))

    def test_payment_id_counts_for_one_transaction(self):
        values = self.checkout()
        answer = self.sandbox.pay(values["razorpay_order_id"])
        self.verify(answer)
        other = self.checkout("bkc_stranger")
        other_tx = self.tx_of(other)
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                other_tx.razorpay_payment_id = answer["razorpay_payment_id"]
                other_tx.flush_recordset()

    # === THE ORDER WAS TOUCHED BY HAND MEANWHILE ===

    def _delete_past_guard(self, order):
        """Deleted though it is being paid, which the order itself refuses."""
        self.patch(type(order), "_museum_has_open_payment", lambda order: False)
        order.unlink()

    @mute_logger(BOOKING)
    def test_payment_of_a_deleted_order_is_shown_to_staff(self):
        values = self.checkout()
        tx = self.tx_of(values)
        purpose = tx.sale_order_ids.name
        self._delete_past_guard(tx.sale_order_ids)
        answer = self.sandbox.pay(values["razorpay_order_id"])
        self.assertEqual(self.verify(answer)["status"], "needs_attention")
        self.assertEqual(tx.state, "done")
        self.assertIn("deleted", tx.razorpay_attention)
        activity = tx.partner_id.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertIn(purpose, str(activity.note))
        self.assertIn(tx.reference, str(activity.note))
        # The webhook tells the same again: the inbox shows it, staff is told once.
        self.deliver()
        self.run_inbox()
        self.assertEqual(self.events("attention").transaction_id, tx)
        self.assertEqual(tx.partner_id.activity_ids, activity)
        self.assertEqual(self.verify(answer)["status"], "needs_attention")

    @mute_logger(BOOKING)
    def test_payment_of_a_deleted_order_goes_back_by_itself(self):
        values = self.checkout()
        tx = self.tx_of(values)
        self._delete_past_guard(tx.sale_order_ids)
        self._paid_by_webhook(values)
        self.assertTrue(self.refunds_of(tx))
        self.run_refunds()
        self.assertEqual(tx.child_transaction_ids.mapped("state"), ["done"])

    @mute_logger(BOOKING)
    def test_order_confirmed_without_its_visits_is_shown_to_staff(self):
        """Somebody wrote the order's state past all methods."""
        for vals in ({"state": "sale"}, {"state": "sale", "is_museum": False}):
            with self.subTest(vals=vals):
                values = self.checkout()
                tx = self.tx_of(values)
                self._write_past_methods(tx.sale_order_ids, vals)
                answer = self.sandbox.pay(values["razorpay_order_id"])
                self.assertEqual(self.verify(answer)["status"], "needs_attention")
                self.assertEqual(tx.state, "done")
                self.assertFalse(tx.museum_booking_ids.ticket_ids)
                self.assertNeedsAttention(tx)

    @mute_logger(BOOKING)
    def test_order_that_lost_its_mark_is_shown_to_staff(self):
        values = self.checkout()
        tx = self.tx_of(values)
        self._write_past_methods(tx.sale_order_ids, {"is_museum": False})
        answer = self.sandbox.pay(values["razorpay_order_id"])
        self.assertEqual(self.verify(answer)["status"], "needs_attention")
        self.assertNeedsAttention(tx)

    def _write_past_methods(self, order, vals):
        self.env.flush_all()
        for name, value in vals.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE sale_order SET %s = %s WHERE id = %s",
                    SQL.identifier(name),
                    value,
                    order.id,
                )
            )
        self.env.invalidate_all()

    # === SEATS ARE WRITTEN ONCE ===

    def test_restoring_again_does_not_write_the_hold_again(self):
        """A run that finds a live hold must leave it as its snapshot shows it."""
        values = self.checkout(adult=2)
        tx = self.tx_of(values)
        booking = tx.museum_booking_ids
        self._run_out(booking)
        self.api("GET", "/cart", status=200)
        holds = self.env["museum.hold"]
        holds._renew(booking.hold_token, 15)
        with patch.object(type(holds), "_run", side_effect=AssertionError):
            gone = tx.sale_order_ids._museum_restore_paid(booking)
        self.assertFalse(gone)
        self.assertIn(booking.state, ("pending", "awaiting_payment"))
