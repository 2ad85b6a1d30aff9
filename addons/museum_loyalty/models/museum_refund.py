# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whose price a promotion lessens, and what a card has paid: for refunds."""

from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _museum_deducted_lines(self):
        """A promotion's own tickets; those with the same taxes, as Odoo splits it."""
        self.ensure_one()
        if not self.reward_id:
            return super()._museum_deducted_lines()
        lines = self.order_id._museum_reward_lines(self.reward_id)
        lines = lines.filtered(lambda line: line.price_total > 0)
        same = lines.filtered(lambda line: line.tax_ids == self.tax_ids)
        return same or lines or super()._museum_deducted_lines()

    def _museum_pays_in_kind(self):
        self.ensure_one()
        return bool(self.reward_id.program_id.sudo().is_payment_program)
