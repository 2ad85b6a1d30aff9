# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What managers cannot write by remote calls: it follows from something else."""

from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.guard import writing
from .common import MuseumExhibitionCase
from .test_tenants import OtherMuseum

PLAN = {
    "state": "running",
    "steps": {"a": 1},
    "steps_done": 1,
    "work_total": 1,
    "work_done": 1,
    "create_count": 1,
    "created_count": 1,
    "conflict_count": 1,
    "fingerprint": "x",
    "error": "x",
    "started_at": "2030-01-01 00:00:00",
    "finished_at": "2030-01-01 00:00:00",
}


@tagged("post_install", "-at_install")
class TestWriteGuards(OtherMuseum, MuseumExhibitionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_other_museum()
        cls.manager = cls.users["manager"]
        cls.mine = cls.exhibition.with_user(cls.manager)

    # === EXHIBITION AND VENUE ===

    def test_exhibition_does_not_move_to_another_museum(self):
        with self.assertRaises(AccessError):
            self.mine.venue_id = self.far_venue.id
        # Not even by somebody who may see both.
        with self.assertRaisesRegex(UserError, "another museum"):
            self.exhibition.venue_id = self.far_venue
        self.assertEqual(self.exhibition.venue_id, self.venue)
        near = self.env["museum.venue"].create({"name": "Annex", "tz": "UTC"})
        self.mine.venue_id = near.id
        self.assertEqual(self.exhibition.venue_id, near)

    def test_venue_with_exhibitions_stays_with_its_museum(self):
        with self.assertRaisesRegex(UserError, "stays with its museum"):
            self.venue.with_user(self.manager).company_id = self.other.id
        self.exhibition.action_archive()
        with self.assertRaisesRegex(UserError, "stays with its museum"):
            self.venue.company_id = self.other
        self.venue.with_user(self.manager).company_id = self.venue.company_id.id

    def test_nothing_goes_to_a_museum_of_others(self):
        """Guard: ``museum.own.mixin`` asks for the rights after the write, too."""
        venue = self.env["museum.venue"].create({"name": "Annex", "tz": "UTC"})
        room = self.env["museum.room"].create({"name": "R", "venue_id": venue.id})
        schedule = self.env["museum.schedule"].create(
            {"exhibition_id": self.exhibition.id}
        )
        picture = self.env["museum.exhibition.image"].create(
            {"exhibition_id": self.exhibition.id, "name": "P"}
        )
        rule = self.env["museum.price.rule"].create({"name": "W", "value": -10})
        for record, vals in (
            (venue, {"company_id": self.other.id}),
            (room, {"venue_id": self.far_venue.id}),
            (schedule, {"exhibition_id": self.far.id}),
            (picture, {"exhibition_id": self.far.id}),
            (rule, {"company_id": self.other.id}),
            (self.child, {"exhibition_id": self.far.id}),
        ):
            with self.subTest(record._name), self.assertRaises(UserError):
                record.with_user(self.manager).write(vals)
                self.env.flush_all()
            self.env.invalidate_all()

    def test_what_follows_from_others_is_not_written(self):
        plan = self.env["museum.slot.plan"].create(
            {"exhibition_ids": self.exhibition.ids, "date_to": "2036-01-01"}
            | {"date_from": "2035-12-31"}
        )
        for vals in (
            {"is_on_sale": False},
            {"slot_plan_id": plan.id},
            {"slot_conflicts_told": "1"},
            {"state": "archived"},
            {"company_id": self.other.id},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                self.mine.write(vals)
            new = {"name": "N", "venue_id": self.venue.id, "is_published": True}
            with self.subTest(vals), self.assertRaises(AccessError):
                self.mine.create({**new, **vals})
            context = {f"default_{key}": value for key, value in vals.items()}
            made = self.mine.with_context(**context).create(new)
            self.assertTrue(made.is_on_sale)
            self.assertEqual(made.company_id, self.venue.company_id)
            self.assertFalse(
                made.sudo().slot_plan_id or made.sudo().slot_conflicts_told
            )
        self.mine.is_closed = True
        self.env.flush_all()
        self.assertFalse(self.exhibition.is_on_sale)

    # === PLAN ===

    def _plan(self):
        return self.env["museum.slot.plan"].create(
            {
                "exhibition_ids": self.exhibition.ids,
                "date_from": fields.Date.today(),
                "date_to": fields.Date.today(),
            }
        )

    def test_plan_writes_its_own_work_alone(self):
        plan = self._plan().with_user(self.manager)
        for name, value in PLAN.items():
            with self.subTest(name), self.assertRaises(AccessError):
                plan.write({name: value})
            with self.subTest(name), self.assertRaises(AccessError):
                plan.create({"exhibition_ids": self.exhibition.ids, name: value})
        context = {f"default_{name}": value for name, value in PLAN.items()}
        other = plan.with_context(**context).create(
            {"exhibition_ids": self.exhibition.ids, "date_to": fields.Date.today()}
        )
        self.assertEqual((other.state, other.steps), ("draft", False))
        plan.date_to = fields.Date.today()
        plan.action_preview()
        self.assertEqual(plan.state, "ready")

    @mute_logger("odoo.addons.museum_exhibition.models.museum_slot_plan_run")
    def test_broken_plan_stops_alone(self):
        schedule = self.env["museum.schedule"].create(
            {"exhibition_id": self.exhibition.id, "date_from": fields.Date.today()}
        )
        broken, sound = self._plan(), self._plan()
        sound.date_to = fields.Date.add(fields.Date.today(), days=3)
        sound.action_preview()
        self.assertGreater(sound.work_total, 0)
        writing(broken).write({"state": "running", "steps": {"a": 1}})
        writing(sound).write({"state": "running"})
        with patch.object(self.registry["ir.cron"], "_commit_progress"):
            self.env["museum.slot.plan"]._cron_run()
        self.assertEqual((broken.state, sound.state), ("failed", "done"))
        self.assertIn("unexpected", broken.error)
        self.assertTrue(schedule.slot_ids)

    # === TICKETS ===

    def test_tickets_that_people_have_keep_their_seats(self):
        family = self.family.with_user(self.manager)
        slot = self._make_slot()
        self._take("mine", slot, category=self.family)
        with self.assertRaisesRegex(UserError, "make another one"):
            family.seats_per_ticket = 1
        family.seats_per_ticket = 4
        self.hold._sell(["mine"])
        with self.assertRaisesRegex(UserError, "make another one"):
            family.seats_per_ticket = 5
        # Over, or given back: others are no longer concerned.
        self.env.cr.execute(
            "UPDATE museum_slot SET start_at = now() - INTERVAL '2 days',"
            " end_at = now() - INTERVAL '1 day' WHERE id = %s",
            [slot.id],
        )
        self.env.invalidate_all()
        self._take("other", self._make_slot(48), category=self.family)
        self.hold._release(["other"])
        family.seats_per_ticket = 5
        self.assertEqual(self.family.seats_per_ticket, 5)

    # === NUMBERS ===

    def test_numbers_that_nobody_can_mean(self):
        schedule = self.env["museum.schedule"].create(
            {"exhibition_id": self.exhibition.id}
        )
        slot = self._make_slot()
        rule = self.env["museum.price.rule"].create(
            {"name": "W", "method": "amount", "value": -10}
        )
        price = self.env["museum.slot.price"].create(
            {"slot_id": slot.id, "category_id": self.adult.id, "reason": "N"}
        )
        setup = self.env["museum.setup"].with_user(self.manager).create({})
        for record, vals in (
            (setup, {"first_start_hour": 1e308}),
            (setup, {"capacity": 10**12}),
            (setup.line_ids[0], {"price": 1e18}),
            (self.exhibition, {"capacity": 10**12}),
            (self.exhibition, {"max_per_booking": 2**31}),
            (self.venue, {"capacity_max": 10**12}),
            (schedule, {"capacity": 10**12}),
            (schedule, {"first_start_hour": 1e308}),
            (schedule, {"last_start_hour": float("nan")}),
            (self.adult, {"price": 1e18}),
            (self.adult, {"slot_limit": 2**31 - 1}),
            (self.family, {"slot_limit": 500_000}),
            (price, {"price": 1e18}),
            (rule, {"value": 1e15}),
            (rule, {"value": -1e9}),
            (rule, {"method": "percent", "value": 1e6}),
            (rule, {"method": "percent", "value": -100}),
            (rule, {"value": -100}),
            (rule, {"hour_from": 1e308}),
            (rule, {"days_before_min": 2**40}),
        ):
            with (
                self.subTest(record=record._name, vals=vals),
                self.assertRaises(ValidationError),
                self.env.cr.savepoint(),
            ):
                record.with_user(self.manager).write(vals)
                self.env.flush_all()
            self.env.invalidate_all()

    def test_hours_that_are_none_break_no_form(self):
        schedule = self.env["museum.schedule"].new(
            {"exhibition_id": self.exhibition.id, "first_start_hour": 1e308}
        )
        self.assertFalse(schedule._is_sound())

    def test_free_only_by_saying_so(self):
        rule = self.env["museum.price.rule"].create(
            {"name": "W", "method": "amount", "value": -50}
        )
        with self.assertRaisesRegex(ValidationError, "free"):
            self.child.price = 40
        rule.write({"method": "fixed", "value": 0})
        self.child.price = 40
        rule.write({"method": "amount", "value": -150, "category_ids": self.adult.ids})
        self.env.flush_all()
