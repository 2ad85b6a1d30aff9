# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two museums in one database: neither sees, counts or changes the other's."""

from datetime import timedelta
from urllib.parse import urlsplit

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.guard import writing
from .common import MuseumCommon, MuseumExhibitionCase

# Rows that belong to no museum: every museum of the database shares them.
SHARED = {"museum.exhibition.tag", "museum.language"}
# Nobody but the system reads these.
SYSTEM = {"museum.idempotency.key"}


class OtherMuseum:
    """A second company with a row of every model of the addon."""

    @classmethod
    def _make_other_museum(cls):
        cls.other = cls.env["res.company"].create({"name": "Other museum"})
        env = cls.env(
            context=dict(
                cls.env.context,
                allowed_company_ids=[cls.other.id, cls.env.company.id],
            )
        )
        cls.env.user.company_ids |= cls.other
        create = {name: env[name].create for name in env if name.startswith("museum.")}
        cls.far_venue = create["museum.venue"](
            {"name": "Far away", "tz": "UTC", "company_id": cls.other.id}
        )
        room = create["museum.room"]({"name": "Far room", "venue_id": cls.far_venue.id})
        cls.far = create["museum.exhibition"](
            {
                "name": "Faraway stars",
                "venue_id": cls.far_venue.id,
                "room_id": room.id,
                "is_limited": True,
                "capacity": 10,
                "is_published": True,
            }
        )
        cls.far_category = create["museum.ticket.category"](
            {"name": "Far adult", "exhibition_id": cls.far.id, "price": 9}
        )
        start = fields.Datetime.now() + timedelta(days=2)
        cls.far_slot = create["museum.slot"](
            {"exhibition_id": cls.far.id, "start_at": start}
        )
        hold = env["museum.hold"]._take(
            "far", cls.far_slot, {cls.far_category.id: 3}, 15
        )
        hold = env["museum.hold"].browse(hold["hold_id"])
        cls.far_slot._block_seats(2, "Far school")
        plan = create["museum.slot.plan"](
            {
                "company_id": cls.other.id,
                "exhibition_ids": [(6, 0, cls.far.ids)],
                "date_from": "2030-01-01",
                "date_to": "2030-01-02",
            }
        )
        records = [
            cls.far_venue,
            room,
            cls.far,
            cls.far_category,
            cls.far_slot,
            hold,
            hold.take_ids,
            cls.far_slot.pool_id,
            cls.far_slot.block_log_ids,
            plan,
            create["museum.slot.plan.line"](
                {
                    "plan_id": plan.id,
                    "exhibition_id": cls.far.id,
                    "kind": "conflict",
                    "when": "Monday",
                    "local_date": "2030-01-01",
                    "start_at": "2030-01-01 10:00:00",
                }
            ),
            create["museum.schedule"]({"exhibition_id": cls.far.id}),
            create["museum.closure"](
                {"name": "Far", "date_from": "2030-01-01", "company_id": cls.other.id}
            ),
            create["museum.slot.price"](
                {
                    "slot_id": cls.far_slot.id,
                    "category_id": cls.far_category.id,
                    "price": 1,
                    "reason": "Far night",
                }
            ),
            create["museum.price.rule"](
                {"name": "Far weekend", "company_id": cls.other.id, "value": -10}
            ),
            create["museum.opening.hours"](
                {
                    "venue_id": cls.far_venue.id,
                    "weekday": "0",
                    "hour_from": 9,
                    "hour_to": 17,
                }
            ),
            create["museum.exhibition.image"](
                {"exhibition_id": cls.far.id, "name": "Far picture"}
            ),
        ]
        cls.env.flush_all()
        cls.theirs = {record._name: record for record in records}
        cls.theirs["museum.slot.report"] = env["museum.slot.report"].browse(
            cls.far_slot.id
        )


