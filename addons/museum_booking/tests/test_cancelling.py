# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cancelling by visitors and staff: what comes back, who may, what stays."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exceptions import CancellationRefused, RefundChanged
from .common import MuseumBookingCase


class CancellingSetup:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()

    def _sold(self, **numbers):
        order, booking = self._ready_to_pay(**numbers)
        self._capture(self._new_tx(order))
        self.assertEqual(booking.money_state, "paid")
        return booking

    def _starts_in(self, booking, **span):
        """As if the visit began then; the clock of the database cannot be moved."""
        start = fields.Datetime.now() + timedelta(**span)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE museum_booking SET start_at = %s, end_at = %s WHERE id = %s",
            [start, start + timedelta(hours=1), booking.id],
        )
        self.env.invalidate_all()

    def _policy(self, *steps):
        """``_policy((24, 100), (6, 50, 20, "booking"))`` for bookings from now on."""
        names = ("hours_before", "percent", "fee", "fee_per")
        self.exhibition.cancellation_policy_id = self.env[
            "museum.cancellation.policy"
        ].create(
            {
                "name": "Of the test",
                "company_id": self.company.id,
                "step_ids": [
                    Command.create(dict(zip(names, step, strict=False)))
                    for step in steps
                ],
            }
        )


@tagged("post_install", "-at_install")
class TestRefundQuote(CancellingSetup, MuseumBookingCase):
    def test_amount_follows_the_step_that_holds(self):
        booking = self._sold(adult=2)  # 472 with tax
        for span, amount, percent in (
            ({"hours": 25}, 472, 100),
            ({"hours": 23}, 236, 50),
            ({"hours": 7}, 236, 50),
            ({"hours": 5}, 0, 0),
        ):
            with self.subTest(span=span):
                self._starts_in(booking, **span)
                quote = booking._refund_quote()
                self.assertEqual((quote.amount, quote.step.percent), (amount, percent))
                self.assertEqual(quote.price, 472)
                self.assertEqual(quote.kept, 472 - amount)
        self._starts_in(booking, hours=-0.1)
        quote = booking._refund_quote()
        self.assertEqual((quote.amount, quote.step), (0, None))

    def test_moment_can_be_said(self):
        booking = self._sold()
        at = booking.start_at - timedelta(hours=10)
        self.assertEqual(booking._refund_quote(at=at).amount, 118)

    def test_fee_for_each_ticket(self):
        self._policy((24, 100, 20, "ticket"))
        booking = self._sold(adult=2, child=1)  # 590
        self.assertEqual(booking._refund_quote().amount, 590 - 60)
        child = booking.ticket_ids.filtered(lambda t: t.category_id == self.child)
        self.assertEqual(booking._refund_quote(child).amount, 118 - 20)

    def test_fee_of_the_booking_is_taken_once(self):
        self._policy((24, 100, 20, "booking"))
        booking = self._sold(adult=3)  # 708
        first = booking.ticket_ids[0]
        self.assertEqual(booking._refund_quote(first).amount, 216)
        booking._cancel_by_visitor(first)
        self.assertEqual(booking._refund_quote().amount, 472)

    def test_fee_takes_no_more_than_there_is(self):
        self._policy((24, 10, 50, "booking"))
        booking = self._sold(adult=1, child=1)  # 236 and 118, of which 23.6 and 11.8
        quote = booking._refund_quote()
        self.assertEqual(quote.amount, 0)

    def test_museum_gives_all_back_whatever_the_policy(self):
        booking = self._sold(adult=2)
        self._starts_in(booking, hours=1)
        self.assertEqual(booking._refund_quote().amount, 0)
        self.assertEqual(booking._refund_quote(by_museum=True).amount, 472)
        self.slot._set_state("cancelled", "Projector")
        self.assertTrue(booking.is_visit_cancelled)
        self._starts_in(booking, hours=-5)
        self.assertEqual(booking._refund_quote().amount, 472)
        self.assertFalse(booking._why_not_cancel())

    def test_tickets_of_a_visit_that_the_museum_cancelled_wait_for_their_money(self):
        booking, other = self._sold(), self._sold()
        self.slot._set_state("cancelled", "Projector")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE museum_booking SET is_visit_cancelled = NULL WHERE id = %s",
            [other.id],
        )
        self.env.cr.execute(
            "UPDATE museum_ticket SET valid_from = valid_from - interval '9 days',"
            " valid_until = valid_until - interval '9 days' WHERE slot_id = %s",
            [self.slot.id],
        )
        self.env.invalidate_all()
        with self.enter_registry_test_mode():
            self.env.ref("museum_booking.ir_cron_ticket_expire").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(other.ticket_ids.state, "expired")
        self._starts_in(booking, days=-5)
        self.assertEqual(booking._cancel_by_visitor().amount, 236)

    def test_policy_is_that_of_the_sale(self):
        booking = self._sold()
        self.company.museum_cancellation_policy_id.step_ids.unlink()
        self.assertEqual(booking._refund_quote().amount, 236)

    def test_amount_of_staff_is_exact_and_not_above_the_price(self):
        booking = self._sold(adult=1, child=1)  # 354
        for amount in (0, 0.01, 100, 353.99, 354):
            self.assertEqual(booking._refund_quote(amount=amount).amount, amount)
        for amount in (354.01, -1):
            with self.assertRaises(UserError):
                booking._refund_quote(amount=amount)

    def test_parts_are_together_the_whole(self):
        booking = self._sold(adult=2, child=1, family=1)
        paid = booking.amount_sold
        back = 0
        while booking.state == "confirmed":
            quote = booking._cancel_by_visitor(booking._live_tickets()[:1])
            back += quote.amount
        self.assertAlmostEqual(back, paid, 2)
        self.assertAlmostEqual(sum(booking.refund_ids.mapped("amount")), paid, 2)

    def test_tickets_of_another_booking(self):
        booking, other = self._sold(), self._sold()
        with self.assertRaises(UserError):
            booking._refund_quote(other.ticket_ids)

    def test_unpaid_booking_gives_nothing_back(self):
        order, booking = self._ready_to_pay()
        order.with_user(self.sale_manager).sudo(False).action_confirm()
        self.assertEqual(booking._refund_quote().amount, 0)


