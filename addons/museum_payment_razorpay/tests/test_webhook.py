# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import itertools
import json

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.museum_payment_razorpay.lib import signature

from .common import WEBHOOK_SECRET, MuseumPaymentCase

CONTROLLERS = "odoo.addons.museum_payment_razorpay.controllers.main"
STOCK = "odoo.addons.payment_razorpay.controllers.main"
EVENTS = "odoo.addons.museum_payment_razorpay.models.museum_payment_event"


@tagged("post_install", "-at_install")
class TestWebhook(MuseumPaymentCase):
    """The inbox: verify, store, answer, work afterwards."""

    # === CONFIRMING ===

    def test_webhook_alone_confirms(self):
        """Hole 1: the visitor's browser never comes back."""
        values = self.checkout(adult=2)
        self.sandbox.pay(values["razorpay_order_id"])
        self.assertEqual(self.deliver(), 3)
        tx = self.tx_of(values)
        self.assertNothingConfirmed(tx)  # stored, not worked on in the request
        self.assertEqual(set(self.events().mapped("state")), {"new"})
        self.run_inbox()
        self.assertConfirmedOnce(tx)
        self.assertEqual(set(self.events().mapped("state")), {"done"})
        self.assertEqual(self.events().transaction_id, tx)

    def test_each_event_that_tells_of_money_is_enough(self):
        for name in ("payment.captured", "order.paid"):
            with self.subTest(event=name):
                self.sandbox.control("reset")
                self.sandbox.switch(paused=True)
                values = self.checkout()
                self.sandbox.pay(values["razorpay_order_id"])
                self.assertEqual(self.deliver(name), 1)
                self.run_inbox()
                self.assertConfirmedOnce(self.tx_of(values))

    def test_any_order_of_arrival_confirms_once(self):
        names = ("payment.authorized", "payment.captured", "order.paid")
        for order in itertools.permutations(names):
            with self.subTest(order=order):
                self.sandbox.control("reset")
                self.sandbox.switch(paused=True)
                values = self.checkout()
                self.sandbox.pay(values["razorpay_order_id"])
                for name in order:
                    self.deliver(name)
                    self.run_inbox()
                self.assertConfirmedOnce(self.tx_of(values))

    def test_repeated_delivery_is_stored_and_counted_once(self):
        values = self.checkout()
        self.sandbox.pay(values["razorpay_order_id"])
        self.deliver(times=4)
        self.assertEqual(len(self.events()), 3)
        self.run_inbox()
        self.deliver(times=2, reverse=True)
        self.run_inbox()
        self.assertEqual(len(self.events()), 3)
        self.assertConfirmedOnce(self.tx_of(values))

    def test_browser_first_or_webhook_first_confirms_once(self):
        for first in ("browser", "webhook"):
            with self.subTest(first=first):
                self.sandbox.control("reset")
                self.sandbox.switch(paused=True)
                values = self.checkout()
                answer = self.sandbox.pay(values["razorpay_order_id"])
                if first == "browser":
                    self.verify(answer)
                self.deliver()
                self.run_inbox()
                self.assertEqual(self.verify(answer)["status"], "confirmed")
                self.assertConfirmedOnce(self.tx_of(values))

    def test_waiting_visitor_does_not_wait_for_the_job(self):
        """The status page asks; the webhook is here, the job has not had its turn."""
        values = self.checkout()
        poll = self.rpc("/payment/status/poll")["result"]
        self.assertEqual(poll["state"], "draft")
        self.sandbox.pay(values["razorpay_order_id"])
        self.deliver()
        poll = self.rpc("/payment/status/poll")["result"]
        self.assertEqual(poll["state"], "done")
        self.env.invalidate_all()
        self.assertConfirmedOnce(self.tx_of(values))
        self.run_inbox()
        self.assertEqual(set(self.events().mapped("state")), {"done"})
        self.assertConfirmedOnce(self.tx_of(values))

    def test_failure_news_after_the_money_changes_nothing(self):
        """Events of a failed first attempt that arrive last."""
        values = self.checkout()
        self.sandbox.pay(values["razorpay_order_id"], "failed")
        self.sandbox.pay(values["razorpay_order_id"])
        self.deliver(reverse=True)
        self.run_inbox()
        tx = self.tx_of(values)
        self.assertFalse(tx.razorpay_failure)
        self.assertConfirmedOnce(tx)

    def test_failure_keeps_the_cart_and_says_why(self):
        """Hole 7: the visitor may still pay, so that nothing is final."""
        values = self.checkout()
        self.sandbox.pay(values["razorpay_order_id"], "failed")
        self.deliver()
        self.run_inbox()
        tx = self.tx_of(values)
        self.assertEqual(tx.state, "draft")
        self.assertIn("bank declined", tx.razorpay_failure)
        self.assertEqual(tx.museum_booking_ids.state, "awaiting_payment")
        self.assertEqual(self.events("done").note, tx.razorpay_failure)
        cart = self.api("GET", "/cart", status=200)
        self.assertEqual(len(cart["items"]), 1)

    # === REFUSING ===

    @mute_logger(CONTROLLERS, STOCK)
    def test_unsigned_and_tampered_bodies_are_refused_unseen(self):
        """Hole 9: nothing is searched, stored or logged before the signature fits."""
        values = self.checkout()
        self.sandbox.pay(values["razorpay_order_id"])
        item = self.sandbox.deliveries("payment.captured")[0]
        body, good = item["body"], item["signature"]
        tampered = body.replace('"captured"', '"failed"', 1)
        for text, received in (
            (body, None),
            (body, ""),
            (body, "0" * 64),
            (body, good[:-1]),
            (body, "é" * 32),
            (tampered, good),
            (body + " ", good),
            ("no json", good),
        ):
            answer = self.post_webhook(text, received)
            self.assertEqual(answer.status_code, 403, (text[:20], received))
        self.assertFalse(self.events())

    @mute_logger(CONTROLLERS, STOCK)
    def test_checkout_signature_does_not_open_the_webhook(self):
        values = self.checkout()
        answer = self.sandbox.pay(values["razorpay_order_id"])
        refused = self.post_webhook(
            f"{answer['razorpay_order_id']}|{answer['razorpay_payment_id']}",
            answer["razorpay_signature"],
        )
        self.assertEqual(refused.status_code, 403)

    @mute_logger(CONTROLLERS, STOCK)
    def test_without_a_secret_nothing_is_accepted(self):
        self.provider.razorpay_webhook_secret = False
        body = '{"event": "payment.captured"}'
        signed = signature.of_body(body.encode(), "")
        self.assertEqual(self.post_webhook(body, signed).status_code, 403)

    def test_sandbox_can_corrupt_and_is_refused(self):
        values = self.checkout()
        for kind in ("signature", "body"):
            self.sandbox.switch(corrupt=kind)
            self.sandbox.pay(values["razorpay_order_id"], "failed")
        with mute_logger(CONTROLLERS, STOCK):
            for item in self.sandbox.deliveries():
                answer = self.post_webhook(item["body"], item["signature"])
                self.assertEqual(answer.status_code, 403)

    # === KEEPING ===

    def test_signed_nonsense_is_kept_for_staff(self):
        for number, body in enumerate(("[]", "no json", '{"event": 1}', "\x00")):
            signed = signature.of_body(body.encode(), WEBHOOK_SECRET)
            answer = self.post_webhook(body, signed, f"evt_{number}")
            self.assertEqual(answer.status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(set(self.events().mapped("state")), {"new"})
        self.run_inbox()
        self.assertEqual(self.events().mapped("state"), ["attention"] * 4)

    def test_signed_text_that_no_database_can_keep_is_kept(self):
        """Refused, it would be sent again for a day, and the endpoint switched off."""
        payment = (
            '{"id": "pay_\\u0000\\ud800", "currency": "\\ud800INR", "amount": 1'
            + "0" * 400
            + "}"
        )
        head = '{"event": "payment.captured", "payload": {"payment": {"entity": '
        strange_name = '{"event": "a\\u0000\\ud800b", "payload": {}}'
        for number, body in enumerate((strange_name, head + payment + "}}}")):
            signed = signature.of_body(body.encode(), WEBHOOK_SECRET)
            answer = self.post_webhook(body, signed, f"evt_{number}")
            self.assertEqual(answer.status_code, 200)
        self.env.invalidate_all()
        self.run_inbox()
        self.assertEqual(self.events().mapped("state"), ["attention"] * 2)

    def test_answer_waits_for_one_statement_whatever_it_is_about(self):
        """Nothing is handled in the request: not for strangers, not for ours."""
        values = self.checkout()
        self.sandbox.pay(values["razorpay_order_id"])
        self.sandbox.control("events", {"event": "payment.downtime.started"})
        self.sandbox.control("events", {"event": "what.is.this"})
        events = self.registry["museum.payment.event"]
        work = AssertionError("handled within the request")
        patcher = self.patch_method(events, "_handle", work)
        self.deliver()
        self.assertEqual(set(self.events().mapped("state")), {"new"})
        self.assertEqual(set(self.events().mapped("amount")), {0.0, 236.0})
        patcher.stop()

    def test_unknown_order_is_kept_and_shown(self):
        entity = {
            "id": "pay_Unknown0000001",
            "order_id": "order_Unknown00001",
            "status": "captured",
            "amount": 5000,
            "currency": "INR",
            "description": "somebody else's",
        }
        self.send_event("payment.captured", payment=entity)
        self.run_inbox()
        event = self.events()
        self.assertEqual(event.state, "attention")
        self.assertEqual(event.amount, 50)
        self.assertFalse(event.transaction_id)

    def test_description_does_not_lead_to_a_transaction(self):
        """Hole 3 by webhook: the description is the browser's word."""
        values = self.checkout()
        entity = {
            "id": "pay_Foreign0000001",
            "order_id": "order_Foreign00001",
            "status": "captured",
            "amount": values["amount_minor"],
            "currency": "INR",
            "description": values["reference"],
        }
        self.send_event("payment.captured", payment=entity)
        self.run_inbox()
        self.assertNothingConfirmed(self.tx_of(values))
        self.assertEqual(self.events().state, "attention")

    def test_disputes_and_settlements_are_not_lost(self):
        values = self.checkout()
        answer = self.sandbox.pay(values["razorpay_order_id"])
        self.verify(answer)
        self.sandbox.control(f"payments/{answer['razorpay_payment_id']}/dispute")
        self.sandbox.control("settle")
        self.deliver("payment.dispute.created", "settlement.processed")
        self.run_inbox()
        tx = self.tx_of(values)
        by_type = {event.event_type: event for event in self.events()}
        self.assertEqual(by_type["payment.dispute.created"].state, "attention")
        self.assertEqual(by_type["payment.dispute.created"].transaction_id, tx)
        self.assertEqual(by_type["settlement.processed"].state, "ignored")
        self.assertNeedsAttention(tx)
        self.assertEqual(tx.museum_booking_ids.state, "confirmed")

    def test_event_without_id_is_known_by_its_body(self):
        body = json.dumps({"event": "payment.downtime.started", "payload": {}})
        signed = signature.of_body(body.encode(), WEBHOOK_SECRET)
        for _time in range(2):
            self.post_webhook(body, signed, event_id=None)
        self.run_inbox()
        self.assertEqual(self.events().mapped("state"), ["ignored"])

    def test_failed_work_is_tried_again_and_then_shown(self):
        values = self.checkout()
        self.sandbox.pay(values["razorpay_order_id"])
        self.deliver("payment.captured")
        events = self.registry["museum.payment.event"]
        with mute_logger(EVENTS):
            broken = self.patch_method(events, "_handle", RuntimeError("broken"))
            self.run_inbox()
        event = self.events()
        self.assertEqual((event.state, event.attempts), ("failed", 1))
        self.assertIn("broken", event.error)
        self.assertTrue(event.next_try_at)
        broken.stop()
        event.next_try_at = event.received_at
        self.run_inbox()
        self.assertEqual(event.state, "done")
        self.assertFalse(event.error)
        self.assertConfirmedOnce(self.tx_of(values))

    def test_money_stays_when_the_confirmation_breaks(self):
        """The payment is booked as arrived, staff is told, and it is tried again."""
        values = self.checkout()
        self.sandbox.pay(values["razorpay_order_id"])
        self.deliver("payment.captured")
        orders = self.registry["sale.order"]
        settle = "odoo.addons.museum_payment_razorpay.models.payment_transaction_settle"
        with mute_logger(settle):
            broken = self.patch_method(orders, "_action_confirm", RuntimeError("oops"))
            self.run_inbox()
        broken.stop()
        tx = self.tx_of(values)
        self.assertEqual(tx.state, "done")
        self.assertFalse(tx.is_post_processed)
        self.assertNothingConfirmed(tx)
        self.assertNeedsAttention(tx)
        self.assertEqual(self.events().state, "attention")
        self.run_job("payment.transaction", "_cron_post_process")
        self.assertEqual(tx.sale_order_ids.state, "sale")
        self.assertEqual(tx.museum_booking_ids.state, "confirmed")

    def test_bodies_are_forgotten_after_half_a_year(self):
        values = self.checkout()
        self.sandbox.pay(values["razorpay_order_id"])
        self.deliver()
        self.run_inbox()
        self.events().write({"received_at": "2020-01-01"})
        self.run_job("museum.payment.event", "_gc_bodies")
        self.assertEqual(self.events().mapped("body"), [False] * 3)
