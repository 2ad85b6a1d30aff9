# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The page of one exhibition."""

from werkzeug.urls import url_encode

from odoo import http
from odoo.http import request
from odoo.tools import is_html_empty

from .cards import card_values
from .structured_data import structured_data
from .wording import KIND_ICONS, Wording

NEXT_TIMES = 5
MAP = "https://www.openstreetmap.org"


def exhibition_sitemap(env, rule, query):
    """Every exhibition that visitors of this website may see and that is not over."""
    website = env["website"].get_current_website()
    exhibitions = env["museum.exhibition"]
    for exhibition in exhibitions.search(exhibitions._public_domain(website)):
        address = exhibition.website_url
        if exhibition._is_over() or (query and query.lower() not in address.lower()):
            continue
        yield {"loc": address, "lastmod": exhibition.write_date.date()}


class MuseumExhibitionPage(http.Controller):
    """What there is to know before a visit is booked."""

    @http.route(
        '/exhibitions/<model("museum.exhibition"):exhibition>',
        type="http",
        auth="public",
        website=True,
        readonly=True,
        sitemap=exhibition_sitemap,
    )
    def exhibition(self, exhibition, **kw):
        """Pictures, story, facts, prices, and the next five free times.

        That it is published, of this website and this museum is seen to before; see
        ``museum.exhibition.can_access_from_current_website``.
        """
        free, upcoming = exhibition._next_free_and_upcoming(NEXT_TIMES)
        state, when = exhibition._sale_states(free)[exhibition.id]
        next_slots = free.get(exhibition.id, [])
        quotes = self._quotes(exhibition, next_slots or upcoming)
        wording = Wording(request.env, exhibition.currency_id, exhibition.tz)
        values = {
            "main_object": exhibition,
            "exhibition": exhibition,
            "wording": wording,
            "kind_icons": KIND_ICONS,
            "is_empty": is_html_empty,
            "today": exhibition._local_today(),
            "state": state,
            "sale_start": self._sale_start(exhibition, state, when),
            "sold_out_before": self._sold_out_before(upcoming, next_slots),
            "next_slots": next_slots,
            "reasons": {
                slot_id: self._reason(found) for slot_id, found in quotes.items()
            },
            "prices": self._prices(exhibition, quotes, wording),
            "tags": [
                (f"/exhibitions?{url_encode({'tag': self._slug(tag)})}", tag)
                for tag in exhibition.tag_ids
            ],
            "place": self._place(exhibition.venue_id),
            "json_ld": structured_data(
                exhibition, request.website, next_slots or upcoming, quotes
            ),
            **self._related_values(exhibition),
        }
        return request.render("museum_exhibition.exhibition_page", values)

    def _slug(self, record):
        return request.env["ir.http"]._slug(record)

    def _quotes(self, exhibition, rows):
        """``{slot_id: {category_id: Quote}}`` of a handful of slots, asked at once."""
        categories = exhibition.category_ids
        sold = {row["id"]: categories._sold_on(row["local_date"]).ids for row in rows}
        slots = request.env["museum.slot"].browse(sold)
        quotes = categories._get_visitor_quotes_by_slot(slots)
        return {
            slot_id: {key: quotes[slot_id][key] for key in ids}
            for slot_id, ids in sold.items()
        }

    def _reason(self, quotes):
        """Why a time costs more or less than usual: the first reason any ticket has."""
        return next((quote.reason for quote in quotes.values() if quote.reason), "")

    def _prices(self, exhibition, quotes, wording):
        """Each ticket with the lowest price of the next times and its conditions.

        :return: list of (category, price, whether other times cost more, conditions)
        """
        regular = exhibition.category_ids._get_visitor_prices()
        lines = []
        for category in exhibition.category_ids:
            asked = [
                found[category.id].price
                for found in quotes.values()
                if category.id in found
            ]
            prices = {*asked, regular[category.id]} if asked else {regular[category.id]}
            lines.append(
                (
                    category,
                    wording.price(min(prices)),
                    len(prices) > 1,
                    wording.conditions(category),
                )
            )
        return lines

    def _sale_start(self, exhibition, state, when):
        """When times that nobody can book yet go on sale; None: no such times."""
        if state == "later":
            return when
        if state == "full":
            return exhibition._next_sale_starts().get(exhibition.id)
        return None

    def _sold_out_before(self, upcoming, next_slots):
        """The day of the next free time, when all days before it are full."""
        if not next_slots:
            return None
        day = next_slots[0]["local_date"]
        return day if upcoming and upcoming[0]["local_date"] < day else None

    def _place(self, venue):
        """Where it is, in words and as links to maps; nothing is embedded."""
        # The address is shown to everybody; the contact itself is not public.
        contact = venue.sudo().partner_id
        address = ", ".join(
            line
            for line in (
                contact.street,
                contact.street2,
                " ".join(part for part in (contact.city, contact.zip) if part),
            )
            if line
        )
        place = {"address": address, "opening": venue._opening_week()}
        if venue.latitude or venue.longitude:
            point = f"{venue.latitude:.6f},{venue.longitude:.6f}"
            marker = url_encode({"mlat": venue.latitude, "mlon": venue.longitude})
            place["geo"] = f"geo:{point}?q={point}"
            place["map"] = f"{MAP}/?{marker}#map=17/{point.replace(',', '/')}"
        elif address:
            place["map"] = f"{MAP}/search?{url_encode({'query': address})}"
        return place

    def _related_values(self, exhibition):
        related = exhibition._related(request.website)
        cards = card_values(related)
        return {
            "related": related,
            "states": cards["states"],
            "kind_labels": cards["kind_labels"],
        }
