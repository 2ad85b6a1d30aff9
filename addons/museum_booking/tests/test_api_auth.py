# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Log in by a one-time code over the API, with a cart in the session."""

import re
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.auth_one_time_code.exceptions import AddressTaken
from odoo.addons.auth_one_time_code.lib.proof import Verified

from .common import MuseumBookingHttpCase


class CodeCase(MuseumBookingHttpCase):
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


@tagged("post_install", "-at_install")
class TestApiAuth(CodeCase):
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

    def test_what_could_not_be_sent_is_told(self):
        status = self.api("GET", "/auth/otp/status", status=200)
        self.assertEqual((status["state"], status["message"]), ("none", None))
        self._ask("meera@example.com")
        status = self.api("GET", "/auth/otp/status", status=200)
        self.assertEqual(status["state"], "on_its_way")
        self.assertIn(status["resend_in"], range(28, 31))
        self.assertIn(status["expires_in"], range(295, 301))
        self.env["auth.one.time.code"].search([], limit=1)._note_unsent()
        status = self.api("GET", "/auth/otp/status", status=200)
        self.assertEqual((status["state"], status["resend_in"]), ("failed", 0))
        self.assertIn("could not send the message just now", status["message"])
        self.assertNotIn("meera", str(status))
        self._ask("meera@example.com")
        self.assertEqual(
            self.api("GET", "/auth/otp/status", status=200)["state"], "on_its_way"
        )
        self._verify(self._code("meera@example.com"))
        self.assertEqual(
            self.api("GET", "/auth/otp/status", status=200)["state"], "none"
        )

    def test_log_in_is_not_replayed(self):
        """Guard: ``replayed=False``: a kept answer tells of an ended session."""
        self._ask("meera@example.com")
        code, key = self._code("meera@example.com"), {"Idempotency-Key": "log-in-1"}
        before = self.opener.cookies["session_id"]
        self.api("POST", "/auth/otp/verify", {"code": code}, headers=key, status=200)
        after = self.opener.cookies["session_id"]
        self.url_open("/web/session/logout")
        for cookie in (before, after, None):
            self.opener.cookies.clear()
            if cookie:
                self.opener.cookies["session_id"] = cookie
            error = self.api(
                "POST", "/auth/otp/verify", {"code": code}, headers=key, status=422
            )["error"]
            self.assertEqual(error["code"], "otp_expired")

    def test_code_is_worth_nothing_in_another_session(self):
        """Guard: the challenge is the session's."""
        self._ask("meera@example.com")
        code = self._code("meera@example.com")
        self.authenticate(None, None)
        error = self._verify(code, status=422)["error"]
        self.assertEqual(error["code"], "otp_expired")


