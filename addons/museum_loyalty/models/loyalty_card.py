# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A balance pays for visits: giving one is giving money."""

from odoo import api, models
from odoo.exceptions import AccessError

from odoo.addons.museum_exhibition.models.guard import differs

from .guard import is_spending, is_trusted

WORTH_FIELDS = frozenset({"points", "code", "program_id", "expiration_date"})
MAY_GIVE = ("museum_exhibition.group_museum_manager", "sales_team.group_sale_manager")


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("points") for vals in vals_list):
            self._museum_check_giver()
        return super().create(vals_list)

    def write(self, vals):
        """:raise AccessError: what a card is worth, by who is no manager"""
        if any(
            differs(card, name, vals[name])
            for name in WORTH_FIELDS & vals.keys()
            for card in self
        ):
            self._museum_check_giver()
        return super().write(vals)

    def _museum_check_giver(self):
        if self.env.su or is_trusted(self) or is_spending(self):
            return
        if not any(self.env.user.has_group(group) for group in MAY_GIVE):
            raise AccessError(
                self.env._("Only managers change what a gift card or eWallet is worth.")
            )
