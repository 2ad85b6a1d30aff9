# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What webhook and browser did not bring is asked for, with growing gaps."""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.museum_booking.models.own_turn import alone

from .. import const
from ..lib import backoff

_logger = logging.getLogger(__name__)

BATCH = 50
# Razorpay takes an authorised payment within seconds; after this we ask for it.
CAPTURE_AFTER = timedelta(minutes=2)
# By then Odoo's cron has confirmed a paid order, or it never will by itself.
CONFIRM_WITHIN = timedelta(minutes=15)


class PaymentTransaction(models.Model):
    # One subject per file: together they would be far too long.
    _inherit = "payment.transaction"  # pylint: disable=W0012,R8180

    def _razorpay_ask_soon(self):
        """An authorised payment: look in a moment whether it was taken."""
        soon = fields.Datetime.now() + CAPTURE_AFTER
        for tx in self:
            if not tx.razorpay_next_ask_at or tx.razorpay_next_ask_at > soon:
                tx.razorpay_next_ask_at = soon
                cron = self.env.ref("museum_payment_razorpay.ir_cron_reconcile")
                cron._trigger(at=soon)

    def _razorpay_ask_later(self):
        """Razorpay did not answer: the cron asks as soon as it runs."""
        if self._razorpay_try_lock():
            self.razorpay_next_ask_at = fields.Datetime.now()
            self.env.ref("museum_payment_razorpay.ir_cron_reconcile")._trigger()

    @api.model
    def _razorpay_alone(self, step):
        """See ``own_turn.alone``.

        :return: whether it went through; False when others were always at it
        """
        return alone(self.env, step)[0]

    @api.model
    def _cron_razorpay_reconcile(self):
        """Ask Razorpay about unpaid orders; find the lost."""
        now = fields.Datetime.now()
        due = self.search(
            [("razorpay_next_ask_at", "<=", now)],
            limit=BATCH,
            order="razorpay_next_ask_at",
        )
        for tx in due:
            # A fresh picture for each; asking happens before any row is locked.
            self._razorpay_alone(lambda: None)
            tx._razorpay_reconcile_safely()
        self._razorpay_alone(self._razorpay_flag_unconfirmed)
        if len(due) == BATCH:
            self.env.ref("museum_payment_razorpay.ir_cron_reconcile")._trigger()

    def _razorpay_reconcile_safely(self):
        """One transaction's trouble must not keep the others from being asked about."""
        try:
            self._razorpay_reconcile()
        except Exception:
            self.env.cr.rollback()
            _logger.exception("Asking Razorpay about transaction %s", self.id)
            self._razorpay_alone(lambda: self._razorpay_apply_answer(None))

    def _razorpay_reconcile(self):
        """Ask about one transaction and apply the answer, each in its transaction."""
        self.ensure_one()
        if not self.razorpay_order_id or self.state == "done":
            self._razorpay_alone(self._razorpay_stop_asking)
            return
        try:
            entity = self._razorpay_ask()
        except ValidationError as error:
            _logger.warning("Razorpay about %s: %s", self.reference, error)
            entity = None
        self._razorpay_alone(lambda: None)
        if not self._razorpay_alone(lambda: self._razorpay_apply_answer(entity)):
            _logger.warning("Transaction %s is busy; asked again later", self.reference)

    def _razorpay_stop_asking(self):
        self.razorpay_next_ask_at = False

    def _razorpay_apply_answer(self, entity):
        self._razorpay_wait_lock()
        now = fields.Datetime.now()
        asked = self.razorpay_asked + 1
        self.write(
            {
                "razorpay_asked": asked,
                "razorpay_next_ask_at": backoff.next_ask(self.create_date, now, asked),
            }
        )
        if entity and self.razorpay_order_id == entity.get("order_id"):
            self._razorpay_settle(entity)

    def _razorpay_ask(self):
        """Return the payment that tells the order's fate, or None; captures if need be.

        :raise ValidationError: Razorpay does not answer
        """
        payments = self._razorpay_fetch_payments()
        entity = self._razorpay_best_payment(
            payments,
            (const.PAYMENT_CAPTURED, const.PAYMENT_AUTHORIZED, const.PAYMENT_FAILED),
        )
        if entity and self._razorpay_should_capture(entity):
            return self._send_api_request(
                "POST",
                f"payments/{entity['id']}/capture",
                json={"amount": entity["amount"], "currency": entity["currency"]},
            )
        return entity

    def _razorpay_should_capture(self, entity):
        """Whether to take an authorised payment that Razorpay has not taken itself.

        Only what can still buy its visit: the rest goes back to the visitor by itself.
        """
        if (
            entity["status"] != const.PAYMENT_AUTHORIZED
            or self.provider_id.capture_manually
        ):
            return False
        if self._razorpay_money_problem(entity) or self._razorpay_misfit():
            return False
        orders = self.sale_order_ids
        if not orders and self.museum_purpose:
            return False  # deleted meanwhile
        return all(order.state in ("draft", "sent") for order in orders)

    @api.model
    def _razorpay_flag_unconfirmed(self):
        """Paid transactions that nobody could post-process, and nobody was told of."""
        limit = fields.Datetime.now() - CONFIRM_WITHIN
        lost = self.search(
            [
                ("razorpay_order_id", "!=", False),
                ("state", "=", "done"),
                ("is_post_processed", "=", False),
                ("razorpay_attention", "=", False),
                ("last_state_change", "<", limit),
            ],
            limit=BATCH,
        )
        for tx in lost:
            tx._razorpay_flag(
                self.env._(
                    "%(amount)s arrived, but the order was not confirmed in time.",
                    amount=tx.currency_id.format(tx.amount),
                )
            )