@tagged("post_install", "-at_install")
class TestApiAddresses(CodeCase):
    """Ways to log in over the API, with the page's refusals."""

    NUMBER = "+919876543210"
    MAIL = "meera@example.com"

    def setUp(self):
        super().setUp()
        self.addresses = self.env["auth.verified.address"]
        # Odoo sends these at once, and deletes what was sent.
        self.startPatcher(
            patch.object(self.registry["mail.mail"], "send", lambda _mails, **_kw: True)
        )

    def _come(self, kind, value):
        """The user of a new visitor who came by a code."""
        users = self.env["res.users"]
        login = users._one_time_code_credential(Verified(0, "login", kind, value))
        user = users.search([("login", "=", login["login"])])
        user.password = user.login  # for the session of the test
        return user

    def _add(self, address, status=200):
        return self.api("POST", "/auth/addresses", {"address": address}, status=status)

    def _prove(self, code, status=201):
        return self.api("POST", "/auth/addresses/verify", {"code": code}, status=status)

    def test_address_is_added_listed_and_removed(self):
        user = self._come("phone", self.NUMBER)
        self.authenticate(user.login, user.login)
        sent = self._add(self.MAIL)
        self.assertEqual((sent["kind"], sent["tries_left"]), ("email", 3))
        self.assertNotIn("challenge", sent)
        added = self._prove(self._code(self.MAIL))
        self.assertEqual((added["kind"], added["address"]), ("email", self.MAIL))
        found = self.api("GET", "/auth/addresses", status=200)
        self.assertTrue(found["may_add"])
        self.assertEqual(
            [item["address"] for item in found["items"]], [self.NUMBER, self.MAIL]
        )
        phone = found["items"][0]["id"]
        self.api("DELETE", f"/auth/addresses/{phone}", status=200)
        # The login was the number; the session outlives it.
        left = self.api("GET", "/auth/addresses", status=200)["items"]
        self.assertEqual([item["address"] for item in left], [self.MAIL])
        self.assertEqual(user.login, self.MAIL)

    def test_address_of_another_account_is_refused_after_the_proof(self):
        self._come("email", self.MAIL)  # has a password: not empty
        user = self._come("phone", self.NUMBER)
        self.authenticate(user.login, user.login)
        self._add(self.MAIL)
        error = self._prove(self._code(self.MAIL), status=409)["error"]
        self.assertEqual(error["code"], "address_taken")

    def test_codes_of_one_purpose_are_worth_nothing_for_the_other(self):
        user = self._come("phone", self.NUMBER)
        self.authenticate(user.login, user.login)
        self._ask(self.MAIL)
        error = self._prove(self._code(self.MAIL), status=422)["error"]
        self.assertEqual(error["code"], "otp_expired")

    def test_last_way_in_and_foreign_ones_stay(self):
        foreign = self._come("email", self.MAIL)._one_time_code_addresses()
        user = self._come("phone", self.NUMBER)
        own = user._one_time_code_addresses()
        self.authenticate(user.login, user.login)
        for wrong in (foreign.id, 0, "x", 2**40):
            error = self.api("DELETE", f"/auth/addresses/{wrong}", status=404)["error"]
            self.assertEqual(error["code"], "not_found")
        error = self.api("DELETE", f"/auth/addresses/{own.id}", status=409)["error"]
        self.assertEqual(error["code"], "last_way_in")
        self.assertTrue(foreign.exists() and own.exists())

    def test_what_could_not_be_sent_is_told(self):
        self.api("GET", "/auth/addresses/status", status=401)
        user = self._come("phone", self.NUMBER)
        self.authenticate(user.login, user.login)
        self._add(self.MAIL)
        self.env["auth.one.time.code"].search([], limit=1)._note_unsent()
        status = self.api("GET", "/auth/addresses/status", status=200)
        self.assertEqual((status["state"], status["resend_in"]), ("failed", 0))
        self._add(self.MAIL)

    def test_limits_are_told_as_the_api_tells_them(self):
        user = self._come("phone", self.NUMBER)
        self.authenticate(user.login, user.login)
        self._add(self.MAIL)
        error = self._add(self.MAIL, status=429)["error"]
        self.assertEqual(error["code"], "otp_limited")
        self.assertGreater(error["details"]["retry_after"], 0)
        self._add("nobody", status=422)

    def test_strangers_and_staff_are_refused(self):
        for status in (401, 403):
            self.api("POST", "/auth/addresses", {"address": self.MAIL}, status=status)
            self._prove("123456", status=422 if status == 403 else status)
            self.api("DELETE", "/auth/addresses/1", status=status)
            self.authenticate("bkc_desk", "bkc_desk")
        self.assertFalse(self.api("GET", "/auth/addresses", status=200)["may_add"])
        self.assertFalse(self.addresses.search([("value", "=", self.MAIL)]))


@tagged("post_install", "-at_install")
class TestEmptyAccount(MuseumBookingHttpCase):
    def _come(self, value):
        self.website.auth_signup_uninvited = "b2c"
        users = self.env["res.users"].with_context(website_id=self.website.id)
        login = users._one_time_code_credential(Verified(0, "login", "email", value))
        return users.search([("login", "=", login["login"])])

    def test_account_with_a_cart_or_an_invoice_keeps_its_address(self):
        """Guard: ``KEPT``."""
        phil, orders = self._come("phil@example.com"), self.env["sale.order"]
        for number, model in enumerate(("sale.order", "account.move")):
            value = f"second-{number}@example.com"
            user = self._come(value)
            self.assertTrue(user._one_time_code_is_empty())
            values = {"partner_id": user.partner_id.id}
            if model == "account.move":
                values["move_type"] = "out_invoice"
            self.env[model].create(values)
            self.assertFalse(user._one_time_code_is_empty(), model)
            with self.assertRaises(AddressTaken):
                phil._one_time_code_add_address(
                    Verified(0, "add_address", "email", value)
                )
            self.assertTrue(user.active)
        self.assertFalse(orders.search([("partner_id", "=", phil.partner_id.id)]))

    def test_account_without_anything_gives_its_address_away(self):
        phil, user = self._come("phil@example.com"), self._come("second@example.com")
        phil._one_time_code_add_address(
            Verified(0, "add_address", "email", "second@example.com")
        )
        self.assertFalse(user.active)
        self.assertEqual(len(phil._one_time_code_addresses()), 2)
