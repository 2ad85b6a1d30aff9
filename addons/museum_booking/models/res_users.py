# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When an account may be given up for another one of the same person."""

from odoo import models

# What is a customer's, by the field that says whose.
KEPT = {
    "sale.order": ("partner_id", "partner_invoice_id", "partner_shipping_id"),
    "museum.booking": ("partner_id",),
    "museum.ticket": ("partner_id",),
    "account.move": ("partner_id",),
    "payment.transaction": ("partner_id",),
    "payment.token": ("partner_id",),
}


class ResUsers(models.Model):
    _inherit = "res.users"

    def _one_time_code_is_empty(self):
        """Not with an order, a cart, a ticket, an invoice or a payment in it."""
        if not super()._one_time_code_is_empty():
            return False
        partner_id = self.partner_id.id
        return not any(
            self.env[model]
            .sudo()
            .with_context(active_test=False)
            .search_count([(name, "=", partner_id)], limit=1)
            for model, names in KEPT.items()
            for name in names
        )
