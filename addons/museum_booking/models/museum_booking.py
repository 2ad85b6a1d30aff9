# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.museum_exhibition.models.guard import is_writing, writing

from ..lib import codes, states

_logger = logging.getLogger(__name__)

# Written by `_set_state`, `_set_money_state` and the cart alone.
GUARDED_FIELDS = frozenset(
    {
        "name",
        "code",
        "access_token",
        "order_id",
        "partner_id",
        "company_id",
        "currency_id",
        "amount_total",
        "slot_id",
        "exhibition_id",
        "venue_id",
        "visit_date",
        "start_at",
        "end_at",
        "state",
        "money_state",
        "attention_reason",
        "hold_token",
        "hold_expires_at",
        "hold_taken_at",
        "priced_at",
        "quotes",
        "released_at",
        "payment_opened_at",
        "quantities",
        "visitors",
        "confirmed_at",
        "terms_version",
        "terms_accepted_at",
        "policy_text",
        "entry_early_minutes",
        "entry_late_minutes",
        "entry_late_from",
        "is_dismissed",
        "is_visit_cancelled",
    }
)


class MuseumBooking(models.Model):
    """One visit: one slot inside one order, its seats and its tickets."""

    _name = "museum.booking"
    _inherit = ["portal.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Museum Booking"
    _order = "start_at desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Reference", required=True, readonly=True, copy=False)
    code = fields.Char(
        string="Group code",
        readonly=True,
        copy=False,
        groups="museum_exhibition.group_museum_desk",
        help="Admits the whole group (all, or as many as came).",
    )
    # Opens the tickets to whoever has it.
    access_token = fields.Char(groups="museum_exhibition.group_museum_desk")
    order_id = fields.Many2one(
        "sale.order",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    line_ids = fields.One2many(
        "sale.order.line", "museum_booking_id", string="Order lines", readonly=True
    )
    ticket_ids = fields.One2many(
        "museum.ticket", "booking_id", string="Tickets", readonly=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        related="order_id.partner_id",
        string="Visitor",
        store=True,
        index=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    slot_id = fields.Many2one(
        "museum.slot",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    exhibition_id = fields.Many2one(
        "museum.exhibition", related="slot_id.exhibition_id", store=True, index=True
    )
    venue_id = fields.Many2one("museum.venue", related="slot_id.venue_id", store=True)
    visit_date = fields.Date(related="slot_id.local_date", store=True, index=True)
    start_at = fields.Datetime(
        related="slot_id.start_at", string="Start", store=True, index=True
    )
    end_at = fields.Datetime(related="slot_id.end_at", string="End", store=True)
    state = fields.Selection(
        selection=list(states.BOOKING_STATES),
        default=states.PENDING,
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    money_state = fields.Selection(
        selection=list(states.MONEY_STATES),
        string="Money",
        default=states.UNPAID,
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    attention_reason = fields.Char(readonly=True, copy=False)
    hold_token = fields.Char(
        required=True, readonly=True, copy=False, groups="base.group_system"
    )
    hold_expires_at = fields.Datetime(
        string="Seats held until", readonly=True, copy=False
    )
    hold_taken_at = fields.Datetime(
        string="Seats taken at",
        readonly=True,
        copy=False,
        help="They can be held for an hour from then on at most.",
    )
    released_at = fields.Datetime(
        string="Seats released at",
        readonly=True,
        copy=False,
        help="When the seats went back because the clock had run out.",
    )
    payment_opened_at = fields.Datetime(
        string="Payment opened",
        readonly=True,
        copy=False,
        help="When the visitor last began to pay for it.",
    )
    quantities = fields.Json(
        readonly=True,
        copy=False,
        help="Tickets by category: {category id: quantity}. Stays when the lines go, "
        "so that the same can be taken again.",
    )
    visitors = fields.Integer(
        readonly=True, help="People: tickets times the seats that each is for."
    )
    currency_id = fields.Many2one(
        "res.currency", related="order_id.currency_id", store=True
    )
    amount_total = fields.Monetary(
        string="Total", compute="_compute_amount_total", store=True
    )
    confirmed_at = fields.Datetime(readonly=True, copy=False)
    is_dismissed = fields.Boolean(
        string="Dismissed",
        readonly=True,
        copy=False,
        help="The visitor took the expired visit off the cart.",
    )
    is_visit_cancelled = fields.Boolean(
        string="Visit cancelled by the museum",
        compute="_compute_is_visit_cancelled",
        store=True,
        index="btree_not_null",
        help="Its time slot was cancelled. Rebook or refund the visitors.",
    )
    visit_cancel_reason = fields.Char(
        string="Why the museum cancelled", related="slot_id.cancel_reason"
    )
    ticket_count = fields.Integer(compute="_compute_ticket_count")
    invoice_count = fields.Integer(compute="_compute_document_counts")
    payment_count = fields.Integer(compute="_compute_document_counts")

    _name_uniq = models.Constraint("UNIQUE(name)", "This reference exists already.")
    _hold_token_uniq = models.Constraint(
        "UNIQUE(hold_token)", "These seats belong to another booking."
    )
    _code_uniq = models.UniqueIndex("(code) WHERE code IS NOT NULL")
    _cart_due_idx = models.Index(
        "(hold_expires_at) WHERE state IN ('pending', 'awaiting_payment')"
    )

    # === COMPUTE ===

    @api.depends("line_ids.price_total")
    def _compute_amount_total(self):
        for booking in self:
            booking.amount_total = sum(booking.line_ids.mapped("price_total"))

    # Not of the slot's state: opening and closing it would write all its bookings,
    # and cancelling it tells them (`_visit_cancelled`).
    @api.depends("slot_id")
    def _compute_is_visit_cancelled(self):
        for booking in self:
            booking.is_visit_cancelled = booking.slot_id.state == "cancelled"

    @api.depends("ticket_ids")
    def _compute_ticket_count(self):
        for booking in self:
            booking.ticket_count = len(booking.ticket_ids)

    def _compute_document_counts(self):
        for booking in self:
            order = booking.sudo().order_id
            booking.invoice_count = len(order.invoice_ids)
            booking.payment_count = len(order.transaction_ids)

    def _compute_access_url(self):
        res = super()._compute_access_url()
        for booking in self:
            booking.access_url = f"/my/tickets/{booking.name}"
        return res

    def _portal_ensure_token(self):
        return super(MuseumBooking, writing(self))._portal_ensure_token()

    # === CRUD ===

    @api.model_create_multi
    def create(self, vals_list):
        if not is_writing(self):
            raise AccessError(
                self.env._("A booking is made by putting a visit into a cart.")
            )
        return super().create(vals_list)

    def write(self, vals):
        guarded = self._museum_guarded_fields() & vals.keys()
        if guarded and not is_writing(self):
            raise AccessError(
                self.env._(
                    "%(fields)s of a booking cannot be written directly.",
                    fields=", ".join(sorted(guarded)),
                )
            )
        return super().write(vals)

    def _museum_guarded_fields(self):
        """Fields that only the museum's own code writes; addons add theirs.

        :rtype: frozenset[str]
        """
        return GUARDED_FIELDS

    @api.ondelete(at_uninstall=False)
    def _unlink_never_sold(self):
        if any(self.mapped("confirmed_at")):
            raise UserError(
                self.env._("A booking that was sold is kept; cancel it instead.")
            )

    @api.model
    def _new_reference(self, company):
        """A reference that no booking has yet.

        :rtype: str
        """
        for _attempt in range(5):
            name = codes.make_reference(company.museum_code)
            if not self.sudo().search_count([("name", "=", name)], limit=1):
                return name
        raise UserError(self.env._("No free reference was found. Please try again."))

    # === STATES: the only writers ===

    def _set_state(self, new, reason=""):
        """Move bookings to a state, as the table allows it, and log it.

        Being there already is no error: events are repeated.

        :param str new: one of ``lib.states.BOOKING_STATES``
        :param str reason: for the log, in words
        :raise UserError: the table knows no such move
        """
        moving = self.filtered(lambda booking: booking.state != new)
        for booking in moving:
            if not states.can_move(states.BOOKING_MOVES, booking.state, new):
                raise UserError(
                    self.env._(
                        "Booking %(name)s cannot go from %(old)s to %(new)s.",
                        name=booking.name,
                        old=booking._state_label(booking.state),
                        new=booking._state_label(new),
                    )
                )
        moving._log_move("state", new, reason)
        writing(moving).write({"state": new})

    def _set_money_state(self, new, reason=""):
        """Move the money's state, as the table allows it, and log it.

        :param str new: one of ``lib.states.MONEY_STATES``
        :param str reason: for the log; kept with the booking for needs_attention
        :raise UserError: the table knows no such move
        """
        attention = reason if new == states.NEEDS_ATTENTION else False
        moving = self.filtered(lambda booking: booking.money_state != new)
        for booking in moving:
            if not states.can_move(states.MONEY_MOVES, booking.money_state, new):
                raise UserError(
                    self.env._(
                        "The money of booking %(name)s cannot go from %(old)s to "
                        "%(new)s.",
                        name=booking.name,
                        old=booking.money_state,
                        new=new,
                    )
                )
        moving._log_move("money_state", new, reason)
        writing(moving).write({"money_state": new, "attention_reason": attention})

    def _state_label(self, value, field="state"):
        return dict(self._fields[field]._description_selection(self.env))[value]

    def _log_move(self, field, new, reason):
        """One line in the log of each booking: from, to, why; the author says who."""
        if not self:
            return
        bodies = {}
        for booking in self:
            body = self.env._(
                "%(old)s → %(new)s",
                old=booking._state_label(booking[field], field),
                new=booking._state_label(new, field),
            )
            bodies[booking.id] = f"{body}: {reason}" if reason else body
        self._message_log_batch(bodies=bodies)

    def _flag_attention(self, reason):
        """Put the bookings on the managers' list, with an activity.

        Never raises for a booking that is on the list already.

        :param str reason: what is wrong and how much money is concerned
        """
        for booking in self:
            if booking.money_state == states.NEEDS_ATTENTION:
                if booking.attention_reason != reason:
                    writing(booking).write({"attention_reason": reason})
                    booking._message_log(body=reason)
                continue
            booking._set_money_state(states.NEEDS_ATTENTION, reason)
            manager = booking._attention_user()
            # Quick: no mail goes out from the visitor's request.
            booking.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_warning",
                summary=self.env._("Booking needs attention"),
                note=reason,
                user_id=manager.id,
            )

    def _attention_user(self):
        """Who has to look at it: the manager at work, else one of the museum."""
        self.ensure_one()
        group = self.env.ref("museum_exhibition.group_museum_manager")
        user = self.env.user
        if (
            user != self.env.ref("base.user_root")
            and group in user.all_group_ids
            and self.company_id in user.company_ids
        ):
            return user
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", group.ids),
                    ("company_ids", "in", self.company_id.ids),
                    ("share", "=", False),
                ],
                order="id",
                limit=1,
            )
            or self.env.ref("base.user_admin", raise_if_not_found=False)
            or self.env.user
        )

    # === TICKETS (hooks of the ticket's files) ===

    def _issue_tickets(self):
        """Called once, when a booking becomes confirmed, in that transaction."""

    def _cancel_tickets(self, reason):
        """Called when a sold booking is cancelled.

        :param str reason: for the log
        """

    # === BACKEND ===

    def action_view_order(self):
        """Open the order of the booking."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "view_mode": "form",
        }

    def action_view_invoices(self):
        """Open the invoices and credit notes of the order."""
        self.ensure_one()
        return self.order_id.action_view_invoice()

    def action_view_payments(self):
        """Open the payment transactions of the order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payments"),
            "res_model": "payment.transaction",
            "view_mode": "list,form",
            "domain": [("id", "in", self.order_id.transaction_ids.ids)],
        }

    def action_view_tickets(self):
        """Open the tickets of the booking."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tickets"),
            "res_model": "museum.ticket",
            "view_mode": "list,form",
            "domain": [("booking_id", "=", self.id)],
        }

    def action_resolve_attention(self):
        """Take the booking off the list: the money's state follows from the facts."""
        self._check_manager()
        self.check_access("write")
        for booking in self.sudo().filtered(
            lambda booking: booking.money_state == states.NEEDS_ATTENTION
        ):
            booking._set_money_state(
                booking._money_fact(), self.env._("looked at by staff")
            )
            booking.activity_feedback(["mail.mail_activity_data_warning"])

    def action_cancel_wizard(self):
        """Ask for a reason, saying how many people and how much money it concerns.

        Managers, and the desk for what was sold.
        """
        self.ensure_one()
        if self.env.user.has_group("museum_exhibition.group_museum_manager"):
            self.check_access("write")
        else:
            is_desk = self.env.user.has_group("museum_exhibition.group_museum_desk")
            if not is_desk or self.state != states.CONFIRMED:
                self._check_manager()
            self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cancel booking"),
            "res_model": "museum.booking.cancel",
            "view_mode": "form",
            "target": "new",
            "context": {"default_booking_id": self.id},
        }

    def _check_manager(self):
        if not self.env.user.has_group("museum_exhibition.group_museum_manager"):
            raise AccessError(self.env._("Only museum managers can do this."))
