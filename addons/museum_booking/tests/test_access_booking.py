# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import MuseumBookingCase


@tagged("post_install", "-at_install")
class TestAccessBooking(MuseumBookingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.public = cls.website.user_id
        cls.booking = cls.env["museum.booking"]

    def setUp(self):
        super().setUp()
        self.order = self._new_order()
        self.booking = self._book(self.order, adult=2)

    def _can(self, user, operation):
        return self.booking.with_user(user).sudo(False).has_access(operation)

    def test_table(self):
        for user, read, write in (
            (self.public, False, False),
            (self.visitor, False, False),
            (self.stranger, False, False),
            (self.gate, True, False),
            (self.desk, True, False),
            (self.manager, True, True),
            (self.accountant, True, False),
            (self.salesman, True, False),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(self._can(user, "read"), read)
                self.assertEqual(self._can(user, "write"), write)
                self.assertFalse(self._can(user, "create"))
                self.assertFalse(self._can(user, "unlink"))

    def test_other_company_sees_nothing(self):
        company = self.env["res.company"].create({"name": "Other museum"})
        self.manager.write(
            {"company_ids": [(6, 0, company.ids)], "company_id": company.id}
        )
        self.env.flush_all()
        bookings = self.env["museum.booking"].with_user(self.manager)
        found = bookings.with_context(allowed_company_ids=company.ids).search([])
        self.assertFalse(found)
        with self.assertRaises(AccessError):
            self.booking.with_user(self.manager).sudo(False).with_context(
                allowed_company_ids=company.ids
            ).read(["name"])

    def test_desk_finds_a_booking_by_what_visitors_say(self):
        partner = self.booking.partner_id
        partner.write({"email": "ann.visits@example.com", "phone": "+91 98765 43210"})
        self.env.flush_all()
        bookings = self.env["museum.booking"].with_user(self.desk)
        search = etree.fromstring(bookings.get_view(view_type="search")["arch"])
        domain = search.find("field").get("filter_domain")
        typed = [self.booking.name[-5:].lower(), partner.name, "ann.visits"]
        for words in [*typed, "98765 43210", "9876543210"]:
            with self.subTest(typed=words):
                found = bookings.search(safe_eval(domain, {"self": words}))
                self.assertIn(self.booking, found)
        self.assertFalse(bookings.search(safe_eval(domain, {"self": "nobody-1"})))

    def test_states_have_one_writer(self):
        manager = self.booking.with_user(self.manager).sudo(False)
        for vals in (
            {"state": "confirmed"},
            {"money_state": "paid"},
            {"quantities": {}},
            {"slot_id": self.slot2.id},
            {"order_id": self._new_order().id},
            {"hold_token": "x"},
            {"confirmed_at": "2026-01-01 00:00:00"},
        ):
            for booking in (manager, manager.with_context(museum_writer=True)):
                with self.assertRaises(AccessError):
                    booking.write(vals)
            with self.assertRaises(AccessError):
                self.booking.sudo().write(vals)
        with self.assertRaises(AccessError):
            self.env["museum.booking"].sudo().create({"name": "X"})

    def test_hold_token_is_not_readable(self):
        with self.assertRaises(AccessError):
            self.booking.with_user(self.manager).sudo(False).read(["hold_token"])

    def test_state_tables_hold(self):
        with self.assertRaises(UserError):
            self.booking._set_state("completed")
        with self.assertRaises(UserError):
            self.booking._set_money_state("refunded")
        self.booking._set_state("pending")  # being there already is fine

    def test_lines_cannot_be_forged(self):
        orders = self.order.with_user(self.salesman).sudo(False)
        self.order.user_id = self.salesman
        product = self.adult.sudo().product_id
        line = self.booking.line_ids.with_user(self.salesman).sudo(False)
        for vals in (
            {"product_id": product.id},
            {
                "product_id": product.id,
                "museum_booking_id": self.booking.id,
                "museum_category_id": self.adult.id,
            },
        ):
            with self.assertRaises(UserError):
                orders.write({"order_line": [(0, 0, vals)]})
            with self.assertRaises(UserError):
                self.env["sale.order.line"].sudo().create(
                    {"order_id": self.order.id, **vals}
                )
        mug = self.env["product.product"].create({"name": "Mug", "type": "service"})
        other = (
            self.env["sale.order.line"]
            .sudo()
            .create({"order_id": self.order.id, "product_id": mug.id})
        )
        for vals in (
            {"museum_booking_id": self.booking.id},
            {"product_id": product.id},
        ):
            with self.assertRaises(UserError):
                other.write(vals)
        for vals in (
            {"product_id": mug.id},
            {"museum_booking_id": False},
            {"museum_category_id": self.child.id},
        ):
            with self.assertRaises(UserError):
                line.write(vals)

    def test_backend_changes_of_quantity_ask_for_seats(self):
        self.order.user_id = self.salesman
        line = self.booking.line_ids.with_user(self.salesman).sudo(False)
        line.write({"product_uom_qty": 4})
        self.assertEqual(self._taken(), 4)
        with self.assertRaises(UserError):
            line.write({"product_uom_qty": 11})
        self.assertSeatsAgree()
        self.order.with_user(self.sale_manager).sudo(False).action_confirm()
        with self.assertRaises(UserError):
            line.write({"product_uom_qty": 1})
        self.assertSeatsAgree()

    def test_copy_has_no_seats(self):
        copy = self.order.copy()
        self.assertFalse(copy.order_line)
        self.assertFalse(copy.is_museum)
        self.assertSeatsAgree()

    def test_deleted_cart_gives_seats_back(self):
        self.order.action_cancel()
        self.order.unlink()
        self.assertEqual(self._taken(), 0)
        order = self._new_order()
        self._book(order, adult=3)
        order.unlink()
        self.assertEqual(self._taken(), 0)

    def test_only_managers_settle_and_cancel(self):
        self.booking._flag_attention("test")
        for user in (self.gate, self.desk, self.accountant):
            booking = self.booking.with_user(user).sudo(False)
            with self.assertRaises(AccessError):
                booking.action_resolve_attention()
            with self.assertRaises(AccessError):
                booking.action_cancel_wizard()
            with self.assertRaises(AccessError):
                self.env["museum.booking.cancel"].with_user(user).create(
                    {"booking_id": booking.id, "reason": "x"}
                ).action_cancel_booking()
        booking = self.booking.with_user(self.manager).sudo(False)
        booking.action_resolve_attention()
        self.assertEqual(booking.money_state, "unpaid")
        self.assertFalse(booking.attention_reason)
        self.assertFalse(booking.activity_ids)

    def test_only_managers_cancel_what_is_sold_by_its_order(self):
        """Guard: ``_check_manager`` in ``_action_cancel`` of the order."""
        self._setup_provider()
        order, booking = self._ready_to_pay(adult=1)
        self._capture(self._new_tx(order))
        self.assertEqual(booking.state, "confirmed")
        salesmen = self.env.ref("sales_team.group_sale_manager")
        for user in (self.gate, self.desk, self.accountant):
            user.sudo().group_ids |= salesmen
            with self.assertRaises(AccessError):
                order.with_user(user).sudo(False).action_cancel()
        self.assertEqual(booking.state, "confirmed")
        self.manager.sudo().group_ids |= salesmen
        order.with_user(self.manager).sudo(False).action_cancel()
        self.assertEqual(booking.state, "cancelled")

    def test_product_stays_out_of_the_shop(self):
        product = self.adult.sudo().product_id
        self.assertFalse(product.is_published)
        self.assertEqual(product.service_tracking, "museum")
        with self.assertRaises(UserError):
            product.product_tmpl_id.is_published = True
        domain = self.website.with_user(self.public).sale_product_domain()
        found = self.env["product.template"].sudo().search(domain)
        self.assertNotIn(product.product_tmpl_id, found)

    def test_product_follows_its_category(self):
        self.adult.write({"price": 321.0, "name": "Grown-up"})
        product = self.adult.sudo().product_id
        self.assertEqual(product.list_price, 321.0)
        self.assertIn("Grown-up", product.name)
        self.assertEqual(self.adult._get_visitor_price(), 378.78)
