# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The museum cancels a slot that people have booked."""

from unittest.mock import patch

import vobject

from odoo.exceptions import AccessError, UserError
from odoo.http import root
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.museum_exhibition.exceptions import SlotClosed
from odoo.addons.museum_exhibition.models.guard import writing

from .common import API, MuseumBookingCase, MuseumBookingHttpCase

PAYMENTS = "odoo.addons.museum_booking.models.payment_transaction"
REASON = "The projector is broken"


@tagged("post_install", "-at_install")
class TestVisitCancelled(MuseumBookingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()

    def _sold(self, **numbers):
        order, booking = self._ready_to_pay(**numbers)
        self._capture(self._new_tx(order))
        return booking

    def test_dialogue_tells_bookings_people_and_money(self):
        sold = self._sold(adult=2)
        cart = self._book(self._new_order(self.stranger.partner_id), child=3)
        action = self.slot.with_user(self.manager).action_cancel()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        total = sold.currency_id.format(sold.amount_total)
        self.assertIn("People who have a place: 5", wizard.concerned)
        self.assertIn(f"Confirmed bookings: 1, for {total}", wizard.concerned)
        self.assertIn("Visits in carts: 1", wizard.concerned)
        self.assertEqual((self.slot.state, cart.state), ("open", "pending"))
        with self.assertRaises(UserError):
            wizard.action_apply()
        wizard.reason = REASON
        wizard.action_apply()
        self.assertEqual(self.slot.state, "cancelled")

    def test_slot_that_was_booked_is_not_deleted(self):
        """Also when nobody comes any more: the booking stands on it."""
        booking = self._book(self._new_order(), adult=1)
        booking._expire()
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, "stay on record"):
            self.slot.unlink()

    def test_publishing_says_that_nobody_can_pay(self):
        self.assertNotIn("Nobody can pay", str(self.exhibition._publish_hints()))
        providers = self.env["payment.provider"].search([])
        providers.write({"state": "disabled", "is_published": False})
        self.assertIn("Nobody can pay", str(self.exhibition._publish_hints()))
        self.exhibition.category_ids.price = 0
        self.assertNotIn("Nobody can pay", str(self.exhibition._publish_hints()))

    def test_sold_bookings_are_marked_and_wait_for_a_manager(self):
        first, second = self._sold(adult=2), self._sold(child=1)
        other = self._book(self._new_order(), slot=self.slot2, adult=1)
        self.slot._set_state("cancelled", REASON)
        for booking in (first, second):
            self.assertTrue(booking.is_visit_cancelled)
            self.assertEqual(booking.visit_cancel_reason, REASON)
            self.assertEqual(booking.state, "confirmed")
            self.assertEqual(booking.money_state, "paid")
            self.assertIn(REASON, booking.message_ids[0].body)
            self.assertFalse(any(ticket._admits() for ticket in booking.ticket_ids))
            self.assertFalse(any(booking.ticket_ids.mapped("qr_image")))
        self.assertFalse(other.is_visit_cancelled)
        found = self.env["museum.booking"].search(
            [("is_visit_cancelled", "=", True), ("state", "=", "confirmed")]
        )
        self.assertEqual(found, first | second)
        activity = self.slot.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertIn("rebook or refund: 2", activity.summary)
        self.assertTrue(
            activity.user_id.has_group("museum_exhibition.group_museum_manager")
        )
        self.assertEqual(first._attention_user(), activity.user_id)
        mine = first.with_user(self.manager)
        self.assertEqual(mine._attention_user(), self.manager)
        self.assertSeatsAgree()

    def test_mark_cannot_be_written(self):
        booking = self._sold(adult=1)
        with self.assertRaises(AccessError):
            booking.with_user(self.manager).sudo(False).write(
                {"is_visit_cancelled": True}
            )

    def test_visits_in_carts_lose_their_seats_and_say_why(self):
        order = self._new_order()
        booking = self._book(order, adult=2)
        self.slot._set_state("cancelled", REASON)
        self.assertEqual(booking.state, "expired")
        self.assertFalse(booking.line_ids)
        self.assertIn(REASON, booking.message_ids[0].body)
        self.assertEqual(self._hold(booking).state, "released")
        self.assertEqual(self._taken(), 0)
        self.assertIn(booking, order._museum_visible_bookings())
        with self.assertRaises(SlotClosed):
            booking._take_again()
        self.assertSeatsAgree()

    def test_closing_leaves_bookings_and_carts_alone(self):
        sold = self._sold(adult=1)
        order, cart = self._ready_to_pay(adult=1)
        self.slot._set_state("closed", "Power cut")
        self.assertFalse(sold.is_visit_cancelled)
        self.assertTrue(sold.ticket_ids._admits())
        self.assertEqual(cart.state, "awaiting_payment")
        self._capture(self._new_tx(order))
        self.assertEqual(cart.state, "confirmed")

    @mute_logger(PAYMENTS)
    def test_money_that_comes_after_the_cancellation_needs_attention(self):
        order, booking = self._ready_to_pay(adult=2)
        tx = self._new_tx(order)
        self.slot._set_state("cancelled", REASON)
        self._capture(tx)
        self.assertEqual(booking.state, "expired")
        self.assertEqual(booking.money_state, "needs_attention")
        self.assertFalse(booking.ticket_ids)
        self.assertEqual(order.state, "draft")
        self.assertEqual(self._taken(), 0)

    @mute_logger(PAYMENTS)
    def test_money_on_its_way_when_the_slot_is_cancelled_needs_attention(self):
        order, booking = self._ready_to_pay(adult=2)
        tx = self._new_tx(order)
        tx._set_pending()
        self.slot._set_state("cancelled", REASON)
        self.assertEqual(booking.state, "awaiting_payment")
        self.assertTrue(booking.is_visit_cancelled)
        self._capture(tx)
        self.assertEqual(booking.money_state, "needs_attention")
        self.assertIn("cancelled this visit", booking.attention_reason)
        self.assertFalse(booking.confirmed_at)
        self.assertFalse(booking.ticket_ids)

    @mute_logger(PAYMENTS)
    def test_hold_that_is_still_there_does_not_confirm_a_cancelled_visit(self):
        """The seats go back after the commit: money may come in between."""
        order, booking = self._ready_to_pay(adult=2)
        tx = self._new_tx(order)
        tx._set_pending()
        with patch.object(self.registry["museum.slot"], "_release_carts"):
            self.slot._set_state("cancelled", REASON)
        self.assertEqual(self._hold(booking).state, "active")
        self._capture(tx)
        self.assertEqual(booking.money_state, "needs_attention")
        self.assertFalse(booking.confirmed_at)
        with self.assertRaises(SlotClosed):
            order.with_user(self.sale_manager).sudo(False).action_confirm()

    def test_booking_that_came_meanwhile_is_marked_too(self):
        """The cancellation's snapshot did not show it."""
        booking = self._sold(adult=1)
        self.slot._set_state("cancelled", REASON)
        self.slot.activity_ids.unlink()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE museum_booking SET is_visit_cancelled = FALSE WHERE id = %s",
            [booking.id],
        )
        self.env.invalidate_all()
        self.slot._find_late_bookings(REASON)
        self.env.flush_all()
        self.assertTrue(booking.is_visit_cancelled)
        self.assertEqual(len(self.slot.activity_ids), 1)
        self.slot._find_late_bookings(REASON)
        self.assertEqual(len(self.slot.activity_ids), 1)

    def test_nobody_is_a_no_show_of_a_visit_that_did_not_take_place(self):
        booking = self._sold(adult=1)
        self.slot._set_state("cancelled", REASON)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE museum_booking SET end_at = now() - INTERVAL '1 day' WHERE id = %s",
            [booking.id],
        )
        self.env.invalidate_all()
        with patch.object(self.registry["ir.cron"], "_commit_progress"):
            self.env["museum.booking"]._cron_close_past()
        self.assertEqual(booking.state, "confirmed")

    def test_no_mail_with_tickets_that_admit_nobody(self):
        booking = self._sold(adult=1)
        self.slot._set_state("cancelled", REASON)
        booking._enqueue_ticket_mail()
        self.assertFalse(booking.ticket_mail_state)
        with self.assertRaises(UserError):
            booking._ask_for_ticket_mail()

    def test_closing_and_opening_a_slot_writes_no_booking(self):
        booking = self._sold(adult=1)
        self.env.flush_all()

        def version():
            query = "SELECT xmin::text, ctid::text FROM museum_booking WHERE id = %s"
            self.env.flush_all()
            self.env.cr.execute(query, [booking.id])
            return self.env.cr.fetchone()

        before = version()
        self.slot._set_state("closed")
        self.assertEqual(version(), before)
        self.slot._set_state("open")
        self.assertEqual(version(), before)
        self.slot._set_state("cancelled", REASON)
        self.assertNotEqual(version(), before)
        self.assertTrue(booking.is_visit_cancelled)

    def test_rebooked_visit_takes_place(self):
        """What the bookings' own handling will do: another slot clears the mark."""
        booking = self._sold(adult=1)
        self.slot._set_state("cancelled", REASON)
        writing(booking).write({"slot_id": self.slot2.id})
        self.assertFalse(booking.is_visit_cancelled)


