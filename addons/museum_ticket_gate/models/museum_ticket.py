# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class MuseumTicket(models.Model):
    _inherit = "museum.ticket"

    scan_ids = fields.One2many("museum.scan", "ticket_id", readonly=True)
    scan_count = fields.Integer(compute="_compute_scan_count")
    first_entry_scan_id = fields.Many2one(
        "museum.scan",
        string="Entry",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The scan that let this ticket in. Written by the gate's admission.",
    )

    def _compute_scan_count(self):
        counts = dict(
            self.env["museum.scan"]._read_group(
                self._scan_domain(), ["ticket_id"], ["__count"]
            )
        )
        for ticket in self:
            entered_with_group = (
                ticket.first_entry_scan_id and not ticket.first_entry_scan_id.ticket_id
            )
            ticket.scan_count = counts.get(ticket, 0) + bool(entered_with_group)

    def _scan_domain(self):
        return [("ticket_id", "in", self.ids)]

    def action_view_scans(self):
        """List the attempts to enter with these tickets, the group's entry too."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "museum_ticket_gate.museum_scan_action"
        )
        action["domain"] = [
            "|",
            ("ticket_id", "in", self.ids),
            ("admitted_ticket_ids", "in", self.ids),
        ]
        action["context"] = {}
        return action
