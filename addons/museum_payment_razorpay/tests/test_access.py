# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import MuseumPaymentCase

OPERATIONS = ("read", "write", "create", "unlink")


@tagged("post_install", "-at_install")
class TestAccess(MuseumPaymentCase):
    def _people(self):
        return {
            "public": (self.env.ref("base.public_user"), ()),
            "visitor": (self.visitor, ()),
            "gate": (self.gate, ()),
            "desk": (self.desk, ()),
            "manager": (self.manager, ("read",)),
            "accountant": (self.accountant, ("read",)),
        }

    def test_events_are_read_by_managers_and_accountants_only(self):
        for name, (user, allowed) in self._people().items():
            events = self.env["museum.payment.event"].with_user(user)
            for operation in OPERATIONS:
                with self.subTest(who=name, operation=operation):
                    self.assertEqual(events.has_access(operation), operation in allowed)

    def _an_event(self):
        values = self.checkout()
        self.sandbox.pay(values["razorpay_order_id"])
        self.deliver("payment.captured")
        return self.events()

    def test_raw_body_is_for_the_system_alone(self):
        event = self._an_event()
        self.assertTrue(event.body)
        for user in (self.manager, self.accountant):
            with self.assertRaises(AccessError):
                event.with_user(user).read(["body"])
            facts = event.with_user(user).read(["event_type", "amount", "note"])[0]
            self.assertEqual(facts["event_type"], "payment.captured")

    def test_events_of_another_company_are_not_seen(self):
        event = self._an_event()
        other = self.env["res.company"].create({"name": "Another museum"})
        event.sudo().company_id = other
        event.flush_recordset()
        found = self.env["museum.payment.event"].with_user(self.manager).search([])
        self.assertNotIn(event, found)

    def test_processing_again_is_for_managers_and_accountants(self):
        event = self._an_event()
        for user in (self.visitor, self.gate, self.desk):
            with self.assertRaises(AccessError):
                event.with_user(user).action_process_again()
        event.with_user(self.manager).action_process_again()
        self.assertEqual(event.state, "done")
        tx = event.transaction_id
        self.assertConfirmedOnce(tx)
        event.with_user(self.accountant).action_process_again()
        self.assertConfirmedOnce(tx)

    def test_staff_opens_events_from_the_booking(self):
        event = self._an_event()
        self.run_inbox()
        booking = event.transaction_id.museum_booking_ids.with_user(self.manager)
        self.assertEqual(booking.payment_event_count, 1)
        action = booking.action_view_payment_events()
        events = self.env["museum.payment.event"].with_user(self.manager)
        self.assertEqual(events.search(action["domain"]), event)
        # The form that opens shows what the list does.
        views = events.get_views([(False, "list"), (False, "form"), (False, "search")])
        fields = [
            name
            for name in views["models"]["museum.payment.event"]["fields"]
            if name != "body"
        ]
        self.assertNotIn("body", views["models"]["museum.payment.event"]["fields"])
        self.assertTrue(events.browse(event.id).read(fields))
