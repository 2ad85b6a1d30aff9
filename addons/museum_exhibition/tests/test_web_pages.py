# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from datetime import timedelta
from pathlib import Path

from cssselect2 import ElementWrapper
from lxml import html

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..lib import booking_calendar
from .test_api_exhibitions import PublicCase

VECTORS = Path(__file__).parents[1] / "static/tests/booking/vectors.json"


class PageCase(PublicCase):
    """Pages as documents that can be asked."""

    def page(self, path, status=200):
        response = self.url_open(path)
        self.assertEqual(response.status_code, status, path)
        return html.fromstring(response.content)

    def texts(self, document, css):
        return [" ".join(el.text_content().split()) for el in self.find(document, css)]

    def find(self, document, css):
        wrapper = ElementWrapper.from_html_root(document)
        return [found.etree_element for found in wrapper.query_all(css)]


@tagged("post_install", "-at_install")
class TestExhibitionList(PageCase):
    """/exhibitions"""

    def names(self, path="/exhibitions"):
        return self.texts(self.page(path), ".o_museum_card h2")

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
        both = ["Journey to Mars", "Moon show"]
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
                self.texts(document, ".o_museum_card h2"),
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


@tagged("post_install", "-at_install")
class TestExhibitionPage(PageCase):
    """/exhibitions/<slug>"""

    def test_prices_and_next_times(self):
        slots = [self._make_slot(in_hours=24 + h) for h in range(7)]
        document = self.page(self.exhibition.website_url)
        self.assertEqual(self.texts(document, "h1"), ["Journey to Mars"])
        self.assertEqual(len(self.find(document, ".o_museum_price")), 3)
        links = [a.get("href") for a in self.find(document, "a.o_museum_chip")]
        self.assertEqual(len(links), 5)
        for slot, link in zip(slots, links, strict=False):
            self.assertTrue(
                link.endswith(f"/book?date={slot.local_date}&slot={slot.id}"), link
            )
        self.assertTrue(self.find(document, ".o_museum_bar a.btn"))

    def test_not_on_sale_and_sold_out(self):
        document = self.page(self.exhibition.website_url)
        self.assertIn("not on sale", self.texts(document, ".o_museum_notice")[0])
        self.assertFalse(self.find(document, ".o_museum_book, .o_museum_bar"))
        slot = self._make_slot(capacity=1)
        self.env["museum.hold"]._take("full", slot, {self.adult.id: 1}, 15)
        document = self.page(self.exhibition.website_url)
        self.assertIn("full", self.texts(document, ".o_museum_notice")[0])

    def test_search_engines_get_events_that_cannot_break_out(self):
        self.exhibition.summary = "</script><script>alert(1)</script>"
        slot = self._make_slot()
        document = self.page(self.exhibition.website_url)
        (script,) = self.find(document, '.o_museum script[type="application/ld+json"]')
        (event,) = json.loads(script.text)["@graph"]
        self.assertEqual(event["@type"], "Event")
        self.assertTrue(event["startDate"].endswith("+05:30"))
        self.assertIn(f"slot={slot.id}", event["offers"]["url"])
        self.assertEqual(event["description"], self.exhibition.summary)

    def test_unpublished_is_not_found(self):
        self.exhibition.is_published = False
        self.page(self.exhibition.website_url, 404)
        self.page(f"{self.exhibition.website_url}/book", 404)
        self.page("/exhibitions/none-2147483647", 404)

    def test_other_company_is_not_shown(self):
        other = self.env["res.company"].create({"name": "Other museum"})
        venue = (
            self.env["museum.venue"]
            .with_context(allowed_company_ids=other.ids)
            .create({"name": "There", "tz": "UTC", "company_id": other.id})
        )
        theirs = self._make_exhibition("Theirs", venue_id=venue.id)
        self.assertIn(self.url_open(theirs.website_url).status_code, (403, 404))

    def test_site_map_search_and_menu_know_it(self):
        self.assertIn(self.exhibition.website_url, self.url_open("/sitemap.xml").text)
        website = self.env["website"].get_current_website()
        options = {
            "displayDescription": True,
            "displayDetail": False,
            "displayExtraDetail": False,
            "displayExtraLink": False,
            "displayImage": False,
            "allowFuzzy": True,
        }
        count, _details, _term = website._search_with_fuzzy(
            "exhibitions", "mars", limit=5, order="name", options=options
        )
        self.assertEqual(count, 1)
        menus = self.env["website.menu"].search([("url", "=", "/exhibitions")])
        self.assertIn(website, menus.website_id)


