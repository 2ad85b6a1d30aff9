# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""While a payment is open the cart stays what is being paid for."""

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.museum_booking.exceptions import NotPayable, PaymentOpen

from .common import MuseumBookingCase, MuseumBookingHttpCase


@tagged("post_install", "-at_install")
class TestFrozenOrder(MuseumBookingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()
        cls.mug = cls.env["product.product"].create(
            {"name": "Mug", "list_price": 50.0, "taxes_id": False, "type": "service"}
        )

    def setUp(self):
        super().setUp()
        self.order, self.visit = self._ready_to_pay(adult=2)
        self.total = self.order.amount_total

    def assertUnchanged(self):
        self.assertSeatsAgree()
        self.assertEqual(self.order.amount_total, self.total)
        self.assertEqual(self.visit._wanted(), {self.adult.id: 2})
        self.assertEqual(self._taken(), 2)

    def test_accepted_terms_alone_freeze_nothing(self):
        self.assertFalse(self.order._museum_is_frozen())
        self.visit._set_quantities({self.adult.id: 3})
        self.assertEqual(self.visit._wanted(), {self.adult.id: 3})

    def test_no_road_changes_the_cart(self):
        self._new_tx(self.order)
        other = {self.adult.id: 3}
        for refused in (
            lambda: self.visit._set_quantities(other),
            lambda: self.visit._set_quantities({self.adult.id: 1}),
            lambda: self.visit._remove(),
            lambda: self._book(self.order, self.slot2),
            lambda: self._book(self.order, self.slot),
            lambda: self.order.order_line.unlink(),
        ):
            with self.assertRaises(PaymentOpen):
                refused()
        self.assertUnchanged()

    def test_roads_of_the_shop(self):
        self._new_tx(self.order)
        line = self.order.order_line
        for quantity in (0, 1, 5):
            answer = self.order._cart_update_line_quantity(line.id, quantity)
            self.assertIn("payment for this cart is open", answer["warning"])
            self.assertEqual(answer["quantity"], 2)
        answer = self.order._cart_add(self.mug.id, 1)
        self.assertIn("payment for this cart is open", answer["warning"])
        self.assertEqual(self.order.order_line, line)
        self.assertUnchanged()

    def test_prices_stay_while_they_are_paid(self):
        self.order._cart_add(self.mug.id, 1)
        self.order._museum_lock_for_payment(True)
        total = self.order.amount_total
        self._new_tx(self.order)
        self.mug.list_price = 80.0
        self.order._recompute_cart()
        self.assertEqual(self.order.amount_total, total)
        self.order._museum_reopen()
        self.order._recompute_cart()
        self.assertEqual(self.order.amount_total, total + 30.0)

    def test_product_that_is_no_longer_sold_is_still_paid(self):
        self.order._cart_add(self.mug.id, 1)
        self.order._museum_lock_for_payment(True)
        self._new_tx(self.order)
        self.mug.active = False
        self.order._verify_cart()
        self.assertIn(self.mug, self.order.order_line.product_id)

    def test_managers_do_not_change_it_either(self):
        self._new_tx(self.order)
        manager = new_test_user(
            self.env,
            login="bkc_both",
            groups="museum_exhibition.group_museum_manager,"
            "sales_team.group_sale_manager",
            company_id=self.company.id,
        )
        order = self.order.with_user(manager)
        line = order.order_line
        for refused in (
            lambda: line.write({"price_unit": 1.0}),
            lambda: line.write({"product_uom_qty": 1}),
            lambda: line.write({"discount": 50}),
            lambda: line.unlink(),
            lambda: order.write({"pricelist_id": False}),
            lambda: order.write(
                {"order_line": [Command.create({"product_id": self.mug.id})]}
            ),
        ):
            with self.assertRaises(PaymentOpen):
                refused()
        line.write({"price_unit": line.price_unit})  # a form sends what it has
        self.assertUnchanged()

    def test_given_up(self):
        tx = self._new_tx(self.order)
        self.assertTrue(self.order._museum_reopen())
        self.assertEqual(tx.state, "cancel")
        self.assertEqual(self.visit.state, "pending")
        self.assertUnchanged()
        self.visit._set_quantities({self.adult.id: 3})
        self.assertEqual(self._taken(), 3)
        # And the terms have to be accepted again.
        with self.assertRaises(NotPayable):
            self._new_tx(self.order)

    def test_what_is_on_its_way_is_not_given_up(self):
        for state in ("pending", "authorized"):
            with self.subTest(state):
                tx = self._new_tx(self.order)
                self.env.flush_all()
                self.env.cr.execute(
                    "UPDATE payment_transaction SET state = %s WHERE id = %s",
                    [state, tx.id],
                )
                tx.invalidate_recordset()
                with self.assertRaises(PaymentOpen):
                    self.order._museum_reopen()
                self.assertEqual(tx.state, state)
                self.assertUnchanged()
                tx.state = "cancel"

    def test_ran_out_is_no_longer_frozen(self):
        self._new_tx(self.order)
        self._run_out(self.visit)
        self.order._museum_refresh()
        self.assertEqual(self.visit.state, "expired")
        self.assertFalse(self.order._museum_is_frozen())
        self.visit._take_again()
        self.assertEqual(self.visit.state, "pending")
        self.assertSeatsAgree()

    def test_cancelled_by_the_museum_is_no_longer_frozen(self):
        self._new_tx(self.order)
        self.slot._set_state("cancelled", "no projector")
        self.assertEqual(self.visit.state, "expired")
        self.assertFalse(self.order._museum_is_frozen())

    def test_paying_again_is_not_a_change(self):
        self._new_tx(self.order)
        self.order._museum_lock_for_payment(True)
        tx = self._new_tx(self.order)
        self._capture(tx)
        self.assertEqual(self.visit.state, "confirmed")
        self.assertSeatsAgree()


@tagged("post_install", "-at_install")
class TestFrozenPages(MuseumBookingHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()

    def setUp(self):
        super().setUp()
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.item = self.add(adult=2)["item"]
        self.path = f"/cart/items/{self.item['reference']}"
        self.visit = self.booking(self.item["reference"])
        self.order = self.visit.order_id

    def open_payment(self):
        self.api("POST", "/bookings/summary", {"accept_terms": True}, status=200)
        return self._new_tx(self.order)

    def test_api(self):
        self.assertFalse(self.api("GET", "/cart")["payment_open"])
        tx = self.open_payment()
        self.assertTrue(self.api("GET", "/cart")["payment_open"])
        more = {"categories": [{"id": self.adult.id, "quantity": 4}]}
        for method, path, body in (
            ("PATCH", self.path, more),
            ("DELETE", self.path, None),
            ("POST", "/cart/items", {"slot_id": self.slot2.id, **more}),
            ("POST", "/cart/items", {"slot_id": self.slot.id, **more}),
        ):
            answer = self.api(method, path, body, status=409)
            self.assertEqual(answer["error"]["code"], "payment_open")
            self.assertSeatsAgree()
        self.assertEqual((self._taken(), self._taken(self.slot2)), (2, 0))
        answer = self.api("POST", "/cart/reopen", {}, status=200)
        self.assertEqual(answer["status"], "open")
        self.assertFalse(answer["cart"]["payment_open"])
        self.assertEqual(tx.state, "cancel")
        self.api("PATCH", self.path, more, status=200)
        self.assertSeatsAgree()

    def test_nothing_to_give_up(self):
        answer = self.api("POST", "/cart/reopen", {}, status=200)
        self.assertEqual(answer["status"], "open")
        self.assertEqual(self.visit.state, "pending")

    def test_nobody_gives_up_another_ones_payment(self):
        tx = self.open_payment()
        self.authenticate("bkc_stranger", "bkc_stranger")
        self.api("POST", "/cart/reopen", {}, status=200)
        self.assertEqual(tx.state, "draft")

    def test_pages(self):
        self.exhibition.visitor_names = "optional"
        self.assertNotIn("o_museum_payment_open", self.url_open("/shop/cart").text)
        self.assertIn("Who comes?", self.url_open("/shop/payment").text)
        self.open_payment()
        page = self.url_open("/shop/cart").text
        self.assertIn("o_museum_payment_open", page)
        self.assertIn('data-museum-action="reopen"', page)
        self.assertNotIn('data-museum-action="more"', page)
        # Names are asked for where they can be saved.
        self.assertNotIn("Who comes?", page)
        # The summary is where the payment goes on.
        self.assertNotIn("o_museum_payment_open", self.url_open("/shop/payment").text)

    def test_odoos_routes(self):
        self.open_payment()
        line = self.order.order_line
        answer = self.rpc(
            "/shop/cart/update", line_id=line.id, product_id=None, quantity=0
        )
        self.assertIn("payment for this cart is open", str(answer))
        self.assertIn("error", self.rpc("/shop/cart/clear"))
        self.assertEqual(self.order.order_line, line)
        self.assertEqual(line.product_uom_qty, 2)
        self.assertSeatsAgree()
