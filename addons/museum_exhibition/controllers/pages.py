# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is on: the list of exhibitions."""

from werkzeug.urls import url_encode

from odoo import http
from odoo.http import request
from odoo.tools.translate import LazyTranslate

from ..models.museum_exhibition_list import SORTS
from . import api_kit as kit
from .cards import card_values
from .wording import lenient

_lt = LazyTranslate(__name__)

AGES = (3, 6, 8, 10, 12, 14, 16)
PAGE_SIZE = 24
HERO_SIZE = 4
NARROWING = ("search", "date", "kind", "tag", "age", "language")


def list_sitemap(env, rule, query):
    """The list, for search engines; its pages and filters are the same page."""
    if not query or query.lower() in "/exhibitions":
        yield {"loc": "/exhibitions"}


class MuseumPages(http.Controller):
    """The way from "what is on" to an exhibition."""

    @http.route(
        ["/exhibitions", "/exhibitions/page/<int:page>"],
        type="http",
        auth="public",
        website=True,
        readonly=True,
        sitemap=list_sitemap,
        list_as_website_content=_lt("Exhibitions"),
    )
    def exhibitions(self, page=1, **query):
        """What is on: today's next free times, then everything, with filters.

        Plain links and a form that needs no script; the query is made of
        :data:`NARROWING` and ``sort``. Bad values are as good as none.
        """
        exhibitions = request.env["museum.exhibition"]
        everything = exhibitions.search(exhibitions._public_domain(request.website))
        listed = everything.filtered(lambda exhibition: not exhibition._is_over())
        filters = self._read_filters(query, everything)
        # What is over can still be found by its name.
        among = everything if filters["search"] else listed
        matching = among & exhibitions.search(
            exhibitions._public_domain(request.website)
            & exhibitions._filter_domain(filters)
        )
        shown = matching
        if filters["date"]:
            shown = matching._open_on(filters["date"])
        values = self._sale_values(everything, listed)
        shown = shown._sorted_for_visitors(filters["sort"] or "next", values["states"])
        pager = request.website.pager(
            url="/exhibitions",
            total=len(shown),
            page=lenient(kit.integer, page, 1, 1000) or 1,
            step=PAGE_SIZE,
            url_args=self._query(filters),
        )
        values.update(
            exhibitions=shown[pager["offset"] :][:PAGE_SIZE],
            filters=filters,
            is_filtered=any(filters[name] not in (None, "") for name in NARROWING),
            chips=self._chips(filters, values),
            options=self._options(everything),
            list_url=lambda **changes: self._list_url(filters, **changes),
            pager=pager,
            total=len(shown),
            has_hero=pager["page"]["num"] == 1,
            nearest=self._nearest(filters, matching, listed) if not shown else [],
        )
        return request.render("museum_exhibition.exhibitions_page", values)

    # -- the query -------------------------------------------------------------------

    def _read_filters(self, query, everything):
        """Values of the query, as records where they stand for records."""
        kinds = request.env["museum.exhibition"]._fields["kind"].get_values(request.env)
        kind, sort, language = (
            query.get(name) for name in ("kind", "sort", "language")
        )
        _slug, tag_id = request.env["ir.http"]._unslug(query.get("tag") or "")
        languages = everything.language_ids
        return {
            "search": lenient(kit.text, query.get("search"), 100) or "",
            "date": lenient(kit.day, query.get("date")),
            "kind": kind if kind in kinds else None,
            "tag": everything.tag_ids.filtered(lambda tag: tag.id == tag_id) or None,
            "age": lenient(kit.integer, query.get("age"), 0, 120),
            "language": languages.filtered(lambda found: found.code == language)
            or None,
            "sort": sort if sort in SORTS and sort != SORTS[0] else None,
        }

    def _query(self, filters):
        """The filters as a query's parameters."""
        slug = request.env["ir.http"]._slug
        query = dict(filters)
        if query["tag"]:
            query["tag"] = slug(query["tag"])
        if query["language"]:
            query["language"] = query["language"].code
        return {
            name: str(value) for name, value in query.items() if value not in (None, "")
        }

    def _list_url(self, filters, **changes):
        """The list's address with some filters changed, or removed by None."""
        query = url_encode(self._query({**filters, **changes}))
        return f"/exhibitions?{query}" if query else "/exhibitions"

    def _options(self, everything):
        """What there is to choose from: only what some exhibition has."""
        kinds = request.env["museum.exhibition"]._fields["kind"]
        present = set(everything.mapped("kind"))
        return {
            "ages": AGES if any(everything.mapped("age_from")) else (),
            "kinds": [
                (kind, label)
                for kind, label in kinds._description_selection(request.env)
                if kind in present
            ],
            "tags": [
                (request.env["ir.http"]._slug(tag), tag)
                for tag in everything.tag_ids.sorted("name")
            ],
            "languages": everything.language_ids.sorted(),
            "sorts": [
                ("next", request.env._("Soonest")),
                ("name", request.env._("Name")),
                ("price", request.env._("Price")),
                ("new", request.env._("Newest")),
            ],
        }

    def _chips(self, filters, values):
        """The filters at work: what each says, and the list without it."""
        wording, kinds = values["wording"], values["kind_labels"]
        labels = {
            "search": filters["search"] and f"\u201c{filters['search']}\u201d",
            "date": filters["date"]
            and wording.near_day(filters["date"], values["today"]),
            "kind": filters["kind"] and kinds[filters["kind"]],
            "tag": filters["tag"] and filters["tag"].name,
            "age": filters["age"] is not None
            and request.env._("Age %s", filters["age"]),
            "language": filters["language"] and filters["language"].name,
        }
        return [
            (
                labels[name],
                self._list_url(filters, **{name: "" if name == "search" else None}),
            )
            for name in NARROWING
            if labels[name]
        ]

    def _nearest(self, filters, matching, listed):
        """Days near the one that has nothing, with a way there for each.

        Days on which what is searched for is on; when it is never on, any days.
        """
        day = filters["date"]
        if not day:
            return []
        if days := matching._nearest_days(day):
            return [(near, self._list_url(filters, date=near)) for near in days]
        return [
            (near, f"/exhibitions?date={near}") for near in listed._nearest_days(day)
        ]

    # -- seats -----------------------------------------------------------------------

    def _sale_values(self, everything, listed):
        """What hero and cards need, in a constant number of queries."""
        values = card_values(everything)
        firsts = sorted(
            (
                row
                for state, row in (values["states"][found] for found in listed.ids)
                if state == "free"
            ),
            key=lambda row: (row["start_at"], row["id"]),
        )
        hero_day = firsts[0]["local_date"] if firsts else None
        on_day = [row for row in firsts if row["local_date"] == hero_day]
        hero = on_day[:HERO_SIZE]
        return {
            **values,
            "everything": listed,
            "hero_day": hero_day,
            "hero_more": len(on_day) - len(hero),
            "hero": [(listed.browse(row["exhibition_id"]), row) for row in hero],
        }
