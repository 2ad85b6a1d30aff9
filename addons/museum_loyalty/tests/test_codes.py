# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A code's life in a cart: typed, taken off, lost, found again, guessed."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.museum_booking.exceptions import PaymentOpen, PriceChanged

from ..exceptions import CodeInUse, CodeNotApplicable, CodeUnknown
from ..models import sale_order_codes
from .common import LoyaltyCase, LoyaltyHttpCase

PAYMENTS = "odoo.addons.museum_booking.models.payment_transaction"


@tagged("post_install", "-at_install")
class TestCodes(LoyaltyCase):
    def setUp(self):
        super().setUp()
        self.program = self._program("SCIENCE10", museum_only=True)
        self.order = self._new_order()
        self.booking = self._book(self.order, adult=2)

    def test_code_takes_money_off_and_is_shown(self):
        self.assertEqual(self.order.amount_total, 472.0)
        self._enter(self.order, " SCIENCE10 ")
        self.assertAlmostEqual(self.order.amount_total, 424.8, 2)
        (shown,) = self.order._museum_discounts()
        self.assertEqual(
            (shown["name"], shown["amount_minor"], shown["code"]),
            ("A tenth off", 4720, "SCIENCE10"),
        )

    def test_code_in_small_letters(self):
        self._enter(self.order, "science10")
        (shown,) = self.order._museum_discounts()
        self.assertEqual(shown["code"], "SCIENCE10")
        self.order._museum_cart_changed()
        self.assertAlmostEqual(self.order.amount_total, 424.8, 2)

    def test_code_is_removed(self):
        self._enter(self.order, "SCIENCE10")
        (shown,) = self.order._museum_discounts()
        self.assertTrue(self.order._museum_remove_discount(shown["id"]))
        self.assertEqual(self.order.amount_total, 472.0)
        self.assertFalse(self.order.museum_lost_codes)
        self.order._museum_cart_changed()
        self.assertEqual(self.order.amount_total, 472.0)
        self.assertFalse(self.order._museum_remove_discount(shown["id"]))

    def test_open_payment_keeps_promotions_as_they_are(self):
        self._enter(self.order, "SCIENCE10")
        self._program("MORE20", museum_only=True)
        self.order._museum_lock_for_payment(True)
        self._setup_provider()
        self._new_tx(self.order)
        (shown,) = self.order._museum_discounts()
        with self.assertRaises(PaymentOpen):
            self.order._museum_apply_code("MORE20")
        with self.assertRaises(PaymentOpen):
            self.order._museum_remove_discount(shown["id"])
        self.assertIn("error", self.order._try_apply_code("MORE20"))
        self.program.date_to = fields.Date.today() - timedelta(days=1)
        self.order._recompute_cart()
        self.order._museum_cart_changed()
        self.assertAlmostEqual(self.order.amount_total, 424.8, 2)
        self.order._museum_reopen()
        self.order._recompute_cart()
        self.assertEqual(self.order.amount_total, 472.0)

    def test_unknown_ended_and_used_codes_are_told_alike(self):
        ended = self._program("ENDED", program={"date_to": "2020-01-01"})
        used = self._card(0.0)
        old = self._card(50.0, expiration_date=fields.Date.today() - timedelta(days=1))
        full = self._once("FULL")
        other = self._new_order(self.stranger.partner_id)
        self._book(other, adult=1)
        self._enter(other, "FULL")
        self._setup_provider()
        other._museum_lock_for_payment(True)
        self._capture(self._new_tx(other))
        self.assertTrue(ended | full)
        said = set()
        for code in ("NOTHING", "ENDED", used.code, old.code, "FULL", "x" * 100):
            with self.subTest(code=code):
                with self.assertRaises(CodeUnknown) as caught:
                    self._enter(self.order, code)
                said.add(str(caught.exception))
        self.assertEqual(len(said), 1)
        self.assertEqual(self.order.amount_total, 472.0)

    # === IN ANOTHER CART ===

    def _once(self, code, times=1):
        program = {"limit_usage": True, "max_usage": times}
        return self._program(code, program=program)

    def _elsewhere(self, code, slot=None):
        """Somebody else's cart that has the code."""
        other = self._new_order(self.stranger.partner_id)
        booking = self._book(other, slot, adult=1)
        self._enter(other, code)
        return booking

    def assertInUse(self, code, minutes):
        with self.assertRaises(CodeInUse) as caught:
            self._enter(self.order, code)
        wait = caught.exception.details["retry_after"]
        self.assertAlmostEqual(wait / 60, minutes, delta=0.5)
        self.assertRegex(str(caught.exception), rf"in another cart.* {minutes} min\.")

    def test_limited_code_in_another_cart_is_told_as_such(self):
        self._once("ONCE")
        booking = self._elsewhere("ONCE")
        self.assertInUse("once", 15)
        self.assertEqual(self.order.amount_total, 472.0)
        booking._remove()
        self._enter(self.order, "ONCE")
        self.assertEqual(self._off(self.order), 4720)

    def test_limited_code_of_a_cart_that_ran_out_is_free_at_once(self):
        """Without waiting for the job, as its seats."""
        self._once("ONCE")
        booking = self._elsewhere("ONCE")
        self._run_out(booking)
        self._enter(self.order, "ONCE")
        self.assertEqual(self._off(self.order), 4720)
        self.assertEqual(booking.state, "expired")
        with self.assertRaises(CodeInUse):
            self._enter(booking.order_id, "ONCE")

    def test_first_of_the_other_carts_tells_when(self):
        self._once("TWICE", 2)
        self._elsewhere("TWICE")
        early = self._elsewhere("TWICE", self.slot2)
        self.env.cr.execute(
            "UPDATE museum_hold SET expires_at = expires_at - interval '10 minutes'"
            " WHERE token = %s",
            [early.hold_token],
        )
        self.env.invalidate_all()
        self.assertInUse("TWICE", 5)

    def test_order_without_a_clock_tells_no_time(self):
        program = self._once("ONCE")
        quotation = self._new_order(self.stranger.partner_id)
        reward = program.reward_ids
        self.env["sale.order.line"].create(
            {
                "order_id": quotation.id,
                "name": "A tenth off",
                "product_id": reward.discount_line_product_id.id,
                "reward_id": reward.id,
            }
        )
        with self.assertRaisesRegex(CodeInUse, "later") as caught:
            self._enter(self.order, "ONCE")
        self.assertIsNone(caught.exception.details["retry_after"])

    def test_good_code_for_other_visits_says_which(self):
        self._program("GROUP", museum_min_visitors=5)
        with self.assertRaisesRegex(CodeNotApplicable, "from 5 visitors"):
            self._enter(self.order, "GROUP")
        self.assertFalse(self.order.museum_lost_codes)

    def test_quantities_are_followed_at_once(self):
        self._enter(self.order, "SCIENCE10")
        self.booking._set_quantities({self.adult.id: 3})
        self.assertEqual(self._off(self.order), 3 * 2360)

    def test_code_that_is_lost_comes_back_when_it_holds_again(self):
        self._program("TRIO", museum_min_visitors=3)
        self.booking._set_quantities({self.adult.id: 3})
        self._enter(self.order, "TRIO")
        self.assertEqual(self._off(self.order), 7080)
        self.booking._set_quantities({self.adult.id: 2})
        self.assertEqual(self._off(self.order), 0)
        self.assertEqual(self.order.museum_lost_codes, ["TRIO"])
        self.assertIn("TRIO", self.order._museum_lost_words())
        self.booking._set_quantities({self.adult.id: 4})
        self.assertEqual(self._off(self.order), 4 * 2360)
        self.assertFalse(self.order.museum_lost_codes)
        self.assertEqual(self.order._museum_lost_words(), "")

    def test_expired_visit_takes_its_discount_along_and_back(self):
        self._enter(self.order, "SCIENCE10")
        self._run_out(self.booking)
        self.order._museum_refresh()
        self.assertEqual(self.booking.state, "expired")
        self.assertFalse(self.order.order_line)
        self.booking._take_again()
        self.assertAlmostEqual(self.order.amount_total, 424.8, 2)

    def test_removed_visit_takes_its_discount_along(self):
        self._enter(self.order, "SCIENCE10")
        other = self._book(self.order, self.slot2, adult=1)
        self.assertEqual(self._off(self.order), 3 * 2360)
        other._remove()
        self.assertEqual(self._off(self.order), 2 * 2360)
        self.booking._remove()
        self.assertFalse(self.order.order_line)

    def test_offer_that_ended_is_told_before_paying(self):
        self._enter(self.order, "SCIENCE10")
        self.program.date_to = fields.Date.today() - timedelta(days=3)
        with self.assertRaises(PriceChanged) as caught:
            self.order._museum_lock_for_payment(True)
        details = caught.exception.details
        self.assertEqual(
            (details["expected_total_minor"], details["total_minor"]), (42480, 47200)
        )
        self.assertIn("SCIENCE10", details["discounts_lost"])
        self.assertEqual(self.booking.state, "pending")

    def test_offer_that_ends_while_the_money_comes_stays(self):
        self._setup_provider()
        self._enter(self.order, "SCIENCE10")
        self.order._museum_lock_for_payment(True)
        tx = self._new_tx(self.order)
        tx._set_done()
        self.program.date_to = fields.Date.today() - timedelta(days=3)
        tx._post_process()
        reason = self.booking.attention_reason
        self.assertEqual(self.booking.state, "confirmed", reason)
        self.assertEqual(self.booking.money_state, "paid", reason)
        self.assertAlmostEqual(self.order.amount_total, 424.8, 2)
        self.assertAlmostEqual(self.order.invoice_ids.amount_total, 424.8, 2)

    def test_offer_that_is_archived_while_the_money_comes_stays(self):
        """By whichever state its payment was in as the program was archived."""
        self._setup_provider()
        for state in ("draft", "pending", "done"):
            with self.subTest(state), self.env.cr.savepoint() as savepoint:
                self._enter(self.order, "SCIENCE10")
                self.order._museum_lock_for_payment(True)
                tx = self._new_tx(self.order)
                if state == "pending":
                    tx._set_pending()
                elif state == "done":
                    tx._set_done()
                self.program.action_archive()
                self.env.invalidate_all()
                self.order._recompute_cart()
                self.order._museum_refresh()
                self._capture(tx)
                self._assert_sold_at_a_discount()
                savepoint.rollback()
                self.env.invalidate_all()

    def _assert_sold_at_a_discount(self):
        reason = self.booking.attention_reason
        self.assertEqual(self.booking.state, "confirmed", reason)
        self.assertEqual(self.booking.money_state, "paid", reason)
        self.assertEqual(len(self.booking.ticket_ids), 2)
        self.assertAlmostEqual(self.order.amount_total, 424.8, 2)
        self.assertAlmostEqual(self.booking.amount_discount, 47.2, 2)
        (invoice,) = self.order.invoice_ids
        self.assertAlmostEqual(invoice.amount_total, 424.8, 2)
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        self.assertEqual(self._hold(self.booking).state, "sold")
        self.assertSeatsAgree()

    def _late_money(self):
        """The clock ran out while the money was on its way."""
        self._setup_provider()
        self._enter(self.order, "SCIENCE10")
        self.order._museum_lock_for_payment(True)
        tx = self._new_tx(self.order)
        self._run_out(self.booking)
        self.order._museum_refresh()
        self.assertEqual(self.booking.state, "expired")
        return tx

    def test_late_money_brings_the_discount_back_that_it_was_paid_with(self):
        self._capture(self._late_money())
        self._assert_sold_at_a_discount()

    def test_late_money_for_an_offer_that_ended_meanwhile(self):
        """It ended after the payment was begun: that is the day that counts."""
        tx = self._late_money()
        self.env.cr.execute(
            "UPDATE payment_transaction SET create_date = create_date"
            " - interval '3 days' WHERE id = %s",
            [tx.id],
        )
        self.env.invalidate_all()
        self.program.date_to = fields.Date.today() - timedelta(days=2)
        self._capture(tx)
        self._assert_sold_at_a_discount()

    @mute_logger(PAYMENTS)
    def test_late_money_for_an_archived_offer_is_for_managers(self):
        """Nobody gets tickets for less than they cost now, and nothing is lost."""
        tx = self._late_money()
        self.program.action_archive()
        self._capture(tx)
        self.assertEqual(self.booking.money_state, "needs_attention")
        self.assertIn("472.00, paid were", self.booking.attention_reason)
        self.assertEqual(self.booking.state, "pending")
        self.assertFalse(self.booking.ticket_ids)
        self.assertEqual(self._hold(self.booking).state, "active")
        self.assertSeatsAgree()

    def test_limited_offer_is_sold_so_often_and_no_more(self):
        program = self._once("ONCE")
        other = self._new_order(self.stranger.partner_id)
        self._book(other, adult=1)
        self._enter(self.order, "ONCE")
        program.max_usage = 2
        self._enter(other, "ONCE")
        program.max_usage = 1
        for order in (other, self.order):
            order._museum_lock_for_payment(True)
        self._setup_provider()
        self._capture(self._new_tx(other))
        self.assertEqual(other.state, "sale")
        with self.assertRaises(PriceChanged):
            self.order._museum_lock_for_payment(True)

    @mute_logger(PAYMENTS)
    def test_limited_offer_that_two_are_paying_with_is_sold_once(self):
        """The second one's money is there: managers see it, and no ticket is given."""
        program = self._once("ONCE", 2)
        other = self._elsewhere("ONCE").order_id
        self._enter(self.order, "ONCE")
        program.max_usage = 1
        self._setup_provider()
        payments = []
        for order in (other, self.order):
            order._museum_lock_for_payment(True)
            payments.append(self._new_tx(order))
        for tx in payments:
            self._capture(tx)
        self.assertEqual(other.state, "sale")
        self.assertEqual(self.order.state, "draft")
        self.assertEqual(self.booking.money_state, "needs_attention")
        self.assertIn("another order meanwhile", self.booking.attention_reason)
        self.assertFalse(self.booking.ticket_ids)

    def test_merged_carts_keep_the_code(self):
        self._enter(self.order, "SCIENCE10")
        cart = self._new_order()
        self._book(cart, self.slot2, adult=1)
        self.order.order_line.write({"order_id": cart.id})
        self.assertEqual(self._off(cart), 3 * 2360)
        self.assertEqual(len(cart.order_line.reward_id), 1)
        self.assertFalse(self.order.order_line)

    def test_sold_order_takes_no_code(self):
        self._setup_provider()
        self.order._museum_lock_for_payment(True)
        self._capture(self._new_tx(self.order))
        with self.assertRaises(CodeNotApplicable):
            self._enter(self.order, "SCIENCE10")
        self.order._update_programs_and_rewards()
        self.assertEqual(self.order.amount_total, 472.0)


