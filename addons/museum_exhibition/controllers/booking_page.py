# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The booking page: day, time, tickets, up to the cart."""

import json
import time
from datetime import timedelta

from odoo import http
from odoo.http import request
from odoo.tools import config

from ..lib.booking_calendar import month_weeks, part_of_day, shift_month
from ..models.museum_exhibition_website import FREE
from ..models.museum_slot_live import CHANNEL
from . import api_kit as kit
from .serializers import categories_json, day_json, local_moment, slot_json
from .wording import KIND_ICONS, Wording, lenient

NEAR_DAYS = 3


class MuseumBookingPage(http.Controller):
    """Where a visitor chooses day, time and tickets."""

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
        chosen, others = self._chosen_slot(exhibition, slot)
        day = chosen["local_date"] if chosen else lenient(kit.day, date)
        if day and (day < today or not last_day or day > last_day):
            day = None
        first = self._first_month(exhibition, lenient(kit.month, month), day, last_day)
        last = shift_month(first, 1) - timedelta(days=1)
        days = exhibition._available_dates(first, last)
        wording = Wording(request.env, exhibition.currency_id, exhibition.tz)
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
            "near_days": self._near_days(day, rows, days),
            "notice": self._notice(exhibition, slot, chosen, others, wording),
            "categories": self._categories_values(exhibition, chosen),
        }
        client = {
            **self._client_values(exhibition, values),
            "lastDay": last_day and f"{last_day:%Y-%m-%d}",
            "days": [day_json(found, exhibition.tz) for found in days],
            "slots": [slot_json(row, exhibition.tz) for row in rows],
            "alternatives": [slot_json(row, exhibition.tz) for row in others],
        }
        values["client"] = json.dumps(client)
        return request.render("museum_exhibition.booking_page", values)

    def _chosen_slot(self, exhibition, slot):
        """The slot in the address: its row, when visitors may still choose it.

        :return: that row or None, and rows of times near it when it cannot be had
        """
        slot_id = lenient(kit.record_id, slot)
        row = exhibition._slot_row(slot_id) if slot_id else None
        chosen = row if row and row["on_sale"] else None
        if not slot_id or (chosen and chosen["status"] in FREE):
            return chosen, []
        asked = request.env["museum.slot"].sudo().browse(slot_id).exists()
        if asked.exhibition_id != exhibition or not exhibition.is_on_sale:
            return chosen, []
        for other in (others := asked._alternatives(1)):
            other["local_at"] = local_moment(other["start_at"], exhibition.tz)
        return chosen, others

    def _notice(self, exhibition, slot, chosen, others, wording):
        """What to say first: nothing is sold, or not the time that a link led to."""
        if not exhibition.is_on_sale:
            text = request.env._("Bookings are closed: no more tickets are sold here.")
        elif chosen and chosen["status"] == "full":
            text = request.env._(
                "%(day)s at %(time)s is sold out.",
                day=wording.day(chosen["local_date"]),
                time=wording.time(chosen["local_at"]),
            )
        elif slot and not chosen:
            text = request.env._("The time that you wanted is not on sale any more.")
        else:
            return None
        return {"text": text, "rows": others}

    def _near_days(self, day, rows, days):
        """When all of a day is full: days of its month near it that have room."""
        if not rows or any(row["status"] in FREE for row in rows):
            return []
        free = [found["date"] for found in days if found["status"] in FREE]
        return sorted(sorted(free, key=lambda other: abs(other - day))[:NEAR_DAYS])

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
        known = {found["date"]: found for found in days}
        weeks = [
            [
                day
                and {
                    "date": f"{day:%Y-%m-%d}",
                    "number": day.day,
                    "name": wording.day(day),
                    **self._day_state(known.get(day), wording),
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

    def _day_state(self, found, wording):
        """The word for a day of the calendar; ``begins`` says when its sale does."""
        if not found:
            return {"status": "none"}
        if found["status"] == "closed" and found["sale_starts_at"]:
            return {"status": "soon", "begins": wording.sale_start(found)}
        return {"status": found["status"]}

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
            is_soon = row["status"] == "closed" and row["sale_starts_at"]
            row["state_word"] = "soon" if is_soon else row["status"]
            parts.setdefault(names[part], []).append(row)
        return list(parts.items())

    def _channel(self, exhibition):
        """Where the bus tells of the seats; None where no websocket would answer.

        Threads answer it themselves. Processes leave it to another port, which a
        visitor reaches through a proxy only: each try would be an error in the log.
        """
        if config["workers"] and not config["proxy_mode"]:
            return None
        return CHANNEL % exhibition.id

    def _client_values(self, exhibition, values):
        """What the browser's side starts from; the shapes are those of the API."""
        wording, day, slot = values["wording"], values["day"], values["slot"]
        return {
            "exhibition": exhibition.id,
            "channel": self._channel(exhibition),
            "nowMs": round(time.time() * 1000),
            "tz": exhibition.tz,
            "lang": (request.env.lang or "en_US").replace("_", "-"),
            "today": f"{values['today']:%Y-%m-%d}",
            "weekStart": wording.week_start,
            "weekdays": wording.weekdays(),
            "hour12": wording.hour12,
            "halves": wording.halves,
            "money": wording.money_style,
            "maxPerBooking": exhibition.max_per_booking,
            "minPerBooking": exhibition.min_per_booking,
            "month": values["month"]["key"],
            "date": day and f"{day:%Y-%m-%d}",
            "slotId": slot and slot["id"],
            "categories": values["categories"],
            "bookUrl": request.env["ir.http"]._url_for(values["book_url"]),
            "cartUrl": request.env["ir.http"]._url_for("/shop/cart"),
        }
