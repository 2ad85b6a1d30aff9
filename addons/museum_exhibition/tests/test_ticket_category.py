# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tickets: shared or not, their limits, their prices by rule and slot."""

from datetime import datetime, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..controllers.serializers import categories_json
from ..exceptions import QuantityError
from .common import MuseumExhibitionCase


class TicketCase(MuseumExhibitionCase):
    @classmethod
    def _make_rule(cls, name="Peak", **vals):
        return cls.env["museum.price.rule"].create(
            {"name": name, "method": "percent", "value": 50, **vals}
        )

    @classmethod
    def _make_shared(cls, name="Member", **vals):
        return cls.env["museum.ticket.category"].create({"name": name, **vals})

    def assertRefused(self, code, slot, wanted):
        """The engine refuses these tickets by one rule, and holds nothing."""
        taken = slot.pool_id.taken
        with self.assertRaises(QuantityError) as caught:
            self.hold._take(f"no {code}", slot, wanted, 15)
        (error,) = caught.exception.details["errors"]
        self.assertEqual(error["code"], code)
        slot.pool_id.invalidate_recordset()
        self.assertEqual(slot.pool_id.taken, taken)
        return error["message"]


@tagged("post_install", "-at_install")
class TestSharedCategories(TicketCase):
    def test_exhibitions_sell_own_and_shared_tickets_in_order(self):
        shared = self._make_shared(price=50, sequence=5)
        other = self._make_exhibition("Other", shared_category_ids=[(4, shared.id)])
        self.exhibition.shared_category_ids = shared
        self.assertEqual(
            self.exhibition.category_ids.mapped("name"),
            ["Member", "Adult", "Child", "Family"],
        )
        self.assertEqual(other.category_ids, shared)
        self.assertEqual(shared.company_id, self.env.company)
        self.assertEqual(other.price_from, 50)
        found = self.env["museum.exhibition"].search(
            [("category_ids", "in", shared.ids)]
        )
        self.assertEqual(found, self.exhibition | other)
        shared.active = False
        self.assertNotIn(shared, self.exhibition.category_ids)
        both = self.exhibition.with_context(active_test=False).category_ids
        self.assertIn(shared, both)

    def test_shared_tickets_are_held_where_they_are_shared_alone(self):
        shared = self._make_shared(price=50)
        slot = self._make_slot()
        self.assertRefused("unknown_category", slot, {shared.id: 1})
        self.exhibition.shared_category_ids = shared
        self.hold._take("shared", slot, {shared.id: 2, self.adult.id: 1}, 15)
        self.assertEqual(slot.taken, 3)

    def test_visitors_see_shared_tickets_of_published_exhibitions_alone(self):
        shared = self._make_shared()
        visitor = shared.with_user(self.users["public"])
        with self.assertRaises(AccessError):
            visitor.read(["name"])
        self.exhibition.shared_category_ids = shared
        self.env.invalidate_all()
        visitor.read(["name"])
        seen = self.exhibition.with_user(self.users["public"]).category_ids
        self.assertIn(shared, seen)
        self.exhibition.is_published = False
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            visitor.read(["name"])

    def test_tickets_of_another_museum_are_not_shared(self):
        far = self.env["res.company"].create({"name": "Far"})
        shared = self._make_shared(company_id=far.id)
        with self.assertRaises(UserError):
            self.exhibition.shared_category_ids = shared
        with self.assertRaises(ValidationError):
            self.adult.company_id = far
        with self.assertRaises(ValidationError):
            self.exhibition.shared_category_ids = self.adult

    def test_what_was_sold_is_archived_not_deleted(self):
        slot = self._make_slot()
        self._take("t", slot, 1)
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            self.adult.unlink()
        other = self._make_exhibition("Other")
        with self.assertRaisesRegex(UserError, "stays where it is"):
            self.adult.exhibition_id = other
        self.child.exhibition_id = other
        self.child.unlink()
        self.adult.active = False
        self.assertRefused("unknown_category", slot, {self.adult.id: 1})


