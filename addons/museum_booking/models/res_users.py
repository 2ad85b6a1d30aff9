# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What of a customer's account is its owner's, and when it may be given up."""

from odoo import models

from odoo.addons.museum_exhibition.models.guard import writing

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

    def _one_time_code_throw_out(self, kind, value):
        """Carts that somebody else filled here keep no link and no address of his."""
        res = super()._one_time_code_throw_out(kind, value)
        partner = self.partner_id
        carts = self.env["sale.order"].search(
            [("partner_id", "=", partner.id), ("state", "in", ("draft", "sent"))]
        )
        writing(carts).write({"access_token": False})
        for cart in carts:
            if not cart._museum_is_frozen():
                own = {
                    "partner_invoice_id": partner.id,
                    "partner_shipping_id": partner.id,
                }
                writing(cart).write(own)
        return res
