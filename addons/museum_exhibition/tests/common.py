# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import fields
from odoo.tests import TransactionCase, new_test_user

ROLES = {
    "manager": "museum_exhibition.group_museum_manager",
    "desk": "museum_exhibition.group_museum_desk",
    "gate": "museum_exhibition.group_museum_gate",
    "employee": "base.group_user",
    "portal": "base.group_portal",
}


class MuseumCommon:
    """A small museum by factories; needs ``cls.env``. Uses no demo data."""

    @classmethod
    def _make_museum(cls):
        cls.venue = cls.env["museum.venue"].create(
            {"name": "Dome", "tz": "Asia/Kolkata"}
        )
        cls.exhibition = cls._make_exhibition("Journey to Mars")
        cls.adult = cls._make_category("Adult", price=200)
        cls.child = cls._make_category("Child", price=100)
        cls.family = cls._make_category("Family", price=500, seats_per_ticket=4)

    @classmethod
    def _make_exhibition(cls, name, **vals):
        return cls.env["museum.exhibition"].create(
            {
                "name": name,
                "venue_id": cls.venue.id,
                "is_limited": True,
                "capacity": 10,
                "is_published": True,
                **vals,
            }
        )

    @classmethod
    def _make_category(cls, name, **vals):
        return cls.env["museum.ticket.category"].create(
            {"name": name, "exhibition_id": cls.exhibition.id, **vals}
        )

    @classmethod
    def _make_slot(cls, in_hours=24, **vals):
        start = fields.Datetime.now() + timedelta(hours=in_hours)
        return cls.env["museum.slot"].create(
            {"exhibition_id": cls.exhibition.id, "start_at": start, **vals}
        )

    @classmethod
    def _make_category_pool(cls, slot, category, capacity):
        """Seats of a slot that only one category may take, for example wheelchairs."""
        return cls.env["museum.seat.pool"].create(
            {
                "kind": "category",
                "slot_id": slot.id,
                "category_id": category.id,
                "is_limited": True,
                "capacity": capacity,
                "company_id": slot.company_id.id,
            }
        )

    @classmethod
    def _let_expire(cls, *tokens, seconds=1):
        """Let the clock of holds run out: the database's clock cannot be frozen."""
        cls.env.cr.execute(
            """
            UPDATE museum_hold
               SET expires_at = clock_timestamp() AT TIME ZONE 'UTC'
                                - %s * INTERVAL '1 second'
             WHERE token = ANY(%s)
            """,
            [seconds, list(tokens)],
        )
        cls.env["museum.hold"].invalidate_model()
        cls.env["museum.slot"].invalidate_model(["taken", "seats_left", "status"])


class MuseumExhibitionCase(MuseumCommon, TransactionCase):
    """The museum, and a user for each role in ``cls.users``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls._make_museum()
        cls.users = {
            role: new_test_user(cls.env, login=f"museum_{role}", groups=group)
            for role, group in ROLES.items()
        }
        cls.users["public"] = cls.env.ref("base.public_user")
        cls.hold = cls.env["museum.hold"]

    def _take(self, token, slot, quantity=1, category=None, minutes=15):
        """Hold some adults' tickets."""
        category = category or self.adult
        return self.hold._take(token, slot, {category.id: quantity}, minutes)
