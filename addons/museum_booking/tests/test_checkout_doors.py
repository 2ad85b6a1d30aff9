# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every road to a payment or to a changed cart, over HTTP."""

import re

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import MuseumBookingHttpCase


@tagged("post_install", "-at_install")
class TestCheckoutDoors(MuseumBookingHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()

    def setUp(self):
        super().setUp()
        self.authenticate("bkc_visitor", "bkc_visitor")

    def _cart(self, **numbers):
        booking = self.booking(self.add(**(numbers or {"adult": 2})))
        order = booking.order_id
        order._portal_ensure_token()
        self.env.flush_all()
        return order, booking

    def _accept(self, status=200, **body):
        return self.api(
            "POST", "/bookings/summary", {"accept_terms": True, **body}, status=status
        )

    def _pay(self, order, amount=None, route="/shop/payment/transaction/%s", **params):
        return self.rpc(
            route % order.id,
            access_token=order.access_token,
            provider_id=self.provider.id,
            payment_method_id=self.payment_method.id,
            token_id=None,
            flow="redirect",
            tokenization_requested=False,
            landing_route="/shop/payment/validate",
            amount=order.amount_total if amount is None else amount,
            **params,
        )

    def _message(self, answer):
        return answer["error"]["data"]["message"]

    # === cost ===

    def test_query_count_of_the_payment_page(self):
        """After the login: the cart gets its customer, prices are asked anew.

        Three are the cancellation policy: the company's, its steps, their words.
        """
        self._come_to_the_payment()
        self.url_open("/shop/payment")  # warm
        self.api("DELETE", "/cart", status=200)
        self._come_to_the_payment()
        with self.assertQueryCount(98):
            page = self.url_open("/shop/payment")
        self.assertIn("Journey to the Stars", page.text)

    def _come_to_the_payment(self):
        """A cart first, then the login by the page, up to where it leads."""
        self.authenticate(None, None)
        self._cart(adult=1)
        login = self.url_open("/web/login")
        self.url_open(
            "/web/login",
            data={
                "login": "bkc_visitor",
                "password": "bkc_visitor",
                "csrf_token": re.search(r'csrf_token: "(\w+)"', login.text)[1],
                "redirect": "/shop/payment",
            },
            allow_redirects=False,
        )
        self.env.invalidate_all()

    # === the good case ===

    def test_whole_road(self):
        self.authenticate(None, None)
        order, booking = self._cart(adult=1)
        page = self.url_open("/shop/checkout?try_skip_step=true", allow_redirects=False)
        self.assertIn("/web/login", page.headers["Location"])
        login = self.url_open("/web/login?redirect=/shop/checkout?try_skip_step=true")
        csrf = re.search(r'csrf_token: "(\w+)"', login.text)[1]
        page = self.url_open(
            "/web/login",
            data={
                "login": "bkc_visitor",
                "password": "bkc_visitor",
                "csrf_token": csrf,
                "redirect": "/shop/checkout?try_skip_step=true",
            },
        )
        self.env.invalidate_all()
        # name and e-mail are there: nothing more is asked before the payment
        self.assertTrue(page.url.endswith("/shop/payment"), page.url)
        self.assertEqual(order.partner_id, self.visitor.partner_id)
        self.assertEqual(booking.partner_id, self.visitor.partner_id)
        self.assertEqual(booking.state, "pending")
        self.assertIn("Journey to the Stars", page.text)
        self.assertIn("No food in the halls", page.text)
        self.assertRegex(page.text, r"Pay[^<]*236\.00")
        self._accept(expected_total_minor=23600)
        self.assertEqual(booking.state, "awaiting_payment")
        answer = self._pay(order)
        self.assertIn("result", answer, answer)
        tx = order.transaction_ids
        self.assertEqual(tx.museum_booking_ids, booking)
        self._capture(tx)
        self.assertEqual(booking.state, "confirmed")
        page = self.url_open("/shop/payment/validate")
        self.assertTrue(page.url.endswith("/shop/confirmation"), page.url)
        cart = self.api("GET", "/cart", status=200)
        self.assertEqual(cart["items"], [])
        mine = self.api("GET", "/bookings", status=200)
        self.assertEqual(mine["items"][0]["reference"], booking.name)
        self.assertEqual(len(mine["items"][0]["tickets"]), 1)
        self.assertSeatsAgree()

    def test_sign_up_keeps_the_cart(self):
        self.authenticate(None, None)
        _order, booking = self._cart(adult=1)
        self.env["ir.config_parameter"].sudo().set_param(
            "auth_signup.invitation_scope", "b2c"
        )
        self.website.auth_signup_uninvited = "b2c"
        self.env.flush_all()
        page = self.url_open("/web/signup?redirect=/shop/checkout?try_skip_step=true")
        csrf = re.search(r'csrf_token: "(\w+)"', page.text)[1]
        page = self.url_open(
            "/web/signup",
            data={
                "login": "new.visitor@example.com",
                "name": "New Visitor",
                "password": "long-enough-1",
                "confirm_password": "long-enough-1",
                "csrf_token": csrf,
                "redirect": "/shop/checkout?try_skip_step=true",
            },
        )
        self.env.invalidate_all()
        self.assertTrue(page.url.endswith("/shop/payment"), page.url)
        self.assertEqual(booking.partner_id.email, "new.visitor@example.com")
        self.assertSeatsAgree()

    # === not without login, terms, seats, the right amount ===

    def test_public_visitor_never_pays(self):
        order, _booking = self._cart()
        self._accept()
        self.authenticate(None, None)
        for route in ("/shop/payment/transaction/%s", "/my/orders/%s/transaction"):
            self.assertIn("log in", self._message(self._pay(order, route=route)))
        self.assertFalse(order.transaction_ids)
        self.website.account_on_checkout = "mandatory"
        self.env.flush_all()
        self.api("POST", "/bookings/summary", {"accept_terms": True}, status=401)
        self.website.account_on_checkout = "optional"
        self.env.flush_all()
        self.add(adult=1)
        for path in ("/shop/checkout", "/shop/payment", "/shop/address"):
            page = self.url_open(path, allow_redirects=False)
            self.assertIn("/web/login", page.headers.get("Location", ""), path)

    def test_terms_are_enforced_on_the_server(self):
        order, booking = self._cart()
        for body in ({}, {"accept_terms": False}):
            error = self.api("POST", "/bookings/summary", body, status=422)["error"]
            self.assertEqual(error["code"], "invalid_request")
        for hostile in ("yes", 1, [True], None):
            self.api("POST", "/bookings/summary", {"accept_terms": hostile}, status=422)
        for route in ("/shop/payment/transaction/%s", "/my/orders/%s/transaction"):
            self.assertIn("terms", self._message(self._pay(order, route=route)))
        self.assertEqual(booking.state, "pending")
        self.assertFalse(order.transaction_ids)

    def test_amount_cannot_be_tampered_with(self):
        order, _booking = self._cart()
        self._accept()
        for route in ("/shop/payment/transaction/%s", "/my/orders/%s/transaction"):
            for amount in (1, 0.01, -5, order.amount_total - 1, order.amount_total * 2):
                self._message(self._pay(order, amount=amount, route=route))
        self.assertFalse(order.transaction_ids)

    def test_payment_link(self):
        order, _booking = self._cart()
        wizard = (
            self.env["payment.link.wizard"]
            .with_context(active_model="sale.order", active_id=order.id)
            .create({"amount": 1.0, "amount_max": order.amount_total})
        )
        query = wizard.link.split("?")[1]
        page = self.url_open(f"/payment/pay?{query}")
        self.assertLess(page.status_code, 500)
        answer = self.rpc(
            f"/my/orders/{order.id}/transaction",
            access_token=order.access_token,
            provider_id=self.provider.id,
            payment_method_id=self.payment_method.id,
            token_id=None,
            flow="redirect",
            tokenization_requested=False,
            landing_route="/my",
            amount=1.0,
        )
        self.assertIn("error", answer)
        self.assertFalse(order.transaction_ids)

    def test_expired_seats_are_not_paid(self):
        order, booking = self._cart()
        self._accept()
        self._run_out(booking)
        for route in ("/shop/payment/transaction/%s", "/my/orders/%s/transaction"):
            self._message(self._pay(order, route=route))
        self.assertFalse(order.transaction_ids)
        page = self.url_open("/shop/payment")
        self.assertTrue(page.url.endswith("/shop/cart"), page.url)
        self.assertIn("Your seats were released at", page.text)

    def test_changed_price_is_shown_old_and_new(self):
        _order, booking = self._cart(adult=1)
        # The price is held with the seats; what taxes are due is not ours to hold.
        self.adult.product_id.taxes_id = self.tax.copy({"amount": 28.0})
        self.env.flush_all()
        error = self._accept(status=409, expected_total_minor=23600)["error"]
        self.assertEqual(error["code"], "price_changed")
        self.assertEqual(
            (error["details"]["expected_total_minor"], error["details"]["total_minor"]),
            (23600, 25600),
        )
        self.assertEqual(booking.state, "pending")
        page = self.url_open("/shop/payment").text
        self.assertIn("The price has changed", page)
        self.assertIn("236.00", page)
        self.assertIn("256.00", page)
        self._accept(expected_total_minor=25600)
        self.assertEqual(booking.state, "awaiting_payment")

    def test_archived_ticket_in_a_cart_is_paid_as_held(self):
        order, booking = self._cart(adult=3, child=1)
        self.adult.action_archive()
        self.env.flush_all()
        page = self.url_open("/shop/cart").text
        self.assertIn("Adult", page)
        order._verify_cart()
        self.assertEqual(booking.state, "pending")
        self.assertEqual(booking._wanted(), {self.adult.id: 3, self.child.id: 1})
        # Fewer of it, and more of others; not more of it, and none for others.
        path = f"/cart/items/{booking.name}"

        def body(adults, children):
            return {
                "categories": [
                    {"id": self.adult.id, "quantity": adults},
                    {"id": self.child.id, "quantity": children},
                ]
            }

        self.api("PATCH", path, body(4, 1), status=422)
        self.api("PATCH", path, body(2, 1), status=200)
        self.assertEqual(self._taken(), 3)
        self.api("PATCH", path, body(2, 2), status=200)
        self.assertEqual(self._taken(), 4)
        self.add(slot=self.slot2, adult=1, status=422)
        page = self.url_open("/shop/checkout?try_skip_step=true")
        self.assertTrue(page.url.endswith("/shop/payment"), page.url)
        self._accept(expected_total_minor=70800)
        self.assertEqual(booking.state, "awaiting_payment")
        self.child.action_archive()
        self.env.flush_all()
        self.assertIn("Child", self.url_open("/shop/payment").text)
        self.assertIn("result", self._pay(order))
        self.url_open("/shop/cart")
        self.assertEqual(booking.state, "awaiting_payment")
        self._capture(order.transaction_ids)
        self.assertEqual(booking.state, "confirmed")
        self.assertEqual(len(booking.ticket_ids), 4)
        self.assertSeatsAgree()

    def test_product_of_a_ticket_is_not_archived_by_itself(self):
        _order, booking = self._cart(adult=1)
        product = self.adult.product_id
        for record in (product, product.product_tmpl_id):
            with self.assertRaisesRegex(UserError, "archive the ticket Adult"):
                record.action_archive()
        self.url_open("/shop/cart")
        self.assertEqual(booking.state, "pending")

    def test_free_order(self):
        self.adult.price = 0.0
        _order, booking = self._cart(adult=2)
        page = self.url_open("/shop/checkout?try_skip_step=true")
        self.assertIn("Get tickets", page.text)
        self.url_open("/shop/payment/validate")
        self.env.invalidate_all()
        self.assertEqual(booking.state, "pending")  # terms first
        self._accept(expected_total_minor=0)
        page = self.url_open("/shop/payment/validate")
        self.assertTrue(page.url.endswith("/shop/confirmation"), page.url)
        self.env.invalidate_all()
        self.assertEqual(booking.state, "confirmed")
        self.assertEqual(len(booking.ticket_ids), 2)
        self.assertSeatsAgree()

    def test_expired_cart_is_not_a_free_order(self):
        order, booking = self._cart()
        self._accept()
        self._run_out(booking)
        self.url_open("/shop/cart")
        self.url_open("/shop/payment/validate")
        self.env.invalidate_all()
        self.assertEqual(order.state, "draft")
        self.assertEqual(booking.state, "expired")

    # === the cart's own routes ===

    def test_cart_line_grows_only_with_seats(self):
        _order, booking = self._cart(adult=2)
        line = booking.line_ids
        answer = self.rpc("/shop/cart/update", line_id=line.id, quantity=4)["result"]
        self.assertFalse(answer["warning"])
        self.assertEqual(booking._wanted(), {self.adult.id: 4})
        self._fill(seats=6)
        answer = self.rpc("/shop/cart/update", line_id=line.id, quantity=5)["result"]
        self.assertTrue(answer["warning"])
        self.assertEqual(line.product_uom_qty, 4)
        self.assertSeatsAgree()
        self.rpc("/shop/cart/update", line_id=line.id, quantity=1)
        self.assertEqual(self._taken(), 7)
        self.rpc("/shop/cart/update", line_id=line.id, quantity=0)
        self.assertEqual(booking.state, "cancelled")
        self.assertEqual(self._taken(), 6)
        self.assertSeatsAgree()

    def test_one_line_of_two_removed(self):
        _order, booking = self._cart(adult=2, child=1)
        child = booking.line_ids.filtered(
            lambda line: line.museum_category_id == self.child
        )
        self.rpc("/shop/cart/update", line_id=child.id, quantity=-3)
        self.assertEqual(booking._wanted(), {self.adult.id: 2})
        self.assertEqual(self._taken(), 2)
        self.assertSeatsAgree()

    def test_adult_of_a_child_is_not_removed_alone(self):
        """Guard: `_cart_update_line_quantity` asks the rules."""
        self.child.needs_adult = True
        self.adult.is_adult = True
        _order, booking = self._cart(adult=1, child=2)
        adult = booking.line_ids.filtered(
            lambda line: line.museum_category_id == self.adult
        )
        answer = self.rpc("/shop/cart/update", line_id=adult.id, quantity=0)["result"]
        self.assertTrue(answer["warning"])
        self.assertEqual(booking._wanted(), {self.adult.id: 1, self.child.id: 2})
        self.assertEqual(len(booking.line_ids), 2)
        self.assertEqual(self._taken(), 3)
        self.assertSeatsAgree()
        self.rpc("/shop/cart/clear")
        self.assertEqual((booking.state, self._taken()), ("cancelled", 0))

    def test_children_do_not_stay_when_their_adults_line_vanishes(self):
        """By other hands than the visitor's. Guard: `_lines_gone` asks the rules."""
        self.child.needs_adult = True
        self.adult.is_adult = True
        _order, booking = self._cart(adult=1, child=2)
        booking.line_ids.filtered(
            lambda line: line.museum_category_id == self.adult
        ).unlink()
        self.assertEqual((booking.state, booking.line_ids.ids), ("expired", []))
        self.assertEqual(self._taken(), 0)
        self.assertSeatsAgree()

    def test_clear_gives_all_back(self):
        _order, booking = self._cart(adult=2)
        self.add(slot=self.slot2, family=1)
        self.rpc("/shop/cart/clear")
        self.assertEqual(booking.state, "cancelled")
        self.assertEqual((self._taken(), self._taken(self.slot2)), (0, 0))
        self.assertSeatsAgree()

    def test_shop_routes_never_make_a_visit(self):
        _order, booking = self._cart(adult=1)
        product = self.adult.sudo().product_id
        forged = {
            "museum_booking_id": booking.id,
            "museum_category_id": self.adult.id,
            "slot_id": self.slot.id,
        }
        for route in ("/shop/cart/add", "/shop/cart/quick_add"):
            for extra in ({}, forged):
                answer = self.rpc(
                    route,
                    product_template_id=product.product_tmpl_id.id,
                    product_id=product.id,
                    quantity=3,
                    **extra,
                )
                self.assertIn("error", answer)
        self.authenticate("admin", "admin")
        answer = self.rpc(
            "/shop/cart/add",
            product_template_id=product.product_tmpl_id.id,
            product_id=product.id,
            quantity=1,
        )
        self.assertIn("error", answer)
        lines = (
            self.env["sale.order.line"].sudo().search([("product_id", "=", product.id)])
        )
        self.assertEqual(lines, booking.line_ids)
        self.assertEqual(self._taken(), 1)

    def test_linked_product_cannot_smuggle_a_visit(self):
        self._cart(adult=1)
        mug = self.env["product.product"].create(
            {"name": "Mug", "list_price": 5, "type": "service", "is_published": True}
        )
        product = self.adult.sudo().product_id
        answer = self.rpc(
            "/shop/cart/add",
            product_template_id=mug.product_tmpl_id.id,
            product_id=mug.id,
            quantity=1,
            linked_products=[
                {
                    "product_id": product.id,
                    "product_template_id": product.product_tmpl_id.id,
                    "parent_product_template_id": mug.product_tmpl_id.id,
                    "quantity": 1,
                    "product_custom_attribute_values": [],
                    "no_variant_attribute_value_ids": [],
                    "combo_item_id": 1,
                }
            ],
        )
        lines = (
            self.env["sale.order.line"]
            .sudo()
            .search(
                [("product_id", "=", product.id), ("museum_booking_id", "=", False)]
            )
        )
        self.assertFalse(lines, answer)

    def test_cart_merge_takes_the_seats_along(self):
        other = self._new_order(self.website.user_id.partner_id)
        moved = self._book(other, slot=self.slot2, adult=2)
        other._portal_ensure_token()
        self.env.flush_all()
        order, _booking = self._cart(adult=1)
        self.url_open(
            f"/shop/cart?id={other.id}&access_token={other.access_token}"
            "&revive_method=merge"
        )
        self.env.invalidate_all()
        self.assertEqual(moved.order_id, order)
        self.assertEqual(moved.line_ids.order_id, order)
        self.assertEqual(moved.state, "pending")
        self.assertEqual(other.state, "cancel")
        self.assertEqual((self._taken(), self._taken(self.slot2)), (1, 2))
        self.assertEqual(self.api("GET", "/cart")["tickets"], 3)
        self.assertSeatsAgree()

    def test_cart_merged_with_itself_stays(self):
        order, booking = self._cart(adult=1)
        self.url_open(
            f"/shop/cart?id={order.id}&access_token={order.access_token}"
            "&revive_method=merge"
        )
        self.env.invalidate_all()
        self.assertEqual(order.state, "draft")
        self.assertEqual(booking.state, "pending")
        self.assertSeatsAgree()

    def test_cart_found_again_after_login(self):
        order = self._new_order()
        kept = self._book(order, adult=1)
        lost = self._book(order, slot=self.slot2, adult=1)
        self._run_out(lost)
        cart = self.api("GET", "/cart", status=200)
        self.assertEqual(
            {item["reference"]: item["state"] for item in cart["items"]},
            {kept.name: "pending", lost.name: "expired"},
        )
        self.assertEqual(order.cart_quantity, 1)

    def test_pages_show_the_cart(self):
        _order, booking = self._cart(adult=2)
        page = self.url_open("/shop/cart").text
        self.assertIn("Journey to the Stars", page)
        self.assertIn(booking.name, page)
        self.assertIn("Seats held until", page)
        self.assertNotIn("o_payment_express_checkout_form", page)
        self._run_out(booking)
        page = self.url_open("/shop/cart").text
        self.assertIn("Your seats were released at", page)
        self.assertIn("Take again", page)
        self.assertNotIn("Your cart is empty", page)
        self.rpc("/shop/cart/clear")
        self.api("DELETE", f"/cart/items/{booking.name}")
        page = self.url_open("/shop/cart").text
        self.assertIn("See what is on", page)
