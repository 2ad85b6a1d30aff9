# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo.tests import tagged

from .test_web_pages import PageCase


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
        self.assertEqual(event["@type"], "ExhibitionEvent")
        self.assertTrue(event["startDate"].endswith("+05:30"))
        self.assertIn(f"slot={slot.id}", event["offers"][0]["url"])
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
