# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, timedelta

import psycopg2
from freezegun import freeze_time
from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from ..models.guard import writing
from ..models.museum_slot import STATUS_COLORS
from .common import MuseumExhibitionCase

LISTED = ["display_name", "taken", "blocked", "capacity", "seats_left", "status"]
SHOWN = ["calendar_title", "seats_label", "fill_percent", "status_color", "is_striked"]


@tagged("post_install", "-at_install")
class TestSlotLists(MuseumExhibitionCase):
    """What lists filter, sort, group and add up is what each slot says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.slots = cls._make_some_slots()
        cls.mine = [("id", "in", cls.slots.ids)]

    @classmethod
    def _make_some_slots(cls):
        free, few, full, blocked, open_end, closed, ended = (
            cls._make_slot(in_hours=24 + number) for number in range(7)
        )
        hold = cls.env["museum.hold"]
        hold._take("few", few, {cls.adult.id: 6}, 15)
        hold._take("full", full, {cls.adult.id: 10}, 15)
        blocked._block_seats(9, "School")
        open_end._set_limit(is_limited=False)
        hold._take("open", open_end, {cls.adult.id: 3}, 15)
        closed._set_state("closed", "Power cut")
        hold._take("ended", ended, {cls.adult.id: 10}, 15)
        cls._let_expire("ended")
        # Its seats count in the venue's maximum too, which is tighter.
        tight = cls._make_slot(in_hours=60)
        pool = cls.env["museum.seat.pool"].create(
            {
                "kind": "venue",
                "is_limited": True,
                "capacity": 4,
                "company_id": tight.company_id.id,
            }
        )
        writing(tight).sudo().extra_pool_ids = pool
        return free | few | full | blocked | open_end | closed | ended | tight

    def _found(self, domain):
        return self.env["museum.slot"].search(Domain(self.mine) & Domain(domain))

    def test_filters_find_what_the_fields_say(self):
        for name, values in {
            "status": ("available", "limited", "full", "closed"),
            "seats_left": (-1, 0, 1, 4, 10),
            "fill_percent": (0, 60, 90, 100),
            "taken": (0, 3, 10),
            "blocked": (0, 9),
            "capacity": (10, 20),
            "is_limited": (True, False),
        }.items():
            for value in values:
                wanted = self.slots.filtered(lambda s, n=name, v=value: s[n] == v)
                with self.subTest(name=name, value=value):
                    self.assertEqual(self._found([(name, "=", value)]), wanted)
                    self.assertEqual(
                        self._found([(name, "!=", value)]), self.slots - wanted
                    )
                    self.assertEqual(self._found([(name, "in", [value])]), wanted)

    def test_comparisons(self):
        for name, value in (("seats_left", 4), ("fill_percent", 60), ("taken", 3)):
            for operator, holds in (
                ("<", lambda a, b: a < b),
                ("<=", lambda a, b: a <= b),
                (">", lambda a, b: a > b),
                (">=", lambda a, b: a >= b),
            ):
                wanted = self.slots.filtered(
                    lambda s, n=name, v=value, h=holds: h(s[n], v)
                )
                with self.subTest(name=name, operator=operator):
                    self.assertEqual(self._found([(name, operator, value)]), wanted)

    def test_every_status_is_there(self):
        self.assertEqual(
            set(self.slots.mapped("status")),
            {"available", "limited", "full", "closed"},
        )

    def test_filters_of_the_search_view_run(self):
        view = self.env.ref("museum_exhibition.museum_slot_view_search")
        arch = self.env["museum.slot"].get_view(view.id, "search")["arch"]
        ran = 0
        for node in etree.fromstring(arch).iter("filter"):
            if node.get("domain"):
                with self.subTest(filter=node.get("name")):
                    domain = safe_eval(node.get("domain"))
                    self.env["museum.slot"].search_count(domain)
                    ran += 1
        self.assertGreater(ran, 12)

    def test_groups_add_up_slots_with_a_limit(self):
        limited = self.slots.filtered("is_limited")
        ((taken, capacity, left, fill),) = self.env["museum.slot"]._read_group(
            self.mine,
            [],
            ["taken:sum", "capacity:sum", "seats_left:sum", "fill_percent:avg"],
        )
        self.assertEqual(taken, sum(self.slots.mapped("taken")))
        self.assertEqual(capacity, sum(limited.mapped("capacity")))
        on_sale = limited.filtered(lambda slot: slot.state == "open")
        self.assertNotEqual(on_sale, limited)
        self.assertEqual(left, sum(on_sale.mapped("seats_left")))
        gone = sum(limited.mapped("taken")) + sum(limited.mapped("blocked"))
        self.assertAlmostEqual(fill, 100.0 * gone / capacity)

    def test_sums_leave_cancelled_slots_out(self):
        slots = self.env["museum.slot"]
        sums = ["taken:sum", "blocked:sum", "capacity:sum", "seats_left:sum"]
        (before,) = slots._read_group(self.mine, [], sums)
        gone = self._make_slot(in_hours=90)
        gone._block_seats(3, "School")
        gone._set_state("cancelled", "Flood")
        mine = [("id", "in", (self.slots | gone).ids)]
        self.assertEqual(slots._read_group(mine, [], sums), [before])
        self.assertEqual((gone.status, gone.blocked), ("cancelled", 3))
        self.assertEqual(slots.search([("status", "=", "cancelled"), *mine]), gone)
        self.assertEqual(
            slots._availability(gone)[gone.id]["status"],
            "closed",
            "visitors are told that it is closed",
        )

    def test_bulk_seats_take_nothing_from_the_first_of_slots_that_differ(self):
        seats = self.env["museum.slot.seats"]
        limited = self.slots.filtered("is_limited")
        for slots in (self.slots, self.slots.sorted("is_limited")):
            wizard = seats.with_context(
                active_model="museum.slot", active_ids=slots.ids
            ).create({})
            self.assertEqual(
                (wizard.is_limited, wizard.capacity, wizard.losing), (True, 0, 0)
            )
            wizard.is_limited = False
            self.assertEqual(wizard.losing, len(limited))

    def test_sorted_and_grouped_by_fill(self):
        found = self.env["museum.slot"].search(self.mine, order="fill_percent desc, id")
        fills = found.mapped("fill_percent")
        self.assertEqual(fills, sorted(fills, reverse=True))
        groups = dict(
            self.env["museum.slot"]._read_group(self.mine, ["status"], ["__count"])
        )
        for status, count in groups.items():
            self.assertEqual(
                count, len(self.slots.filtered(lambda s, w=status: s.status == w))
            )

    def test_visitors_do_not_find_hidden_slots_by_their_seats(self):
        hidden = self._make_exhibition("Secret", is_published=False)
        slot = self._make_slot(exhibition_id=hidden.id)
        found = self.env["museum.slot"].with_user(self.users["public"])
        self.assertNotIn(slot, found.search([("seats_left", ">", 0)]))
        self.assertIn(self.slots[0], found.search([("seats_left", ">", 0)]))

    def test_a_weekend_begins_on_saturday_whatever_day_it_is(self):
        view = self.env.ref("museum_exhibition.museum_slot_view_search")
        self.assertIn("today -1d +saturday", view.arch_db)
        days = {}
        saturday = date(2027, 3, 13)
        for number in range(-2, 10):
            slot = self._make_slot(start_at=f"2027-03-{13 + number:02d} 06:00:00")
            days[slot.local_date] = slot
        this = [
            ("local_date", ">=", "today -1d +saturday"),
            ("local_date", "<=", "today -1d +saturday +1d"),
        ]
        ours = [("id", "in", [slot.id for slot in days.values()])]
        for today in ("2027-03-11", "2027-03-13", "2027-03-14"):
            with self.subTest(today=today), freeze_time(f"{today} 05:00:00"):
                found = self.env["museum.slot"].search(ours + this)
                self.assertEqual(
                    found.mapped("local_date"), [saturday, saturday + timedelta(1)]
                )

    def test_eighty_rows_cost_as_many_queries_as_ten(self):
        start = fields.Datetime.now() + timedelta(days=40)
        many = self.env["museum.slot"].create(
            [
                {
                    "exhibition_id": self.exhibition.id,
                    "start_at": start + timedelta(hours=number),
                }
                for number in range(80)
            ]
        )
        for user in ("gate", "manager"):
            counts = []
            for ids in (many[:10].ids, many.ids):
                self.env.flush_all()
                self.env.invalidate_all()
                slots = self.env["museum.slot"].with_user(self.users[user])
                slots.browse(ids[:1]).web_read({name: {} for name in LISTED + SHOWN})
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                slots.browse(ids).web_read({name: {} for name in LISTED + SHOWN})
                counts.append(self.env.cr.sql_log_count - before)
            with self.subTest(user=user):
                self.assertEqual(counts[0], counts[1])
                self.assertLessEqual(counts[1], 12)


@tagged("post_install", "-at_install")
class TestSlotByHand(MuseumExhibitionCase):
    """Single slots: made, moved, opened, closed, blocked, by the right people."""

    def test_new_slot_begins_with_what_the_exhibition_says(self):
        self.exhibition.duration_minutes = 45
        form = Form(self.env["museum.slot"].with_user(self.users["manager"]))
        form.exhibition_id = self.exhibition
        start = form.start_at
        self.assertGreater(start, fields.Datetime.now())
        self.assertEqual((start.minute, start.second), (0, 0))
        self.assertEqual(form.end_at - start, timedelta(minutes=45))
        self.assertEqual((form.is_limited, form.capacity), (True, 10))
        slot = form.save()
        self.assertEqual((slot.state, slot.seats_left), ("open", 10))

    def test_start_that_is_over_or_taken_is_warned_of(self):
        slot = self._make_slot()
        new = self.env["museum.slot"].new({"exhibition_id": self.exhibition.id})
        for start, words in (
            (fields.Datetime.now() - timedelta(hours=2), "is over"),
            (slot.start_at, "already"),
        ):
            new.start_at = start
            self.assertIn(words, new._onchange_start()["warning"]["message"])
        new.start_at = slot.start_at + timedelta(minutes=5)
        self.assertIsNone(new._onchange_start())

    def test_two_slots_never_start_at_once(self):
        slot = self._make_slot()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            with self.env.cr.savepoint():
                self.env["museum.slot"].create(
                    {"exhibition_id": self.exhibition.id, "start_at": slot.start_at}
                )

    def test_empty_slot_moves_and_one_with_people_does_not(self):
        slot, empty = self._make_slot(), self._make_slot(in_hours=30)
        self._take("a", slot, 2)
        later = {
            "start_at": slot.start_at + timedelta(hours=2),
            "end_at": slot.end_at + timedelta(hours=2),
        }
        with self.assertRaisesRegex(UserError, "2 people"):
            slot.with_user(self.users["manager"]).write(later)
        with self.assertRaises(UserError):
            slot.end_at += timedelta(minutes=30)
        empty.with_user(self.users["manager"]).write(
            {
                "start_at": empty.start_at + timedelta(hours=9),
                "end_at": empty.end_at + timedelta(hours=9),
            }
        )
        # What has not changed may be sent along.
        slot.write({"start_at": slot.start_at, "end_at": slot.end_at})
        empty._set_state("cancelled", "Flood")
        with self.assertRaisesRegex(UserError, "was cancelled"):
            empty.start_at += timedelta(hours=1)

    def test_seats_go_back_and_then_it_moves(self):
        slot = self._make_slot()
        self._take("a", slot, 2)
        self.hold._release(["a"])
        slot.start_at -= timedelta(minutes=15)

    def test_state_is_written_by_its_buttons_alone(self):
        slot = self._make_slot()
        for role in ("desk", "manager"):
            for vals in (
                {"state": "cancelled"},
                {"state": "closed"},
                {"cancel_reason": "none"},
                {"cancelled_at": fields.Datetime.now()},
            ):
                with self.subTest(role=role, vals=vals):
                    with self.assertRaisesRegex(AccessError, "buttons"):
                        slot.with_user(self.users[role]).write(vals)
        with self.assertRaises(AccessError):
            slot.with_user(self.users["manager"]).with_context(
                museum_writer=True
            ).write({"state": "closed"})
        with self.assertRaises(AccessError):
            self._make_slot(in_hours=40, state="cancelled")
        # A form sends what it has.
        slot.with_user(self.users["manager"]).write({"state": "open"})
        self.assertEqual(slot.state, "open")

    def test_only_managers_cancel(self):
        slot = self._make_slot()
        vals = {"slot_ids": [(6, 0, slot.ids)], "state": "cancelled", "reason": "Flood"}
        wizards = self.env["museum.slot.change"]
        with self.assertRaisesRegex(AccessError, "managers"):
            wizards.with_user(self.users["desk"]).create(vals).action_apply()
        wizards.with_user(self.users["manager"]).create(vals).action_apply()
        self.assertEqual((slot.state, slot.cancel_reason), ("cancelled", "Flood"))
        self.assertTrue(slot.cancelled_at)

    def test_closing_and_cancelling_want_a_reason(self):
        slot = self._make_slot()
        for state in ("closed", "cancelled"):
            wizard = self.env["museum.slot.change"].create(
                {"slot_ids": [(6, 0, slot.ids)], "state": state, "reason": " "}
            )
            with self.subTest(state=state), self.assertRaises(UserError):
                wizard.action_apply()
        self.assertEqual(slot.state, "open")

    def test_cancelling_gives_back_carts_and_keeps_what_is_sold(self):
        slot, other = self._make_slot(), self._make_slot(in_hours=30)
        self._take("cart", slot, 3)
        self._take("sold", slot, 2)
        self._take("elsewhere", other, 1)
        self.hold._sell(["sold"])
        slot._set_state("cancelled", "Flood")
        states = {
            hold.token: hold.state
            for hold in self.hold.sudo().search(
                [("token", "in", ["cart", "sold", "elsewhere"])]
            )
        }
        self.assertEqual(
            states, {"cart": "released", "sold": "sold", "elsewhere": "active"}
        )
        self.assertEqual(slot.taken, 2)
        self.assertEqual(self.hold._check_ledger(slot | other), [])

    def test_bulk_change_does_what_it_can_and_says_why_not(self):
        gone, closed = self._make_slot(), self._make_slot(in_hours=30)
        gone._set_state("cancelled", "Flood")
        closed._set_state("closed", "Power cut")
        wizard = self.env["museum.slot.change"].create(
            {"slot_ids": [(6, 0, (gone | closed).ids)], "state": "open"}
        )
        self.assertEqual(wizard.action_apply()["res_id"], wizard.id)
        self.assertEqual((gone.state, closed.state), ("cancelled", "open"))
        self.assertEqual((wizard.changed, wizard.slot_ids), (1, gone))
        self.assertIn("stays so", wizard.refused)

    def test_empty_ones_are_offered_where_there_are_some(self):
        empty, taken = self._make_slot(), self._make_slot(in_hours=30)
        self._take("a", taken, 2)
        for slots, has_empty in ((taken, False), (taken | empty, True)):
            wizard = self.env["museum.slot.change"].create(
                {"slot_ids": [(6, 0, slots.ids)], "state": "cancelled"}
            )
            self.assertEqual((wizard.has_people, wizard.has_empty), (True, has_empty))

    def test_prices_of_many_slots_change_where_the_ticket_is_sold(self):
        other = self._make_exhibition("Fossils")
        slot, late = self._make_slot(), self._make_slot(in_hours=30)
        foreign = self._make_slot(exhibition_id=other.id)
        slots = slot | late | foreign

        def wizard(user="manager", **vals):
            return (
                self.env["museum.slot.prices"]
                .with_user(self.users[user])
                .with_context(active_model="museum.slot", active_ids=slots.ids)
                .create({"category_id": self.adult.id, **vals})
            )

        change = wizard(price=350, reason="Museum night")
        self.assertEqual(change.action_apply()["res_id"], change.id)
        self.assertEqual((change.changed, change.slot_ids), (2, foreign))
        prices = slots.price_ids
        self.assertEqual(prices.slot_id, slot | late)
        self.assertEqual(set(prices.mapped("price")), {350})
        wizard(price=300, reason="Happy hour").action_apply()
        self.assertEqual(slots.price_ids, prices)
        self.assertEqual(set(prices.mapped("price")), {300})
        self.assertIn("Happy hour", slot.message_ids[0].body)
        wizard(change="remove").action_apply()
        self.assertFalse(slots.price_ids)
        wizard(is_free=True, price=9, reason="Open day").action_apply()
        self.assertEqual(set(slots.price_ids.mapped("price")), {0})
        old = wizard(price=5, reason="x").old_prices
        self.assertIn("(Open day), slots: 2", old)
        self.assertNotIn("slots: 3", old)
        for vals in (
            {"price": 3},
            {"price": -1, "reason": "no"},
            {"price": 0, "reason": "nobody typed it"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                wizard(**vals).action_apply()
        with self.assertRaises(AccessError):
            wizard("desk", price=1, reason="x")

    def test_log_of_blocked_seats_cannot_be_written(self):
        slot = self._make_slot()
        slot.with_user(self.users["desk"])._block_seats(3, "School")
        line = slot.block_log_ids
        self.assertEqual(line.create_uid, self.users["desk"])
        with self.assertRaises(AccessError):
            line.sudo().write({"reason": "Another"})
        with self.assertRaises(AccessError):
            line.sudo().create({"slot_id": slot.id, "reason": "Another"})
        with self.assertRaises(AccessError):
            line.with_user(self.users["manager"]).unlink()
        with self.assertRaises(AccessError):
            slot.with_user(self.users["gate"])._block_seats(1, "no")
        self.assertEqual(slot.blocked, 3)

    def test_blocking_never_takes_what_visitors_have(self):
        slot = self._make_slot()
        self._take("a", slot, 8)
        with self.assertRaisesRegex(UserError, "visitors have 8"):
            slot._block_seats(3, "School")
        self.assertFalse(slot.block_log_ids)

    def test_report_weighs_by_seats(self):
        small = self._make_slot(capacity=2)
        large = self._make_slot(in_hours=25, capacity=18)
        self._take("a", small, 2)
        self.env.flush_all()
        ((fill, taken),) = self.env["museum.slot.report"]._read_group(
            [("slot_id", "in", (small | large).ids)], [], ["occupancy:avg", "taken:sum"]
        )
        self.assertEqual((fill, taken), (10.0, 2))

    def test_filled_means_one_thing_in_lists_and_in_the_report(self):
        slot = self._make_slot(capacity=20)
        self._take("a", slot, 3)
        slot._block_seats(12, "School")
        self.env.flush_all()
        rows = self.env["museum.slot.report"]
        row = rows.search([("slot_id", "=", slot.id)])
        self.assertEqual((row.fill_percent, row.occupancy), (75.0, 15.0))
        self.assertEqual(slot.fill_percent, 75)
        self.assertEqual(slot.seats_label, "15/20")
        ((fill, sold),) = rows._read_group(
            [("slot_id", "=", slot.id)], [], ["fill_percent:avg", "occupancy:avg"]
        )
        self.assertEqual((fill, sold), (75.0, 15.0))

    def test_calendar_adds_up_each_exhibition_by_day(self):
        day = "2027-03-13"
        first, last, gone = (
            self._make_slot(start_at=f"{day} 0{hour}:30:00", capacity=10)
            for hour in (4, 5, 6)
        )
        other = self._make_exhibition("Always open", is_limited=False)
        free = self._make_slot(exhibition_id=other.id, start_at=f"{day} 04:30:00")
        off = self._make_slot(
            exhibition_id=other.id, start_at="2027-03-14 04:30:00", is_limited=True
        )
        self._take("a", first, 7)
        last._block_seats(5, "School")
        (gone | off)._set_state("cancelled", "Strike")
        slots = first | last | gone | free | off
        desk = self.env["museum.slot"].with_user(self.users["desk"])
        days = desk.calendar_days([("id", "in", slots.ids)])
        self.assertEqual(
            [
                (item["date"], item["exhibition_id"][0], item["seats_label"])
                for item in days
            ],
            [
                (day, other.id, "0/∞"),
                (day, self.exhibition.id, "12/20"),
                ("2027-03-14", other.id, "0/0"),
            ],
        )
        self.assertEqual([item["slots"] for item in days], [1, 2, 1])
        self.assertEqual([item["is_striked"] for item in days], [False, False, True])
        self.assertEqual(days[1]["status_color"], STATUS_COLORS["limited"])

    def test_report_tells_weekday_and_hour_of_the_venue(self):
        slot = self._make_slot(start_at="2027-03-13 04:30:00")
        self.env.flush_all()
        line = self.env["museum.slot.report"].search([("slot_id", "=", slot.id)])
        self.assertEqual((line.weekday, line.hour), ("6", "10:00"))
