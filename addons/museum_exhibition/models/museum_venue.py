# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import babel_locale_parse, get_lang

from odoo.addons.base.models.res_partner import _tz_get

from ..lib import opening


class MuseumVenue(models.Model):
    """A place that is visited: its address, its time zone and its legal maximum."""

    _name = "museum.venue"
    _description = "Museum venue"
    _inherit = ["museum.own.mixin", "mail.thread", "image.mixin"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(help="A short name for lists and gates.", tracking=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Address",
        default=lambda self: self.env.company.partner_id,
        tracking=True,
        help="Printed on tickets and shown on the website.",
    )
    tz = fields.Selection(
        _tz_get,
        string="Time zone",
        required=True,
        default=lambda self: self._default_tz(),
        tracking=True,
        help="Slots are planned in this zone, whatever the zone of who looks.",
    )
    is_limited = fields.Boolean(
        string="Has a legal maximum",
        tracking=True,
        help="However many seats its exhibitions have, no more visitors than the"
        " maximum are sold for any one time, all exhibitions together. Visitors see the"
        " smaller number of free seats.",
    )
    capacity_max = fields.Integer(
        string="Legal maximum",
        default=0,
        required=True,
        tracking=True,
        help="Visitors at one time, for all exhibitions in the venue together. It"
        " cannot be set below what is sold for some time.",
    )
    description = fields.Html(translate=True)
    active = fields.Boolean(default=True, tracking=True)
    exhibition_ids = fields.One2many("museum.exhibition", "venue_id")
    opening_hour_ids = fields.One2many(
        "museum.opening.hours",
        "venue_id",
        string="Opening hours",
        copy=True,
        help="Told to visitors. What can be booked is planned by schedules.",
    )
    room_ids = fields.One2many("museum.room", "venue_id", string="Rooms", copy=True)
    how_to_reach = fields.Html(
        string="How to reach us",
        translate=True,
        help="On the website and on tickets: entrance, bus, train, parking.",
    )
    latitude = fields.Float(
        digits=(10, 7), help="In degrees, north is positive. For maps."
    )
    longitude = fields.Float(
        digits=(10, 7), help="In degrees, east is positive. For maps."
    )

    opening_words = fields.Char(
        string="Opening hours in words",
        compute="_compute_opening_words",
        help="As visitors read them this week.",
    )
    exhibition_count = fields.Integer(
        string="Exhibitions", compute="_compute_exhibition_count"
    )

    _capacity_max_check = models.Constraint(
        "CHECK (capacity_max >= 0)", "A legal maximum cannot be negative."
    )

    _latitude_check = models.Constraint(
        "CHECK (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180)",
        "A latitude is between -90 and 90 degrees, a longitude between -180 and 180.",
    )

    @api.model
    def _default_tz(self):
        return self.env.company.partner_id.tz or self.env.user.tz or "UTC"

    @api.depends(
        "opening_hour_ids.weekday",
        "opening_hour_ids.hour_from",
        "opening_hour_ids.hour_to",
        "opening_hour_ids.date_from",
        "opening_hour_ids.date_to",
        "tz",
    )
    @api.depends_context("lang")
    def _compute_opening_words(self):
        for venue in self:
            venue.opening_words = venue._opening_words()

    @api.depends("exhibition_ids")
    def _compute_exhibition_count(self):
        for venue in self:
            venue.exhibition_count = len(venue.exhibition_ids)

    @api.constrains("is_limited", "capacity_max")
    def _check_maximum(self):
        for venue in self:
            if venue.is_limited and not venue.capacity_max:
                raise ValidationError(
                    self.env._(
                        "%(venue)s has a legal maximum of 0: nobody could be let in."
                        " Say how many visitors may be there at one time.",
                        venue=venue.name,
                    )
                )

    @api.constrains("active")
    def _check_archived(self):
        for venue in self.filtered(lambda venue: not venue.active):
            if venue.exhibition_ids:
                raise ValidationError(
                    self.env._(
                        "%(venue)s cannot be archived: %(titles)s is there. Archive"
                        " it first, or move it to another venue.",
                        venue=venue.name,
                        titles=", ".join(venue.exhibition_ids.mapped("name")),
                    )
                )

    def write(self, vals):
        """:raise UserError: the museum of a venue with exhibitions stays"""
        if "company_id" in vals:
            moved = self.filtered(
                lambda venue: venue.company_id.id != vals["company_id"]
            )
            found = (
                self.env["museum.exhibition"]
                .sudo()
                .with_context(active_test=False)
                .search([("venue_id", "in", moved.ids)], limit=1)
            )
            if found:
                raise UserError(
                    self.env._(
                        "%(venue)s stays with its museum: %(title)s takes or took"
                        " place there. Make a new venue for the other museum.",
                        venue=found.venue_id.name,
                        title=found.name,
                    )
                )
        if "tz" in vals:
            moved = self.filtered(lambda venue: venue.tz != vals["tz"])
            all_of_them = moved.sudo().with_context(active_test=False).exhibition_ids
            all_of_them._refuse_other_clock()
        return super().write(vals)

    # --- opening hours in words -------------------------------------------------

    def _local_today(self):
        self.ensure_one()
        return datetime.now(ZoneInfo(self.tz or "UTC")).date()

    def _opening_periods(self, day):
        """The hours of one day: its season's where there are any, else all year's.

        :param date day: in the venue
        :return: list of (opens, closes) in hours on the venue's clock, in order; empty
            when it is closed that day
        :rtype: list[tuple[float, float]]
        """
        self.ensure_one()
        return opening.periods(self._opening_rows(), day)

    def _opening_rows(self):
        return [
            opening.Row(
                int(hours.weekday),
                hours.hour_from,
                hours.hour_to,
                hours.date_from or None,
                hours.date_to or None,
            )
            for hours in self.opening_hour_ids
        ]

    def _is_open(self, day):
        """Whether the venue is open at some hour of a day; None: nobody has said.

        Closures are another matter: see ``museum.closure``.
        """
        self.ensure_one()
        if not self.opening_hour_ids:
            return None
        return bool(self._opening_periods(day))

    def _opening_week(self, day=None):
        """The opening hours of the week that begins with a day, days alike together.

        :param date day: in the venue; today by default
        :return: list of dicts days ("Tue-Sun", in the reader's language), hours
            ("10:00 AM - 6:00 PM", several joined by a comma; "" when closed), is_open,
            weekdays (0 = Monday), by weekday from Monday
        """
        self.ensure_one()
        if not self.opening_hour_ids:
            return []
        locale = babel_locale_parse(get_lang(self.env).code)
        groups = opening.week(self._opening_rows(), day or self._local_today())
        return [
            {
                "days": self.env._("Every day")
                if len(weekdays) == 7
                else opening.day_words(weekdays, locale),
                "hours": self.env._("day and night")
                if hours == [(0, 24)]
                else opening.hour_words(hours, locale),
                "is_open": bool(hours),
                "weekdays": weekdays,
            }
            for weekdays, hours in groups
        ]

    def _opening_words(self, day=None):
        """The opening hours around a day as one sentence, for visitors.

        "Tue-Sun, 10:00 AM - 6:00 PM; Mon closed"; "" when nobody has said them.

        :param date day: in the venue; today by default
        """
        parts = [
            self.env._("%(days)s, %(hours)s", days=part["days"], hours=part["hours"])
            if part["is_open"]
            else self.env._("%(days)s closed", days=part["days"])
            for part in sorted(
                self._opening_week(day), key=lambda part: not part["is_open"]
            )
        ]
        return "; ".join(parts)

    def action_view_exhibitions(self):
        """The exhibitions of this venue, archived ones too."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "museum_exhibition.museum_exhibition_action"
        )
        action["domain"] = [("venue_id", "=", self.id)]
        action["context"] = {"default_venue_id": self.id}
        return action
