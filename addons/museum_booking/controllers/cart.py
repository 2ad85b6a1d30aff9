# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from werkzeug.exceptions import NotFound

from odoo import fields
from odoo.http import request, route

from odoo.addons.museum_exhibition.controllers import api_kit as kit
from odoo.addons.website_sale.controllers.cart import Cart

from .adding import said_added, said_came

# Sent by static/src/cart/cart.js.
FETCHED = "X-Museum-Fetched"


class MuseumCart(Cart):
    """Odoo's cart page. Its routes change visits through the order's hooks only."""

    @route()
    def cart(self, id=None, access_token=None, revive_method="", **post):  # pylint: disable=redefined-builtin
        """A cart merged with itself would be cancelled, and its seats lost.

        Visits go into a cart of the same visitor only; Odoo's page asks what to do
        with another one.
        """
        try:
            id = id and int(id)  # as Odoo reads it: " 45" is 45
        except ValueError:
            raise NotFound() from None
        if id and revive_method == "merge" and not self._museum_may_merge(id):
            revive_method = ""
        return super().cart(
            id=id, access_token=access_token, revive_method=revive_method, **post
        )

    @route()
    def clear_cart(self):
        request.cart._museum_check_not_frozen()
        return super().clear_cart()

    def _museum_may_merge(self, order_id):
        cart = request.cart  # finds an older cart of the visitor, for the session
        if order_id in (cart.id, request.session.get("sale_order_id")):
            return False
        other = request.env["sale.order"].sudo().browse(order_id).exists()
        if (cart and cart._museum_is_frozen()) or (other and other._museum_is_frozen()):
            return False
        lines = other.order_line.filtered("museum_booking_id")
        return not cart or not lines or lines._museum_may_move(cart)

    def _get_express_shop_payment_values(self, order, **kwargs):
        """Nothing of a visit is paid by express, and its page has no place for it.

        Odoo would look for providers and methods with each look at the cart.
        """
        if order.is_museum:
            return {}
        return super()._get_express_shop_payment_values(order, **kwargs)

    def _cart_values(self, **post):
        values = super()._cart_values(**post)
        values["museum_cart"] = museum_cart_values(request.cart)
        # The cart's script fetches this page for what is in it, beside the visitor.
        if FETCHED not in request.httprequest.headers:
            values["museum_added"] = said_added(request.cart)
            values["museum_came"] = said_came(request.cart, on_page=True)
        return values


def museum_cart_values(order):
    """What the templates show of the visits in a cart.

    :return: None when there are no visits to show
    """
    if not order or not order.is_museum:
        return None
    bookings = order._museum_visible_bookings()
    if not bookings:
        return None
    deadline = order._museum_deadline()
    offers = bookings._offers()
    return {
        "bookings": bookings,
        "clashes": bookings._clashes(),
        "offers": offers,
        "again": sum(bool(offer.again) for offer in offers.values()),
        "deadline": deadline,
        "deadline_words": order._museum_deadline_words(),
        "deadline_iso": kit.iso(deadline, "UTC"),
        "now_iso": kit.iso(fields.Datetime.now(), "UTC"),
        "can_extend": order._museum_can_extend(),
        "payment_open": order._museum_is_frozen(),
        "seats": sum(bookings._in_cart().mapped("visitors")),
        "total_minor": kit.minor(order.amount_total, order.currency_id),
    }
