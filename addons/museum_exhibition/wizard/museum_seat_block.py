# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MuseumSeatBlock(models.TransientModel):
    """Asks how many seats of a slot to keep back from sale, and why."""

    _name = "museum.seat.block"
    _description = "Blocking of seats"

    slot_id = fields.Many2one("museum.slot", required=True, readonly=True)
    seats_left = fields.Integer(related="slot_id.seats_left")
    is_limited = fields.Boolean(related="slot_id.is_limited")
    blocked = fields.Integer(
        string="Blocked seats", required=True, help="In all. 0: none."
    )
    reason = fields.Char(required=True, help="Logged with the slot.")

    def action_apply(self):
        """Tell the engine; it refuses what visitors already have."""
        self.ensure_one()
        self.slot_id._set_blocked(self.blocked, self.reason)
        return {"type": "ir.actions.act_window_close"}
