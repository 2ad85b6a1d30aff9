# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What promotions take off a visit, and what visits that go do to promotions."""

from odoo import api, fields, models

from odoo.addons.museum_exhibition.models.guard import writing

GUARDED_FIELDS = frozenset({"amount_discount"})


class MuseumBooking(models.Model):
    _inherit = "museum.booking"

    amount_discount = fields.Monetary(
        string="Discounts",
        readonly=True,
        copy=False,
        help="This visit's share of what promotions took off its order, as it was "
        "sold. Gift cards and eWallets pay, they take nothing off.",
    )
    amount_after_discounts = fields.Monetary(
        string="Total after discounts",
        compute="_compute_amount_after_discounts",
        help="What this visit was sold for: what a refund of it is counted from.",
    )

    @api.depends("amount_total", "amount_discount")
    def _compute_amount_after_discounts(self):
        for booking in self:
            booking.amount_after_discounts = (
                booking.amount_total - booking.amount_discount
            )

    def _museum_guarded_fields(self):
        return super()._museum_guarded_fields() | GUARDED_FIELDS

    def _confirm(self):
        """Keep what each visit was sold for, whatever becomes of promotions."""
        orders = self.sudo()._in_cart().order_id
        res = super()._confirm()
        for order in orders:
            for booking, amount in order._museum_discount_shares().items():
                amount = amount / 10**order.currency_id.decimal_places
                if booking.currency_id.compare_amounts(amount, booking.amount_discount):
                    writing(booking).write({"amount_discount": amount})
        return res

    def _expire(self, reason=None):
        """With the seats goes what was taken off their price."""
        orders = self.sudo()._in_cart().order_id
        res = super()._expire(reason=reason)
        for order in orders:
            order._update_programs_and_rewards()
        return res
