# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cancelling a sold visit, whole or in part, and what comes back for it."""

from dataclasses import dataclass
from typing import Any

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.museum_exhibition.controllers.serializers import minor

from ..exceptions import CancellationRefused, RefundChanged
from ..lib import cancellation, states
from ..lib.refunds import RefundPart


@dataclass(frozen=True)
class RefundQuote:
    """What comes back for some tickets if they are cancelled at a moment."""

    tickets: Any
    """museum.ticket, as superuser."""
    parts: list[RefundPart]
    amounts: Any
    """RefundAmounts: the very number that credit note and payment will have."""
    step: cancellation.Step | None
    """The policy's step that holds; None: none does, or it is not the policy's."""
    by_museum: bool
    """The museum's fault: all comes back, whatever the policy."""

    @property
    def amount(self) -> float:
        return self.amounts.total

    @property
    def in_kind(self) -> float:
        return self.amounts.in_kind

    @property
    def price(self) -> float:
        return self.amounts.price

    @property
    def kept(self) -> float:
        return self.price - self.amount - self.in_kind

    @property
    def amount_minor(self) -> int:
        return minor(self.amount, self.tickets.booking_id.currency_id)

    @property
    def in_kind_minor(self) -> int:
        return minor(self.in_kind, self.tickets.booking_id.currency_id)


