# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What prices are remembered by, and forgotten when it changes.

Remembered: a ticket's price with taxes, and the price list of visitors without session
(``website._museum_everybodys_pricelist``). Odoo empties the cache when price lists and
settings change; the rest is here.
"""

from odoo import api, models

# Of the public visitor's partner.
DECIDES = {
    "property_product_pricelist",
    "specific_property_product_pricelist",
    "country_id",
    "parent_id",
}


class MuseumPriceSourceMixin(models.AbstractModel):
    """Whatever changes in such a model, remembered prices are asked for anew."""

    _name = "museum.price.source.mixin"
    _description = "Museum price source"

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


class AccountTax(models.Model):
    _name = "account.tax"
    _inherit = ["account.tax", "museum.price.source.mixin"]


class AccountTaxRepartitionLine(models.Model):
    _name = "account.tax.repartition.line"
    _inherit = ["account.tax.repartition.line", "museum.price.source.mixin"]


class ResCountryGroup(models.Model):
    _name = "res.country.group"
    _inherit = ["res.country.group", "museum.price.source.mixin"]


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        if DECIDES & vals.keys():
            websites = self.env["website"].sudo()
            if websites.search_count([("user_id.partner_id", "in", self.ids)], limit=1):
                self.env.registry.clear_cache()
        return super().write(vals)
