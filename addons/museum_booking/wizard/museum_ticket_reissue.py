# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class MuseumTicketReissue(models.TransientModel):
    """Asks why tickets are issued again, and says what will happen."""

    _name = "museum.ticket.reissue"
    _description = "Issue Tickets Again"

    ticket_ids = fields.Many2many(
        "museum.ticket",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    ticket_count = fields.Integer(compute="_compute_ticket_count")
    reason = fields.Char(required=True, help="For example: lost, shown in public.")
    send_mail = fields.Boolean(
        string="Mail the new tickets", default=True, help="To the visitor."
    )

    @api.constrains("ticket_ids")
    def _check_tickets(self):
        """:raise AccessError: a ticket of another company"""
        # Odoo checks constraints as superuser, who finds them all.
        self.ticket_ids.sudo(False).check_access("read")

    def _compute_ticket_count(self):
        for wizard in self:
            wizard.ticket_count = len(wizard.ticket_ids)

    def action_reissue(self):
        """Void the tickets, issue others with new codes, mail them when wanted."""
        self.ensure_one()
        # The rights of who presses the button, before the system writes for them.
        self.ticket_ids.booking_id._check_manager()
        self.ticket_ids.check_access("write")
        tickets = self.ticket_ids.sudo()._reissue(self.reason)
        if self.send_mail:
            tickets.booking_id._queue_ticket_mail()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "museum_booking.museum_ticket_action"
        )
        action["domain"] = [("id", "in", tickets.ids)]
        action["context"] = {}
        return action
