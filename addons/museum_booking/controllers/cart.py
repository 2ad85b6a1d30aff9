# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.http import request

from odoo.addons.website_sale.controllers.cart import Cart


class MuseumCart(Cart):
    """Odoo's cart page. Its routes change visits through the order's hooks only."""

    def _cart_values(self, **post):
        values = super()._cart_values(**post)
        values["museum_cart"] = museum_cart_values(request.cart)
        return values

    def _get_express_shop_payment_values(self, order, **kwargs):
        """No express checkout: terms and login come before the payment of a visit."""
        if order.is_museum:
            return {}
        return super()._get_express_shop_payment_values(order, **kwargs)


def museum_cart_values(order):
    """What the templates show of the visits in a cart.

    :return: None when there are no visits to show
    """
    if not order or not order.is_museum:
        return None
    from .booking_json import can_extend  # the API's own rule

    bookings = order._museum_visible_bookings()
    if not bookings:
        return None
    return {
        "bookings": bookings,
        "live": bookings._in_cart(),
        "deadline": order._museum_deadline(),
        "can_extend": can_extend(order),
    }
