# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bookings of a guest that come into an account, by a proved address alone."""

import re

from odoo.tests import tagged

from .test_guest import GuestCase

MAIL = "ravi@example.com"


@tagged("post_install", "-at_install")
class TestGuestClaim(GuestCase):
    def setUp(self):
        super().setUp()
        self.sold = self._buy()

    def _forget(self):
        self.authenticate(None, None)
        self.env["attempt.limit"].search([]).unlink()
        self.env.flush_all()

    def _log_in(self, address):
        self.env["attempt.limit"].search([]).unlink()
        self.env.flush_all()
        self.api("POST", "/auth/otp/request", {"address": address}, status=200)
        self.api("POST", "/auth/otp/verify", {"code": self._code(address)}, status=200)

    def _user(self, address):
        return self.env["res.users"].search([("login", "=", address)])

    def _prove(self, user, kind, value):
        self.env["auth.verified.address"]._claim(kind, value, user)
        self.env.invalidate_all()

    def test_cart_that_a_squatter_filled_keeps_no_way_to_him(self):
        """Guard: ``_one_time_code_throw_out`` of the carts."""
        public = self.env.ref("base.public_user")
        user = (
            self.env["res.users"]
            .with_user(public)
            .sudo()
            ._signup_create_user({"login": "victim@example.com", "name": "V"})
        )
        order = self._new_order(user.partner_id)
        self._book(order, adult=1)
        bill = self.env["res.partner"].create(
            {"name": "Evil", "type": "invoice", "parent_id": user.partner_id.id}
        )
        order.partner_invoice_id = bill
        token = order._portal_ensure_token()
        self._log_in("victim@example.com")
        self.env.invalidate_all()
        self.assertNotEqual(order.access_token, token)
        self.assertEqual(order.partner_invoice_id, user.partner_id)
        self.assertEqual(order.museum_booking_ids.state, "pending")
        self.assertFalse(bill.active)

    def test_one_tap_and_a_code_make_the_account(self):
        second = self._buy(phone="+919811111111")
        invoice_address = self.sold.order_id.partner_invoice_id
        page = self._post(
            f"/my/tickets/{second.name}/account", page="/shop/confirmation"
        )
        self.assertIn("Code of six digits", page.text)
        page = self._post(
            "/web/login/code",
            page="/web/login/code",
            step="verify",
            code=self._code(MAIL),
            redirect="/my/tickets",
        )
        words = " ".join(re.sub(r"<[^>]*>", "", page.text).split())
        self.assertIn("2 bookings that you made as a guest", words)
        user = self._user(MAIL)
        self.assertEqual(user.partner_id.name, "Ravi Iyer")
        for booking in (self.sold, second):
            self.assertEqual(booking.partner_id, user.partner_id)
            self.assertEqual(booking.ticket_ids.partner_id, user.partner_id)
            self.assertEqual(booking.ticket_ids.holder_name, "Ravi Iyer")
            self.assertIn(booking.name, page.text)
        self.assertEqual(self.sold.order_id.partner_invoice_id, invoice_address)
        self.assertFalse(self.sold.order_id._museum_is_guests())
        self.assertSeatsAgree()

    def test_posted_invoices_stay(self):
        order = self.sold.order_id
        invoice = order.invoice_ids
        self.assertEqual(invoice.state, "posted")
        guest = invoice.partner_id
        payment = order.transaction_ids.partner_id
        self._log_in(MAIL)
        self.api("POST", "/bookings/claim", {}, status=200)
        self.assertEqual(order.partner_id, self._user(MAIL).partner_id)
        self.assertEqual(
            (invoice.partner_id, order.transaction_ids.partner_id), (guest, payment)
        )

    def test_address_that_was_not_typed_stays_masked(self):
        """Guard: ``is_typed``: whoever has the mail's link need not know it."""
        token = self.sold._portal_ensure_token()
        self.authenticate(None, None)
        reference = self.sold.name
        page = self._post(f"/my/tickets/{reference}/account", access_token=token)
        self.assertTrue(page.url.split("?")[0].endswith("/web/login/code"), page.url)
        self.assertIn("r•••@example.com", page.text)
        for step in ("resend", "other"):
            self.assertNotIn(MAIL, page.text)
            page = self._post("/web/login/code", step=step)
        self.assertNotIn(MAIL, page.text)

    def test_account_over_the_api(self):
        self._forget()
        self.api("POST", f"/bookings/{self.sold.name}/account", {}, status=404)
        token = self.sold._portal_ensure_token()
        self.env.flush_all()
        sent = self.api(
            "POST",
            f"/bookings/{self.sold.name}/account",
            {"access_token": token},
            status=200,
        )
        self.assertNotIn("ravi", str(sent))
        self.api("POST", "/auth/otp/verify", {"code": self._code(MAIL)}, status=200)
        expected = {"count": 1, "references": [self.sold.name]}
        self.assertEqual(self.api("GET", "/bookings/claim", status=200), expected)
        self.assertEqual(self.api("POST", "/bookings/claim", {}, status=200), expected)
        again = self.api("POST", "/bookings/claim", {}, status=200)
        self.assertEqual(again, {"count": 0, "references": []})
        mine = self.api("GET", "/bookings", status=200)
        self.assertEqual(mine["items"][0]["reference"], self.sold.name)

    def test_who_logs_in_later_is_offered_them(self):
        self._forget()
        self._log_in(MAIL)
        page = self.url_open("/my/tickets")
        self.assertIn("We found one booking", page.text)
        self.assertNotEqual(self.sold.partner_id, self._user(MAIL).partner_id)
        page = self._post("/my/tickets/claim", page="/my/tickets")
        self.assertIn("is in", page.text)
        self.assertIn(self.sold.name, page.text)
        self.assertEqual(self.sold.partner_id, self._user(MAIL).partner_id)
        self.assertNotIn("We found", self.url_open("/my/tickets").text)

    def test_unproved_addresses_attach_nothing(self):
        """Guard: ``_museum_claimable`` asks for proofs, not for logins and contacts."""
        self.stranger.write({"login": MAIL, "email": MAIL})
        self.stranger.partner_id.phone = "+919876543210"
        self.env.flush_all()
        self.authenticate(MAIL, "bkc_stranger")
        self.assertNotIn("We found", self.url_open("/my/tickets").text)
        self.assertEqual(self.api("POST", "/bookings/claim", {})["count"], 0)
        self.assertEqual(self.sold.partner_id, self.sold.order_id.museum_guest_id)
        self._prove(self.stranger, "email", "else@example.com")
        self.assertEqual(self.api("POST", "/bookings/claim", {})["count"], 0)

    def test_proof_of_another_user_attaches_nothing(self):
        """Guard: ``_museum_claimable`` asks whose proof it is."""
        self._prove(self.stranger, "email", MAIL)
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.assertEqual(self.api("POST", "/bookings/claim", {})["count"], 0)
        self.authenticate("bkc_stranger", "bkc_stranger")
        self.assertEqual(self.api("POST", "/bookings/claim", {})["count"], 1)

    def test_proved_phone_attaches(self):
        self._prove(self.visitor, "phone", "+919876543210")
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.assertEqual(self.api("POST", "/bookings/claim", {})["count"], 1)
        self.assertEqual(self.sold.partner_id, self.visitor.partner_id)
        # His own name stays.
        self.assertEqual(self.visitor.partner_id.name, "Bkc_Visitor")

    def test_bookings_of_accounts_and_carts_are_not_taken(self):
        """Guards: ``museum_guest_id`` and ``confirmed_at`` in ``_museum_claimable``."""
        order = self._new_order()
        self._book(order, adult=1)
        order.partner_id.email = MAIL
        cart = self._ready()  # a guest's, not paid
        self._prove(self.stranger, "email", MAIL)
        self.authenticate("bkc_stranger", "bkc_stranger")
        answer = self.api("POST", "/bookings/claim", {})
        self.assertEqual(answer["references"], [self.sold.name])
        self.assertEqual(order.partner_id, self.visitor.partner_id)
        self.assertEqual(cart.partner_id, cart.order_id.museum_guest_id)

    def test_claimed_booking_is_not_claimed_again(self):
        """Of e-mail and phone proved by two people the first one has it."""
        self._prove(self.visitor, "phone", "+919876543210")
        self._prove(self.stranger, "email", MAIL)
        first = self.env["sale.order"]._museum_claim(self.visitor)
        second = self.env["sale.order"]._museum_claim(self.stranger)
        self.assertEqual((first, len(second)), (self.sold, 0))
        self.assertEqual(self.sold.partner_id, self.visitor.partner_id)

    def test_no_account_where_nobody_signs_up(self):
        self.env["ir.config_parameter"].sudo().set_param(
            "auth_signup.invitation_scope", "b2b"
        )
        self.website.auth_signup_uninvited = "b2b"
        self.env.flush_all()
        self.assertNotIn("in an account", self.url_open("/shop/confirmation").text)
        self.api("POST", f"/bookings/{self.sold.name}/account", {}, status=409)

    def test_roles_and_guest_models(self):
        """Who is public or has an account reads none of it but by the pages."""
        self.env.flush_all()
        public = self.env.ref("base.public_user")
        for user in (public, self.visitor, self.stranger):
            for record in (self.sold, self.sold.ticket_ids, self.sold.order_id):
                with self.subTest(user=user.login, model=record._name):
                    self.assertFalse(record.with_user(user).has_access("read"))
            self.assertFalse(
                self.env["auth.verified.address"].with_user(user).has_access("read")
            )
