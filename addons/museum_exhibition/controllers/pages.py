# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The public pages: what is on, one exhibition, and the way to a time slot."""

import json
import re
from datetime import date, timedelta

from babel.dates import format_date, format_skeleton

from odoo import http
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import escape_psql
from odoo.tools.json import scriptsafe
from odoo.tools.misc import babel_locale_parse
from odoo.tools.translate import LazyTranslate

from ..lib.booking_calendar import (
    format_minor,
    month_weeks,
    part_of_day,
    shift_month,
)
from . import api_kit as kit
from .errors import InvalidRequest
from .serializers import (
    categories_json,
    day_json,
    iso,
    minor,
    slot_json,
)

_lt = LazyTranslate(__name__)

KIND_ICONS = {
    "exhibition": "fa-university",
    "show": "fa-star",
    "tour": "fa-map-signs",
    "workshop": "fa-flask",
    "session": "fa-users",
}
AGES = (3, 6, 8, 10, 12, 14, 16)
PAGE_SIZE = 24
HERO_SIZE = 4
FEW_SEATS = 10  # from here on a chip says "Only ..."; twin of booking_page.js


def _lenient(checker, value, *args):
    """A query value as the checker reads it, or None: a page forgives a bad link."""
    try:
        return checker(value, "value", *args) if value else None
    except InvalidRequest:
        return None


class Wording:
    """Dates, times and prices as this visitor's language writes them.

    :param record env: the environment, for its language.
    :param res.currency currency: of the prices.
    """

    def __init__(self, env, currency):
        lang = env["res.lang"]._get_data(code=env.lang or "en_US")
        self.env = env
        self.locale = babel_locale_parse(env.lang)
        self.week_start = int(lang.week_start)
        time_format = lang.time_format or ""
        self.hour12 = "%I" in time_format or "%p" in time_format
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
        """The clock of a (local) moment: 14:30 or 2:30 PM."""
        if self.hour12:
            half = "AM" if moment.hour < 12 else "PM"
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
        """Today, tomorrow, or the short day."""
        if day == today:
            return self.env._("Today")
        if day == today + timedelta(days=1):
            return self.env._("Tomorrow")
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

    def seats(self, seats):
        """What a slot's chip says about its seats."""
        if seats["status"] == "full":
            return self.env._("Full")
        if seats["status"] == "closed":
            return self.env._("Closed")
        if seats["seats_left"] is None:
            return self.env._("Places free")
        if seats["seats_left"] <= FEW_SEATS:
            return self.env._("Only %s left", seats["seats_left"])
        return self.env._("%s left", seats["seats_left"])

    def _skeleton(self, skeleton, day):
        return format_skeleton(skeleton, day, locale=self.locale, fuzzy=True)


