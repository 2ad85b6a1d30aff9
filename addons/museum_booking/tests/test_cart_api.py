# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import MuseumBookingHttpCase


@tagged("post_install", "-at_install")
class TestCartApi(MuseumBookingHttpCase):
    # === the good case ===

    def test_add_change_remove(self):
        answer = self.add(adult=2, child=1)
        item = answer["item"]
        self.assertEqual(item["state"], "pending")
        self.assertEqual(item["visitors"], 3)
        self.assertEqual(item["total_minor"], 59000)
        self.assertEqual(item["currency"], self.company.currency_id.name)
        self.assertEqual(
            [(c["name"], c["quantity"], c["price_minor"]) for c in item["categories"]],
            [("Adult", 2, 23600), ("Child", 1, 11800)],
        )
        self.assertTrue(item["slot"]["start_at"].endswith("+05:30"))
        self.assertRegex(item["reference"], r"^TEST-[2-9A-Z]{7}$")
        self.assertEqual(answer["cart"]["tickets"], 3)
        self.assertEqual(self._taken(), 3)
        path = f"/cart/items/{item['reference']}"
        answer = self.api(
            "PATCH",
            path,
            {"categories": [{"id": self.family.id, "quantity": 1}]},
            status=200,
        )
        self.assertEqual(answer["item"]["visitors"], 4)
        self.assertEqual(self._taken(), 4)
        self.assertSeatsAgree()
        cart = self.api("GET", "/cart", status=200)
        self.assertEqual(len(cart["items"]), 1)
        cart = self.api("DELETE", path, status=200)
        self.assertEqual(cart["items"], [])
        self.assertEqual(cart["tickets"], 0)
        self.assertEqual(self._taken(), 0)
        self.assertEqual(self.booking(item["reference"]).state, "cancelled")
        self.assertSeatsAgree()

    def test_empty_cart(self):
        cart = self.api("GET", "/cart", status=200)
        self.assertEqual((cart["items"], cart["tickets"]), ([], 0))
        self.assertIsNone(cart["held_until"])
        self.assertFalse(cart["can_extend"])

    def test_same_slot_joins(self):
        first = self.add(adult=2)
        second = self.add(adult=1, child=1)
        self.assertEqual(first["item"]["reference"], second["item"]["reference"])
        self.assertEqual(second["cart"]["tickets"], 4)
        self.add(slot=self.slot2, adult=1)
        cart = self.api("GET", "/cart")
        self.assertEqual(len(cart["items"]), 2)
        self.assertEqual(cart["quantity"], 5)
        self.assertSeatsAgree()

    def test_same_request_sent_again_acts_once(self):
        headers = {"Idempotency-Key": "once-and-again"}
        self.api("GET", "/cart")
        self.authenticate("bkc_visitor", "bkc_visitor")
        first = self.add(adult=2, headers=headers)
        again = self.add(adult=2, headers=headers)
        self.assertEqual(first, again)
        self.assertEqual(self._taken(), 2)
        other = self.add(adult=3, headers=headers, status=422)
        self.assertEqual(other["error"]["code"], "idempotency_mismatch")

    def test_badge_counts_tickets(self):
        self.add(adult=2, family=1)
        page = self.url_open("/shop/cart").text
        self.assertRegex(page, r"my_cart_quantity[^>]*>\s*3\s*<")

    # === refusals ===

    def test_full_slot_offers_alternatives(self):
        self._fill(seats=9)
        error = self.add(adult=2, status=409)["error"]
        self.assertEqual(error["code"], "slot_full")
        self.assertEqual(error["details"]["seats_left"], 1)
        ids = [slot["id"] for slot in error["details"]["alternatives"]]
        self.assertIn(self.slot2.id, ids)
        self.assertEqual(self._taken(), 9)
        self.add(adult=1)

    def test_growing_beyond_the_seats_changes_nothing(self):
        answer = self.add(adult=2)
        self._fill(seats=8)
        error = self.api(
            "PATCH",
            f"/cart/items/{answer['item']['reference']}",
            {"categories": [{"id": self.adult.id, "quantity": 3}]},
            status=409,
        )["error"]
        self.assertEqual(error["code"], "slot_full")
        self.assertEqual(self.booking(answer)._wanted(), {self.adult.id: 2})
        self.assertSeatsAgree()

    def test_closed_hidden_and_foreign_slots(self):
        self.slot._set_state("closed")
        self.assertEqual(self.add(status=409)["error"]["code"], "slot_closed")
        self.slot._set_state("open")
        self.exhibition.website_published = False
        self.add(status=404)
        self.exhibition.website_published = True
        past = fields.Datetime.now() - timedelta(hours=5)
        self.slot.write({"start_at": past, "end_at": past + timedelta(hours=1)})
        self.assertEqual(self.add(status=409)["error"]["code"], "slot_closed")

    def test_slot_that_was_moved_is_not_bought_at_another_time(self):
        shown = "2031-03-14T10:00:00+05:30"
        body = {
            "slot_id": self.slot.id,
            "categories": [{"id": self.adult.id, "quantity": 1}],
        }
        old = {**body, "expected_start_at": shown}
        error = self.api("POST", "/cart/items", old, status=409)["error"]
        self.assertEqual(error["code"], "slot_changed")
        new = error["details"]["start_at"]
        self.assertTrue(new.endswith("+05:30"), new)
        self.assertEqual(self._taken(), 0)
        for wrong in ("10:00", "2031-03-14T10:00:00", 5):
            broken = {**body, "expected_start_at": wrong}
            self.api("POST", "/cart/items", broken, status=422)
        answer = self.api(
            "POST", "/cart/items", {**body, "expected_start_at": new}, status=201
        )
        self.assertEqual(answer["item"]["slot"]["start_at"], new)

    def test_rules_of_the_exhibition(self):
        self.child.max_quantity = 2
        self.add(child=3, status=422)
        self.add(adult=9, status=422)  # max_per_booking is 8
        other = self.exhibition.copy({"name": "Other"})
        stranger = self.env["museum.ticket.category"].create(
            {"exhibition_id": other.id, "name": "X", "price": 1}
        )
        self.api(
            "POST",
            "/cart/items",
            {
                "slot_id": self.slot.id,
                "categories": [{"id": stranger.id, "quantity": 1}],
            },
            status=422,
        )
        self.assertEqual(self._taken(), 0)

    def test_hostile_bodies(self):
        good = [{"id": self.adult.id, "quantity": 1}]
        for body in (
            {},
            {"slot_id": self.slot.id},
            {"slot_id": self.slot.id, "categories": []},
            {"slot_id": self.slot.id, "categories": {}},
            {"slot_id": self.slot.id, "categories": [1]},
            {"slot_id": self.slot.id, "categories": [{"id": self.adult.id}]},
            {
                "slot_id": self.slot.id,
                "categories": [{"id": self.adult.id, "quantity": -1}],
            },
            {
                "slot_id": self.slot.id,
                "categories": [{"id": self.adult.id, "quantity": 1.5}],
            },
            {
                "slot_id": self.slot.id,
                "categories": [{"id": self.adult.id, "quantity": True}],
            },
            {
                "slot_id": self.slot.id,
                "categories": [{"id": self.adult.id, "quantity": 10**9}],
            },
            {"slot_id": self.slot.id, "categories": good + good},
            {"slot_id": "1 OR 1=1", "categories": good},
            {"slot_id": [self.slot.id], "categories": good},
            {"slot_id": self.slot.id, "categories": good, "price": 1},
            {"slot_id": self.slot.id, "categories": good, "order_id": 1},
        ):
            answer = self.api("POST", "/cart/items", body, status=422)
            self.assertEqual(answer["error"]["code"], "invalid_request", body)
        for slot_id in (0, 2**31 - 1):
            body = {"slot_id": slot_id, "categories": good}
            self.assertIn(
                self.api("POST", "/cart/items", body)["error"]["code"],
                ("not_found", "invalid_request"),
            )
        self.assertEqual(self._taken(), 0)

    def test_foreign_site_cannot_write(self):
        self.api("GET", "/cart")
        body = {
            "slot_id": self.slot.id,
            "categories": [{"id": self.adult.id, "quantity": 1}],
        }
        for headers in (
            {"Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            self.api("POST", "/cart/items", body, headers=headers, status=403)
        response = self.url_open(
            "/api/v1/cart/items", data={"slot_id": self.slot.id}, method="POST"
        )
        self.assertIn(response.status_code, (403, 415))

    # === whose cart ===

    def test_other_peoples_bookings_do_not_exist(self):
        order = self._new_order(self.stranger.partner_id)
        theirs = self._book(order, adult=2)
        body = {"categories": [{"id": self.adult.id, "quantity": 1}]}
        for user in (None, "bkc_visitor", "bkc_manager"):
            self.authenticate(user, user)
            self.add(slot=self.slot2)
            path = f"/cart/items/{theirs.name}"
            self.api("PATCH", path, body, status=404)
            self.api("DELETE", path, status=404)
        self.assertEqual(theirs._wanted(), {self.adult.id: 2})
        for path in ("/cart/items/", "/cart/items/%00", "/cart/items/../cart"):
            response = self.url_open(
                f"/api/v1{path}",
                method="DELETE",
                headers={"Content-Type": "application/json"},
            )
            self.assertIn(response.status_code, (404, 405, 422))

    def test_bookings_need_a_login_and_are_ones_own(self):
        self.api("GET", "/bookings", status=401)
        mine = self._book(self._new_order(), adult=1)
        theirs = self._book(self._new_order(self.stranger.partner_id), adult=1)
        self.authenticate("bkc_visitor", "bkc_visitor")
        answer = self.api("GET", f"/bookings/{mine.name}", status=200)
        self.assertEqual(answer["reference"], mine.name)
        self.assertEqual(answer["tickets"], [])
        self.api("GET", f"/bookings/{theirs.name}", status=404)
        listing = self.api("GET", "/bookings", status=200)
        self.assertEqual(listing["total"], 0)  # nothing sold yet

    # === the clock ===

    def test_expired_visit_is_shown_and_taken_again(self):
        answer = self.add(adult=2)
        booking = self.booking(answer)
        self._run_out(booking)
        cart = self.api("GET", "/cart", status=200)
        item = cart["items"][0]
        self.assertEqual(item["state"], "expired")
        self.assertTrue(item["released_at"])
        self.assertEqual(item["categories"][0]["quantity"], 2)
        self.assertEqual((cart["tickets"], cart["total_minor"]), (0, 0))
        self.assertEqual(self._taken(), 0)
        path = f"/cart/items/{booking.name}"
        body = {"categories": [{"id": self.adult.id, "quantity": 2}]}
        answer = self.api("PATCH", path, body, status=200)
        self.assertEqual(answer["item"]["state"], "pending")
        self.assertEqual(answer["cart"]["total_minor"], 47200)
        self.assertEqual(self._taken(), 2)
        self.assertSeatsAgree()

    def test_expired_visit_that_was_moved_is_taken_again_only_knowingly(self):
        """Guard: `_take_again` tells the engine what was promised."""
        booking = self.booking(self.add(adult=2))
        self._run_out(booking)
        self.api("GET", "/cart")
        hour = timedelta(hours=1)
        self.slot.write(
            {"start_at": self.slot.start_at + hour, "end_at": self.slot.end_at + hour}
        )
        self.env.flush_all()
        path = f"/cart/items/{booking.name}"
        body = {"categories": [{"id": self.adult.id, "quantity": 2}]}
        error = self.api("PATCH", path, body, status=409)["error"]
        self.assertEqual(error["code"], "slot_changed")
        self.assertEqual((booking.state, self._taken()), ("expired", 0))
        for wrong in (0, "", "soon", "2026-01-01T10:00"):
            self.api("PATCH", path, {**body, "expected_start_at": wrong}, status=422)
        body["expected_start_at"] = error["details"]["start_at"]
        self.api("PATCH", path, body, status=200)
        self.assertEqual(self._taken(), 2)

    def test_draft_exhibition_sells_no_seats_to_carts_that_know_it(self):
        """Guard: `is_on_sale` asks whether it is published."""
        live = self.booking(self.add(adult=2))
        self.exhibition.action_draft()
        self.env.flush_all()
        path = f"/cart/items/{live.name}"
        more = {"categories": [{"id": self.adult.id, "quantity": 3}]}
        less = {"categories": [{"id": self.adult.id, "quantity": 1}]}
        error = self.api("PATCH", path, more, status=409)["error"]
        self.assertEqual(error["code"], "slot_closed")
        self.api("PATCH", path, less, status=200)
        self._run_out(live)
        self.api("GET", "/cart")
        error = self.api("PATCH", path, less, status=409)["error"]
        self.assertEqual(error["code"], "slot_closed")
        self.assertEqual(self._taken(), 0)

    def test_expired_visit_whose_seats_are_gone(self):
        booking = self.booking(self.add(adult=2))
        self._run_out(booking)
        self.api("GET", "/cart")
        self._fill(seats=9)
        path = f"/cart/items/{booking.name}"
        body = {"categories": [{"id": self.adult.id, "quantity": 2}]}
        error = self.api("PATCH", path, body, status=409)["error"]
        self.assertEqual(error["code"], "slot_full")
        body = {"categories": [{"id": self.adult.id, "quantity": 1}]}
        self.api("PATCH", path, body, status=200)
        self.assertEqual(self._taken(), 10)

    def test_visit_keeps_its_own_places_of_a_limited_category(self):
        """Changed at its own time, what it has there already counts as free."""
        self.child.slot_limit = 3
        booking = self.booking(self.add(adult=1, child=3))
        path = f"/cart/items/{booking.name}"

        def change(status, **numbers):
            wanted = [
                {"id": getattr(self, key).id, "quantity": number}
                for key, number in numbers.items()
            ]
            return self.api("PATCH", path, {"categories": wanted}, status=status)

        change(200, adult=2, child=3)
        error = change(409, adult=1, child=4)["error"]
        self.assertEqual(error["code"], "slot_full")
        self.assertEqual(error["details"]["category_id"], self.child.id)
        change(200, adult=1, child=2)
        change(200, adult=1, child=3)
        self.assertSeatsAgree()

    def test_expired_visit_is_put_away(self):
        booking = self.booking(self.add(adult=2))
        self._run_out(booking)
        cart = self.api("DELETE", f"/cart/items/{booking.name}", status=200)
        self.assertEqual(cart["items"], [])
        self.assertEqual(booking.state, "expired")
        self.api("DELETE", f"/cart/items/{booking.name}", status=404)

    def test_more_time_up_to_the_ceiling(self):
        booking = self.booking(self.add(adult=1))
        self.env.cr.execute(
            "UPDATE museum_hold SET expires_at = expires_at - interval '14 minutes'"
            " WHERE token = %s",
            [booking.hold_token],
        )
        self.env.invalidate_all()
        cart = self.api("POST", "/cart/extend", {}, status=200)
        until = booking.hold_expires_at
        self.assertGreater(until, fields.Datetime.now() + timedelta(minutes=14))
        self.assertEqual(until, self._hold(booking).expires_at)
        self.assertTrue(cart["can_extend"])
        self.env.cr.execute(
            "UPDATE museum_hold SET taken_at = taken_at - interval '50 minutes'"
            " WHERE token = %s",
            [booking.hold_token],
        )
        self.env.cr.execute(
            "UPDATE museum_booking"
            " SET hold_taken_at = hold_taken_at - interval '50 minutes' WHERE id = %s",
            [booking.id],
        )
        self.env.invalidate_all()
        cart = self.api("POST", "/cart/extend", {}, status=200)
        self.assertFalse(cart["can_extend"])
        self.assertEqual(booking.hold_expires_at, until)

    def test_nothing_to_extend(self):
        self.api("POST", "/cart/extend", {}, status=409)
        booking = self.booking(self.add(adult=1))
        self._run_out(booking)
        self.api("POST", "/cart/extend", {}, status=409)

    # === cost ===

    def test_query_count_of_adding(self):
        self.authenticate(None, None)
        self.add(adult=2, child=1)  # warm
        self.authenticate(None, None)
        body = {
            "slot_id": self.slot2.id,
            "categories": [
                {"id": self.adult.id, "quantity": 2},
                {"id": self.child.id, "quantity": 1},
            ],
        }
        self.url_open("/api/v1/cart")
        with self.assertQueryCount(58):
            self.api("POST", "/cart/items", body, status=201)
