# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import escape_psql

# The order of the list after the exhibitions that can be booked.
STATE_ORDER = {"free": 0, "full": 1, "later": 2, "none": 3, "over": 4, "closed": 5}
SORTS = ("next", "name", "price", "new")
WORDS = ("name", "summary", "tag_ids.name")


class MuseumExhibition(models.Model):
    """How visitors find exhibitions: filters, order, the website's own search."""

    _inherit = "museum.exhibition"

    @api.model
    def _filter_domain(self, filters):
        """The domain of what a visitor filters by, its day apart.

        :param dict filters: any of ``search`` (words, each of which is to be found),
            ``kind``, ``tag`` (museum.exhibition.tag), ``age`` (in years), ``language``
            (museum.language)
        """
        domain = Domain.TRUE
        for word in (filters.get("search") or "").split():
            like = escape_psql(word)
            domain &= Domain.OR(Domain(field, "ilike", like) for field in WORDS)
        if filters.get("kind"):
            domain &= Domain("kind", "=", filters["kind"])
        if filters.get("tag"):
            domain &= Domain("tag_ids", "in", filters["tag"].ids)
        if filters.get("language"):
            domain &= Domain("language_ids", "in", filters["language"].ids)
        age = filters.get("age")
        if age is not None:
            domain &= Domain("age_from", "<=", age)
            domain &= Domain("age_to", "in", (0, False)) | Domain("age_to", ">=", age)
        return domain

    def _sorted_for_visitors(self, sort, states):
        """These exhibitions in the order a visitor asked for; what is over comes last.

        :param str sort: ``next`` (free time), ``name``, ``price`` or ``new``
        :param dict states: of :meth:`_sale_states`
        """
        place = {found: number for number, found in enumerate(self._ids)}
        if sort == "name":
            named = self.search([("id", "in", self.ids)], order="name, id")
            place = {found: number for number, found in enumerate(named._ids)}

        def key(exhibition):
            state, row = states[exhibition.id]
            is_over = STATE_ORDER[state] >= STATE_ORDER["over"]
            wanted = ()
            if sort == "price":
                wanted = (not exhibition.category_ids, exhibition.price_from)
            elif sort == "new":
                since = exhibition.date_from or exhibition.create_date.date()
                wanted = (-since.toordinal(),)
            elif sort == "next":
                wanted = (STATE_ORDER[state],)
                if state == "free":
                    wanted += (row["start_at"],)
            return (is_over, *wanted, place[exhibition.id])

        return self.sorted(key)

    def _related(self, website, limit=3):
        """Other exhibitions that go with this one: same tags, same kind, then any."""
        self.ensure_one()
        others = self.search(
            self._public_domain(website) & Domain("id", "!=", self.id)
        ).filtered(lambda other: not other._is_over())
        return others.sorted(
            lambda other: (-len(other.tag_ids & self.tag_ids), other.kind != self.kind)
        )[:limit]

    # --- the website's own search ------------------------------------------------

    @api.model
    def _search_get_detail(self, website, order, options):
        """How the website's own search finds exhibitions."""
        mapping = {
            "name": {"name": "name", "type": "text", "match": True},
            "website_url": {"name": "website_url", "type": "text", "truncate": False},
        }
        fetch_fields = ["id", "name", "website_url"]
        if options.get("displayDescription"):
            fetch_fields.append("summary")
            mapping["description"] = {"name": "summary", "type": "text", "match": True}
        if options.get("displayImage"):
            mapping["image_url"] = {"name": "image_url", "type": "html"}
        if options.get("displayDetail"):
            mapping["detail"] = {"name": "tags", "type": "text"}
        return {
            "model": "museum.exhibition",
            "base_domain": [self._public_domain(website)],
            "search_fields": list(WORDS),
            "fetch_fields": fetch_fields,
            "mapping": mapping,
            "icon": "fa-ticket",
            "order": "name desc, id desc" if "name desc" in order else "name, id",
        }

    def _search_render_results(self, fetch_fields, mapping, icon, limit):
        results = super()._search_render_results(fetch_fields, mapping, icon, limit)
        website = self.env["website"]
        for exhibition, data in zip(self, results, strict=False):
            if "image_url" in mapping:
                has_image = exhibition.with_context(bin_size=True).image_128
                data["image_url"] = has_image and website.image_url(
                    exhibition, "image_128"
                )
            if "detail" in mapping:
                data["tags"] = ", ".join(exhibition.tag_ids.mapped("name"))
        return results
