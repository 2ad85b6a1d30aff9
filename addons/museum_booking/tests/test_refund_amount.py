# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How much goes back, exactly; and that a refund is recorded by nobody's hand."""

import random

from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, tagged

from odoo.addons.museum_exhibition.models.guard import writing

from ..lib import refunds
from ..lib.refunds import RefundPart, Share
from .common import MuseumBookingCase


@tagged("post_install", "-at_install")
class TestRefundLib(BaseCase):
    def _random_share(self, dice):
        own = {"base": dice.randint(0, 90_000), "5": dice.randint(0, 9_000)}
        if dice.random() < 0.5:
            own["6"] = own["5"]
        weights = {"a": 1, "b": 2}
        total = {"base": sum(own.values()) // dice.randint(2, 9), "5": 7}
        off = {"81": refunds.spread(total, weights)["b"]} if own["base"] > 1000 else {}
        kind = {"82": {"base": dice.randint(0, 900)}} if off else {}
        return Share(dice.randint(1, 9), own, off, kind)

    def test_all_parts_together_are_the_whole(self):
        dice = random.Random(5)
        for _time in range(500):
            left = sold = self._random_share(dice)
            parts = []
            while left.quantity:
                parts.append(left.take(dice.randint(1, left.quantity)))
                left = left.less(parts[-1:])
            self.assertEqual(sum(part.money for part in parts), sold.money)
            self.assertEqual(sum(part.in_kind for part in parts), sold.in_kind)
            self.assertEqual(left.value, 0)
            self.assertEqual(set(left.own.values()), {0})
            for part in parts:
                self.assertGreaterEqual(min(part.own.values()), 0)

    def test_rule_gives_its_percentage_less_its_fee(self):
        dice = random.Random(6)
        for _time in range(500):
            part = self._random_share(dice)
            percent = dice.choice([0, 12.5, 33.33, 50, 75, 100])
            fee = dice.choice([0, 1, 2_000, 10**7])
            given = part.by_rule(percent, fee)
            exact = part.value * percent / 100 - fee
            self.assertLessEqual(abs(given.value - max(0, exact)), 0.5)
            self.assertEqual(given.money + given.in_kind, given.value)
            self.assertLessEqual(given.in_kind, part.in_kind)
            for key, amount in given.own.items():
                self.assertGreaterEqual(amount, 0, key)

    def test_a_full_part_stays_as_it_is(self):
        part = Share(1, {"base": 8475, "5": 763, "6": 762})
        self.assertIs(part.by_rule(100, 0), part)

    def test_equal_tickets_are_worth_the_same_whatever_their_taxes(self):
        """Two of 200.00 each, of which 18 percent are tax, in two halves."""
        sold = Share(2, {"base": 33898, "5": 3051, "6": 3051})
        first = sold.take(1)
        second = sold.less([first]).take(1)
        self.assertEqual((first.value, second.value), (20000, 20000))

    def test_more_than_there_are_is_refused(self):
        for quantity in (0, -1, 3):
            with self.assertRaises(ValueError):
                Share(2, {"base": 100}).take(quantity)

    def test_spread_leaves_nothing_over(self):
        dice = random.Random(7)
        for _time in range(300):
            total = {"base": dice.randint(0, 999), "5": dice.randint(0, 99)}
            weights = {key: dice.randint(0, 9) for key in "abcd"}
            found = refunds.spread(total, weights)
            for key, amount in total.items():
                self.assertEqual(sum(parts[key] for parts in found.values()), amount)


@tagged("post_install", "-at_install")
class TestRefundAmounts(MuseumBookingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()

    def _sold(self, **numbers):
        order, booking = self._ready_to_pay(**numbers)
        self._capture(self._new_tx(order))
        return order, booking

    def _line(self, booking, category):
        return booking.line_ids.filtered(
            lambda line: line.museum_category_id == category
        )

    def _part(self, booking, category=None, quantity=1, **rule):
        line = self._line(booking, category or self.adult)
        return RefundPart(line.id, quantity, **rule)

    def test_full_price_and_rule(self):
        _order, booking = self._sold(adult=2, child=1)
        whole = [
            self._part(booking, quantity=2),
            self._part(booking, self.child),
        ]
        self.assertEqual(booking._refund_amounts(whole).total, 590.0)
        half = [self._part(booking, percent=50.0, fee=18.0)]
        found = booking._refund_amounts(half)
        self.assertEqual(found.total, 100.0)
        self.assertEqual(found.lines[0].price, 236.0)

    def test_parts_are_the_whole_whatever_the_rounding(self):
        for price, percent in ((33.33, 18.0), (99.99, 12.5), (0.05, 28.0)):
            self.tax.amount = percent
            self.adult.price = price
            order, booking = self._sold(adult=3)
            back = 0
            for quantity in (1, 2):
                refund = booking._request_refund(
                    [self._part(booking, quantity=quantity)], "staff", "test"
                )
                back += refund.amount
            self.assertAlmostEqual(back, booking.order_id.transaction_ids.amount, 2)
            self.assertEqual(order._museum_refundable(), 0.0)

    def test_manager_discount_line_is_shared(self):
        order, booking = self._ready_to_pay(adult=2, child=1)
        mug = self.env["product.product"].create(
            {"name": "Goodwill", "type": "service", "taxes_id": [(6, 0, self.tax.ids)]}
        )
        line = writing(self.env["sale.order.line"].sudo()).create(
            {"order_id": order.id, "product_id": mug.id, "price_unit": -100.01}
        )
        taken_off = -line.price_total
        tx = self._new_tx(order)
        self._capture(tx)
        back = []
        for category, quantity in ((self.adult, 1), (self.child, 1), (self.adult, 1)):
            part = self._part(booking, category, quantity)
            back.append(booking._request_refund([part], "staff", "test").amount)
        self.assertAlmostEqual(sum(back), tx.amount, 2)
        self.assertAlmostEqual(back[1], 118.0 * (1 - taken_off / 590), 1)
        self.assertAlmostEqual(order.amount_total, 0.0, 2)

    def test_order_lines_follow(self):
        order, booking = self._sold(adult=2, child=1)
        booking._request_refund([self._part(booking, quantity=2)], "staff", "test")
        self.assertEqual(order.amount_total, 118.0)
        line = self._line(booking, self.adult)
        self.assertEqual((line.product_uom_qty, line.price_unit), (0, 200.0))

    def test_more_than_is_left_is_refused(self):
        _order, booking = self._sold(adult=2)
        with self.assertRaises(UserError):
            booking._refund_amounts([self._part(booking, quantity=3)])
        booking._request_refund([self._part(booking)], "staff", "test")
        with self.assertRaises(UserError):
            booking._refund_amounts([self._part(booking, quantity=2)])
        twice = [self._part(booking), self._part(booking)]
        with self.assertRaises(UserError):
            booking._refund_amounts(twice)
        _order, other = self._sold(adult=1)
        with self.assertRaises(UserError):
            booking._refund_amounts([self._part(other)])

    def test_what_was_not_paid_does_not_go_back(self):
        order = self._new_order()
        booking = self._book(order, adult=2)
        order.with_user(self.sale_manager).sudo(False).action_confirm()
        part = self._part(booking, quantity=2)
        self.assertEqual(booking._refund_amounts([part]).total, 0.0)
        self.assertFalse(booking._request_refund([part], "staff", "test"))
        self.assertEqual(booking.line_ids.product_uom_qty, 2)

    def test_nothing_back_is_not_recorded(self):
        _order, booking = self._sold(adult=1)
        part = self._part(booking, percent=0.0)
        self.assertFalse(booking._request_refund([part], "visitor", "too late"))

    def test_late_changes_of_tax_and_price_change_nothing(self):
        _order, booking = self._sold(adult=2)
        self.tax.amount = 5.0
        self.adult.price = 1.0
        found = booking._refund_amounts([self._part(booking, quantity=2)])
        self.assertEqual(found.total, 472.0)

    # === who may ===

    def test_table(self):
        _order, booking = self._sold(adult=1)
        refund = booking._request_refund([self._part(booking)], "staff", "test")
        for user, read in (
            (self.website.user_id, False),
            (self.visitor, False),
            (self.gate, False),
            (self.desk, True),
            (self.manager, True),
            (self.accountant, True),
            (self.salesman, False),
        ):
            for record in (refund, refund.line_ids):
                with self.subTest(user=user.login, model=record._name):
                    mine = record.with_user(user).sudo(False)
                    self.assertEqual(mine.has_access("read"), read)
                    for operation in ("write", "create", "unlink"):
                        self.assertFalse(mine.has_access(operation))

    def test_other_company_sees_nothing(self):
        _order, booking = self._sold(adult=1)
        refund = booking._request_refund([self._part(booking)], "staff", "test")
        company = self.env["res.company"].create({"name": "Other museum"})
        self.manager.write(
            {"company_ids": [(6, 0, company.ids)], "company_id": company.id}
        )
        self.env.flush_all()
        for record in (refund, refund.line_ids):
            found = record.with_user(self.manager).sudo(False)
            found = found.with_context(allowed_company_ids=company.ids)
            self.assertFalse(found.search([]))

    def test_nobody_writes_a_refund_by_hand(self):
        _order, booking = self._sold(adult=1)
        refund = booking._request_refund([self._part(booking)], "staff", "test")
        refund = refund.with_env(self.env)
        for values in ({"amount": 1.0}, {"state": "done"}, {"attempts": 0}):
            for record in (refund.sudo(), refund.sudo().with_context(museum_writer=1)):
                with self.assertRaises(AccessError):
                    record.write(values)
        with self.assertRaises(AccessError):
            refund.line_ids.sudo().write({"quantity": 7})
        with self.assertRaises(AccessError):
            refund.sudo().copy()
        with self.assertRaises(UserError):
            refund.sudo().unlink()
        with self.assertRaises(UserError):
            booking.line_ids.sudo().write({"museum_sold": {}})
        with self.assertRaises(UserError):
            writing(refund)._set_state("cancelled")
            refund._set_state("done")
