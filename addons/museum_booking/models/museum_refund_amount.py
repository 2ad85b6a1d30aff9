# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How much goes back: the one number of page, refund, credit note and provider."""

from typing import NamedTuple

from odoo import models
from odoo.exceptions import UserError

from odoo.addons.museum_exhibition.controllers.serializers import minor

from ..lib import refunds, shares, states
from ..lib.refunds import RefundPart


class RefundLine(NamedTuple):
    """One part of a refund; amounts in the order's currency, tax included."""

    part: RefundPart
    amount: float
    """Money that goes back."""
    in_kind: float
    """What goes back to the cards that paid it."""
    price: float
    """What these tickets were sold for, discounts taken off."""
    taken: refunds.Share
    given: refunds.Share

    @property
    def sale_line_id(self) -> int:
        return self.part.sale_line_id

    @property
    def quantity(self) -> int:
        return self.part.quantity

    @property
    def percent(self) -> float:
        return self.part.percent

    @property
    def fee(self) -> float:
        return self.part.fee


class RefundAmounts(NamedTuple):
    """What goes back for all parts together."""

    total: float
    """Money, in the order's currency, tax included."""
    lines: list[RefundLine]

    @property
    def in_kind(self) -> float:
        return sum(line.in_kind for line in self.lines)

    @property
    def price(self) -> float:
        return sum(line.price for line in self.lines)


class MuseumBooking(models.Model):
    _inherit = "museum.booking"

    def _refund_amounts(self, parts):
        """What goes back for parts of this booking, exactly. Changes nothing.

        All parts of a booking together, at 100 percent without a fee, are exactly what
        was paid for it. An order that was paid in part only gives back no more than
        that; one that was not paid at all gives nothing back.

        :param parts: list of ``RefundPart``; a line may be in it more than once
        :rtype: RefundAmounts
        :raise UserError: more tickets than are left, or a line of another booking
        """
        self.ensure_one()
        booking = self.sudo()
        order = booking.order_id
        currency = order.currency_id
        left, found = {}, []
        for part in parts:
            line = booking.line_ids.filtered(lambda one, p=part: one.id == p[0])
            if not line:
                raise UserError(self.env._("This is not a ticket of this booking."))
            share = left.get(line) or line._museum_left_share()
            try:
                taken = share.take(part.quantity)
            except ValueError as error:
                raise UserError(
                    self.env._(
                        "%(count)s of these tickets were not given back yet: %(title)s",
                        count=share.quantity,
                        title=line._museum_title(),
                    )
                ) from error
            left[line] = share.less([taken])
            given = taken.by_rule(part.percent, minor(part.fee, currency))
            found.append((part, taken, given))
        money = sum(given.money for _part, _taken, given in found)
        limit = max(0, minor(order._museum_refundable(), currency))
        if money > limit:
            weights = {n: given.money for n, (_p, _t, given) in enumerate(found)}
            capped = shares.split(limit, weights)
            found = [
                (part, taken, given.with_money(capped[n]))
                for n, (part, taken, given) in enumerate(found)
            ]
        unit = 10**currency.decimal_places
        lines = [
            RefundLine(
                part,
                given.money / unit,
                given.in_kind / unit,
                taken.value / unit,
                taken,
                given,
            )
            for part, taken, given in found
        ]
        total = sum(given.money for _part, _taken, given in found)
        return RefundAmounts(total / unit, lines)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _museum_left_share(self):
        """What of the tickets' price was not given back, or is about to be.

        :rtype: refunds.Share
        """
        self.ensure_one()
        gone = self.env["museum.refund.line"].sudo()
        gone = gone.search(
            [
                ("sale_line_id", "=", self.id),
                ("refund_id.state", "!=", states.REFUND_CANCELLED),
            ]
        )
        return self._museum_sold_share().less(
            refunds.Share.of_json(line.taken) for line in gone
        )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _museum_refundable(self):
        """Money that came in for this order and has not gone back.

        What is on its way back counts as gone.

        :rtype: float
        """
        self.ensure_one()
        order = self.sudo()
        paid, refunded = order._museum_money()
        waiting = order.env["museum.refund"].search(
            [
                ("order_id", "=", order.id),
                ("state", "not in", (states.REFUND_DONE, states.REFUND_CANCELLED)),
            ]
        )
        left = paid - refunded - sum(refund._amount_open() for refund in waiting)
        return order.currency_id.round(left)

    def _museum_owed(self):
        """What the museum keeps of the money: what is ordered, and what was retained.

        :rtype: float
        """
        self.ensure_one()
        lines = (
            self.sudo()
            .museum_refund_ids.filtered(
                lambda refund: refund.state != states.REFUND_CANCELLED
            )
            .line_ids
        )
        kept = sum(
            refunds.Share.of_json(line.taken).money
            - refunds.Share.of_json(line.given).money
            for line in lines
        )
        unit = 10**self.currency_id.decimal_places
        return self.currency_id.round(self.amount_total + kept / unit)
