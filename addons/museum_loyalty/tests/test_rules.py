# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each thing that a rule can look at, and what its discount is taken off."""

from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import LoyaltyCase


@tagged("post_install", "-at_install")
class TestRules(LoyaltyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["museum.exhibition"].create(
            {
                "name": "Robots",
                "venue_id": cls.venue.id,
                "is_limited": True,
                "capacity": 10,
                "website_published": True,
            }
        )
        cls.robot = cls.env["museum.ticket.category"].create(
            {"exhibition_id": cls.other.id, "name": "Robot", "price": 300.0}
        )
        start = fields.Datetime.now().replace(minute=0, second=0) + timedelta(days=4)
        cls.robot_slot = cls.env["museum.slot"].create(
            {
                "exhibition_id": cls.other.id,
                "start_at": start,
                "end_at": start + timedelta(hours=1),
                "is_limited": True,
                "capacity": 10,
            }
        )

    # === how often it is asked ===

    def test_change_of_the_cart_asks_once(self):
        """Guard: ``_remove_delivery_line`` leaves it to what comes next."""
        program = self._program(museum_exhibition_ids=[(6, 0, self.other.ids)])
        order = self._new_order()
        asked = []
        status = type(order)._museum_program_status

        def ask(order, program):
            asked.append(program.id)
            return status(order, program)

        with patch.object(type(order), "_museum_program_status", ask):
            self._book(order, adult=1)
        self.assertEqual(asked.count(program.id), 1)

    def test_delivery_that_nothing_needs_goes(self):
        order = self._new_order()
        self._book(order, adult=1)
        courier = self.env["product.product"].create(
            {"name": "Courier", "type": "service", "list_price": 50.0}
        )
        line = (
            self.env["sale.order.line"]
            .sudo()
            .create(
                {"order_id": order.id, "product_id": courier.id, "is_delivery": True}
            )
        )
        order._museum_cart_changed()
        self.assertFalse(line.exists())

    # === what it looks at ===

    # Tickets cost 200, 100 and 500, and 18 % tax on top.

    def test_rule_without_visits_is_odoos(self):
        self._program()
        order = self._new_order()
        self._book(order, adult=1)
        self._book(order, self.robot_slot, robot=1)
        self.assertEqual(self._off(order), 2360 + 3540)

    def test_exhibition(self):
        self._program(museum_exhibition_ids=[(6, 0, self.exhibition.ids)])
        order = self._new_order()
        self._book(order, self.robot_slot, robot=1)
        self.assertEqual(self._off(order), 0)
        self._book(order, adult=1)
        self.assertEqual(self._off(order), 2360)
        self.assertAlmostEqual(order.amount_total, (500 * 1.18) - 23.6, 2)

    def test_category(self):
        self._program(museum_category_ids=[(6, 0, self.child.ids)])
        order = self._new_order()
        self._book(order, adult=2, child=1)
        self.assertEqual(self._off(order), 1180)

    def test_archived_exhibition_makes_no_rule_for_all(self):
        self._program(museum_exhibition_ids=[(6, 0, self.other.ids)])
        self.other.active = False
        order = self._new_order()
        self._book(order, adult=1)
        self.assertEqual(self._off(order), 0)

    def test_visit_date_over_midnight_is_the_venues(self):
        """00:10 on Sunday in Kolkata is Saturday, 18:40 UTC."""
        late, early = self._slot_at(5, 23, 30), self._slot_at(6, 0, 10)
        if early.start_at < late.start_at:
            early = self.env["museum.slot"].create(
                {
                    "exhibition_id": self.exhibition.id,
                    "start_at": late.start_at + timedelta(minutes=40),
                    "end_at": late.start_at + timedelta(minutes=60),
                }
            )
        self.assertEqual(early.start_at.date(), late.start_at.date())
        sunday = early.local_date
        self.assertEqual(sunday, late.local_date + timedelta(days=1))
        self._program(museum_date_from=sunday, museum_date_to=sunday)
        order = self._new_order()
        self._book(order, late, adult=1)
        self.assertEqual(self._off(order), 0)
        self._book(order, early, adult=1)
        self.assertEqual(self._off(order), 2360)

    def test_visit_date_is_not_the_purchase_date(self):
        today = fields.Date.today()
        self._program(
            museum_date_from=today + timedelta(days=30),
            museum_date_to=today + timedelta(days=60),
        )
        order = self._new_order()
        self._book(order, adult=1)
        self.assertEqual(self._off(order), 0)

    def test_weekday(self):
        self._program(museum_saturday=False, museum_sunday=False)
        order = self._new_order()
        self._book(order, self._slot_at(5, 12), adult=1)
        self.assertEqual(self._off(order), 0)
        self._book(order, self._slot_at(2, 12), adult=2)
        self.assertEqual(self._off(order), 4720)

    def test_same_ticket_on_another_day_is_not_discounted(self):
        """Odoo matches products, and both days sell the same."""
        saturday, wednesday = self._slot_at(5, 12), self._slot_at(2, 12)
        for applicability in ("order", "specific", "cheapest"):
            with self.subTest(applicability=applicability):
                program = self._program(
                    reward={"discount_applicability": applicability},
                    museum_saturday=False,
                    museum_sunday=False,
                )
                order = self._new_order()
                self._book(order, saturday, adult=1)
                self._book(order, wednesday, adult=1)
                self.assertEqual(self._off(order), 2360)
                program.active = False

    def test_hour(self):
        self._program(museum_hour_from=17.0, museum_hour_to=2.0)
        order = self._new_order()
        self._book(order, self._slot_at(2, 12), adult=1)
        self.assertEqual(self._off(order), 0)
        self._book(order, self._slot_at(2, 17), adult=1)
        self.assertEqual(self._off(order), 2360)

    def test_group_counts_the_visitors_of_one_visit(self):
        self._program(museum_min_visitors=5)
        order = self._new_order()
        self._book(order, self.slot, adult=3)
        self._book(order, self.slot2, adult=3)
        self.assertEqual(self._off(order), 0)
        booking = order.museum_booking_ids[0]
        booking._set_quantities({self.adult.id: 5})
        self.assertEqual(self._off(order), 5 * 2360)
        booking._set_quantities({self.adult.id: 4})
        self.assertEqual(self._off(order), 0)

    def test_family_ticket_counts_its_people(self):
        self._program(museum_min_visitors=5)
        order = self._new_order()
        self._book(order, family=1, adult=1)
        self.assertEqual(self._off(order), 7000 * 118 // 100)

    def test_group_of_a_category_counts_only_that(self):
        self._program(
            museum_min_visitors=4, museum_category_ids=[(6, 0, self.child.ids)]
        )
        order = self._new_order()
        booking = self._book(order, adult=2, child=3)
        self.assertEqual(self._off(order), 0)
        booking._set_quantities({self.adult.id: 2, self.child.id: 4})
        self.assertEqual(self._off(order), 4 * 1180)

    def test_minimum_purchase_counts_fitting_visits_only(self):
        self._program(
            museum_exhibition_ids=[(6, 0, self.exhibition.ids)], minimum_amount=300
        )
        order = self._new_order()
        self._book(order, self.robot_slot, robot=2)
        self._book(order, adult=1)
        self.assertEqual(self._off(order), 0)
        self._book(order, adult=1)
        self.assertEqual(self._off(order), 4720)

    def test_two_rules_of_one_program_are_asked_one_by_one(self):
        program = self._program(museum_exhibition_ids=[(6, 0, self.exhibition.ids)])
        program.write(
            {
                "rule_ids": [
                    (
                        0,
                        0,
                        {
                            "museum_exhibition_ids": [(6, 0, self.other.ids)],
                            "museum_min_visitors": 2,
                        },
                    )
                ]
            }
        )
        order = self._new_order()
        self._book(order, adult=1)
        robots = self._book(order, self.robot_slot, robot=1)
        self.assertEqual(self._off(order), 2360)
        robots._set_quantities({self.robot.id: 2})
        self.assertEqual(self._off(order), 2360 + 2 * 3540)

    def test_discount_is_booked_on_its_exhibition(self):
        self._program(museum_exhibition_ids=[(6, 0, self.exhibition.ids)])
        order = self._new_order()
        self._book(order, adult=1)
        self._book(order, self.robot_slot, robot=1)
        account = self.exhibition.analytic_account_id
        self.assertTrue(account)
        line = order.order_line.filtered("reward_id")
        self.assertEqual(line.analytic_distribution, {str(account.id): 100.0})

    def test_share_of_each_visit_is_kept_when_it_is_sold(self):
        self._program(reward={"discount": 33.33})
        order = self._new_order()
        bookings = self._book(order, adult=1) | self._book(order, self.slot2, child=1)
        order._museum_lock_for_payment(True)
        self._setup_provider()
        self._capture(self._new_tx(order))
        self.assertEqual(set(bookings.mapped("state")), {"confirmed"})
        off = self._off(order)
        self.assertTrue(off)
        kept = sum(round(b.amount_discount * 100) for b in bookings)
        self.assertEqual(kept, off)
        self.assertAlmostEqual(
            sum(bookings.mapped("amount_after_discounts")), order.amount_total, 2
        )
        self.assertGreater(bookings[0].amount_discount, bookings[1].amount_discount)

    def test_discount_makes_no_shop_order_of_it(self):
        self._program()
        order = self._new_order()
        self._book(order, adult=1)
        self.assertTrue(order.order_line.filtered("reward_id"))
        self.assertTrue(order._is_museum_only())

    # === set up ===

    def test_conditions_mean_visits(self):
        rule = self._program(museum_min_visitors=5).rule_ids
        self.assertTrue(rule.museum_only)
        with self.assertRaisesRegex(ValidationError, "Only visits"):
            rule.museum_only = False
        self.assertFalse(self._program().rule_ids.museum_only)

    def test_ticket_is_no_free_product(self):
        self.adult._ensure_product()
        with self.assertRaisesRegex(ValidationError, "cheapest ticket"):
            self._program(
                reward={
                    "reward_type": "product",
                    "reward_product_id": self.adult.product_id.id,
                }
            )

    @mute_logger("odoo.sql_db")
    def test_a_rule_has_a_day(self):
        days = (
            *("monday", "tuesday", "wednesday", "thursday"),
            *("friday", "saturday", "sunday"),
        )
        with self.assertRaises(IntegrityError):
            self._program(**{f"museum_{day}": False for day in days})

    def test_group_price_is_ready_made(self):
        programs = self.env["loyalty.program"].with_user(self.manager)
        action = programs.action_museum_new_group_price()
        program = programs.browse(action["res_id"])
        self.assertEqual(program.rule_ids.museum_min_visitors, 10)
        self.assertIn("10 visitors", program.rule_ids.museum_words)
        program.rule_ids.museum_min_visitors = 3
        order = self._new_order()
        self._book(order, adult=3)
        self.assertEqual(self._off(order), 0)  # nobody has said yet where it holds
        program.ecommerce_ok = True
        order._museum_cart_changed()
        self.assertEqual(self._off(order), 3 * 2360)

    def test_manager_writes_a_rule_in_its_form(self):
        program = self._program()
        view = "loyalty.loyalty_rule_view_form"
        with Form(program.rule_ids.with_user(self.manager), view) as form:
            form.museum_only = True
            form.museum_exhibition_ids.add(self.exhibition)
            form.museum_min_visitors = 4
        words = program.rule_ids.museum_words
        self.assertIn("Journey to the Stars", words)
        self.assertIn("from 4 visitors", words)
        found = self.env["loyalty.program"].search([("is_museum", "=", True)])
        self.assertEqual(found, program)
        self.assertFalse(
            self.env["loyalty.program"].search(
                [("is_museum", "=", False), ("id", "=", program.id)]
            )
        )
