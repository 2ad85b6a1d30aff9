# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..lib import states


class AccountMove(models.Model):
    _inherit = "account.move"

    def _invoice_paid_hook(self):
        """An order confirmed by hand and paid later, at the desk or by bank."""
        res = super()._invoice_paid_hook()
        bookings = self.line_ids.sale_line_ids.sudo().museum_booking_id
        bookings.filtered(
            lambda booking: booking.state in states.BOOKING_SOLD
        )._sync_money_state()
        return res