class MuseumPages(http.Controller):
    """Everything that a visitor sees before there is a cart."""

    # -- what is on ----------------------------------------------------------------

    @http.route(
        "/exhibitions",
        type="http",
        auth="public",
        website=True,
        readonly=True,
        sitemap=True,
        list_as_website_content=_lt("Exhibitions"),
    )
    def exhibitions(self, date=None, kind=None, age=None, search=None, page=None, **kw):
        """What is on: today's next free times, then everything, with filters."""
        exhibitions = request.env["museum.exhibition"]
        public = exhibitions._public_domain(request.website)
        everything = exhibitions.search(public)
        filters = self._read_filters(date, kind, age, search)
        shown = everything
        if domain := self._filter_domain(filters):
            shown = exhibitions.search(public & domain)
        if filters["date"]:
            shown = shown & shown._open_on(filters["date"])
        number = _lenient(kit.integer, page, 1, 1000) or 1
        pager = request.website.pager(
            url="/exhibitions",
            total=len(shown),
            page=number,
            step=PAGE_SIZE,
            url_args={k: v for k, v in request.params.items() if v and k != "page"},
        )
        values = self._list_values(everything, shown[pager["offset"] :][:PAGE_SIZE])
        values.update(
            filters=filters,
            is_filtered=any(filters.values()),
            pager=pager,
            total=len(shown),
            ages=AGES,
            kinds=exhibitions._fields["kind"]._description_selection(request.env),
            nearest=everything._nearest_days(filters["date"])
            if filters["date"] and not shown
            else [],
        )
        return request.render("museum_exhibition.exhibitions_page", values)

    def _read_filters(self, date, kind, age, search):
        kinds = request.env["museum.exhibition"]._fields["kind"].get_values(request.env)
        return {
            "search": _lenient(kit.text, search, 100) or "",
            "date": _lenient(kit.day, date),
            "kind": kind if kind in kinds else None,
            "age": _lenient(kit.integer, age, 0, 120),
        }

    def _filter_domain(self, filters):
        domain = Domain.TRUE
        for word in filters["search"].split():
            like = f"%{escape_psql(word)}%"
            domain &= Domain("name", "=ilike", like) | Domain("summary", "=ilike", like)
        if filters["kind"]:
            domain &= Domain("kind", "=", filters["kind"])
        if filters["age"] is not None:
            domain &= Domain("age_from", "<=", filters["age"])
        return None if domain.is_true() else domain

    def _list_values(self, everything, shown):
        """What both hero and cards need, in a constant number of queries."""
        everything.fetch(["name"])
        wording = Wording(request.env, request.website.company_id.currency_id)
        next_free = everything._next_free_rows()
        firsts = sorted(
            (rows[0] for rows in next_free.values() if rows),
            key=lambda row: (row["start_at"], row["id"]),
        )
        hero_day = firsts[0]["local_date"] if firsts else None
        on_day = [row for row in firsts if row["local_date"] == hero_day]
        hero = on_day[:HERO_SIZE]
        return {
            "exhibitions": shown,
            "everything": everything,
            "next_free": next_free,
            "wording": wording,
            "kind_icons": KIND_ICONS,
            "hero_day": hero_day,
            "hero_more": len(on_day) - len(hero),
            "hero": [(everything.browse(row["exhibition_id"]), row) for row in hero],
            "today": everything[:1]._local_today() if everything else None,
        }

    # -- one exhibition ------------------------------------------------------------

    @http.route(
        '/exhibitions/<model("museum.exhibition"):exhibition>',
        type="http",
        auth="public",
        website=True,
        readonly=True,
        sitemap=True,
    )
    def exhibition(self, exhibition, **kw):
        """One exhibition: picture, story, facts, prices, its next five free times."""
        upcoming = exhibition._next_free_rows(limit=5)
        values = {
            "main_object": exhibition,
            "exhibition": exhibition,
            "wording": Wording(request.env, exhibition.currency_id),
            "kind_icons": KIND_ICONS,
            "today": exhibition._local_today(),
            "is_on_sale": exhibition.id in upcoming,
            "next_slots": upcoming.get(exhibition.id, []),
        }
        values["json_ld"] = self._json_ld(exhibition, values["next_slots"])
        return request.render("museum_exhibition.exhibition_page", values)

    def _json_ld(self, exhibition, next_slots):
        """schema.org's description for search engines; one Event per next time."""
        website = request.website
        page = website.get_base_url() + exhibition.website_url
        address = exhibition.venue_id.sudo().partner_id
        place = {
            "@type": "Place",
            "name": exhibition.venue_id.name,
            "address": (address.contact_address_inline or "").strip(", ")
            or exhibition.venue_id.name,
        }
        common = {
            "@type": "Event",
            "name": exhibition.name,
            "description": exhibition.summary or exhibition.name,
            "location": place,
            "organizer": {"@type": "Organization", "name": website.company_id.name},
            "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
            "eventStatus": "https://schema.org/EventScheduled",
        }
        if exhibition.with_context(bin_size=True).image_1024:
            picture = website.image_url(exhibition, "image_1024")
            common["image"] = website.get_base_url() + picture
        events = [
            {
                **common,
                "startDate": iso(row["start_at"], exhibition.tz),
                "endDate": iso(row["end_at"], exhibition.tz),
                "offers": {
                    "@type": "Offer",
                    "url": f"{page}/book?date={row['local_date']}&slot={row['id']}",
                    "price": f"{exhibition.price_from:.2f}",
                    "priceCurrency": exhibition.currency_id.name,
                    "availability": "https://schema.org/InStock",
                },
            }
            for row in next_slots
        ]
        graph = {"@context": "https://schema.org", "@graph": events}
        return scriptsafe.dumps(graph) if events else ""

    # -- booking, up to the cart ---------------------------------------------------

    @http.route(
        '/exhibitions/<model("museum.exhibition"):exhibition>/book',
        type="http",
        auth="public",
        website=True,
        readonly=True,
        sitemap=False,
    )
    def book(self, exhibition, date=None, slot=None, month=None, q=None, **kw):
        """Day, time, tickets: one page whose address says what is chosen.

        Works by plain links up to the choice of the time; from there, and for live
        seats, ``static/src/booking`` takes over with the public API.

        :param q: quantities as ``category:number,...``, kept by the browser's side.
        """
        today = exhibition._local_today()
        last_day = exhibition._last_bookable_day()
        chosen = self._chosen_slot(exhibition, slot)
        day = chosen["local_date"] if chosen else _lenient(kit.day, date)
        if day and (day < today or not last_day or day > last_day):
            day = None
        first = self._first_month(exhibition, _lenient(kit.month, month), day, last_day)
        last = shift_month(first, 1) - timedelta(days=1)
        days = exhibition._available_dates(first, last)
        wording = Wording(request.env, exhibition.currency_id)
        rows = exhibition._day_rows(day) if day else []
        values = {
            "exhibition": exhibition,
            "wording": wording,
            "kind_icons": KIND_ICONS,
            "today": today,
            "day": day,
            "slot": chosen,
            "book_url": f"{exhibition.website_url}/book",
            "month": self._month_values(first, days, today, last_day, wording),
            "parts": self._parts_values(rows),
            "categories": self._categories_values(exhibition, chosen),
        }
        client = {
            **self._client_values(exhibition, values),
            "lastDay": last_day and f"{last_day:%Y-%m-%d}",
            "days": [day_json(found) for found in days],
            "slots": [slot_json(row, exhibition.tz) for row in rows],
        }
        values["client"] = json.dumps(client)
        return request.render("museum_exhibition.booking_page", values)

    def _chosen_slot(self, exhibition, slot):
        """The row of the slot in the address, when visitors may still choose it."""
        slot_id = _lenient(kit.record_id, slot)
        row = exhibition._slot_row(slot_id) if slot_id else None
        return row if row and row["on_sale"] else None

    def _categories_values(self, exhibition, row):
        if not row:
            return []
        slot = request.env["museum.slot"].browse(row["id"])
        return categories_json(exhibition.category_ids, slot)

    def _first_month(self, exhibition, month, day, last_day):
        """The month to show: asked for, of the day, or of the next free slot."""
        today = exhibition._local_today()
        if not month:
            month = day
        if not month:
            free = exhibition._next_free_rows().get(exhibition.id)
            month = free[0]["local_date"] if free else today
        month = max(month, today)
        if last_day:
            month = min(month, max(last_day, today))
        return month.replace(day=1)

    def _month_values(self, first, days, today, last_day, wording):
        statuses = {found["date"]: found["status"] for found in days}
        weeks = [
            [
                day
                and {
                    "date": f"{day:%Y-%m-%d}",
                    "number": day.day,
                    "name": wording.day(day),
                    "status": statuses.get(day, "none"),
                    "is_today": day == today,
                }
                for day in week
            ]
            for week in month_weeks(first, wording.week_start)
        ]
        before, after = shift_month(first, -1), shift_month(first, 1)
        return {
            "key": f"{first:%Y-%m}",
            "name": wording.month(first),
            "weeks": weeks,
            "previous": f"{before:%Y-%m}" if first > today else None,
            "next": f"{after:%Y-%m}" if last_day and last_day >= after else None,
        }

    def _parts_values(self, rows):
        """A day's slots in morning, afternoon and evening."""
        names = {
            "morning": request.env._("Morning"),
            "afternoon": request.env._("Afternoon"),
            "evening": request.env._("Evening"),
        }
        parts = {}
        for row in rows:
            part = part_of_day(row["local_at"].hour)
            parts.setdefault(names[part], []).append(row)
        return list(parts.items())

    def _client_values(self, exhibition, values):
        """What the browser's side starts from; the shapes are those of the API."""
        wording, day, slot = values["wording"], values["day"], values["slot"]
        return {
            "exhibition": exhibition.id,
            "lang": (request.env.lang or "en_US").replace("_", "-"),
            "today": f"{values['today']:%Y-%m-%d}",
            "weekStart": wording.week_start,
            "weekdays": wording.weekdays(),
            "hour12": wording.hour12,
            "money": wording.money_style,
            "maxPerBooking": exhibition.max_per_booking,
            "month": values["month"]["key"],
            "date": day and f"{day:%Y-%m-%d}",
            "slotId": slot and slot["id"],
            "categories": values["categories"],
            "bookUrl": request.env["ir.http"]._url_for(values["book_url"]),
            "cartUrl": request.env["ir.http"]._url_for("/shop/cart"),
        }
