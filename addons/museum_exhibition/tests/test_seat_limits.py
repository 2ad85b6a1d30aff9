# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..exceptions import CapacityError, HoldConflict, SlotClosed, SlotFull
from ..models import museum_hold_check
from ..models.guard import writing
from .common import MuseumExhibitionCase


class SeatLimitsCase(MuseumExhibitionCase):
    def setUp(self):
        super().setUp()
        self.slot = self._make_slot(capacity=10)
        self.addCleanup(self._assert_ledger_agrees)

    def _assert_ledger_agrees(self):
        slots = self.env["museum.slot"].search([("venue_id", "=", self.venue.id)])
        self.assertEqual(self.hold._check_ledger(slots), [])

    def _pool(self, slot, category):
        self.env["museum.seat.pool"].invalidate_model()
        return self.env["museum.seat.pool"].search(
            [("slot_id", "=", slot.id), ("category_id", "=", category.id)]
        )


@tagged("post_install", "-at_install")
class TestCategoryLimit(SeatLimitsCase):
    def test_new_slots_get_a_pool_for_each_limited_category(self):
        self.family.slot_limit = 2
        slots = self._make_slot(in_hours=30) | self._make_slot(in_hours=40)
        for slot in slots:
            pool = self._pool(slot, self.family)
            self.assertEqual((pool.is_limited, pool.capacity), (True, 8))
            self.assertFalse(self._pool(slot, self.adult))

    def test_refusal_names_the_category(self):
        self.child.slot_limit = 2
        self._take("a", self.slot, 1, self.child)
        with self.assertRaisesRegex(SlotFull, "Child: only 1") as refusal:
            self._take("b", self.slot, 2, self.child)
        self.assertEqual(refusal.exception.details["category_id"], self.child.id)
        self.assertEqual(refusal.exception.details["seats_left"], 1)
        self._take("b", self.slot, 1, self.child)
        with self.assertRaisesRegex(SlotFull, "Child is sold out"):
            self.hold._take("c", self.slot, {self.adult.id: 1, self.child.id: 1}, 15)
        with self.assertRaises(SlotFull):
            self.hold._resize("a", {self.child.id: 2})
        # The others are not concerned.
        self._take("c", self.slot, 8)
        with self.assertRaises(SlotFull) as refusal:
            self._take("d", self.slot, 1, self.child)
        self.assertNotIn("category_id", refusal.exception.details)

    def _told(self, slot=None):
        row = self.slot._availability(slot)[(slot or self.slot).id]
        return row["seats_left"], row["status"]

    def test_slot_is_full_when_every_ticket_of_its_day_is(self):
        self.adult.slot_limit = 3
        self.child.slot_limit = 2
        self.assertFalse(self.exhibition.has_limits_only)
        self.assertEqual(self._told()[0], 10)
        self.family.slot_limit = 1
        self.assertTrue(self.exhibition.has_limits_only)
        self.assertEqual(self._told()[0], 9)
        # Free seats that are too few for one ticket are none.
        self.family.slot_limit = 2
        pool = self._pool(self.slot, self.family)
        pool.blocked = 1
        self.assertEqual(self._told()[0], 3 + 2 + 4)
        pool.blocked = 5
        self._take("a", self.slot, 3, self.adult)
        self.assertEqual(self._told()[0], 2)
        self._take("b", self.slot, 2, self.child)
        self.assertEqual(self._told(), (0, "full"))
        (day,) = self.slot._availability_days(SQL("slot.id = %s", self.slot.id))
        self.assertEqual((day["seats_left"], day["status"]), (0, "full"))
        website = self.env["website"].get_current_website()
        self.exhibition.is_published = True
        refuse = self.env["museum.slot"]._refuse_sold_out
        with self.assertRaises(SlotFull):
            refuse(website, self.slot.id, {self.child.id: 1}, "c")
        self._let_expire("b")
        self.assertEqual(self._told()[0], 2)
        # A ticket without limit, of this day alone, frees the slot's own seats.
        day = self.slot.local_date
        self._make_category("Guest", date_from=day, date_to=day)
        self.assertTrue(self.exhibition.has_limits_only)
        self.assertEqual(self._told()[0], 7)
        later = self._make_slot(in_hours=80, capacity=50)
        self.assertEqual(self._told(later)[0], 3 + 2 + 8)
        self._make_category("Anybody")
        self.assertFalse(self.exhibition.has_limits_only)
        self.assertEqual(self._told(later)[0], 50)

    def test_shared_tickets_with_limits_fill_a_slot_too(self):
        (self.adult | self.child | self.family).active = False
        self.assertFalse(self.exhibition.has_limits_only)
        shared = self.env["museum.ticket.category"].create(
            {"name": "Wheelchair", "slot_limit": 2}
        )
        self.exhibition.shared_category_ids = shared
        self.assertTrue(self.exhibition.has_limits_only)
        self.assertEqual(self._told()[0], 2)
        self._take("a", self.slot, 2, shared)
        self.assertEqual(self._told(), (0, "full"))

    def test_limit_counts_who_has_tickets_already(self):
        self._take("a", self.slot, 2, self.family)
        self._take("b", self.slot, 1, self.adult)
        self.family.slot_limit = 2
        pool = self._pool(self.slot, self.family)
        self.assertEqual((pool.taken, pool.capacity), (8, 8))
        self.hold._release(["a"])
        self.assertEqual(self._pool(self.slot, self.family).taken, 0)

    def test_limit_below_what_is_sold_is_refused_and_names_the_slot(self):
        self._take("a", self.slot, 3, self.child)
        with self.assertRaises(CapacityError) as refusal:
            self.child.slot_limit = 2
        self.assertIn(self.slot.display_name, str(refusal.exception))
        self.child.slot_limit = 5
        with self.assertRaises(CapacityError), self.cr.savepoint():
            self.child.slot_limit = 2
        self.assertEqual(self._pool(self.slot, self.child).capacity, 5)
        self.child.slot_limit = 3
        with self.assertRaises(SlotFull):
            self._take("b", self.slot, 1, self.child)
        self.child.slot_limit = 0
        self._take("b", self.slot, 1, self.child)

    def test_more_seats_per_ticket_is_a_larger_pool(self):
        self.family.slot_limit = 2
        self.family.seats_per_ticket = 5
        self.assertEqual(self._pool(self.slot, self.family).capacity, 10)

    def test_shared_category_is_limited_where_it_is_sold(self):
        shared = self.env["museum.ticket.category"].create(
            {"name": "Wheelchair", "slot_limit": 2}
        )
        self.assertFalse(self._pool(self.slot, shared))
        self.exhibition.shared_category_ids = [(4, shared.id)]
        self.assertEqual(self._pool(self.slot, shared).capacity, 2)
        self._take("a", self.slot, 2, shared)
        other = self._make_exhibition("Other")
        slot = self._make_slot(exhibition_id=other.id)
        shared.exhibition_ids = [(4, other.id)]
        self.assertEqual(self._pool(slot, shared).capacity, 2)
        with self.assertRaises(SlotFull):
            self._take("b", self.slot, 1, shared)
        self._take("b", slot, 1, shared)

    def test_category_that_was_never_sold_can_be_deleted(self):
        self.child.slot_limit = 2
        self.child.unlink()
        self.assertFalse(self._pool(self.slot, self.child))

    def test_renewal_counts_in_the_pools_of_now(self):
        self._take("a", self.slot, 2, self.child)
        self._let_expire("a")
        self.hold._sweep()
        self.child.slot_limit = 3
        self._take("b", self.slot, 2, self.child)
        with self.assertRaises(SlotFull):
            self.hold._renew("a", 15)
        self.hold._release(["b"])
        self.hold._renew("a", 15)
        self.assertEqual(self._pool(self.slot, self.child).taken, 2)


