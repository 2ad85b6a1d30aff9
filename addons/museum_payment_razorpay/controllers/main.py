# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's own two Razorpay routes, guarded."""

import logging

from werkzeug.exceptions import Forbidden, RequestEntityTooLarge

from odoo import http
from odoo.http import request

from odoo.addons.payment_razorpay.controllers.main import (
    RazorpayController as PaymentRazorpayController,
)

_logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 256 * 1024


class RazorpayController(PaymentRazorpayController):
    @http.route()
    def razorpay_return_from_checkout(self, reference, **data):
        """Override of `payment_razorpay`: the way back of methods that leave the page.

        The reference in the address is not signed and is not used: the signed order
        tells which transaction it is.
        """
        ids = [data.get(f"razorpay_{key}") for key in ("order_id", "payment_id")]
        if all(ids):
            tx_sudo, _outcome = (
                request.env["payment.transaction"]
                .sudo()
                ._razorpay_verify(*ids, data.get("razorpay_signature"))
            )
            if not tx_sudo:
                _logger.warning("A checkout with a wrong signature was refused")
                raise Forbidden
        return request.redirect("/payment/status")

    @http.route(max_content_length=MAX_BODY_BYTES, save_session=False)
    def razorpay_webhook(self):
        """Override of `payment_razorpay`: verify, store, answer; work afterwards.

        Razorpay counts an answer after five seconds as lost, so that the job does what
        there is to do, whatever the event is about.

        :raise Forbidden: the signature is not that of any provider here
        """
        raw = request.httprequest.get_data()
        if len(raw) > MAX_BODY_BYTES:
            raise RequestEntityTooLarge
        provider_sudo = self._razorpay_webhook_provider(raw)
        if not provider_sudo:
            _logger.warning("A webhook with a wrong signature was refused")
            raise Forbidden
        events_sudo = request.env["museum.payment.event"].sudo()
        event_id = request.httprequest.headers.get("X-Razorpay-Event-Id")
        event_sudo = events_sudo._receive(provider_sudo, event_id, raw)
        if event_sudo:
            event_sudo._trigger()
        return request.make_json_response("")

    def _razorpay_webhook_provider(self, raw):
        """Return the provider whose webhook secret signed the body, if any."""
        received = request.httprequest.headers.get("X-Razorpay-Signature")
        providers_sudo = (
            request.env["payment.provider"]
            .sudo()
            .search(
                [("code", "=", "razorpay"), ("razorpay_webhook_secret", "!=", False)],
                order="id",
            )
        )
        for provider_sudo in providers_sudo:
            tx_sudo = request.env["payment.transaction"].sudo()
            tx_sudo = tx_sudo.new({"provider_id": provider_sudo.id})
            try:
                self._verify_signature(raw, received, tx_sudo, is_redirect=False)
            except (Forbidden, TypeError):  # TypeError: a signature that is not ASCII
                continue
            return provider_sudo
        return providers_sudo.browse()
