# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError


class MuseumSeatBlock(models.TransientModel):
    """Asks how many seats to keep back from sale, or to let go, and why."""

    _name = "museum.seat.block"
    _description = "Blocking of seats"

    slot_id = fields.Many2one("museum.slot", required=True, readonly=True)
    is_limited = fields.Boolean(related="slot_id.is_limited", related_sudo=False)
    seats_left = fields.Integer(related="slot_id.seats_left", related_sudo=False)
    blocked = fields.Integer(
        string="Blocked now", related="slot_id.blocked", related_sudo=False
    )
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
        if self.blocked_after < 0:
            raise UserError(
                self.env._("Only %(blocked)s seats are blocked.", blocked=self.blocked)
            )
        self.slot_id._set_blocked(self.blocked_after, self.reason)
        return {"type": "ir.actions.act_window_close"}
