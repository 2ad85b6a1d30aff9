# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The API's part of a payment: open an order at Razorpay, hand in its answer."""

from psycopg2.errors import UniqueViolation

from odoo.http import request

from odoo.addons.museum_booking.controllers.guest_session import customers_cart
from odoo.addons.museum_exhibition.controllers import api_kit as kit
from odoo.addons.museum_exhibition.controllers import errors
from odoo.addons.payment.controllers.post_processing import PaymentPostProcessing
from odoo.addons.website_sale.controllers.payment import PaymentPortal

from ..lib import signature
from ..models.payment_transaction_settle import CONFIRMED

LANDING_ROUTE = "/shop/payment/validate"
STATUS_ROUTE = "/payment/status"
METHODS = ("card", "upi", "netbanking")


class MuseumPaymentApi(PaymentPortal):
    @kit.api_route("/payments/create-order", methods=["POST"])
    def create_order(self, method="upi"):
        """Open (or open again) the Razorpay order of the visitor's cart.

        The cart must have been through ``/bookings/summary``: terms accepted, seats
        and prices checked. Goes through the shop's own checks as the page does.

        :param str method: where the checkout window opens: card, upi or netbanking
        :raise Unauthorized: nobody is logged in, and the museum sells to no guests
        :raise Conflict: not payable now
        """
        method = kit.text(method, "method")
        if method not in METHODS:
            raise errors.InvalidRequest(details={"method": f"one of {list(METHODS)}"})
        order_sudo = customers_cart()
        if not order_sudo.museum_booking_ids._in_cart():
            raise errors.Conflict(request.env._("Your cart is empty."))
        provider_sudo, method_sudo = self._razorpay_option(order_sudo, method)
        values = self._razorpay_open(order_sudo, provider_sudo, method_sudo)
        if values["state"] == "error":
            raise errors.Conflict(values["state_message"])
        return self._order_json(values)

    def _razorpay_open(self, order_sudo, provider_sudo, method_sudo):
        """Make the transaction by the shop's own route; one at a time per cart.

        :raise Conflict: another tab or a double click is doing the same just now
        """
        busy = request.env._(
            "Your payment is being opened already. Please try again in a moment."
        )
        token = order_sudo._portal_ensure_token()
        if not order_sudo.try_lock_for_update(allow_referencing=True):
            raise errors.Conflict(busy)
        try:
            return self.shop_payment_transaction(
                order_sudo.id,
                token,
                provider_id=provider_sudo.id,
                payment_method_id=method_sudo.id,
                token_id=None,
                amount=None,
                flow="direct",
                tokenization_requested=False,
                landing_route=LANDING_ROUTE,
            )
        except UniqueViolation as error:
            # The other one was done before we had the lock, after we began to read.
            raise errors.Conflict(busy) from error

    def _razorpay_option(self, order_sudo, method):
        """Return provider and method by which this cart can be paid.

        :raise Conflict: Razorpay is not open for this visitor and amount
        """
        providers_sudo = (
            request.env["payment.provider"]
            .sudo()
            ._get_compatible_providers(
                order_sudo.company_id.id,
                order_sudo.partner_invoice_id.id,
                order_sudo.amount_total,
                currency_id=order_sudo.currency_id.id,
                sale_order_id=order_sudo.id,
            )
        )
        provider_sudo = providers_sudo.filtered(
            lambda provider: provider.code == "razorpay"
        )[:1]
        method_sudo = provider_sudo.payment_method_ids.filtered(
            lambda option: option.code == method and option.active
        )[:1]
        if not method_sudo:
            raise errors.Conflict(
                request.env._("This cannot be paid by %(method)s here.", method=method)
            )
        return provider_sudo, method_sudo

    def _order_json(self, values):
        """Return what a checkout needs to open."""
        keys = ("reference", "razorpay_order_id", "amount_minor", "currency")
        return {
            **{key: values[key] for key in keys},
            "key_id": values["razorpay_key_id"],
            "name": values["name"],
            "prefill": values["prefill"],
            "timeout_seconds": values["timeout"],
            "checkout_js": values["checkout_js"],
            "status": "paid" if values["state"] == "done" else "created",
        }

    @kit.api_route("/payments/verify", methods=["POST"])
    def verify(self, razorpay_order_id, razorpay_payment_id, razorpay_signature):
        """Finish a payment by what the checkout window has answered.

        Answers ``confirmed``, ``processing`` (the webhook or a job will finish it),
        ``needs_attention`` (the money arrived and bought nothing; staff knows) or
        ``refunded`` (it bought nothing and went back), and the page to go to. Who has
        the signature has the payment: nothing about the visitor or the visit is told
        here.

        :raise InvalidRequest: ids of another shape
        :raise Forbidden: the signature is not Razorpay's for these ids
        """
        wrong = {}
        if not signature.is_order_id(razorpay_order_id):
            wrong["razorpay_order_id"] = "must be the id of an order"
        if not signature.is_payment_id(razorpay_payment_id):
            wrong["razorpay_payment_id"] = "must be the id of a payment"
        if wrong:
            raise errors.InvalidRequest(details=wrong)
        kit.text(razorpay_signature, "razorpay_signature", required=True)
        tx_sudo, outcome = (
            request.env["payment.transaction"]
            .sudo()
            ._razorpay_verify(
                razorpay_order_id, razorpay_payment_id, razorpay_signature
            )
        )
        if not tx_sudo:
            raise errors.Forbidden(details={"reason": "signature"})
        monitored = request.session.get(PaymentPostProcessing.MONITORED_TX_ID_KEY)
        goes_on = outcome == CONFIRMED and monitored == tx_sudo.id
        return {
            "status": outcome,
            "reference": tx_sudo.reference,
            "next": tx_sudo.landing_route if goes_on else STATUS_ROUTE,
        }
