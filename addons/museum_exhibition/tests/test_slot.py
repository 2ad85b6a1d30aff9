# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime, timedelta

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import MuseumExhibitionCase


@tagged("post_install", "-at_install")
class TestSlot(MuseumExhibitionCase):
    def test_slot_begins_with_the_defaults_of_its_exhibition(self):
        slot = self._make_slot()
        self.assertEqual((slot.is_limited, slot.capacity), (True, 10))
        self.assertEqual(slot.end_at - slot.start_at, timedelta(minutes=60))
        self.assertEqual(slot.sale_ends_at, slot.start_at)
        self.assertEqual(slot.pool_id.slot_id, slot)
        self.assertEqual(slot.company_id, self.venue.company_id)

    def test_form_of_a_new_slot_shows_and_takes_seats(self):
        form = Form(self.env["museum.slot"])
        form.exhibition_id = self.exhibition
        self.assertEqual(form.capacity, 10)
        form.start_at = "2030-01-01 10:00:00"
        form.capacity = 25
        slot = form.save()
        self.assertEqual(slot.capacity, 25)
        with Form(slot) as form:
            form.capacity = 30
        self.assertEqual(slot.capacity, 30)

    def test_local_date_is_the_venues(self):
        slot = self._make_slot(start_at=datetime(2030, 3, 13, 20, 0))
        self.assertEqual(slot.local_date, date(2030, 3, 14))
        self.assertEqual(slot.display_name, "Thu 14 Mar 01:30 · Journey to Mars")
        self.venue.tz = "America/Los_Angeles"
        self.assertEqual(slot.local_date, date(2030, 3, 13))

    def test_sale_ends_before_or_after_the_start_but_not_after_the_end(self):
        slot = self._make_slot()
        for minutes, expected in (
            (30, slot.start_at - timedelta(minutes=30)),
            (-20, slot.start_at + timedelta(minutes=20)),
            (-600, slot.end_at),
        ):
            self.exhibition.sales_end_minutes = minutes
            self.assertEqual(slot.sale_ends_at, expected)

    def test_sale_starts_at_midnight_of_the_venue_so_many_days_ahead(self):
        slot = self._make_slot(start_at=datetime(2030, 3, 13, 20, 0))  # the 14th
        self.assertFalse(slot.sale_starts_at)
        self.exhibition.sales_start_days = 10
        self.assertEqual(slot.sale_starts_at, datetime(2030, 3, 3, 18, 30))
        self.venue.tz = "America/Los_Angeles"  # the 13th
        self.assertEqual(slot.sale_starts_at, datetime(2030, 3, 3, 8, 0))
        self.exhibition.sales_start_days = 0
        self.assertFalse(slot.sale_starts_at)

    def test_two_slots_cannot_start_at_the_same_time(self):
        start = datetime(2030, 3, 13, 20, 0)
        self._make_slot(start_at=start)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.cr.savepoint(),
        ):
            self._make_slot(start_at=start)

    def test_slot_stays_with_its_exhibition(self):
        with self.assertRaises(UserError):
            self._make_slot().exhibition_id = self._make_exhibition("Other")

    def test_status_tells_what_visitors_see(self):
        slot = self._make_slot()
        self.assertEqual(slot.status, "available")
        self._take("a", slot, 5)
        slot.invalidate_recordset()
        self.assertEqual((slot.status, slot.fill_percent), ("limited", 50))
        self._take("b", slot, 5)
        slot.invalidate_recordset()
        self.assertEqual(slot.status, "full")
        slot._set_state("closed")
        slot.invalidate_recordset()
        self.assertEqual(slot.status, "closed")

    def test_state_changes_only_after_saying_who_is_concerned(self):
        slot, other = self._make_slot(), self._make_slot(in_hours=30)
        self._take("a", slot, 3)
        action = (slot | other).action_close()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(
            wizard.concerned.split("\n")[:2],
            ["Slots: 2.", "People who have a place: 3, in 1 of the slots."],
        )
        self.assertEqual(slot.state, "open")
        wizard.reason = "Projector broken"
        wizard.action_apply_empty()
        self.assertEqual((slot.state, other.state), ("open", "closed"))
        wizard.action_apply()
        self.assertEqual(slot.state, "closed")
        self.assertIn("Projector broken", slot.message_ids[0].body)

    def test_cancelled_slot_stays_cancelled(self):
        slot = self._make_slot()
        slot._set_state("cancelled", "Flood")
        with self.assertRaises(UserError):
            slot._set_state("open")

    def test_closed_slot_opens_again(self):
        slot = self._make_slot()
        slot._set_state("closed")
        action = slot.action_open()
        self.env[action["res_model"]].browse(action["res_id"]).action_apply()
        self.assertEqual(slot.state, "open")

    def test_blocking_seats_is_logged_with_its_reason(self):
        slot = self._make_slot()
        context = slot.action_block_seats()["context"]
        wizard = self.env["museum.seat.block"].with_context(**context)
        wizard.create({"seats": 4, "reason": "School class"}).action_apply()
        self.assertEqual((slot.blocked, slot.seats_left), (4, 6))
        self.assertIn("School class", slot.message_ids[0].body)
        with self.assertRaises(UserError):
            slot._block_seats(-5, "no")
        released = {"seats": 3, "move": "release", "reason": "Fewer came"}
        wizard.create(released).action_apply()
        self.assertEqual((slot.blocked, slot.seats_left), (1, 9))
        self.assertEqual(
            slot.block_log_ids.mapped(lambda line: (line.seats, line.blocked_after)),
            [(-3, 1), (4, 4)],
        )
        for vals in (
            {"seats": 2, "move": "release", "reason": "More than are blocked"},
            {"seats": 0, "reason": "None"},
            {"seats": 1, "reason": "  "},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                wizard.create(vals).action_apply()
        self.assertEqual(slot.blocked, 1)

    def test_seats_of_many_slots_change_where_they_can(self):
        slot, other = self._make_slot(), self._make_slot(in_hours=30)
        self._take("a", slot, 5)
        wizard = (
            self.env["museum.slot.seats"]
            .with_user(self.users["desk"])
            .with_context(active_model="museum.slot", active_ids=[slot.id, other.id])
            .create({"is_limited": True, "capacity": 4})
        )
        self.assertEqual(wizard.action_apply()["res_id"], wizard.id)
        self.assertEqual((slot.capacity, other.capacity), (10, 4))
        self.assertEqual((wizard.changed, wizard.slot_ids), (1, slot))
        self.assertIn("visitors have 5", wizard.refused)

    def test_status_follows_the_seats_at_once(self):
        slot = self._make_slot(capacity=0)
        self.assertEqual((slot.status, slot.seats_left), ("full", 0))
        slot.capacity = 10
        self.assertEqual((slot.status, slot.seats_left), ("available", 10))

    def test_change_of_capacity_is_logged(self):
        slot = self._make_slot()
        slot.capacity = 12
        self.assertIn("10 → 12", slot.message_ids[0].body)

    def test_slot_with_seats_cannot_be_deleted(self):
        slot = self._make_slot()
        self._take("a", slot)
        with self.assertRaises(UserError):
            slot.unlink()
        self.hold._release(["a"])
        pool = slot.pool_id
        slot.unlink()
        self.assertFalse(pool.exists())

    def test_exhibition_knows_its_next_slot(self):
        self.assertFalse(self.exhibition.next_slot_at)
        self._make_slot(in_hours=-5)
        later, sooner = self._make_slot(in_hours=30), self._make_slot(in_hours=20)
        closed = self._make_slot(in_hours=10)
        closed._set_state("closed")
        self.exhibition.invalidate_recordset()
        self.assertEqual(self.exhibition.next_slot_at, sooner.start_at)
        self.assertEqual(self.exhibition.slot_count, 2)
        self.assertTrue(later)

    def test_price_from_is_that_of_the_cheapest_category_for_sale(self):
        self.assertEqual(self.exhibition.price_from, 100)
        self.child.active = False
        self.assertEqual(self.exhibition.price_from, 200)

    def test_report_counts_pools(self):
        slot = self._make_slot()
        self._take("a", slot, 4)
        self.env.flush_all()
        row = self.env["museum.slot.report"].search([("slot_id", "=", slot.id)])
        self.assertEqual((row.taken, row.seats_left, row.occupancy), (4, 6, 40.0))

    def test_report_counts_no_seats_of_cancelled_and_closed_slots(self):
        gone, closed = self._make_slot(), self._make_slot(in_hours=30)
        for slot in (gone, closed):
            slot._block_seats(4, "School")
        gone._set_state("cancelled", "Flood")
        closed._set_state("closed", "Power cut")
        self.env.flush_all()
        rows = self.env["museum.slot.report"].search(
            [("slot_id", "in", (gone | closed).ids)], order="start_at"
        )
        self.assertEqual(
            [(row.blocked, row.capacity, row.seats_left) for row in rows],
            [(0, 0, 0), (4, 10, 0)],
        )

    def test_website_address(self):
        self.assertEqual(
            self.exhibition.website_url,
            f"/exhibitions/journey-to-mars-{self.exhibition.id}",
        )

    def test_company_settings_are_checked(self):
        company = self.venue.company_id
        for code in ("scim", "S", "TOOLONG", "A-B", False):
            with self.subTest(code=code), self.assertRaises(ValidationError):
                company.museum_code = code
        company.museum_code = "SCIM"
        with self.assertRaises(ValidationError):
            company.museum_hold_minutes = 0
        with self.assertRaises(ValidationError):
            company.museum_slot_days = 10000


@tagged("post_install", "-at_install")
class TestAvailability(MuseumExhibitionCase):
    def test_dates_add_up_the_slots_of_a_day(self):
        day = datetime(2030, 3, 13, 6, 0)
        slots = self.env["museum.slot"]
        for days in range(3):
            for hours in range(2):
                slots |= self._make_slot(
                    start_at=day + timedelta(days=days, hours=hours)
                )
        self._take("a", slots[0], 10)
        self._take("b", slots[1], 1)
        self._take("c", slots[2], 10)
        self._take("d", slots[3], 10)
        slots[4]._set_state("closed")
        slots[5]._set_state("cancelled")
        days = self.exhibition._available_dates(date(2030, 3, 1), date(2030, 3, 31))
        self.assertEqual(
            [(day["date"].day, day["status"], day["seats_left"]) for day in days],
            [(13, "limited", 9), (14, "full", 0), (15, "closed", 0)],
        )
        self.assertEqual([day["slots"] for day in days], [2, 2, 0])

    def test_dates_of_an_unlimited_slot_have_no_number(self):
        self._make_slot(start_at=datetime(2030, 3, 13, 6, 0), is_limited=False)
        (day,) = self.exhibition._available_dates(date(2030, 3, 1), date(2030, 3, 31))
        self.assertEqual((day["status"], day["seats_left"]), ("available", None))

    def test_time_slots_of_a_day(self):
        day = datetime(2030, 3, 13, 6, 0)
        slot = self._make_slot(start_at=day)
        closed = self._make_slot(start_at=day + timedelta(hours=1))
        closed._set_state("closed")
        gone = self._make_slot(start_at=day + timedelta(hours=2))
        gone._set_state("cancelled")
        self._take("a", slot, 10)
        self._let_expire("a")
        rows = self.exhibition._time_slots(date(2030, 3, 13))
        self.assertEqual(
            [(row["id"], row["status"], row["seats_left"]) for row in rows],
            [(slot.id, "available", 10), (closed.id, "closed", 10)],
        )

    def test_what_is_not_on_sale_yet_says_when(self):
        slot = self._make_slot(in_hours=24 * 40)
        day = slot.local_date
        self.exhibition.sales_start_days = 30
        starts = slot.sale_starts_at
        (row,) = self.exhibition._time_slots(day)
        (found,) = self.exhibition._available_dates(day, day)
        for each in (row, found):
            self.assertEqual(
                (each["status"], each["sale_starts_at"]), ("closed", starts)
            )
        self.assertEqual(found["slots"], 0)
        self.assertEqual(slot._alternatives(1), [])

        self.exhibition.sales_start_days = 60
        (row,) = self.exhibition._time_slots(day)
        (found,) = self.exhibition._available_dates(day, day)
        for each in (row, found):
            self.assertEqual(
                (each["status"], each["sale_starts_at"]), ("available", None)
            )

        self.exhibition.write({"sales_start_days": 30, "is_closed": True})
        (row,) = self.exhibition._time_slots(day)
        self.assertEqual((row["status"], row["sale_starts_at"]), ("closed", None))

    def test_closed_exhibition_has_no_time_on_sale(self):
        slot = self._make_slot()
        self.exhibition.is_closed = True
        (day,) = self.exhibition._available_dates(slot.local_date, slot.local_date)
        self.assertEqual((day["status"], day["slots"]), ("closed", 0))

    def test_seats_of_holds_that_ran_out_are_free_in_every_pool(self):
        self.venue.write({"is_limited": True, "capacity_max": 8})
        slot = self._make_slot(in_hours=48)
        start = slot.start_at + timedelta(minutes=15)
        beside = self._make_exhibition("Beside")
        other = self._make_slot(exhibition_id=beside.id, start_at=start)
        self._take("a", slot, 6)
        left = (slot | other)._availability()
        self.assertEqual([left[s.id]["seats_left"] for s in (slot, other)], [2, 2])
        self._let_expire("a")
        left = (slot | other)._availability()
        self.assertEqual([left[s.id]["seats_left"] for s in (slot, other)], [8, 8])
        (day,) = beside._available_dates(other.local_date, other.local_date)
        self.assertEqual((day["seats_left"], day["status"]), (8, "available"))

    def test_alternatives_are_the_nearest_with_enough_seats(self):
        slot = self._make_slot(in_hours=100)
        near = self._make_slot(in_hours=101)
        small = self._make_slot(in_hours=99, capacity=1)
        shut = self._make_slot(in_hours=102)
        shut._set_state("closed")
        before = self._make_slot(in_hours=97)
        after = self._make_slot(in_hours=105)
        self._make_slot(in_hours=110)
        self._make_slot(in_hours=100 + 24 * 30)
        self.assertEqual(
            [row["id"] for row in slot._alternatives(2)],
            [near.id, before.id, after.id],
        )
        self.assertIn(small.id, [row["id"] for row in slot._alternatives(1)])

    def test_availability_needs_the_same_queries_for_one_slot_and_for_many(self):
        start = fields.Datetime.now() + timedelta(days=1)
        slots = self.env["museum.slot"].create(
            [
                {
                    "exhibition_id": self.exhibition.id,
                    "start_at": start + timedelta(minutes=number * 10),
                }
                for number in range(60)
            ]
        )
        day = slots[0].local_date
        exhibition = self.exhibition
        calls = [
            (1, lambda some: some._availability()),
            (
                1,
                lambda some: exhibition._available_dates(day, day + timedelta(days=7)),
            ),
            (1, lambda some: exhibition._time_slots(day)),
            (3, lambda some: some[0]._alternatives(2)),
            (1, lambda some: exhibition.next_slot_at),
            # A list or a calendar in the backend.
            (9, lambda some: some.read(["display_name", "taken", "status"])),
        ]
        for number, (queries, call) in enumerate(calls):
            call(slots)  # what Odoo keeps in its own caches
            for some in (slots[:1], slots):
                self.env.flush_all()
                self.env.invalidate_all()
                with (
                    self.subTest(call=number, slots=len(some)),
                    self.assertQueryCount(queries),
                ):
                    call(some)
