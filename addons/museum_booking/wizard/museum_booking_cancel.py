# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..lib import states

MANAGER = "museum_exhibition.group_museum_manager"
DESK = "museum_exhibition.group_museum_desk"


class MuseumBookingCancel(models.TransientModel):
    """Ask staff why, and tell how many people and how much money it concerns.

    The desk cancels by the policy that the booking was sold under. Managers may say
    that the museum is to blame, or that another amount is given back.
    """

    _name = "museum.booking.cancel"
    _description = "Cancel a museum booking"

    booking_id = fields.Many2one("museum.booking", required=True, ondelete="cascade")
    # With the rights of who asks: any number can be sent as the booking.
    amount_sold = fields.Monetary(related="booking_id.amount_sold", related_sudo=False)
    currency_id = fields.Many2one(related="booking_id.currency_id", related_sudo=False)
    state = fields.Selection(related="booking_id.state", related_sudo=False)
    is_paid = fields.Boolean(compute="_compute_is_paid")
    is_manager = fields.Boolean(compute="_compute_is_manager")
    ticket_ids = fields.Many2many(
        "museum.ticket",
        string="Tickets to cancel",
        compute="_compute_ticket_ids",
        store=True,
        readonly=False,
    )
    visitors = fields.Integer(compute="_compute_quote")
    by_museum = fields.Boolean(
        string="The museum is to blame",
        compute="_compute_by_museum",
        store=True,
        readonly=False,
        help="All the money goes back, whatever the policy says.",
    )
    is_other_amount = fields.Boolean(string="Give back another amount")
    other_amount = fields.Monetary(string="Amount to give back")
    quote_price = fields.Monetary(string="Sold for", compute="_compute_quote")
    quote_amount = fields.Monetary(string="Given back", compute="_compute_quote")
    quote_in_kind = fields.Monetary(
        string="Given back to cards", compute="_compute_quote"
    )
    quote_words = fields.Char(string="By the policy", compute="_compute_quote")
    reason = fields.Char(required=True)

    @api.constrains("booking_id")
    def _check_booking(self):
        """:raise AccessError: a booking of another company"""
        # Odoo checks constraints as superuser.
        self.sudo(False).booking_id.check_access("read")

    @api.depends("booking_id")
    def _compute_is_paid(self):
        for wizard in self:
            wizard.is_paid = wizard.booking_id.money_state not in (
                states.UNPAID,
                states.REFUNDED,
            )

    @api.depends_context("uid")
    def _compute_is_manager(self):
        self.is_manager = self.env.user.has_group(MANAGER)

    @api.depends("booking_id")
    def _compute_ticket_ids(self):
        for wizard in self:
            booking = wizard.booking_id
            booking.check_access("read")
            wizard.ticket_ids = booking.sudo()._live_tickets().sudo(False)

    @api.depends("booking_id")
    def _compute_by_museum(self):
        for wizard in self:
            wizard.by_museum = wizard.booking_id.is_visit_cancelled

    @api.depends(
        "booking_id", "ticket_ids", "by_museum", "is_other_amount", "other_amount"
    )
    def _compute_quote(self):
        for wizard in self:
            booking = wizard.booking_id
            booking.check_access("read")
            wizard.visitors = (
                sum(wizard.ticket_ids.mapped("visitors"))
                if wizard._is_sold()
                else booking.visitors
            )
            quote = wizard._is_sold() and wizard._quote()
            wizard.quote_price = quote and quote.price
            wizard.quote_amount = quote and quote.amount
            wizard.quote_in_kind = quote and quote.in_kind
            wizard.quote_words = quote and wizard._words(quote)

    def _is_sold(self):
        return self.booking_id.state == states.CONFIRMED

    def _quote(self):
        """:rtype: RefundQuote"""
        booking = self.booking_id
        booking.check_access("read")
        # What is shown while the form is filled in has no ids of its own.
        tickets = self.ticket_ids._origin or self.ticket_ids
        return booking.sudo()._refund_quote(
            tickets,
            by_museum=self.by_museum,
            amount=self.other_amount if self.is_other_amount else None,
        )

    def _words(self, quote):
        booking = self.booking_id.sudo()
        if self.is_other_amount:
            return self.env._("As decided by %(user)s", user=self.env.user.name)
        if quote.by_museum:
            return self.env._("The museum is to blame: all of it")
        if quote.step:
            return booking._step_words(quote.step)
        if booking._policy_steps():
            return self.env._("Too late: nothing")
        return self.env._("Sold without steps: please decide on an amount")

    def action_cancel_booking(self):
        """Cancel what was chosen; the log keeps the reason and who gave it.

        :raise AccessError: neither desk nor manager, or the desk wants more than the
            policy gives
        :raise UserError: it cannot be cancelled any more; the message says why
        """
        self.ensure_one()
        booking = self.booking_id
        self._check_role()
        reason = self.env._(
            "%(user)s: %(reason)s", user=self.env.user.name, reason=self.reason
        )
        if not self._is_sold():
            self._cancel_unsold(booking.sudo(), reason)
        else:
            if not self.ticket_ids:
                raise UserError(
                    self.env._("Please choose the tickets that are to be cancelled.")
                )
            quote = self._quote()
            booking.sudo()._cancel_tickets_part(
                quote, reason, "museum" if quote.by_museum else "staff"
            )
        return {"type": "ir.actions.act_window_close"}

    def _cancel_unsold(self, booking, reason):
        if booking.state in states.BOOKING_IN_CART:
            booking._remove()
            booking._message_log(body=reason)
        else:
            booking._cancel(reason)

    def _check_role(self):
        booking = self.booking_id
        if self.is_manager:
            booking.check_access("write")
            self._check_decided()
            return
        if not self.env.user.has_group(DESK):
            raise AccessError(self.env._("Only the desk and managers cancel visits."))
        if not self._is_sold():
            booking._check_manager()
        booking.check_access("read")
        decides = self.by_museum and not booking.is_visit_cancelled
        if decides or self.is_other_amount:
            raise AccessError(
                self.env._("Only managers give back more or less than the policy says.")
            )
        if refusal := booking.sudo()._why_not_cancel():
            raise UserError(refusal)

    def _check_decided(self):
        """A booking whose conditions are words only: somebody has to decide."""
        booking = self.booking_id.sudo()
        is_decided = self.by_museum or self.is_other_amount
        if self._is_sold() and self.is_paid and not is_decided:
            if booking.amount_sold and not booking._policy_steps():
                raise UserError(
                    self.env._(
                        "This booking was sold without steps of a cancellation policy."
                        " Please decide how much is given back."
                    )
                )
