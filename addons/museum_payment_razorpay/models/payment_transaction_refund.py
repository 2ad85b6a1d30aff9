# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Money that goes back: each refund is counted once, whoever started it."""

import logging

from odoo import api, models
from odoo.exceptions import ValidationError

from odoo.addons.museum_booking.lib.refund_sending import NotNow, Refused, is_definite
from odoo.addons.payment import utils as payment_utils

_logger = logging.getLogger(__name__)


class PaymentTransaction(models.Model):
    # One subject per file: together they would be far too long.
    _inherit = "payment.transaction"  # pylint: disable=W0012,R8180

    def _send_refund_request(self):
        """Override of `payment_razorpay`: of the right payment, and safe to repeat."""
        if self.provider_code != "razorpay":
            return super()._send_refund_request()
        refund = self._razorpay_post_refund()
        return self._process("razorpay", {**refund, "entity_type": "refund"})

    # === FOR THE JOB: asking and applying are two steps ===

    def _museum_refund_prepare(self):
        """Keep the key with which it is sent, however often."""
        res = super()._museum_refund_prepare()
        if self.provider_code == "razorpay":
            self.razorpay_refund_key = self._razorpay_refund_key()
        return res

    def _museum_refund_send(self, again):
        """Override of `museum_booking`: only a clear answer counts as one.

        A timeout, "in work" and a server's error may all have moved the money: the same
        request is sent again. Before that, and when it is refused, Razorpay's own list
        of refunds is looked at: keys are not kept for ever.
        """
        self.ensure_one()
        if self.provider_code != "razorpay":
            return super()._museum_refund_send(again)
        if self.provider_id.state == "disabled":
            raise NotNow(self.env._("The payment provider is disabled."))
        try:
            found = self._razorpay_find_refund() if again else None
            return found or self._razorpay_post_refund()
        except ValidationError as error:
            if not is_definite(error):
                raise NotNow(str(error)) from error
            try:
                found = self._razorpay_find_refund()
            except ValidationError as unknown:
                raise NotNow(str(unknown)) from unknown
            if found:
                return found
            raise Refused(str(error)) from error

    def _museum_refund_apply(self, answer):
        if self.provider_code != "razorpay":
            return super()._museum_refund_apply(answer)
        self.source_transaction_id._razorpay_wait_lock()
        return self._process("razorpay", {**answer, "entity_type": "refund"})

    def _museum_refund_ask(self):
        if self.provider_code != "razorpay":
            return super()._museum_refund_ask()
        try:
            if self.razorpay_refund_id:
                return self._send_api_request(
                    "GET", f"refunds/{self.razorpay_refund_id}"
                )
            return self._razorpay_find_refund()
        except ValidationError as error:
            raise NotNow(str(error)) from error

    def _razorpay_refunded_payment(self):
        source = self.source_transaction_id
        return source.razorpay_payment_id or source.provider_reference

    def _razorpay_post_refund(self):
        """Ask Razorpay for the refund; nothing is written.

        :return: the refund as Razorpay has it
        :raise ValidationError: an error, definite or not
        """
        self.ensure_one()
        return self._send_api_request(
            "POST",
            f"payments/{self._razorpay_refunded_payment()}/refund",
            json={
                "amount": payment_utils.to_minor_currency_units(
                    -self.amount, self.currency_id
                ),
                "notes": {"reference": self.reference},
            },
            refund_idempotency_key=self.razorpay_refund_key
            or self._razorpay_refund_key(),
        )

    def _razorpay_find_refund(self):
        """Return this refund from Razorpay's list of the payment's refunds, or None.

        :raise ValidationError: Razorpay does not answer
        """
        self.ensure_one()
        answer = self._send_api_request(
            "GET", f"payments/{self._razorpay_refunded_payment()}/refunds"
        )
        for refund in answer.get("items", []):
            notes = refund.get("notes")
            reference = notes.get("reference") if isinstance(notes, dict) else None
            if reference == self.reference:
                return refund
        return None

    def _museum_attention_over(self):
        """Override of `museum_booking`: the mark of our own, too."""
        res = super()._museum_attention_over()
        self.filtered("razorpay_attention").razorpay_attention = False
        return res

    def _razorpay_refund_key(self):
        """Return the idempotency key: the same for this refund whenever it is sent."""
        self.ensure_one()
        return f"refund-{self._razorpay_digest(self.reference, self.amount, self.id)}"

    @api.model
    def _razorpay_search_refund(self, refund):
        """Return the transaction of a refund; one made at Razorpay is recorded once."""
        refund_id = refund.get("id")
        known = (
            self.search([("razorpay_refund_id", "=", refund_id)]) if refund_id else self
        )
        if known:
            return known
        notes = refund.get("notes")
        reference = notes.get("reference") if isinstance(notes, dict) else None
        if reference:
            asked = self.search(
                [("reference", "=", reference), ("provider_code", "=", "razorpay")]
            )
            if asked:
                return asked
        payment_id = refund.get("payment_id")
        if not payment_id or not refund_id:
            return self.browse()
        source = self.search(
            [
                ("provider_code", "=", "razorpay"),
                ("operation", "!=", "refund"),
                "|",
                ("razorpay_payment_id", "=", payment_id),
                ("provider_reference", "=", payment_id),
            ],
            limit=1,
        )
        if not source:
            return source
        source._razorpay_wait_lock()
        made = self._razorpay_create_refund_tx_from_payment_data(source, refund)
        made.razorpay_refund_id = refund_id
        source._razorpay_note_foreign_refund(made)
        return made

    def _razorpay_note_foreign_refund(self, refund_tx):
        """A refund that nobody asked us for leaves valid tickets behind: tell staff."""
        self.ensure_one()
        if self._museum_is_of_visits():
            self.env["museum.refund"]._record_foreign(refund_tx, "dashboard")
        self._razorpay_flag(
            self.env._(
                "%(amount)s of payment %(payment)s were given back in Razorpay's "
                "dashboard. Cancel the booking if the visit does not take place.",
                amount=self.currency_id.format(-refund_tx.amount),
                payment=self.razorpay_payment_id or self.provider_reference,
            )
        )

    def _apply_updates(self, payment_data):
        """Override of `payment_razorpay`: keep the refund's id, tell of its failure."""
        res = super()._apply_updates(payment_data)
        if self.provider_code == "razorpay" and self.operation == "refund":
            refund_id = payment_data.get("id")
            if refund_id and not self.razorpay_refund_id:
                self.razorpay_refund_id = refund_id
            if self.state == "error" and not self.museum_refund_id:
                # Others are tried again, and shown when that is no use.
                self._razorpay_flag(
                    self.env._(
                        "Refund %(refund)s of %(amount)s failed: %(reason)s",
                        refund=self.reference,
                        amount=self.currency_id.format(-self.amount),
                        reason=self.state_message or "",
                    )
                )
        return res
