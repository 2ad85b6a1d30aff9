# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What people cannot write of a slot, by whatever door."""

from datetime import timedelta

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MuseumExhibitionCase


@tagged("post_install", "-at_install")
class TestSlotGuards(MuseumExhibitionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.slot, cls.other = cls._make_slot(), cls._make_slot(in_hours=30)
        cls.desk_slot = cls.slot.with_user(cls.users["desk"])

    def _forged(self):
        """A value that each field of the system has not."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        venue = self.env["museum.venue"].create({"name": "Hall", "tz": "UTC"})
        schedule = self.env["museum.schedule"].create(
            {"exhibition_id": self.exhibition.id, "first_start_hour": 10}
        )
        late = self.slot.end_at + timedelta(days=300)
        return {
            "pool_id": self.other.pool_id.id,
            "extra_pool_ids": [(6, 0, self.other.pool_id.ids)],
            "company_id": company.id,
            "venue_id": venue.id,
            "local_date": "2031-01-01",
            "sale_starts_at": late,
            "sale_ends_at": late,
            "schedule_id": schedule.id,
            "is_customized": True,
            "state": "closed",
            "cancelled_at": late,
            "cancel_reason": "Rain",
        }

    def test_nobody_writes_what_is_the_systems(self):
        forged = self._forged()
        for role in ("desk", "manager"):
            slot = self.slot.with_user(self.users[role])
            for name, value in forged.items():
                with self.subTest(role=role, field=name):
                    with self.assertRaises(AccessError):
                        slot.write({name: value})

    def test_nobody_creates_a_slot_with_it(self):
        slots = self.env["museum.slot"].with_user(self.users["manager"])
        start = self.slot.start_at + timedelta(hours=2)
        vals = {"exhibition_id": self.exhibition.id, "start_at": start}
        for name, value in self._forged().items():
            with self.subTest(field=name), self.assertRaises(AccessError):
                slots.create({**vals, name: value})

    def test_defaults_of_a_caller_do_not_get_in_either(self):
        forged = self._forged()
        context = {f"default_{name}": value for name, value in forged.items()}
        slots = self.env["museum.slot"].with_user(self.users["manager"])
        slot = slots.with_context(**context, default_capacity=7).create(
            {
                "exhibition_id": self.exhibition.id,
                "start_at": self.slot.start_at + timedelta(hours=2),
            }
        )
        self.assertEqual(slot.state, "open")
        self.assertNotEqual(slot.pool_id, self.other.pool_id)
        self.assertEqual(slot.company_id, self.exhibition.company_id)
        self.assertEqual(slot.sale_ends_at, slot.start_at)
        for name in ("extra_pool_ids", "schedule_id", "is_customized", "cancelled_at"):
            self.assertFalse(slot[name], name)

    def test_what_a_form_sends_back_unchanged_is_no_writing(self):
        values = self.slot.read(["state", "pool_id", "venue_id"], load="")[0]
        self.desk_slot.write({**values, "capacity": 12})
        self.assertEqual(self.slot.capacity, 12)

    def test_staff_write_seats_and_notes_and_managers_times(self):
        self.desk_slot.write({"capacity": 8, "message_follower_ids": []})
        self.assertEqual((self.slot.capacity, self.slot.is_customized), (8, True))
        times = {
            "start_at": self.slot.start_at + timedelta(hours=1),
            "end_at": self.slot.end_at + timedelta(hours=1),
        }
        with self.assertRaisesRegex(AccessError, "Only managers move"):
            self.desk_slot.write(times)
        self.slot.with_user(self.users["manager"]).write(times)
        self.assertEqual(self.slot.start_at, times["start_at"])

    def test_no_context_hides_that_a_slot_was_changed_by_hand(self):
        slot = self.desk_slot.with_context(museum_planning=True, museum_writer=True)
        slot.capacity = 15
        self.assertTrue(self.slot.is_customized)
        self.slot.invalidate_recordset()
        before = len(self.slot.message_ids)
        self.env["museum.slot.price"].with_user(self.users["manager"]).with_context(
            museum_slot_price_is_logged=True
        ).create(
            {
                "slot_id": self.slot.id,
                "category_id": self.adult.id,
                "price": 5,
                "reason": "Night",
            }
        )
        self.assertEqual(len(self.slot.message_ids), before + 1)

    def test_back_to_the_schedule_by_the_button(self):
        self.desk_slot.capacity = 15
        self.desk_slot.action_follow_schedule()
        self.assertFalse(self.slot.is_customized)
        with self.assertRaises(AccessError):
            self.slot.with_user(self.users["gate"]).action_follow_schedule()

    def test_checker_finds_what_was_forged_in_the_database(self):
        self.assertEqual(self.hold._check_ledger(), [])
        forged = {
            "sale_ends_at": "sale_ends_at + INTERVAL '300 days'",
            "local_date": "local_date + 1",
            "company_id": f"{self.env['res.company'].create({'name': 'Else'}).id}",
            "venue_id": f"{self.venue.copy({'name': 'Hall'}).id}",
        }
        self.env.flush_all()
        for name, value in forged.items():
            with self.subTest(field=name), self.cr.savepoint() as savepoint:
                self.cr.execute(
                    f"UPDATE museum_slot SET {name} = {value} WHERE id = %s",  # noqa: S608
                    [self.slot.id],
                )
                found = self.hold._check_ledger()
                self.assertEqual(found, [{"problem": "slot", "slot_id": self.slot.id}])
                savepoint.rollback()

    @mute_logger("odoo.sql_db")
    def test_two_slots_never_share_their_seats(self):
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.cr.execute(
                "UPDATE museum_slot SET pool_id = %s WHERE id = %s",
                [self.other.pool_id.id, self.slot.id],
            )

    def test_as_many_seats_as_a_place_can_have(self):
        self.desk_slot.capacity = 1_000_000
        for capacity in (-1, 1_000_001, 10**12):
            with self.subTest(capacity=capacity):
                with self.assertRaises(ValidationError):
                    self.desk_slot.capacity = capacity
                with self.assertRaises(ValidationError):
                    self._make_slot(in_hours=40, capacity=capacity)
        self.assertEqual(self.slot.capacity, 1_000_000)

    @mute_logger("odoo.sql_db")
    def test_exhibitions_and_schedules_keep_to_the_same_bounds(self):
        schedule = self.env["museum.schedule"].create(
            {"exhibition_id": self.exhibition.id}
        )
        for record in (schedule, self.exhibition):
            for vals in ({"duration_minutes": 10081}, {"capacity": 1_000_001}):
                with self.subTest(record=record, vals=vals):
                    error = ValidationError if "capacity" in vals else CheckViolation
                    with self.assertRaises(error), self.cr.savepoint():
                        record.write(vals)
                        record.flush_recordset()
            record.write({"duration_minutes": 10080, "capacity": 1_000_000})
            record.flush_recordset()

    @mute_logger("odoo.sql_db")
    def test_a_slot_lasts_a_week_at_most(self):
        start = self.slot.start_at
        self.slot.end_at = start + timedelta(days=7)
        self.env.flush_all()
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.slot.end_at = start + timedelta(days=7, minutes=1)
            self.env.flush_all()
