# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.tests import tagged

from .test_web_pages import PageCase


@tagged("post_install", "-at_install")
class TestExhibitionList(PageCase):
    """/exhibitions"""

    def names(self, path="/exhibitions"):
        return self.texts(self.page(path), ".o_museum_card h3")

    def test_shows_what_is_published_here(self):
        self._make_exhibition("Hidden", is_published=False)
        self.assertEqual(self.names(), ["Journey to Mars"])
        self.authenticate("admin", "admin")
        self.assertEqual(self.names(), ["Journey to Mars"])

    def test_hero_leads_to_the_next_free_time(self):
        full = self._make_slot(in_hours=24, capacity=1)
        self.env["museum.hold"]._take("hero", full, {self.adult.id: 1}, 15)
        free = self._make_slot(in_hours=26, capacity=5)
        document = self.page("/exhibitions")
        (link,) = self.find(document, ".o_museum_hero .o_museum_chip")
        self.assertIn(f"slot={free.id}", link.get("href"))
        self.assertIn("Only 5 left", self.texts(document, ".o_museum_chip_seats")[0])

    def test_filters_narrow_the_list(self):
        show = self._make_exhibition("Moon show", kind="show", age_from=8)
        slot = self.env["museum.slot"].create(
            {
                "exhibition_id": show.id,
                "start_at": fields.Datetime.now() + timedelta(days=3),
            }
        )
        self._make_slot(in_hours=24 * 5)
        day = slot.local_date
        both = ["Moon show", "Journey to Mars"]
        self.assertEqual(self.names("/exhibitions?search="), both)
        self.assertEqual(self.names("/exhibitions?search=moon"), ["Moon show"])
        self.assertEqual(self.names("/exhibitions?kind=show"), ["Moon show"])
        self.assertEqual(self.names("/exhibitions?age=6"), ["Journey to Mars"])
        self.assertEqual(self.names("/exhibitions?age=8"), both)
        self.assertEqual(self.names(f"/exhibitions?date={day}"), ["Moon show"])
        self.assertEqual(self.names(f"/exhibitions?date={day}&age=6"), [])

    def test_no_match_offers_the_nearest_days_and_a_way_back(self):
        slot = self._make_slot(in_hours=24 * 5)
        document = self.page(f"/exhibitions?date={slot.local_date + timedelta(days=2)}")
        links = [a.get("href") for a in self.find(document, ".o_museum_empty a")]
        self.assertEqual(
            links, [f"/exhibitions?date={slot.local_date}", "/exhibitions"]
        )

    def test_states_of_sale_are_told_apart(self):
        sold_out = self._make_exhibition("Sold out", capacity=1)
        self.exhibition.name = "Free places"
        self._make_exhibition("Later")
        slot = self._make_slot(in_hours=30)
        full = self._make_slot(in_hours=31, exhibition_id=sold_out.id)
        adult = self._make_category("Adult", exhibition_id=sold_out.id, price=1)
        self.env["museum.hold"]._take("full", full, {adult.id: 1}, 15)
        document = self.page("/exhibitions")
        shown = dict(
            zip(
                self.texts(document, ".o_museum_card h3"),
                self.texts(document, ".o_museum_card_next"),
                strict=True,
            )
        )
        self.assertIn("Next free time", shown["Free places"])
        self.assertEqual(shown["Sold out"], "Sold out")
        self.assertEqual(shown["Later"], "Not on sale yet")
        self.assertTrue(slot)

    def test_bad_links_are_forgiven(self):
        for query in (
            "date=2026-99-99",
            "date[]=1",
            "kind=castle",
            "age=-1",
            "age=old",
            "page=0",
            "page=99999999999",
            "page=7",
            "search=%25",
            "search=%F0%9F%A6%95",
            "search=" + "x" * 500,
            "utm_source=mail",
        ):
            with self.subTest(query=query):
                self.page(f"/exhibitions?{query}")

    def test_lowest_price_is_not_that_of_the_free(self):
        self._make_category("Baby", price=0)
        document = self.page("/exhibitions")
        (price,) = self.texts(document, ".o_museum_card_price")
        self.assertIn("from", price)
        self.assertIn("100", price)

    def test_words_are_found_in_name_summary_and_tags(self):
        tag = self.env["museum.exhibition.tag"].create({"name": "Outer space"})
        self.exhibition.write({"tag_ids": tag.ids, "summary": "Red Sand_100%"})
        self._make_exhibition("Fossils")
        for words, found in (
            ("OUTER", True),
            ("mars space", True),
            ("red journey", True),
            ("mars fossils", False),
            ("sand_100%25", True),
            ("m%25s", False),
            ("m_rs", False),
        ):
            with self.subTest(words=words):
                names = self.names(f"/exhibitions?search={words}")
                self.assertEqual("Journey to Mars" in names, found)

    def test_accents_are_ignored_where_the_database_can(self):
        self.exhibition.name = "Der Weg nach Müllheim"
        can = bool(self.env.registry.has_unaccent)
        self.assertEqual(bool(self.names("/exhibitions?search=mullheim")), can)
        self.assertTrue(self.names("/exhibitions?search=m%C3%BCLLheim"))

    def test_tag_language_and_age_narrow_the_list(self):
        tag = self.env["museum.exhibition.tag"].create({"name": "Space"})
        hindi = self.env.ref("museum_exhibition.language_hi")
        self._make_exhibition(
            "Moon", tag_ids=tag.ids, language_ids=hindi.ids, age_from=6, age_to=12
        )
        moon, both = ["Moon"], ["Journey to Mars", "Moon"]
        for query, names in (
            (f"tag=space-{tag.id}", moon),
            (f"tag={tag.id}", moon),
            ("tag=nothing-999999", both),
            ("language=hi", moon),
            ("language=xx", both),
            ("age=6", both),
            ("age=14", ["Journey to Mars"]),
            ("age=0", ["Journey to Mars"]),
        ):
            with self.subTest(query=query):
                self.assertCountEqual(self.names(f"/exhibitions?{query}"), names)

    def test_only_what_is_there_can_be_filtered_by(self):
        self.env["museum.exhibition.tag"].create({"name": "Nobody's"})
        document = self.page("/exhibitions")
        self.assertFalse(self.find(document, "#museum_tag, #museum_kind, #museum_age"))
        tag = self.env["museum.exhibition.tag"].create({"name": "Space"})
        self.exhibition.write({"tag_ids": tag.ids, "age_from": 6})
        self._make_exhibition("Show", kind="show")
        document = self.page("/exhibitions")
        self.assertEqual(
            [text for text in self.texts(document, "#museum_tag option")],
            ["All", "Space"],
        )
        self.assertEqual(len(self.find(document, "#museum_kind option")), 3)

    def test_each_filter_can_be_taken_away(self):
        tag = self.env["museum.exhibition.tag"].create({"name": "Space"})
        self.exhibition.tag_ids = tag
        document = self.page(f"/exhibitions?search=mars&tag={tag.id}&age=8&sort=name")
        links = {
            " ".join(link.text_content().split()): link.get("href")
            for link in self.find(document, ".o_museum_filter_chips a")
        }
        slug = f"space-{tag.id}"
        self.assertEqual(
            links,
            {
                "Remove filter \u201cmars\u201d": (
                    f"/exhibitions?tag={slug}&age=8&sort=name"
                ),
                "Remove filter Space": "/exhibitions?search=mars&age=8&sort=name",
                "Remove filter Age 8": f"/exhibitions?search=mars&tag={slug}&sort=name",
                "Clear filters": "/exhibitions?sort=name",
            },
        )
        (count,) = self.find(document, "[role=status]")
        self.assertEqual(" ".join(count.text_content().split()), "1 exhibition")

    def test_order_is_the_visitors_choice(self):
        self._make_slot(in_hours=50)
        cheap = self._make_exhibition("Cheap", date_from="2020-01-01")
        self._make_category("Adult", exhibition_id=cheap.id, price=5)
        self._make_slot(in_hours=80, exhibition_id=cheap.id)
        soon = self._make_exhibition("Abacus", date_from="2021-01-01")
        self._make_category("Adult", exhibition_id=soon.id, price=900)
        self._make_slot(in_hours=30, exhibition_id=soon.id)
        never = self._make_exhibition("Never", date_from="2019-01-01")
        for sort, names in (
            ("", ["Abacus", "Journey to Mars", "Cheap", "Never"]),
            ("next", ["Abacus", "Journey to Mars", "Cheap", "Never"]),
            ("name", ["Abacus", "Cheap", "Journey to Mars", "Never"]),
            ("price", ["Cheap", "Journey to Mars", "Abacus", "Never"]),
            ("new", ["Journey to Mars", "Abacus", "Cheap", "Never"]),
            ("evil", ["Abacus", "Journey to Mars", "Cheap", "Never"]),
        ):
            with self.subTest(sort=sort):
                self.assertEqual(self.names(f"/exhibitions?sort={sort}"), names)
        self.assertTrue(never)

    def test_closed_and_past_are_found_by_their_name_alone(self):
        self._make_exhibition("Closed mine", is_closed=True)
        self._make_exhibition("Past mine", date_to="2020-01-01")
        self.exhibition.name = "Mine of coal"
        self.assertEqual(self.names(), ["Mine of coal"])
        self.assertEqual(self.names("/exhibitions?kind=exhibition"), ["Mine of coal"])
        document = self.page("/exhibitions?search=mine&sort=name")
        self.assertEqual(
            self.texts(document, ".o_museum_card h3"),
            ["Mine of coal", "Closed mine", "Past mine"],
        )
        self.assertEqual(
            self.texts(document, ".o_museum_card_next"),
            ["Not on sale yet", "Closed", "Over"],
        )

    def test_sale_that_begins_later_is_told(self):
        self.exhibition.sales_start_days = 2
        slot = self._make_slot(in_hours=24 * 9)
        self.assertTrue(slot.sale_starts_at)
        document = self.page("/exhibitions")
        (told,) = self.texts(document, ".o_museum_card_next")
        self.assertIn("On sale from", told)
        self.assertFalse(self.find(document, ".o_museum_hero .o_museum_chip"))

    def test_pages_keep_the_filters(self):
        for number in range(29):
            self._make_exhibition(f"Hall {number:02}")
        first = self.page("/exhibitions?search=hall&sort=name")
        self.assertEqual(len(self.find(first, ".o_museum_card")), 24)
        hrefs = [
            link.get("href") for link in self.find(first, ".o_museum_pager a[href]")
        ]
        address = "/exhibitions/page/2?search=hall&sort=name"
        self.assertIn(address, hrefs)
        self.assertEqual(
            self.names(address), [f"Hall {number}" for number in range(24, 29)]
        )
        second = self.page(address)
        self.assertEqual(self.texts(second, "[role=status]"), ["29 exhibitions"])

    def test_no_match_keeps_other_filters_on_the_way_to_a_near_day(self):
        show = self._make_exhibition("Moon show", kind="show")
        far = self._make_slot(in_hours=24 * 20, exhibition_id=show.id)
        near = self._make_slot(in_hours=24 * 5)
        day = near.local_date
        document = self.page(f"/exhibitions?kind=show&date={day}")
        links = [a.get("href") for a in self.find(document, ".o_museum_empty a")]
        self.assertEqual(
            links, [f"/exhibitions?date={far.local_date}&kind=show", "/exhibitions"]
        )

    def _queries(self, path="/exhibitions"):
        self.page(path)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.page(path)
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow(self):
        tags = self.env["museum.exhibition.tag"].create(
            [{"name": "Space"}, {"name": "New"}]
        )
        languages = self.env["museum.language"].search([], limit=3)

        def fill(first, last):
            for number in range(first, last):
                more = self._make_exhibition(
                    f"More {number}",
                    tag_ids=tags.ids,
                    language_ids=languages.ids,
                    age_from=number % 9,
                )
                self._make_category("Adult", exhibition_id=more.id, price=number + 1)
                for hours in range(24, 48, 4):
                    self._make_slot(in_hours=hours, exhibition_id=more.id)

        fill(0, 2)
        self._make_slot()
        self.assertEqual(len(self.names()), 3)
        few = self._queries()
        filtered = self._queries("/exhibitions?search=more&sort=name&age=8")
        fill(2, 23)
        self.assertEqual(len(self.names()), 24)
        self.assertEqual(self._queries(), few)
        self.assertEqual(
            self._queries("/exhibitions?search=more&sort=name&age=8"), filtered
        )

    def test_filters_swap_the_results_in_a_browser(self):
        self._make_exhibition("Moon show", kind="show")
        self._make_slot(in_hours=48)
        self.start_tour("/exhibitions", "museum_exhibition_filters")


