# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Orders that cost nothing: by the page, by the API, and not otherwise."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import LoyaltyHttpCase


@tagged("post_install", "-at_install")
class TestFreeOrders(LoyaltyHttpCase):
    def setUp(self):
        super().setUp()
        self._program("ALL", reward={"discount": 100}, museum_only=True)
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.booked = self.booking(self.add(adult=2))
        self.order = self.booked.order_id

    def _enter_code(self, code="ALL"):
        return self.api("POST", "/cart/promo-code", {"code": code}, status=200)

    def _accept(self, status=200, **body):
        body = {"accept_terms": True, **body}
        return self.api("POST", "/bookings/summary", body, status=status)

    def _free(self, status=200):
        return self.api("POST", "/bookings/confirm-free", {}, status=status)

    def test_api_confirms_what_a_code_made_free(self):
        self.assertEqual(self._enter_code()["total_minor"], 0)
        self._free(status=409)  # terms first
        self.assertEqual(self.booked.state, "pending")
        self._accept(expected_total_minor=0)
        answer = self._free()
        self.assertEqual(answer["status"], "confirmed")
        (booking,) = answer["bookings"]
        self.assertEqual(
            (booking["reference"], booking["state"]), (self.booked.name, "confirmed")
        )
        self.assertEqual(len(self.booked.ticket_ids), 2)
        self.assertEqual(self.booked.money_state, "paid")
        self.assertEqual(self.booked.amount_discount, 472.0)
        self.assertEqual(self.api("GET", "/cart")["items"], [])
        self._free(status=409)
        self.assertSeatsAgree()

    def test_page_confirms_what_a_gift_card_pays(self):
        card = self._card(500.0)
        self._enter_code(card.code)
        page = self.url_open("/shop/checkout?try_skip_step=true")
        self.assertIn("Get tickets", page.text)
        self.url_open("/shop/payment/validate")
        self.env.invalidate_all()
        self.assertEqual(self.booked.state, "pending")
        self._accept(expected_total_minor=0)
        page = self.url_open("/shop/payment/validate")
        self.assertTrue(page.url.endswith("/shop/confirmation"), page.url)
        self.env.invalidate_all()
        self.assertEqual(self.booked.state, "confirmed")
        self.assertEqual(card.points, 28.0)
        self.assertSeatsAgree()

    def test_what_costs_something_is_not_free(self):
        self._accept()
        answer = self._free(status=409)
        self.assertIn("472", answer["error"]["message"])
        self.url_open("/shop/payment/validate")
        self.env.invalidate_all()
        self.assertEqual(self.booked.state, "awaiting_payment")

    def test_offer_that_ended_after_the_summary_is_not_free_any_more(self):
        self._enter_code()
        self._accept(expected_total_minor=0)
        programs = self.env["loyalty.program"].search([])
        programs.date_to = fields.Date.today() - timedelta(days=3)
        self.env.flush_all()
        answer = self._free(status=409)
        self.assertEqual(answer["error"]["code"], "price_changed")
        self.url_open("/shop/payment/validate")
        self.env.invalidate_all()
        self.assertEqual(self.booked.state, "awaiting_payment")
        self.assertEqual(self.order.state, "draft")

    def test_nobody_is_asked_without_logging_in(self):
        self.website.account_on_checkout = "mandatory"
        self.authenticate(None, None)
        self._free(status=401)

    def test_signature_in_the_portal_skips_no_terms(self):
        self._enter_code()
        order = self.order
        order._portal_ensure_token()
        order.require_signature = True
        self.env.flush_all()
        self.rpc(
            f"/my/orders/{order.id}/accept",
            access_token=order.access_token,
            name="Visitor",
            signature="iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk"
            "+A8AAQUBAScY42YAAAAASUVORK5CYII=",
        )
        self.assertEqual(order.state, "draft")
        self.assertEqual(self.booked.state, "pending")
        visitor = order.with_user(self.visitor).sudo()
        with self.assertRaisesRegex(UserError, "accept the terms"):
            visitor._validate_order()

    def test_free_order_expires_like_others(self):
        self._enter_code()
        self._accept()
        self._run_out(self.booked)
        self._free(status=409)
        self.url_open("/shop/payment/validate")
        self.env.invalidate_all()
        self.assertEqual(self.order.state, "draft")
        self.url_open("/shop/cart")
        self.env.invalidate_all()
        self.assertEqual(self.booked.state, "expired")
        self.assertEqual(self.order.state, "draft")
