# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The job that sends refunds: each step committed before the next one begins.

What is about to be sent is committed, with its key, before anything leaves the house;
no row is locked while the provider is asked. Killed at any point, the job finds what it
had begun, and sends it with the same key.
"""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..lib import refund_sending, states
from ..lib.refund_sending import NotNow, Refused
from .own_turn import BUSY, alone

_logger = logging.getLogger(__name__)

BATCH = 50
# Whoever works on a refund has it for so long; longer than all its requests take.
LEASE = timedelta(minutes=10)
# The payment of a source is booked by another job.
WAIT_FOR_BOOKS = timedelta(minutes=1)
GONE = ("error", "cancel")


class MuseumRefund(models.Model):
    _inherit = "museum.refund"

    # === THE JOB ===

    @api.model
    def _cron_send(self):
        """Work on what is due: send it, or ask what became of it."""
        due = self.search(
            [
                ("state", "in", sorted(states.REFUND_OPEN)),
                ("next_try_at", "<=", fields.Datetime.now()),
            ],
            limit=BATCH,
            order="next_try_at, id",
        )
        for refund in due:
            try:
                refund._work()
            except Exception as error:
                self.env.cr.rollback()
                _logger.exception("Refund %s", refund.id)
                words = f"{type(error).__name__}: {error}"
                refund._alone(lambda one=refund, text=words: one._later(text))
        for refund in self.search(
            [("is_credit_due", "=", True), ("state", "=", states.REFUND_DONE)],
            limit=BATCH,
        ):
            refund._alone(refund._credit_safely)
            refund._alone(refund._book)
        if len(due) == BATCH:
            self._trigger()

    def _alone(self, step):
        """See ``own_turn.alone``.

        :return: what the step returns; None when others were always at it
        """
        return alone(self.env, step)[1]

    def _work(self):
        """One refund, from where it stands to where it can go now."""
        self.ensure_one()
        if not self._alone(self._claim):
            return
        self._alone(self._credit_safely)
        if self.state != states.REFUND_PENDING:
            self._alone(self._prepare)
        for child in self._children("draft"):
            self._send_one(child)
        if self.state == states.REFUND_PENDING:
            for child in self._children("pending"):
                self._ask_one(child)
        self._alone(self._book)
        self._alone(self._plan)

    def _claim(self):
        """Have the refund for ourselves for a while.

        :rtype: bool
        """
        now = fields.Datetime.now()
        if not self.try_lock_for_update():
            return False
        self.invalidate_recordset()
        if self.state not in states.REFUND_OPEN:
            return False
        if not self.next_try_at or self.next_try_at > now:
            return False
        self._write_progress(next_try_at=now + LEASE, attempts=self.attempts + 1)
        return True

    def _credit_safely(self):
        """Trouble in the books keeps nobody from his money: it is made up later."""
        try:
            with self.env.cr.savepoint():
                self._credit()
                if self.is_credit_due:
                    self._write_progress(is_credit_due=False, error=False)
                    self.activity_feedback(["mail.mail_activity_data_warning"])
        except BUSY:
            raise
        except Exception as error:
            _logger.exception("Credit note of refund %s", self.name)
            self.invalidate_recordset()
            words = self.env._("No credit note yet: %(error)s", error=error)
            if not self.is_credit_due:
                self._write_progress(is_credit_due=True, error=words)
                self._tell_finance(words)

    def _children(self, *found):
        return self.transaction_ids.filtered(lambda tx: tx.state in found).sorted("id")

    # === WHAT IS SENT ===

    def _prepare(self):
        """Make the transactions that give the money back; they are sent afterwards."""
        live = self.transaction_ids.filtered(lambda tx: tx.state not in GONE)
        left = self.currency_id.round(self.amount + sum(live.mapped("amount")))
        if self.currency_id.compare_amounts(left, 0) <= 0:
            self._follow()
            return
        sources = self._sources()
        if not sources:
            self._by_hand()
            return
        if any(not tx.payment_id and not tx.is_post_processed for tx in sources):
            # Booked first as come in: else it never would be.
            self._set_state(states.REFUND_QUEUED, attempts=0)
            self._write_progress(next_try_at=fields.Datetime.now() + WAIT_FOR_BOOKS)
            return
        there = sum(source._museum_not_given_back() for source in sources)
        if self.currency_id.compare_amounts(there, left) < 0:
            self._fail(
                self.env._(
                    "The payments have only %(there)s left of %(amount)s to give back.",
                    there=self.currency_id.format(there),
                    amount=self.currency_id.format(left),
                )
            )
            return
        self._set_state(states.REFUND_SENDING)
        for source in sources:
            amount = min(left, source._museum_not_given_back())
            if self.currency_id.compare_amounts(amount, 0) <= 0:
                continue
            child = source._create_child_transaction(
                amount,
                is_refund=True,
                museum_refund_id=self.id,
                # Drafts are the finance role's to post.
                invoice_ids=[fields.Command.set(self._posted_notes().ids)],
            )
            child._museum_refund_prepare()
            left = self.currency_id.round(left - amount)

    def _posted_notes(self):
        return self.credit_note_ids.filtered(lambda move: move.state == "posted")

    def _sources(self):
        """The payments that can give money back by their provider, newest first."""
        self.ensure_one()
        candidates = self.source_transaction_id or self._payments()
        return candidates.filtered(
            lambda tx: (
                tx.state == "done"
                and tx.operation not in ("refund", "validation")
                and tx.provider_id.support_refund in ("partial", "full_only")
            )
        ).sorted("id", reverse=True)

    def _payments(self):
        """All payments of what the refund is for."""
        self.ensure_one()
        return self.order_id.transaction_ids

    def _by_hand(self):
        """No provider can give it back: the finance role pays it out."""
        self._set_state(states.REFUND_PENDING)
        words = self.env._("To be paid out by hand.")
        self._write_progress(next_try_at=False, error=words)
        self._tell_finance(words)

    # === SENDING ===

    def _send_one(self, child):
        """Send one transaction; no row is locked meanwhile."""
        again = bool(child.museum_sent_at)
        self._alone(lambda: child.write({"museum_sent_at": fields.Datetime.now()}))
        try:
            answer = child._museum_refund_send(again)
        except NotNow as error:
            words = str(error)
            self._alone(lambda: self._write_progress(error=words))
            return
        except Refused as refusal:
            words, is_final = str(refusal), refusal.is_final
            self._alone(lambda: child._museum_refund_refused(words, is_final))
            return
        self._alone(lambda: child._museum_refund_apply(answer))

    def _ask_one(self, child):
        """Ask what became of one that is on its way."""
        try:
            answer = child._museum_refund_ask()
        except (NotNow, Refused, ValidationError) as error:
            _logger.warning("Asking about refund %s: %s", child.reference, error)
            return
        if answer:
            self._alone(lambda: child._museum_refund_apply(answer))

    def _book(self):
        """Book what went out; Odoo's own job does it should this fail."""
        try:
            with self.env.cr.savepoint():
                for child in self._children("done"):
                    if not child.is_post_processed:
                        child._post_process()
                self._reconcile()
        except BUSY:
            raise
        except Exception:
            _logger.exception("Booking refund %s", self.name)
            self.invalidate_recordset()

    # === WHERE IT STANDS ===

    def _follow(self):
        """Take over the state of the transactions, whoever brought the news."""
        for refund in self:
            if refund.state in (states.REFUND_DONE, states.REFUND_CANCELLED):
                continue
            children = refund.transaction_ids
            done = sum(
                children.filtered(lambda tx: tx.state == "done").mapped("amount")
            )
            if refund.currency_id.compare_amounts(refund.amount + done, 0) <= 0:
                refund._finish()
            elif refund.state == states.REFUND_SENDING and not refund._children(
                "draft"
            ):
                if refund._children("pending"):
                    refund._set_state(states.REFUND_PENDING, attempts=0, error=False)
            elif (
                children
                and refund.state == states.REFUND_PENDING
                and not refund._children("draft", "pending")
            ):
                # It came back from the bank.
                refund._set_state(states.REFUND_QUEUED, attempts=0)
                refund._plan()

    def _plan(self):
        """Say when the next step is; or that a person has to look."""
        self.ensure_one()
        now = fields.Datetime.now()
        self._follow()
        if self.state not in states.REFUND_OPEN or self._is_by_hand():
            return
        if self._children("draft"):
            self._write_progress(
                next_try_at=refund_sending.next_resend(now, self.attempts)
            )
            if not self.next_try_at:
                self._fail(self.error or self.env._("The provider does not answer."))
        elif self.state == states.REFUND_PENDING:
            self._write_progress(
                next_try_at=refund_sending.next_ask(now, self.attempts)
            )
        elif failed := self._children("error"):
            next_try_at = refund_sending.next_anew(now, len(failed))
            words = failed[-1].state_message or self.env._("The refund failed.")
            if next_try_at:
                self._set_state(states.REFUND_QUEUED, attempts=0, error=words)
                self._write_progress(next_try_at=next_try_at)
            else:
                self._fail(words)
        if self.next_try_at:
            self._trigger(at=self.next_try_at)

    def _later(self, words):
        """Something of ours went wrong: again after a while, then shown."""
        self._write_progress(error=words)
        next_try_at = refund_sending.next_resend(
            fields.Datetime.now(), max(1, self.attempts)
        )
        self._write_progress(next_try_at=next_try_at)
        if next_try_at:
            self._trigger(at=next_try_at)
        elif self.state in states.REFUND_OPEN:
            self._fail(words)

    def _is_by_hand(self):
        return self.state == states.REFUND_PENDING and not self.transaction_ids


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    museum_sent_at = fields.Datetime(
        string="Sent",
        readonly=True,
        copy=False,
        help="When the refund was last sent to the provider.",
    )

    def _museum_not_given_back(self):
        """What of this payment no refund was made of yet.

        :rtype: float
        """
        self.ensure_one()
        given = self.child_transaction_ids.filtered(
            lambda tx: tx.operation == "refund" and tx.state not in GONE
        )
        left = self.amount + sum(given.mapped("amount"))
        if self.provider_id.support_refund == "full_only" and given:
            return 0.0
        return max(0.0, self.currency_id.round(left))

    # === FOR PROVIDERS TO FILL IN ===

    def _museum_refund_prepare(self):
        """Keep what sending this refund needs, before it is sent."""

    def _museum_refund_send(self, again):
        """Ask the provider for the refund. Writes nothing that the answer brings.

        Providers without an idempotency key are asked once: here, by Odoo's own way.

        :param bool again: it was sent before, and nobody knows what became of it
        :return: the answer, for ``_museum_refund_apply``
        :raise NotNow: send it again later, as it is
        :raise Refused: it was not made
        """
        self.ensure_one()
        if again:
            raise Refused(
                self.env._("Sent before; look at the provider what became of it."),
                is_final=True,
            )
        try:
            self._send_refund_request()
        except ValidationError as error:
            raise Refused(str(error), is_final=True) from error

    def _museum_refund_apply(self, answer):
        """Take over what the provider has answered."""

    def _museum_refund_ask(self):
        """Ask what became of a refund that is on its way.

        :return: the answer, for ``_museum_refund_apply``; None: nobody to ask
        :raise NotNow: the provider does not answer
        """

    def _museum_refund_refused(self, words, is_final):
        self.ensure_one()
        self._set_error(words)
        if is_final:
            self.museum_refund_id._fail(words)

    # === THE REFUND FOLLOWS ===

    def _set_pending(self, **kwargs):
        res = super()._set_pending(**kwargs)
        res.sudo().museum_refund_id._follow()
        return res

    def _set_done(self, **kwargs):
        res = super()._set_done(**kwargs)
        res.sudo().museum_refund_id._follow()
        return res

    def _set_error(self, state_message, **kwargs):
        res = super()._set_error(state_message, **kwargs)
        res.sudo().museum_refund_id._follow()
        return res
