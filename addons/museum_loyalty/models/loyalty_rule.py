# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When a promotion holds: Odoo's conditions, and what it looks at of a visit."""

from datetime import time

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date, format_time

from odoo.addons.museum_exhibition.lib import prices

WEEKDAYS = tuple(
    f"museum_{day}"
    for day in (
        *("monday", "tuesday", "wednesday", "thursday"),
        *("friday", "saturday", "sunday"),
    )
)
CONDITIONS = (
    *("museum_exhibition_ids", "museum_category_ids", "museum_date_from"),
    *("museum_date_to", *WEEKDAYS, "museum_hour_from", "museum_hour_to"),
    "museum_min_visitors",
)


class LoyaltyRule(models.Model):
    _inherit = "loyalty.rule"

    museum_only = fields.Boolean(
        string="Only visits",
        compute="_compute_museum_only",
        store=True,
        readonly=False,
        help="Counts, and takes money off, the tickets of visits that fit below; "
        "nothing else in the cart.",
    )
    museum_exhibition_ids = fields.Many2many(
        "museum.exhibition", string="Exhibitions", help="Empty: all."
    )
    museum_category_ids = fields.Many2many(
        "museum.ticket.category", string="Tickets", help="Empty: all."
    )
    museum_date_from = fields.Date(string="First day of visit")
    museum_date_to = fields.Date(string="Last day of visit")
    museum_monday = fields.Boolean(string="Monday", default=True)
    museum_tuesday = fields.Boolean(string="Tuesday", default=True)
    museum_wednesday = fields.Boolean(string="Wednesday", default=True)
    museum_thursday = fields.Boolean(string="Thursday", default=True)
    museum_friday = fields.Boolean(string="Friday", default=True)
    museum_saturday = fields.Boolean(string="Saturday", default=True)
    museum_sunday = fields.Boolean(string="Sunday", default=True)
    museum_hour_from = fields.Float(
        string="Starts from",
        default=0.0,
        help="Visits that start at this time or later, on the venue's clock.",
    )
    museum_hour_to = fields.Float(
        string="Starts before",
        default=24.0,
        help="Visits that start before this time. Earlier than the other one: over "
        "midnight.",
    )
    museum_min_visitors = fields.Integer(
        string="From visitors",
        default=0,
        help="Group price: so many people at least in one visit. A family ticket for "
        "four counts four. Several visits in one cart are not added up. 0: any number.",
    )
    museum_words = fields.Char(
        string="Which visits", compute="_compute_museum_words", help="In words."
    )

    _museum_dates_check = models.Constraint(
        "CHECK (museum_date_to IS NULL OR museum_date_from IS NULL"
        " OR museum_date_to >= museum_date_from)",
        "The last day of visit is before the first one.",
    )
    _museum_hours_check = models.Constraint(
        "CHECK (museum_hour_from >= 0 AND museum_hour_from < 24 AND museum_hour_to > 0"
        " AND museum_hour_to <= 24 AND museum_hour_from <> museum_hour_to)",
        "Hours go from 0:00 to 24:00, and the two are not the same.",
    )
    _museum_visitors_check = models.Constraint(
        "CHECK (museum_min_visitors >= 0)", "The number of visitors cannot be negative."
    )
    _museum_days_check = models.Constraint(
        f"CHECK ({' OR '.join(WEEKDAYS)})", "Choose at least one day of the week."
    )

    # === WHAT IT ASKS ===

    @api.depends(*CONDITIONS)
    def _compute_museum_only(self):
        """Whoever names an exhibition means visits to it, and nothing else."""
        for rule in self:
            rule.museum_only = rule.museum_only or rule._museum_has_conditions()

    def _museum_has_conditions(self):
        self.ensure_one()
        rule = self.with_context(active_test=False)
        return bool(
            rule.museum_exhibition_ids
            or rule.museum_category_ids
            or rule.museum_date_from
            or rule.museum_date_to
            or not all(rule[day] for day in WEEKDAYS)
            or rule.museum_hour_from != 0.0
            or rule.museum_hour_to != 24.0
            or rule.museum_min_visitors
        )

    @api.constrains("museum_only", *CONDITIONS)
    def _check_museum_only(self):
        for rule in self:
            if not rule.museum_only and rule._museum_has_conditions():
                raise ValidationError(
                    self.env._(
                        "Please switch “Only visits” on, or take away the exhibitions, "
                        "tickets, days, hours and visitors of this rule: without it "
                        "they would hold for nothing."
                    )
                )

    @api.constrains("museum_only", "reward_point_split", "reward_point_mode")
    def _check_museum_split(self):
        for rule in self:
            if rule.museum_only and rule.reward_point_split:
                raise ValidationError(
                    self.env._(
                        "A rule for visits gives its points at once: please do not "
                        "split them per unit."
                    )
                )

    def _museum_pattern(self):
        """The rule's visits, for the pure code that price rules use, too.

        What was archived still counts among its exhibitions and tickets: a rule for
        nothing that is left must not become one for all.

        :rtype: prices.Rule
        """
        self.ensure_one()
        rule = self.sudo().with_context(active_test=False)
        return prices.Rule(
            id=rule.id,
            name="",
            method=prices.PERCENT,
            value=0.0,
            exhibition_ids=frozenset(rule.museum_exhibition_ids.ids),
            category_ids=frozenset(rule.museum_category_ids.ids),
            date_from=rule.museum_date_from or None,
            date_to=rule.museum_date_to or None,
            weekdays=frozenset(n for n, day in enumerate(WEEKDAYS) if rule[day]),
            hour_from=rule.museum_hour_from,
            hour_to=rule.museum_hour_to,
        )

    # === IN WORDS ===

    @api.depends(
        "museum_only", "museum_exhibition_ids.name", "museum_category_ids.name"
    )
    @api.depends(*CONDITIONS)
    @api.depends_context("lang")
    def _compute_museum_words(self):
        for rule in self:
            rule.museum_words = rule.museum_only and (
                rule._museum_conditions_in_words() or self.env._("every visit")
            )

    def _museum_conditions_in_words(self):
        """:rtype: str"""
        self.ensure_one()
        rule = self.with_context(active_test=False)
        words = [
            ", ".join(rule.museum_exhibition_ids.mapped("name")),
            ", ".join(rule.museum_category_ids.mapped("name")),
            rule._museum_days_in_words(),
        ]
        if not all(rule[day] for day in WEEKDAYS):
            names = (
                rule._fields[day]._description_string(self.env) for day in WEEKDAYS
            )
            words.append(
                ", ".join(
                    name for name, day in zip(names, WEEKDAYS, strict=True) if rule[day]
                )
            )
        if rule.museum_hour_from != 0.0 or rule.museum_hour_to != 24.0:
            first, end = (
                format_time(self.env, _clock(hour), time_format="short")
                for hour in (rule.museum_hour_from, rule.museum_hour_to)
            )
            words.append(
                self.env._(
                    "start from %(first)s to before %(end)s", first=first, end=end
                )
            )
        if rule.museum_min_visitors:
            words.append(
                self.env._("from %(number)s visitors", number=rule.museum_min_visitors)
            )
        return " · ".join(filter(None, words))

    def _museum_days_in_words(self):
        self.ensure_one()
        first, last = (
            day and format_date(self.env, day)
            for day in (self.museum_date_from, self.museum_date_to)
        )
        if first and last:
            return self.env._("%(first)s to %(last)s", first=first, last=last)
        if first:
            return self.env._("from %(first)s on", first=first)
        return self.env._("until %(last)s", last=last) if last else ""


def _clock(hour):
    """Hours as a number, as a time; 24:00 is midnight."""
    hours, minutes = divmod(round(hour * 60) % (24 * 60), 60)
    return time(hours, minutes)