@tagged("post_install", "-at_install")
class TestVenueAdoption(SeatLimitsCase):
    def setUp(self):
        super().setUp()
        start = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        self.start = start + timedelta(days=2)
        self.show = self._make_slot(start_at=self.start, capacity=10)
        hall = self._make_exhibition("Hall", is_limited=False, sales_end_minutes=-600)
        self.ticket = self._make_category("Hall", exhibition_id=hall.id)
        self.day = self._make_slot(
            exhibition_id=hall.id,
            start_at=self.start - timedelta(hours=3),
            end_at=self.start + timedelta(hours=5),
        )

    def test_maximum_switched_on_counts_who_has_a_place(self):
        self._take("a", self.show, 4)
        self._take("b", self.day, 3, self.ticket)
        self._take("late", self.show, 4)
        self.hold._sell(["b"])
        self._let_expire("late")
        self.venue.write({"is_limited": True, "capacity_max": 8})
        self.assertEqual((self.show.seats_left, self.day.seats_left), (1, 1))
        with self.assertRaises(SlotFull):
            self._take("c", self.day, 2, self.ticket)
        self.hold._resize("a", {self.adult.id: 1})
        self._take("c", self.day, 4, self.ticket)
        self.hold._unsell(["b"])
        self.assertEqual(self.show.seats_left, 3)

    def test_who_ran_out_in_the_same_quarter_of_an_hour_has_no_place(self):
        """Slots that do not overlap count in one pool when they touch one quarter."""
        self.day.unlink()
        self.show.end_at = self.start + timedelta(minutes=16)
        after = self._make_slot(
            start_at=self.start + timedelta(minutes=29),
            end_at=self.start + timedelta(minutes=40),
            capacity=10,
        )
        self.venue.write({"is_limited": True, "capacity_max": 8})
        self._take("show", self.show, 3)
        self._take("after", after, 4)
        for slot in self.show, after:
            self.assertEqual(slot._availability()[slot.id]["seats_left"], 1)
        self._let_expire("show", "after")
        for slot in self.show, after:
            self.assertEqual(slot._availability()[slot.id]["seats_left"], 8)

    def test_maximum_below_who_has_a_place_is_refused_and_says_when(self):
        self._take("a", self.show, 4)
        self._take("b", self.day, 3, self.ticket)
        with self.assertRaisesRegex(CapacityError, "6 is too few") as refusal:
            self.venue.write({"is_limited": True, "capacity_max": 6})
        self.assertEqual(refusal.exception.details["taken"], 7)

    def test_slot_that_moves_takes_its_people_along(self):
        self.venue.write({"is_limited": True, "capacity_max": 8})
        self._take("a", self.show, 5)
        later = self.start + timedelta(hours=2)
        writing(self.show).write(
            {"start_at": later, "end_at": later + timedelta(hours=1)}
        )
        at_start = self._make_slot(start_at=self.start)
        at_later = self._make_slot(start_at=later + timedelta(minutes=15))
        self.assertEqual((at_start.seats_left, at_later.seats_left), (8, 3))
        self.assertEqual(self.show.extra_pool_ids.mapped("taken"), [5] * 4)
        self.hold._release(["a"])
        self.assertEqual(at_later.seats_left, 8)

    def test_slot_cannot_move_to_where_there_is_no_room(self):
        self.venue.write({"is_limited": True, "capacity_max": 8})
        self._take("a", self.show, 5)
        other = self._make_slot(start_at=self.start + timedelta(hours=2))
        self._take("b", other, 4)
        with self.assertRaises(CapacityError), self.cr.savepoint():
            writing(self.show).end_at = self.start + timedelta(hours=3)
        writing(self.show).end_at = self.start + timedelta(hours=2)

    def test_exhibition_that_moves_counts_in_its_new_venue(self):
        there = self.env["museum.venue"].create(
            {
                "name": "There",
                "tz": self.venue.tz,
                "is_limited": True,
                "capacity_max": 6,
            }
        )
        self._take("a", self.show, 5)
        self.exhibition.venue_id = there
        self.assertEqual(self.show.seats_left, 1)
        self.assertEqual(self.hold._check_ledger(self.show), [])

    def test_people_of_a_cancelled_visit_do_not_come(self):
        """Guard: ``_relink_venue`` in ``_on_cancelled``."""
        self.venue.write({"is_limited": True, "capacity_max": 8})
        self._take("a", self.show, 6)
        self.hold._sell(["a"])
        self._take("cart", self.show, 1)
        self.assertEqual(self.day.seats_left, 1)
        self.show._set_state("cancelled", "Flood")
        self.assertEqual(self.day.seats_left, 8)
        self.assertFalse(self.show.extra_pool_ids)
        # Its own seats stay sold until the booking gives them back.
        self.assertEqual(self.show.taken, 6)
        self._take("b", self.day, 8, self.ticket)
        self._assert_ledger_agrees()
        self.hold._unsell(["a"])
        self.assertEqual((self.show.taken, self.day.seats_left), (0, 0))

    def test_cancelled_visit_does_not_count_in_a_maximum_set_later(self):
        """Guard: ``_pieces_wanted`` and ``_cancelled`` in ``relink_venue``."""
        self._take("a", self.show, 6)
        self.hold._sell(["a"])
        self.show._set_state("cancelled", "Flood")
        self.venue.write({"is_limited": True, "capacity_max": 4})
        self.assertFalse(self.show.extra_pool_ids)
        self.assertEqual(self.day.seats_left, 4)

    def test_renewal_after_a_maximum_was_switched_on(self):
        self._take("a", self.show, 4)
        self._let_expire("a")
        self.hold._sweep()
        self.venue.write({"is_limited": True, "capacity_max": 3})
        with self.assertRaises(SlotFull):
            self.hold._renew("a", 15)
        self.venue.capacity_max = 4
        self.hold._renew("a", 15)
        self.assertEqual(self.day.seats_left, 0)