@tagged("post_install", "-at_install")
class TestCodesOverHttp(LoyaltyHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()

    def setUp(self):
        super().setUp()
        self.program = self._program("SCIENCE10", museum_only=True)
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.booking_of = self.booking(self.add(adult=2))
        self.order = self.booking_of.order_id

    def _code(self, code, status=200, **body):
        return self.api(
            "POST", "/cart/promo-code", {"code": code, **body}, status=status
        )

    def _form(self, code, path="/shop/cart"):
        """The field of Odoo's page; without a browser the token is in the page."""
        from lxml import html

        page = html.fromstring(self.url_open(path).content)
        (form,) = page.xpath("(//form[@name='coupon_code'])[1]")
        token = form.xpath(".//input[@name='csrf_token']/@value")[0]
        page = self.url_open("/shop/pricelist", {"promo": code, "csrf_token": token})
        self.env.invalidate_all()
        return page

    def test_api_enters_and_removes_a_code(self):
        cart = self._code("SCIENCE10")
        self.assertEqual(cart["total_minor"], 42480)
        (shown,) = cart["discounts"]
        self.assertEqual(shown["amount_minor"], 4720)
        self.assertEqual(shown["code"], "SCIENCE10")
        self.assertEqual(self.api("GET", "/cart")["discounts"], [shown])
        cart = self.api("DELETE", f"/cart/promo-code/{shown['id']}", status=200)
        self.assertEqual((cart["total_minor"], cart["discounts"]), (47200, []))
        self.api("DELETE", f"/cart/promo-code/{shown['id']}", status=404)

    def test_api_says_why_not(self):
        answer = self._code("NOTHING", status=422)
        self.assertEqual(answer["error"]["code"], "promo_code_unknown")
        self._program("GROUP", museum_min_visitors=5)
        answer = self._code("GROUP", status=409)
        self.assertEqual(answer["error"]["code"], "promo_code_not_applicable")
        self.assertIn("5 visitors", answer["error"]["message"])
        self._code("SCIENCE10")
        self._code("SCIENCE10", status=409)
        self._code("", status=422)
        self._code(7, status=422)

    def test_code_in_another_cart_is_no_guess_and_says_when(self):
        self._program("ONCE", program={"limit_usage": True, "max_usage": 1})
        other = self._new_order(self.stranger.partner_id)
        self._book(other, adult=1)
        self._enter(other, "ONCE")
        self.env.flush_all()
        with patch.object(sale_order_codes, "WRONG_PER_CART", 1):
            page = self._form("ONCE")
            self.assertIn("being used in another cart", page.text)
            answer = self._code("ONCE", status=409)
        self.assertEqual(answer["error"]["code"], "promo_code_in_use")
        self.assertGreater(answer["error"]["details"]["retry_after"], 0)

    def test_nobody_removes_from_another_cart(self):
        (shown,) = self._code("SCIENCE10")["discounts"]
        self.authenticate("bkc_stranger", "bkc_stranger")
        self.api("DELETE", f"/cart/promo-code/{shown['id']}", status=409)
        self.add(adult=1)
        self.api("DELETE", f"/cart/promo-code/{shown['id']}", status=404)
        self.assertEqual(self._off(self.order), 4720)

    def test_gift_card_code_is_not_shown_again(self):
        card = self._card(50.0)
        text = str(self._code(card.code))
        self.assertNotIn(card.code, text)
        self.assertIn(card.code[-4:], text)

    def test_page_takes_a_code_and_keeps_its_visits(self):
        page = self._form("SCIENCE10")
        self.assertIn("A tenth off", page.text)
        self.assertIn("o_museum_cart_visit", page.text)
        self.assertIn("424.80", page.text)
        page = self._form("NOTHING")
        self.assertIn("We do not know this code", page.text)
        self.assertNotIn("Invalid", page.text)
        self.assertIn("424.80", page.text)

    def test_summary_has_the_field_and_says_what_ended(self):
        self._form("SCIENCE10", "/shop/payment")
        page = self.url_open("/shop/payment")
        self.assertRegex(page.text, r"Pay[^<]*424\.80")
        self.program.date_to = fields.Date.today() - timedelta(days=3)
        self.env.flush_all()
        page = self.url_open("/shop/payment")
        self.assertIn("Not taken off any more", page.text)
        self.assertIn("SCIENCE10", page.text)
        self.assertRegex(page.text, r"Pay[^<]*472\.00")

    def test_code_of_a_link_waits_for_the_cart_and_unknown_ones_do_not(self):
        self.url_open("/coupon/SCIENCE10?r=/shop/cart")
        self.env.invalidate_all()
        self.assertAlmostEqual(self.order.amount_total, 424.8, 2)
        with patch.object(sale_order_codes, "WRONG_PER_CART", 1):
            self.url_open("/coupon/NOTHING?r=/shop/cart")
            # Looking is no guessing: it was forgotten.
            self.url_open("/shop/cart")
            answer = self._code("NOTHING2", status=429)
        self.assertEqual(answer["error"]["code"], "rate_limited")

    def test_guessing_ends_for_all_roads_at_once(self):
        # The API's refusals roll the test's one transaction back, and the count of
        # guesses with it, which has a connection of its own otherwise.
        with patch.object(sale_order_codes, "WRONG_PER_CART", 3):
            self._form("GUESS1")
            self._form("GUESS2")
            self.url_open("/coupon/GUESS3?r=/shop/cart")
            answer = self._code("SCIENCE10", status=429)
            self.assertGreater(answer["error"]["details"]["retry_after"], 0)
            page = self._form("SCIENCE10")
        self.assertIn("Too many codes", page.text)
        self.assertEqual(self.order.amount_total, 472.0)

    def test_guessing_ends_for_an_address_with_many_carts(self):
        with patch.object(sale_order_codes, "WRONG_PER_ADDRESS", 2):
            self._form("GUESS1")
            self.authenticate("bkc_stranger", "bkc_stranger")
            self.add(adult=1)
            self._form("GUESS2")
            self._code("SCIENCE10", status=429)

    def test_good_codes_are_no_guesses(self):
        with patch.object(sale_order_codes, "WRONG_PER_CART", 1):
            for _time in range(3):
                (shown,) = self._code("SCIENCE10")["discounts"]
                self.api("DELETE", f"/cart/promo-code/{shown['id']}", status=200)
