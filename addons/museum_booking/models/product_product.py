# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _is_add_to_cart_allowed(self):
        """Never by Odoo's shop routes, not even for staff: seats come first."""
        self.ensure_one()
        if self.service_tracking == "museum":
            return False
        return super()._is_add_to_cart_allowed()