@tagged("post_install", "-at_install")
class TestTakeMany(SeatLimitsCase):
    def setUp(self):
        super().setUp()
        self.other = self._make_slot(in_hours=30, capacity=5)

    def _many(self, token, *seats):
        wanted = [
            (slot, {self.adult.id: count})
            for slot, count in zip((self.slot, self.other), seats, strict=False)
        ]
        return self.hold._take_many(token, wanted, 15)

    def test_all_slots_are_held_by_one_token_each(self):
        holds = self._many("a", 3, 2)
        self.assertEqual(
            [(hold["slot_id"], hold["token"], hold["seats"]) for hold in holds],
            [
                (self.slot.id, f"a:{self.slot.id}", 3),
                (self.other.id, f"a:{self.other.id}", 2),
            ],
        )
        self.assertEqual((self.slot.taken, self.other.taken), (3, 2))
        self.assertEqual(self._many("a", 3, 2), holds)
        self.assertEqual((self.slot.taken, self.other.taken), (3, 2))

    def test_none_is_held_when_one_is_full(self):
        with self.assertRaises(SlotFull) as refusal:
            self._many("a", 3, 6)
        self.assertEqual(refusal.exception.details["slot_id"], self.other.id)
        self.assertEqual(refusal.exception.details["seats_left"], 5)
        self.assertEqual((self.slot.taken, self.other.taken), (0, 0))

    def test_none_is_held_when_one_is_closed(self):
        self.other._set_state("closed")
        with self.assertRaises(SlotClosed) as refusal:
            self._many("a", 3, 1)
        self.assertEqual(refusal.exception.details["slot_id"], self.other.id)
        self.assertEqual(self.slot.taken, 0)

    def test_what_was_given_back_is_taken_anew(self):
        first, second = self._many("a", 3, 2)
        self.hold._release([second["token"]])
        self._let_expire(first["token"])
        self._take("b", self.slot, 7)
        with self.assertRaises(HoldConflict):
            self._many("a", 3, 1) and self._many("a", 2, 1)
        self.hold._release(["b", first["token"], second["token"]])
        self._many("a", 3, 2)
        self.assertEqual((self.slot.taken, self.other.taken), (3, 2))

    def test_one_that_was_given_back_is_taken_anew_beside_one_that_is_held(self):
        """Guard: only the versions of what is taken are compared."""
        first, second = self._many("a", 3, 2)
        self.hold._release([second["token"]])
        again = self._many("a", 3, 2)
        self.assertEqual(again[0], first)
        self.assertEqual((self.slot.taken, self.other.taken), (3, 2))

    def test_maximum_of_the_venue_counts_all_of_them(self):
        self.venue.write({"is_limited": True, "capacity_max": 6})
        hall = self._make_exhibition("Hall")
        ticket = self._make_category("Hall", exhibition_id=hall.id)
        same = self._make_slot(
            exhibition_id=hall.id,
            start_at=self.slot.start_at,
            end_at=self.slot.end_at,
        )
        wanted = [(self.slot, {self.adult.id: 4}), (same, {ticket.id: 3})]
        with self.assertRaises(SlotFull):
            self.hold._take_many("a", wanted, 15)
        wanted[1] = (same, {ticket.id: 2})
        self.hold._take_many("a", wanted, 15)
        self.assertEqual((self.slot.seats_left, same.seats_left), (0, 0))

    def test_slot_named_twice_is_a_mistake(self):
        with self.assertRaises(ValueError):
            self.hold._take_many("a", [(self.slot, {self.adult.id: 1})] * 2, 15)


