# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Balances and limited offers: spent once, however many carts hold them.

Odoo looks at a balance when a card is put into a cart, and changes it when the order is
confirmed. In between two carts may hold the same card. Reading under a row lock is no
help (Odoo reads a snapshot that is older than the wait), so whoever is about to spend
rewrites the row unchanged first: two at once collide, and Odoo runs the second request
again, which then sees what the first one did.
"""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.museum_booking.exceptions import NotPayable
from odoo.addons.museum_booking.lib import states

from .guard import applying, spending

CARTS = ("draft", "sent")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _museum_cards(self):
        """Cards that existed before this order and that it spends from, by id."""
        return self.order_line.coupon_id.filtered(
            lambda card: card.order_id not in self
        ).sorted("id")

    def _museum_claim_rows(self):
        """Let nobody else spend the same cards or limited offers until the commit."""
        self.env.flush_all()
        cards = self._museum_cards()
        programs = self.order_line.reward_id.program_id.sudo().filtered("limit_usage")
        for table, column, ids in (
            ("loyalty_card", "points", cards.ids),
            ("loyalty_program", "max_usage", sorted(programs.ids)),
        ):
            for record_id in ids:
                self.env.cr.execute(
                    SQL(
                        "UPDATE %(table)s SET %(column)s = %(column)s"
                        " WHERE id = %(id)s",
                        table=SQL.identifier(table),
                        column=SQL.identifier(column),
                        id=record_id,
                    )
                )

    # === BEFORE PAYING ===

    def _museum_check_payable(self, amount):
        """:raise NotPayable: also for a balance that pays another order just now"""
        res = super()._museum_check_payable(amount)
        self._museum_check_balances()
        return res

    def _museum_check_balances(self):
        """A card that another order is being paid with is not there for this one."""
        self.ensure_one()
        cards = self._museum_cards()
        if not cards:
            return
        self._museum_claim_rows()
        lines = (
            self.env["sale.order.line"]
            .sudo()
            .search(
                [
                    ("coupon_id", "in", cards.ids),
                    ("points_cost", ">", 0),
                    ("order_id", "!=", self.id),
                    ("order_id.state", "in", CARTS),
                ]
            )
        )
        for card in cards:
            others = lines.filtered(
                lambda line, card=card: (
                    line.coupon_id == card and line.order_id._museum_is_being_paid()
                )
            )
            promised = sum(others.mapped("points_cost"))
            left = self._get_real_points_for_coupon(card) - promised
            if promised and card.currency_id.compare_amounts(left, 0) < 0:
                raise NotPayable(
                    self.env._(
                        "%(card)s is being used to pay another order just now. Please "
                        "finish that one, or try again in a few minutes.",
                        card=card.program_id.name,
                    )
                )

    def _museum_is_being_paid(self):
        """Whether somebody stands before the payment of this order, with held seats."""
        self.ensure_one()
        return bool(
            any(
                tx.state in ("draft", "pending", "authorized", "done")
                for tx in self.sudo().transaction_ids
            )
            and self.sudo().museum_booking_ids.filtered(
                lambda booking: booking.state == states.AWAITING_PAYMENT
            )
        )

    def _museum_drop_used_up(self):
        """Take an offer off that has been sold as often as it may be meanwhile."""
        lines = self.order_line.filtered(
            lambda line: (
                line.reward_id
                and line.reward_id.program_id.sudo()._museum_is_sold_out(self)
            )
        )
        lines.unlink()

    # === CONFIRMATION ===

    def action_confirm(self):
        """Promotions are worked out once more, then the museum asks for the money.

        :raise UserError: a card or offer of the order was used up by another one
        """
        for order in self.filtered("is_museum"):
            if order.state in CARTS:
                order._museum_claim_rows()
                order._update_programs_and_rewards()
                order._museum_check_spendable()
        # Whoever may confirm spends from the cards; Odoo does it as him.
        return super(SaleOrder, spending(self)).action_confirm()

    def _museum_check_spendable(self):
        self.ensure_one()
        for line in self.order_line.filtered("coupon_id"):
            program = line.coupon_id.program_id.sudo()
            points = self._get_real_points_for_coupon(line.coupon_id)
            if points < 0 or program._museum_is_sold_out(self):
                raise UserError(
                    self.env._(
                        "%(name)s was used for another order meanwhile.",
                        name=program.name,
                    )
                )

    def _action_cancel(self):
        """What the order took from cards goes back; Odoo does it, under our guards."""
        return super(SaleOrder, applying(self))._action_cancel()


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    def _museum_orders_with(self, order, domain=()):
        """Other orders that have one of the rewards.

        :return: sale.order, as superuser
        """
        self.ensure_one()
        return (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("order_line.reward_id", "in", self.reward_ids.ids),
                    ("id", "!=", order.id),
                    *domain,
                ]
            )
        )

    def _museum_is_used_up(self, order):
        """Whether other orders and carts have it as often as it may be used."""
        self.ensure_one()
        return (
            self.limit_usage and len(self._museum_orders_with(order)) >= self.max_usage
        )

    def _museum_is_sold_out(self, order):
        """Whether it was sold as often as it may be used; carts do not count."""
        self.ensure_one()
        sold = self.limit_usage and self._museum_orders_with(
            order, [("state", "=", "sale")]
        )
        return self.limit_usage and len(sold) >= self.max_usage

    def _museum_is_in_use(self, order):
        """Whether it is used up for this order, by carts whose clock still runs.

        Those that ran out unnoticed lose it now, as their seats are everybody's.
        """
        if self._museum_is_used_up(order):
            carts = self._museum_orders_with(order, [("state", "in", CARTS)])
            carts._museum_refresh()
        return self._museum_is_used_up(order)

    def _museum_free_in(self, order):
        """When so many of the other carts have run out that one use is free.

        :return: seconds, at least 1; None: nobody can tell
        """
        others = self._museum_orders_with(order)
        carts = others.filtered(lambda one: one.state in CARTS)
        ends = sorted(filter(None, (cart._museum_deadline() for cart in carts)))
        # So many go before the one that leaves a use.
        before = len(others) - self.max_usage
        if not 0 <= before < len(ends):
            return None
        left = ends[before] - fields.Datetime.now()
        return max(1, int(left.total_seconds()))