@tagged("post_install", "-at_install")
class TestBookingPage(PageCase):
    """/exhibitions/<slug>/book, as the server draws it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.url = f"{cls.exhibition.website_url}/book"

    def test_steps_work_by_plain_links(self):
        slot = self._make_slot(in_hours=48)
        document = self.page(f"{self.url}?month={slot.local_date:%Y-%m}")
        (day,) = self.find(document, f'a[data-date="{slot.local_date}"]')
        self.assertIn("places free", day.text_content())
        document = self.page(day.get("href"))
        (time,) = self.find(document, f'a[data-slot="{slot.id}"]')
        self.assertIn("Only 10 left", time.text_content())
        document = self.page(time.get("href"))
        self.assertEqual(
            self.texts(document, ".o_museum_category_name"),
            ["Adult", "Child", "Family"],
        )
        self.assertTrue(self.find(document, '[aria-current="true"]'))
        self.assertTrue(self.find(document, 'td[aria-selected="true"]'))

    def test_first_month_is_that_of_the_next_free_time(self):
        slot = self._make_slot(in_hours=24 * 40)
        document = self.page(self.url)
        client = json.loads(
            self.find(document, "[data-booking]")[0].get("data-booking")
        )
        self.assertEqual(client["month"], f"{slot.local_date:%Y-%m}")
        self.assertEqual(client["lastDay"], str(slot.local_date))
        self.assertIsNone(client["date"])

    def test_full_and_past_days_cannot_be_chosen(self):
        slot = self._make_slot(in_hours=48, capacity=1)
        self.env["museum.hold"]._take("full", slot, {self.adult.id: 1}, 15)
        document = self.page(f"{self.url}?date={slot.local_date}")
        (day,) = self.find(document, f'[data-date="{slot.local_date}"]')
        self.assertEqual(day.tag, "span")
        self.assertIn("full", day.text_content())
        (time,) = self.find(document, f'[data-slot="{slot.id}"]')
        self.assertEqual((time.tag, time.text_content().split()[-1]), ("span", "Full"))
        links = [el.get("data-date") for el in self.find(document, "a.o_museum_day")]
        self.assertFalse([day for day in links if day < str(fields.Date.today())])

    def test_few_left_is_told_by_words(self):
        slot = self._make_slot(in_hours=48, capacity=4)
        self.env["museum.hold"]._take("few", slot, {self.adult.id: 2}, 15)
        document = self.page(f"{self.url}?date={slot.local_date}")
        (day,) = self.find(document, f'a[data-date="{slot.local_date}"]')
        self.assertIn("few left", day.text_content())

    def test_slot_in_the_address_decides_the_day(self):
        slot = self._make_slot(in_hours=48)
        document = self.page(f"{self.url}?slot={slot.id}")
        client = json.loads(
            self.find(document, "[data-booking]")[0].get("data-booking")
        )
        self.assertEqual(client["date"], str(slot.local_date))
        self.assertEqual(client["slotId"], slot.id)

    def test_bad_addresses_show_the_first_step(self):
        other = self._make_exhibition("Other")
        theirs = self._make_slot(exhibition_id=other.id)
        closed = self._make_slot(in_hours=26)
        closed._set_state("closed")
        for query in (
            "date=2026-13-45",
            "date=1999-01-01",
            "date=2099-01-01",
            "date=<script>",
            "slot=abc",
            "slot=99999999999999999999",
            "slot=2147483647",
            f"slot={theirs.id}",
            f"slot={closed.id}",
            "slot[]=1",
            "month=9999-99",
            "month=1999-01",
            "month=2099-12",
            "q=%3Cscript%3E",
            "date=a&date=b",
        ):
            with self.subTest(query=query):
                document = self.page(f"{self.url}?{query}")
                client = self.find(document, "[data-booking]")[0].get("data-booking")
                self.assertIsNone(json.loads(client)["slotId"])

    def test_nothing_to_book_still_shows_a_calendar(self):
        document = self.page(self.url)
        self.assertTrue(self.find(document, "table.o_museum_month"))
        self.assertFalse(self.find(document, "a.o_museum_day"))

    def test_booking_page_is_not_indexed(self):
        document = self.page(self.url)
        self.assertTrue(self.find(document, 'meta[name="robots"][content="noindex"]'))

    def test_addresses_keep_the_language(self):
        french = self.env["res.lang"]._activate_lang("fr_FR")
        website = self.env["website"].get_current_website()
        website.language_ids |= french
        slot = self._make_slot(in_hours=48)
        document = self.page(f"/{french.url_code}{self.url}?slot={slot.id}")
        data = self.find(document, "[data-booking]")[0].get("data-booking")
        client = json.loads(data)
        self.assertTrue(client["bookUrl"].startswith(f"/{french.url_code}/exhibitions"))
        self.assertEqual(client["cartUrl"], f"/{french.url_code}/shop/cart")
        self.assertEqual(client["lang"], "fr-FR")
        (time,) = self.find(document, f'a[data-slot="{slot.id}"]')
        self.assertTrue(time.get("href").startswith(f"/{french.url_code}/exhibitions"))

    def test_visitor_walks_through_in_a_browser(self):
        slot = self._make_slot(in_hours=48, capacity=4)
        self._make_slot(in_hours=49, capacity=10)
        self.start_tour(
            f"{self.url}?month={slot.local_date:%Y-%m}", "museum_exhibition_booking"
        )


@tagged("post_install", "-at_install")
class TestBookingCalendarTwins(TransactionCase):
    """The server's side of what static/tests/booking tests of the browser's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vectors = json.loads(VECTORS.read_text(encoding="utf-8"))

    def test_vectors(self):
        to_day = fields.Date.to_date
        for case in self.vectors["months"]:
            weeks = booking_calendar.month_weeks(
                to_day(f"{case['month']}-01"), case["weekStart"]
            )
            self.assertEqual(len(weeks), case["weeks"])
            self.assertEqual([day and str(day) for day in weeks[0]], case["first"])
        for case in self.vectors["shifts"]:
            month = booking_calendar.shift_month(
                to_day(f"{case['month']}-01"), case["by"]
            )
            self.assertEqual(f"{month:%Y-%m}", case["to"])
        for case in self.vectors["parts"]:
            self.assertEqual(booking_calendar.part_of_day(case["hour"]), case["part"])
        for case in self.vectors["amounts"]:
            text = booking_calendar.format_minor(case["minor"], case["style"])
            self.assertEqual(text, case["text"])