@tagged("post_install", "-at_install")
class TestLimitAfterCancelling(SeatLimitsCase):
    def test_cancelled_slot_keeps_no_category_from_a_limit(self):
        """Guard: ``category_pools`` leaves cancelled slots out."""
        slot = self._make_slot(in_hours=48)
        self.hold._take("a", slot, {self.adult.id: 5}, 15)
        self.hold._sell(["a"])
        with self.assertRaises(CapacityError):
            self.adult.slot_limit = 4
        self.env.invalidate_all()
        slot._set_state("cancelled", "Flood")
        self.adult.slot_limit = 4
        self.assertEqual(self.hold._check_ledger(slot), [])


@tagged("post_install", "-at_install")
class TestOtherTimes(SeatLimitsCase):
    def test_other_times_have_places_for_each_category(self):
        """Guard: ``_short_category_sql``."""
        self.child.slot_limit = 2
        full = self._make_slot(in_hours=48)
        also_full = self._make_slot(in_hours=49)
        free = self._make_slot(in_hours=50)
        for token, slot in (("a", full), ("b", also_full)):
            wanted = {self.adult.id: 1, self.child.id: 2}
            self.hold._take(token, slot, wanted, 15)
        with self.assertRaises(SlotFull) as refusal:
            self.hold._take("c", full, {self.adult.id: 1, self.child.id: 1}, 15)
        wanted = refusal.exception.wanted
        others = [row["id"] for row in full._alternatives(2, wanted=wanted)]
        self.assertIn(free.id, others)
        self.assertNotIn(also_full.id, others)
        self.assertFalse(full._alternatives(4, wanted={self.child.id: 3}))
        self._let_expire("b")
        others = [row["id"] for row in full._alternatives(2, wanted=wanted)]
        self.assertIn(also_full.id, others)


