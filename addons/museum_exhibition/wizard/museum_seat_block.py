# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError


class MuseumSeatBlock(models.TransientModel):
    """Asks how many seats to keep back from sale, or to let go, and why."""

    _name = "museum.seat.block"
    _description = "Blocking of seats"

    slot_id = fields.Many2one("museum.slot", required=True, readonly=True)
    is_limited = fields.Boolean(compute="_compute_seats")
    seats_left = fields.Integer(string="Free seats", compute="_compute_seats")
    blocked = fields.Integer(string="Blocked now", compute="_compute_seats")
    move = fields.Selection(
        [("block", "Block"), ("release", "Release")], required=True, default="block"
    )
    seats = fields.Integer(required=True, default=1)
    blocked_after = fields.Integer(string="Blocked then", compute="_compute_after")
    reason = fields.Char(required=True, help="Logged with the slot.")

    @api.constrains("slot_id")
    def _check_slot(self):
        """:raise AccessError: a slot that who asks may not change"""
        # Odoo checks constraints as superuser.
        self.sudo(False).slot_id.check_access("write")

    @api.depends("slot_id")
    def _compute_seats(self):
        for wizard in self:
            # Not related fields: those would tell of any slot that is sent.
            slot = wizard.sudo(False).slot_id._origin._filtered_access("read")
            wizard.is_limited = slot.is_limited
            wizard.seats_left = slot.seats_left
            wizard.blocked = slot.blocked

    @api.depends("slot_id", "move", "seats")
    def _compute_after(self):
        for wizard in self:
            sign = -1 if wizard.move == "release" else 1
            wizard.blocked_after = wizard.blocked + sign * wizard.seats

    def action_apply(self):
        """Tell the engine; it refuses what visitors already have.

        :raise UserError: not a number of seats, or more than are blocked
        """
        self.ensure_one()
        if self.seats <= 0:
            raise UserError(self.env._("How many seats? One at least."))
        self.slot_id._check_capacity(self.seats)
        sign = -1 if self.move == "release" else 1
        # A dialogue is applied once, even when the request runs again.
        token = f"{self._name},{self.id}"
        self.slot_id._block_seats(sign * self.seats, self.reason, token)
        return {"type": "ir.actions.act_window_close"}
