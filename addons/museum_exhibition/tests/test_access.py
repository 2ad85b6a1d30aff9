# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import MuseumExhibitionCase

# Model -> role -> the operations allowed: r(ead), w(rite), c(reate), u(nlink).
ROLES = ("public", "portal", "employee", "gate", "desk", "manager")
TABLE = {
    "museum.venue": ("r", "r", "r", "r", "r", "rwcu"),
    "museum.exhibition": ("r", "r", "r", "r", "r", "rwcu"),
    "museum.ticket.category": ("r", "r", "r", "r", "r", "rwcu"),
    "museum.price.rule": ("", "", "", "", "r", "rwcu"),
    "museum.slot": ("r", "r", "r", "r", "rw", "rwcu"),
    "museum.slot.price": ("", "", "", "", "r", "rwcu"),
    "museum.schedule": ("", "", "", "r", "r", "rwcu"),
    "museum.closure": ("", "", "", "r", "r", "rwcu"),
    "museum.slot.plan": ("", "", "", "", "", "rwcu"),
    "museum.slot.plan.line": ("", "", "", "", "", "r"),
    "museum.seat.block.log": ("", "", "", "", "r", "r"),
    "museum.seat.pool": ("", "", "", "r", "r", "r"),
    "museum.hold": ("", "", "", "", "r", "r"),
    "museum.hold.take": ("", "", "", "", "r", "r"),
    "museum.slot.report": ("", "", "", "", "r", "r"),
    # What the pages of exhibitions and venues show.
    "museum.room": ("r", "r", "r", "r", "r", "rwcu"),
    "museum.opening.hours": ("r", "r", "r", "r", "r", "rwcu"),
    "museum.exhibition.image": ("r", "r", "r", "r", "r", "rwcu"),
    "museum.exhibition.tag": ("r", "r", "r", "r", "r", "rwcu"),
    "museum.language": ("r", "r", "r", "r", "r", "rwcu"),
    # Dialogues.
    "museum.settings": ("", "", "", "", "", "rwc"),
    "museum.setup": ("", "", "", "", "", "rwc"),
    "museum.setup.category": ("", "", "", "", "", "rwcu"),
    "museum.slot.change": ("", "", "", "", "rwc", "rwc"),
    "museum.slot.seats": ("", "", "", "", "rwc", "rwc"),
    "museum.slot.prices": ("", "", "", "", "", "rwc"),
    "museum.seat.block": ("", "", "", "", "rwc", "rwc"),
    # The API's own; see its own test.
    "museum.idempotency.key": ("", "", "", "", "", ""),
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}


@tagged("post_install", "-at_install")
class TestAccess(MuseumExhibitionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.slot = cls._make_slot()
        cls.env["museum.hold"]._take("a", cls.slot, {cls.adult.id: 1}, 15)

    def test_roles_can_do_what_the_table_says(self):
        for model, rights in TABLE.items():
            for role, allowed in zip(ROLES, rights, strict=True):
                for letter, operation in OPERATIONS.items():
                    with self.subTest(role=role, model=model, operation=operation):
                        records = self.env[model].with_user(self.users[role])
                        self.assertEqual(
                            records.has_access(operation), letter in allowed
                        )

    def test_table_names_every_model_of_the_addon(self):
        """A new model without a decision about who may do what fails here."""
        own = {
            name
            for name, model in self.registry.items()
            if model._original_module == "museum_exhibition" and not model._abstract
        }
        self.assertEqual(own, set(TABLE))

    def test_visitors_see_only_what_is_published(self):
        hidden = self._make_exhibition("Secret", is_published=False)
        hidden_slot = self._make_slot(exhibition_id=hidden.id)
        hidden_category = self._make_category("Adult", exhibition_id=hidden.id)
        closed = self._make_slot(in_hours=30)
        closed._set_state("closed")
        for role in ("public", "portal"):
            user = self.users[role]
            for record in (hidden, hidden_slot, hidden_category, closed):
                with self.subTest(role=role, record=record):
                    with self.assertRaises(AccessError):
                        record.with_user(user).read(["display_name"])
            for record in (self.exhibition, self.slot, self.adult, self.venue):
                record.with_user(user).read(["display_name"])

    def test_nobody_writes_counters_or_the_ledger(self):
        hold = self.env["museum.hold"].search([("token", "=", "a")])
        for role in ("gate", "desk", "manager"):
            user = self.users[role]
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.slot.pool_id.with_user(user).write({"taken": 0})
            with self.subTest(role=role), self.assertRaises(AccessError):
                hold.with_user(user).write({"state": "released"})

    def test_desk_blocks_seats_and_closes_slots(self):
        slot = self.slot.with_user(self.users["desk"])
        slot._block_seats(2, "press")
        slot.capacity = 20
        self.assertEqual((slot.blocked, slot.capacity), (2, 20))
        action = slot.action_close()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.with_user(self.users["desk"]).write({"reason": "Power cut"})
        wizard.with_user(self.users["desk"]).action_apply()
        self.assertEqual(slot.state, "closed")

    def test_gate_reads_slots_with_their_seats(self):
        slot = self.slot.with_user(self.users["gate"])
        self.assertEqual((slot.taken, slot.status), (1, "available"))
        with self.assertRaises(AccessError):
            slot.capacity = 5

    def test_manager_publishes_and_desk_does_not(self):
        hidden = self._make_exhibition("Secret", is_published=False)
        self._make_category("Adult", exhibition_id=hidden.id)
        self._make_slot(exhibition_id=hidden.id)
        with self.assertRaises(AccessError):
            hidden.with_user(self.users["desk"]).website_publish_button()
        hidden.with_user(self.users["manager"]).website_publish_button()
        self.assertTrue(hidden.is_published)

    def test_manager_changes_settings_of_the_company_and_desk_does_not(self):
        company = self.env.company
        settings = self.env["museum.settings"].with_user(self.users["manager"])
        page = settings.create({})
        self.assertEqual(page.museum_code, company.museum_code)
        page.write({"museum_hold_minutes": 7, "museum_terms": "<p>Be kind</p>"})
        page.action_save()
        self.assertEqual(company.museum_hold_minutes, 7)
        self.assertIn("Be kind", company.museum_terms)
        page.museum_code = "no good"
        with self.assertRaises(ValidationError):
            page.action_save()
        for role in ("gate", "desk", "employee", "portal", "public"):
            user = self.users[role]
            with self.subTest(role=role), self.assertRaises(AccessError):
                settings.with_user(user).create({})
            with self.subTest(role=role), self.assertRaises(AccessError):
                settings.with_user(user).default_get(["museum_code"])
            with self.subTest(role=role), self.assertRaises(AccessError):
                page.with_user(user).sudo().action_save()
