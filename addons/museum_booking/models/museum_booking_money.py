# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A booking from its payment on: confirmed, cancelled, over; and what was paid."""

import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.museum_exhibition.exceptions import HoldExpired, SlotClosed
from odoo.addons.museum_exhibition.models.guard import writing

from ..lib import states

_logger = logging.getLogger(__name__)

SWEEP_BATCH = 200


class MuseumBooking(models.Model):
    _inherit = "museum.booking"

    # === CONFIRMATION ===

    def _confirm(self):
        """Sell the held seats and issue the tickets, in the caller's transaction.

        Runs inside the confirmation of the order, once: the order's own state and
        the state table refuse a second time.

        :raise HoldExpired: some seats are not held; nothing may be kept then
        """
        bookings = self.sudo()._in_cart()
        if not bookings:
            return
        bookings._refuse_cancelled_visits()
        unsold = set(self.env["museum.hold"]._sell(bookings.mapped("hold_token")))
        facts = bookings._hold_facts()
        lost = bookings.filtered(
            lambda booking: (
                booking.hold_token in unsold
                or facts[booking.id].quantities != booking._wanted()
            )
        )
        if lost:
            raise HoldExpired(
                self.env._(
                    "The seats of %(names)s are not held any more.",
                    names=", ".join(lost.mapped("name")),
                ),
                bookings=lost.mapped("name"),
            )
        for booking in bookings:
            booking._confirm_one()

    def _confirm_one(self):
        self.ensure_one()
        if self.state == states.PENDING:
            # Confirmed without the payment page: free, or by staff.
            self._set_state(states.AWAITING_PAYMENT)
        self._set_state(states.CONFIRMED, self.order_id._museum_confirm_reason())
        writing(self).write({"confirmed_at": fields.Datetime.now()})
        self._sync_money_state()
        self._issue_tickets()

    def _refuse_cancelled_visits(self):
        """:raise SlotClosed: the museum cancelled one of the visits"""
        gone = self.slot_id._lock_against_cancelling()
        if gone:
            raise SlotClosed(
                self.env._(
                    "The museum cancelled this visit: %(slots)s.",
                    slots=", ".join(gone.mapped("display_name")),
                )
            )

    # === CANCELLATION ===

    def _visit_cancelled(self, reason):
        """The museum cancelled the slot of these bookings: tell who has to know.

        Sold ones stay as they are, with `is_visit_cancelled` set, until a manager
        rebooks or refunds them; one activity per slot says how many. Visits in carts
        lose their seats, unless money for them is on its way: that ends on the list
        "Needs attention" when it comes.

        :param str reason: why, in words; may be empty
        """
        untold = self.filtered(lambda booking: not booking.is_visit_cancelled)
        writing(untold).write({"is_visit_cancelled": True})
        words = self.env._("the museum cancelled this visit")
        if reason:
            words = f"{words}: {reason}"
        waiting = self._in_cart().filtered(
            lambda booking: not booking.order_id._museum_money_is_coming()
        )
        waiting._expire(words)
        sold = self.filtered(lambda booking: booking.state == states.CONFIRMED)
        sold._message_log_batch(bodies=dict.fromkeys(sold.ids, words))
        for slot, bookings in sold.grouped("slot_id").items():
            slot.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_warning",
                summary=self.env._(
                    "Bookings to rebook or refund: %(count)s", count=len(bookings)
                ),
                note=words,
                user_id=bookings[0]._attention_user().id,
            )

    def _cancel(self, reason, is_settled=False):
        """Cancel live bookings; the seats go back after the commit.

        What was paid is not moved here: it goes on the managers' list.

        :param str reason: for the log
        :param bool is_settled: it was decided what comes back; nobody has to look
        :raise UserError: somebody has entered already
        """
        for booking in self.sudo():
            if booking.state not in states.BOOKING_LIVE:
                continue
            used = booking.ticket_ids.filtered(lambda t: t.state == states.TICKET_USED)
            if used:
                raise UserError(
                    self.env._(
                        "Booking %(name)s cannot be cancelled: %(count)s of its "
                        "tickets were used.",
                        name=booking.name,
                        count=len(used),
                    )
                )
            was_sold = booking.state == states.CONFIRMED
            booking._set_state(states.CANCELLED, reason)
            if was_sold:
                booking._cancel_tickets(reason)
                booking._unsell_after_commit()
            else:
                booking._give_back_after_commit()
            if was_sold and booking._money_fact() == states.PAID:
                if booking.amount_total and not is_settled:
                    booking._flag_attention(
                        self.env._(
                            "Cancelled (%(reason)s), not refunded", reason=reason
                        )
                    )

    def _unsell_after_commit(self):
        holds = self.env["museum.hold"]
        tokens = self.sudo().mapped("hold_token")
        holds._after_commit(lambda env: env["museum.hold"]._unsell(tokens))

    # === MONEY ===

    def _money_fact(self):
        """What the order's payments and invoices say, as a money state.

        An order's payments are for all that it holds, so its bookings share the
        answer.

        :rtype: str
        """
        self.ensure_one()
        order = self.sudo().order_id
        paid, refunded = order._museum_money()
        same = order.currency_id.compare_amounts
        if same(refunded, 0) > 0:
            if same(refunded, paid) >= 0:
                return states.REFUNDED
            return states.PARTIALLY_REFUNDED
        if not self.confirmed_at:
            return states.UNPAID
        total = order.amount_total
        if same(total, 0) == 0 or same(paid, total) >= 0:
            return states.PAID
        return states.UNPAID

    def _sync_money_state(self):
        """Follow the facts; what is on the managers' list stays there."""
        for booking in self.sudo():
            fact = booking._money_fact()
            if states.can_move(states.MONEY_MOVES, booking.money_state, fact):
                if booking.money_state != states.NEEDS_ATTENTION:
                    booking._set_money_state(fact)

    # === CRON ===

    @api.model
    def _cron_sweep(self):
        """Expire what nobody looked at since its clock ran out."""
        domain = [
            ("state", "in", tuple(states.BOOKING_IN_CART)),
            ("hold_expires_at", "<", fields.Datetime.now()),
        ]
        self._heal_seats()
        bookings = self.sudo().search(domain, limit=SWEEP_BATCH, order="id")
        orders = bookings.order_id
        for order in orders:
            # A visitor busy with this cart does the same himself.
            if order.try_lock_for_update(allow_referencing=True):
                order._museum_refresh()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _heal_seats(self):
        """Give back what a cancellation left sold because its process died.

        The seats of a cancelled booking go back after the commit; a worker that is
        killed in between never gets there. Visits that are over are left as they are.

        :return: the tokens whose seats went back by this call
        :rtype: set[str]
        """
        self.flush_model(["state", "end_at", "hold_token"])
        self.env.cr.execute(
            """
            SELECT hold.token
              FROM museum_booking booking
              JOIN museum_hold hold ON hold.token = booking.hold_token
             WHERE booking.state = 'cancelled'
               AND booking.end_at > now() AT TIME ZONE 'UTC'
               AND hold.state = 'sold'
             LIMIT %s
            """,
            [SWEEP_BATCH],
        )
        tokens = [token for (token,) in self.env.cr.fetchall()]
        if not tokens:
            return set()
        _logger.warning("Seats of cancelled bookings were still sold: %s", len(tokens))
        return self.env["museum.hold"]._unsell(tokens)

    @api.model
    def _cron_close_past(self):
        """Confirmed visits whose time is over: completed when anybody came."""
        domain = [
            ("state", "=", states.CONFIRMED),
            ("end_at", "<", fields.Datetime.now()),
            # Nobody could come: these wait for a manager.
            ("is_visit_cancelled", "=", False),
        ]
        bookings = self.sudo().search(domain, limit=SWEEP_BATCH, order="end_at, id")
        for booking in bookings:
            came = states.TICKET_USED in booking.ticket_ids.mapped("state")
            booking._set_state(states.COMPLETED if came else states.NO_SHOW)
        remaining = (
            self.sudo().search_count(domain) if len(bookings) == SWEEP_BATCH else 0
        )
        self.env["ir.cron"]._commit_progress(len(bookings), remaining=remaining)
