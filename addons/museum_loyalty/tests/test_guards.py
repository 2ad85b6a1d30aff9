# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Nobody writes a discount by hand: not over RPC, not by a route of the cart."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import LoyaltyCase, LoyaltyHttpCase


@tagged("post_install", "-at_install")
class TestGuards(LoyaltyCase):
    def setUp(self):
        super().setUp()
        self.program = self._program("SCIENCE10", museum_only=True)
        self.order = self._new_order()
        self.booking = self._book(self.order, adult=2)
        self._enter(self.order, "SCIENCE10")
        self.line = self.order.order_line.filtered("reward_id")

    def _forged(self, **vals):
        return {
            "order_id": self.order.id,
            "product_id": self.program.reward_ids.discount_line_product_id.id,
            "name": "Forged",
            "price_unit": -400.0,
            "reward_id": self.program.reward_ids.id,
            "coupon_id": self.line.coupon_id.id,
            **vals,
        }

    def test_nobody_makes_a_discount(self):
        for user in (self.salesman, self.sale_manager, self.manager, self.env.user):
            lines = self.env["sale.order.line"].with_user(user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                lines.create(self._forged())
        with self.assertRaises(AccessError):
            self.env["sale.order.line"].sudo().create(self._forged())

    def test_no_line_becomes_a_discount_or_another_one(self):
        for vals in (
            {"points_cost": 0.5},
            {"reward_id": False},
            {"coupon_id": self._card(10.0).id},
            {"reward_identifier_code": "1"},
        ):
            for line in (
                self.line.with_user(self.salesman).sudo(False),
                self.line.with_user(self.sale_manager).sudo(False),
                self.line.sudo(),
            ):
                with self.subTest(vals=vals, su=line.env.su, user=line.env.user.login):
                    with self.assertRaises(UserError), self.env.cr.savepoint():
                        line.write(vals)
        for line in (
            self.booking.line_ids.with_user(self.sale_manager).sudo(False),
            self.booking.line_ids.sudo(),
        ):
            with self.subTest("a ticket", su=line.env.su):
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    line.write({"reward_id": self.program.reward_ids.id})
        for vals in (
            {"price_unit": -400.0},
            {"product_uom_qty": 9},
            {"discount": 50.0},
            {"tax_ids": False},
        ):
            for line in (
                self.line.with_user(self.sale_manager).sudo(False),
                self.line.sudo(),
            ):
                with self.subTest(vals=vals, su=line.env.su):
                    with self.assertRaises(AccessError):
                        line.write(vals)
        self.assertEqual(self._off(self.order), 4720)

    def test_context_opens_no_door(self):
        line = self.line.with_user(self.sale_manager).sudo(False)
        for key in ("museum_loyalty_applying", "museum_writer"):
            with self.assertRaises(AccessError):
                line.with_context(**{key: True}).write({"price_unit": -400.0})
        order = self.order.with_context(museum_loyalty_scope=[1, []])
        order._update_programs_and_rewards()
        self.assertEqual(self._off(self.order), 4720)

    def test_promotions_of_an_order_are_not_written(self):
        order = self.order.with_user(self.salesman).sudo(False)
        card = self._card(100.0)
        for vals in (
            {"applied_coupon_ids": [(4, card.id)]},
            {"code_enabled_rule_ids": [(5, 0, 0)]},
            {"coupon_point_ids": [(0, 0, {"coupon_id": card.id, "points": 99})]},
            {"museum_lost_codes": ["X"]},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                order.write(vals)

    def test_staff_enter_a_code_by_odoos_own_window(self):
        self.order._museum_remove_discount(self.order._museum_discounts()[0]["id"])
        order = self.order.with_user(self.salesman).sudo(False)
        wizards = self.env["sale.loyalty.coupon.wizard"].with_user(self.salesman)
        wizard = wizards.create({"order_id": order.id, "coupon_code": "SCIENCE10"})
        rewards = wizard.action_apply()["context"]["default_reward_ids"]
        choice = (
            self.env["sale.loyalty.reward.wizard"]
            .with_user(self.salesman)
            .create({"order_id": order.id, "selected_reward_id": rewards[0]})
        )
        choice.action_apply()
        self.assertEqual(self._off(self.order), 4720)
        self.line = self.order.order_line.filtered("reward_id")
        with self.assertRaises(AccessError):
            self.line.with_user(self.salesman).sudo(False).write({"price_unit": -99})

    def test_discount_without_its_card_is_thrown_out(self):
        """Made in an ordinary order, before the visitor's first visit came into it."""
        order = self._new_order()
        lines = self.env["sale.order.line"].with_user(self.salesman)
        lines.create(self._forged(order_id=order.id, coupon_id=False))
        self._book(order, self.slot2, adult=1)
        self.assertEqual(order.amount_total, 236.0)

    def test_share_of_a_discount_is_not_written(self):
        for user in (self.manager, self.env.user):
            with self.assertRaises(AccessError):
                self.booking.with_user(user).write({"amount_discount": 100.0})


@tagged("post_install", "-at_install")
class TestCartRoutes(LoyaltyHttpCase):
    def setUp(self):
        super().setUp()
        self.program = self._program("SCIENCE10", museum_only=True)
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.order = self.booking(self.add(adult=2)).order_id
        self._enter(self.order, "SCIENCE10")
        self.line = self.order.order_line.filtered("reward_id")
        self.env.flush_all()

    def test_discount_does_not_grow(self):
        for quantity in (5, 2):
            self.rpc("/shop/cart/update", line_id=self.line.id, quantity=quantity)
            self.assertEqual(self._off(self.order), 4720)
        product = self.line.product_id
        self.rpc(
            "/shop/cart/add",
            product_template_id=product.product_tmpl_id.id,
            product_id=product.id,
            quantity=3,
        )
        self.assertEqual(self.order.amount_total, 424.8)

    def test_visitor_takes_it_off_on_the_page(self):
        self.rpc("/shop/cart/update", line_id=self.line.id, quantity=0)
        self.assertEqual(self.order.amount_total, 472.0)
        self.url_open("/shop/cart")
        self.env.invalidate_all()
        self.assertEqual(self.order.amount_total, 472.0)
