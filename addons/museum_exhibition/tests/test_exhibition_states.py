# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import MuseumExhibitionCase


@tagged("post_install", "-at_install")
class TestExhibitionStates(MuseumExhibitionCase):
    """Draft, published, closed, archived: what staff do and what it means."""

    def _make_draft(self, **vals):
        """An exhibition that has everything to be published, except what is given."""
        draft = self._make_exhibition("New hall", is_published=False)
        self._make_category("Adult", price=10, exhibition_id=draft.id)
        self.env["museum.schedule"].create(
            {
                "exhibition_id": draft.id,
                "first_start_hour": 10,
                "last_start_hour": 12,
                "every_minutes": 60,
            }
        )
        draft.write(vals)
        return draft

    def test_state_says_what_the_flags_say(self):
        exhibition = self.exhibition
        table = (
            ({"is_published": False}, "draft", False),
            ({"is_published": True}, "published", True),
            ({"is_closed": True}, "closed", False),
            ({"is_published": False}, "draft", False),
            ({"active": False, "is_published": True}, "archived", False),
        )
        for vals, state, on_sale in table:
            with self.subTest(vals):
                exhibition.write(vals)
                self.assertEqual(
                    (exhibition.state, exhibition.is_on_sale), (state, on_sale)
                )
                found = exhibition.with_context(active_test=False).search(
                    [("state", "=", state), ("id", "=", exhibition.id)]
                )
                self.assertEqual(found, exhibition)

    def test_publishing_makes_what_can_be_booked(self):
        draft = self._make_draft()
        self.assertFalse(draft.slot_ids)
        answer = draft.with_user(self.users["manager"]).action_publish()
        self.assertEqual(draft.state, "published")
        self.assertGreater(draft.slot_count, 100)
        self.assertIn("no picture", answer["params"]["message"])
        self.assertTrue(draft._next_free_rows()[draft.id])
        before = draft.slot_ids
        draft.action_close()
        draft.action_reopen()
        self.assertEqual((draft.state, draft.slot_ids), ("published", before))

    def test_publishing_names_all_that_is_missing(self):
        draft = self._make_exhibition("Empty", is_published=False)
        draft.date_to = fields.Date.today() - timedelta(days=3)
        with self.assertRaises(UserError) as caught:
            draft.action_publish()
        for words in ("No tickets", "No times", "last day is over"):
            self.assertIn(words, str(caught.exception))
        self.assertEqual(draft.state, "draft")
        with self.assertRaises(UserError):
            draft.website_publish_button()
        self.assertFalse(draft.is_published)

    def test_archived_tickets_are_no_tickets(self):
        draft = self._make_draft()
        draft.category_ids.active = False
        with self.assertRaises(UserError):
            draft.action_publish()

    def test_only_managers_change_the_state(self):
        draft = self._make_draft()
        for role in ("desk", "gate", "employee", "portal"):
            user = self.users[role]
            for method in ("action_publish", "action_close", "action_draft"):
                with self.subTest(role=role, method=method):
                    with self.assertRaises(AccessError):
                        getattr(draft.with_user(user), method)()

    def test_archiving_with_people_to_come_is_refused_in_words(self):
        slot = self._make_slot()
        self._take("a", slot, 3)
        with self.assertRaises(UserError) as caught:
            self.exhibition.action_archive()
        self.assertIn("3 people", str(caught.exception))
        self.assertTrue(self.exhibition.active)
        self.hold._release(["a"])
        self.exhibition.action_archive()
        self.assertEqual(self.exhibition.state, "archived")

    def test_past_visits_do_not_keep_from_archiving(self):
        slot = self._make_slot()
        self._take("a", slot, 3)
        past = fields.Datetime.now() - timedelta(days=2)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE museum_slot SET start_at = %s, end_at = %s WHERE id = %s",
            [past, past + timedelta(hours=1), slot.id],
        )
        self.env.invalidate_all()
        self.exhibition.action_archive()
        self.assertFalse(self.exhibition.active)

    def test_copy_has_tickets_and_schedules_and_no_slots(self):
        draft = self._make_draft(is_closed=True)
        draft.action_publish()
        draft.is_closed = True
        twin = draft.copy()
        self.assertEqual(twin.name, "New hall (copy)")
        self.assertEqual(twin.state, "draft")
        self.assertFalse(twin.is_closed)
        self.assertEqual(
            (twin.category_ids.mapped("price"), len(twin.schedule_ids)), ([10.0], 1)
        )
        self.assertFalse(twin.slot_ids)
        self.assertFalse(twin.category_ids & draft.category_ids)

    def test_changes_of_the_state_are_in_the_chatter(self):
        draft = self._make_draft().with_context(tracking_disable=False)
        self.env.flush_all()
        self.flush_tracking()
        draft.action_publish()
        self.flush_tracking()
        tracked = draft.message_ids.tracking_value_ids
        self.assertIn("Published", tracked.mapped("new_value_char"))

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()

    def test_room_is_one_of_the_venue(self):
        other = self.env["museum.venue"].create({"name": "Annex", "tz": "UTC"})
        room = self.env["museum.room"].create({"name": "R1", "venue_id": other.id})
        with self.assertRaises(ValidationError):
            self.exhibition.room_id = room

    def test_nobody_could_come_in(self):
        with self.assertRaises(ValidationError):
            self.exhibition.write(
                {
                    "entry_early_minutes": 0,
                    "entry_late_minutes": 0,
                    "entry_late_from": "start",
                }
            )
