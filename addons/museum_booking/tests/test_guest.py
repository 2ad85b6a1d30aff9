# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Buying without an account, where the museum allows it."""

import re

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.museum_exhibition.models.guard import writing

from .common import MuseumBookingHttpCase

GUEST = {"name": "Ravi Iyer", "email": "ravi@example.com", "phone": "098765 43210"}
CHECKOUT = "/shop/checkout?try_skip_step=true"


class GuestCase(MuseumBookingHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].sudo().set_param(
            "auth_signup.invitation_scope", "b2c"
        )
        self.website.auth_signup_uninvited = "b2c"
        self._allow("optional")
        self.authenticate(None, None)

    def _allow(self, setting):
        self.website.account_on_checkout = setting
        self.env.flush_all()

    def _contact(self, status=200, **contact):
        return self.api("PATCH", "/cart/contact", {**GUEST, **contact}, status=status)

    def _accept(self, status=200):
        return self.api(
            "POST", "/bookings/summary", {"accept_terms": True}, status=status
        )

    def _pay(self, order, route="/shop/payment/transaction/%s"):
        order._portal_ensure_token()
        self.env.flush_all()
        return self.rpc(
            route % order.id,
            access_token=order.access_token,
            provider_id=self.provider.id,
            payment_method_id=self.payment_method.id,
            token_id=None,
            flow="redirect",
            tokenization_requested=False,
            landing_route="/shop/payment/validate",
            amount=order.amount_total,
        )

    def _ready(self, **contact):
        """A guest's cart whose terms are accepted."""
        booking = self.booking(self.add(adult=1))
        self._contact(**contact)
        self._accept()
        return booking

    def _buy(self, **contact):
        """A guest's sold booking; the session is that of its buyer."""
        booking = self._ready(**contact)
        answer = self._pay(booking.order_id)
        self.assertIn("result", answer, answer)
        self._capture(booking.order_id.transaction_ids)
        self.assertEqual(booking.state, "confirmed")
        self.url_open("/shop/payment/validate")
        self.env.invalidate_all()
        return booking

    def _csrf(self, page):
        return re.search(r'csrf_token: "(\w+)"', page.text)[1]

    def _post(self, path, page="/bookings/find", **data):
        """Send a form as a page would, with the session's token."""
        token = self._csrf(self.url_open(page))
        answer = self.url_open(path, data={"csrf_token": token, **data})
        self.env.invalidate_all()
        return answer

    def _code(self, address):
        mail = self.env["mail.mail"].search([("email_to", "=", address)], limit=1)
        return re.search(r"\b\d{6}\b", re.sub("<[^>]*>", "", mail.body_html))[0]


