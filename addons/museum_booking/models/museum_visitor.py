# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.museum_exhibition.models.guard import is_writing, writing

from ..lib import states, visitor_details

_logger = logging.getLogger(__name__)

# How long what was typed for a visit that nobody paid is kept, to take it again.
UNPAID_DAYS = 7
# Written by the booking's own methods alone; a name can be corrected.
GUARDED_FIELDS = frozenset(
    {
        "booking_id",
        "company_id",
        "category_id",
        "position",
        "ticket_id",
        "id_kind_id",
        "id_number",
    }
)


class MuseumVisitor(models.Model):
    """Who comes with one ticket: a name and, where it is asked for, a document.

    Written before the payment for the first, second ... ticket of a category, tied to
    the ticket when that is issued, erased some days after the visit. Numbers of
    documents are read by one group alone; others see how they end.
    """

    _name = "museum.visitor"
    _description = "Museum visitor"
    _order = "booking_id, category_id, position, id"
    _rec_name = "name"
    _check_company_auto = True

    booking_id = fields.Many2one(
        "museum.booking",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", related="booking_id.company_id", store=True, index=True
    )
    category_id = fields.Many2one(
        "museum.ticket.category",
        string="Ticket",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    position = fields.Integer(
        string="Number",
        required=True,
        readonly=True,
        help="Which of the tickets of its category in the booking, from 1.",
    )
    ticket_id = fields.Many2one(
        "museum.ticket",
        string="Issued ticket",
        readonly=True,
        copy=False,
        ondelete="set null",
        check_company=True,
    )
    name = fields.Char(size=visitor_details.NAME_MOST, copy=False)
    id_kind_id = fields.Many2one(
        "museum.id.kind",
        string="ID document",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    id_number = fields.Char(
        string="ID number",
        readonly=True,
        copy=False,
        groups="museum_booking.group_museum_visitor_ids",
    )
    id_masked = fields.Char(
        string="ID number ends with",
        compute="_compute_id_masked",
        compute_sudo=True,
        help="To compare with the document at the door.",
    )

    _place_uniq = models.Constraint(
        "UNIQUE(booking_id, category_id, position)",
        "This ticket has a visitor already.",
    )
    _position_check = models.Constraint(
        "CHECK(position >= 1)", "Tickets are counted from one."
    )
    _name_check = models.Constraint(
        f"CHECK(char_length(name) <= {visitor_details.NAME_MOST})",
        "This name is too long.",
    )
    _number_check = models.Constraint(
        "CHECK(id_number IS NULL OR (id_kind_id IS NOT NULL"
        f" AND char_length(id_number) <= {visitor_details.NUMBER_MOST}))",
        "The number of a document comes with its kind.",
    )
    _ticket_uniq = models.UniqueIndex(
        "(ticket_id) WHERE ticket_id IS NOT NULL", "This ticket has a visitor already."
    )

    @api.depends("id_number")
    def _compute_id_masked(self):
        for visitor in self:
            number = visitor.id_number
            visitor.id_masked = visitor_details.masked(number) if number else False

    @api.depends("name", "category_id", "position")
    def _compute_display_name(self):
        for visitor in self:
            visitor.display_name = visitor.name or visitor._label()

    def _label(self):
        """Which ticket it is, in words: "Adult 2"."""
        self.ensure_one()
        return f"{self.sudo().category_id.name} {self.position}"

    # === CRUD ===

    @api.model_create_multi
    def create(self, vals_list):
        """:raise AccessError: not by the booking's own methods"""
        if not is_writing(self):
            raise AccessError(
                self.env._("Visitors are named with their booking, on its summary.")
            )
        return super().create(vals_list)

    def write(self, vals):
        """Staff correct a name; the booking's log says who did, not what it was.

        :raise AccessError: anything else was written
        """
        if is_writing(self):
            return super().write(vals)
        if guarded := GUARDED_FIELDS & vals.keys():
            raise AccessError(
                self.env._(
                    "%(fields)s of a visitor cannot be written directly.",
                    fields=", ".join(sorted(guarded)),
                )
            )
        if "name" in vals:
            name = visitor_details.clean_text(vals["name"] or "")
            if not visitor_details.is_plain(name):
                raise UserError(
                    self.env._("Please write the name without links or signs.")
                )
            vals = {**vals, "name": name}
        res = super().write(vals)
        if "name" in vals:
            for visitor in self:
                visitor.booking_id.sudo()._message_log(
                    body=self.env._(
                        "%(user)s corrected the name for %(ticket)s.",
                        user=self.env.user.name,
                        ticket=visitor._label(),
                    )
                )
        return res

    # === ERASING ===

    @api.model
    def _cron_erase(self, limit=1000):
        """Cron: personal data goes when its time is over; how much is logged.

        Numbers and names so many days after the visit as the museum's settings say
        (names stay where these say 0); what was typed for a visit that nobody paid
        earlier.
        """
        now = fields.Datetime.now()
        forgotten = self.search(self._unpaid_domain(now), limit=limit)
        count = len(forgotten)
        forgotten.unlink()
        left = len(forgotten) == limit
        names = numbers = self.browse()
        for company in self.env["res.company"].search([("museum_code", "!=", False)]):
            numbers |= self.search(company._museum_numbers_due(now), limit=limit)
            names |= self.search(company._museum_names_due(now), limit=limit)
        left = left or len(numbers) >= limit or len(names) >= limit
        writing(numbers).write({"id_number": False})
        writing(names).write({"name": False})
        # A row without name says nothing any more but which document was shown.
        names.filtered(lambda visitor: not visitor.id_number).unlink()
        count += len(names | numbers)
        if count:
            _logger.info(
                "Visitors: erased %s names, %s ID numbers, %s of unpaid visits.",
                len(names),
                len(numbers),
                count - len(names | numbers),
            )
        self.env["ir.cron"]._commit_progress(count, remaining=int(left))

    @api.model
    def _unpaid_domain(self, now):
        unsold = Domain("booking_id.confirmed_at", "=", False) & Domain(
            "booking_id.state", "in", (states.EXPIRED, states.CANCELLED)
        )
        over = (
            Domain("booking_id.state", "=", states.CANCELLED)
            | Domain("booking_id.end_at", "<", now)
            | Domain("booking_id.released_at", "<", now - timedelta(days=UNPAID_DAYS))
        )
        return unsold & over
