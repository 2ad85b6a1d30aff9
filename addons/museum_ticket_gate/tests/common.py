# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The smallest museum with a gate: one exhibition, one slot now, users by role."""

import uuid
from datetime import timedelta

from odoo import fields

from odoo.addons.museum_booking.lib import codes, states
from odoo.addons.museum_exhibition.models.guard import writing

ROLES = {
    "gate": "museum_exhibition.group_museum_gate",
    "desk": "museum_exhibition.group_museum_desk",
    "manager": "museum_exhibition.group_museum_manager",
    "employee": "base.group_user",
    "portal": "base.group_portal",
}


def new_uuid():
    return str(uuid.uuid4())


class GateWorld:
    """Makes records as the system; mix into a test case or use from a script."""

    def __init__(self, env, museum_code="TEST", company=None):
        self.env = env = env(user=1, su=True)
        self.company = company or env["res.company"].create(
            {"name": f"Museum {museum_code}", "museum_code": museum_code}
        )
        self.env = env = env(context={"allowed_company_ids": self.company.ids})
        self.venue = self.make_venue("Main hall")
        self.exhibition = self.make_exhibition("Planets", self.venue)
        self.adult, self.child = self.env["museum.ticket.category"].create(
            [
                {"exhibition_id": self.exhibition.id, "name": name, "price": price}
                for name, price in (("Adult", 200), ("Child", 100))
            ]
        )
        self.slot = self.make_slot()
        self.gate = self.make_gate("North door")
        self.partner = env["res.partner"].create({"name": "Asha Rao"})

    def make_venue(self, name, tz="Asia/Kolkata"):
        return self.env["museum.venue"].create(
            {"name": name, "company_id": self.company.id, "tz": tz}
        )

    def make_exhibition(self, name, venue):
        return self.env["museum.exhibition"].create(
            {"name": name, "venue_id": venue.id}
        )

    def make_slot(self, minutes=-10, length=60, exhibition=None):
        """A slot that starts ``minutes`` from now; to the second, hence perhaps an
        existing one."""
        start = fields.Datetime.now() + timedelta(minutes=minutes)
        exhibition = exhibition or self.exhibition
        existing = self.env["museum.slot"].search(
            [("exhibition_id", "=", exhibition.id), ("start_at", "=", start)]
        )
        return existing or self.env["museum.slot"].create(
            {
                "exhibition_id": exhibition.id,
                "start_at": start,
                "end_at": start + timedelta(minutes=length),
                "is_limited": False,
            }
        )

    def make_gate(self, name, **values):
        return self.env["museum.gate"].create(
            {
                "name": name,
                "company_id": self.company.id,
                "early_minutes": 15,
                "late_minutes": 0,
                **values,
            }
        )

    def make_booking(self, slot=None, state=states.CONFIRMED):
        """A booking in an order of its own, without lines: the gate needs none."""
        slot = slot or self.slot
        order = self.env["sale.order"].create(
            {"partner_id": self.partner.id, "company_id": self.company.id}
        )
        bookings = writing(self.env["museum.booking"])
        return bookings.create(
            {
                "name": codes.make_reference(self.company.museum_code),
                "code": codes.make_ticket_code(self.company.museum_code, 2026),
                "order_id": order.id,
                "company_id": self.company.id,
                "slot_id": slot.id,
                "hold_token": new_uuid(),
                "state": state,
            }
        ).with_env(self.env)

    def make_tickets(self, booking=None, categories=None, **values):
        """Tickets of a booking, reserved unless ``values`` say otherwise."""
        booking = booking or self.make_booking()
        slot = booking.slot_id
        return self.env["museum.ticket"].create(
            [
                {
                    "booking_id": booking.id,
                    "category_id": category.id,
                    "slot_id": slot.id,
                    "exhibition_id": slot.exhibition_id.id,
                    "venue_id": slot.venue_id.id,
                    "company_id": self.company.id,
                    "partner_id": self.partner.id,
                    "code": codes.make_ticket_code(self.company.museum_code, 2026),
                    "state": states.TICKET_RESERVED,
                    "valid_from": slot.start_at,
                    "valid_until": slot.end_at,
                    **values,
                }
                for category in (categories or [self.adult])
            ]
        )

    def make_ticket(
        self, minutes=-10, length=60, booking_state=states.CONFIRMED, **values
    ):
        """One ticket for a slot of its own that starts ``minutes`` from now."""
        slot = self.make_slot(minutes, length)
        return self.make_tickets(self.make_booking(slot, booking_state), **values)

    def make_user(self, role, company=None):
        company = company or self.company
        login = f"{role}_{new_uuid()[:8]}"
        return self.env["res.users"].create(
            {
                "name": f"{role} person",
                "login": login,
                "password": login,
                "company_id": company.id,
                "company_ids": [(6, 0, company.ids)],
                "group_ids": [(6, 0, self.env.ref(ROLES[role]).ids)],
            }
        )
