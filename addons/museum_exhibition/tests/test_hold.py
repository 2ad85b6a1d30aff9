# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..exceptions import (
    CapacityError,
    HoldConflict,
    HoldExpired,
    QuantityError,
    SlotChanged,
    SlotClosed,
    SlotFull,
)
from ..models.guard import writing
from .common import MuseumExhibitionCase


@tagged("post_install", "-at_install")
class TestHold(MuseumExhibitionCase):
    """The engine by itself; what happens at the same time is in test_hold_race."""

    def setUp(self):
        super().setUp()
        self.slot = self._make_slot(capacity=10)
        # Whatever a test does: the counter is what the ledger says.
        self.addCleanup(self._assert_ledger_agrees)

    def _assert_ledger_agrees(self):
        slots = self.env["museum.slot"].search([("venue_id", "=", self.venue.id)])
        self.assertEqual(self.hold._check_ledger(slots), [])

    def _state(self, token):
        return self.hold.search([("token", "=", token)]).state

    # --- take

    def test_take_holds_seats_for_so_many_minutes(self):
        before = fields.Datetime.now()
        hold = self.hold._take("a", self.slot, {self.adult.id: 2, self.child.id: 1}, 15)
        self.assertEqual(hold["seats"], 3)
        self.assertAlmostEqual(
            hold["expires_at"],
            before + timedelta(minutes=15),
            delta=timedelta(seconds=5),
        )
        self.assertEqual(self.slot.taken, 3)
        self.assertEqual(self.slot.seats_left, 7)
        row = self.hold.browse(hold["hold_id"])
        self.assertEqual(row.slot_id, self.slot)
        self.assertEqual(row.company_id, self.slot.company_id)
        self.assertEqual(row.quantities, {str(self.adult.id): 2, str(self.child.id): 1})

    def test_take_counts_seats_per_ticket(self):
        self.assertEqual(self._take("a", self.slot, 2, self.family)["seats"], 8)
        with self.assertRaises(SlotFull) as refusal:
            self._take("b", self.slot, 1, self.family)
        self.assertEqual(refusal.exception.details["seats_left"], 2)
        self.assertEqual(refusal.exception.code, "slot_full")

    def test_take_takes_the_last_seat(self):
        self._take("a", self.slot, 9)
        self._take("b", self.slot, 1)
        self.assertEqual(self.slot.seats_left, 0)
        with self.assertRaises(SlotFull):
            self._take("c", self.slot, 1)

    def test_take_refused_writes_nothing(self):
        self._take("a", self.slot, 8)
        with self.assertRaises(SlotFull):
            self._take("b", self.slot, 3)
        self.assertFalse(self._state("b"))
        self.assertEqual(self.slot.taken, 8)

    def test_take_again_with_the_same_token_returns_what_is_held(self):
        first = self._take("a", self.slot, 2)
        self.assertEqual(self._take("a", self.slot, 2), first)
        self.assertEqual(self.slot.taken, 2)

    def test_take_again_returns_what_is_held_when_the_slot_is_full(self):
        first = self._take("a", self.slot, 10)
        self.assertEqual(self._take("a", self.slot, 10), first)

    def test_take_again_returns_what_is_sold(self):
        first = self._take("a", self.slot, 2)
        self.hold._sell(["a"])
        self.assertEqual(self._take("a", self.slot, 2), first)
        self.assertEqual(self._state("a"), "sold")

    def test_take_refuses_a_token_that_holds_something_else(self):
        self._take("a", self.slot, 2)
        with self.assertRaises(HoldConflict):
            self._take("a", self.slot, 3)
        with self.assertRaises(HoldConflict):
            self._take("a", self._make_slot(in_hours=30), 2)
        self.assertEqual(self.slot.taken, 2)

    def test_take_after_release_takes_anew(self):
        self._take("a", self.slot, 2)
        self.hold._release(["a"])
        other = self._make_slot(in_hours=30)
        self._take("a", other, 3)
        self.assertEqual((self.slot.taken, other.taken), (0, 3))

    def test_take_after_expiry_takes_anew(self):
        self._take("a", self.slot, 10)
        self._let_expire("a")
        hold = self._take("a", self.slot, 4)
        self.assertEqual(self.slot.taken, 4)
        self.assertGreater(hold["expires_at"], fields.Datetime.now())

    def test_take_reclaims_what_ran_out_at_once(self):
        self._take("a", self.slot, 6)
        self._take("b", self.slot, 4)
        self._let_expire("a")
        self.assertEqual(self.slot.seats_left, 6, "free before anybody reclaims")
        self._take("c", self.slot, 6)
        self.assertEqual(self._state("a"), "expired")
        self.assertEqual(self._state("b"), "active")
        with self.assertRaises(SlotFull):
            self._take("d", self.slot, 1)

    def test_take_refuses_a_slot_that_is_not_on_sale(self):
        for state in ("closed", "cancelled"):
            slot = self._make_slot(in_hours=30 if state == "closed" else 40)
            slot._set_state(state)
            with self.subTest(state=state), self.assertRaises(SlotClosed):
                self._take(state, slot)
        begun = self._make_slot(in_hours=-0.5)
        with self.assertRaises(SlotClosed):
            self._take("late", begun)
        self.exhibition.sales_end_minutes = -45
        self._take("late", begun)

    def test_take_refuses_before_the_sale_starts(self):
        slot = self._make_slot(in_hours=24 * 20)
        self._take("early", slot)
        self.exhibition.sales_start_days = 10
        with self.assertRaises(SlotClosed):
            self._take("a", slot)
        with self.assertRaises(SlotClosed):
            self.hold._resize("early", {self.adult.id: 2})
        self.exhibition.sales_start_days = 30
        self._take("a", slot)

    def test_closed_exhibition_sells_nothing(self):
        self._take("live", self.slot)
        self._take("late", self.slot)
        self._let_expire("late")
        self.exhibition.is_closed = True
        with self.assertRaises(SlotClosed):
            self._take("a", self.slot)
        with self.assertRaises(SlotClosed):
            self.hold._resize("live", {self.adult.id: 2})
        with self.assertRaises(SlotClosed):
            self.hold._renew("late", 15)
        # Whoever is paying may go on.
        self.hold._renew("live", 15)
        self.exhibition.is_closed = False
        self._take("a", self.slot)
        self.hold._release(["live", "late", "a"])
        self.exhibition.active = False
        with self.assertRaises(SlotClosed):
            self._take("b", self.slot)

    def test_take_refuses_quantities_against_the_rules(self):
        self.adult.write({"min_quantity": 2, "max_quantity": 4})
        self.exhibition.max_per_booking = 6
        other = self.env["museum.ticket.category"].create(
            {"name": "Elsewhere", "exhibition_id": self._make_exhibition("E").id}
        )
        cases = [
            ({}, "zero"),
            ({self.adult.id: 0}, "zero"),
            ({self.child.id: -1}, "zero"),
            ({self.adult.id: 1}, "min_quantity"),
            ({self.adult.id: 5}, "max_quantity"),
            ({self.adult.id: 4, self.child.id: 3}, "max_per_booking"),
            ({other.id: 1}, "unknown_category"),
        ]
        for quantities, code in cases:
            with self.subTest(code=code, quantities=quantities):
                with self.assertRaises(QuantityError) as refusal:
                    self.hold._take("q", self.slot, quantities, 15)
                errors = refusal.exception.details["errors"]
                self.assertIn(code, [error["code"] for error in errors])
        self.assertEqual(self.slot.taken, 0)

    def test_take_from_an_unlimited_slot_never_ends_but_is_counted(self):
        slot = self._make_slot(in_hours=30, is_limited=False)
        for number in range(5):
            self._take(f"u{number}", slot, 20)
        self.assertEqual(slot.taken, 100)
        self.assertEqual(slot.seats_left, -1)

    def test_blocked_seats_are_not_sold(self):
        self.slot._block_seats(8, "school class")
        with self.assertRaises(SlotFull) as refusal:
            self._take("a", self.slot, 3)
        self.assertEqual(refusal.exception.details["seats_left"], 2)
        self._take("a", self.slot, 2)

    # --- several pools

    def test_take_takes_from_all_pools_or_from_none(self):
        wheelchairs = self._make_category_pool(self.slot, self.child, 2)
        self.hold._take("a", self.slot, {self.adult.id: 3, self.child.id: 2}, 15)
        self.assertEqual((self.slot.taken, wheelchairs.taken), (5, 2))
        with self.assertRaises(SlotFull):
            self.hold._take("b", self.slot, {self.adult.id: 1, self.child.id: 1}, 15)
        self.assertEqual((self.slot.taken, wheelchairs.taken), (5, 2))
        self._take("c", self.slot, 5, self.adult)
        self.hold._release(["a"])
        self.assertEqual((self.slot.taken, wheelchairs.taken), (5, 0))

    def test_pool_shared_by_slots_limits_both(self):
        other = self._make_slot(in_hours=30, capacity=10)
        venue = self.env["museum.seat.pool"].create(
            {"kind": "venue", "is_limited": True, "capacity": 12}
        )
        writing(self.slot | other).sudo().write({"extra_pool_ids": [(4, venue.id)]})
        self._take("a", self.slot, 8)
        with self.assertRaises(SlotFull) as refusal:
            self._take("b", other, 5)
        self.assertEqual(refusal.exception.details["seats_left"], 4)
        self.assertEqual(other._availability()[other.id]["seats_left"], 4)
        self._let_expire("a")
        self.assertEqual(other._availability()[other.id]["seats_left"], 10)
        self._take("b", other, 5)
        self.assertEqual((venue.taken, self.slot.taken, other.taken), (5, 0, 5))

    def test_legal_maximum_of_a_venue_counts_across_exhibitions(self):
        self.venue.write({"is_limited": True, "capacity_max": 12})
        start = self.slot.start_at.replace(minute=0, second=0) + timedelta(hours=2)
        show = self._make_slot(start_at=start)
        hall = self._make_exhibition("Hall", is_limited=False, sales_end_minutes=-600)
        ticket = self._make_category("Hall", exhibition_id=hall.id)
        day = self._make_slot(
            exhibition_id=hall.id,
            start_at=start - timedelta(hours=3),
            end_at=start + timedelta(hours=5),
        )
        later = self._make_slot(start_at=start + timedelta(hours=1))
        self._take("show", show, 8)
        self.assertEqual((day.seats_left, day.status), (4, "limited"))
        with self.assertRaises(SlotFull) as refusal:
            self._take("hall", day, 5, ticket)
        self.assertEqual(refusal.exception.details["seats_left"], 4)
        self._take("hall", day, 4, ticket)
        # The next show begins when the first one is over.
        self.assertEqual(later.seats_left, 8)
        self._take("later", later, 8)
        self.hold._release(["show"])
        self.assertEqual((show.seats_left, day.seats_left), (8, 0))
        with self.assertRaises(CapacityError):
            self.venue.capacity_max = 11
        self.venue.capacity_max = 13
        self.assertEqual(day.seats_left, 1)
        self.venue.is_limited = False
        self.assertEqual(day.seats_left, -1)

    # --- resize

    def test_resize_moves_only_the_difference(self):
        first = self._take("a", self.slot, 2)
        more = self.hold._resize("a", {self.adult.id: 1, self.family.id: 2})
        self.assertEqual(more["seats"], 9)
        self.assertEqual(more["expires_at"], first["expires_at"])
        self.assertEqual(self.slot.taken, 9)
        self.assertEqual(self.hold._resize("a", {self.child.id: 1})["seats"], 1)
        self.assertEqual(self.slot.taken, 1)

    def test_resize_refused_changes_nothing(self):
        self._take("a", self.slot, 2)
        self._take("b", self.slot, 6)
        with self.assertRaises(SlotFull) as refusal:
            self.hold._resize("a", {self.adult.id: 5})
        self.assertEqual(refusal.exception.details["seats_left"], 2)
        self.assertEqual(self.slot.taken, 8)
        self.hold._resize("a", {self.adult.id: 4})

    def test_resize_reclaims_what_ran_out(self):
        self._take("a", self.slot, 2)
        self._take("b", self.slot, 8)
        self._let_expire("b")
        self.assertEqual(self.hold._resize("a", {self.adult.id: 10})["seats"], 10)

    def test_resize_of_what_ran_out_is_refused(self):
        self._take("a", self.slot, 2)
        self._let_expire("a")
        with self.assertRaises(HoldExpired):
            self.hold._resize("a", {self.adult.id: 3})
        with self.assertRaises(HoldExpired):
            self.hold._resize("unknown", {self.adult.id: 3})

    def test_resize_of_a_closed_slot_only_shrinks(self):
        self._take("a", self.slot, 3)
        self.slot._set_state("closed")
        with self.assertRaises(SlotClosed):
            self.hold._resize("a", {self.adult.id: 4})
        self.hold._resize("a", {self.adult.id: 1})
        self.assertEqual(self.slot.taken, 1)

    def test_resize_follows_the_pools_of_categories(self):
        wheelchairs = self._make_category_pool(self.slot, self.child, 2)
        self._take("a", self.slot, 1, self.child)
        self.hold._resize("a", {self.adult.id: 3})
        self.assertEqual((self.slot.taken, wheelchairs.taken), (3, 0))
        with self.assertRaises(SlotFull):
            self.hold._resize("a", {self.child.id: 3})
        self.assertEqual((self.slot.taken, wheelchairs.taken), (3, 0))

    # --- extend and renew

    def test_extend_never_shortens(self):
        first = self._take("a", self.slot, minutes=20)
        self.assertEqual(self.hold._extend(["a"], 5), {"a": first["expires_at"]})
        later = self.hold._extend(["a"], 30)["a"]
        self.assertGreater(later, first["expires_at"])

    def test_extend_stops_an_hour_after_the_hold_was_taken(self):
        self._take("a", self.slot)
        taken_at = self.hold.search([("token", "=", "a")]).taken_at
        self.assertEqual(
            self.hold._extend(["a"], 500), {"a": taken_at + timedelta(minutes=60)}
        )

    def test_extend_leaves_out_what_is_not_live(self):
        for token in ("live", "gone", "late", "sold"):
            self._take(token, self.slot)
        self.hold._release(["gone"])
        self._let_expire("late")
        self.hold._sell(["sold"])
        extended = self.hold._extend(["live", "gone", "late", "sold", "unknown"], 20)
        self.assertEqual(list(extended), ["live"])
        self.assertEqual(self.hold._extend([], 20), {})

    def test_renew_takes_what_was_reclaimed_anew(self):
        self._take("a", self.slot, 6)
        self._let_expire("a")
        self.hold._sweep()
        self.assertEqual(self.slot.taken, 0)
        self.assertEqual(self.hold._renew("a", 10)["seats"], 6)
        self.assertEqual(self.slot.taken, 6)
        self.assertEqual(self._state("a"), "active")

    def test_renew_winds_up_what_nobody_reclaimed(self):
        self._take("a", self.slot, 10)
        self._let_expire("a", seconds=7200)
        hold = self.hold._renew("a", 10)
        self.assertGreater(hold["expires_at"], fields.Datetime.now())
        self.assertEqual(self.slot.taken, 10)

    def test_renew_is_refused_when_others_have_the_seats(self):
        self._take("a", self.slot, 6)
        self._let_expire("a")
        self._take("b", self.slot, 7)
        with self.assertRaises(SlotFull) as refusal:
            self.hold._renew("a", 10)
        self.assertEqual(refusal.exception.details["seats_left"], 3)
        self.assertEqual(self.slot.taken, 7)

    def test_renew_of_a_live_hold_extends_it(self):
        first = self._take("a", self.slot, minutes=5)
        again = self.hold._renew("a", 15)
        self.assertGreater(again["expires_at"], first["expires_at"])
        self.assertEqual(self.slot.taken, 1)

    def test_renew_of_a_sold_hold_changes_nothing(self):
        first = self._take("a", self.slot)
        self.hold._sell(["a"])
        self.assertEqual(self.hold._renew("a", 15), first)
        self.assertEqual(self._state("a"), "sold")

    def test_renew_is_refused_when_the_slot_was_closed(self):
        self._take("a", self.slot)
        self._let_expire("a")
        self.slot._set_state("closed")
        with self.assertRaises(SlotClosed):
            self.hold._renew("a", 15)
        with self.assertRaises(HoldExpired):
            self.hold._renew("unknown", 15)

    def test_renew_is_refused_when_the_slot_was_moved(self):
        """Guard: ``refuse_moved``. Late money does not buy another time."""
        old = self.slot.start_at
        self._take("a", self.slot)
        self._let_expire("a")
        self.hold._sweep()
        self.slot.start_at = old + timedelta(hours=1)
        self.env.flush_all()
        with self.assertRaises(SlotChanged) as refusal:
            self.hold._renew("a", 15)
        self.assertEqual(refusal.exception.details["slot_id"], self.slot.id)
        self.assertEqual(self.slot.taken, 0)
        self.slot.start_at = old
        self.env.flush_all()
        self.hold._renew("a", 15)
        self.assertEqual(self.slot.taken, 1)

    def test_renew_is_refused_when_the_exhibition_went_elsewhere(self):
        """Guard: ``refuse_moved`` looks at the place too."""
        self._take("a", self.slot)
        self._let_expire("a")
        self.hold._sweep()
        self.exhibition.venue_id = self.venue.copy({"name": "Annexe"})
        self.env.flush_all()
        with self.assertRaises(SlotChanged):
            self.hold._renew("a", 15)
        self.assertEqual(self.slot.taken, 0)

    def test_exhibition_with_people_stays_in_its_time_zone(self):
        """Guard: ``_refuse_other_clock``."""
        london = self.venue.copy({"name": "Annexe", "tz": "Europe/London"})
        self._take("a", self.slot)
        with self.assertRaisesRegex(UserError, "1 people"):
            self.exhibition.venue_id = london
        with self.assertRaisesRegex(UserError, "time zone"):
            self.venue.tz = "Europe/London"
        self.hold._release(["a"])
        self.venue.tz = "Europe/London"

    def test_taking_again_in_a_moved_slot_is_for_the_new_time(self):
        self._take("a", self.slot)
        self.hold._release(["a"])
        self.slot.start_at += timedelta(hours=1)
        self.env.flush_all()
        self._take("a", self.slot)
        self.hold._release(["a"])
        self.hold._renew("a", 15)
        self.assertEqual(self.slot.taken, 1)

    # --- release, sell, unsell, sweep

    def test_release_gives_back_once(self):
        self._take("a", self.slot, 4)
        self._take("b", self.slot, 1)
        self.assertEqual(self.hold._release(["a", "unknown"]), {"a"})
        self.assertEqual(self.hold._release(["a"]), set())
        self.assertEqual(self.slot.taken, 1)

    def test_release_leaves_sold_seats_alone(self):
        self._take("a", self.slot, 4)
        self.hold._sell(["a"])
        self.assertEqual(self.hold._release(["a"]), set())
        self.assertEqual(self.slot.taken, 4)

    def test_sell_moves_no_pool_and_tells_what_it_could_not_sell(self):
        self._take("a", self.slot, 4)
        self._take("b", self.slot, 2)
        self.hold._release(["b"])
        self.assertEqual(self.hold._sell(["a", "b", "unknown"]), ["b", "unknown"])
        self.assertEqual(self._state("a"), "sold")
        self.assertEqual(self.slot.taken, 4)
        self.assertEqual(self.hold._sell(["a"]), [], "selling again is harmless")
        self.assertEqual(self.hold._sell([]), [])

    def test_sell_of_what_ran_out_but_nobody_wanted_works(self):
        self._take("a", self.slot, 10)
        self._let_expire("a")
        self.assertEqual(self.hold._sell(["a"]), [])
        with self.assertRaises(SlotFull):
            self._take("b", self.slot)

    def test_sell_of_what_others_took_is_refused(self):
        self._take("a", self.slot, 10)
        self._let_expire("a")
        self._take("b", self.slot)
        self.assertEqual(self.hold._sell(["a"]), ["a"])

    def test_sold_seats_never_expire(self):
        self._take("a", self.slot, 10)
        self.hold._sell(["a"])
        self._let_expire("a")
        self.assertEqual(self.hold._sweep(), 0)
        self.assertEqual(self.slot.seats_left, 0)

    def test_unsell_gives_sold_seats_back_once(self):
        self._take("a", self.slot, 4)
        self.assertEqual(self.hold._unsell(["a"]), set(), "only held")
        self.hold._sell(["a"])
        self.assertEqual(self.hold._unsell(["a"]), {"a"})
        self.assertEqual(self.hold._unsell(["a"]), set())
        self.assertEqual(self.slot.taken, 0)

    def test_sweep_gives_back_what_nobody_asked_for(self):
        other = self._make_slot(in_hours=30)
        self._take("a", self.slot, 4)
        self._take("b", other, 3)
        self._take("c", other, 2)
        self._let_expire("a", "b")
        self.assertEqual(self.hold._sweep(), 2)
        self.assertEqual(self.hold._sweep(), 0)
        self.assertEqual((self.slot.taken, other.taken), (0, 2))

    def test_cron_sweep_runs(self):
        self._take("a", self.slot, 4)
        self._let_expire("a")
        with self.enter_registry_test_mode():
            self.env.ref(
                "museum_exhibition.ir_cron_museum_sweep_holds"
            ).method_direct_trigger()
        self.assertEqual(self._state("a"), "expired")

    def test_after_commit_runs_at_once_in_tests(self):
        seen = []
        self.hold._after_commit(lambda env: seen.append(env.cr))
        self.assertEqual(seen, [self.env.cr])

    # --- staff

    def test_capacity_is_changed_through_the_engine(self):
        self._take("a", self.slot, 6)
        self.slot.capacity = 6
        self.assertEqual((self.slot.capacity, self.slot.seats_left), (6, 0))
        with self.assertRaises(CapacityError) as refusal:
            self.slot.capacity = 5
        self.assertIn("visitors have 6", str(refusal.exception))
        self.slot.is_limited = False
        self._take("b", self.slot, 20)
        with self.assertRaises(CapacityError):
            self.slot.is_limited = True
        self.slot.write({"is_limited": True, "capacity": 26})
        self.assertEqual(self.slot.seats_left, 0)

    def test_capacity_may_shrink_to_what_did_not_run_out(self):
        self._take("a", self.slot, 6)
        self._let_expire("a")
        self.slot.capacity = 1
        self.assertEqual(self._state("a"), "expired")

    def test_blocking_is_refused_beyond_what_is_free(self):
        self._take("a", self.slot, 6)
        with self.assertRaises(CapacityError):
            self.slot._block_seats(5, "press")
        self.slot._block_seats(4, "press")
        self.assertEqual(self.slot.seats_left, 0)

    def test_ledger_check_finds_a_wrong_counter(self):
        self._take("a", self.slot, 6)
        self.env.cr.execute(
            "UPDATE museum_seat_pool SET taken = 5 WHERE id = %s",
            [self.slot.pool_id.id],
        )
        wrong = {
            "problem": "counter",
            "pool_id": self.slot.pool_id.id,
            "taken": 5,
            "ledger": 6,
        }
        self.assertIn(wrong, self.hold._check_ledger())
        self.assertEqual(self.hold._check_ledger(self.slot), [wrong])
        self.assertEqual(self.hold._check_ledger(self._make_slot(in_hours=30)), [])
        self.env.cr.execute(
            "UPDATE museum_seat_pool SET taken = 6 WHERE id = %s",
            [self.slot.pool_id.id],
        )

    def test_old_dead_holds_are_removed(self):
        for token in ("dead", "sold"):
            self._take(token, self.slot)
        self.hold._release(["dead"])
        self.hold._sell(["sold"])
        self._let_expire("dead", "sold", seconds=40 * 24 * 3600)
        self.hold._gc_dead_holds()
        self.hold.invalidate_model()
        left = self.hold.search([("slot_id", "=", self.slot.id)])
        self.assertEqual(left.token, "sold")
