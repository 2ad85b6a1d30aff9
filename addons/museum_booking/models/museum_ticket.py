# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from base64 import b64encode
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.museum_exhibition.models.guard import is_writing, writing

from ..lib import qr, states, ticket_token

# How long after its end an unused ticket stays as it is.
EXPIRY_GRACE = timedelta(days=1)

# Written by the methods of this model alone (and by the gate's admission).
GUARDED_FIELDS = frozenset(
    {
        "booking_id",
        "order_line_id",
        "sequence",
        "issue",
        "category_id",
        "slot_id",
        "exhibition_id",
        "venue_id",
        "company_id",
        "partner_id",
        "currency_id",
        "signing_key_id",
        "code",
        "state",
        "visitors",
        "valid_from",
        "valid_until",
        "used_at",
        "price_unit",
        "void_reason",
        "replaces_id",
    }
)


class MuseumTicket(models.Model):
    """One admission: a code, a signed QR, and whether it was used.

    One per bought ticket; a family ticket admits `visitors` people at once. Written
    by the system only; the gate's admission turns it to used by SQL of its own.
    """

    _name = "museum.ticket"
    _description = "Museum Ticket"
    _rec_name = "code"
    _order = "id"
    _check_company_auto = True

    booking_id = fields.Many2one(
        "museum.booking",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    order_line_id = fields.Many2one(
        "sale.order.line", readonly=True, ondelete="restrict", check_company=True
    )
    sequence = fields.Integer(
        string="Number",
        default=1,
        required=True,
        readonly=True,
        help="Which of the tickets of its order line, from 1.",
    )
    issue = fields.Integer(
        default=0,
        required=True,
        readonly=True,
        help="0 for the first ticket, 1 for what replaced it, and so on.",
    )
    category_id = fields.Many2one(
        "museum.ticket.category", readonly=True, ondelete="restrict"
    )
    slot_id = fields.Many2one(
        "museum.slot", readonly=True, index=True, ondelete="restrict"
    )
    exhibition_id = fields.Many2one(
        "museum.exhibition", readonly=True, index=True, ondelete="restrict"
    )
    venue_id = fields.Many2one("museum.venue", readonly=True, ondelete="restrict")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner", string="Visitor", readonly=True, index=True
    )
    # Typed at the gate it admits, as the QR does.
    code = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        groups="museum_exhibition.group_museum_desk",
    )
    state = fields.Selection(
        selection=list(states.TICKET_STATES),
        default=states.TICKET_ACTIVATED,
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    visitors = fields.Integer(
        default=1, required=True, readonly=True, help="People that it admits."
    )
    valid_from = fields.Datetime(readonly=True)
    valid_until = fields.Datetime(readonly=True, index=True)
    used_at = fields.Datetime(readonly=True, copy=False)
    currency_id = fields.Many2one("res.currency", readonly=True)
    price_unit = fields.Monetary(
        string="Price", readonly=True, help="What was paid for it, taxes included."
    )
    holder_name = fields.Char(string="Holder", readonly=True)
    signing_key_id = fields.Many2one(
        "museum.signing.key",
        readonly=True,
        ondelete="restrict",
        help="The key in use when the ticket was issued.",
    )
    void_reason = fields.Char(readonly=True, copy=False)
    replaces_id = fields.Many2one(
        "museum.ticket", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    replaced_by_ids = fields.One2many("museum.ticket", "replaces_id", readonly=True)
    qr_image = fields.Binary(
        string="QR",
        compute="_compute_qr_image",
        groups="museum_exhibition.group_museum_desk",
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "This ticket code exists already.")
    # Two confirmations of one order cannot issue twice, nor two reissues of a ticket.
    _line_sequence_uniq = models.Constraint(
        "UNIQUE(order_line_id, sequence, issue)", "This ticket was issued already."
    )
    _visitors_check = models.Constraint(
        f"CHECK(visitors BETWEEN 1 AND {ticket_token.MAX_VISITORS})",
        "A ticket admits at least one visitor.",
    )
    _validity_check = models.Constraint(
        "CHECK(valid_until >= valid_from)", "A ticket ends before it begins."
    )

    @api.depends(
        "code",
        "valid_from",
        "valid_until",
        "visitors",
        "slot_id",
        "state",
        "booking_id.is_visit_cancelled",
    )
    def _compute_qr_image(self):
        for ticket in self:
            png = ticket._admits() and qr.png(ticket._token())
            ticket.qr_image = png and b64encode(png)

    def _may_see_codes(self):
        """Whether the codes, which admit, are shown to who asks.

        :rtype: bool
        """
        return self.env.su or self.env.user.has_group(
            "museum_exhibition.group_museum_desk"
        )

    @api.depends("code", "sequence", "category_id", "booking_id.name")
    @api.depends_context("uid", "su")
    def _compute_display_name(self):
        """The code; the booking and a number for those who may not see codes."""
        if self._may_see_codes():
            return super()._compute_display_name()
        for ticket in self:
            booking = ticket.sudo().booking_id.name
            category = ticket.sudo().category_id.name
            ticket.display_name = f"{booking} · {category or ''} {ticket.sequence}"

    @api.model
    def _search_display_name(self, operator, value):
        if self._may_see_codes():
            return super()._search_display_name(operator, value)
        return Domain("booking_id.name", operator, value)

    def write(self, vals):
        """:raise AccessError: not by the methods of this model"""
        guarded = GUARDED_FIELDS & vals.keys()
        if guarded and not is_writing(self):
            raise AccessError(
                self.env._(
                    "%(fields)s of a ticket cannot be written directly.",
                    fields=", ".join(sorted(guarded)),
                )
            )
        return super().write(vals)

    # === STATE === #

    def _is_live(self):
        """Whether the ticket can still admit somebody, as far as its state says."""
        return self.state in (states.TICKET_ACTIVATED, states.TICKET_RESERVED)

    def _admits(self):
        """Whether the visitor is shown a code: live, and its visit takes place."""
        return self._is_live() and not self.booking_id.is_visit_cancelled

    def _set_state(self, new, **values):
        """The one way to another state; what is there already stays untouched.

        :param str new: of `states.TICKET_STATES`
        :param values: further fields to write with it, such as ``void_reason``
        :return: the tickets that changed
        :raise UserError: the table does not allow it for one of them; none changes
        """
        changing = self.filtered(lambda ticket: ticket.state != new)
        for ticket in changing:
            if not states.can_move(states.TICKET_MOVES, ticket.state, new):
                labels = dict(states.TICKET_STATES)
                allowed = states.TICKET_MOVES[ticket.state]
                raise UserError(
                    self.env._(
                        "Ticket %(code)s is %(old)s and cannot become %(new)s "
                        "(possible: %(allowed)s).",
                        code=ticket.code,
                        old=labels[ticket.state],
                        new=labels[new],
                        allowed=", ".join(sorted(labels[name] for name in allowed))
                        or "-",
                    )
                )
        writing(changing).write({**values, "state": new})
        return changing

    @api.model
    def _cron_expire(self, limit=1000):
        """Cron: tickets whose time has passed unused become expired.

        A day late: gates may let in who comes after the end, and whoever comes on the
        next day is better told "wrong date" than "expired". Not those of a visit that
        the museum cancelled: their money is still to be asked for.
        """
        domain = Domain(
            "state", "in", (states.TICKET_ACTIVATED, states.TICKET_RESERVED)
        ) & Domain("valid_until", "<", fields.Datetime.now() - EXPIRY_GRACE)
        domain &= Domain("booking_id.is_visit_cancelled", "=", False)
        due = self.search(domain, limit=limit, order="valid_until")
        tickets = due.try_lock_for_update(allow_referencing=True).filtered_domain(
            domain
        )
        tickets._set_state(states.TICKET_EXPIRED)
        remaining = self.search_count(domain) if len(due) == limit else 0
        self.env["ir.cron"]._commit_progress(len(tickets), remaining=remaining)

    # === QR === #

    def _token(self):
        """What the QR says: signed, the same letters each time; see ``lib``."""
        self.ensure_one()
        return self.env["museum.signing.key"]._sign(
            ticket_token.Payload(
                kind=ticket_token.TICKET,
                code=self.code,
                slot=self.slot_id.id or 0,
                visitors=self.visitors,
                valid_from=ticket_token.seconds(self.valid_from),
                valid_until=ticket_token.seconds(self.valid_until),
            )
        )

    def _qr_uri(self):
        """The QR as an address for an ``img``: vector, and no request leaves for it."""
        return qr.svg_uri(self._token())

    # === REISSUE === #

    def _reissue(self, reason):
        """Void these tickets and issue others in their place, with new codes.

        :param str reason: why, in words; kept on the void ticket
        :return: the new tickets
        :raise UserError: no reason, or a ticket that is used, expired or void
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the ticket is issued again."))
        key_sudo = self.env["museum.signing.key"]._current()
        vals_list = []
        for ticket in self:
            (vals,) = ticket.copy_data(
                {
                    "code": ticket.booking_id._new_code(),
                    "issue": ticket.issue + 1,
                    "replaces_id": ticket.id,
                    "signing_key_id": key_sudo.id,
                    "state": ticket.state,
                }
            )
            vals_list.append(vals)
        self._set_state(states.TICKET_CANCELLED, void_reason=reason.strip())
        tickets = self.create(vals_list)
        for booking, news in tickets.grouped("booking_id").items():
            # Not the new codes: the log is read by more people than the tickets.
            void = news.replaces_id.mapped("code")
            booking.message_post(
                body=self.env._(
                    "Tickets issued again in place of %(codes)s. Reason: %(reason)s",
                    codes=", ".join(void),
                    reason=reason.strip(),
                ),
                author_id=self.env.user.partner_id.id,
            )
        return tickets
