# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a person may type that cannot be: a sentence each, never a traceback."""

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MuseumExhibitionCase


@tagged("post_install", "-at_install")
class TestRefusedInWords(MuseumExhibitionCase):
    def setUp(self):
        super().setUp()
        self.slot = self._make_slot()

    def _rule(self, **vals):
        return self.env["museum.price.rule"].create(
            {"name": "Rule", "method": "percent", "value": 10, **vals}
        )

    def test_numbers_that_cannot_be(self):
        for vals in (
            {"sales_start_days": -1},
            {"age_from": -5},
            {"age_to": -1},
        ):
            with self.subTest(vals), self.assertRaises(IntegrityError):
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    self.exhibition.write(vals)
                    self.env.flush_all()

    def test_sale_that_starts_before_there_were_days(self):
        with self.assertRaisesRegex(ValidationError, "3650 days"):
            self.exhibition.sales_start_days = 800_000

    def test_more_seats_to_block_than_any_place_has(self):
        block = self.env["museum.seat.block"].create(
            {"slot_id": self.slot.id, "seats": 2**31 - 1, "reason": "Press"}
        )
        with self.assertRaises(ValidationError):
            block.action_apply()
        self.assertEqual(self.slot.blocked, 0)

    def test_slot_of_no_exhibition(self):
        with self.assertRaisesRegex(UserError, "which exhibition"):
            self.env["museum.slot"].create({"start_at": self.slot.start_at})

    def test_rules_that_do_nothing_or_never_fit(self):
        for vals in (
            {"value": 0},
            {"value": 0, "method": "amount"},
            {"days_before_min": 30, "hours_before_max": 1},
            {"days_before_min": 2, "hours_before_max": 24},
        ):
            with self.subTest(vals), self.assertRaises(ValidationError):
                self._rule(**vals)
        self._rule(value=0, method="fixed")
        # Bought the evening before a night show, in its last hours.
        self._rule(days_before_min=1, hours_before_max=1)
        self._rule(days_before_min=2, hours_before_max=25)

    def test_new_rule_takes_nothing_away_from_those_that_are_there(self):
        first = self._rule(sequence=20)
        self.assertGreater(self._rule().sequence, first.sequence)

    def test_website_of_another_museum(self):
        other = self.env["res.company"].create({"name": "Other museum"})
        website = self.env["website"].create({"name": "O", "company_id": other.id})
        with self.assertRaisesRegex(ValidationError, "another museum"):
            self.exhibition.website_id = website

    def test_sold_and_blocked_seats_are_for_staff(self):
        portal = self.slot.with_user(self.users["portal"])
        self.assertEqual(portal.read(["capacity"])[0]["capacity"], 10)
        for name in ("taken", "blocked", "is_customized", "schedule_id"):
            with self.subTest(name), self.assertRaises(AccessError):
                portal.read([name])
        with self.assertRaises(AccessError):
            portal.formatted_read_group([], [], ["taken:sum"])
        with self.assertRaises(AccessError):
            portal.calendar_days([])

    def test_exhibition_of_one_website_is_not_told_without_one(self):
        website = self.env["website"].search(
            [("company_id", "=", self.exhibition.company_id.id)], limit=1
        )
        portal = self.users["portal"]
        mine = [self.exhibition, self.slot, self.adult]
        for record in mine:
            self.assertTrue(record.with_user(portal).has_access("read"), record)
        self.exhibition.website_id = website
        for record in mine:
            self.assertFalse(record.with_user(portal).has_access("read"), record)
