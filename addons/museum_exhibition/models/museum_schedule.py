# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, timedelta

import babel.dates

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import babel_locale_parse, format_date, format_duration
from odoo.tools.misc import get_lang

from ..lib import recurrence, slot_plan

DEFAULT_CAPACITY = 20
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PATTERN_FIELDS = (
    *WEEKDAYS,
    "active",
    "date_from",
    "date_to",
    "first_start_hour",
    "last_start_hour",
    "every_minutes",
    "duration_minutes",
)


class MuseumSchedule(models.Model):
    """A weekly pattern that creates the slots of an exhibition, in the venue's zone."""

    _name = "museum.schedule"
    _description = "Museum schedule"
    _inherit = ["museum.own.mixin", "mail.thread"]
    _order = "exhibition_id, date_from, first_start_hour, id"

    name = fields.Char(
        string="Season",
        tracking=True,
        help="What staff call it, for example Summer or School holidays.",
    )
    words = fields.Char(
        string="What it makes",
        compute="_compute_words",
        help="The times of this schedule in one line.",
    )
    slots_per_day = fields.Integer(compute="_compute_words")
    overlap_words = fields.Char(
        compute="_compute_overlap_words",
        help="A warning when another schedule of the exhibition has the same hours.",
    )
    exhibition_id = fields.Many2one(
        "museum.exhibition",
        required=True,
        index=True,
        ondelete="cascade",
        tracking=True,
    )
    company_id = fields.Many2one(
        related="exhibition_id.company_id", store=True, index=True
    )
    tz = fields.Selection(related="exhibition_id.tz")
    mon = fields.Boolean(string="Monday", default=True, tracking=True)
    tue = fields.Boolean(string="Tuesday", default=True, tracking=True)
    wed = fields.Boolean(string="Wednesday", default=True, tracking=True)
    thu = fields.Boolean(string="Thursday", default=True, tracking=True)
    fri = fields.Boolean(string="Friday", default=True, tracking=True)
    sat = fields.Boolean(string="Saturday", default=True, tracking=True)
    sun = fields.Boolean(string="Sunday", default=True, tracking=True)
    date_from = fields.Date(
        string="From",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
    )
    date_to = fields.Date(
        string="Until", tracking=True, help="Last day. Empty: for good."
    )
    first_start_hour = fields.Float(
        string="First start",
        required=True,
        default=10.0,
        tracking=True,
        help="Local time.",
    )
    last_start_hour = fields.Float(
        string="Last start",
        required=True,
        default=16.0,
        tracking=True,
        help="Local time. Earlier than the first start: after midnight.",
    )
    every_minutes = fields.Integer(
        string="Every (minutes)", required=True, default=60, tracking=True
    )
    duration_minutes = fields.Integer(
        string="Duration (minutes)",
        required=True,
        aggregator=None,
        compute="_compute_from_exhibition",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    is_limited = fields.Boolean(
        string="Limited seats",
        compute="_compute_from_exhibition",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    capacity = fields.Integer(
        string="Seats",
        required=True,
        aggregator=None,
        compute="_compute_from_exhibition",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    active = fields.Boolean(default=True, tracking=True)
    slot_ids = fields.One2many("museum.slot", "schedule_id")

    _every_check = models.Constraint(
        "CHECK (every_minutes >= 5)", "Starts are at least 5 minutes apart."
    )
    _duration_check = models.Constraint(
        "CHECK (duration_minutes BETWEEN 5 AND 10080)",
        "A visit lasts at least 5 minutes, and at most 7 days.",
    )
    _capacity_check = models.Constraint(
        "CHECK (capacity BETWEEN 0 AND 1000000)",
        "A slot has between 0 and 1,000,000 seats.",
    )
    _dates_check = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "The last day is before the first one.",
    )

    @api.depends(
        "first_start_hour",
        "last_start_hour",
        "every_minutes",
        "date_from",
        "date_to",
        *WEEKDAYS,
    )
    @api.depends_context("lang")
    def _compute_words(self):
        for schedule in self:
            starts = schedule._starts_per_day()
            schedule.slots_per_day = starts
            parts = [
                f"{schedule._days_words()} {schedule._times_words()}",
                self.env._("%(starts)s slots a day", starts=starts)
                if starts != 1
                else self.env._("1 slot a day"),
                schedule._season_words(),
            ]
            schedule.words = ", ".join(filter(None, parts))

    def _starts_per_day(self):
        """Starts of one series; a last start before the first one is after midnight."""
        minutes = self._minute(self.last_start_hour) - self._minute(
            self.first_start_hour
        )
        return minutes % (24 * 60) // max(self.every_minutes, 1) + 1

    def _days_words(self):
        """Days in words; three and more in a row are shortened to "Mon–Fri"."""
        numbers = [number for number, day in enumerate(WEEKDAYS) if self[day]]
        if len(numbers) == len(WEEKDAYS):
            return self.env._("Every day")
        locale = babel_locale_parse(get_lang(self.env).code)
        labels = babel.dates.get_day_names("abbreviated", locale=locale)
        runs = []
        for number in numbers:
            if runs and number == runs[-1][-1] + 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        words = []
        for run in runs:
            if len(run) > 2:
                words.append(f"{labels[run[0]]}–{labels[run[-1]]}")
            else:
                words += [labels[number] for number in run]
        return ", ".join(words)

    def _times_words(self):
        first = format_duration(self.first_start_hour)
        last = format_duration(self.last_start_hour)
        if self._starts_per_day() == 1:
            return first
        return self.env._(
            "%(first)s–%(last)s every %(minutes)s min",
            first=first,
            last=last,
            minutes=self.every_minutes,
        )

    def _season_words(self):
        if not self.date_from:
            return ""
        first = format_date(self.env, self.date_from, date_format="d MMM yyyy")
        if not self.date_to:
            return self.env._("from %(first)s", first=first)
        last = format_date(self.env, self.date_to, date_format="d MMM yyyy")
        if self.date_from.year == self.date_to.year:
            first = format_date(self.env, self.date_from, date_format="d MMM")
        return f"{first} – {last}"

    @api.depends(
        *PATTERN_FIELDS,
        *(f"exhibition_id.schedule_ids.{name}" for name in PATTERN_FIELDS),
    )
    def _compute_overlap_words(self):
        for schedule in self:
            schedule.overlap_words = schedule._overlap_words()

    def _overlap_words(self):
        """Which other schedule of the exhibition has the same hours; "" when none."""
        if not (self.active and self.date_from and self._is_sound()):
            return ""
        others = self.exhibition_id.schedule_ids._origin - self._origin
        for other in others.filtered("active"):
            first = max(self.date_from, other.date_from)
            last = min(filter(None, [self.date_to, other.date_to, date.max]))
            day = recurrence.first_clash(self._pattern(), other._pattern(), first, last)
            if day:
                return self.env._(
                    "Has the same hours as “%(other)s” (first on %(day)s): both make"
                    " slots there, and where both have a start, the schedule that"
                    " begins earlier makes the slot.",
                    other=other.display_name,
                    day=format_date(self.env, day, date_format="d MMM yyyy"),
                )
        return ""

    def _is_sound(self):
        """Whether the form's values make a pattern yet."""
        hours = (self.first_start_hour, self.last_start_hour)
        return (
            self.tz
            and self.every_minutes > 0
            and self.duration_minutes > 0
            and all(0 <= self._minute(hour) < 24 * 60 for hour in hours)
        )

    @api.depends("name", "words")
    def _compute_display_name(self):
        for schedule in self:
            schedule.display_name = schedule.name or schedule.words

    @api.depends("exhibition_id")
    def _compute_from_exhibition(self):
        for schedule in self:
            exhibition = schedule.exhibition_id
            schedule.duration_minutes = exhibition.duration_minutes or 60
            schedule.is_limited = exhibition.is_limited if exhibition else True
            # An unlimited exhibition may have 0, which no limit can be.
            schedule.capacity = exhibition.capacity or DEFAULT_CAPACITY

    @api.constrains("first_start_hour", "last_start_hour")
    def _check_hours(self):
        for schedule in self:
            hours = (schedule.first_start_hour, schedule.last_start_hour)
            if not all(0 <= self._minute(hour) < 1440 for hour in hours):
                raise ValidationError(
                    self.env._("Starts are between 00:00 and 23:59, local time.")
                )

    @api.constrains(*WEEKDAYS)
    def _check_weekdays(self):
        for schedule in self:
            if not any(schedule[day] for day in WEEKDAYS):
                raise ValidationError(
                    self.env._("Choose at least one day of the week.")
                )

    @api.constrains("is_limited", "capacity")
    def _check_seats(self):
        if any(record.is_limited and not record.capacity for record in self):
            raise ValidationError(
                self.env._(
                    "Seats are limited, but there are 0: say how many seats the"
                    " schedule's slots have, or take the limit away."
                )
            )

    @api.model
    def _minute(self, hour):
        # Out of any day: what is no time at all.
        return round(hour * 60) if -24 <= hour <= 48 else -1

    def _pattern(self):
        self.ensure_one()
        return recurrence.Pattern(
            weekdays=frozenset(
                number for number, day in enumerate(WEEKDAYS) if self[day]
            ),
            first_minute=self._minute(self.first_start_hour),
            last_minute=self._minute(self.last_start_hour),
            every_minutes=self.every_minutes,
            duration_minutes=self.duration_minutes,
            zone=self.tz,
        )

    # --- what it makes ---------------------------------------------------------------

    def _wanted(self, first_day, last_day):
        """The slots that these schedules ask for, on local days from first to last.

        In the schedules' order: where two want the same start, the first one has it.

        :rtype: list[slot_plan.Wanted]
        """
        wanted = []
        for schedule in self.filtered("active"):
            exhibition = schedule.exhibition_id
            # Yesterday's series may go on after midnight.
            starts = [schedule.date_from, exhibition.date_from]
            starts.append(first_day - timedelta(days=1))
            ends = [schedule.date_to, exhibition.date_to, last_day]
            wanted += [
                slot_plan.Wanted(
                    opening.start,
                    opening.end,
                    schedule.id,
                    schedule.is_limited,
                    schedule.capacity,
                )
                for opening in recurrence.expand(
                    schedule._pattern(),
                    max(filter(None, starts)),
                    min(filter(None, ends)),
                )
                if first_day <= opening.day <= last_day
            ]
        return wanted

    def action_plan_slots(self):
        """Look at what these schedules make and change."""
        return self.exhibition_id._open_slot_plan()

    def action_view_slots(self):
        """The slots of this schedule, from today on."""
        self.ensure_one()
        action = self.exhibition_id.action_view_slots()
        action["domain"] = [("schedule_id", "=", self.id)]
        return action

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_slots(self):
        made = (
            self.env["museum.slot"]
            .sudo()
            .search([("schedule_id", "in", self.ids)], limit=1)
        )
        if made:
            raise UserError(
                self.env._(
                    "%(schedule)s has made slots. Archive it instead: the next plan"
                    " then takes its empty slots away and keeps those with people.",
                    schedule=made.schedule_id.display_name,
                )
            )
