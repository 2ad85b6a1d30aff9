# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class MuseumSlot(models.Model):
    _inherit = "museum.slot"

    booking_ids = fields.One2many("museum.booking", "slot_id", string="Bookings")
    booking_count = fields.Integer(compute="_compute_booking_count")

    def _compute_booking_count(self):
        counts = dict(
            self.env["museum.booking"]._read_group(
                [
                    ("slot_id", "in", self.ids),
                    ("state", "in", ("confirmed", "completed", "no_show")),
                ],
                ["slot_id"],
                ["__count"],
            )
        )
        for slot in self:
            slot.booking_count = counts.get(slot, 0)

    def action_view_bookings(self):
        """Open the bookings of this slot."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "museum_booking.museum_booking_action"
        )
        action["domain"] = [("slot_id", "=", self.id)]
        action["context"] = {}
        return action
