# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.website_sale.controllers.payment import PaymentPortal

from .common import KEY_ID, MuseumPaymentCase


@tagged("post_install", "-at_install")
class TestCreateOrder(MuseumPaymentCase):
    """The way to the checkout window."""

    def test_order_is_made_on_the_server_and_stored(self):
        values = self.checkout(adult=2)
        tx = self.tx_of(values)
        order = self.sandbox.get(f"orders/{values['razorpay_order_id']}")
        self.assertEqual(tx.razorpay_order_id, order["id"])
        self.assertEqual(order["amount"], 47200)
        self.assertEqual(values["amount_minor"], 47200)
        self.assertEqual(values["currency"], "INR")
        self.assertEqual(values["key_id"], KEY_ID)
        self.assertEqual(values["status"], "created")
        self.assertEqual(order["notes"]["reference"], tx.reference)
        self.assertEqual(order["notes"]["bookings"], tx.museum_booking_ids.name)
        self.assertTrue(order["receipt"].startswith(f"{tx.reference}/"))
        self.assertLessEqual(len(order["receipt"]), 40)

    def test_notes_have_no_personal_data(self):
        values = self.checkout()
        order = self.sandbox.get(f"orders/{values['razorpay_order_id']}")
        text = str(order["notes"])
        self.assertNotIn("bkc_visitor", text)
        self.assertNotIn("@", text)

    def test_automatic_capture_is_asked_for(self):
        """Hole 6: the sandbox captures nothing unless the order asks for it."""
        values = self.checkout()
        answer = self.sandbox.pay(values["razorpay_order_id"])
        self.assertEqual(answer["status"], "captured")

    def test_any_method_may_pay_the_order(self):
        values = self.checkout()
        self.assertEqual(values["prefill"]["method"], "upi")
        self.sandbox.pay(values["razorpay_order_id"], "failed", method="upi")
        answer = self.sandbox.pay(values["razorpay_order_id"], method="card")
        self.assertEqual(self.verify(answer)["status"], "confirmed")
        tx = self.tx_of(values)
        self.assertEqual(tx.primary_payment_method_id.code, "card")

    def test_prefill_and_timeout_follow_visitor_and_hold(self):
        self.visitor.partner_id.phone = "+91 98765 43210"
        values = self.checkout()
        self.assertEqual(values["prefill"]["email"], "bkc_visitor@example.com")
        self.assertEqual(values["prefill"]["name"], "Bkc_Visitor")
        self.assertEqual(values["prefill"]["contact"], "+919876543210")
        self.assertGreater(values["timeout_seconds"], 14 * 60)
        self.assertLess(values["timeout_seconds"], 15 * 60)

    def test_second_attempt_of_a_cart_is_on_the_same_order(self):
        first = self.checkout()
        second = self.open_order(method="card")
        self.assertEqual(second["razorpay_order_id"], first["razorpay_order_id"])
        self.assertNotEqual(second["reference"], first["reference"])
        old, new = self.tx_of(first), self.tx_of(second)
        self.assertEqual(old.state, "cancel")
        self.assertFalse(old.razorpay_order_id)
        # The window that is still open elsewhere pays the same order.
        answer = self.sandbox.pay(first["razorpay_order_id"])
        self.assertEqual(self.verify(answer)["status"], "confirmed")
        self.assertConfirmedOnce(new)
        self.assertEqual(old.state, "cancel")

    def test_lost_answer_is_found_by_paying_again(self):
        """Paid, nothing arrived, the visitor presses Pay again: no second payment."""
        first = self.checkout()
        self.sandbox.pay(first["razorpay_order_id"])
        second = self.open_order()
        self.assertEqual(second["status"], "paid")
        self.run_job("payment.transaction", "_cron_post_process")
        self.assertConfirmedOnce(self.tx_of(second))

    def test_changed_cart_gets_an_order_of_its_own(self):
        first = self.checkout(adult=1)
        self.reopen()
        self.add(adult=1)
        second = self.open_order()
        self.assertNotEqual(second["razorpay_order_id"], first["razorpay_order_id"])
        self.assertEqual(second["amount_minor"], 2 * first["amount_minor"])
        self.assertEqual(self.tx_of(first).state, "cancel")
        self.assertTrue(self.tx_of(first).razorpay_order_id)

    def test_nobody_pays_without_logging_in(self):
        self.website.account_on_checkout = "mandatory"
        self.env.flush_all()
        self.authenticate(None, None)
        answer = self.api("POST", "/payments/create-order", {}, status=401)
        self.assertEqual(answer["error"]["code"], "unauthorized")

    def test_guest_pays_where_the_museum_sells_to_guests(self):
        self.website.account_on_checkout = "optional"
        self.env.flush_all()
        self.authenticate(None, None)
        self.api("POST", "/payments/create-order", {}, status=409)
        self.add()
        self.api(
            "PATCH",
            "/cart/contact",
            {"name": "Ravi", "email": "r@example.com", "phone": "+919876543210"},
            status=200,
        )
        self.api("POST", "/bookings/summary", {"accept_terms": True}, status=200)
        first = self.open_order()
        self.assertEqual(first["prefill"]["contact"], "+919876543210")
        self.authenticate(None, None)
        self.api("POST", "/payments/create-order", {}, status=409)

    def test_empty_cart_cannot_be_paid(self):
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.api("POST", "/payments/create-order", {}, status=409)

    def test_summary_comes_before_paying(self):
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.add()
        answer = self.api("POST", "/payments/create-order", {}, status=422)
        self.assertIn("terms", answer["error"]["message"])

    def test_unknown_method_is_refused(self):
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.add()
        answer = self.open_order(status=422, method="cash")
        self.assertIn("method", answer["error"]["details"])

    def test_unavailable_razorpay_is_said_and_the_cart_stays(self):
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.add()
        self.sandbox.switch(api_failures=1)
        with mute_logger("odoo.http"):
            answer = self.open_order(status=409)
        self.assertEqual(answer["error"]["code"], "conflict")
        self.assertEqual(self.open_order()["status"], "created")

    def test_page_gets_what_the_window_needs(self):
        """Odoo's own route, as the payment form calls it."""
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.add()
        self.api("POST", "/bookings/summary", {"accept_terms": True}, status=200)
        order = self.env["sale.order"].sudo().search([], limit=1, order="id desc")
        values = self.rpc(
            f"/shop/payment/transaction/{order.id}",
            access_token=order._portal_ensure_token(),
            provider_id=self.provider.id,
            payment_method_id=self.env.ref("payment.payment_method_card").id,
            token_id=None,
            amount=order.amount_total,
            flow="direct",
            tokenization_requested=False,
            landing_route="/shop/payment/validate",
        )["result"]
        self.assertEqual(values["checkout_js"], f"{self.sandbox.url}/v1/checkout.js")
        self.assertEqual(values["prefill"]["method"], "card")
        self.assertGreater(values["timeout"], 0)
        self.assertTrue(values["razorpay_order_id"])

    def test_a_repeated_create_gives_the_same_order(self):
        """Odoo runs a request again after a conflict: no second order is left."""
        values = self.checkout()
        tx = self.tx_of(values)
        payload = tx._razorpay_order_payload()
        again = tx._send_api_request("POST", "orders", json=payload)
        self.assertEqual(again["id"], values["razorpay_order_id"])

    # === WHAT THE SHOP'S ROUTE TAKES FROM THE BROWSER ===

    def _shop_route(self, **changes):
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.add()
        self.api("POST", "/bookings/summary", {"accept_terms": True}, status=200)
        order = self.env["sale.order"].sudo().search([], limit=1, order="id desc")
        params = {
            "access_token": order._portal_ensure_token(),
            "provider_id": self.provider.id,
            "payment_method_id": self.env.ref("payment.payment_method_card").id,
            "token_id": None,
            "amount": order.amount_total,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "/shop/payment/validate",
            **changes,
        }
        with mute_logger("odoo.http"):
            answer = self.rpc(f"/shop/payment/transaction/{order.id}", **params)
        return order, answer

    def test_saving_a_card_does_not_pay_a_visit(self):
        order, answer = self._shop_route(is_validation=True)
        self.assertIn("paid in full", str(answer["error"]))
        self.assertFalse(order.transaction_ids)

    def test_provider_that_is_switched_off_takes_no_money(self):
        off = self.provider.copy({"name": "Off", "state": "disabled"})
        order, answer = self._shop_route(provider_id=off.id)
        self.assertIn("not available", str(answer["error"]))
        self.assertFalse(order.transaction_ids)

    # === TWO CLICKS AT ONCE ===

    def _busy(self, owner, name, **options):
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.add()
        with patch.object(owner, name, **options):
            answer = self.open_order(status=409)
        self.assertEqual(answer["error"]["code"], "conflict")
        self.assertIn("try again", answer["error"]["message"])

    def test_cart_that_another_request_is_paying_is_a_conflict(self):
        orders = self.env["sale.order"]
        self._busy(type(orders), "try_lock_for_update", return_value=orders)

    def test_reference_that_another_request_took_is_a_conflict(self):
        self._busy(
            PaymentPortal, "shop_payment_transaction", side_effect=UniqueViolation
        )
