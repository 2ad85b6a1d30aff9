# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from pathlib import Path

from cssselect2 import ElementWrapper
from lxml import html

from odoo import fields
from odoo.tests import TransactionCase, tagged

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
