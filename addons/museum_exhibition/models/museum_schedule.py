# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_duration

from ..lib import recurrence

_logger = logging.getLogger(__name__)

DEFAULT_CAPACITY = 20
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class MuseumSchedule(models.Model):
    """A weekly pattern that creates the slots of an exhibition, in the venue's zone."""

    _name = "museum.schedule"
    _description = "Museum schedule"
    _inherit = ["mail.thread"]
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
        string="Last start",
        required=True,
        default=16.0,
        help="Local time. Earlier than the first start: after midnight.",
    )
    every_minutes = fields.Integer(string="Every (minutes)", required=True, default=60)
    duration_minutes = fields.Integer(
        string="Duration (minutes)",
        required=True,
        compute="_compute_from_exhibition",
        store=True,
        readonly=False,
        precompute=True,
    )
    is_limited = fields.Boolean(
        string="Limited seats",
        compute="_compute_from_exhibition",
        store=True,
        readonly=False,
        precompute=True,
    )
    capacity = fields.Integer(
        string="Seats",
        required=True,
        compute="_compute_from_exhibition",
        store=True,
        readonly=False,
        precompute=True,
    )
    active = fields.Boolean(default=True)
    slot_ids = fields.One2many("museum.slot", "schedule_id")

    _every_check = models.Constraint(
        "CHECK (every_minutes >= 5)", "Starts are at least 5 minutes apart."
    )
    _duration_check = models.Constraint(
        "CHECK (duration_minutes >= 5)", "A visit lasts at least 5 minutes."
    )
    _capacity_check = models.Constraint(
        "CHECK (capacity >= 0)", "Seats cannot be negative."
    )
    _dates_check = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "The last day is before the first one.",
    )

    @api.depends("first_start_hour", "last_start_hour", *WEEKDAYS)
    def _compute_words(self):
        labels = {
            day: self._fields[day].get_description(self.env, ["string"])["string"]
            for day in WEEKDAYS
        }
        for schedule in self:
            days = [labels[day][:3] for day in WEEKDAYS if schedule[day]]
            schedule.words = "{} {}–{}".format(
                ", ".join(days),
                format_duration(schedule.first_start_hour),
                format_duration(schedule.last_start_hour),
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
        return round(hour * 60)

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

    def _days(self, until):
        """First and last day to plan: what schedule, exhibition and calendar allow."""
        self.ensure_one()
        today = recurrence.local_day(fields.Datetime.now(), self.tz)
        horizon = today + timedelta(days=self.company_id.museum_slot_days)
        exhibition = self.exhibition_id
        starts = [today, self.date_from, exhibition.date_from]
        ends = [until or horizon, self.date_to, exhibition.date_to]
        return max(filter(None, starts)), min(filter(None, ends))

    def _generate_slots(self, until=None):
        """Create the slots that are missing; what exists stays as it is.

        Past times, closed days and times that are taken by any slot of the exhibition
        (cancelled ones included) are left out, so that calling it again is harmless.

        :param date until: last local day; default: as far ahead as the museum plans
        :return: the new slots
        """
        new_slots = self.env["museum.slot"]
        for exhibition, schedules in self.grouped("exhibition_id").items():
            # One generator per exhibition at a time; whoever comes second is told.
            exhibition.lock_for_update(allow_referencing=True)
            vals = {}
            for schedule in schedules.filtered("active"):
                for start, slot_vals in schedule._slot_vals(until).items():
                    vals.setdefault(start, slot_vals)
            new_slots |= (
                self.env["museum.slot"]
                .with_context(tracking_disable=True)
                .create(list(vals.values()))
            )
        return new_slots.with_env(self.env)

    def _slot_vals(self, until):
        first_day, last_day = self._days(until)
        openings = {
            opening.start: opening
            for opening in recurrence.expand(self._pattern(), first_day, last_day)
            if opening.start > fields.Datetime.now()
        }
        if not openings:
            return {}
        closed_days = self.env["museum.closure"]._closed_days(
            self.exhibition_id, first_day, last_day + timedelta(days=1)
        )
        exists = self.env["museum.slot"]._starts_between(
            self.exhibition_id, min(openings), max(openings)
        )
        return {
            start: {
                "exhibition_id": self.exhibition_id.id,
                "schedule_id": self.id,
                "start_at": start,
                "end_at": opening.end,
                "is_limited": self.is_limited,
                "capacity": self.capacity,
            }
            for start, opening in openings.items()
            if start not in exists and opening.day not in closed_days
        }

    def action_generate(self):
        """Create the missing slots now and say how many there were."""
        slots = self._generate_slots()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if slots else "info",
                "message": self.env._("%(count)s new slots.", count=len(slots)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _cron_generate_slots(self):
        """Keep the museum's number of days planned; one exhibition at a time."""
        schedules = self.search([("exhibition_id.active", "=", True)])
        by_exhibition = schedules.grouped("exhibition_id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(by_exhibition))
        for exhibition, group in by_exhibition.items():
            # Somebody is generating by hand: tomorrow is another day.
            if exhibition.try_lock_for_update(allow_referencing=True):
                slots = group._generate_slots()
                _logger.info("%s: %s new slots", exhibition.name, len(slots))
            if not cron._commit_progress(1):
                break