@tagged("post_install", "-at_install")
class TestVisitCancelledPages(MuseumBookingHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()

    def setUp(self):
        super().setUp()
        order, self.visit = self._ready_to_pay(adult=2)
        self._capture(self._new_tx(order))
        self.code = self.visit.ticket_ids[0].code
        self.slot._set_state("cancelled", REASON)
        self.env.flush_all()
        self.authenticate("bkc_visitor", "bkc_visitor")

    def test_my_tickets_say_that_the_museum_cancelled(self):
        upcoming = self.url_open("/my/tickets").text
        self.assertNotIn(self.visit.name, upcoming)
        cancelled = self.url_open("/my/tickets?tab=cancelled").text
        self.assertIn(self.visit.name, cancelled)
        self.assertIn("Cancelled by the museum", cancelled)
        page = self.url_open(f"/my/tickets/{self.visit.name}").text
        self.assertIn("This visit was cancelled by the museum", page)
        self.assertIn(REASON, page)
        self.assertIn("We will contact you", page)
        self.assertNotIn('o_museum_qr"', page)
        self.assertNotIn("Download PDF", page)
        self.assertNotIn("Add to calendar", page)

    def test_confirmation_says_it_too(self):
        self.session.update(sale_last_order_id=self.visit.order_id.id)
        root.session_store.save(self.session)
        page = self.url_open("/shop/confirmation").text
        self.assertIn("This visit was cancelled by the museum", page)
        self.assertNotIn("is booked", page)

    def test_papers_and_pictures_are_refused(self):
        for kind in ("pdf", "png"):
            response = self.url_open(f"{API}/tickets/{self.code}.{kind}")
            self.assertEqual(response.status_code, 404, kind)
        response = self.url_open(
            f"/my/tickets/{self.visit.name}/pdf", allow_redirects=False
        )
        self.assertEqual(response.status_code, 303)
        calendar = self.url_open(f"{API}/tickets/{self.code}.ics")
        event = vobject.readOne(calendar.text).vevent
        self.assertEqual(event.status.value, "CANCELLED")

    def test_api_says_it(self):
        answer = self.api("GET", f"/bookings/{self.visit.name}", status=200)
        self.assertIs(answer["visit_cancelled"], True)
        self.assertEqual(answer["visit_cancel_reason"], REASON)
        self.assertEqual(answer["state"], "confirmed")

    def test_cart_shows_what_the_museum_cancelled(self):
        self.add(slot=self.slot2, adult=1)
        self.slot2._set_state("cancelled", "Flood")
        self.env.flush_all()
        (item,) = self.api("GET", "/cart", status=200)["items"]
        self.assertEqual((item["state"], item["visit_cancelled"]), ("expired", True))
        self.assertEqual(item["visit_cancel_reason"], "Flood")
        page = self.url_open("/shop/cart").text
        self.assertIn("This visit was cancelled by the museum", page)
        self.assertNotIn("Take again", page)
