# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The public pages: what is on, and one exhibition."""

from odoo import http
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import escape_psql
from odoo.tools.json import scriptsafe
from odoo.tools.translate import LazyTranslate

from . import api_kit as kit
from .serializers import iso
from .wording import KIND_ICONS, Wording, lenient

_lt = LazyTranslate(__name__)

AGES = (3, 6, 8, 10, 12, 14, 16)
PAGE_SIZE = 24
HERO_SIZE = 4


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
        number = lenient(kit.integer, page, 1, 1000) or 1
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
            "search": lenient(kit.text, search, 100) or "",
            "date": lenient(kit.day, date),
            "kind": kind if kind in kinds else None,
            "age": lenient(kit.integer, age, 0, 120),
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