@tagged("post_install", "-at_install")
class TestCancelByVisitor(CancellingSetup, MuseumBookingCase):
    def test_whole_booking(self):
        booking = self._sold(adult=2)
        quote = booking._cancel_by_visitor(expected_refund_minor=47200)
        self.assertEqual(booking.state, "cancelled")
        self.assertEqual(set(booking.ticket_ids.mapped("state")), {"cancelled"})
        self.assertEqual(self._taken(), 0)
        refund = booking.refund_ids
        self.assertEqual((refund.amount, refund.origin), (quote.amount, "visitor"))
        self.assertEqual(refund.ticket_ids, booking.ticket_ids)
        self.assertEqual(booking.amount_sold, 472)
        self.assertNotEqual(booking.money_state, "needs_attention")
        self.assertEqual(self.env["museum.hold"]._check_ledger(), [])

    def test_part(self):
        booking = self._sold(adult=2, child=1)
        child = booking.ticket_ids.filtered(lambda t: t.category_id == self.child)
        booking._cancel_by_visitor(child, 11800)
        self.assertEqual((booking.state, booking.visitors), ("confirmed", 2))
        self.assertEqual(self._taken(), 2)
        self.assertEqual(booking.refund_ids.amount, 118)
        self.assertEqual(booking.refund_ids.ticket_ids, child)
        self.assertEqual(self.env["museum.hold"]._check_ledger(), [])
        with self.assertRaises(CancellationRefused):
            booking._cancel_by_visitor(child)
        self.assertEqual(len(booking.refund_ids), 1)

    def test_too_late_gives_seats_back_and_no_money(self):
        booking = self._sold(adult=2)
        self._starts_in(booking, hours=2)
        booking._cancel_by_visitor(booking.ticket_ids[0], 0)
        booking._cancel_by_visitor(expected_refund_minor=0)
        self.assertEqual(booking.state, "cancelled")
        self.assertFalse(booking.refund_ids)
        self.assertEqual(booking.money_state, "paid")
        self.assertEqual(self._taken(), 0)
        self.assertEqual(self.env["museum.hold"]._check_ledger(), [])

    def test_another_amount_than_was_told_changes_nothing(self):
        booking = self._sold()
        self._starts_in(booking, hours=23)
        with self.assertRaises(RefundChanged) as refusal:
            booking._cancel_by_visitor(expected_refund_minor=23600)
        self.assertEqual(
            refusal.exception.details,
            {
                "expected_refund_minor": 23600,
                "refund_minor": 11800,
                "currency": booking.currency_id.name,
            },
        )
        self.assertEqual(booking.state, "confirmed")
        self.assertFalse(booking.refund_ids)

    def test_refused_with_words(self):
        booking = self._sold(adult=2)
        used = booking.ticket_ids[0]
        used._set_state("used")
        with self.assertRaises(CancellationRefused):
            booking._cancel_by_visitor(used)
        with self.assertRaises(CancellationRefused):
            booking._cancel_by_visitor(booking.ticket_ids.browse())
        self._starts_in(booking, seconds=-1)
        with self.assertRaisesRegex(CancellationRefused, "has begun"):
            booking._cancel_by_visitor()
        self.assertEqual(self._taken(), 2)

    def test_rest_of_a_group_of_which_some_came(self):
        booking = self._sold(adult=3)
        booking.ticket_ids[0]._set_state("used")
        booking._cancel_by_visitor()
        self.assertEqual((booking.state, booking.visitors), ("confirmed", 1))
        self.assertEqual(self._taken(), 1)

    def test_without_steps_staff_decide(self):
        self._policy()
        booking = self._sold()
        self.assertFalse(booking._policy_steps())
        with self.assertRaisesRegex(CancellationRefused, "write to us"):
            booking._cancel_by_visitor()

    def test_template_with_an_error_keeps_nobody_from_his_money(self):
        """Guard: the savepoint of ``_mail_visitor``; staff write templates."""
        booking = self._sold(adult=1)
        template = self.env.ref("museum_booking.mail_template_cancelled")
        # Right when it is written, wrong for what is cancelled.
        template.body_html = (
            """<p t-out="1 / (0 if object.state == 'cancelled' else 1)"/>"""
        )
        with mute_logger("odoo.addons.museum_booking.models.visitor_mail"):
            booking._cancel_by_visitor()
        self.assertEqual(booking.state, "cancelled")
        self.assertEqual(booking.refund_ids.amount, 236)

    def test_mail_says_what_and_how_much(self):
        booking = self._sold(adult=2)
        booking._cancel_by_visitor(booking.ticket_ids[0])
        mail = self.env["mail.mail"].search([("subject", "like", "Cancelled:")])
        self.assertEqual(len(mail), 1)
        body = " ".join(mail.body_html.split())
        for words in ("1 × Adult", "Still valid", "236.00", booking.name):
            self.assertIn(words, body)
        for ticket in booking.ticket_ids:
            self.assertNotIn(ticket.code, body)

    def test_mail_with_the_tickets_says_until_when(self):
        booking = self._sold()
        booking._enqueue_ticket_mail()
        body = booking.ticket_mail_id.body_html
        self.assertIn("If you cannot come", body)
        for line in booking._policy_sentences():
            self.assertIn(line["words"], body)


