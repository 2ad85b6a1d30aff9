# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An order of visits and Odoo's promotions: who may change them, and when."""

from odoo import fields, models
from odoo.exceptions import AccessError

from odoo.addons.museum_exhibition.controllers.serializers import minor
from odoo.addons.museum_exhibition.models.guard import differs

from .guard import (
    applying,
    is_applying,
    is_restoring,
    is_trusted,
    is_verifying,
    restoring,
    silent,
    verifying,
)

# Which promotions an order has; changed by Odoo's own code for them.
GUARDED_FIELDS = frozenset(
    {
        "applied_coupon_ids",
        "code_enabled_rule_ids",
        "coupon_point_ids",
        "disabled_auto_rewards",
        "museum_lost_codes",
    }
)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    museum_lost_codes = fields.Json(
        readonly=True,
        copy=False,
        help="Codes that the visitor entered and that do not hold for the cart as it "
        "is now. They come back by themselves when they do.",
    )

    # === GUARDS ===

    def write(self, vals):
        """:raise AccessError: a promotion of an order with visits, by hand"""
        if GUARDED_FIELDS & vals.keys() and not (self.env.su or is_trusted(self)):
            names = sorted(
                name
                for name in GUARDED_FIELDS & vals.keys()
                if any(differs(o, name, vals[name]) for o in self if o.is_museum)
            )
            if names:
                raise AccessError(
                    self.env._(
                        "Promotions of an order with visits come by their code or by "
                        "themselves, not by writing %(fields)s.",
                        fields=", ".join(names),
                    )
                )
        return super().write(vals)

    def _museum_promotions_settled(self):
        """Whether the total is agreed to and must stay: sold, or being paid just now.

        What the visitor bought under stays, also when the offer ends a minute later.
        """
        self.ensure_one()
        if is_restoring(self):
            return False
        return self.is_museum and (
            self.state not in ("draft", "sent")
            or self.sudo()._museum_money_is_coming()
            or self._museum_is_frozen()
        )

    def _museum_settled_words(self):
        return self._museum_frozen_words() or self.env._(
            "This order can no longer be changed."
        )

    def _museum_restore_paid(self, bookings):
        """Visits come back with the promotions that they were paid with.

        Dates of a promotion count as of the payment's beginning, by Odoo's own code.
        One that was archived or used up meanwhile does not come back: then the total
        is not what was paid, and managers decide.
        """
        gone = super()._museum_restore_paid(bookings)
        if not gone:
            restoring(self)._update_programs_and_rewards()
        return gone

    # === ODOO'S OWN CODE, AND NOBODY ELSE ===

    def _update_programs_and_rewards(self):
        """Recompute promotions; what a code loses by that is remembered.

        :return: as Odoo's
        """
        self.ensure_one()
        if not self.is_museum or is_applying(self):
            return super()._update_programs_and_rewards()
        if self._museum_promotions_settled():
            return None
        order = silent(applying(self))
        order._museum_drop_strange_rewards()
        order._museum_drop_used_up()
        before = order._museum_codes()
        res = super(SaleOrder, order)._update_programs_and_rewards()
        order._museum_note_lost_codes(before)
        order._museum_try_lost_codes()
        return res

    def _verify_cart_after_update(self):
        """Work promotions out once: Odoo does it for the delivery's line as well."""
        order = verifying(self) if self.is_museum else self
        return super(SaleOrder, order)._verify_cart_after_update()

    def _remove_delivery_line(self):
        if is_verifying(self) and not (
            self.pickup_location_data or self.order_line.filtered("is_delivery")
        ):
            return None  # There is nothing to remove.
        return super()._remove_delivery_line()

    def _auto_apply_rewards(self):
        if self._museum_promotions_settled():
            return False
        return super(SaleOrder, applying(self))._auto_apply_rewards()

    def _apply_program_reward(self, reward, coupon, **kwargs):
        if self._museum_promotions_settled():
            return {"error": self._museum_settled_words()}
        return super(SaleOrder, applying(self))._apply_program_reward(
            reward, coupon, **kwargs
        )

    def _museum_drop_strange_rewards(self):
        """Remove discounts without the card or promotion that they are of.

        Odoo recomputes only those that have one: others were written by hand, before
        the order got its first visit.
        """
        self.order_line.filtered(
            lambda line: (
                line.reward_id
                and line.coupon_id.program_id != line.reward_id.program_id
            )
        ).unlink()

    def _get_program_timezone(self):
        """An offer ends at the museum's midnight."""
        self.ensure_one()
        bookings = self.sudo().museum_booking_ids
        return bookings[:1].venue_id.tz or super()._get_program_timezone()

    # === SHOWN ===

    def _museum_discounts(self):
        """What takes money off the total, one entry for each promotion or card.

        ``id`` removes it; ``code`` is what the visitor typed, of cards the end only.

        :rtype: list[dict]
        """
        self.ensure_one()
        found = super()._museum_discounts()
        lines = self.order_line.filtered(lambda line: line.reward_id and line.coupon_id)
        groups = lines.grouped(lambda line: (line.reward_id, line.coupon_id))
        for (reward, coupon), group in groups.items():
            amount = minor(-sum(group.mapped("price_total")), self.currency_id)
            if reward.reward_type == "discount" and amount:
                found.append(
                    {
                        "id": f"{reward.id}-{coupon.id}",
                        "name": reward.sudo().description,
                        "amount_minor": amount,
                        "code": self._museum_shown_code(reward, coupon),
                    }
                )
        return found

    def _museum_shown_code(self, reward, coupon):
        """A promotion's code; of a card, which is money, the last four characters."""
        rules = self.code_enabled_rule_ids & reward.program_id.sudo().rule_ids
        if rules:
            return rules[0].code
        if coupon in self.applied_coupon_ids and not coupon.program_id.is_nominative:
            return f"…{coupon.sudo().code[-4:]}"
        return None
