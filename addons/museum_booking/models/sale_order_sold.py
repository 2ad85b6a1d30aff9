# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What each ticket line was sold for, kept when the order is confirmed.

Everything that goes back later is a part of it, see `museum_refund_amount`.
"""

from odoo import fields, models

from odoo.addons.museum_exhibition.controllers.serializers import minor
from odoo.addons.museum_exhibition.models.guard import writing

from ..lib import refunds


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _action_confirm(self):
        res = super()._action_confirm()
        for order in self.filtered("is_museum"):
            order._museum_keep_sold()
        return res

    def _museum_keep_sold(self):
        """Keep what the tickets were sold for, once; later calls change nothing."""
        self.ensure_one()
        order = self.sudo()
        tickets = order.order_line.filtered("museum_booking_id")
        if not tickets or any(line.museum_sold for line in tickets):
            return
        details = order._museum_tax_details()
        taken_off, paid_in_kind = {}, {}
        for line in order.order_line - tickets:
            if sum(details.get(line, {}).values()) >= 0:
                continue
            parts = {key: -amount for key, amount in details[line].items()}
            weights = {
                other: sum(details[other].values())
                for other in line._museum_deducted_lines().sorted("id")
                if sum(details.get(other, {}).values()) > 0
            }
            group = paid_in_kind if line._museum_pays_in_kind() else taken_off
            for other, share in refunds.spread(parts, weights).items():
                group.setdefault(other, {})[str(line.id)] = share
        for line in tickets:
            share = refunds.Share(
                int(line.product_uom_qty),
                details[line],
                taken_off.get(line, {}),
                paid_in_kind.get(line, {}),
            )
            writing(line).write({"museum_sold": share.as_json()})

    def _museum_tax_details(self):
        """Amount and taxes of each line, as the order's total was worked out.

        :return: {sale.order.line: parts in the smallest unit}, see ``lib.refunds``
        """
        self.ensure_one()
        taxes = self.env["account.tax"]
        lines = self._get_priced_lines()
        base_lines = [line._prepare_base_line_for_taxes_computation() for line in lines]
        taxes._add_tax_details_in_base_lines(base_lines, self.company_id)
        taxes._round_base_lines_tax_details(base_lines, self.company_id)
        result = {}
        for line, base_line in zip(lines, base_lines, strict=True):
            found = base_line["tax_details"]
            amount = (
                found["total_excluded_currency"]
                + found["delta_total_excluded_currency"]
            )
            parts = {refunds.BASE: minor(amount, self.currency_id)}
            for tax_data in found["taxes_data"]:
                key = str(tax_data["tax"].id)
                tax = minor(tax_data["tax_amount_currency"], self.currency_id)
                parts[key] = parts.get(key, 0) + tax
            result[line] = parts
        return result


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    museum_sold = fields.Json(
        string="Sold for",
        readonly=True,
        copy=False,
        help="What these tickets were sold for, with taxes, discounts and cards, in "
        "the currency's smallest unit.",
    )

    def _museum_deducted_lines(self):
        """The lines that this negative line takes something off.

        :rtype: sale.order.line
        """
        self.ensure_one()
        others = self.order_id.order_line.filtered(lambda line: line.price_total > 0)
        same = others.filtered(lambda line: line.tax_ids == self.tax_ids)
        return same or others

    def _museum_pays_in_kind(self):
        """Whether this negative line is a payment by a card, and no discount.

        :rtype: bool
        """
        self.ensure_one()
        return False

    def _museum_sold_share(self):
        """What the line was sold for.

        :rtype: refunds.Share
        """
        self.ensure_one()
        if not self.museum_sold:
            # Sold before this was kept; nothing of it has gone back yet.
            self.order_id._museum_keep_sold()
        return refunds.Share.of_json(self.museum_sold)