class MuseumBooking(models.Model):
    _inherit = "museum.booking"

    # === WHAT COMES BACK ===

    def _refund_quote(self, tickets=None, at=None, by_museum=False, amount=None):
        """What comes back when tickets are cancelled at a moment. Changes nothing.

        By the policy that the booking was sold under; all of it when the museum is to
        blame, which it is for a slot that it cancelled.

        :param tickets: museum.ticket of this booking; by default all that are live
        :param datetime at: UTC; by default now
        :param float amount: what staff decided to give back instead, taxes included
        :rtype: RefundQuote
        :raise UserError: tickets of another booking, or an amount above their price
        """
        self.ensure_one()
        booking = self.sudo()
        tickets = booking._live_tickets() if tickets is None else tickets.sudo()
        if tickets.booking_id - booking:
            raise UserError(self.env._("This is not a ticket of this booking."))
        by_museum = by_museum or booking.is_visit_cancelled
        step = None
        percent, fee = 100, 0
        if amount is None and not by_museum:
            step = cancellation.step_at(
                booking._policy_steps(),
                booking.start_at,
                at or fields.Datetime.now(),
            )
            percent = step.percent if step else 0
            if step:
                fee = step.fee_of(len(tickets), is_first=not booking._paid_a_fee())
        parts = booking._refund_parts(tickets, percent)
        if amount is not None:
            full = booking._refund_amounts(parts)
            most = minor(full.total + full.in_kind, booking.currency_id)
            fee = most - minor(amount, booking.currency_id)
            if fee < 0 or amount < 0:
                raise UserError(
                    self.env._(
                        "At most %(most)s can be given back for these tickets.",
                        most=booking.currency_id.format(full.total + full.in_kind),
                    )
                )
        if fee:
            parts = booking._less_fee(parts, fee)
        return RefundQuote(
            tickets, parts, booking._refund_amounts(parts), step, by_museum
        )

    def _refund_parts(self, tickets, percent):
        """Tickets as parts of a refund, by the order line that they were sold on."""
        return [
            RefundPart(line.id, len(group), percent, 0.0)
            for line, group in tickets.grouped("order_line_id").items()
        ]

    def _less_fee(self, parts, fee_minor):
        """The same parts with a fee taken off, as far as there is money to take."""
        unit = 10**self.currency_id.decimal_places
        amounts = [
            minor(line.amount + line.in_kind, self.currency_id)
            for line in self._refund_amounts(parts).lines
        ]
        fees = cancellation.spread(fee_minor, amounts)
        return [
            part._replace(fee=fee / unit) for part, fee in zip(parts, fees, strict=True)
        ]

    def _paid_a_fee(self):
        """Whether an earlier cancellation of this booking was charged a fee."""
        refunds = self.sudo().refund_ids.filtered(
            lambda refund: refund.state != states.REFUND_CANCELLED
        )
        return any(refunds.line_ids.mapped("fee"))

    # === WHO MAY ===

    def _why_not_cancel(self):
        """Why the visitor cannot cancel any of it by himself, in words; "" if he can.

        :rtype: str
        """
        self.ensure_one()
        booking = self.sudo()
        if booking.state == states.CANCELLED:
            return self.env._("This visit was cancelled already.")
        if booking.state != states.CONFIRMED:
            return self.env._("This visit is over.")
        if not booking._live_tickets():
            return self.env._("All tickets of this visit were used, or are over.")
        if booking.is_visit_cancelled:
            return ""
        if fields.Datetime.now() >= booking.start_at:
            return self.env._("This visit has begun: it cannot be cancelled any more.")
        if not booking._policy_steps():
            return self.env._(
                "Please write to us or call us when you cannot come: we cancel this"
                " visit for you."
            )
        return ""

    def _cancel_by_visitor(self, tickets=None, expected_refund_minor=None):
        """The visitor gives tickets back; by the policy that he bought them under.

        The caller has checked that it is his booking.

        :param tickets: museum.ticket of the booking; by default all that are live
        :param int expected_refund_minor: the money that he was told; None: any
        :return: the quote by which it was cancelled
        :rtype: RefundQuote
        :raise CancellationRefused: too late, used, void, or for staff to decide
        :raise RefundChanged: another amount comes back by now
        """
        self.ensure_one()
        booking = self.sudo()
        if reason := booking._why_not_cancel():
            raise CancellationRefused(reason)
        live = booking._live_tickets()
        tickets = live if tickets is None else tickets.sudo()
        if not tickets:
            raise CancellationRefused(
                self.env._("Please choose the tickets that you want to cancel.")
            )
        if tickets - live:
            raise CancellationRefused(
                self.env._(
                    "One of these tickets was used or cancelled meanwhile. Please look"
                    " at your tickets again."
                )
            )
        quote = booking._refund_quote(tickets)
        if expected_refund_minor not in (None, quote.amount_minor):
            raise RefundChanged(
                self.env._(
                    "By now %(amount)s would be given back. Please look at it again.",
                    amount=booking.currency_id.format(quote.amount),
                ),
                expected_refund_minor=expected_refund_minor,
                refund_minor=quote.amount_minor,
                currency=booking.currency_id.name,
            )
        origin = "museum" if quote.by_museum else "visitor"
        booking._cancel_tickets_part(
            quote, self.env._("cancelled by the visitor"), origin
        )
        return quote

    # === DOING IT ===

    def _cancel_tickets_part(self, quote, reason, origin):
        """Void tickets, record what comes back, and free their seats after the commit.

        All that are left: the booking is cancelled. Otherwise it stays, with fewer
        people. Whoever scanned one of them meanwhile makes PostgreSQL refuse, and Odoo
        runs the request again.

        :param RefundQuote quote: for which tickets, and what comes back
        :param str reason: for the log and on the void tickets
        :param str origin: one of the refund's origins
        :return: the museum.refund; empty when nothing comes back
        :raise UserError: a ticket that is used, expired or void
        """
        self.ensure_one()
        booking, tickets = self.sudo(), quote.tickets
        if booking.state != states.CONFIRMED or not tickets:
            raise UserError(self.env._("This visit was cancelled already, or is over."))
        if tickets - booking._live_tickets():
            raise UserError(
                self.env._("Only tickets that were not used can be cancelled.")
            )
        if tickets == booking._good_tickets():
            booking._cancel(reason, is_settled=True)
        else:
            booking._void_part(tickets, reason)
        refund = booking._request_refund(quote.parts, origin, reason, tickets)
        booking._mail_cancelled(quote)
        return refund

    # === MAIL ===

    def _mail_cancelled(self, quote):
        """Tell the visitor what was cancelled and what comes back; Odoo's queue sends.

        :param RefundQuote quote: by which it was cancelled
        """
        self._mail_visitor(
            "museum_booking.mail_template_cancelled",
            museum_cancelled=lambda booking: booking._cancelled_words(quote),
        )

    def _cancelled_words(self, quote):
        """What the mail and the page say of a cancellation.

        :return: dict of ``tickets`` (list of "2 × Adult"), ``left`` (the same, of what
            stays), ``amount`` and ``in_kind`` (formatted, "" for nothing)
        """
        self.ensure_one()
        currency = self.currency_id
        left = self._good_tickets() - quote.tickets
        return {
            "tickets": self._count_words(quote.tickets.with_env(self.env)),
            "left": self._count_words(left),
            "amount": currency.format(quote.amount) if quote.amount else "",
            "in_kind": currency.format(quote.in_kind) if quote.in_kind else "",
        }

    def _count_words(self, tickets):
        return [
            f"{len(group)} × {category.name}"
            for category, group in tickets.grouped("category_id").items()
        ]