@tagged("post_install", "-at_install")
class TestGuest(GuestCase):
    def test_guest_buys_by_the_pages(self):
        booking = self.booking(self.add(adult=1))
        order = booking.order_id
        page = self.url_open(CHECKOUT)
        self.assertIn("/web/login/code", page.url)
        self.assertIn("Continue as a guest", page.text)
        until = booking._time_words(booking.hold_expires_at)
        held = re.search(r'<p class="o_museum_held_until.*?</p>', page.text, re.DOTALL)
        self.assertIn(until, held[0])
        page = self._post("/shop/checkout/guest", page=CHECKOUT)
        self.assertTrue(page.url.endswith("/shop/payment"), page.url)
        self.assertNotIn(self.website.user_id.partner_id.name + "<", page.text)
        self.assertRegex(page.text, r'id="o_museum_contact_name"[^>]*value=""')
        self.assertNotIn("Phone (optional)", page.text)
        error = self._accept(status=422)["error"]
        self.assertEqual(set(error["details"]), {"name", "email", "phone"})
        error = self._contact(status=422, phone="")["error"]
        self.assertEqual(set(error["details"]), {"phone"})
        self._contact()
        self.assertEqual(order.partner_id, order.museum_guest_id)
        self.assertEqual(order.partner_id.phone, "+919876543210")
        self.assertEqual(order.partner_invoice_id, order.partner_id)
        self._accept()
        self.assertIn("result", self._pay(order))
        self._capture(order.transaction_ids)
        page = self.url_open("/shop/payment/validate")
        self.assertTrue(page.url.endswith("/shop/confirmation"), page.url)
        self.assertIn("See you on", page.text)
        self.assertIn("Keep your bookings in an account", page.text)
        # Later, in the same session: the page again, and the files it links to.
        self.assertIn("See you on", self.url_open("/shop/confirmation").text)
        self.assertIn(booking.name, self.url_open(f"/my/tickets/{booking.name}").text)
        pdf = self.url_open(f"/my/tickets/{booking.name}/pdf")
        self.assertEqual(pdf.headers["Content-Type"], "application/pdf")
        found = self.api("GET", f"/bookings/{booking.name}", status=200)
        self.assertEqual(found["state"], "confirmed")
        self.assertSeatsAgree()

    def test_foreign_session_neither_pays_nor_sees(self):
        """Guards: ``_museum_check_payer`` asks whose cart, ``session_may_see``."""
        booking = self._ready()
        order = booking.order_id
        self.authenticate(None, None)
        for route in ("/shop/payment/transaction/%s", "/my/orders/%s/transaction"):
            answer = self._pay(order, route=route)
            self.assertIn("log in", answer["error"]["data"]["message"])
        self.assertFalse(order.transaction_ids)
        self.authenticate(None, None)
        sold = self._buy(email="other@example.com")
        self.authenticate(None, None)
        for path in ("", "/pdf", "/ics"):
            page = self.url_open(
                f"/my/tickets/{sold.name}{path}", allow_redirects=False
            )
            self.assertIn("/web/login", page.headers["Location"])
        for name in (sold.name, booking.name, "TEST-2222222"):
            self.api("GET", f"/bookings/{name}", status=401)

    def test_carts_of_all_public_visitors_are_not_one(self):
        """Guard: ``_may_see`` never compares with the public visitor's contact."""
        booking = self.booking(self.add(adult=1))
        self.authenticate(None, None)
        self.api("GET", f"/bookings/{booking.name}", status=401)

    def test_mandatory_account_refuses_guests_in_words(self):
        """Guard: ``_museum_guests_allowed`` in ``_museum_check_payer``."""
        booking = self._ready()
        self._allow("mandatory")
        answer = self._pay(booking.order_id)
        self.assertIn("log in", answer["error"]["data"]["message"])
        self.assertIn("log in", self._accept(status=401)["error"]["message"])
        self._contact(status=401)
        page = self.url_open(CHECKOUT)
        self.assertIn("/web/login/code", page.url)
        self.assertNotIn("Continue as a guest", page.text)
        page = self._post("/shop/checkout/guest", page=CHECKOUT)
        self.assertIn("/web/login/code", page.url)
        self.assertFalse(self.api("GET", "/cart")["guests"])

    def test_shop_without_accounts_asks_nothing(self):
        self._allow("disabled")
        self.add(adult=1)
        page = self.url_open(CHECKOUT)
        self.assertTrue(page.url.endswith("/shop/payment"), page.url)

    def test_guest_is_offered_on_the_way_to_paying_alone(self):
        self.assertNotIn("as a guest</button>", self.url_open("/web/login/code").text)
        self.add(adult=1)
        self.assertNotIn("as a guest</button>", self.url_open("/web/login/code").text)

    def test_contact_is_a_new_one_and_nobody_elses(self):
        """Guard: the contact is made, never found by its address."""
        known = self.visitor.partner_id
        before = (known.name, known.email, known.phone)
        booking = self._buy(email=known.email)
        guest = booking.partner_id
        self.assertNotEqual(guest, known)
        self.assertEqual(guest.email, known.email)
        self.assertEqual((known.name, known.email, known.phone), before)
        second = self._buy(email=known.email)
        self.assertNotEqual(second.partner_id, guest)
        self.assertNotIn(
            booking, self.env["museum.booking"].search([("partner_id", "=", known.id)])
        )

    def test_customers_cart_that_came_by_a_link_is_not_touched(self):
        """Guard: ``_museum_may_be_guests`` in ``customers_cart``."""
        order = self._new_order()
        booking = self._book(order, adult=1)
        order._portal_ensure_token()
        self.env.flush_all()
        self.url_open(f"/shop/cart?id={order.id}&access_token={order.access_token}")
        self.url_open(
            f"/shop/cart?id={order.id}&access_token={order.access_token}"
            "&revive_method=squash"
        )
        shown = self.api("GET", "/cart", status=200)["items"]
        self.assertEqual([item["reference"] for item in shown], [booking.name])
        before = self.visitor.partner_id.email
        self._contact(status=401)
        self._accept(status=401)
        self.assertEqual(self.visitor.partner_id.email, before)
        self.assertIn("/web/login/code", self.url_open(CHECKOUT).url)

    def test_guest_who_logs_in_midway_keeps_the_seats(self):
        booking = self._ready()
        guest = booking.partner_id
        before = (guest.name, guest.email, guest.phone)
        self.api("POST", "/auth/otp/request", {"address": "meera@example.com"})
        code = self._code("meera@example.com")
        self.api("POST", "/auth/otp/verify", {"code": code}, status=200)
        cart = self.api("GET", "/cart", status=200)
        self.assertEqual(cart["items"][0]["reference"], booking.name)
        self.assertEqual(booking.partner_id.email, "meera@example.com")
        self.assertFalse(booking.order_id._museum_is_guests())
        self.assertEqual((guest.name, guest.email, guest.phone), before)
        self.assertEqual(self._taken(), 1)
        self._contact(name="Meera", email="meera@example.com", phone=None)
        self.assertEqual((guest.name, guest.email, guest.phone), before)
        self._accept()
        self.assertIn("result", self._pay(booking.order_id))
        self.assertSeatsAgree()

    def test_guest_may_correct_the_contact_until_paid(self):
        booking = self._ready()
        guest = booking.partner_id
        self._contact(name="Ravi K. Iyer")
        self.assertEqual(booking.partner_id, guest)
        self.assertEqual(guest.name, "Ravi K. Iyer")

    def test_whose_order_it_was_is_not_written_by_hand(self):
        """Guard: ``OWN_FIELDS`` of sale.order."""
        booking = self._buy()
        order = booking.order_id.with_user(self.sale_manager)
        with self.assertRaises(AccessError):
            order.write({"museum_guest_id": self.visitor.partner_id.id})
        with self.assertRaises(AccessError):
            self.env["sale.order"].with_user(self.sale_manager).create(
                {
                    "partner_id": self.visitor.partner_id.id,
                    "museum_guest_id": self.visitor.partner_id.id,
                }
            )

    def test_contact_that_became_an_account_is_no_guests(self):
        """Guard: ``_museum_is_guests`` asks for users."""
        booking = self._ready()
        order = booking.order_id
        known = self.visitor.partner_id
        # As merging contacts does, by staff.
        writing(order).write({"partner_id": known.id, "museum_guest_id": known.id})
        self.env.flush_all()
        self.assertFalse(order._museum_is_guests())
        self._contact(status=401)

    def test_mail_leads_to_pages_without_login(self):
        booking = self._buy()
        booking._enqueue_ticket_mail()
        body = booking.sudo().ticket_mail_id.body_html
        self.assertIn("/bookings/find", body)
        link = re.search(r'href="[^"]*(/my/tickets/[^"]*)"', body)[1]
        self.authenticate(None, None)
        page = self.url_open(link.replace("&amp;", "&"))
        self.assertEqual(page.status_code, 200)
        self.assertIn("Journey to the Stars", page.text)
