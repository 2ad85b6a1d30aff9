# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .. import const
from ..lib import signature

_logger = logging.getLogger(__name__)

PARAMETER = "museum_payment_razorpay"
METHOD_CODES = ("card", "upi", "netbanking")


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    # === WHERE RAZORPAY IS ===

    def _razorpay_replacement(self, name):
        """Return what stands in for an address of Razorpay's, or False.

        Only in test state: a provider that takes real money always talks to Razorpay.

        :param str name: ``api_base`` or ``checkout_js``
        """
        self.ensure_one()
        if self.code != "razorpay" or self.state != "test":
            return False
        return self.env["ir.config_parameter"].sudo().get_param(f"{PARAMETER}.{name}")

    def _razorpay_checkout_js(self):
        """Return the address of the script that opens the checkout window."""
        return self._razorpay_replacement("checkout_js") or const.CHECKOUT_JS

    def _build_request_url(
        self, endpoint, *, api_version="v1", is_proxy_request=False, **kwargs
    ):
        """Override of `payment_razorpay`: the sandbox may stand in."""
        if not is_proxy_request and (base := self._razorpay_replacement("api_base")):
            return f"{base.rstrip('/')}/{api_version}/{endpoint}"
        return super()._build_request_url(
            endpoint,
            api_version=api_version,
            is_proxy_request=is_proxy_request,
            **kwargs,
        )

    def _build_request_headers(self, *args, refund_idempotency_key=None, **kwargs):
        """Override of `payment_razorpay`: a refund carries its idempotency key."""
        headers = super()._build_request_headers(*args, **kwargs)
        if self.code == "razorpay" and refund_idempotency_key:
            headers = {
                **(headers or {}),
                "X-Refund-Idempotency": refund_idempotency_key,
            }
        return headers

    def _log_request(self, method, url, payload, *, reference=None):
        """Override of `payment`: the payload has names and phone numbers in it."""
        if self.code == "razorpay":
            payload = None
        return super()._log_request(method, url, payload, reference=reference)

    def _log_response(self, response, *, reference=None):
        """Override of `payment`: log how it went, not whom it concerns."""
        if self.code != "razorpay":
            return super()._log_response(response, reference=reference)
        _logger.info(
            "Razorpay answered HTTP %s in %d ms for %s",
            response.status_code,
            response.elapsed.total_seconds() * 1000,
            reference or f"provider {self.id}",
        )
        return None

    # === SIGNATURES ===

    @api.model
    def _razorpay_find_signer(self, order_id, payment_id, received):
        """Return the provider whose key signed a checkout; empty when none did.

        Called before anything is searched by what came in; the keys of all Razorpay
        providers (few) are tried.
        """
        if not (
            signature.is_order_id(order_id) and signature.is_payment_id(payment_id)
        ):
            return self.browse()
        providers = self.sudo().search(
            [("code", "=", "razorpay"), ("razorpay_key_secret", "!=", False)],
            order="id",
        )
        for provider in providers:
            secret = provider.razorpay_key_secret
            expected = signature.of_checkout(order_id, payment_id, secret)
            if signature.matches(expected, received):
                return provider
        return self.browse()

    # === SET-UP ===

    @api.model
    def _museum_razorpay_provider(self):
        """Return the current company's Razorpay provider.

        :raise UserError: the company has none
        """
        provider = self.sudo().search(
            [("code", "=", "razorpay"), ("company_id", "=", self.env.company.id)],
            limit=1,
        )
        if not provider:
            raise UserError(
                self.env._(
                    "%(company)s has no Razorpay payment provider.",
                    company=self.env.company.name,
                )
            )
        return provider

    def _museum_use_sandbox(
        self, api_base, checkout_js, key_id, key_secret, webhook_secret
    ):
        """Let the sandbox stand in for Razorpay: test state, published, no real money.

        :param str api_base: address of the API without version, ``http://host:port``
        :param str checkout_js: address of the checkout script
        :return: the provider
        """
        provider = self or self._museum_razorpay_provider()
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param(f"{PARAMETER}.api_base", api_base)
        parameters.set_param(f"{PARAMETER}.checkout_js", checkout_js)
        provider._museum_connect("test", key_id, key_secret, webhook_secret)
        return provider

    def _museum_use_keys(self, key_id, key_secret, webhook_secret=False):
        """Use Razorpay itself; the key tells whether it is its test mode.

        :return: the provider
        """
        provider = self or self._museum_razorpay_provider()
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param(f"{PARAMETER}.api_base", False)
        parameters.set_param(f"{PARAMETER}.checkout_js", False)
        state = "test" if key_id.startswith("rzp_test_") else "enabled"
        provider._museum_connect(state, key_id, key_secret, webhook_secret)
        return provider

    def _museum_connect(self, state, key_id, key_secret, webhook_secret):
        """Enable and publish the provider with its three usual methods."""
        self.ensure_one()
        methods = self.env["payment.method"].with_context(active_test=False)
        wanted = methods.search(
            [("code", "in", METHOD_CODES), ("is_primary", "=", True)]
        )
        self.write(
            {
                "razorpay_key_id": key_id,
                "razorpay_key_secret": key_secret,
                "razorpay_webhook_secret": webhook_secret or False,
                "payment_method_ids": [Command.link(method.id) for method in wanted],
            }
        )
        self.write({"state": state, "is_published": True})
        wanted.active = True
        # The computation that finds the bank journal runs when it is read.
        if not self.journal_id:
            _logger.warning("Razorpay of %s has no bank journal", self.company_id.name)
        self._toggle_post_processing_cron()