@tagged("post_install", "-at_install")
class TestCancelByStaff(CancellingSetup, MuseumBookingCase):
    def _wizard(self, booking, user, **values):
        return (
            self.env["museum.booking.cancel"]
            .with_user(user)
            .sudo(False)
            .create({"booking_id": booking.id, "reason": "They called", **values})
        )

    def test_desk_cancels_by_the_policy(self):
        booking = self._sold(adult=2)
        booking.with_user(self.desk).sudo(False).action_cancel_wizard()
        wizard = self._wizard(booking, self.desk)
        self.assertEqual((wizard.quote_amount, wizard.visitors), (472, 2))
        wizard.ticket_ids = wizard.ticket_ids[:1]
        self.assertEqual((wizard.quote_amount, wizard.visitors), (236, 1))
        wizard.action_cancel_booking()
        self.assertEqual((booking.state, booking.visitors), ("confirmed", 1))
        self.assertEqual(booking.refund_ids.mapped("origin"), ["staff"])
        self.assertIn("They called", str(booking.message_ids.mapped("body")))

    def test_desk_decides_on_no_money(self):
        booking = self._sold()
        for values in (
            {"by_museum": True},
            {"is_other_amount": True, "other_amount": 5},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                self._wizard(booking, self.desk, **values).action_cancel_booking()
        self._starts_in(booking, hours=-0.1)
        with self.assertRaises(UserError):
            self._wizard(booking, self.desk).action_cancel_booking()
        self.assertEqual(booking.state, "confirmed")

    def test_manager_says_that_the_museum_is_to_blame(self):
        booking = self._sold()
        self._starts_in(booking, hours=1)
        wizard = self._wizard(booking, self.manager, by_museum=True)
        self.assertEqual(wizard.quote_amount, 236)
        wizard.action_cancel_booking()
        self.assertEqual(
            booking.refund_ids.mapped(lambda r: (r.amount, r.origin)),
            [(236, "museum")],
        )

    def test_manager_gives_another_amount(self):
        booking = self._sold()
        self._starts_in(booking, hours=1)
        self._wizard(
            booking, self.manager, is_other_amount=True, other_amount=99.5
        ).action_cancel_booking()
        self.assertEqual(booking.refund_ids.amount, 99.5)

    def test_booking_of_words_only_needs_a_decision(self):
        self._policy()
        booking = self._sold()
        with self.assertRaisesRegex(UserError, "decide how much"):
            self._wizard(booking, self.manager).action_cancel_booking()
        self._wizard(booking, self.manager, by_museum=True).action_cancel_booking()
        self.assertEqual(booking.refund_ids.amount, 236)

    def test_slot_that_the_museum_cancelled_is_its_fault(self):
        booking = self._sold()
        self.slot._set_state("cancelled", "Projector")
        wizard = self._wizard(booking, self.desk)
        self.assertTrue(wizard.by_museum)
        wizard.action_cancel_booking()
        self.assertEqual(booking.refund_ids.origin, "museum")
        self.assertEqual(booking.refund_ids.amount, 236)

    def test_tickets_of_others_are_refused(self):
        booking, other = self._sold(), self._sold()
        with self.assertRaises(UserError):
            self._wizard(
                booking, self.manager, ticket_ids=[(6, 0, other.ticket_ids.ids)]
            ).action_cancel_booking()
        self.assertEqual((booking.state, other.state), ("confirmed", "confirmed"))

    def test_other_roles_cannot(self):
        booking = self._sold()
        for user in (self.gate, self.accountant, self.salesman, self.visitor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._wizard(booking, user)
