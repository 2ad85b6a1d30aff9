# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from datetime import timedelta

from lxml import etree

from odoo import Command
from odoo.tests import tagged

from .test_web_pages import PageCase

# One grey dot.
PICTURE = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJ"
    b"RU5ErkJggg=="
)


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

    def notice(self):
        document = self.page(self.exhibition.website_url)
        return self.texts(document, ".o_museum_notice")

    def test_not_on_sale_and_sold_out(self):
        document = self.page(self.exhibition.website_url)
        self.assertIn("not on sale", self.texts(document, ".o_museum_notice")[0])
        self.assertFalse(self.find(document, ".o_museum_book, .o_museum_bar"))
        slot = self._make_slot(capacity=1)
        self.env["museum.hold"]._take("full", slot, {self.adult.id: 1}, 15)
        self.assertIn("Sold out", self.notice()[0])

    def test_full_days_before_the_next_free_time_are_told(self):
        full = self._make_slot(in_hours=24, capacity=1)
        self.env["museum.hold"]._take("full", full, {self.adult.id: 1}, 15)
        free = self._make_slot(in_hours=24 * 4)
        document = self.page(self.exhibition.website_url)
        (told,) = self.texts(document, ".o_museum_notice")
        self.assertIn("Sold out before", told)
        self.assertIn(str(free.local_date.day), told)
        self.assertEqual(len(self.find(document, "a.o_museum_chip")), 1)

    def test_start_of_the_sale_is_told(self):
        self.exhibition.sales_start_days = 2
        slot = self._make_slot(in_hours=24 * 9)
        (told,) = self.notice()
        self.assertIn("The sale begins on", told)
        begins = slot.local_date - timedelta(days=2)
        self.assertIn(f"{begins:%B} {begins.day}", told)

    def test_closed_and_past_keep_their_page_and_sell_nothing(self):
        self._make_slot()
        self.exhibition.is_closed = True
        document = self.page(self.exhibition.website_url)
        self.assertIn("is closed", self.texts(document, ".o_museum_notice")[0])
        self.assertFalse(
            self.find(document, "a.o_museum_chip, .o_museum_bar, .o_museum_price")
        )
        self.assertFalse(
            self.find(document, '.o_museum script[type="application/ld+json"]')
        )
        self.exhibition.write({"is_closed": False, "date_to": "2020-01-01"})
        self.exhibition.slot_ids.unlink()
        self.assertIn("ended on", self.notice()[0])

    def test_prices_have_reasons_and_conditions(self):
        self.adult.is_adult = True
        self.child.write({"needs_adult": True, "per_adult": 3, "age_to": 12})
        self.family.write({"proof": "Family card", "slot_limit": 2})
        slot = self._make_slot()
        self.env["museum.slot.price"].create(
            {
                "slot_id": slot.id,
                "category_id": self.adult.id,
                "price": 260,
                "reason": "Peak hour",
            }
        )
        document = self.page(self.exhibition.website_url)
        self.assertEqual(self.texts(document, ".o_museum_chip_reason"), ["Peak hour"])
        adult, child, family = self.texts(document, ".o_museum_price")
        self.assertIn("from", adult)
        self.assertIn("200", adult)
        for words in ("up to 12 years", "Only together with an adult", "At most 3"):
            self.assertIn(words, child)
        for words in ("For 4 people", "bring: Family card", "At most 2"):
            self.assertIn(words, family)

    def test_pictures_have_words_and_can_be_leafed_through(self):
        self.exhibition.image_1920 = PICTURE
        document = self.page(self.exhibition.website_url)
        self.assertFalse(self.find(document, ".carousel"))
        self.env["museum.exhibition.image"].create(
            {
                "exhibition_id": self.exhibition.id,
                "name": "A rover in the sand",
                "image_1920": PICTURE,
            }
        )
        document = self.page(self.exhibition.website_url)
        pictures = self.find(document, ".carousel img")
        self.assertEqual([p.get("alt") for p in pictures], ["", "A rover in the sand"])
        for picture in pictures:
            self.assertEqual(self.url_open(picture.get("src")).status_code, 200)
        self.assertEqual(len(self.find(document, ".carousel button")), 2)

    def test_way_hours_room_and_tags_are_told(self):
        self.venue.write(
            {
                "latitude": 18.5362,
                "longitude": 73.8008,
                "how_to_reach": "<p>Bus 94</p>",
                "opening_hour_ids": [
                    Command.create({"weekday": "1", "hour_from": 10, "hour_to": 18})
                ],
            }
        )
        room = self.env["museum.room"].create(
            {"name": "East wing", "venue_id": self.venue.id}
        )
        tag = self.env["museum.exhibition.tag"].create({"name": "Space & time"})
        self.exhibition.write(
            {
                "room_id": room.id,
                "tag_ids": tag.ids,
                "access_info": "<p>A lift</p>",
                "age_from": 6,
                "age_to": 12,
                "language_ids": self.env.ref("museum_exhibition.language_hi").ids,
            }
        )
        document = self.page(self.exhibition.website_url)
        details = " ".join(self.texts(document, ".o_museum_details"))
        for words in ("Dome, East wing", "6 to 12 years", "Hindi", "1 h"):
            self.assertIn(words, details)
        coming = " ".join(self.texts(document, ".o_museum_coming"))
        for words in ("Tue", "10:00", "closed", "Bus 94", "A lift"):
            self.assertIn(words, coming)
        links = [a.get("href") for a in self.find(document, ".o_museum_coming a")]
        self.assertTrue(links[0].startswith("https://www.openstreetmap.org/?mlat=18.5"))
        self.assertEqual(links[1], "geo:18.536200,73.800800?q=18.536200,73.800800")
        (tag_link,) = self.find(document, ".o_museum_tags a")
        listed = self.page(tag_link.get("href"))
        self.assertEqual(
            self.texts(listed, ".o_museum_card h3"), [self.exhibition.name]
        )

    def test_others_with_the_same_tags_come_first(self):
        tag = self.env["museum.exhibition.tag"].create({"name": "Space"})
        self.exhibition.tag_ids = tag
        for name in ("One", "Two", "Three"):
            self._make_exhibition(name)
        self._make_exhibition("Same tag", tag_ids=tag.ids, sequence=99)
        self._make_exhibition("Closed", tag_ids=tag.ids, is_closed=True)
        self._make_exhibition("Hidden", tag_ids=tag.ids, is_published=False)
        names = self.texts(self.page(self.exhibition.website_url), ".o_museum_card h3")
        self.assertEqual(len(names), 3)
        self.assertEqual(names[0], "Same tag")
        self.assertNotIn("Closed", names)

    def test_queries_do_not_grow_with_slots_and_others(self):
        def queries():
            self.page(self.exhibition.website_url)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.page(self.exhibition.website_url)
            return self.env.cr.sql_log_count - before

        for number in range(4):
            self._make_exhibition(f"Other {number}")
        for hours in range(24, 30):
            self._make_slot(in_hours=hours)
        few = queries()
        for number in range(12):
            self._make_exhibition(f"More {number}")
        for hours in range(30, 60):
            self._make_slot(in_hours=hours)
        self.assertEqual(queries(), few)

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

    def test_search_engines_get_place_offers_and_pictures(self):
        self.venue.write({"latitude": 18.5, "longitude": 73.8})
        hindi = self.env.ref("museum_exhibition.language_hi")
        self.exhibition.write({"image_1920": PICTURE, "language_ids": hindi.ids})
        slot = self._make_slot(capacity=10)
        self.env["museum.slot.price"].create(
            {
                "slot_id": slot.id,
                "category_id": self.adult.id,
                "price": 260,
                "reason": "Peak hour",
            }
        )
        (event,) = self.events()
        self.assertEqual(event["location"]["geo"]["latitude"], 18.5)
        self.assertEqual(event["inLanguage"], ["hi"])
        self.assertEqual(event["organizer"]["name"], self.company.name)
        self.assertTrue(event["image"][0].startswith("http"))
        self.assertTrue(event["url"].endswith(self.exhibition.website_url))
        adult = event["offers"][0]
        self.assertEqual(adult["name"], "Adult")
        self.assertEqual(adult["price"], "260.00")
        self.assertEqual(adult["priceCurrency"], self.company.currency_id.name)
        self.assertTrue(adult["validFrom"].endswith("+05:30"))
        self.assertTrue(adult["availability"].endswith("/InStock"))
        self.env["museum.hold"]._take("some", slot, {self.adult.id: 6}, 15)
        (event,) = self.events()
        self.assertIn("Limited", event["offers"][0]["availability"])
        self.env["museum.hold"]._take("all", slot, {self.adult.id: 4}, 15)
        (event,) = self.events()
        self.assertTrue(event["offers"][0]["availability"].endswith("/SoldOut"))
        self.exhibition.kind = "show"
        self.assertEqual(self.events()[0]["@type"], "Event")

    def events(self):
        document = self.page(self.exhibition.website_url)
        (script,) = self.find(document, '.o_museum script[type="application/ld+json"]')
        return json.loads(script.text)["@graph"]

    def test_shared_links_have_text_and_picture(self):
        self.exhibition.write(
            {"image_1920": PICTURE, "summary": "A <b>valley</b> " + "far away " * 40}
        )
        document = self.page(f"{self.exhibition.website_url}?utm_source=mail")
        meta = {
            tag.get("property") or tag.get("name"): tag.get("content")
            for tag in self.find(document, "meta[property], meta[name]")
        }
        self.assertIn("Journey to Mars", meta["og:title"])
        self.assertEqual(meta["og:description"], meta["description"])
        self.assertTrue(meta["description"].startswith("A <b>valley</b> far away"))
        self.assertLessEqual(len(meta["description"]), 160)
        for name in ("og:image", "twitter:image"):
            self.assertIn("/web/image/museum.exhibition/", meta[name])
            self.assertEqual(self.url_open(meta[name]).status_code, 200)
        (canonical,) = self.find(document, 'link[rel="canonical"]')
        self.assertTrue(canonical.get("href").endswith(self.exhibition.website_url))

    def test_unpublished_is_not_found(self):
        self.exhibition.is_published = False
        self.page(self.exhibition.website_url, 404)
        self.page(f"{self.exhibition.website_url}/book", 404)
        self.page("/exhibitions/none-2147483647", 404)

    def test_archived_is_not_found(self):
        self.exhibition.active = False
        self.page(self.exhibition.website_url, 404)
        self.authenticate("admin", "admin")
        self.page(self.exhibition.website_url, 404)

    def test_other_website_or_museum_is_not_found(self):
        elsewhere = self.env["website"].create({"name": "Elsewhere"})
        self.exhibition.website_id = elsewhere
        self.page(self.exhibition.website_url, 404)
        self.page(f"{self.exhibition.website_url}/book", 404)
        other = self.env["res.company"].create({"name": "Other museum"})
        venue = (
            self.env["museum.venue"]
            .with_context(allowed_company_ids=other.ids)
            .create({"name": "There", "tz": "UTC", "company_id": other.id})
        )
        theirs = self._make_exhibition("Theirs", venue_id=venue.id)
        self.assertIn(self.url_open(theirs.website_url).status_code, (403, 404))
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= other
        self.authenticate("admin", "admin")
        self.page(theirs.website_url, 404)

    def test_new_websites_have_the_menu(self):
        website = self.env["website"].create({"name": "Second house"})
        menus = self.env["website.menu"].search([("url", "=", "/exhibitions")])
        self.assertIn(website, menus.website_id)

    def test_site_map_tells_what_is_on_and_when_it_changed(self):
        closed = self._make_exhibition("Closed", is_closed=True)
        hidden = self._make_exhibition("Hidden", is_published=False)
        self.env["ir.attachment"].search([("url", "like", "/sitemap%")]).unlink()
        root = etree.fromstring(self.url_open("/sitemap.xml").content)
        places = {
            place.findtext("{*}loc"): place.findtext("{*}lastmod")
            for place in root.iter("{*}url")
        }
        found = {
            address.split("/exhibitions", 1)[1]: changed
            for address, changed in places.items()
            if "/exhibitions" in address
        }
        slug = self.exhibition.website_url.removeprefix("/exhibitions")
        self.assertEqual(set(found), {"", slug})
        self.assertEqual(found[slug], str(self.exhibition.write_date.date()))
        self.assertTrue(closed and hidden)

    def test_website_search_knows_tags_and_pictures(self):
        tag = self.env["museum.exhibition.tag"].create({"name": "Planetology"})
        self.exhibition.write({"tag_ids": tag.ids, "image_1920": PICTURE})
        answer = self.url_open(
            "/website/snippet/autocomplete",
            json={
                "params": {
                    "search_type": "exhibitions",
                    "term": "planetol",
                    "order": "name asc",
                    "limit": 5,
                    "options": {
                        "displayDescription": True,
                        "displayDetail": True,
                        "displayImage": True,
                        "displayExtraLink": False,
                        "allowFuzzy": True,
                    },
                }
            },
        ).json()["result"]
        (found,) = answer["results"]
        self.assertIn("Journey to Mars", found["name"])
        self.assertIn("Planetology", found["detail"])
        self.assertIn("/web/image/museum.exhibition/", found["image_url"])

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
