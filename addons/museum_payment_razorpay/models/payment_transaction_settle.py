# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Razorpay says becomes the transaction's state; whoever brings the news.

Browser, webhook and cron end in :meth:`PaymentTransaction._razorpay_settle`. Its
guards are in `_process` and `_post_process`, so that Odoo's own routes meet them too.
"""

import logging

import psycopg2

from odoo import api, models
from odoo.exceptions import ValidationError

from odoo.addons.payment import utils as payment_utils

from .. import const
from ..lib import signature

_logger = logging.getLogger(__name__)

CONFIRMED = "confirmed"
PROCESSING = "processing"
NEEDS_ATTENTION = "needs_attention"
REFUNDED = "refunded"

# Which of an order's payments tells its fate.
_RANK = {
    const.PAYMENT_CAPTURED: 3,
    const.PAYMENT_AUTHORIZED: 2,
    const.PAYMENT_FAILED: 1,
}


class PaymentTransaction(models.Model):
    # One subject per file: together they would be far too long.
    _inherit = "payment.transaction"  # pylint: disable=W0012,R8180

    # === ASKING RAZORPAY ===

    def _razorpay_fetch_payments(self):
        """Return all payments of this transaction's Razorpay order.

        :raise ValidationError: Razorpay does not answer
        """
        self.ensure_one()
        answer = self._send_api_request(
            "GET", f"orders/{self.razorpay_order_id}/payments"
        )
        return [item for item in answer.get("items", []) if isinstance(item, dict)]

    @api.model
    def _razorpay_best_payment(self, payments, statuses=(const.PAYMENT_CAPTURED,)):
        """Return the payment that counts among those of the statuses, or None."""
        found = [item for item in payments if item.get("status") in statuses]
        return max(found, key=lambda item: _RANK.get(item["status"], 0), default=None)

    # === FINDING ===

    @api.model
    def _search_by_reference(self, provider_code, payment_data):
        """Override of `payment_razorpay`: by the order's id, which nobody can choose.

        The description, by which Odoo searches, comes from the browser; it counts for
        transactions alone that have no Razorpay order of their own.
        """
        if provider_code != "razorpay":
            return super()._search_by_reference(provider_code, payment_data)
        if payment_data.get("entity_type") == "refund":
            return self._razorpay_search_refund(payment_data)
        order_id = payment_data.get("order_id")
        if order_id:
            tx = self.search([("razorpay_order_id", "=", order_id)])
            if tx:
                return tx
        tx = super()._search_by_reference(provider_code, payment_data)
        return tx.filtered(lambda found: not found.razorpay_order_id)

    # === THE STATE ===

    def _process(self, provider_code, payment_data):
        """Override of `payment`: nothing is applied that does not fit.

        Data without the payment itself (what a browser posts) is never enough here.
        """
        if provider_code != "razorpay" or payment_data.get("entity_type") == "refund":
            return super()._process(provider_code, payment_data)
        tx = self or self._search_by_reference(provider_code, payment_data)
        if not tx or not tx.razorpay_order_id or tx.operation == "refund":
            return super(PaymentTransaction, tx)._process(provider_code, payment_data)
        tx.ensure_one()
        if payment_data.get("order_id") != tx.razorpay_order_id or not (
            signature.is_payment_id(payment_data.get("id"))
        ):
            _logger.warning(
                "Refused a foreign payment for transaction %s", tx.reference
            )
            return tx
        if tx._razorpay_takes_money(payment_data):
            tx.razorpay_payment_id = payment_data["id"]
            tx.razorpay_failure = False
            super(PaymentTransaction, tx)._process(provider_code, payment_data)
            if tx.state == "done":
                tx.razorpay_next_ask_at = False
        return tx

    def _razorpay_takes_money(self, entity):
        """Whether the payment's money makes this transaction paid, here and now.

        Everything else that a payment can be is noted on the way.
        """
        status = entity.get("status")
        if status == const.PAYMENT_FAILED:
            self._razorpay_note_failure(entity)
            return False
        if status == const.PAYMENT_AUTHORIZED and not self.provider_id.capture_manually:
            # Razorpay takes it by itself in a moment; the cron sees to it if not.
            if self.state != "done":
                self._razorpay_ask_soon()
            return False
        if status not in (
            const.PAYMENT_AUTHORIZED,
            const.PAYMENT_CAPTURED,
            const.PAYMENT_REFUNDED,
        ):
            return False
        if self.state == "done":
            self._razorpay_check_second_payment(entity)
            return False
        if problem := self._razorpay_money_problem(entity):
            self._razorpay_refuse_money(entity, problem)
            return False
        return True

    def _razorpay_note_failure(self, entity):
        """Keep the bank's reason; a failed attempt does not end the payment.

        The visitor may try again in the same window, and even this attempt can still
        be authorised days later.
        """
        if self.state == "done" or self.razorpay_payment_id:
            return
        reason = entity.get("error_description") or self.env._("The payment failed.")
        if self.razorpay_failure != reason:
            self.razorpay_failure = reason
            self._log_message_on_linked_documents(
                self.env._(
                    "Payment attempt %(payment)s failed: %(reason)s",
                    payment=entity["id"],
                    reason=reason,
                )
            )

    def _razorpay_check_second_payment(self, entity):
        """A paid order takes no second payment; if one came after all, say so."""
        if entity["id"] == self.razorpay_payment_id or self._razorpay_is_refunded(
            entity
        ):
            return
        words = self.env._(
            "A second payment %(payment)s of %(amount)s arrived for this order.",
            payment=entity["id"],
            amount=self._razorpay_format(entity),
        )
        self._razorpay_flag(words)
        self._razorpay_book_stray(entity, words)

    def _razorpay_is_refunded(self, entity):
        return (entity.get("amount_refunded") or 0) >= (entity.get("amount") or 0) > 0

    def _razorpay_money_problem(self, entity):
        """Return why this money must not confirm anything; empty when it may."""
        if self._razorpay_is_refunded(entity):
            return self.env._("it was given back at Razorpay already")
        if entity.get("amount_refunded"):
            return self.env._("a part of it was given back at Razorpay already")
        if (
            entity.get("amount") != self._razorpay_amount_minor()
            or entity.get("currency") != self.currency_id.name
        ):
            return self.env._(
                "%(expected)s were asked for",
                expected=self.currency_id.format(self.amount),
            )
        return ""

    def _razorpay_refuse_money(self, entity, problem):
        """Keep the payment's id and its problem; the transaction ends in error."""
        message = self.env._(
            "Payment %(payment)s of %(amount)s does not count: %(problem)s.",
            payment=entity["id"],
            amount=self._razorpay_format(entity),
            problem=problem,
        )
        self.razorpay_next_ask_at = False
        self._set_error(message, extra_allowed_states=("cancel",))
        if self._razorpay_is_refunded(entity):
            self._log_message_on_linked_documents(message)
            stray = None
        else:
            self._razorpay_flag(message)
            stray = self._razorpay_book_stray(entity, message)
        if not stray:
            self.razorpay_payment_id = entity["id"]
            self.provider_reference = entity["id"]

    def _razorpay_book_stray(self, entity, words):
        """Give money that bought nothing a transaction of its own.

        So it is in the books like all money, and can be given back.

        :param str words: what it is, for staff
        :return: the transaction; empty when a person has to look at Razorpay
        """
        self.ensure_one()
        payment_id = entity["id"]
        known = self.search([("razorpay_payment_id", "=", payment_id)])
        if known:
            return known
        currency = self.env["res.currency"].search(
            [("name", "=", entity.get("currency"))], limit=1
        )
        is_taken = entity.get("status") == const.PAYMENT_CAPTURED
        if not currency or not is_taken or entity.get("amount_refunded"):
            return self.browse()
        stray = self.create(
            {
                "provider_id": self.provider_id.id,
                "payment_method_id": self.payment_method_id.id,
                "reference": self._compute_reference(
                    self.provider_code, prefix=f"{self.reference}-more"
                ),
                "amount": payment_utils.to_major_currency_units(
                    entity["amount"], currency
                ),
                "currency_id": currency.id,
                "partner_id": self.partner_id.id,
                "operation": "offline",
                "provider_reference": payment_id,
                "razorpay_payment_id": payment_id,
                "museum_stray_of_id": self.id,
            }
        )
        stray._set_done()
        stray._museum_give_back(words)
        self.env.ref("payment.cron_post_process_payment_tx")._trigger()
        return stray

    def _razorpay_format(self, entity):
        """Return the payment's amount for people, in its own currency."""
        currency = self.currency_id
        if entity.get("currency") != currency.name:
            return f"{entity.get('amount')} {entity.get('currency')}"
        amount = payment_utils.to_major_currency_units(
            entity.get("amount") or 0, currency
        )
        return currency.format(amount)

    def _set_done(self, *, state_message=None, extra_allowed_states=()):
        """Override of `payment`: a cancelled transaction can be paid all the same."""
        if all(tx.provider_code == "razorpay" for tx in self):
            extra_allowed_states = (*extra_allowed_states, "cancel")
        return super()._set_done(
            state_message=state_message, extra_allowed_states=extra_allowed_states
        )

    # === SETTLING: the one way for browser, webhook and cron ===

    def _razorpay_try_lock(self):
        """Take the row if nobody has it or has changed it since we began to read.

        :return: False when somebody else is at it; what he does is what we would do
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    "SELECT id FROM payment_transaction WHERE id = %s"
                    "   FOR NO KEY UPDATE SKIP LOCKED",
                    [self.id],
                    log_exceptions=False,
                )
                return bool(self.env.cr.rowcount)
        except psycopg2.errors.SerializationFailure:
            return False

    def _razorpay_wait_lock(self):
        """Take the row, waiting for whoever has it.

        :raise psycopg2.errors.SerializationFailure: he has changed it; read again
        """
        self.ensure_one()
        self.env.cr.execute(
            "SELECT id FROM payment_transaction WHERE id = %s FOR NO KEY UPDATE",
            [self.id],
            log_exceptions=False,
        )

    def _razorpay_settle(self, entity):
        """Apply a payment that Razorpay has told us about and confirm what it pays.

        The caller holds the row's lock and has the entity from Razorpay's API or from
        a webhook whose signature is right. Repeated, late and reordered news are fine.

        :return: ``confirmed``, ``processing``, ``needs_attention`` or ``refunded``
        """
        self.ensure_one()
        self._process("razorpay", entity)
        self._razorpay_finish()
        return self._razorpay_outcome()

    def _razorpay_finish(self):
        """Confirm the order of a paid transaction, once.

        When that fails the money stays booked as arrived; Odoo's own cron tries
        again, and staff sees it meanwhile.
        """
        self.ensure_one()
        if self.state != "done" or self.is_post_processed:
            return
        try:
            with self.env.cr.savepoint():
                self._post_process()
        except (psycopg2.OperationalError, psycopg2.errors.InFailedSqlTransaction):
            raise
        except Exception as error:
            _logger.exception("Transaction %s is paid, not confirmed", self.reference)
            self.invalidate_recordset()
            self._razorpay_flag(
                self.env._(
                    "%(amount)s arrived, the order could not be confirmed: %(error)s",
                    amount=self.currency_id.format(self.amount),
                    error=str(error),
                )
            )
            self.env.ref("payment.cron_post_process_payment_tx")._trigger()

    def _razorpay_outcome(self):
        """Return where the payment stands, as a word for programs."""
        self.ensure_one()
        if self.razorpay_attention:
            return NEEDS_ATTENTION
        if self.state != "done":
            return PROCESSING
        if self._razorpay_unplaced():
            return REFUNDED if self._museum_gives_back() else PROCESSING
        return CONFIRMED

    def _razorpay_unplaced(self):
        """Return the names of what this payment was for and has not confirmed."""
        self.ensure_one()
        orders = self.sale_order_ids
        if not orders:
            # Deleted with its visits; other payments (an invoice's) have no order.
            return [self.museum_purpose] if self.museum_purpose else []
        left = orders.filtered(lambda order: order.state != "sale")
        return left.mapped("name") or self._museum_unconfirmed().mapped("name")

    def _razorpay_work_inbox(self):
        """Handle the events about this transaction that wait in the inbox, if free."""
        self.ensure_one()
        events = self.env["museum.payment.event"].search(
            [("razorpay_order_id", "=", self.razorpay_order_id), ("state", "=", "new")],
            order="id",
            limit=5,
        )
        if events and self._razorpay_try_lock():
            for event in events:
                event._process_here()

    @api.model
    def _razorpay_verify(self, order_id, payment_id, received_signature):
        """Finish a payment by what the checkout window gave to the browser.

        The signature is checked first. Then Razorpay itself is asked, while no row is
        locked; what the browser says beyond the signed ids counts for nothing.

        :return: (transaction, outcome); no transaction when the signature is wrong
        """
        nothing = self.browse()
        provider = self.env["payment.provider"]._razorpay_find_signer(
            order_id, payment_id, received_signature
        )
        if not provider:
            return nothing, None
        tx = self.sudo().search(
            [("razorpay_order_id", "=", order_id), ("provider_id", "=", provider.id)]
        )
        if not tx:
            return nothing, None
        if tx.state == "done" and tx.is_post_processed:
            return tx, tx._razorpay_outcome()
        try:
            entity = tx._send_api_request("GET", f"payments/{payment_id}")
        except ValidationError:
            # The webhook or the cron will bring it.
            tx._razorpay_ask_later()
            return tx, PROCESSING
        if entity.get("id") != payment_id or not tx._razorpay_try_lock():
            return tx, PROCESSING
        return tx, tx._razorpay_settle(entity)

    # === CONFIRMING THE ORDER ===

    def _post_process(self):
        """Override of `payment`: once per transaction, and never without a result.

        Money that does not end in a confirmed order is put on staff's list.
        """
        ours = self.filtered(
            lambda tx: (
                tx.razorpay_order_id
                and tx.state == "done"
                and (tx.sale_order_ids or tx.museum_purpose)
            )
        )
        # A visitor on the status page asks for it before there is anything to do. Not
        # worth a collision with the job that is bringing the money just now.
        busy = self.filtered(
            lambda tx: (
                tx.razorpay_order_id
                and tx.state == "draft"
                and not tx._razorpay_try_lock()
            )
        )
        res = super(PaymentTransaction, self - ours - busy)._post_process()
        for tx in ours.filtered(lambda tx: not tx.is_post_processed):
            # Who comes second waits here instead of doing it all again in vain.
            tx._razorpay_wait_lock()
            super(PaymentTransaction, tx)._post_process()
            tx._razorpay_check_confirmed()
        return res

    def _museum_prepare_order(self, order):
        """Override of `museum_booking`: the order must be the one that was paid.

        More than the total would confirm by itself, and that is a cart that was changed
        while the checkout window was open. Visits that ran out meanwhile come back
        first, where seats are left.
        """
        if self.razorpay_order_id and self._razorpay_misfit():
            order._museum_restore_paid(self.museum_booking_ids)
        problem = super()._museum_prepare_order(order)
        if self.razorpay_order_id and not problem:
            problem = self._razorpay_misfit()
        return problem

    def _razorpay_misfit(self):
        """Return why the order is not the one that was paid; empty when it is."""
        for order in self.sale_order_ids.filtered(lambda order: order.state != "sale"):
            currency = order.currency_id
            differs = currency.compare_amounts(self.amount, order.amount_total)
            if differs or self.currency_id != currency:
                return self.env._(
                    "the order is about %(total)s now",
                    total=currency.format(order.amount_total),
                )
        return ""

    def _museum_needs_attention(self, problem):
        """Override of `museum_booking`: the transaction is on the list as well."""
        res = super()._museum_needs_attention(problem)
        if self.provider_code == "razorpay":
            self.razorpay_attention = problem
        return res

    def _razorpay_check_confirmed(self):
        """See that the money has bought something; otherwise say what happened."""
        self.ensure_one()
        left = self._razorpay_unplaced()
        if not left:
            return
        if not self.razorpay_attention:
            self._razorpay_flag(
                self.env._(
                    "%(amount)s arrived (%(payment)s), %(names)s is not confirmed.",
                    amount=self.currency_id.format(self.amount),
                    payment=self.razorpay_payment_id,
                    names=", ".join(left),
                )
            )
        if "sale" in self.sale_order_ids.mapped("state"):
            # Somebody has confirmed it in another way: a person has to look at it
            # before money goes back.
            return
        self._museum_give_back(self.razorpay_attention)

    def _razorpay_flag(self, reason):
        """Put the transaction and its bookings on staff's list."""
        self.ensure_one()
        if self.razorpay_attention == reason:
            return
        self.razorpay_attention = reason
        self._log_message_on_linked_documents(reason)
        self._museum_tell_staff(reason)
