# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import ValidationError


class LoyaltyReward(models.Model):
    _inherit = "loyalty.reward"

    def _create_missing_discount_line_products(self):
        """Odoo books a discount on a product of its own, which it makes and names.

        Whoever may write promotions needs no right to products for that.
        """
        rewards = self if self.env.su else self.sudo()
        return super(LoyaltyReward, rewards)._create_missing_discount_line_products()

    def write(self, vals):
        """Name and state of the discount's product follow, by Odoo's own code."""
        rewards = self
        if {"description", "active"} & vals.keys():
            self.check_access("write")
            rewards = self.sudo()
        return super(LoyaltyReward, rewards).write(vals)

    @api.constrains("reward_type", "reward_product_id", "reward_product_tag_id")
    def _check_reward_is_no_visit(self):
        """A ticket comes with a time and a seat: no promotion can add one by itself."""
        for reward in self.filtered(lambda reward: reward.reward_type == "product"):
            products = reward.sudo().reward_product_ids
            if "museum" in products.mapped("service_tracking"):
                raise ValidationError(
                    self.env._(
                        "A free ticket needs a time and a seat, which visitors choose "
                        "themselves. Please give 100 % off the cheapest ticket instead."
                    )
                )