@tagged("post_install", "-at_install")
class TestSeatsMoved(SeatLimitsCase):
    """Each move of the engine says which slots it concerns."""

    def _moved(self, function, *args):
        self.env.cr.postcommit.data.pop("museum_exhibition.seats_moved", None)
        function(*args)
        return self.env.cr.postcommit.data.get("museum_exhibition.seats_moved")

    def test_every_move_is_told(self):
        mine = {self.slot.id}
        take = {self.adult.id: 2}
        self.assertEqual(self._moved(self._take, "a", self.slot, 2), mine)
        moves = [
            (self.hold._resize, "a", {self.adult.id: 3}),
            (self.hold._sell, ["a"]),
            (self.hold._unsell, ["a"]),
            (self.hold._renew, "a", 15),
            (self.hold._release, ["a"]),
            (self.hold._take_many, "m", [(self.slot, take)], 15),
            (self.slot._block_seats, 1, "press"),
            (self.slot._set_limit, True, 20),
        ]
        for function, *args in moves:
            with self.subTest(move=function.__name__):
                self.assertEqual(self._moved(function, *args), mine)
        self._take("b", self.slot)
        self._let_expire("b")
        self.assertEqual(self._moved(self.hold._sweep), mine)
        self.assertIn(self.slot.id, self._moved(setattr, self.child, "slot_limit", 3))


@tagged("post_install", "-at_install")
class TestSlotCreation(SeatLimitsCase):
    def test_many_slots_need_the_queries_of_few(self):
        """Guard: pools and links in bulk; 40,000 slots a year are created."""
        self.venue.write({"is_limited": True, "capacity_max": 100})
        self.child.slot_limit = 2

        def create(year, count):
            start = datetime(year, 1, 1)
            vals = [
                {
                    "exhibition_id": self.exhibition.id,
                    "start_at": start + timedelta(hours=number),
                }
                for number in range(count)
            ]
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            slots = self.env["museum.slot"].create(vals)
            self.env.flush_all()
            return slots, self.env.cr.sql_log_count - before

        create(2031, 2)  # what Odoo keeps in its own caches
        _few, queries = create(2032, 3)
        slots, more = create(2033, 90)
        self.assertLessEqual(more, queries + 2)
        self.assertEqual([len(slot.extra_pool_ids) for slot in slots], [4] * 90)
        for slot in slots[0], slots[-1]:
            self.assertEqual(self._pool(slot, self.child).capacity, 2)
            self.assertEqual(slot.pool_id.slot_id, slot)


