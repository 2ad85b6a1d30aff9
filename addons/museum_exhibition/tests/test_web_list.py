# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

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

    @mute_logger("odoo.http")
    def test_queries_do_not_grow(self):
        def queries():
            self.page("/exhibitions")
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.page("/exhibitions")
            return self.env.cr.sql_log_count - before

        self._make_slot()
        few = queries()
        for number in range(12):
            more = self._make_exhibition(f"More {number}")
            self._make_category("Adult", exhibition_id=more.id, price=number + 1)
            for hours in range(24, 48, 4):
                self._make_slot(in_hours=hours, exhibition_id=more.id)
        self.assertLessEqual(queries(), few + 2)
