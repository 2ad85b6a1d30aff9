# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A visitor's carts come together when he logs in: no seat is lost, none doubled."""

import re

from odoo.http import root
from odoo.tests import tagged

from .common import MuseumBookingHttpCase, MuseumRaceCase

LIVE = ("pending", "awaiting_payment")


@tagged("post_install", "-at_install")
class TestTwoDevices(MuseumBookingHttpCase):
    """The visitor's cart of another device, and that of this session."""

    def setUp(self):
        super().setUp()
        # He was logged in there.
        self.there = self._new_order()
        self.authenticate(None, None)

    def log_in(self, login="bkc_visitor"):
        """As the page does: the session keeps its cart."""
        page = self.url_open("/web/login")
        csrf = re.search(r'csrf_token: "(\w+)"', page.text)[1]
        self.url_open(
            "/web/login",
            {"login": login, "password": login, "csrf_token": csrf, "type": "password"},
            allow_redirects=False,
        )

    def cart(self):
        """{slot: tickets} of the cart as the API shows it."""
        cart = self.api("GET", "/cart", status=200)
        return {
            item["slot"]["id"]: sum(one["quantity"] for one in item["categories"])
            for item in cart["items"]
        }

    def live(self, slot):
        bookings = self.env["museum.booking"].sudo()
        return bookings.search([("slot_id", "=", slot.id), ("state", "in", LIVE)])

    def test_visits_of_the_other_device_come_in(self):
        visit = self._book(self.there, adult=2)
        here = self.booking(self.add(slot=self.slot2, adult=1))
        self.log_in()
        self.assertEqual(self.cart(), {self.slot.id: 2, self.slot2.id: 1})
        self.assertEqual(visit.order_id, here.order_id)
        self.assertEqual(visit.line_ids.order_id, here.order_id)
        self.assertEqual((self._taken(), self._taken(self.slot2)), (2, 1))
        self.assertSeatsAgree()

    def test_same_time_twice_becomes_one_visit(self):
        self._book(self.there, adult=2)
        self.add(adult=1, child=1)
        self.log_in()
        self.assertEqual(self.cart(), {self.slot.id: 4})
        self.assertEqual(len(self.live(self.slot)), 1)
        self.assertEqual(self._taken(), 4)
        self.assertSeatsAgree()

    def test_same_time_twice_over_the_limit_stays_two(self):
        """Eight are the most of one booking: nobody loses a ticket by logging in."""
        self._book(self.there, adult=5)
        self.add(adult=4)
        self.log_in()
        self.url_open("/shop/cart")
        self.assertEqual(len(self.live(self.slot)), 2)
        self.assertEqual(self._taken(), 9)
        self.assertSeatsAgree()

    def test_cart_of_somebody_else_stays_his(self):
        foreign = self._new_order(self.stranger.partner_id)
        visit = self._book(foreign, adult=2)
        public = self._new_order(self.website.user_id.partner_id)
        nobodys = self._book(public, adult=1)
        self.add(slot=self.slot2, adult=1)
        self.log_in()
        self.assertEqual(self.cart(), {self.slot2.id: 1})
        self.assertEqual(visit.order_id, foreign)
        self.assertEqual(nobodys.order_id, public)
        self.assertSeatsAgree()

    def test_visitors_of_another_customer_never_move(self):
        """Guard: `_museum_may_move`, whoever asks for the move."""
        foreign = self._new_order(self.stranger.partner_id)
        visit = self._book(foreign, adult=2)
        self.assertFalse(visit.line_ids._museum_may_move(self.there))
        self.assertTrue(visit.line_ids._museum_may_move(foreign))

    def test_cart_of_another_website_stays_there(self):
        visit = self._book(self.there, adult=2)
        self.there.website_id = self.env["website"].create({"name": "Other"})
        self.add(slot=self.slot2, adult=1)
        self.log_in()
        self.assertEqual(self.cart(), {self.slot2.id: 1})
        self.assertEqual(visit.order_id, self.there)

    def test_visit_that_ran_out_there_stays_there(self):
        visit = self._book(self.there, adult=2)
        self._run_out(visit)
        self.add(slot=self.slot2, adult=1)
        self.log_in()
        self.assertEqual(self.cart(), {self.slot2.id: 1})
        self.assertEqual(visit.state, "expired")
        self.assertSeatsAgree()

    def test_cart_that_is_being_paid_there_stays_as_it_is(self):
        self._setup_provider()
        visit = self._book(self.there, adult=2)
        self.there._museum_lock_for_payment(True)
        self._new_tx(self.there)
        self.add(slot=self.slot2, adult=1)
        self.log_in()
        self.assertEqual(self.cart(), {self.slot2.id: 1})
        self.assertEqual(
            (visit.order_id, visit.state), (self.there, "awaiting_payment")
        )

    def test_nothing_comes_into_a_cart_that_is_being_paid(self):
        self._setup_provider()
        visit = self._book(self.there, adult=2)
        here = self._new_order()
        self._book(here, self.slot2, adult=1)
        here._museum_lock_for_payment(True)
        total = here.amount_total
        self._new_tx(here)
        here._museum_fetch_visits()
        self.assertEqual((visit.order_id, here.amount_total), (self.there, total))

    def test_carts_come_together_once(self):
        """What he begins elsewhere afterwards is not pulled away from there."""
        self.add(slot=self.slot2, adult=1)
        self.log_in()
        self.assertEqual(self.cart(), {self.slot2.id: 1})
        visit = self._book(self.there, adult=2)
        self.assertEqual(self.cart(), {self.slot2.id: 1})
        self.assertEqual(visit.order_id, self.there)

    def test_first_request_after_the_login_is_refused(self):
        """The carts come together with the next one."""
        self._book(self.there, adult=2)
        self._book(self._new_order(), self.slot2, adult=1)
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.api("DELETE", "/cart/items/NOTHING", status=404)
        self.assertEqual(self.cart(), {self.slot.id: 2, self.slot2.id: 1})
        self.assertSeatsAgree()

    def test_what_came_is_said_once_by_the_api(self):
        visit = self._book(self.there, adult=2)
        here = self.booking(self.add(slot=self.slot2, adult=1))
        self.assertEqual(self.api("GET", "/cart")["notices"], [])
        self.log_in()
        (notice,) = self.api("GET", "/cart")["notices"]
        words = visit._visit_words("en_US")
        self.assertEqual(
            notice,
            {
                "code": "visit_from_other_device",
                "reference": visit.name,
                "message": "We added the visit from your other device: Journey to the"
                f" Stars, {words['day']}, {words['time']}. Tickets for it now: 2.",
            },
        )
        self.assertNotEqual(notice["reference"], here.name)
        self.assertEqual(self.api("GET", "/cart")["notices"], [])

    def test_what_came_is_said_once_by_a_page_though_the_api_was_asked(self):
        self._book(self.there, adult=2)
        self.add(slot=self.slot2, adult=1)
        self.log_in()
        self.api("GET", "/cart", status=200)
        script = {"X-Museum-Fetched": "1"}
        fetched = self.url_open("/shop/cart", headers=script).text
        self.assertNotIn("from your other device", fetched)
        page = self.url_open("/shop/cart").text
        self.assertIn("from your other device: Journey to the Stars, ", page)
        self.assertNotIn("from your other device", self.url_open("/shop/cart").text)

    def test_cart_that_another_page_wrote_out_of_the_session_is_found(self):
        """Guard: ``_museum_forget_ended_cart``; /my/counters saves an old session."""
        self.log_in()
        visit = self.booking(self.add(adult=1))
        session = root.session_store.get(self.opener.cookies["session_id"])
        self.assertEqual(session["sale_order_id"], visit.order_id.id)
        session["sale_order_id"] = False
        root.session_store.save(session)
        self.assertIn(visit.name, self.url_open("/shop/cart").text)

    def test_what_came_is_said_by_the_summary(self):
        """Who logs in on his way to the payment sees no cart in between."""
        self._setup_provider()
        self._book(self.there, adult=2)
        self.add(slot=self.slot2, adult=1)
        self.log_in()
        page = self.url_open("/shop/payment").text
        self.assertIn("from your other device: Journey to the Stars, ", page)
        self.assertNotIn("from your other device", self.url_open("/shop/payment").text)

    def test_what_came_is_said_of_the_visit_that_it_joined(self):
        self._book(self.there, adult=2)
        here = self.booking(self.add(adult=1))
        self.log_in()
        (notice,) = self.api("GET", "/cart")["notices"]
        self.assertEqual(notice["reference"], here.name)
        self.assertIn("Tickets for it now: 3.", notice["message"])

    def test_what_is_gone_again_is_not_said(self):
        visit = self._book(self.there, adult=2)
        self.add(slot=self.slot2, adult=1)
        self.log_in()
        visit._remove()
        self.env.flush_all()
        self.assertEqual(self.api("GET", "/cart")["notices"], [])
        self.assertNotIn("other device", self.url_open("/shop/cart").text)

    def test_no_line_where_nothing_came(self):
        self.add(slot=self.slot2, adult=1)
        self.log_in()
        self.assertEqual(self.api("GET", "/cart")["notices"], [])
        self.assertNotIn("o_museum_cart_came", self.url_open("/shop/cart").text)

    def test_expired_wish_of_the_other_cart_is_not_lost(self):
        """A visit that ran out there can be taken again there, beside what moved."""
        self._book(self.there, adult=2)
        lost = self._book(self.there, self.slot2, adult=1)
        self._run_out(lost)
        self.add(slot=self.slot2, adult=1)
        self.log_in()
        self.assertEqual(self.cart(), {self.slot.id: 2, self.slot2.id: 1})
        self.assertEqual((self.there.state, lost.state), ("draft", "expired"))

    def test_other_device_goes_on_in_the_same_cart(self):
        visit = self._book(self.there, adult=2)
        self.log_in()
        self.assertEqual(self.cart(), {self.slot.id: 2})
        there = self.opener.cookies.copy()
        self.opener.cookies.clear()
        self.add(slot=self.slot2, adult=1)
        self.log_in()
        both = {self.slot.id: 2, self.slot2.id: 1}
        self.assertEqual(self.cart(), both)
        self.opener.cookies = there
        self.assertEqual(self.cart(), both)
        self.assertEqual(self.there.state, "cancel")
        self.assertEqual(visit.state, "pending")
        self.assertSeatsAgree()


