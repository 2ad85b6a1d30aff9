# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..lib.cancellation import Step
from .common import MuseumBookingCase


@tagged("post_install", "-at_install")
class TestCancellationPolicy(MuseumBookingCase):
    """Policies as data: who changes them, what they say, what a booking keeps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env["museum.cancellation.policy"].create(
            {
                "name": "Two days",
                "company_id": cls.company.id,
                "step_ids": [
                    Command.create({"hours_before": 48, "percent": 100}),
                    Command.create({"hours_before": 2, "percent": 25, "fee": 10}),
                ],
            }
        )

    def test_every_museum_begins_with_the_common_policy(self):
        new = self.env["res.company"].create({"name": "New museum"})
        for company in (self.company, new):
            policy = company.museum_cancellation_policy_id
            self.assertEqual(policy.company_id, company)
            self.assertEqual(
                [(step.hours_before, step.percent) for step in policy.step_ids],
                [(24, 100), (6, 50), (0, 0)],
            )

    def test_exhibition_has_its_own_or_the_museums(self):
        default = self.company.museum_cancellation_policy_id
        self.assertEqual(self.exhibition._cancellation_policy(), default)
        self.exhibition.cancellation_policy_id = self.policy
        self.assertEqual(self.exhibition._cancellation_policy(), self.policy)

    def test_words_follow_from_the_steps(self):
        text = self.policy._full_text()
        for words in (
            "Until 2 days (48 hours) before the visit: the whole price",
            "Until 2 hours before the visit: 25% of the price are given back, less",
            "for each ticket",
            "After that nothing is given back",
            "If we cancel the visit, you get all your money back",
        ):
            self.assertIn(words, text)
        self.policy.step_ids = [
            Command.clear(),
            Command.create({"hours_before": 0, "percent": 0}),
        ]
        self.assertIn("Nothing is given back when you cancel", self.policy.rules)
        self.policy.step_ids = [Command.clear()]
        self.assertFalse(self.policy._full_text())

    @mute_logger("odoo.sql_db")
    def test_nonsense_is_refused(self):
        steps = self.env["museum.cancellation.policy.step"]
        for values, refusal in (
            ({"hours_before": 48}, UniqueViolation),
            ({"hours_before": -1}, CheckViolation),
            ({"hours_before": 9000}, CheckViolation),
            ({"hours_before": 72, "percent": 101}, CheckViolation),
            ({"hours_before": 1, "percent": -1}, CheckViolation),
            ({"hours_before": 1, "percent": 5, "fee": -1}, CheckViolation),
            # later, and better
            ({"hours_before": 1, "percent": 50}, ValidationError),
        ):
            with (
                self.subTest(values=values),
                self.assertRaises(refusal),
                self.cr.savepoint(),
            ):
                steps.create({"policy_id": self.policy.id, **values})
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.policy.step_ids[0].percent = 10

    def test_table_of_rights(self):
        step = self.policy.step_ids[0]
        for user, read, write in (
            (self.website.user_id, False, False),
            (self.visitor, False, False),
            (self.gate, True, False),
            (self.desk, True, False),
            (self.accountant, False, False),
            (self.salesman, False, False),
            (self.manager, True, True),
        ):
            for record in (self.policy, step):
                record = record.with_user(user).sudo(False)
                with self.subTest(user=user.login, model=record._name):
                    self.assertEqual(record.has_access("read"), read)
                    for operation in ("write", "create", "unlink"):
                        self.assertEqual(record.has_access(operation), write)

    def test_steps_of_another_museum_are_not_seen(self):
        other = self.env["res.company"].create({"name": "Other museum"})
        step = other.museum_cancellation_policy_id.step_ids[0]
        foreign = step.with_user(self.manager).sudo(False)
        with self.assertRaises(AccessError):
            foreign.read(["percent"])
        with self.assertRaises(AccessError):
            foreign.write({"percent": 1})
        policy = other.museum_cancellation_policy_id
        with self.assertRaises(UserError):
            self.exhibition.cancellation_policy_id = policy

    def test_manager_chooses_the_museums_policy_in_the_settings(self):
        settings = self.env["museum.settings"].with_user(self.manager).sudo(False)
        values = settings.default_get(["company_id", "museum_cancellation_policy_id"])
        default = self.company.museum_cancellation_policy_id
        self.assertEqual(values["museum_cancellation_policy_id"], default.id)
        page = settings.create({"museum_cancellation_policy_id": self.policy.id})
        page.action_save()
        self.assertEqual(self.company.museum_cancellation_policy_id, self.policy)

    # === WHAT A BOOKING KEEPS ===

    def test_booking_keeps_steps_and_price_of_its_sale(self):
        self.exhibition.cancellation_policy_id = self.policy
        order, booking = self._ready_to_pay(adult=2)
        self.assertFalse(booking.amount_sold)
        order.with_user(self.sale_manager).sudo(False).action_confirm()
        self.policy.step_ids.unlink()
        self.exhibition.cancellation_policy_id = False
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(booking._policy_steps(), (Step(48, 100), Step(2, 25, 1000)))
        self.assertEqual(booking.amount_sold, booking.amount_total)
        self.assertTrue(booking.amount_sold)

    def test_sale_by_staff_without_the_payment_page_keeps_it_too(self):
        order = self._new_order()
        booking = self._book(order)
        order.with_user(self.sale_manager).sudo(False).action_confirm()
        self.assertEqual(
            [step.percent for step in booking._policy_steps()], [100, 50, 0]
        )

    def test_nobody_writes_them(self):
        _order, booking = self._ready_to_pay()
        for values in ({"policy_snapshot": {}}, {"amount_sold": 1}):
            for user in (self.manager, self.env.user):
                with self.assertRaises(AccessError):
                    booking.with_user(user).write(values)
            with self.assertRaises(AccessError):
                booking.sudo().write(values)

    def test_page_says_until_when_on_the_venues_own_clock(self):
        start = fields.Datetime.to_datetime("2031-03-14 04:30:00")
        self.slot.write({"start_at": start, "end_at": start + timedelta(hours=1)})
        _order, booking = self._ready_to_pay()
        words = [line["words"] for line in booking._policy_sentences()]
        self.assertEqual(len(words), 2)
        self.assertIn("Thursday, March 13", words[0])
        self.assertIn("10:00", words[0])
        self.assertIn("all your money back", words[0])
        self.assertIn("4:00", words[1])
        self.assertIn("50% back", words[1])
        self.assertEqual(
            [line["is_now"] for line in booking._policy_sentences()], [True, False]
        )

    def test_migration_gives_old_bookings_their_amount_and_no_steps(self):
        order, booking = self._ready_to_pay(adult=2)
        order.with_user(self.sale_manager).sudo(False).action_confirm()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE museum_booking SET amount_sold = NULL, policy_snapshot = NULL"
            " WHERE id = %s",
            [booking.id],
        )
        self.company.museum_cancellation_policy_id = False
        self.env.flush_all()
        self._migrate()
        self.env.invalidate_all()
        self.assertEqual(booking.amount_sold, booking.amount_total)
        self.assertEqual(booking._policy_steps(), ())
        self.assertTrue(self.company.museum_cancellation_policy_id)

    def _migrate(self):
        from importlib.util import module_from_spec, spec_from_file_location

        from odoo.tools import file_path

        path = file_path("museum_booking/migrations/19.0.1.1.0/post-migration.py")
        spec = spec_from_file_location("museum_booking_migration", path)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        module.migrate(self.env.cr, "19.0.1.0.0")
