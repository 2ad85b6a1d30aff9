# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.exceptions import UserError

from ..lib.seat_types import MOST_SEATS
from ..models.museum_schedule import WEEKDAYS
from ..models.museum_slot import LONGEST_DAYS
from ..models.res_company import MUSEUM_CODE_PATTERN

MOST_SLOTS = 20000


class MuseumSetup(models.TransientModel):
    """What each step of the setting up asks for, in words."""

    _inherit = "museum.setup"

    def _check_step(self, step):
        """:raise UserError: all that is missing or will not do in this step"""
        self.ensure_one()
        problems = getattr(self, f"_problems_{step}")()
        if problems:
            raise UserError("\n".join(problems))

    def _problems_museum(self):
        problems = []
        if not (self.name or "").strip():
            problems.append(self.env._("Say the museum's name."))
        if not MUSEUM_CODE_PATTERN.fullmatch(self.museum_code or ""):
            problems.append(
                self.env._(
                    "The code is 2 to 6 capital letters or digits, for example SCIM."
                )
            )
        elif other := self._same_code():
            problems.append(
                self.env._(
                    "%(museum)s has the code %(code)s already: choose another one.",
                    museum=other.name,
                    code=self.museum_code,
                )
            )
        if not self.tz:
            problems.append(self.env._("Choose the time zone."))
        if not self.has_website and not (self.website_domain or "").strip():
            problems.append(
                self.env._(
                    "Say at which address the museum's website will be, for example"
                    " https://tickets.example.com."
                )
            )
        return problems

    def _same_code(self):
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        return companies.search(
            [
                ("museum_code", "=", self.museum_code),
                ("id", "!=", self.company_id.id),
            ],
            limit=1,
        )

    def _problems_venue(self):
        if self.venue_id:
            if self.venue_id.company_id != self.company_id:
                return [self.env._("This venue belongs to another museum.")]
            return []
        problems = []
        if not (self.venue_name or "").strip():
            problems.append(self.env._("Say the venue's name."))
        if not (self.street or "").strip() or not (self.city or "").strip():
            problems.append(
                self.env._(
                    "Say street and city: they are printed on tickets and shown on the"
                    " map."
                )
            )
        if self.is_venue_limited and self.capacity_max < 1:
            problems.append(
                self.env._("Say how many visitors may be in the venue at one time.")
            )
        if not any(self[f"open_{day}"] for day in WEEKDAYS):
            problems.append(self.env._("Choose the days on which it is open."))
        if not 0 <= self.opens < self.closes <= 24:
            problems.append(
                self.env._(
                    "Opening hours are between 0:00 and 24:00, and begin before they"
                    " end."
                )
            )
        return problems

    def _problems_exhibition(self):
        problems = []
        if not (self.title or "").strip():
            problems.append(self.env._("Say the exhibition's title."))
        if not self.kind:
            problems.append(self.env._("Choose what it is: exhibition, show, tour ..."))
        if self.is_limited and self.capacity < 1:
            problems.append(
                self.env._("Say how many seats a slot has, or take the limit away.")
            )
        if not 0 <= self.capacity <= MOST_SEATS:
            problems.append(self.env._("A slot has between 0 and 1,000,000 seats."))
        if not self._is_possible_duration():
            problems.append(
                self.env._("A visit lasts at least 5 minutes, and at most 7 days.")
            )
        return problems

    def _is_possible_duration(self):
        return 5 <= self.duration_minutes <= LONGEST_DAYS * 24 * 60

    def _problems_sale(self):
        return self._problems_schedule() + self._problems_tickets()

    def _problems_schedule(self):
        problems = []
        if not any(self[day] for day in WEEKDAYS):
            problems.append(self.env._("Choose at least one day of the week."))
        hours = (self.first_start_hour, self.last_start_hour)
        if not all(0 <= round(hour * 60) < 1440 for hour in hours):
            problems.append(self.env._("Starts are between 0:00 and 23:59."))
        if self.every_minutes < 5:
            problems.append(self.env._("Starts are at least 5 minutes apart."))
        if not self.date_from:
            problems.append(self.env._("Say the first day."))
        elif self.date_to and self.date_to < self.date_from:
            problems.append(self.env._("The last day is before the first one."))
        if problems or not self._is_possible_duration():
            return problems
        count = len(self._openings())
        if not count:
            return [
                self.env._(
                    "These times make no slot: look at the days, the hours, and the"
                    " first and the last day. The museum plans %(days)s days ahead.",
                    days=self.company_id.sudo().museum_slot_days,
                )
            ]
        if count > MOST_SLOTS:
            return [
                self.env._(
                    "These times make %(count)s slots at once. Let them start less"
                    " often.",
                    count=count,
                )
            ]
        return []

    def _problems_tickets(self):
        problems = []
        lines = self.line_ids
        if not lines:
            return [self.env._("Add at least one ticket with its price.")]
        if any(not (line.name or "").strip() for line in lines):
            problems.append(self.env._("Each ticket has a name: Adult, Child ..."))
        if any(line.price < 0 for line in lines):
            problems.append(self.env._("A price cannot be below zero."))
        most = self.capacity if self.is_limited else MOST_SEATS
        for line in lines:
            if not 1 <= line.seats_per_ticket <= most:
                problems.append(
                    self.env._(
                        "%(name)s: one ticket takes between 1 and %(most)s seats.",
                        name=line.name or self.env._("A ticket"),
                        most=most,
                    )
                )
        if not self.is_free and not any(line.price > 0 for line in lines):
            problems.append(self.env._('Say the prices, or tick "Admission is free".'))
        return problems
