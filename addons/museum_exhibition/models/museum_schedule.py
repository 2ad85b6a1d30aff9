# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MuseumSchedule(models.Model):
    """A weekly pattern that creates the slots of an exhibition, in the venue's zone."""

    _name = "museum.schedule"
    _description = "Museum schedule"
    _order = "exhibition_id, date_from, first_start_hour, id"

    name = fields.Char(compute="_compute_name")
    exhibition_id = fields.Many2one(
        "museum.exhibition", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="exhibition_id.company_id", store=True, index=True
    )
    tz = fields.Selection(related="exhibition_id.tz")
    mon = fields.Boolean(string="Monday", default=True)
    tue = fields.Boolean(string="Tuesday", default=True)
    wed = fields.Boolean(string="Wednesday", default=True)
    thu = fields.Boolean(string="Thursday", default=True)
    fri = fields.Boolean(string="Friday", default=True)
    sat = fields.Boolean(string="Saturday", default=True)
    sun = fields.Boolean(string="Sunday", default=True)
    date_from = fields.Date(
        string="From", required=True, default=fields.Date.context_today
    )
    date_to = fields.Date(string="Until", help="Last day. Empty: for good.")
    first_start_hour = fields.Float(
        string="First start", required=True, default=10.0, help="Local time."
    )
    last_start_hour = fields.Float(
        string="Last start", required=True, default=16.0, help="Local time."
    )
    every_minutes = fields.Integer(string="Every (minutes)", required=True, default=60)
    duration_minutes = fields.Integer(
        string="Duration (minutes)", required=True, default=60
    )
    is_limited = fields.Boolean(string="Limited seats", default=True)
    capacity = fields.Integer(string="Seats", default=0, required=True)
    active = fields.Boolean(default=True)
    slot_ids = fields.One2many("museum.slot", "schedule_id")
