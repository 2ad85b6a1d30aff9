# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dates, times and prices as the visitor's language writes them; lenient queries."""

import json
import re
from datetime import date, timedelta

from babel.dates import format_date, format_skeleton, get_period_names

from odoo.tools.misc import babel_locale_parse

from ..lib.booking_calendar import format_minor
from .errors import InvalidRequest
from .serializers import local_moment, minor

KIND_ICONS = {
    "exhibition": "fa-university",
    "show": "fa-star",
    "tour": "fa-map-signs",
    "workshop": "fa-flask",
    "session": "fa-users",
}
FAR = timedelta(days=300)  # from here on a day is told with its year
FEW_SEATS = 10  # from here on a chip says "Only ..."; twin of booking_page.js


def lenient(checker, value, *args):
    """A query value as the checker reads it, or None: a page forgives a bad link."""
    try:
        return checker(value, "value", *args) if value else None
    except InvalidRequest:
        return None


class Wording:
    """Dates, times and prices as this visitor's language writes them.

    :param record env: the environment, for its language.
    :param res.currency currency: of the prices.
    :param str tz: the venue's zone, for moments that come in UTC.
    """

    def __init__(self, env, currency, tz="UTC"):
        lang = env["res.lang"]._get_data(code=env.lang or "en_US")
        self.env = env
        self.locale = babel_locale_parse(env.lang)
        self.week_start = int(lang.week_start)
        time_format = lang.time_format or ""
        self.hour12 = "%I" in time_format or "%p" in time_format
        names = get_period_names("abbreviated", "format", self.locale)
        self.halves = [names["am"], names["pm"]]
        self.tz = tz
        self.currency = currency
        self.money_style = {
            "decimals": currency.decimal_places,
            "symbol": currency.symbol,
            "before": currency.position == "before",
            "point": lang.decimal_point,
            "separator": lang.thousands_sep or "",
            "grouping": json.loads(lang.grouping or "[3]"),
        }

    def price(self, amount):
        """An amount of the currency; whole amounts without decimals."""
        return self.minor(minor(amount, self.currency))

    def price_from(self, exhibition):
        """The lowest price above zero; None when everybody is free, or unknown.

        "From 0" because small children are free would tell adults nothing.
        """
        return self.price(exhibition.price_from) if exhibition.price_from else None

    def minor(self, amount_minor):
        if not amount_minor:
            return self.env._("Free")
        return format_minor(amount_minor, self.money_style)

    def time(self, moment):
        """The clock of a (local) moment: 14:30, 2:30 PM, or 2:30 pm in Hindi."""
        if self.hour12:
            half = self.halves[moment.hour >= 12]
            return f"{moment.hour % 12 or 12}:{moment:%M}\u00a0{half}"
        return f"{moment:%H:%M}"

    def day(self, day):
        """Saturday, March 14"""
        # CLDR has the order of the words with short names only.
        pattern = self.locale.datetime_skeletons["MMMEd"].pattern
        pattern = re.sub(r"E+|c+", "EEEE", re.sub(r"M{3}|L{3}", "MMMM", pattern))
        return format_date(day, pattern, locale=self.locale)

    def short_day(self, day):
        """Sat, Mar 14"""
        return self._skeleton("MMMEd", day)

    def month(self, day):
        """March 2026"""
        return self._skeleton("yMMMM", day)

    def near_day(self, day, today):
        """Today, tomorrow, or the short day; with its year when that may be unclear."""
        if day == today:
            return self.env._("Today")
        if day == today + timedelta(days=1):
            return self.env._("Tomorrow")
        if abs(day - today) > FAR:
            return self._skeleton("yMMMEd", day)
        return self.short_day(day)

    def weekdays(self):
        """``[(short, long), ...]`` in the order of the week."""
        monday = date(2024, 1, 1)
        days = [monday + timedelta(days=self.week_start - 1 + i) for i in range(7)]
        return [
            (
                format_date(day, "EEE", locale=self.locale),
                format_date(day, "EEEE", locale=self.locale),
            )
            for day in days
        ]

    def duration(self, minutes):
        """45 min, 1 h, 1 h 30 min"""
        hours, rest = divmod(minutes or 0, 60)
        parts = []
        if hours:
            parts.append(self.env._("%s h", hours))
        if rest:
            parts.append(self.env._("%s min", rest))
        return " ".join(parts)

    def moment(self, moment):
        """Saturday, March 14, 10:00; of a moment on the venue's clock."""
        return self.env._(
            "%(day)s, %(time)s", day=self.day(moment.date()), time=self.time(moment)
        )

    def ages(self, exhibition):
        """Whom it is for: all ages, from 6 years, up to 12 years, 6 to 12 years."""
        youngest, oldest = exhibition.age_from, exhibition.age_to
        if youngest and oldest:
            return self.env._(
                "%(youngest)s to %(oldest)s years", youngest=youngest, oldest=oldest
            )
        if youngest:
            return self.env._("from %s years", youngest)
        if oldest:
            return self.env._("up to %s years", oldest)
        return self.env._("all ages")

    def run(self, exhibition, today):
        """From when to when it runs; "" when it runs for good."""
        first, last = exhibition.date_from, exhibition.date_to
        if first and first > today:
            if last:
                return self.env._(
                    "%(first)s to %(last)s",
                    first=self.short_day(first),
                    last=self.short_day(last),
                )
            return self.env._("from %s", self.short_day(first))
        return self.env._("until %s", self.short_day(last)) if last else ""

    def conditions(self, category):
        """Who may buy a ticket, and what to bring: list of sentences.

        A ticket's own description is shown beside them; what it most likely says
        already, ages and proof, is not said twice.
        """
        found = []
        described = bool(category.description)
        if (category.age_from or category.age_to) and not described:
            found.append(self.env._("Age: %s", self.ages(category)))
        if category.seats_per_ticket > 1:
            found.append(self.env._("For %s people", category.seats_per_ticket))
        if category.needs_adult:
            found.append(self.env._("Only together with an adult"))
        if category.per_adult:
            found.append(self.env._("At most %s with each adult", category.per_adult))
        if category.proof:
            found.append(self.env._("Please bring: %s", category.proof))
        elif category.needs_proof and not described:
            found.append(self.env._("Please bring a proof"))
        if category.slot_limit:
            found.append(
                self.env._("At most %s of them at one time", category.slot_limit)
            )
        if category.date_from or category.date_to:
            found.append(self._ticket_dates(category))
        return found

    def _ticket_dates(self, category):
        first, last = category.date_from, category.date_to
        if first and last:
            return self.env._(
                "For visits from %(first)s to %(last)s",
                first=self.short_day(first),
                last=self.short_day(last),
            )
        if first:
            return self.env._("For visits from %s", self.short_day(first))
        return self.env._("For visits until %s", self.short_day(last))

    def seats(self, seats):
        """What a slot's chip says about its seats."""
        if seats["status"] == "full":
            return self.env._("Full")
        if seats["status"] == "closed":
            if seats.get("sale_starts_at"):
                return self.sale_start(seats)
            return self.env._("Closed")
        if seats["seats_left"] is None:
            return self.env._("Available")
        if seats["seats_left"] <= FEW_SEATS:
            return self.env._("Only %s left", seats["seats_left"])
        return self.env._("%s left", seats["seats_left"])

    def sale_start(self, sold):
        """When the sale of a slot or day begins, that is not on sale yet."""
        moment = local_moment(sold["sale_starts_at"], self.tz)
        when = self.env._(
            "%(day)s, %(time)s",
            day=self._skeleton("MMMd", moment.date()),
            time=self.time(moment),
        )
        return self.env._("On sale from %s", when)

    def _skeleton(self, skeleton, day):
        return format_skeleton(skeleton, day, locale=self.locale, fuzzy=True)
