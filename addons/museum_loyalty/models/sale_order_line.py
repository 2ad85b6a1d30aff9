# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The lines that promotions write into an order with visits."""

from odoo import api, models
from odoo.exceptions import AccessError

from odoo.addons.museum_exhibition.models.guard import differs

from .guard import applying, is_trusted

# What makes a line a promotion's.
REWARD_FIELDS = frozenset(
    {"reward_id", "coupon_id", "points_cost", "reward_identifier_code"}
)
# What it takes off, and from whom.
VALUE_FIELDS = frozenset(
    {
        "price_unit",
        "technical_price_unit",
        "discount",
        "tax_ids",
        "product_uom_qty",
        "product_uom_id",
        "product_id",
        "price_subtotal",
        "price_tax",
        "price_total",
        "price_reduce_taxexcl",
        "price_reduce_taxinc",
        "extra_tax_data",
        "is_downpayment",
        "display_type",
    }
)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # === NOBODY ELSE'S HAND ===

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not is_trusted(self) and any(
            line.order_id.is_museum
            and (line.reward_id or line.coupon_id or line.points_cost)
            for line in lines
        ):
            raise AccessError(self._museum_reward_words())
        return lines

    def write(self, vals):
        """:raise AccessError: a promotion of an order with visits, by hand

        The website, too, changes them only by Odoo's own code for promotions.
        """
        if is_trusted(self):
            return super().write(vals)
        museum = self.filtered("order_id.is_museum")
        if "order_id" in vals and (moving := self._museum_moving_rewards(vals)):
            return moving._museum_move_codes(self - moving, vals)
        rewards = museum.filtered("reward_id")
        for lines, names in ((museum, REWARD_FIELDS), (rewards, VALUE_FIELDS)):
            if any(
                differs(line, name, vals[name])
                for name in names & vals.keys()
                for line in lines
            ):
                raise AccessError(self._museum_reward_words())
        return super().write(vals)

    def unlink(self):
        """Taking a discount off makes nothing cheaper: whoever may, may.

        Odoo forgets its code with it, which is written to the order.
        """
        return super(SaleOrderLine, applying(self)).unlink()

    def _museum_reward_words(self):
        return self.env._(
            "Promotions of an order with visits come by their code or by themselves, "
            "and are changed by nobody's hand."
        )

    def _museum_check_deduction(self):
        """What a promotion takes off needs no manager: he has set it up."""
        if not is_trusted(self):
            return super()._museum_check_deduction()
        return None

    def _get_line_header(self):
        """A promotion's name in the page's language; the line keeps but one."""
        if self.reward_id and self.order_id.is_museum:
            return self.reward_id.sudo().description
        return super()._get_line_header()

    # === INTO ANOTHER CART ===

    def _museum_moving_rewards(self, vals):
        """The discounts among these lines that would change their order."""
        target = self.env["sale.order"].browse(vals["order_id"])
        return self.filtered(
            lambda line: (
                line.reward_id
                and line.order_id != target
                and (line.order_id.is_museum or target.is_museum)
            )
        )

    def _museum_move_codes(self, others, vals):
        """Carts are merged: codes go along, and are worked out for the whole cart.

        :param others: the lines that are no discounts
        """
        if not self.env.su:
            raise AccessError(self._museum_reward_words())
        target = self.env["sale.order"].browse(vals["order_id"])
        codes = set(target.museum_lost_codes or ())
        for order in self.order_id:
            codes |= order._museum_codes()
        self.unlink()
        res = others.write(vals)
        if target.is_museum and codes:
            applying(target).museum_lost_codes = sorted(codes)
        target._museum_cart_changed()
        return res

    # === TAXES ===

    def _compute_tax_ids(self):
        """A discount keeps the taxes that it was worked out with."""
        rewards = self.filtered(
            lambda line: (
                line.order_id.is_museum and line.reward_id.reward_type == "discount"
            )
        )
        for line in rewards:
            line.tax_ids = line.tax_ids
        return super(SaleOrderLine, self - rewards)._compute_tax_ids()

    # === NO OTHER PRODUCT ===

    def _museum_is_other_product(self):
        """A discount is no shop product: it asks for no address and no delivery."""
        self.ensure_one()
        if self.reward_id.reward_type == "discount":
            return False
        return super()._museum_is_other_product()
