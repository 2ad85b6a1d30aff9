# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MuseumSlotPlanLine(models.Model):
    """One slot of a plan's preview: what happens to it, or why it is left alone."""

    _name = "museum.slot.plan.line"
    _description = "Museum slot plan line"
    _log_access = False
    _order = "start_at, id"

    plan_id = fields.Many2one(
        "museum.slot.plan", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("create", "New"),
            ("change", "Changed"),
            ("remove", "Deleted"),
            ("close", "Closed"),
            ("conflict", "In use"),
            ("customized", "Changed by hand"),
        ],
        required=True,
        string="What happens",
    )
    exhibition_id = fields.Many2one(
        "museum.exhibition", required=True, ondelete="cascade"
    )
    slot_id = fields.Many2one("museum.slot", ondelete="set null", index=True)
    start_at = fields.Datetime(string="Start", required=True, help="UTC.")
    local_date = fields.Date(string="Day", required=True)
    when = fields.Char(string="Venue's time", required=True)
    people = fields.Integer(help="Places held or sold in the slot.")
    detail = fields.Char(string="Details")

    def action_view_slot(self):
        """The slot itself."""
        self.ensure_one()
        return self.slot_id.get_formview_action()

    def action_follow_schedule(self):
        """Let the schedule have the slot again; a new preview shows what happens."""
        self.slot_id.action_follow_schedule()
        self.plan_id.action_preview()
