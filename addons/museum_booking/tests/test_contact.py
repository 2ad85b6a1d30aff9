# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whom the tickets are for: checked and changed on the summary, before the money."""

from odoo.tests import tagged

from .common import MuseumBookingHttpCase


@tagged("post_install", "-at_install")
class TestContact(MuseumBookingHttpCase):
    def setUp(self):
        super().setUp()
        self._setup_provider()
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.partner = self.visitor.partner_id

    def _set(self, status=200, **contact):
        body = {"name": "Asha Rao", "email": "asha@example.com", **contact}
        return self.api("PATCH", "/cart/contact", body, status=status)

    def test_contact_is_cleaned_and_kept(self):
        self.add(adult=1)
        saved = self._set(
            name="  Asha   Rao ", email=" Asha@Example.COM ", phone="098765 43210"
        )
        self.assertEqual(
            saved,
            {"name": "Asha Rao", "email": "asha@example.com", "phone": "+919876543210"},
        )
        self.assertEqual(
            (self.partner.name, self.partner.email, self.partner.phone),
            tuple(saved.values()),
        )
        page = self.url_open("/shop/payment").text
        self.assertIn("Asha Rao, asha@example.com, +919876543210", page)

    def test_phone_is_nobodys_duty(self):
        self.add(adult=1)
        self.assertEqual(self._set(phone="")["phone"], "")
        self.assertEqual(self._set(phone=None)["phone"], "")

    def test_what_is_wrong_is_said_by_field_and_nothing_is_written(self):
        self.add(adult=1)
        before = (self.partner.name, self.partner.email, self.partner.phone)
        for wrong, fields in (
            ({"name": " "}, {"name"}),
            ({"name": "Win http://evil.example"}, {"name"}),
            ({"name": "a<b"}, {"name"}),
            ({"name": "\t=1+1"}, {"name"}),
            ({"email": '"<script>"@example.com'}, {"email"}),
            ({"name": "n" * 101}, {"name"}),
            ({"email": ""}, {"email"}),
            ({"email": "asha"}, {"email"}),
            ({"email": "a@example.com, b@example.com"}, {"email"}),
            ({"email": "a@example.com\nBcc: b@example.com"}, {"email"}),
            ({"email": f"{'a' * 250}@example.com"}, {"email"}),
            ({"phone": "12"}, {"phone"}),
            ({"phone": "call me"}, {"phone"}),
            ({"name": "", "email": "x", "phone": "12"}, {"name", "email", "phone"}),
        ):
            with self.subTest(wrong=wrong):
                error = self._set(status=422, **wrong)["error"]
                self.assertEqual(error["code"], "invalid_request")
                self.assertEqual(set(error["details"]), fields)
        self.assertEqual(
            (self.partner.name, self.partner.email, self.partner.phone), before
        )

    def test_hostile_shapes_are_refused(self):
        self.add(adult=1)
        for hostile in (5, True, [], {"a": 1}):
            self._set(status=422, name=hostile)
            self._set(status=422, phone=hostile)
        self._set(status=422, name="a\x00b")

    def test_only_the_customer_of_a_visit_may(self):
        self.api("DELETE", f"/cart/items/{self.add(adult=1)['item']['reference']}")
        self.authenticate(None, None)
        self.website.account_on_checkout = "mandatory"
        self.env.flush_all()
        self.add(adult=1)
        self._set(status=401)

    def test_summary_refuses_a_contact_without_address(self):
        """Guard: ``_museum_check_contact``."""
        self.add(adult=1)
        self.partner.email = False
        self.env.flush_all()
        page = self.url_open("/shop/checkout?try_skip_step=true")
        self.assertTrue(page.url.endswith("/shop/payment"), page.url)
        error = self.api(
            "POST", "/bookings/summary", {"accept_terms": True}, status=422
        )["error"]
        self.assertEqual(set(error["details"]), {"email"})
        self._set()
        self.api("POST", "/bookings/summary", {"accept_terms": True}, status=200)

    def test_phone_that_was_written_down_wrongly_stops_nobody(self):
        self.add(adult=1)
        self.partner.write({"name": "Asha", "phone": "ask reception"})
        self.env.flush_all()
        self.api("POST", "/bookings/summary", {"accept_terms": True}, status=200)

    def test_address_is_no_name(self):
        """Who logged in by a code for the first time has no other name yet."""
        self.add(adult=1)
        self.partner.write({"name": "+919876543210", "phone": "+919876543210"})
        self.env.flush_all()
        error = self.api(
            "POST", "/bookings/summary", {"accept_terms": True}, status=422
        )["error"]
        self.assertEqual(set(error["details"]), {"name"})
        page = self.url_open("/shop/payment").text
        self.assertRegex(page, r'id="o_museum_contact_name"[^>]*value=""')
