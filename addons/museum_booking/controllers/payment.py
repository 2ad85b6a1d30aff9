# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's checkout for carts with visits: log in, look, accept, pay."""

from werkzeug.urls import url_encode

from odoo.http import request, route

from odoo.addons.website_sale.controllers.main import WebsiteSale
from odoo.addons.website_sale.controllers.payment import PaymentPortal

from .cart import museum_cart_values

CHECKOUT = "/shop/checkout?try_skip_step=true"


class MuseumCheckout(WebsiteSale):
    def _check_cart(self, order_sudo):
        """Nobody gets beyond the cart without logging in, whatever the website says."""
        if request.env.user._is_public() and order_sudo._museum_has_visits():
            query = url_encode({"redirect": CHECKOUT})
            return request.redirect(f"/web/login/code?{query}")
        return super()._check_cart(order_sudo)

    def _check_addresses(self, order_sudo):
        """Visits need no address; name and e-mail are asked for on the summary."""
        if order_sudo._is_museum_only() and not order_sudo._is_anonymous_cart():
            return None
        return super()._check_addresses(order_sudo)

    @route()
    def shop_payment(self, **post):
        """Show what a new price was before: it is recomputed by showing the page."""
        order = request.cart
        before = {}
        if order.is_museum:
            before = {
                booking.id: booking.amount_total
                for booking in order.museum_booking_ids._in_cart()
            }
        request.museum_amounts_before = before
        return super().shop_payment(**post)

    def _get_shop_payment_values(self, order, **kwargs):
        values = super()._get_shop_payment_values(order, **kwargs)
        if not order.is_museum:
            return values
        before = getattr(request, "museum_amounts_before", {})
        same = order.currency_id.compare_amounts
        values["museum_cart"] = museum_cart_values(order)
        values["museum_terms"] = order.sudo()._museum_terms_parts()
        values["museum_contact"] = order._museum_contact()
        values["museum_price_changes"] = [
            {
                "booking": booking,
                "old": before[booking.id],
                "new": booking.amount_total,
            }
            for booking in order.museum_booking_ids._in_cart()
            if booking.id in before
            and same(before[booking.id], booking.amount_total) != 0
        ]
        values["submit_button_label"] = request.env._(
            "Pay %(amount)s", amount=order.currency_id.format(order.amount_total)
        )
        return values

    def _get_shop_payment_errors(self, order):
        errors = super()._get_shop_payment_errors(order)
        if order.is_museum and order.state == "draft":
            if not order.order_line:
                errors.append(
                    (
                        request.env._("Your seats were released."),
                        request.env._("Please go back to your cart."),
                    )
                )
        return errors


class MuseumPaymentPortal(PaymentPortal):
    def _validate_transaction_for_order(self, transaction, sale_order):
        """The seats are looked at once more, now that the order is locked."""
        res = super()._validate_transaction_for_order(transaction, sale_order)
        if sale_order.is_museum:
            # The transaction itself checked login, terms, seats and amount when it
            # was made (payment.transaction.create); this keeps the seats for it.
            sale_order._museum_check_holds(sale_order.museum_booking_ids._in_cart())
        return res