@tagged("post_install", "-at_install")
class TestTwoTabs(MuseumRaceCase):
    """Two requests bring a visitor's carts together at once, on real connections."""

    def _fill(self, env):
        carts = [self._new_cart(env, self.adult_id, number) for number in (1, 2)]
        self.cart_ids = [cart.id for cart in carts]

    def _fetch(self, env, cart_id, meanwhile=None):
        cart = env["sale.order"].browse(cart_id)
        orders = env["sale.order"].browse(self.cart_ids)
        self.assertTrue(orders.museum_booking_ids.mapped("state"))
        if meanwhile:
            meanwhile()
        cart._museum_fetch_visits()

    def assertOneVisit(self):
        """All seats once, in one cart."""
        with self.registry.cursor() as cr:
            env = self._env(cr)
            orders = env["sale.order"].browse(self.cart_ids)
            live = orders.museum_booking_ids._in_cart()
            slot = env["museum.slot"].browse(self.slot_id)
            self.assertEqual(live.mapped("visitors"), [3])
            self.assertEqual(sum(live.line_ids.mapped("product_uom_qty")), 3)
            self.assertEqual(slot.pool_id.taken, 3)
            self.assertEqual(env["museum.hold"]._check_ledger(slot), [])

    def test_two_tabs_of_one_device(self):
        first = self.cart_ids[0]
        self._request(self._fetch, first, self._once(self._fetch, first))
        self.assertOneVisit()

    def test_two_devices_that_log_in_at_once(self):
        first, second = self.cart_ids
        self._request(self._fetch, first, self._once(self._fetch, second))
        self.assertOneVisit()
