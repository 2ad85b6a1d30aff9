# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How a refund ends: done, failed and shown, or finished by somebody's hand."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.museum_exhibition.models.guard import writing

from ..lib import states

ACTIVITY = "mail.mail_activity_data_warning"


class MuseumRefund(models.Model):
    _inherit = "museum.refund"

    def _write_progress(self, **values):
        """Note how far it is; the state has its own writer."""
        writing(self).write(values)

    def _finish(self):
        """The money is back where it came from."""
        for refund in self:
            if refund.state == states.REFUND_FAILED:
                refund.booking_id._attention_over(refund.env._("paid out"))
            refund._set_state(
                states.REFUND_DONE,
                error=False,
                next_try_at=False,
                done_at=fields.Datetime.now(),
            )
            if not refund.is_credit_due:
                refund.activity_feedback([ACTIVITY])
            refund._finish_attention()
            refund.order_id.museum_booking_ids.filtered(
                lambda booking: (
                    booking.state in states.BOOKING_SOLD
                    or booking.state == states.CANCELLED
                )
            )._sync_money_state()

    def _finish_attention(self):
        """Money without a visit is back: nobody has to look at it any more."""
        self.ensure_one()
        tx = self.source_transaction_id
        if self.origin != "late_money" or not tx:
            return
        first = tx.museum_stray_of_id
        (tx | first)._museum_attention_over()
        bookings = (tx | first).museum_booking_ids | self.booking_id
        for booking in bookings:
            booking._attention_over(self.env._("given back by %s", self.name))

    def _fail(self, words):
        """Nothing more happens by itself: the finance role is told.

        :param str words: why
        """
        for refund in self:
            refund._set_state(states.REFUND_FAILED, error=words, next_try_at=False)
            told = refund.env._(
                "Refund %(name)s of %(amount)s failed: %(reason)s",
                name=refund.name,
                amount=refund.currency_id.format(refund.amount),
                reason=words,
            )
            refund._tell_finance(told)
            refund.booking_id._flag_attention(told)

    def _tell_finance(self, words):
        """An activity for the finance role, one at a time."""
        for refund in self:
            if refund.activity_ids:
                refund._message_log(body=words)
                continue
            refund.with_context(mail_activity_quick_update=True).activity_schedule(
                ACTIVITY,
                summary=refund.env._("Refund needs attention"),
                note=words,
                user_id=refund.company_id._museum_finance_user().id,
            )

    # === BY HAND ===

    @api.model
    def _check_finance(self):
        """:raise AccessError: neither the finance role nor a manager"""
        user = self.env.user
        if not (
            user.has_group("account.group_account_invoice")
            or user.has_group("museum_exhibition.group_museum_manager")
        ):
            raise AccessError(
                self.env._("Only museum managers and the finance role can do this.")
            )

    def action_try_again(self):
        """Have failed refunds sent again, now."""
        self._check_finance()
        self.check_access("read")
        for refund in self.sudo().filtered(lambda one: one.state == "failed"):
            refund._set_state(
                states.REFUND_QUEUED, attempts=0, next_try_at=fields.Datetime.now()
            )
            refund._log_user(refund.env._("sent again"))
            refund.booking_id._attention_over(refund.env._("refund sent again"))
            refund.activity_feedback([ACTIVITY])
        self._trigger()
        return True

    def action_pay_out(self):
        """Register what is paid out by hand, in Odoo's own window."""
        self.ensure_one()
        self._check_finance()
        self.check_access("read")
        notes = self._posted_notes()
        if not notes:
            raise UserError(
                self.env._("There is no credit note to pay out: use “Paid out”.")
            )
        return notes.action_register_payment()

    def action_paid_out(self):
        """Say that it was paid out in another way; for refunds without credit note."""
        self._check_finance()
        self.check_access("read")
        for refund in self.sudo():
            if refund.state not in (states.REFUND_PENDING, states.REFUND_FAILED):
                raise UserError(self.env._("Only what waits can be paid out by hand."))
            if refund.transaction_ids.filtered(
                lambda tx: tx.state in ("pending", "authorized")
            ):
                raise UserError(
                    self.env._("The provider has it in work: wait for its answer.")
                )
            # What was prepared is never sent any more.
            refund._children("draft")._set_canceled(
                state_message=refund.env._("paid out by hand")
            )
            refund._log_user(refund.env._("paid out by hand"))
            refund._finish()
        return True

    def action_keep_tickets(self):
        """Money went back as goodwill: post the credit note, the tickets stay valid."""
        self._check_finance()
        self.check_access("read")
        for refund in self.sudo():
            refund._post_drafts()
            refund._log_user(refund.env._("the tickets stay valid"))
            refund._attention_settled(refund.env._("the tickets stay valid"))
        return True

    def action_cancel_tickets(self):
        """Money went back for the visit: post the credit note, cancel the booking."""
        self._check_finance()
        self.check_access("read")
        for refund in self.sudo():
            if not refund.booking_id:
                raise UserError(self.env._("This refund is of no booking."))
            refund._post_drafts()
            words = refund.env._("refunded by %s", refund.name)
            refund._attention_settled(words)
            refund.booking_id._cancel(words)
            refund._log_user(refund.env._("the tickets are cancelled"))
        return True

    def _post_drafts(self):
        self.credit_note_ids.filtered(lambda move: move.state == "draft").action_post()

    def _attention_settled(self, words):
        """Somebody has decided: it is on no list any more."""
        self.ensure_one()
        self.source_transaction_id._museum_attention_over()
        bookings = self.source_transaction_id.museum_booking_ids | self.booking_id
        bookings._attention_over(words)
        self.activity_feedback([ACTIVITY])

    def _log_user(self, words):
        self.ensure_one()
        self._message_log(body=f"{self.env.user.name}: {words}")

    # === BACKEND ===

    def action_view_credit_notes(self):
        """Open the credit notes."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Credit notes"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("museum_refund_id", "=", self.id)],
        }

    def action_view_transactions(self):
        """Open the payment transactions that give it back."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refund transactions"),
            "res_model": "payment.transaction",
            "view_mode": "list,form",
            "domain": [("museum_refund_id", "=", self.id)],
        }


class MuseumBooking(models.Model):
    _inherit = "museum.booking"

    def _attention_over(self, reason):
        """Take bookings off the list: their money follows from the facts again."""
        for booking in self.sudo():
            if booking.money_state == states.NEEDS_ATTENTION:
                booking._set_money_state(booking._money_fact(), reason)
                booking.activity_feedback([ACTIVITY])


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _museum_attention_over(self):
        """For providers that keep a mark of their own."""
