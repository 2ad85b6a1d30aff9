# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]


class MuseumOpeningHours(models.Model):
    """When a venue is open on a day of the week, all year or for a season.

    Told to visitors. Slots are planned by schedules and closures, not by these.
    """

    _name = "museum.opening.hours"
    _description = "Museum opening hours"
    _order = "venue_id, date_from NULLS FIRST, weekday, hour_from, id"

    venue_id = fields.Many2one(
        "museum.venue", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="venue_id.company_id", store=True, index=True)
    weekday = fields.Selection(WEEKDAYS, required=True, default="0")
    hour_from = fields.Float(
        string="Opens", required=True, default=10.0, help="On the venue's clock."
    )
    hour_to = fields.Float(
        string="Closes",
        required=True,
        default=18.0,
        help="On the venue's clock; 24:00 is midnight.",
    )
    date_from = fields.Date(string="Season from", help="Empty: all year.")
    date_to = fields.Date(string="Season until", help="Empty: all year.")

    _hours_check = models.Constraint(
        "CHECK (hour_from >= 0 AND hour_from < hour_to AND hour_to <= 24)",
        "Opening hours are between 0:00 and 24:00, and begin before they end.",
    )
    _season_check = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "The season's last day is before its first one.",
    )
