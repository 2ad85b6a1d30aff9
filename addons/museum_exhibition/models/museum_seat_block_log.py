# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .guard import is_writing, writing


class MuseumSeatBlockLog(models.Model):
    """Who kept how many seats of a slot back from sale, or let them go, and why."""

    _name = "museum.seat.block.log"
    _description = "Log of blocked seats"
    _order = "id desc"
    _rec_name = "slot_id"

    slot_id = fields.Many2one(
        "museum.slot", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="slot_id.company_id", store=True)
    seats = fields.Integer(
        string="Change", readonly=True, help="Above zero: blocked. Below: released."
    )
    blocked_after = fields.Integer(string="Blocked since then", readonly=True)
    reason = fields.Char(required=True, readonly=True)
    create_date = fields.Datetime(string="When")
    create_uid = fields.Many2one("res.users", string="Who")

    @api.model_create_multi
    def create(self, vals_list):
        if not is_writing(self):
            raise AccessError(self.env._("Block seats at their slot."))
        return super().create(vals_list)

    def write(self, vals):
        raise AccessError(self.env._("The log of blocked seats stays as it is."))


class MuseumSlot(models.Model):
    """Blocking seats is logged in words and figures."""

    _inherit = "museum.slot"

    block_log_ids = fields.One2many(
        "museum.seat.block.log",
        "slot_id",
        string="Blocked seats",
        groups="museum_exhibition.group_museum_desk",
    )

    def _set_blocked(self, blocked, reason):
        """:raise UserError: no reason, or a slot that does not take place"""
        self.ensure_one()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why the seats are blocked or released."))
        if self.state == "cancelled" and blocked > self.blocked:
            raise UserError(
                self.env._(
                    "%(slot)s was cancelled: there are no seats to block.",
                    slot=self.display_name,
                )
            )
        before = self.blocked
        result = super()._set_blocked(blocked, reason)
        if blocked != before:
            # Who may change the slot writes this log; nobody else does.
            writing(self.env["museum.seat.block.log"].sudo()).create(
                {
                    "slot_id": self.id,
                    "seats": blocked - before,
                    "blocked_after": blocked,
                    "reason": reason,
                }
            )
        return result
