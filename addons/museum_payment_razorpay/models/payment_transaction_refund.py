# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Money that goes back: each refund is counted once, whoever started it."""

import logging

from odoo import api, models

from odoo.addons.payment import utils as payment_utils

_logger = logging.getLogger(__name__)


class PaymentTransaction(models.Model):
    # One subject per file: together they would be far too long.
    _inherit = "payment.transaction"  # pylint: disable=W0012,R8180

    def _send_refund_request(self):
        """Override of `payment_razorpay`: of the right payment, and safe to repeat."""
        if self.provider_code != "razorpay":
            return super()._send_refund_request()
        source = self.source_transaction_id
        payment_id = source.razorpay_payment_id or source.provider_reference
        refund = self._send_api_request(
            "POST",
            f"payments/{payment_id}/refund",
            json={
                "amount": payment_utils.to_minor_currency_units(
                    -self.amount, self.currency_id
                ),
                "notes": {"reference": self.reference},
            },
            refund_idempotency_key=self._razorpay_refund_key(),
        )
        return self._process("razorpay", {**refund, "entity_type": "refund"})

    def _razorpay_refund_key(self):
        """Return the idempotency key: the same for this refund whenever it is sent."""
        self.ensure_one()
        return f"refund-{self._razorpay_digest(self.reference, self.amount)}"

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
            if self.state == "error":
                self._razorpay_flag(
                    self.env._(
                        "Refund %(refund)s of %(amount)s failed: %(reason)s",
                        refund=self.reference,
                        amount=self.currency_id.format(-self.amount),
                        reason=self.state_message or "",
                    )
                )
        return res

    def _razorpay_give_back(self):
        """Give unplaced money back in full, once; the caller holds the row's lock.

        Repeating it after a crash gives the same refund: the idempotency key follows
        from the reference, and refunds known by webhook count.
        """
        self.ensure_one()
        self.razorpay_refund_due = False
        refunds = self.child_transaction_ids.filtered(
            lambda tx: tx.operation == "refund" and tx.state not in ("error", "cancel")
        )
        if refunds or self.state != "done":
            return
        refund = self.with_context(payment_backend_action=True)._refund()
        if refund.state == "error":
            self._razorpay_flag(
                self.env._(
                    "The refund of %(amount)s failed: %(reason)s",
                    amount=self.currency_id.format(self.amount),
                    reason=refund.state_message or "",
                )
            )
            return
        self.env.ref("payment.cron_post_process_payment_tx")._trigger()
