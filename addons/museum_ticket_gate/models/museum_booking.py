# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class MuseumBooking(models.Model):
    _inherit = "museum.booking"

    scan_ids = fields.One2many("museum.scan", "booking_id", readonly=True)
    scan_count = fields.Integer(compute="_compute_scan_count")

    def _compute_scan_count(self):
        counts = dict(
            self.env["museum.scan"]._read_group(
                [("booking_id", "in", self.ids)], ["booking_id"], ["__count"]
            )
        )
        for booking in self:
            booking.scan_count = counts.get(booking, 0)

    def action_view_scans(self):
        """List the attempts to enter with any ticket of these bookings."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "museum_ticket_gate.museum_scan_action"
        )
        action["domain"] = [("booking_id", "in", self.ids)]
        action["context"] = {}
        return action
