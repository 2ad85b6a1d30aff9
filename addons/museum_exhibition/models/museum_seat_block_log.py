# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..lib import seat_ledger as ledger


class MuseumSeatBlockLog(models.Model):
    """Who kept how many seats of a slot back from sale, or let them go, and why.

    Written by the seat engine alone, with the seats (``lib/seat_blocking.py``).
    """

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
    token = fields.Char(
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="Of the request, so that seats are blocked once when it runs again.",
    )
    create_date = fields.Datetime(string="When")
    create_uid = fields.Many2one("res.users", string="Who")

    _token_uniq = models.Constraint("UNIQUE (token)", "A token blocks seats once.")

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=W0012,W8106
        raise AccessError(self.env._("Block seats at their slot."))

    def write(self, vals):  # pylint: disable=W0012,W8106
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

    def _block_seats(self, seats, reason, token=None):
        """Keep so many more seats back from sale, or let them go, and log why.

        :param int seats: above zero: block; below: release
        :param str token: the same when the request is run again; the seats move once
        :raise CapacityError: fewer seats are free
        :raise UserError: fewer are blocked than would be released, no reason, or a slot
            that does not take place
        """
        self.ensure_one()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why the seats are blocked or released."))
        if self.state == "cancelled" and seats > 0:
            raise UserError(
                self.env._(
                    "%(slot)s was cancelled: there are no seats to block.",
                    slot=self.display_name,
                )
            )
        wish = ledger.Block(
            token=token or uuid.uuid4().hex,
            slot_id=self.id,
            company_id=self.company_id.id,
            user_id=self.env.uid,
            seats=seats,
            reason=reason,
        )
        try:
            done = self._move_counters(
                lambda cr, pool_id: ledger.block(cr, pool_id, wish),
                self.env._("%(seats)s more seats cannot be blocked", seats=seats),
            )
        except ledger.NotBlocked as known:
            raise UserError(
                self.env._("Only %(blocked)s seats are blocked.", blocked=known.blocked)
            ) from known
        self.invalidate_recordset(["block_log_ids"])
        self._message_log(
            body=self.env._(
                "Blocked seats: %(before)s → %(after)s (%(reason)s)",
                before=done.blocked_after - done.seats,
                after=done.blocked_after,
                reason=reason,
            )
        )
