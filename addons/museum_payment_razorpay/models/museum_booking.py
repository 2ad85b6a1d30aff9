# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class MuseumBooking(models.Model):
    _inherit = "museum.booking"

    payment_event_count = fields.Integer(compute="_compute_payment_event_count")

    def _compute_payment_event_count(self):
        for booking in self:
            booking.payment_event_count = (
                self.env["museum.payment.event"]
                .sudo()
                .search_count(booking._payment_event_domain())
            )

    def _payment_event_domain(self):
        self.ensure_one()
        transactions = self.sudo().order_id.transaction_ids
        transactions |= transactions.child_transaction_ids
        return [("transaction_id", "in", transactions.ids)]

    def action_view_payment_events(self):
        """Open what Razorpay told about the payments of this booking."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payment events"),
            "res_model": "museum.payment.event",
            "view_mode": "list,form",
            "domain": self._payment_event_domain(),
        }
