# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A payment that is given up to change the cart, and Razorpay's last word on it."""

from odoo.tests import tagged

from .common import MuseumPaymentCase


@tagged("post_install", "-at_install")
class TestReopen(MuseumPaymentCase):
    def change(self, quantity, status=200):
        return self.api(
            "PATCH",
            f"/cart/items/{self.visit.name}",
            {"categories": [{"id": self.adult.id, "quantity": quantity}]},
            status=status,
        )

    def setUp(self):
        super().setUp()
        self.values = self.checkout(adult=2)
        self.tx = self.tx_of(self.values)
        self.visit = self.tx.museum_booking_ids

    def test_changed_and_paid(self):
        answer = self.change(3, status=409)
        self.assertEqual(answer["error"]["code"], "payment_open")
        answer = self.reopen()
        self.assertEqual(answer["status"], "open")
        self.assertEqual(self.tx.state, "cancel")
        self.change(3)
        values = self.open_order()
        self.assertEqual(values["amount_minor"], 70800)
        paid = self.sandbox.pay(values["razorpay_order_id"])
        self.assertEqual(self.verify(paid)["status"], "confirmed")
        self.assertConfirmedOnce(self.tx_of(values))

    def test_unchanged_goes_on_with_the_same_order(self):
        self.reopen()
        values = self.open_order()
        self.assertEqual(values["razorpay_order_id"], self.values["razorpay_order_id"])

    def test_paid_before_it_was_given_up(self):
        """The webhook is late and the browser's answer lost: Razorpay is asked."""
        self.sandbox.pay(self.values["razorpay_order_id"])
        answer = self.reopen()
        self.assertEqual(answer["status"], "paid")
        self.assertEqual(answer["next"], "/payment/status")
        self.assertConfirmedOnce(self.tx)
        self.deliver()
        self.run_inbox()
        self.assertConfirmedOnce(self.tx)

    def test_paid_after_it_was_given_up(self):
        """The window of the other tab: another cart is not confirmed by this money."""
        self.reopen()
        self.change(3)
        paid = self.sandbox.pay(self.values["razorpay_order_id"])
        self.assertEqual(self.verify(paid)["status"], "needs_attention")
        self.assertNothingConfirmed(self.tx)
        self.assertSeatsAgree()

    def test_paid_after_it_was_given_up_and_the_cart_is_the_same(self):
        self.reopen()
        paid = self.sandbox.pay(self.values["razorpay_order_id"])
        self.assertEqual(self.verify(paid)["status"], "confirmed")
        self.assertConfirmedOnce(self.tx)

    def test_failed_attempt_can_be_given_up(self):
        self.sandbox.pay(self.values["razorpay_order_id"], "failed")
        answer = self.reopen()
        self.assertEqual(answer["status"], "open")

    def test_razorpay_does_not_answer(self):
        self.sandbox.switch(api_failures=9)
        answer = self.api("POST", "/cart/reopen", {}, status=409)
        self.assertEqual(answer["error"]["code"], "payment_open")
        self.assertEqual(self.tx.state, "draft")
        self.change(3, status=409)
