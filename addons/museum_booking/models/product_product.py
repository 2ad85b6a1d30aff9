# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import UserError


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _is_add_to_cart_allowed(self):
        """Never by Odoo's shop routes, not even for staff: seats come first."""
        self.ensure_one()
        if self.service_tracking == "museum":
            return False
        return super()._is_add_to_cart_allowed()

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self._museum_refuse_archiving()
        return super().write(vals)

    def _museum_refuse_archiving(self):
        """Odoo takes lines of archived products out of carts, the seats with them.

        :raise UserError: these are products of tickets
        """
        tickets = self.filtered(lambda product: product.service_tracking == "museum")
        category = (
            self.env["museum.ticket.category"]
            .sudo()
            .with_context(active_test=False)
            .search([("product_id", "in", tickets.ids)], limit=1)
        )
        if category:
            raise UserError(
                self.env._(
                    "%(product)s is the product of a museum ticket: archive the"
                    " ticket %(category)s instead. Visitors who have one in their"
                    " cart can still pay it.",
                    product=category.product_id.display_name,
                    category=category.name,
                )
            )
