# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which visits a promotion counts, and which it takes money off.

Odoo matches promotions to products. A ticket's product is the same on a Tuesday and on
a Saturday, so a rule that looks at the visit is asked by itself, of an order that shows
its own lines only (:class:`.guard.Scope`).
"""

from odoo import models

from odoo.addons.museum_booking.lib import shares
from odoo.addons.museum_exhibition.controllers.serializers import minor
from odoo.addons.museum_exhibition.lib import prices

from .guard import Scope, is_silent, scope_of, unmapped, within


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # === VISITS OF A RULE ===

    def _museum_rule_lines(self, rule):
        """The tickets of this order that a rule for visits is about.

        Visitors are counted within one visit: two small groups are no large one.

        :param rule: loyalty.rule that looks at visits
        :rtype: sale.order.line
        """
        self.ensure_one()
        rule = rule.sudo()
        pattern = rule._museum_pattern()
        found = self.order_line.filtered(
            lambda line: (
                line.museum_booking_id
                and pattern.matches(
                    line._museum_visit(), line.sudo().museum_category_id.id
                )
            )
        )
        if found:
            domain = rule._get_valid_product_domain()
            found = found.filtered(lambda line: line.product_id.filtered_domain(domain))
        for lines in found.grouped("museum_booking_id").values():
            if lines._museum_visitors() < rule.museum_min_visitors:
                found -= lines
        return found

    def _museum_rule_status(self, rule):
        """What Odoo says of the program when this rule is its only one.

        :return: {"error": words} or {"points": list}
        :rtype: dict
        """
        self.ensure_one()
        lines = self._museum_rule_lines(rule) if rule.sudo().museum_only else None
        scope = Scope(rule.id, None if lines is None else frozenset(lines.ids))
        program = within(rule.program_id, scope)
        order = within(self, scope)
        return order._program_check_compute_points(program)[rule.program_id]

    def _program_check_compute_points(self, programs):
        """Rules for visits are asked one by one, of their own visits."""
        if scope_of(self):
            return super()._program_check_compute_points(programs)
        museum = programs.filtered("is_museum")
        result = super()._program_check_compute_points(programs - museum)
        for program in museum:
            result[program] = self._museum_program_status(program)
        return result

    def _museum_program_status(self, program):
        """The points that all rules of a program give together, or why none does."""
        refusals, points, single = [], 0, []
        for rule in program.rule_ids:
            status = self._museum_rule_status(rule)
            if "error" in status:
                refusals.append(status["error"])
                continue
            first, *others = status["points"]
            points += first
            single += others
        if len(refusals) < len(program.rule_ids):
            return {"points": [points, *single]}
        if is_silent(self):
            return {"error": "; ".join(refusals)}
        return {"error": self._museum_refusal_words(program) or refusals[0]}

    def _museum_refusal_words(self, program):
        """Which visits a program is for, when there are none of them in the order."""
        rules = program.sudo().rule_ids.filtered("museum_only")
        if any(self._museum_rule_lines(rule) for rule in rules):
            return ""  # There are: something else is missing, Odoo says what.
        words = "; ".join(filter(None, rules.mapped("museum_words")))
        return self.env._(
            "This offer is for other visits than those in your cart: %(visits)s.",
            visits=words,
        )

    # === WHAT ODOO SEES ===

    def _get_not_rewarded_order_lines(self):
        return self._museum_in_scope(super()._get_not_rewarded_order_lines())

    def _get_no_effect_on_threshold_lines(self):
        hidden = super()._get_no_effect_on_threshold_lines()
        scope = scope_of(self)
        if not scope or scope.line_ids is None:
            return hidden
        return hidden | self.order_line.filtered(
            lambda line: line.id not in scope.line_ids
        )

    def _museum_in_scope(self, lines):
        scope = scope_of(self)
        if not scope or scope.line_ids is None:
            return lines
        return lines.filtered(lambda line: line.id in scope.line_ids)

    # === VISITS OF A REWARD ===

    def _museum_reward_scope(self, reward):
        """The tickets that a program's rules let its reward take money off.

        Those of the rules that hold. Of a coupon for the next order, a gift card or an
        eWallet the rules say how it is earned, not what it is spent on.

        :return: sale.order.line; None: it may look at everything
        """
        self.ensure_one()
        program = reward.program_id.sudo()
        if program.applies_on != "current" or not program.is_museum:
            return None
        lines = self.env["sale.order.line"]
        for rule in program.rule_ids:
            if "error" in self._museum_rule_status(rule):
                continue
            if not rule.museum_only:
                return None
            lines |= self._museum_rule_lines(rule)
        return lines

    def _museum_within_reward(self, reward):
        lines = self._museum_reward_scope(reward)
        if lines is None:
            return self
        if reward.discount_applicability == "order":
            # What else was taken off these very tickets is taken off first.
            for other in self.order_line.reward_id - reward:
                if not other.program_id.is_payment_program:
                    discounted = self._museum_reward_lines(other)
                    if discounted and discounted <= lines:
                        lines |= self.order_line.filtered(
                            lambda line, other=other: line.reward_id == other
                        )
        return within(self, Scope(None, frozenset(lines.ids)))

    def _discountable_order(self, reward):
        order = self._museum_within_reward(reward)
        return super(SaleOrder, order)._discountable_order(reward)

    def _cheapest_line(self, reward):
        lines = self._museum_reward_scope(reward)
        order = self
        if lines is not None:
            order = within(self, Scope(None, frozenset(lines.ids)))
        return super(SaleOrder, order)._cheapest_line(reward)

    def _get_specific_discountable_lines(self, reward):
        found = super()._get_specific_discountable_lines(reward)
        lines = self._museum_reward_scope(reward)
        return found if lines is None else found & lines

    def _museum_reward_lines(self, reward):
        """The lines that a discount is for; of a gift card all that it pays.

        :rtype: sale.order.line
        """
        self.ensure_one()
        lines = self.order_line.filtered(
            lambda line: not line.reward_id and not line.display_type
        )
        if reward.reward_type != "discount":
            return lines.browse()
        if reward.program_id.sudo().is_payment_program:
            return lines
        if reward.discount_applicability == "specific":
            return lines & self._get_specific_discountable_lines(reward)
        if reward.discount_applicability == "cheapest":
            return lines & (self._cheapest_line(reward) or lines.browse())
        scope = self._museum_reward_scope(reward)
        return lines if scope is None else lines & scope

    # === WHOSE DISCOUNT IT IS ===

    def _get_reward_values_discount(self, reward, coupon, **kwargs):
        """Taxed as the tickets: where the museum is, whatever the order's position.

        A position without taxes (Odoo's "domestic" one often is) takes all of them off
        a discount, while tickets keep theirs.
        """
        order = self
        if self.is_museum and not reward.program_id.sudo().is_payment_program:
            order = unmapped(self)
        return super(SaleOrder, order)._get_reward_values_discount(
            reward, coupon, **kwargs
        )

    def _get_reward_line_values(self, reward, coupon, **kwargs):
        """A discount is booked where the tickets are: on their exhibitions."""
        values = super()._get_reward_line_values(reward, coupon, **kwargs)
        if self.is_museum and not reward.program_id.sudo().is_payment_program:
            distribution = self._museum_reward_distribution(reward)
            for vals in values:
                vals["analytic_distribution"] = distribution
        return values

    def _museum_reward_distribution(self, reward):
        """Analytic accounts of the exhibitions that a discount is for, by their worth.

        :rtype: dict | bool
        """
        weights = {}
        for line in self._museum_reward_lines(reward):
            for accounts, percent in (line.analytic_distribution or {}).items():
                worth = minor(line.price_total, self.currency_id) * percent
                weights[accounts] = weights.get(accounts, 0) + round(worth)
        return shares.percentages(weights) or False

    def _museum_discount_shares(self):
        """What all discounts together take off each visit, exact to the smallest unit.

        Each is split over the tickets that it is for, by their price. Gift cards and
        eWallets pay and take nothing off.

        :return: {museum.booking: positive amount in the smallest unit}
        """
        self.ensure_one()
        taken = dict.fromkeys(self.museum_booking_ids, 0)
        lines = self.order_line.filtered("reward_id")
        for reward, reward_lines in lines.grouped("reward_id").items():
            if reward.program_id.sudo().is_payment_program:
                continue
            total = minor(-sum(reward_lines.mapped("price_total")), self.currency_id)
            weights = {
                line: minor(line.price_total, self.currency_id)
                for line in self._museum_reward_lines(reward).sorted("id")
            }
            for line, share in shares.split(total, weights).items():
                if line.museum_booking_id:
                    taken[line.museum_booking_id] += share
        return taken


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _museum_visitors(self):
        """People that the lines' tickets are for.

        :rtype: float
        """
        return sum(
            line.product_uom_qty * line.sudo().museum_category_id.seats_per_ticket
            for line in self
        )

    def _museum_visit(self):
        """The line's visit on the venue's clock, for rules.

        :rtype: prices.Visit
        """
        self.ensure_one()
        booking = self.sudo().museum_booking_id
        return prices.Visit.of(
            booking.exhibition_id.id,
            booking.start_at,
            booking._bought_at(),
            booking.venue_id.tz,
        )