@tagged("post_install", "-at_install")
class TestQuantities(TicketCase):
    def test_children_come_with_an_adult(self):
        self.child.needs_adult = True
        self.adult.is_adult = True
        slot = self._make_slot()
        words = self.assertRefused("needs_adult", slot, {self.child.id: 1})
        self.assertEqual(words, "Child comes with an adult: add one.")
        self.hold._take("a", slot, {self.child.id: 1, self.adult.id: 1}, 15)
        with self.assertRaises(QuantityError):
            self.hold._resize("a", {self.child.id: 1})

    def test_so_many_with_each_adult(self):
        self.child.per_adult = 2
        self.adult.is_adult = True
        slot = self._make_slot()
        wanted = {self.child.id: 3, self.adult.id: 1}
        words = self.assertRefused("per_adult", slot, wanted)
        self.assertEqual(words, "Child: at most 2 with each adult.")
        self.hold._take("a", slot, {self.child.id: 3, self.adult.id: 2}, 15)

    def test_a_booking_has_a_smallest_size(self):
        self.exhibition.min_per_booking = 2
        slot = self._make_slot()
        words = self.assertRefused("min_per_booking", slot, {self.adult.id: 1})
        self.assertEqual(words, "At least 2 tickets in one booking.")
        self.hold._take("a", slot, {self.adult.id: 1, self.child.id: 1}, 15)

    def test_days_on_which_a_ticket_is_sold(self):
        slot = self._make_slot()
        day, one = slot.local_date, timedelta(days=1)
        for vals in ({"date_from": day + one}, {"date_to": day - one}):
            self.adult.write({"date_from": False, "date_to": False, **vals})
            words = self.assertRefused("not_on_day", slot, {self.adult.id: 1})
            self.assertEqual(words, "Adult is not sold on this day.")
            items = categories_json(self.exhibition.category_ids, slot)
            self.assertNotIn("Adult", [item["name"] for item in items])
        self.adult.write({"date_from": day, "date_to": day})
        self._take("a", slot, 1)
        items = categories_json(self.exhibition.category_ids, slot)
        self.assertIn("Adult", [item["name"] for item in items])
        self.assertEqual(len(categories_json(self.adult, None)), 1)

    @mute_logger("odoo.sql_db")
    def test_impossible_tickets_are_refused(self):
        for vals in (
            {"is_adult": True, "needs_adult": True},
            {"slot_limit": -1},
            {"per_adult": -1},
            {"date_from": "2030-02-01", "date_to": "2030-01-01"},
        ):
            with self.subTest(vals), self.assertRaises(IntegrityError):
                with self.env.cr.savepoint():
                    self._make_category("Impossible", **vals)


