# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class ProductTemplate(models.Model):
    _inherit = "product.template"

    # Left out of `_get_saleable_tracking_types`: a visit is sold with a time slot
    # only, the shop neither shows nor adds its product.
    service_tracking = fields.Selection(
        selection_add=[("museum", "Museum visit")], ondelete={"museum": "set default"}
    )

    @api.model
    def _get_product_types_allow_zero_price(self):
        return super()._get_product_types_allow_zero_price() + ["museum"]

    @api.model
    def _service_tracking_blacklist(self):
        return super()._service_tracking_blacklist() + ["museum"]

    def write(self, vals):
        if vals.get("is_published") and "museum" in self.mapped("service_tracking"):
            raise UserError(
                self.env._(
                    "The product of a museum ticket stays out of the shop: "
                    "publish its exhibition instead."
                )
            )
        return super().write(vals)
