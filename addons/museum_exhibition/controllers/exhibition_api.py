# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""API: what is on, when, with how many seats left, at which prices."""

from dateutil.relativedelta import relativedelta

from odoo import http
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import escape_psql

from . import api_kit as kit
from . import errors
from .serializers import categories_json, day_json, exhibition_json, slot_json

# Reading availability is stateless: no session file, no cookie for third parties.
READ = {"methods": ["GET"], "save_session": False}


def _find_exhibition(exhibition):
    """The published exhibition with this id on the current website, and its time zone.

    :raise errors.NotFound: there is none, or it is not for the public.
    """
    exhibition_id = kit.record_id(exhibition, "exhibition", in_path=True)
    exhibitions = request.env["museum.exhibition"]
    found, tz = exhibitions._find_public(request.website, exhibition_id)
    if not found:
        raise errors.NotFound
    return found, tz


class MuseumExhibitionApi(http.Controller):
    """Public reading; the same for the website's pages and for third parties."""

    @kit.api_route("/exhibitions", **READ)
    def list_exhibitions(
        self, search=None, kind=None, date=None, limit=None, offset=None
    ):
        """A page of what is on, in the museum's own order.

        :param search: every word must be in the name or summary.
        :param kind: one of the kinds of exhibition.
        :param date: ``YYYY-MM-DD``; only what still has an open time on that day.
        """
        exhibitions = request.env["museum.exhibition"]
        limit, offset = kit.page_args(limit, offset)
        domain = exhibitions._public_domain(request.website)
        for word in kit.text(search, "search", 100).split():
            like = f"%{escape_psql(word)}%"
            domain &= Domain("name", "=ilike", like) | Domain("summary", "=ilike", like)
        if kind is not None:
            kinds = exhibitions._fields["kind"].get_values(request.env)
            if kind not in kinds:
                what = f"must be one of {', '.join(kinds)}"
                raise errors.InvalidRequest(details={"kind": what})
            domain &= Domain("kind", "=", kind)
        if date is not None:
            found = exhibitions.search(domain)._open_on(kit.day(date, "date"))
            domain &= Domain("id", "in", found.ids)
        total = exhibitions.search_count(domain)
        found = exhibitions.search(domain, limit=limit, offset=offset)
        items = [exhibition_json(exhibition) for exhibition in found]
        return kit.page(items, total, limit, offset)

    @kit.api_route("/exhibitions/<string:exhibition>", **READ)
    def get_exhibition(self, exhibition):
        """One exhibition, with its story as HTML."""
        found, _tz = _find_exhibition(exhibition)
        return {
            **exhibition_json(found),
            "description": str(found.description or ""),
        }

    @kit.api_route("/exhibitions/<string:exhibition>/available-dates", **READ)
    def list_available_dates(self, exhibition, month):
        """The days of a month (in the venue) that have slots, with what is left."""
        first = kit.month(month, "month")
        last = first + relativedelta(months=1, days=-1)
        found, tz = _find_exhibition(exhibition)
        days = found._available_dates(first, last)
        return {
            "month": f"{first:%Y-%m}",
            "tz": tz,
            "items": [day_json(day, tz) for day in days],
        }

    @kit.api_route("/exhibitions/<string:exhibition>/time-slots", **READ)
    def list_time_slots(self, exhibition, date):
        """The slots of one day (in the venue) with the seats left now."""
        day = kit.day(date, "date")
        found, tz = _find_exhibition(exhibition)
        return {
            "date": f"{day:%Y-%m-%d}",
            "tz": tz,
            "items": [slot_json(row, tz) for row in found._time_slots(day)],
        }

    @kit.api_route("/exhibitions/<string:exhibition>/ticket-categories", **READ)
    def list_ticket_categories(self, exhibition, slot_id=None):
        """What a visitor can choose and what it costs, for one slot when given."""
        if slot_id is not None:
            slot_id = kit.record_id(slot_id, "slot_id")
        found, tz = _find_exhibition(exhibition)
        slot = request.env["museum.slot"]
        row = None
        if slot_id is not None:
            row = found._slot_row(slot_id)
            if row is None:
                raise errors.NotFound
            slot = slot.browse(slot_id)
        return {
            "items": categories_json(
                found.category_ids, slot, row and row["local_date"]
            ),
            "max_per_booking": found.max_per_booking,
            "min_per_booking": found.min_per_booking,
            "slot": row and slot_json(row, tz),
        }
