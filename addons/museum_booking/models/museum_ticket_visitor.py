# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from odoo.addons.museum_exhibition.models.guard import writing


class MuseumTicket(models.Model):
    """Who comes with a ticket, for the people at the door."""

    _inherit = "museum.ticket"

    visitor_ids = fields.One2many(
        "museum.visitor",
        "ticket_id",
        readonly=True,
        groups="museum_exhibition.group_museum_gate",
    )
    visitor_name = fields.Char(
        compute="_compute_visitor",
        compute_sudo=True,
        groups="museum_exhibition.group_museum_gate",
    )
    visitor_document = fields.Char(
        string="ID document",
        compute="_compute_visitor",
        compute_sudo=True,
        groups="museum_exhibition.group_museum_gate",
        help="Its kind, and how its number ends.",
    )

    @api.depends("visitor_ids.name", "visitor_ids.id_kind_id", "visitor_ids.id_number")
    def _compute_visitor(self):
        for ticket in self:
            visitor = ticket.visitor_ids[:1]
            words = (visitor.id_kind_id.name, visitor.id_masked)
            ticket.visitor_name = visitor.name
            ticket.visitor_document = " ".join(filter(None, words))

    def _reissue(self, reason):
        """The visitor comes with the new ticket, whatever its code."""
        tickets = super()._reissue(reason)
        for ticket in tickets.sudo():
            writing(ticket.replaces_id.visitor_ids).ticket_id = ticket
        return tickets
