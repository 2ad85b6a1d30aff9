# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..lib import states


class MuseumBooking(models.Model):
    """One visit: one slot inside one order, its seats and its tickets."""

    _name = "museum.booking"
    _inherit = ["portal.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Museum Booking"
    _order = "start_at desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Reference", required=True, readonly=True, copy=False, index=True
    )
    code = fields.Char(
        string="Group code",
        readonly=True,
        copy=False,
        help="Admits the whole group (all, or as many as came).",
    )
    order_id = fields.Many2one(
        "sale.order",
        string="Order",
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
    visit_date = fields.Date(
        related="slot_id.local_date", string="Visit date", store=True, index=True
    )
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
    released_at = fields.Datetime(
        string="Seats released at",
        readonly=True,
        copy=False,
        help="When the seats went back because the clock had run out.",
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
    terms_version = fields.Char(readonly=True, copy=False)
    terms_accepted_at = fields.Datetime(readonly=True, copy=False)
    policy_text = fields.Html(
        string="Terms at sale",
        readonly=True,
        copy=False,
        sanitize=True,
        help="The terms as they were when the visitor accepted them.",
    )
    is_dismissed = fields.Boolean(
        string="Dismissed",
        readonly=True,
        copy=False,
        help="The visitor took the expired visit off his cart.",
    )

    _name_uniq = models.Constraint("UNIQUE(name)", "This reference exists already.")
    _hold_token_uniq = models.Constraint(
        "UNIQUE(hold_token)", "These seats belong to another booking."
    )
    _code_uniq = models.UniqueIndex("(code) WHERE code IS NOT NULL")

    @api.depends("line_ids.price_total")
    def _compute_amount_total(self):
        for booking in self:
            booking.amount_total = sum(booking.line_ids.mapped("price_total"))

    def _issue_tickets(self):
        """Hook of the tickets: called once when a booking is confirmed."""
