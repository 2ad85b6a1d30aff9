# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Log in by a one-time code over the API, with a cart in the session."""

import re

from odoo.tests import tagged

from .common import MuseumBookingHttpCase


@tagged("post_install", "-at_install")
class TestApiAuth(MuseumBookingHttpCase):
    def setUp(self):
        super().setUp()
        self._setup_provider()
        self.env["ir.config_parameter"].sudo().set_param(
            "auth_signup.invitation_scope", "b2c"
        )
        self.website.auth_signup_uninvited = "b2c"
        self.env.flush_all()
        self.authenticate(None, None)

    def _ask(self, address, status=200):
        return self.api(
            "POST", "/auth/otp/request", {"address": address}, status=status
        )

    def _verify(self, code, status=200):
        return self.api("POST", "/auth/otp/verify", {"code": code}, status=status)

    def _code(self, address):
        mail = self.env["mail.mail"].search([("email_to", "=", address)], limit=1)
        return re.search(r"\b\d{6}\b", re.sub("<[^>]*>", "", mail.body_html))[0]

    def test_new_visitor_keeps_the_cart_and_pays_after_telling_a_name(self):
        booking = self.booking(self.add(adult=2))
        sid = self.opener.cookies["session_id"]
        page = self.url_open("/shop/checkout?try_skip_step=true", allow_redirects=False)
        self.assertIn("/web/login/code?redirect=", page.headers["Location"])
        sent = self._ask("Meera@Example.com ")
        self.assertEqual((sent["kind"], sent["tries_left"]), ("email", 3))
        self.assertNotIn("meera", str(sent))
        answer = self._verify(self._code("meera@example.com"))
        self.assertEqual(answer, {"logged_in": True, "second_factor": None})
        self.assertNotEqual(self.opener.cookies["session_id"], sid)
        cart = self.api("GET", "/cart", status=200)
        self.assertEqual(cart["items"][0]["reference"], booking.name)
        self.assertEqual(booking.partner_id.email, "meera@example.com")
        error = self.api(
            "POST", "/bookings/summary", {"accept_terms": True}, status=422
        )["error"]
        self.assertEqual(set(error["details"]), {"name"})
        contact = {"name": "Meera Kulkarni", "email": "meera@example.com"}
        self.api("PATCH", "/cart/contact", contact, status=200)
        self.api("POST", "/bookings/summary", {"accept_terms": True}, status=200)
        self.assertEqual(booking.state, "awaiting_payment")
        self.assertSeatsAgree()

    def test_returning_visitor_is_recognised(self):
        self.visitor.login = "returning@example.com"
        self.env.flush_all()
        self.add(adult=1)
        self._ask("returning@example.com")
        self._verify(self._code("returning@example.com"))
        me = self.api("GET", "/cart", status=200)
        booking = self.booking({"item": me["items"][0]})
        self.assertEqual(booking.partner_id, self.visitor.partner_id)

    def test_refusals_are_told_as_the_api_tells_them(self):
        for address in ("", "nobody", "12", "a@b@c"):
            error = self._ask(address, status=422)["error"]
            self.assertEqual(error["code"], "invalid_request")
        self.assertEqual(
            self._verify("123456", status=422)["error"]["code"], "otp_expired"
        )
        self._ask("meera@example.com")
        right = self._code("meera@example.com")
        wrong = f"{(int(right) + 1) % 10**6:06d}"
        # What a refused request counted is kept; not in a test's one transaction.
        error = self._verify(wrong, status=422)["error"]
        self.assertEqual(error["code"], "otp_wrong")
        self.assertEqual(error["details"], {"tries_left": 2})
        error = self._ask("meera@example.com", status=429)["error"]
        self.assertEqual(error["code"], "otp_limited")
        self.assertGreater(error["details"]["retry_after"], 0)

    def test_code_is_worth_nothing_in_another_session(self):
        """Guard: the challenge is the session's."""
        self._ask("meera@example.com")
        code = self._code("meera@example.com")
        self.authenticate(None, None)
        error = self._verify(code, status=422)["error"]
        self.assertEqual(error["code"], "otp_expired")
