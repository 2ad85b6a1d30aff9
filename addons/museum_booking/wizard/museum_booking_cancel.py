# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..lib import states


class MuseumBookingCancel(models.TransientModel):
    """Ask a manager why, and tell how many people and how much money it concerns."""

    _name = "museum.booking.cancel"
    _description = "Cancel a museum booking"

    booking_id = fields.Many2one("museum.booking", required=True, ondelete="cascade")
    # With the rights of who asks: any number can be sent as the booking.
    visitors = fields.Integer(related="booking_id.visitors", related_sudo=False)
    amount_total = fields.Monetary(
        related="booking_id.amount_total", related_sudo=False
    )
    currency_id = fields.Many2one(related="booking_id.currency_id", related_sudo=False)
    is_paid = fields.Boolean(compute="_compute_is_paid")
    reason = fields.Char(required=True)

    @api.constrains("booking_id")
    def _check_booking(self):
        """:raise AccessError: a booking of another company"""
        # Odoo checks constraints as superuser.
        self.sudo(False).booking_id.check_access("read")

    @api.depends("booking_id")
    def _compute_is_paid(self):
        for wizard in self:
            wizard.is_paid = wizard.booking_id.money_state not in (
                states.UNPAID,
                states.REFUNDED,
            )

    def action_cancel_booking(self):
        """Cancel the booking; the log keeps the reason and who gave it."""
        self.ensure_one()
        booking = self.booking_id
        booking._check_manager()
        booking.check_access("write")
        reason = self.env._(
            "%(user)s: %(reason)s", user=self.env.user.name, reason=self.reason
        )
        booking = booking.sudo()
        if booking.state in states.BOOKING_IN_CART:
            booking._remove()
            booking._message_log(body=reason)
        else:
            booking._cancel(reason)
        return {"type": "ir.actions.act_window_close"}
