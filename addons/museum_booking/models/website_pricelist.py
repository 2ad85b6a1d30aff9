# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What else than price lists decides about the list of visitors without session.

See ``website._museum_everybodys_pricelist``.
"""

from odoo import api, models

# Of the public visitor's partner.
DECIDES = {
    "property_product_pricelist",
    "specific_property_product_pricelist",
    "country_id",
    "parent_id",
}


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        if DECIDES & vals.keys():
            websites = self.env["website"].sudo()
            if websites.search_count([("user_id.partner_id", "in", self.ids)], limit=1):
                self.env.registry.clear_cache()
        return super().write(vals)


class ResCountryGroup(models.Model):
    _inherit = "res.country.group"

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
