# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's pages: what a promotion that ended does to the total is said before paying."""

from odoo.http import request, route

from odoo.addons.museum_booking.controllers.payment import MuseumCheckout


class MuseumLoyaltyCheckout(MuseumCheckout):
    @route()
    def shop_payment(self, **post):
        """Showing the page works promotions out anew: remember what they were."""
        order = request.cart
        request.museum_discounts_before = order.is_museum and {
            discount["id"]: discount for discount in order._museum_discounts()
        }
        return super().shop_payment(**post)

    def _get_shop_payment_values(self, order, **kwargs):
        values = super()._get_shop_payment_values(order, **kwargs)
        if order.is_museum:
            now = {one["id"]: one for one in order._museum_discounts()}
            before = getattr(request, "museum_discounts_before", None) or {}
            values["museum_discounts_gone"] = [
                one["name"] for key, one in before.items() if key not in now
            ]
        return values
