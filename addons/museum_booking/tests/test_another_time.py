# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A visit of the cart gets another time; the cart is emptied; the page's plain form."""

import re
from datetime import timedelta

from lxml import html

from odoo.tests import tagged

from .common import MuseumBookingHttpCase


@tagged("post_install", "-at_install")
class TestAnotherTime(MuseumBookingHttpCase):
    def move(self, booking, slot=None, status=200, headers=None, **values):
        numbers = values.pop("numbers", {"adult": 2})
        body = {
            "slot_id": (slot or self.slot2).id,
            "categories": [
                {"id": getattr(self, key).id, "quantity": number}
                for key, number in numbers.items()
            ],
            **values,
        }
        path = f"/cart/items/{booking.name}"
        return self.api("PATCH", path, body, headers=headers, status=status)

    def cards(self):
        page = html.fromstring(self.url_open("/shop/cart").content)
        return page.xpath("//article[contains(@class, 'o_museum_cart_visit')]")

    # === MOVING === #

    def test_live_visit_gets_another_time(self):
        old = self.booking(self.add(adult=2))
        answer = self.move(old)
        moved = self.booking(answer)
        self.assertNotEqual(moved, old)
        self.assertEqual((moved.slot_id, moved.state), (self.slot2, "pending"))
        self.assertEqual((old.state, len(old.line_ids)), ("cancelled", 0))
        self.assertEqual(len(answer["cart"]["items"]), 1)
        self.assertEqual(answer["cart"]["tickets"], 2)
        self.assertEqual((self._taken(), self._taken(self.slot2)), (0, 2))
        self.assertSeatsAgree()

    def test_refused_at_the_other_time_it_keeps_its_own(self):
        """All or nothing: refused, it is as it was."""
        old = self.booking(self.add(adult=2))
        self._fill(self.slot2, seats=9)
        error = self.move(old, status=409)["error"]
        self.assertEqual(error["code"], "slot_full")
        self.assertEqual((old.state, old.slot_id), ("pending", self.slot))
        self.assertEqual((self._taken(), self._taken(self.slot2)), (2, 9))
        self.assertSeatsAgree()

    def test_expired_visit_gets_another_time(self):
        old = self.booking(self.add(adult=2))
        self._run_out(old)
        self._fill(seats=9)
        moved = self.booking(self.move(old))
        self.assertEqual((moved.state, old.state), ("pending", "expired"))
        self.assertTrue(old.is_dismissed)
        self.assertEqual((self._taken(), self._taken(self.slot2)), (9, 2))
        self.assertEqual(len(self.cards()), 1)
        self.assertSeatsAgree()

    def test_two_visits_become_one(self):
        first = self.booking(self.add(adult=2))
        second = self.booking(self.add(slot=self.slot2, adult=1, child=1))
        moved = self.booking(self.move(first))
        self.assertEqual(moved, second)
        self.assertEqual(moved._wanted(), {self.adult.id: 3, self.child.id: 1})
        self.assertEqual((self._taken(), self._taken(self.slot2)), (0, 4))
        self.assertSeatsAgree()

    def test_price_and_start_are_those_that_were_shown(self):
        old = self.booking(self.add(adult=2))
        error = self.move(old, status=409, expected_total_minor=1)["error"]
        self.assertEqual(error["code"], "price_changed")
        self.assertEqual(error["details"]["total_minor"], 47200)
        wrong = f"{(self.slot2.start_at + timedelta(hours=1)).isoformat()}+00:00"
        error = self.move(old, status=409, expected_start_at=wrong)["error"]
        self.assertEqual(error["code"], "slot_changed")
        self.assertEqual((old.state, self._taken(self.slot2)), ("pending", 0))
        right = f"{self.slot2.start_at.isoformat()}+00:00"
        self.move(old, expected_total_minor=47200, expected_start_at=right)

    def test_another_exhibition_is_another_visit(self):
        other = self.exhibition.copy({"name": "Another", "website_published": True})
        start = self.slot.start_at + timedelta(hours=5)
        slot = self.env["museum.slot"].create(
            {
                "exhibition_id": other.id,
                "start_at": start,
                "end_at": start + timedelta(hours=1),
            }
        )
        old = self.booking(self.add(adult=2))
        error = self.move(old, slot, status=422)["error"]
        self.assertIn("slot_id", error["details"])
        self.move(old, status=422, slot_id="1 OR 1=1")
        self.move(old, status=404, slot_id=2**31 - 1)
        self.assertEqual((old.state, self._taken()), ("pending", 2))

    def test_same_request_twice_moves_once(self):
        old = self.booking(self.add(adult=2))
        key = {"Idempotency-Key": "move-it-once"}
        first = self.move(old, headers=key)
        self.assertEqual(self.move(old, headers=key)["item"], first["item"])
        self.assertEqual(self._taken(self.slot2), 2)
        self.assertSeatsAgree()

    # === WHAT AN EXPIRED VISIT IS OFFERED === #

    def test_expired_visit_can_be_taken_again_at_its_price(self):
        booking = self.booking(self.add(adult=2))
        self._run_out(booking)
        (card,) = self.cards()
        (again,) = card.xpath(".//*[@data-museum-action='again']")
        self.assertEqual(again.get("data-total"), "47200")
        self.assertIn("472", again.text_content())
        self.assertFalse(card.xpath(".//*[@data-museum-action='move']"))

    def test_full_time_offers_times_near_it(self):
        booking = self.booking(self.add(adult=2))
        self._run_out(booking)
        self._fill(seats=9)
        (card,) = self.cards()
        self.assertFalse(card.xpath(".//*[@data-museum-action='again']"))
        (other,) = card.xpath(".//*[@data-museum-action='move']")
        self.assertEqual(other.get("data-slot"), str(self.slot2.id))
        self.assertEqual(other.get("data-total"), "47200")
        offer = booking._offer()
        self.assertEqual([time.slot_id for time in offer.others], [self.slot2.id])

    def test_places_of_a_category_decide_what_is_offered(self):
        """Guard: `_has_room` asks for the tickets, not only for seats."""
        self.child.slot_limit = 2
        booking = self.booking(self.add(adult=1, child=2))
        self._run_out(booking)
        self.api("GET", "/cart")
        self.assertTrue(booking._offer().again)
        self.env["museum.hold"]._take(
            "a-child", self.slot, {self.adult.id: 1, self.child.id: 1}, 15
        )
        offer = booking._offer()
        self.assertFalse(offer.again)
        self.assertEqual([time.slot_id for time in offer.others], [self.slot2.id])

    def test_what_is_not_sold_any_more_is_not_offered(self):
        booking = self.booking(self.add(adult=2))
        self._run_out(booking)
        self.api("GET", "/cart")
        self.exhibition.action_draft()
        self.env.flush_all()
        (card,) = self.cards()
        self.assertIn("no more tickets", card.text_content())
        self.assertFalse(
            card.xpath(
                ".//*[@data-museum-action='again' or @data-museum-action='move']"
            )
        )

    # === EMPTYING === #

    def test_cart_is_emptied(self):
        live = self.booking(self.add(adult=2))
        lost = self.booking(self.add(slot=self.slot2, adult=1))
        product = self.env["product.product"].create(
            {"name": "Globe", "list_price": 5, "sale_ok": True}
        )
        live.order_id._cart_add(product.id, 1)
        self._run_out(lost)
        cart = self.api("DELETE", "/cart", status=200)
        self.assertEqual((cart["items"], cart["quantity"]), ([], 0))
        self.assertFalse(live.order_id.order_line)
        self.assertEqual((self._taken(), self._taken(self.slot2)), (0, 0))
        self.assertEqual(self.api("DELETE", "/cart", status=200)["items"], [])
        self.assertSeatsAgree()

    def test_no_cart_is_made_by_emptying(self):
        orders = self.env["sale.order"].search_count([])
        self.api("DELETE", "/cart", status=200)
        self.assertEqual(self.env["sale.order"].search_count([]), orders)

    # === WHAT WAS ADDED === #

    def test_adding_is_said_once_to_the_visitor(self):
        self.add(adult=2)
        script = {"X-Museum-Fetched": "1"}
        fetched = self.url_open("/shop/cart", headers=script).text
        self.assertNotIn("o_museum_cart_added", fetched)
        page = html.fromstring(self.url_open("/shop/cart").content)
        (said,) = page.xpath("//*[contains(@class, 'o_museum_cart_added_text')]")
        words = re.sub(r"\s+", " ", said.text_content()).strip()
        self.assertRegex(
            words,
            r"^2 tickets for Journey to the Stars are in your cart"
            r" \(held until \d+:\d\d\s[AP]M\)\.$",
        )
        self.assertNotIn("o_museum_cart_added", self.url_open("/shop/cart").text)

    def test_what_is_gone_again_is_not_said(self):
        booking = self.booking(self.add(adult=1))
        self.api("DELETE", f"/cart/items/{booking.name}", status=200)
        self.add(slot=self.slot2, adult=1)
        self.api("DELETE", "/cart")
        self.assertNotIn("o_museum_cart_added", self.url_open("/shop/cart").text)

    # === THE PAGE'S PLAIN FORM === #

    def form(self, q=""):
        url = f"{self.exhibition.website_url}/book?slot={self.slot.id}&q={q}"
        page = html.fromstring(self.url_open(url).content)
        fields = page.xpath("//input[@form='museum_book_form']")
        (form,) = page.xpath("//form[@id='museum_book_form']")
        values = {
            field.get("name"): field.get("value")
            for field in [*form.xpath(".//input"), *fields]
        }
        return page, form.get("action"), values

    def send(self, action, values):
        return self.url_open(action, data=values, allow_redirects=False)

    def test_form_books_without_scripts(self):
        page, action, values = self.form(f"{self.child.id}:1")
        (button,) = page.xpath("//button[contains(@class, 'o_museum_add')]")
        self.assertEqual(button.get("form"), "museum_book_form")
        self.assertIsNone(button.get("disabled"))
        self.assertEqual(values[f"q_{self.child.id}"], "1")
        values[f"q_{self.adult.id}"] = "2"
        for _twice in range(2):  # a double click
            answer = self.send(action, values)
            self.assertEqual(answer.status_code, 303)
            self.assertTrue(answer.headers["Location"].endswith("/shop/cart"))
        cart = self.api("GET", "/cart")
        self.assertEqual(cart["tickets"], 3)
        self.assertEqual(self._taken(), 3)
        self.assertIn("o_museum_cart_added", self.url_open("/shop/cart").text)
        self.assertSeatsAgree()

    def test_form_says_why_not(self):
        _page, action, values = self.form()
        wanted = {**values, f"q_{self.adult.id}": "2"}
        for change, words in (
            ({f"q_{self.adult.id}": "0"}, "Please choose your tickets first."),
            ({f"p_{self.adult.id}": "1"}, "The price has changed"),
            ({f"q_{self.adult.id}": "9"}, "8"),
            ({"start": "2026-01-01T10:00:00+00:00"}, "was moved to"),
        ):
            answer = self.send(action, {**wanted, **change})
            self.assertEqual(answer.status_code, 303, change)
            back = self.url_open(answer.headers["Location"])
            self.assertIn("/book?", back.url)
            (said,) = html.fromstring(back.content).xpath(
                "//div[contains(@class, 'o_museum_booking_status')]"
            )
            self.assertIn(words, said.text_content(), change)
        self.assertEqual(self._taken(), 0)
        self.assertFalse(self.api("GET", "/cart")["items"])

    def test_form_of_another_site_is_refused(self):
        _page, action, values = self.form()
        values[f"q_{self.adult.id}"] = "2"
        del values["csrf_token"]
        self.assertEqual(self.send(action, values).status_code, 400)
        self.assertEqual(self._taken(), 0)

    def test_form_bears_nonsense(self):
        _page, action, values = self.form()
        for change in (
            {"slot": "x"},
            {"slot": "2147483647", f"q_{self.adult.id}": "1"},
            {"q_99999999999": "1", "q_-1": "1", f"q_{self.adult.id}": "1e9"},
            {f"q_{self.adult.id}": "1", "key": "k" * 9999},
        ):
            answer = self.send(action, {**values, **change})
            self.assertEqual(answer.status_code, 303, change)
