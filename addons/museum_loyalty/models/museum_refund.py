# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whose price a promotion lessens, and what a card has paid: for refunds."""

from odoo import models

from odoo.addons.museum_booking.lib import refunds
from odoo.addons.museum_exhibition.models.guard import writing

from .guard import applying


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


class MuseumRefund(models.Model):
    _inherit = "museum.refund"

    def _give_back_in_kind(self):
        """What a card paid goes back to it, in the proportion of the tickets.

        The order keeps the rest as spent, so that cancelling it later gives no more
        than that back.
        """
        res = super()._give_back_in_kind()
        self._give_balances_back()
        self._take_points_back()
        return res

    def _give_balances_back(self):
        unit = 10**self.currency_id.decimal_places
        for key, amount in self._parts_of_cards("given").items():
            line = self.env["sale.order.line"].browse(int(key))
            if not line.coupon_id or not amount:
                continue
            back = amount / unit / (line.reward_id.discount or 1.0)
            # Odoo gives the card what a sold line costs less.
            writing(line).write({"points_cost": max(0.0, line.points_cost - back)})
            self._log_balance(line.coupon_id, issued=back)

    def _parts_of_cards(self, name):
        """:return: {order line of a card, as text: amount in the smallest unit}"""
        totals = {}
        for line in self.line_ids:
            _add_totals(totals, refunds.Share.of_json(line[name]).kind)
        return totals

    def _take_points_back(self):
        """Points that were earned with these tickets; never more than are there."""
        order = self.order_id
        tickets = order.order_line.filtered("museum_booking_id")
        gone = sum(refunds.Share.of_json(line.taken).value for line in self.line_ids)
        left = sum(ticket._museum_left_share().value for ticket in tickets)
        if gone + left <= 0:
            return
        earned = order.coupon_point_ids.filtered(
            lambda point: point.coupon_id.program_id.program_type == "loyalty"
        )
        for point in earned.sudo():
            share = point.points * gone / (gone + left)
            card = point.coupon_id
            back = min(card.points, share)
            if back > 0:
                applying(card).points -= back
                self._log_balance(card, used=back)
            applying(point).points -= share

    def _log_balance(self, card, issued=0.0, used=0.0):
        self.env["loyalty.history"].sudo().create(
            {
                "card_id": card.id,
                "order_model": self._name,
                "order_id": self.id,
                "description": self.env._("Refund %s", self.name),
                "issued": issued,
                "used": used,
            }
        )


def _add_totals(totals, group):
    for key, parts in group.items():
        totals[key] = totals.get(key, 0) + sum(parts.values())
