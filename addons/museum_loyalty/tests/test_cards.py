# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Gift cards and eWallets: they pay, once, and come back."""

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.museum_booking.exceptions import NotPayable, PriceChanged
from odoo.addons.museum_booking.lib.refunds import RefundPart

from .common import LoyaltyCase

PAYMENTS = "odoo.addons.museum_booking.models.payment_transaction"


@tagged("post_install", "-at_install")
class TestCards(LoyaltyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()

    def _order(self, card=None, slot=None, **numbers):
        order = self._new_order()
        booking = self._book(order, slot, **(numbers or {"adult": 1}))
        if card:
            self._enter(order, card.code)
        return order, booking

    def test_gift_card_pays_a_part(self):
        card = self._card(100.0)
        order, booking = self._order(card)
        self.assertAlmostEqual(order.amount_total, 136.0, 2)
        order._museum_lock_for_payment(True)
        self._capture(self._new_tx(order))
        self.assertEqual(booking.state, "confirmed")
        self.assertEqual(booking.money_state, "paid")
        self.assertEqual(card.points, 0.0)
        self.assertEqual(booking.amount_discount, 0.0)
        self.assertAlmostEqual(order.invoice_ids.amount_total, 136.0, 2)

    def test_gift_card_pays_all(self):
        card = self._card(500.0)
        order, booking = self._order(card)
        self.assertEqual(order.amount_total, 0.0)
        order._museum_lock_for_payment(True)
        order._museum_confirm_free()
        self.assertEqual(booking.state, "confirmed")
        self.assertAlmostEqual(card.points, 264.0, 2)

    def test_ewallet_pays_only_who_it_belongs_to(self):
        wallet = self._card(100.0, "ewallet", self.visitor.partner_id)
        order, _booking = self._order()
        order._update_programs_and_rewards()
        rewards = order._get_claimable_rewards()
        self.assertIn(wallet, rewards)
        order._apply_program_reward(rewards[wallet], wallet)
        self.assertAlmostEqual(order.amount_total, 136.0, 2)
        other = self._new_order(self.stranger.partner_id)
        self._book(other, adult=1)
        other._update_programs_and_rewards()
        self.assertNotIn(wallet, other._get_claimable_rewards())

    def test_cancelled_order_gives_the_balance_back(self):
        card = self._card(500.0)
        order, booking = self._order(card)
        order._museum_lock_for_payment(True)
        order._museum_confirm_free()
        self.assertAlmostEqual(card.points, 264.0, 2)
        order.action_cancel()
        self.assertEqual(booking.state, "cancelled")
        self.assertAlmostEqual(card.points, 500.0, 2)

    def _back(self, booking, quantity, **rule):
        part = RefundPart(booking.line_ids.id, quantity, **rule)
        return booking._request_refund([part], "staff", "test")

    def test_part_of_an_order_gives_its_part_of_the_balance_back(self):
        card = self._card(100.01)
        order, booking = self._order(card, adult=3)
        order._museum_lock_for_payment(True)
        tx = self._new_tx(order)
        self._capture(tx)
        first = self._back(booking, 1)
        self.assertAlmostEqual(first.amount + first.amount_in_kind, 236.0, 2)
        self.assertAlmostEqual(card.points, first.amount_in_kind, 2)
        self.assertAlmostEqual(first.amount_in_kind, 33.34, 1)
        self.assertAlmostEqual(order.amount_total, tx.amount - first.amount, 2)
        rest = self._back(booking, 2)
        self.assertAlmostEqual(card.points, 100.01, 2)
        self.assertAlmostEqual(first.amount + rest.amount, tx.amount, 2)
        self.assertAlmostEqual(order.amount_total, 0.0, 2)
        # The whole order cancelled on top of it: nothing twice.
        order.sudo()._action_cancel()
        self.assertAlmostEqual(card.points, 100.01, 2)

    def test_half_back_is_half_of_the_balance(self):
        card = self._card(500.0)
        order, booking = self._order(card, adult=2)
        order._museum_lock_for_payment(True)
        order._museum_confirm_free()
        self.assertAlmostEqual(card.points, 28.0, 2)
        refund = self._back(booking, 1, percent=50.0)
        self.assertEqual((refund.amount, refund.amount_in_kind), (0.0, 118.0))
        self.assertAlmostEqual(card.points, 146.0, 2)

    def test_expired_cart_never_had_the_balance(self):
        card = self._card(100.0)
        order, booking = self._order(card)
        self._run_out(booking)
        order._museum_refresh()
        self.assertFalse(order.order_line)
        self.assertEqual(card.points, 100.0)
        other, _booking = self._order(card, self.slot2)
        self.assertAlmostEqual(other.amount_total, 136.0, 2)

    def test_spent_card_is_taken_off_before_paying(self):
        card = self._card(500.0)
        first, _booking = self._order(card)
        second, booking = self._order(card, self.slot2, adult=2)
        first._museum_lock_for_payment(True)
        first._museum_confirm_free()
        with self.assertRaises(PriceChanged) as caught:
            second._museum_lock_for_payment(True)
        details = caught.exception.details
        self.assertEqual(details["expected_total_minor"], 0)
        self.assertEqual(details["total_minor"], 47200 - 26400)
        self.assertEqual(booking.state, "pending")

    def test_card_pays_one_order_at_a_time(self):
        card = self._card(100.0)
        first, _booking = self._order(card)
        second, _other = self._order(card, self.slot2)
        for order in (first, second):
            order._museum_lock_for_payment(True)
        tx = self._new_tx(first)
        with self.assertRaisesRegex(NotPayable, "another order just now"):
            self._new_tx(second)
        tx._set_canceled()
        self._new_tx(second)

    @mute_logger(PAYMENTS)
    def test_money_for_an_order_whose_card_was_spent_is_seen_by_managers(self):
        card = self._card(100.0)
        first, _booking = self._order(card)
        first._museum_lock_for_payment(True)
        tx = self._new_tx(first)
        card.points = 0.0
        self._capture(tx)
        booking = first.museum_booking_ids
        self.assertEqual(booking.state, "awaiting_payment")
        self.assertEqual(booking.money_state, "needs_attention")
        self.assertIn("another order meanwhile", booking.attention_reason)

    def test_free_order_whose_card_was_spent_is_not_confirmed(self):
        card = self._card(500.0)
        order, booking = self._order(card)
        order._museum_lock_for_payment(True)
        card.points = 10.0
        for confirm in (order._museum_confirm_free, order._validate_order):
            with self.subTest(confirm=confirm.__name__):
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    confirm()
        self.assertNotEqual(booking.state, "confirmed")