@tagged("post_install", "-at_install")
class TestTicketPrices(TicketCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Saturday, 10:00 in India.
        cls.saturday = datetime(2030, 3, 16, 4, 30)
        cls.slot = cls._make_slot(start_at=cls.saturday)
        cls.bought = datetime(2030, 3, 15)

    def quotes(self, slot=None, bought_at=None):
        found = self.exhibition.category_ids._get_list_quotes(
            slot or self.slot, bought_at or self.bought
        )
        return {
            self.env["museum.ticket.category"].browse(key).name: quote
            for key, quote in found.items()
        }

    def test_without_rules_prices_are_regular(self):
        quote = self.quotes()["Adult"]
        self.assertEqual(tuple(quote), (200, 200, "", None))

    def test_rules_by_order_and_slot_prices_before_them(self):
        first = self._make_rule("Children", category_ids=self.child.ids, sequence=1)
        weekend = self._make_rule("Weekend", value=10, sequence=2)
        found = self.quotes()
        self.assertEqual(found["Child"][:3], (150, 100, "Children"))
        self.assertEqual(tuple(found["Adult"]), (220, 200, "Weekend", weekend.id))
        weekend.sequence, first.sequence = 1, 2
        self.assertEqual(self.quotes()["Child"][:3], (110, 100, "Weekend"))
        weekend.active = False
        self.assertEqual(self.quotes()["Adult"].price, 200)
        self.env["museum.slot.price"].create(
            {
                "slot_id": self.slot.id,
                "category_id": self.child.id,
                "price": 25,
                "reason": "Museum night",
            }
        )
        self.assertEqual(tuple(self.quotes()["Child"]), (25, 100, "Museum night", None))
        other = self._make_slot(start_at=self.saturday + timedelta(hours=2))
        self.assertEqual(self.quotes(other)["Child"][:3], (150, 100, "Children"))

    def test_a_price_that_stays_has_no_reason(self):
        self._make_rule("Early bird", value=-20)
        self.child.price = 0
        found = self.quotes()
        self.assertEqual(found["Adult"][:3], (160, 200, "Early bird"))
        self.assertEqual(tuple(found["Child"]), (0, 0, "", None))

    def test_rules_of_the_backend_mean_what_they_say(self):
        self._make_rule(
            "Weekend mornings",
            **dict.fromkeys(
                ("monday", "tuesday", "wednesday", "thursday", "friday"), False
            ),
            hour_from=9,
            hour_to=11,
            days_before_min=1,
            date_from="2030-03-01",
            date_to="2030-03-31",
            exhibition_ids=self.exhibition.ids,
            method="amount",
            value=-50,
        )
        self.assertEqual(self.quotes()["Adult"][:2], (150, 200))
        self.assertEqual(self.quotes(bought_at=self.saturday)["Adult"].price, 200)
        sunday = self._make_slot(start_at=self.saturday + timedelta(days=1))
        self.assertEqual(self.quotes(sunday)["Adult"].price, 150)
        monday = self._make_slot(start_at=self.saturday + timedelta(days=2))
        self.assertEqual(self.quotes(monday)["Adult"].price, 200)
        april = self._make_slot(start_at=self.saturday + timedelta(weeks=3))
        self.assertEqual(self.quotes(april)["Adult"].price, 200)

    def test_last_minute(self):
        self._make_rule("Last minute", hours_before_max=2, value=-50)
        at = self.saturday - timedelta(hours=2)
        self.assertEqual(self.quotes(bought_at=at)["Adult"].price, 100)
        before = at - timedelta(seconds=1)
        self.assertEqual(self.quotes(bought_at=before)["Adult"].price, 200)

    def test_prices_are_rounded_as_the_currency_and_never_below_zero(self):
        rule = self._make_rule(value=-33.33, category_ids=self.adult.ids)
        self.adult.price = 99.99
        self.assertEqual(self.quotes()["Adult"].price, 66.66)
        rule.write({"method": "amount", "value": -99})
        self.assertEqual(self.quotes()["Adult"].price, 0.99)
        rule.write({"method": "fixed", "value": 12})
        self.assertEqual(self.quotes()["Adult"].price, 12)

    def test_rule_of_what_was_archived_is_not_one_for_all(self):
        gone = self._make_exhibition("Gone")
        ticket = self._make_category("Old")
        self._make_rule(exhibition_ids=gone.ids)
        self._make_rule(category_ids=ticket.ids)
        gone.active = ticket.active = False
        self.assertEqual(self.quotes()["Adult"].price, 200)

    def test_another_museum_has_its_own_rules(self):
        far = self.env["res.company"].create({"name": "Far"})
        self._make_rule(company_id=far.id)
        self.assertEqual(self.quotes()["Adult"].price, 200)

    def test_many_categories_cost_no_more_queries(self):
        rules = [self._make_rule(f"Rule {n}", hour_from=12 + n) for n in range(5)]
        self.assertTrue(rules)

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            categories = self.exhibition.category_ids
            categories_json(categories.with_user(self.users["public"]), self.slot)
            return self.env.cr.sql_log_count - before

        queries()
        few = queries()
        for number in range(10):
            self._make_category(f"Category {number}", price=number)
            self._make_rule(f"More {number}", category_ids=self.adult.ids)
        queries()  # taxes of prices that are new are worked out once
        self.assertLessEqual(queries(), few)

    @mute_logger("odoo.sql_db")
    def test_impossible_rules_are_refused(self):
        for vals in (
            {"hour_from": 25},
            {"hour_from": 10, "hour_to": 10},
            {"days_before_min": -1},
            dict.fromkeys(
                (
                    *("monday", "tuesday", "wednesday", "thursday"),
                    *("friday", "saturday", "sunday"),
                ),
                False,
            ),
            {"method": "fixed", "value": -1},
            {"value": -101},
        ):
            with self.subTest(vals):
                of_python = vals.keys() & {"method", "value"}
                error = ValidationError if of_python else IntegrityError
                with self.assertRaises(error), self.env.cr.savepoint():
                    self._make_rule(**vals)

    def test_visitors_see_results_not_rules(self):
        rule = self._make_rule("Peak")
        for role in ("public", "portal", "employee"):
            categories = self.exhibition.category_ids.with_user(self.users[role])
            quote = categories._get_visitor_quotes(self.slot, self.bought)[
                self.adult.id
            ]
            self.assertEqual((quote.price, quote.reason), (300, "Peak"))
            with self.assertRaises(AccessError):
                rule.with_user(self.users[role]).read(["value"])
