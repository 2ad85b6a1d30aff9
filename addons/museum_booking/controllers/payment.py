# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's checkout for carts with visits: log in, look, accept, pay."""

from werkzeug.urls import url_encode

from odoo.http import request, route

from odoo.addons.auth_one_time_code.controllers.login import LoginCode
from odoo.addons.website_sale.controllers.main import WebsiteSale
from odoo.addons.website_sale.controllers.payment import PaymentPortal

from .adding import said_came
from .cart import museum_cart_values
from .visitor_json import company_values

CHECKOUT = "/shop/checkout?try_skip_step=true"
# Of the session: the cart with which the visitor goes on as a guest.
GUEST_CART_KEY = "museum_guest_cart"
# States of a transaction in which money came in, or is on its way.
PAID = ("pending", "authorized", "done")


class MuseumCheckout(WebsiteSale):
    def _check_cart(self, order_sudo):
        """Who is not logged in is asked who he is, once; guests where they may be."""
        if (
            request.env.user._is_public()
            and order_sudo
            and order_sudo._museum_has_visits()
            and not self._museum_goes_on_as_guest(order_sudo)
        ):
            query = url_encode({"redirect": self._museum_next(order_sudo)})
            return request.redirect(f"/web/login/code?{query}")
        if self._museum_is_bought(order_sudo):
            return request.redirect("/shop/confirmation")
        return super()._check_cart(order_sudo)

    def _museum_is_bought(self, order_sudo):
        """Whether nothing is left to pay as it was bought: "Back" leads here then."""
        if order_sudo and order_sudo.state == "draft":
            return False
        last_id = request.session.get("sale_last_order_id")
        last_sudo = request.env["sale.order"].sudo().browse(last_id or []).exists()
        return last_sudo.is_museum and last_sudo.state == "sale"

    def _museum_next(self, order_sudo):
        """Where checkout goes on: visits alone need no address, so no step for it."""
        is_museum_only = order_sudo and order_sudo._is_museum_only()
        return "/shop/payment" if is_museum_only else CHECKOUT

    def _museum_goes_on_as_guest(self, order_sudo):
        if not order_sudo._museum_may_be_guests():
            return False
        return (
            order_sudo._museum_is_guests()
            or request.session.get(GUEST_CART_KEY) == order_sudo.id
            # The shop has no accounts: there is nothing to choose.
            or order_sudo.website_id.account_on_checkout == "disabled"
        )

    @route(
        "/shop/checkout/guest",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def museum_checkout_as_guest(self, **_kw):
        """Go on with this cart without logging in; refused in words if that is off."""
        order = request.cart
        if order and order._museum_may_be_guests():
            request.session[GUEST_CART_KEY] = order.id
        return request.redirect(self._museum_next(order))

    def _check_addresses(self, order_sudo):
        """Visits need no address; the summary asks for the contact."""
        if order_sudo._is_museum_only():
            return None
        return super()._check_addresses(order_sudo)

    def _create_or_update_address(self, partner_sudo, *args, **kwargs):
        """Odoo makes a guest's contact itself where a cart also needs an address."""
        order_sudo = kwargs.get("order_sudo")
        is_new_guest = (
            order_sudo
            and not partner_sudo
            and order_sudo.is_museum
            and request.env.user._is_public()
            and order_sudo._museum_is_anonymous()
        )
        made, feedback = super()._create_or_update_address(
            partner_sudo, *args, **kwargs
        )
        if is_new_guest and made and not feedback.get("invalid_fields"):
            order_sudo._museum_name_guest(made)
        return made, feedback

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
        values["museum_came"] = said_came(order, on_page=True)
        values["museum_terms"] = order.sudo()._museum_terms_parts()
        values["museum_contact"] = order._museum_contact()
        values["museum_needs_phone"] = order._museum_needs_phone()
        values["museum_company"] = company_values(order)
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
            # Who paid too late comes by here, too: his page says what becomes of it.
            state = order.get_portal_last_transaction().state
            if not order.order_line and state not in PAID:
                errors.append(
                    (
                        request.env._("Your seats were released."),
                        request.env._("Please go back to your cart."),
                    )
                )
        return errors


class MuseumLoginCode(LoginCode):
    def _code_page_values(self, redirect):
        """Offer to go on as a guest, on the way from a museum's cart to its payment."""
        values = super()._code_page_values(redirect)
        order = request.cart if redirect.startswith("/shop/") else None
        values["museum_may_be_guest"] = (
            bool(order) and order._museum_has_visits() and order._museum_may_be_guests()
        )
        # The clock goes on while the visitor looks for the code.
        values["museum_held_until"] = order._museum_deadline_words() if order else ""
        return values


class MuseumPaymentPortal(PaymentPortal):
    def _validate_transaction_for_order(self, transaction, sale_order):
        """The seats are looked at once more, now that the order is locked."""
        res = super()._validate_transaction_for_order(transaction, sale_order)
        if sale_order.is_museum:
            # The transaction itself checked login, terms, seats and amount when it
            # was made (payment.transaction.create); this keeps the seats for it.
            sale_order._museum_check_holds(sale_order.museum_booking_ids._in_cart())
        return res