@tagged("post_install", "-at_install")
class TestWhatsOn(PageCase):
    """The block "What's on", as the browser asks for it."""

    TEMPLATE = "museum_exhibition.dynamic_filter_template_museum_exhibition_card"

    def cards(self, **params):
        answer = self.url_open(
            "/website/snippet/filters",
            json={
                "params": {
                    "filter_id": self.env.ref(
                        "museum_exhibition.snippet_filter_whats_on"
                    ).id,
                    "template_key": self.TEMPLATE,
                    "limit": 16,
                    "search_domain": [],
                    **params,
                }
            },
        ).json()
        self.assertNotIn("error", answer)
        return [html.fromstring(card) for card in answer["result"]]

    def titles(self, **params):
        return [self.texts(card, "h3")[0] for card in self.cards(**params)]

    def test_card_has_next_time_price_and_a_way_to_book(self):
        slot = self._make_slot()
        (card,) = self.cards()
        self.assertIn("Next free time", self.texts(card, ".o_museum_card_next")[0])
        self.assertIn("100", self.texts(card, ".o_museum_card_price")[0])
        (book,) = self.find(card, "a.o_museum_card_book")
        self.assertIn(f"/book?date={slot.local_date}", book.get("href"))
        self.assertEqual(" ".join(book.text_content().split()), "Book: Journey to Mars")

    def test_what_is_not_for_visitors_is_not_there(self):
        self._make_exhibition("Hidden", is_published=False)
        self._make_exhibition("Closed", is_closed=True)
        other = self.env["res.company"].create({"name": "Other museum"})
        venue = (
            self.env["museum.venue"]
            .with_context(allowed_company_ids=other.ids)
            .create({"name": "There", "tz": "UTC", "company_id": other.id})
        )
        self._make_exhibition("Theirs", venue_id=venue.id)
        elsewhere = self.env["website"].create({"name": "Elsewhere"})
        self._make_exhibition("Elsewhere", website_id=elsewhere.id)
        self.assertEqual(self.titles(), ["Journey to Mars"])

    def test_kind_tags_and_number_are_the_editors_choice(self):
        tag = self.env["museum.exhibition.tag"].create({"name": "Space"})
        self._make_exhibition("Moon", kind="show", sequence=20, tag_ids=tag.ids)
        self.assertEqual(self.titles(), ["Journey to Mars", "Moon"])
        self.assertEqual(self.titles(limit=1), ["Journey to Mars"])
        for domain in ([["kind", "=", "show"]], [["tag_ids", "in", tag.ids]]):
            with self.subTest(domain=domain):
                self.assertEqual(self.titles(search_domain=domain), ["Moon"])
        newest = self.env.ref("museum_exhibition.snippet_filter_newest")
        self.assertEqual(self.titles(filter_id=newest.id), ["Moon", "Journey to Mars"])

    def test_empty_museum_shows_samples_to_editors_only(self):
        self.exhibition.is_published = False
        self.assertEqual(self.cards(), [])
        self.assertEqual(len(self.cards(with_sample=True, limit=3)), 3)

    def test_queries_do_not_grow(self):
        def queries():
            self.cards()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.cards()
            return self.env.cr.sql_log_count - before

        self._make_slot()
        few = queries()
        for number in range(12):
            more = self._make_exhibition(f"More {number}")
            self._make_category("Adult", exhibition_id=more.id, price=number + 1)
            self._make_slot(exhibition_id=more.id)
        self.assertEqual(queries(), few)

    def test_editors_find_it_among_the_blocks(self):
        self.authenticate("admin", "admin")
        answer = self.url_open(
            "/web/dataset/call_kw/ir.ui.view/render_public_asset",
            json={
                "params": {
                    "model": "ir.ui.view",
                    "method": "render_public_asset",
                    "args": ["website.snippets", {}],
                    "kwargs": {},
                }
            },
        ).json()
        blocks = html.fromstring(answer["result"])
        (block,) = self.find(blocks, "section.s_museum_whats_on")
        self.assertEqual(block.get("data-snippet"), "s_museum_whats_on")
        self.assertTrue(self.find(blocks, '[data-o-snippet-group="museum"]'))
        templates = self.env["ir.ui.view"].search([("key", "=", self.TEMPLATE)])
        first = html.fromstring(templates.arch_db).getchildren()[0]
        self.assertEqual(first.get("data-extra-classes"), "g-4")
