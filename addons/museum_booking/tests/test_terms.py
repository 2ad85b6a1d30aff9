# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..exceptions import TermsNotAccepted
from .common import MuseumBookingCase, MuseumBookingHttpCase

POLICY = "<p>Half of the price until noon of the day before.</p>"


@tagged("post_install", "-at_install")
class TestTerms(MuseumBookingCase):
    """What a visitor agrees to with one exhibition, and what stays of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env["museum.cancellation.policy"].create(
            {"name": "Half back", "text": POLICY, "company_id": cls.company.id}
        )
        cls.exhibition.write(
            {
                "terms": "<p>The dome is dark.</p>",
                "terms_version": "Dome 2",
                "cancellation_policy_id": cls.policy.id,
            }
        )

    def test_booking_keeps_all_that_was_accepted(self):
        _order, booking = self._ready_to_pay()
        self.assertEqual(booking.terms_version, "3 + Dome 2")
        for words in ("No food", "The dome is dark", "Half back", "noon of the day"):
            self.assertIn(words, booking.policy_text)

    def test_later_changes_are_not_for_what_was_sold(self):
        order, booking = self._ready_to_pay()
        order.with_user(self.sale_manager).sudo(False).action_confirm()
        kept = (booking.terms_version, booking.policy_text)
        self.policy.text = "<p>Nothing is given back.</p>"
        self.exhibition.write({"terms": "<p>Other</p>", "terms_version": "Dome 3"})
        self.company.write({"museum_terms": "<p>New</p>", "museum_terms_version": "9"})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((booking.terms_version, booking.policy_text), kept)
        with self.assertRaises(AccessError):
            booking.with_user(self.manager).sudo(False).write({"policy_text": "x"})

    def test_entry_window_is_that_of_the_moment_of_accepting(self):
        order = self._new_order()
        booking = self._book(order)
        self.exhibition.entry_early_minutes = 40
        order._museum_lock_for_payment(True)
        self.exhibition.entry_early_minutes = 5
        self.assertEqual(booking.entry_early_minutes, 40)

    def test_terms_of_the_exhibition_alone_have_to_be_accepted(self):
        self.company.museum_terms = False
        order = self._new_order()
        booking = self._book(order)
        with self.assertRaises(TermsNotAccepted):
            order._museum_lock_for_payment(False)
        order._museum_lock_for_payment(True)
        self.assertNotIn("No food", booking.policy_text)
        self.assertIn("The dome is dark", booking.policy_text)

    def test_empty_version_is_the_museums(self):
        self.exhibition.terms_version = False
        self.assertEqual(self.exhibition._terms_version(), "3")
        self.assertEqual(self.exhibition._visit_terms()[1], "3")

    def test_order_names_each_text_once(self):
        other = self.exhibition.copy({"name": "Other", "terms": False})
        slot = self.env["museum.slot"].create(
            {
                "exhibition_id": other.id,
                "start_at": self.slot.start_at,
                "is_limited": False,
            }
        )
        other.is_published = True
        order = self._new_order()
        self._book(order)
        category = other.category_ids[:1]
        order._museum_add_booking(slot, {category.id: 1}, "other-visit")
        titles = [part["title"] for part in order._museum_terms_parts()]
        self.assertEqual(
            titles,
            [
                "Terms of the visit",
                "Terms of Journey to the Stars",
                "If you cannot come: Half back",
            ],
        )

    def test_policies_are_the_managers_and_their_companys(self):
        policy = self.policy.with_user(self.desk).sudo(False)
        policy.read(["name"])
        with self.assertRaises(AccessError):
            policy.write({"name": "x"})
        for user in (self.visitor, self.public_user()):
            with self.assertRaises(AccessError):
                self.policy.with_user(user).sudo(False).read(["name"])
        other = self.env["res.company"].create({"name": "Other museum"})
        foreign = self.env["museum.cancellation.policy"].create(
            {"name": "Far", "text": "<p>Far</p>", "company_id": other.id}
        )
        with self.assertRaises(AccessError):
            foreign.with_user(self.manager).sudo(False).read(["name"])

    def public_user(self):
        return self.website.user_id


@tagged("post_install", "-at_install")
class TestHoldMinutes(MuseumBookingHttpCase):
    """An exhibition's own minutes count wherever its seats are taken."""

    def _minutes_left(self, booking):
        left = self._hold(booking).expires_at - fields.Datetime.now()
        return left / timedelta(minutes=1)

    def test_exhibition_has_its_own_clock_and_else_the_museums(self):
        self.exhibition.hold_minutes = 5
        booking = self.booking(self.add(adult=1))
        self.assertAlmostEqual(self._minutes_left(booking), 5, delta=0.5)
        second = self.booking(self.add(self.slot2, adult=1))
        self.assertAlmostEqual(self._minutes_left(second), 5, delta=0.5)
        self._run_out(booking)
        booking.order_id._museum_refresh()
        self.exhibition.hold_minutes = 7
        booking._take_again()
        self.assertAlmostEqual(self._minutes_left(booking), 7, delta=0.5)
        self.exhibition.hold_minutes = 0
        self.api("POST", "/cart/extend", {}, status=200)
        self.assertAlmostEqual(self._minutes_left(booking), 15, delta=0.5)

    def test_extension_gives_each_visit_its_exhibitions_minutes(self):
        other = self.exhibition.copy({"name": "Other", "hold_minutes": 30})
        other.is_published = True
        slot = self.env["museum.slot"].create(
            {
                "exhibition_id": other.id,
                "start_at": self.slot.start_at,
                "is_limited": False,
            }
        )
        first = self.booking(self.add(adult=1))
        second = first.order_id._museum_add_booking(
            slot, {other.category_ids[:1].id: 1}, "other-visit"
        )
        self._let_pass(first, second)
        first.order_id._museum_extend()
        self.assertAlmostEqual(self._minutes_left(first), 15, delta=0.5)
        self.assertAlmostEqual(self._minutes_left(second), 30, delta=0.5)

    def _let_pass(self, *bookings):
        """All but a minute of the time is over."""
        soon = fields.Datetime.now() + timedelta(minutes=1)
        self.env.flush_all()
        for booking in bookings:
            self.env.cr.execute(
                "UPDATE museum_hold SET expires_at = %s WHERE token = %s",
                [soon, booking.hold_token],
            )
        self.env.invalidate_all()

    def test_summary_page_shows_what_is_accepted(self):
        policy = self.env["museum.cancellation.policy"].create(
            {"name": "Half back", "text": POLICY, "company_id": self.company.id}
        )
        self.exhibition.write(
            {
                "terms": "<p>The dome is dark.</p>",
                "cancellation_policy_id": policy.id,
            }
        )
        self.authenticate(self.visitor.login, self.visitor.login)
        self.add(adult=1)
        self.visitor.partner_id.write(
            {
                "street": "Hill Road 1",
                "city": "Pune",
                "zip": "411008",
                "country_id": self.env.ref("base.in").id,
                "state_id": self.env.ref("base.state_in_mh").id,
                "phone": "+91 98765 43210",
            }
        )
        page = self.url_open("/shop/payment")
        for words in ("No food in the halls", "The dome is dark", "Half of the price"):
            self.assertIn(words, page.text)
