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

    def _fetch_duplicate_reference(self, matching_states=("draft", "posted")):
        """Two visits that cost the same on one day are no duplicates of each other."""
        found = super()._fetch_duplicate_reference(matching_states)
        kept = {
            move: others.filtered(lambda other, move=move: move._is_same_visit(other))
            for move, others in found.items()
        }
        return {move: others for move, others in kept.items() if others}

    def _is_same_visit(self, other):
        """Whether two invoices share a booking, or one of them has none at all."""
        mine = self.line_ids.sale_line_ids.sudo().museum_booking_id
        theirs = other.line_ids.sale_line_ids.sudo().museum_booking_id
        return not mine or not theirs or bool(mine & theirs)