@tagged("post_install", "-at_install")
class TestTwoCompanies(OtherMuseum, MuseumExhibitionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_other_museum()
        cls.near = cls._make_slot()
        cls.stranger = cls.users["manager"]

    def _as_stranger(self, name):
        return self.env[name].with_user(self.stranger).with_context(active_test=False)

    def test_every_model_is_tried(self):
        own = {
            name
            for name, model in self.registry.items()
            if model._original_module == "museum_exhibition"
            and not (model._abstract or model._transient)
        }
        self.assertEqual(own - SHARED - SYSTEM, set(self.theirs))

    def test_staff_find_read_and_count_only_their_own(self):
        for name, theirs in self.theirs.items():
            records = self._as_stranger(name)
            with self.subTest(model=name):
                self.assertTrue(theirs.sudo().exists())
                self.assertNotIn(theirs.id, records.search([]).ids)
                counted = sum(
                    count for (count,) in records._read_group([], [], ["__count"])
                )
                self.assertEqual(counted, records.search_count([]))
                for read in ("read", "web_read"):
                    fields_read = ["id", "display_name"]
                    if read == "web_read":
                        fields_read = {field: {} for field in fields_read}
                    with self.assertRaises(AccessError):
                        getattr(records.browse(theirs.id), read)(fields_read)

    @mute_logger("odoo.models")
    def test_staff_change_only_their_own(self):
        for name, theirs in self.theirs.items():
            record = self._as_stranger(name).browse(theirs.id)
            with self.subTest(model=name):
                self.assertFalse(record.has_access("write"))
                self.assertFalse(record.has_access("unlink"))
        for name in ("museum.venue", "museum.exhibition", "museum.slot"):
            record = self._as_stranger(name).browse(self.theirs[name].id)
            with self.subTest(model=name):
                with self.assertRaises(AccessError):
                    record.write({"message_follower_ids": []})
                with self.assertRaises(AccessError):
                    record.unlink()

    def test_nothing_is_made_in_the_other_museum(self):
        self.theirs["museum.slot.price"].sudo().unlink()
        for name, vals in {
            "museum.slot": {
                "exhibition_id": self.far.id,
                "start_at": "2030-05-01 10:00:00",
            },
            "museum.schedule": {"exhibition_id": self.far.id},
            "museum.ticket.category": {"name": "X", "exhibition_id": self.far.id},
            "museum.exhibition": {"name": "X", "venue_id": self.far_venue.id},
            "museum.room": {"name": "X", "venue_id": self.far_venue.id},
            "museum.slot.price": {
                "slot_id": self.far_slot.id,
                "category_id": self.far_category.id,
                "price": 1,
                "reason": "x",
            },
        }.items():
            with self.subTest(model=name), self.assertRaises(UserError):
                with self.env.cr.savepoint():
                    self._as_stranger(name).create(vals)
                    self.env.flush_all()

    def test_dialogues_refuse_slots_of_the_other_museum(self):
        slots = [(6, 0, (self.near | self.far_slot).ids)]
        near = self.near
        for name, vals in (
            ("museum.slot.change", {"slot_ids": slots, "state": "closed"}),
            ("museum.slot.change", {"slot_ids": slots, "state": "cancelled"}),
            ("museum.slot.seats", {"slot_ids": slots, "capacity": 99}),
            (
                "museum.slot.prices",
                {"slot_ids": slots, "category_id": self.adult.id, "price": 1},
            ),
            ("museum.seat.block", {"slot_id": self.far_slot.id, "seats": 1}),
        ):
            with self.subTest(model=name, vals=vals), self.assertRaises(AccessError):
                with self.env.cr.savepoint():
                    wizards = self.env[name].with_user(self.stranger)
                    if "reason" in wizards._fields:
                        vals = {**vals, "reason": "mine now"}
                    wizard = wizards.create(vals)
                    wizard.action_apply()
        self.env.invalidate_all()
        self.assertEqual((self.far_slot.state, near.state), ("open", "open"))
        self.assertEqual((self.far_slot.capacity, self.far_slot.blocked), (10, 2))

    def test_a_dialogue_that_is_changed_later_tells_nothing_of_the_other_museum(self):
        wizard = (
            self.env["museum.slot.change"]
            .with_user(self.stranger)
            .create({"slot_ids": [(6, 0, self.near.ids)], "state": "closed"})
        )
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            wizard.write({"slot_ids": [(6, 0, self.far_slot.ids)]})
        new = (
            self.env["museum.slot.change"]
            .with_user(self.stranger)
            .new({"slot_ids": [(6, 0, self.far_slot.ids)], "state": "closed"})
        )
        self.assertNotIn("3", new.concerned)
        self.assertFalse(new.has_people)
        block = (
            self.env["museum.seat.block"]
            .with_user(self.stranger)
            .new({"slot_id": self.far_slot.id, "seats": 1})
        )
        self.assertEqual((block.seats_left, block.blocked), (0, 0))

    def test_buttons_of_slots_refuse_the_other_museum(self):
        slot = self.far_slot.with_user(self.stranger).sudo(False)
        for button in ("action_open", "action_close", "action_cancel"):
            with self.subTest(button=button), self.assertRaises(AccessError):
                with self.env.cr.savepoint():
                    getattr(slot, button)()

    def test_who_works_for_both_switches(self):
        both = new_test_user(
            self.env,
            login="museum_both",
            groups="museum_exhibition.group_museum_manager",
            company_id=self.env.company.id,
            company_ids=[(6, 0, (self.env.company | self.other).ids)],
        )
        slots = self.env["museum.slot"].with_user(both)
        pair = [("id", "in", (self.near | self.far_slot).ids)]
        for companies, found in (
            (self.env.company, self.near),
            (self.other, self.far_slot),
            (self.env.company | self.other, self.near | self.far_slot),
        ):
            context = {"allowed_company_ids": companies.ids}
            with self.subTest(companies=companies.mapped("name")):
                self.assertEqual(slots.with_context(**context).search(pair), found)


@tagged("post_install", "-at_install")
class TestHistory(MuseumExhibitionCase):
    """What has a history is archived; deleting it is refused in words."""

    def test_deleting_is_refused_in_words(self):
        room = self.env["museum.room"].create(
            {"name": "Hall 1", "venue_id": self.venue.id}
        )
        self.exhibition.room_id = room
        schedule = self.env["museum.schedule"].create(
            {"exhibition_id": self.exhibition.id}
        )
        slot = self._make_slot()
        writing(slot).schedule_id = schedule
        self._take("sold", slot, 1)
        self.hold._sell(["sold"])
        for record, words in (
            (self.venue, "Archive"),
            (self.exhibition, "Archive"),
            (room, "Archive"),
            (schedule, "Archive"),
            (self.adult, "Archive"),
            (slot, "Cancel"),
        ):
            with self.subTest(model=record._name):
                with self.assertRaisesRegex(UserError, words):
                    with self.env.cr.savepoint():
                        record.with_user(self.users["manager"]).unlink()
                self.assertTrue(record.exists())

    def test_what_was_made_by_mistake_can_go(self):
        exhibition = self._make_exhibition("Mistake")
        category = self._make_category("Mistake", exhibition_id=exhibition.id)
        slot = self._make_slot(exhibition_id=exhibition.id)
        user = self.users["manager"]
        slot.with_user(user).unlink()
        category.with_user(user).unlink()
        exhibition.with_user(user).unlink()
        self.assertFalse((slot | slot).exists() or exhibition.exists())

    def test_everything_with_a_history_has_chatter_and_an_archive(self):
        for name in (
            "museum.venue",
            "museum.exhibition",
            "museum.ticket.category",
            "museum.schedule",
            "museum.closure",
            "museum.price.rule",
        ):
            with self.subTest(model=name):
                self.assertIn("message_ids", self.env[name]._fields)
                self.assertTrue(self.env[name]._fields["active"].tracking)
        self.assertIn("message_ids", self.env["museum.slot"]._fields)
        self.assertTrue(self.env["museum.slot"]._fields["state"].tracking)


@tagged("post_install", "-at_install")
class TestTwoWebsites(OtherMuseum, MuseumCommon, HttpCase):
    """Website A never shows what is on at B, by any of its roads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = cls.env["website"].search([], limit=1)
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=cls.site.company_id.ids)
        )
        cls.env.user.company_ids |= cls.site.company_id
        cls._make_museum()
        cls.near_slot = cls._make_slot()
        cls._make_other_museum()
        cls.other_site = cls.env["website"].create(
            {"name": "Other site", "company_id": cls.other.id}
        )
        # The same company may have two websites too.
        cls.side_site = cls.env["website"].create(
            {"name": "Side site", "company_id": cls.site.company_id.id}
        )
        cls.aside = cls._make_exhibition(
            "Only on the side site", website_id=cls.side_site.id
        )

    def _at(self, site):
        """Requests of this test go to that site."""
        url = urlsplit(self.base_url())
        others = self.env["website"].search([("id", "!=", site.id)])
        for other in others:
            other.domain = f"http://elsewhere-{other.id}.example.com"
        self.env.flush_all()
        site.domain = f"{url.scheme}://{url.netloc}"
        self.env.flush_all()
        self.env.registry.clear_cache()

    def _pages(self, exhibition, slot):
        path = f"/api/v1/exhibitions/{exhibition.id}"
        day = f"{slot.local_date:%Y-%m-%d}"
        return (
            exhibition.website_url,
            f"{exhibition.website_url}/book",
            path,
            f"{path}/available-dates?month={day[:7]}",
            f"{path}/time-slots?date={day}",
            f"{path}/ticket-categories",
        )

    def _lists(self):
        return (
            "/exhibitions",
            "/exhibitions?search=stars",
            "/api/v1/exhibitions",
            "/website/search?search=stars",
            "/website/search?search=Mars",
            "/sitemap.xml",
        )

    def test_each_site_shows_its_own(self):
        # Compared with what each finds at home, so that a page that is broken for
        # everybody does not pass for one that keeps a secret.
        for site, own, foreign in (
            (self.site, (self.exhibition, self.near_slot), (self.far, self.far_slot)),
            (
                self.other_site,
                (self.far, self.far_slot),
                (self.exhibition, self.near_slot),
            ),
        ):
            self._at(site)
            self.env["ir.attachment"].search(
                [("url", "=like", "/sitemap%.xml")]
            ).unlink()
            self.env.flush_all()
            for path in self._pages(*own):
                with self.subTest(site=site.name, own=path):
                    self.assertEqual(self.url_open(path).status_code, 200)
            for path in self._pages(*foreign):
                with self.subTest(site=site.name, foreign=path):
                    self.assertIn(self.url_open(path).status_code, (403, 404))
            texts = [self.url_open(path).text for path in self._lists()]
            for path, text in zip(self._lists(), texts, strict=True):
                with self.subTest(site=site.name, list=path):
                    self.assertNotIn(foreign[0].name, text)
                    self.assertNotIn(foreign[0].website_url, text)
            self.assertIn(own[0].name, texts[0])
            self.assertIn(own[0].website_url, texts[-1])

    def test_an_exhibition_of_one_site_is_not_on_the_other_of_its_company(self):
        self._at(self.site)
        for path in (self.aside.website_url, f"/api/v1/exhibitions/{self.aside.id}"):
            with self.subTest(path=path):
                self.assertIn(self.url_open(path).status_code, (403, 404))
        self.assertNotIn(self.aside.name, self.url_open("/exhibitions").text)

    def test_category_of_the_other_museum_is_not_told_for_a_slot(self):
        self._at(self.site)
        path = f"/api/v1/exhibitions/{self.exhibition.id}/ticket-categories"
        answer = self.url_open(f"{path}?slot_id={self.far_slot.id}")
        self.assertEqual(answer.status_code, 404)
