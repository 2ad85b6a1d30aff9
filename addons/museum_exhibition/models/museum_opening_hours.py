# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_duration

from ..lib import opening

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
    _inherit = ["museum.own.mixin"]
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

    @api.depends("weekday", "hour_from", "hour_to")
    def _compute_display_name(self):
        names = dict(self._fields["weekday"]._description_selection(self.env))
        for hours in self:
            hours.display_name = (
                f"{names.get(hours.weekday, '')} {format_duration(hours.hour_from)}"
                f"–{format_duration(hours.hour_to)}"
            )

    @api.constrains(
        "venue_id", "weekday", "hour_from", "hour_to", "date_from", "date_to"
    )
    def _check_overlap(self):
        """Two rows about the same hour: visitors could not know which is meant."""
        for venue in self.venue_id:
            found = opening.overlapping(venue._opening_rows())
            if found:
                names = dict(self._fields["weekday"]._description_selection(self.env))
                raise ValidationError(
                    self.env._(
                        "%(day)s is told twice in %(venue)s: %(first)s and"
                        " %(second)s overlap.",
                        day=names[str(found[0].weekday)],
                        venue=venue.name,
                        first=self._hours_words(found[0]),
                        second=self._hours_words(found[1]),
                    )
                )

    def _hours_words(self, row):
        return f"{format_duration(row.hour_from)}–{format_duration(row.hour_to)}"
