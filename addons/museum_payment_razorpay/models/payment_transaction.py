# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The way to the checkout window: one Razorpay order per cart, kept with it."""

import hashlib
import logging

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.payment import utils as payment_utils

from .. import const
from ..lib import backoff

_logger = logging.getLogger(__name__)

# The window closes this long before the seats go, so that the bank's answer is in time.
CLOSE_EARLY_SECONDS = 20
SHORTEST_WINDOW_SECONDS = 30


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    razorpay_order_id = fields.Char(
        string="Razorpay order",
        readonly=True,
        copy=False,
        help="Every payment of this order belongs to this transaction.",
    )
    razorpay_payment_id = fields.Char(
        string="Razorpay payment",
        readonly=True,
        copy=False,
        help="The payment whose money was taken.",
    )
    razorpay_refund_id = fields.Char(
        string="Razorpay refund", readonly=True, copy=False
    )
    razorpay_failure = fields.Char(
        string="Last failed attempt",
        readonly=True,
        copy=False,
        help="Why the bank declined; the visitor may still pay by another attempt.",
    )
    razorpay_attention = fields.Char(
        string="Needs attention",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Money that did not lead to a confirmed booking.",
    )
    razorpay_refund_key = fields.Char(
        string="Idempotency key",
        readonly=True,
        copy=False,
        help="Kept before the refund is sent: sent again, it is the same refund.",
    )
    razorpay_asked = fields.Integer(
        string="Times asked", readonly=True, copy=False, default=0
    )
    razorpay_next_ask_at = fields.Datetime(
        string="Ask Razorpay at", readonly=True, copy=False, index="btree_not_null"
    )

    _razorpay_order_uniq = models.UniqueIndex(
        "(razorpay_order_id) WHERE razorpay_order_id IS NOT NULL",
        "This Razorpay order belongs to another transaction.",
    )
    _razorpay_payment_uniq = models.UniqueIndex(
        "(razorpay_payment_id) WHERE razorpay_payment_id IS NOT NULL",
        "This Razorpay payment was counted for another transaction.",
    )
    _razorpay_refund_uniq = models.UniqueIndex(
        "(razorpay_refund_id) WHERE razorpay_refund_id IS NOT NULL",
        "This Razorpay refund was counted already.",
    )

    # === THE ORDER AT RAZORPAY ===

    def _razorpay_is_checkout(self):
        """Whether a visitor pays this transaction in the checkout window."""
        self.ensure_one()
        return (
            self.provider_code == "razorpay"
            and self.operation in const.CHECKOUT_OPERATIONS
        )

    def _razorpay_amount_minor(self):
        """Return the amount in the currency's smallest unit."""
        self.ensure_one()
        return payment_utils.to_minor_currency_units(self.amount, self.currency_id)

    def _razorpay_create_customer(self):
        """Override of `payment_razorpay`: a customer is for tokens only.

        The visitor's name and number go to the window as prefill; one network call
        less while the cart is locked.
        """
        if self._razorpay_is_checkout() and not self.tokenize:
            return {}
        return super()._razorpay_create_customer()

    def _razorpay_create_order(self, customer_id=None):
        """Override of `payment_razorpay`: one order per cart and amount, stored.

        :return: the order at Razorpay; empty when it could not be made, the
            transaction is in error then and says why
        """
        if not self._razorpay_is_checkout():
            return super()._razorpay_create_order(customer_id=customer_id)
        try:
            if order := self._razorpay_take_over_order():
                return order
            order = self._send_api_request(
                "POST", "orders", json=self._razorpay_order_payload(customer_id)
            )
        except ValidationError as error:
            self._set_error(str(error))
            return {}
        if order.get("status") == "paid" or (
            order.get("amount") != self._razorpay_amount_minor()
        ):
            # The receipt was used before, by another database perhaps.
            self._set_error(self.env._("Razorpay gave an order that is not ours."))
            return {}
        self._razorpay_keep_order(order["id"])
        return order

    def _razorpay_order_payload(self, customer_id=None):
        """Return the body of the order: what, for whom, and taken automatically."""
        payload = self._razorpay_prepare_order_payload(customer_id=customer_id)
        if not customer_id:
            payload.pop("customer_id", None)
        # The method chosen on our page is where the window opens (prefill). In the
        # order it would forbid the others, and a retry is on the same order.
        if not self.tokenize:
            payload.pop("method", None)
        payload.pop("payment_capture", None)
        if not self.provider_id.capture_manually:
            payload["payment"] = {"capture": "automatic"}
        payload["receipt"] = self._razorpay_receipt()
        payload["unique_receipt"] = True
        payload["notes"] = self._razorpay_notes()
        return payload

    def _razorpay_receipt(self):
        """Return the purchase's own name at Razorpay, at most 40 characters.

        The same when Odoo runs the request again, so that a repeated create gives the
        same order; another in every database, because references start anew there.
        """
        self.ensure_one()
        digest = self._razorpay_digest(self.reference, self._razorpay_amount_minor())
        prefix = self.reference[: const.RECEIPT_LENGTH - len(digest) - 1]
        return f"{prefix}/{digest}"

    @api.model
    def _razorpay_digest(self, *parts):
        """Return 12 hexadecimal characters for the parts and this database."""
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        text = "|".join(str(part) for part in (uuid, *parts))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def _razorpay_notes(self):
        """Return what somebody in Razorpay's dashboard needs; no personal data."""
        orders = self.sale_order_ids
        notes = {
            "reference": self.reference,
            "order": ", ".join(orders.mapped("name")),
            "bookings": ", ".join(self.museum_booking_ids.mapped("name")),
        }
        return {key: text[: const.NOTE_LENGTH] for key, text in notes.items() if text}

    def _razorpay_keep_order(self, order_id):
        now = fields.Datetime.now()
        self.write(
            {
                "razorpay_order_id": order_id,
                "razorpay_asked": 0,
                "razorpay_next_ask_at": backoff.next_ask(now, now, 0),
            }
        )

    def _razorpay_siblings(self):
        """Return the other transactions by which the same cart could be paid."""
        self.ensure_one()
        return (self.sale_order_ids.transaction_ids - self).filtered(
            lambda tx: (
                tx.razorpay_order_id
                and tx.provider_id == self.provider_id
                and tx.state in ("draft", "pending", "error", "cancel")
                and not tx.razorpay_attention
                and not tx.museum_stray_ids
            )
        )

    def _razorpay_take_over_order(self):
        """Pay on the order that the cart's last transaction has opened, if it fits.

        A Razorpay order cannot be closed, so two of them would be two ways to pay one
        cart. Transactions that this one replaces are cancelled; one of another amount
        keeps its order, and money that still comes by it is shown to staff.

        :return: the order at Razorpay, or None
        :raise ValidationError: Razorpay could not be asked
        """
        siblings = self._razorpay_siblings()
        if not siblings:
            return None
        same = siblings.filtered(
            lambda tx: (
                tx.currency_id == self.currency_id
                and tx._razorpay_amount_minor() == self._razorpay_amount_minor()
            )
        )[:1]
        order_id = same.razorpay_order_id
        # Asked first: the visitor may be here again because the answer was lost.
        payments = same._razorpay_fetch_payments() if same else []
        siblings.filtered(lambda tx: tx.state in ("draft", "pending"))._set_canceled(
            state_message=self.env._("Replaced by %(tx)s.", tx=self.reference)
        )
        if not same:
            return None
        same.razorpay_order_id = False
        same.razorpay_next_ask_at = False
        same.flush_recordset()
        self._razorpay_keep_order(order_id)
        if paid := self._razorpay_best_payment(payments):
            self._process("razorpay", paid)
            self.env.ref("payment.cron_post_process_payment_tx")._trigger()
        return {"id": order_id}

    # === WHAT THE WINDOW NEEDS ===

    def _get_specific_processing_values(self, processing_values):
        """Override of `payment_razorpay`: script, prefill, and time left."""
        values = super()._get_specific_processing_values(processing_values)
        if self._razorpay_is_checkout():
            values.update(self._razorpay_checkout_values())
        return values

    def _razorpay_checkout_values(self):
        """Return the options of the checkout window beyond Odoo's own.

        ``timeout`` is in seconds. Nothing in here is secret.
        """
        self.ensure_one()
        company = self.company_id or self.env.company
        method = (
            self.payment_method_id.primary_payment_method_id or self.payment_method_id
        )
        return {
            "checkout_js": self.provider_id._razorpay_checkout_js(),
            "amount_minor": self._razorpay_amount_minor(),
            "currency": self.currency_id.name,
            "name": company.name,
            "timeout": self._razorpay_timeout(),
            "prefill": {
                "name": self.partner_name or "",
                "email": self.partner_email or "",
                "contact": self._razorpay_contact(),
                "method": const.PREFILL_METHODS.get(method.code, ""),
            },
        }

    def _razorpay_contact(self):
        """Return the visitor's number as +CC...; empty when it is none."""
        if not self.partner_phone:
            return ""
        formatted = self._phone_format(
            number=self.partner_phone, country=self.partner_country_id
        )
        return formatted or ""

    def _razorpay_timeout(self):
        """Return for how many seconds the window may stay open; 0 is no limit."""
        deadlines = [
            deadline
            for order in self.sale_order_ids
            if (deadline := order._museum_deadline())
        ]
        if not deadlines:
            return 0
        left = (min(deadlines) - fields.Datetime.now()).total_seconds()
        return max(SHORTEST_WINDOW_SECONDS, int(left) - CLOSE_EARLY_SECONDS)