@tagged("post_install", "-at_install")
class TestCheck(SeatLimitsCase):
    """The checker finds what is wrong, says it, and mends nothing."""

    def _problems(self):
        return {found["problem"] for found in self.hold._check_ledger(self.slot)}

    def _broken(self, query, *params):
        """What the checker says while the database is broken by hand."""
        self.env.flush_all()
        with self.cr.savepoint() as savepoint:
            self.cr.execute(query, params)
            self.env.invalidate_all()
            problems = self._problems()
            savepoint.rollback()
        self.env.invalidate_all()
        return problems

    def test_each_kind_of_damage_is_found(self):
        self.venue.write({"is_limited": True, "capacity_max": 100})
        self.child.slot_limit = 5
        self._take("a", self.slot, 2, self.child)
        self.assertEqual(self._problems(), set())
        hold = self.hold.search([("token", "=", "a")]).id
        pool = self._pool(self.slot, self.child).id
        cases = [
            (
                "UPDATE museum_seat_pool SET taken = taken + 1 WHERE id = %s",
                [pool],
                {"counter"},
            ),
            (
                "DELETE FROM museum_hold_take WHERE hold_id = %s AND pool_id = %s",
                [hold, pool],
                {"counter", "takes"},
            ),
            (
                "UPDATE museum_hold SET seats = 3 WHERE id = %s",
                [hold],
                {"takes"},
            ),
            (
                "UPDATE museum_hold SET state = 'released' WHERE id = %s",
                [hold],
                {"counter"},
            ),
            (
                "DELETE FROM museum_slot_extra_pool_rel WHERE slot_id = %s",
                [self.slot.id],
                {"venue", "takes"},
            ),
            (
                "UPDATE museum_slot SET state = 'cancelled' WHERE id = %s",
                [self.slot.id],
                {"venue"},
            ),
            (
                "UPDATE museum_seat_pool SET capacity = 4 WHERE id = %s",
                [pool],
                {"category"},
            ),
        ]
        for query, params, expected in cases:
            with self.subTest(query=query):
                self.assertEqual(self._broken(query, *params), expected)
        self.assertEqual(self._problems(), set())

    def test_seats_of_others_and_facts_that_do_not_follow_are_found(self):
        venue = self.venue.copy({"is_limited": True, "capacity_max": 50})
        hall = self._make_exhibition("Hall", venue_id=venue.id)
        other = self._make_slot(exhibition_id=hall.id)
        own, foreign = self.slot.pool_id.id, other.extra_pool_ids[0].id
        link = (
            "INSERT INTO museum_slot_extra_pool_rel (slot_id, pool_id) VALUES (%s, %s)"
        )
        slot = "UPDATE museum_slot SET {} WHERE id = %s"
        cases = [
            (
                "UPDATE museum_seat_pool SET slot_id = %s WHERE id = %s",
                [other.id, own],
            ),
            (link, [self.slot.id, other.pool_id.id]),
            (link, [self.slot.id, foreign]),
            (slot.format("local_date = local_date + 1"), [self.slot.id]),
            (slot.format("sale_ends_at = end_at + INTERVAL '1 day'"), [self.slot.id]),
            (slot.format(f"venue_id = {venue.id}"), [self.slot.id]),
        ]
        self.assertEqual(self._problems(), set())
        for query, params in cases:
            with self.subTest(query=query, params=params):
                self.assertIn("slot", self._broken(query, *params))
        self.assertEqual(self._problems(), set())

    def test_managers_are_told_and_nothing_is_changed(self):
        self._take("a", self.slot, 2)
        self.cr.execute(
            "UPDATE museum_seat_pool SET taken = 1 WHERE id = %s",
            [self.slot.pool_id.id],
        )
        self.env.invalidate_all()
        with self.assertLogs("odoo.addons.museum_exhibition", "ERROR") as log:
            self.hold._cron_check_ledger()
        self.assertIn("counter", log.output[0])
        self.assertEqual(len(log.output), 1)
        with (
            patch.object(museum_hold_check, "MOST_LOGGED", 0),
            self.assertLogs("odoo.addons.museum_exhibition", "ERROR") as log,
        ):
            self.hold._cron_check_ledger()
        self.assertIn("1 findings in all", log.output[0])
        message = self.env["mail.message"].search(
            [("partner_ids", "in", self.users["manager"].partner_id.ids)],
            limit=1,
            order="id desc",
        )
        self.assertIn("seats do not agree", message.subject)
        self.assertIn(self.slot.display_name, message.body)
        self.assertEqual(self.slot.pool_id.taken, 1)
        self.cr.execute(
            "UPDATE museum_seat_pool SET taken = 2 WHERE id = %s",
            [self.slot.pool_id.id],
        )
