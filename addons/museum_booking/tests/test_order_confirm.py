# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.museum_exhibition.exceptions import HoldExpired, QuantityError
from odoo.addons.museum_exhibition.models.guard import writing

from ..exceptions import NotPayable, PriceChanged, TermsNotAccepted
from .common import MuseumBookingCase


@tagged("post_install", "-at_install")
class TestOrderConfirm(MuseumBookingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()

    # === the good case ===

    def test_paid_order_is_confirmed_invoiced_and_reconciled(self):
        order, booking = self._ready_to_pay(adult=2, child=1)
        self.assertEqual(order.amount_total, 590.0)  # (2 * 200 + 100) * 1.18
        mails = self.env["mail.mail"].search_count([])
        tx = self._new_tx(order)
        self._capture(tx)
        self.assertEqual(order.state, "sale")
        self.assertEqual(booking.state, "confirmed")
        self.assertEqual(booking.money_state, "paid")
        self.assertEqual(len(booking.ticket_ids), 3)
        self.assertEqual(self._hold(booking).state, "sold")
        invoice = order.invoice_ids
        self.assertEqual(len(invoice), 1)
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        account = self.exhibition.analytic_account_id
        self.assertTrue(account)
        revenue = invoice.invoice_line_ids
        self.assertEqual(
            revenue.mapped("analytic_distribution"), [{str(account.id): 100}] * 2
        )
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertSeatsAgree()

    def test_nobody_is_assigned_by_mail(self):
        """Such notices went out in the visitor's request, to whoever Odoo chose."""
        # Tests switch Odoo's notices off; here they are what is asked about.
        self.env = self.env(context=dict(self.env.context, tracking_disable=False))
        order, _booking = self._ready_to_pay(adult=1)
        order.with_context(tracking_disable=True).user_id = self.manager
        self._capture(self._new_tx(order))
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.invoice_ids.invoice_user_id, self.manager)
        told = self.env["mail.message"].search(
            [
                ("message_type", "=", "user_notification"),
                ("model", "in", ("sale.order", "account.move")),
                ("res_id", "in", order.ids + order.invoice_ids.ids),
                ("partner_ids", "in", self.manager.partner_id.ids),
            ]
        )
        self.assertFalse(told.mapped("subject"))

    def test_post_processing_again_changes_nothing(self):
        order, booking = self._ready_to_pay(adult=2)
        tx = self._new_tx(order)
        self._capture(tx)
        tickets, invoice = booking.ticket_ids, order.invoice_ids
        tx.is_post_processed = False
        tx._post_process()
        self.assertEqual(booking.ticket_ids, tickets)
        self.assertEqual(order.invoice_ids, invoice)
        self.assertEqual(booking.money_state, "paid")

    def test_terms_are_copied_and_stay(self):
        _order, booking = self._ready_to_pay()
        self.company.write({"museum_terms": "<p>New</p>", "museum_terms_version": "4"})
        self.assertEqual(booking.terms_version, "3")
        self.assertIn("No food", booking.policy_text)
        self.assertTrue(booking.terms_accepted_at)

    # === before the money ===

    def test_terms_must_be_accepted(self):
        order = self._new_order()
        booking = self._book(order)
        with self.assertRaises(TermsNotAccepted):
            order._museum_lock_for_payment(False)
        self.assertEqual(booking.state, "pending")
        self.company.museum_terms = "<p><br></p>"
        self.company.museum_cancellation_policy_id = False
        order._museum_lock_for_payment(False)
        self.assertEqual(booking.state, "awaiting_payment")

    def test_changed_price_is_shown_before_it_is_paid(self):
        order = self._new_order()
        self._book(order, adult=2)
        order.pricelist_id = self._fixed_pricelist(self.adult, 250.0)
        with self.assertRaises(PriceChanged) as caught:
            order._museum_lock_for_payment(True)
        self.assertEqual(caught.exception.details["expected_total_minor"], 47200)
        self.assertEqual(caught.exception.details["total_minor"], 59000)
        order._museum_lock_for_payment(True, expected_total_minor=59000)
        self.assertEqual(order.amount_total, 590.0)

    def test_limits_are_looked_at_once_more(self):
        order = self._new_order()
        booking = self._book(order, adult=4)
        self.exhibition.max_per_booking = 3
        with self.assertRaises(QuantityError):
            order._museum_lock_for_payment(True)
        self.assertEqual(booking.state, "pending")
        booking._set_quantities({self.adult.id: 3})
        order._museum_lock_for_payment(True)

    def test_seats_are_held_longer_for_the_payment(self):
        self.company.museum_payment_minutes = 30
        order = self._new_order()
        booking = self._book(order)
        before = booking.hold_expires_at
        order._museum_lock_for_payment(True)
        self.assertGreater(booking.hold_expires_at, before + timedelta(minutes=14))
        self.assertEqual(booking.hold_expires_at, self._hold(booking).expires_at)

    def test_expired_seats_cannot_be_paid(self):
        order, booking = self._ready_to_pay()
        self._run_out(booking)
        with self.assertRaises(HoldExpired):
            self._new_tx(order)
        with self.assertRaises(HoldExpired):
            order._museum_lock_for_payment(True)

    def test_no_transaction_without_accepted_terms(self):
        order = self._new_order()
        self._book(order)
        with self.assertRaises(NotPayable):
            self._new_tx(order)

    def test_no_transaction_over_another_amount(self):
        order, _booking = self._ready_to_pay(adult=2)
        for amount in (1.0, order.amount_total - 0.01, order.amount_total + 100):
            with self.assertRaises(NotPayable):
                self._new_tx(order, amount=amount)

    def test_no_transaction_in_another_currency(self):
        order, _booking = self._ready_to_pay()
        other = self.env.ref("base.EUR")
        if other == order.currency_id:
            other = self.env.ref("base.USD")
        other.active = True
        with self.assertRaises(NotPayable):
            self._new_tx(order, currency_id=other.id)

    def test_no_transaction_by_a_way_that_is_not_offered(self):
        """The page does not show it; its number can be sent all the same."""
        order, _booking = self._ready_to_pay()
        self.provider.maximum_amount = 1.0
        with self.assertRaises(NotPayable):
            self._new_tx(order)
        self.provider.maximum_amount = 0.0
        self._new_tx(order)

    def test_no_second_transaction_while_one_is_processed(self):
        order, _booking = self._ready_to_pay()
        tx = self._new_tx(order)
        self._new_tx(order)  # the visitor closed the first window: fine
        tx._set_pending()
        with self.assertRaises(NotPayable):
            self._new_tx(order)

    def test_no_payment_of_several_orders_at_once(self):
        order, _booking = self._ready_to_pay()
        other = self._new_order()
        with self.assertRaises(NotPayable):
            self._new_tx(order, sale_order_ids=[(6, 0, (order | other).ids)])

    # === less, more, late, twice ===

    def test_less_than_the_total_never_confirms(self):
        order, booking = self._ready_to_pay(adult=2)
        order.write({"require_payment": False, "prepayment_percent": 0.1})
        tx = self._new_tx(order)
        # As if the provider collected less than it was asked for.
        self.env.cr.execute(
            "UPDATE payment_transaction SET amount = 1 WHERE id = %s", [tx.id]
        )
        tx.invalidate_recordset()
        self._capture(tx)
        self.assertEqual(order.state, "draft")
        self.assertEqual(booking.state, "awaiting_payment")
        self.assertEqual(booking.money_state, "needs_attention")
        self.assertIn(tx.reference, booking.attention_reason)
        self.assertTrue(booking.activity_ids)
        self.assertFalse(booking.ticket_ids)

    def test_cart_grown_after_the_payment_was_given_up(self):
        order, booking = self._ready_to_pay(adult=1)
        tx = self._new_tx(order)
        order._museum_reopen()
        booking._set_quantities({self.adult.id: 2})
        self.assertEqual(booking.state, "pending")
        self._capture(tx)
        self.assertEqual(order.state, "draft")
        self.assertEqual(booking.money_state, "needs_attention")

    def test_cart_shrunk_after_the_payment_was_given_up(self):
        order, booking = self._ready_to_pay(adult=2)
        tx = self._new_tx(order)
        order._museum_reopen()
        booking._set_quantities({self.adult.id: 1})
        self._capture(tx)
        self.assertEqual(order.state, "sale")
        self.assertEqual(booking.state, "confirmed")
        self.assertEqual(booking.money_state, "needs_attention")
        self.assertIn("236", booking.attention_reason)
        self.assertSeatsAgree()

    def test_late_money_with_seats_left_confirms(self):
        order, booking = self._ready_to_pay(adult=2)
        tx = self._new_tx(order)
        self._run_out(booking)
        order._museum_refresh()
        self.assertEqual(booking.state, "expired")
        self.assertFalse(order.order_line)
        self._capture(tx)
        self.assertEqual(booking.state, "confirmed")
        self.assertEqual(order.state, "sale")
        self.assertEqual(booking.money_state, "paid")
        self.assertEqual(len(booking.ticket_ids), 2)
        self.assertSeatsAgree()

    def test_late_money_unnoticed_expiry_confirms(self):
        order, booking = self._ready_to_pay(adult=2)
        tx = self._new_tx(order)
        self._run_out(booking)
        self._capture(tx)
        self.assertEqual(booking.state, "confirmed")
        self.assertSeatsAgree()

    def test_late_money_without_seats_is_put_on_the_list(self):
        order, booking = self._ready_to_pay(adult=2)
        tx = self._new_tx(order)
        self._run_out(booking)
        self._fill(seats=10)
        self._capture(tx)
        self.assertEqual(order.state, "draft")
        self.assertEqual(booking.money_state, "needs_attention")
        self.assertFalse(booking.ticket_ids)
        self.assertEqual(self._taken(), 10)
        self.assertTrue(
            booking.activity_ids.user_id.has_group(
                "museum_exhibition.group_museum_manager"
            )
        )
        # again: neither an error nor a second activity
        tx.is_post_processed = False
        tx._post_process()
        self.assertEqual(len(booking.activity_ids), 1)

    def test_late_money_after_expiry_without_seats(self):
        order, booking = self._ready_to_pay(adult=2)
        tx = self._new_tx(order)
        self._run_out(booking)
        order._museum_refresh()
        self._fill(seats=10)
        self._capture(tx)
        self.assertEqual(booking.state, "expired")
        self.assertEqual(booking.money_state, "needs_attention")
        self.assertEqual(order.state, "draft")

    def test_late_money_leaves_newer_visits_in_their_cart(self):
        order, paid = self._ready_to_pay(adult=2)
        tx = self._new_tx(order)
        self._run_out(paid)
        order._museum_refresh()
        newer = self._book(order, slot=self.slot2, adult=2)
        self._capture(tx)
        self.assertEqual((paid.state, newer.state), ("confirmed", "pending"))
        self.assertEqual(order.state, "sale")
        self.assertNotEqual(newer.order_id, order)
        self.assertEqual(newer.order_id.amount_total, 472.0)
        self.assertEqual(paid.money_state, "paid")
        self.assertSeatsAgree()

    def test_late_money_is_for_the_same_seats_taken_again(self):
        order, paid = self._ready_to_pay(adult=2)
        tx = self._new_tx(order)
        self._run_out(paid)
        order._museum_refresh()
        again = self._book(order, adult=2)
        self._fill(seats=8)
        self._capture(tx)
        self.assertEqual((paid.state, again.state), ("expired", "confirmed"))
        self.assertEqual(again.money_state, "paid")
        self.assertEqual(len(again.ticket_ids), 2)
        self.assertSeatsAgree()

    def test_shop_product_alone_after_the_visit_was_removed(self):
        mug = self.env["product.product"].create(
            {"name": "Mug", "list_price": 50.0, "taxes_id": False, "type": "service"}
        )
        order = self._new_order()
        booking = self._book(order, adult=1)
        order._cart_add(product_id=mug.id, quantity=1)
        booking._remove()
        self._capture(self._new_tx(order))
        self.assertEqual(order.state, "sale")
        self.assertEqual(booking.state, "cancelled")
        self.assertEqual(booking.money_state, "unpaid")

    def test_second_payment_is_put_on_the_list(self):
        order, booking = self._ready_to_pay(adult=2)
        first = self._new_tx(order)
        second = self._new_tx(order)
        self._capture(first)
        self._capture(second)
        self.assertEqual(booking.state, "confirmed")
        self.assertEqual(len(booking.ticket_ids), 2)
        self.assertEqual(booking.money_state, "needs_attention")

    def test_payment_of_a_cancelled_order(self):
        order, booking = self._ready_to_pay(adult=2)
        tx = self._new_tx(order)
        order.action_cancel()
        self.assertEqual(booking.state, "cancelled")
        self.assertEqual(self._taken(), 0)
        self._capture(tx)
        self.assertEqual(booking.state, "cancelled")
        self.assertEqual(booking.money_state, "needs_attention")

    def test_pending_payment_keeps_the_order(self):
        order, booking = self._ready_to_pay(adult=2)
        tx = self._new_tx(order)
        tx._set_pending()
        tx._post_process()
        self.assertEqual(order.state, "sent")
        self._run_out(booking)
        order._museum_refresh()
        self.assertEqual(booking.state, "awaiting_payment")
        self._capture(tx)
        self.assertEqual(booking.state, "confirmed")
        self.assertEqual(booking.money_state, "paid")

    # === by hand ===

    def test_salesman_cannot_confirm_unpaid(self):
        order, booking = self._ready_to_pay(adult=2)
        for user in (self.salesman, self.accountant):
            with self.assertRaises(UserError):
                order.with_user(user).sudo(False).action_confirm()
        with self.assertRaises(UserError):
            order.sudo().action_confirm()
        self.assertEqual(booking.state, "awaiting_payment")

    def test_manager_confirms_by_hand_and_is_named(self):
        order = self._new_order()
        booking = self._book(order, adult=2)
        order.user_id = self.sale_manager
        order.with_user(self.sale_manager).sudo(False).action_confirm()
        self.assertEqual(booking.state, "confirmed")
        self.assertEqual(booking.money_state, "unpaid")
        self.assertIn("Bkc_Sale_Manager", str(booking.message_ids.mapped("body")))
        self.assertSeatsAgree()
        # paid later, in the accounting
        invoice = order._create_invoices()
        invoice.action_post()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        self.assertEqual(booking.money_state, "paid")

    def test_by_hand_without_seats_is_refused(self):
        order = self._new_order()
        booking = self._book(order, adult=2)
        self._run_out(booking)
        self._fill(seats=10)
        with self.assertRaises(HoldExpired):
            order.with_user(self.sale_manager).sudo(False).action_confirm()
        self.assertEqual(order.state, "draft")

    def test_expired_order_cannot_be_confirmed(self):
        order = self._new_order()
        booking = self._book(order, adult=2)
        self._run_out(booking)
        order._museum_refresh()
        with self.assertRaises(UserError):
            order.with_user(self.sale_manager).sudo(False).action_confirm()

    def test_free_order_needs_no_payment(self):
        self.adult.price = 0.0
        order, booking = self._ready_to_pay(adult=2)
        self.assertEqual(order.amount_total, 0.0)
        order._validate_order()
        self.assertEqual(booking.state, "confirmed")
        self.assertEqual(booking.money_state, "paid")
        self.assertEqual(len(booking.ticket_ids), 2)

    # === cancelling ===

    def test_cancelled_order_gives_seats_back(self):
        order, booking = self._ready_to_pay(adult=2)
        self._capture(self._new_tx(order))
        self.assertEqual(self._taken(), 2)
        order.action_cancel()
        self.assertEqual(booking.state, "cancelled")
        self.assertEqual(self._taken(), 0)
        self.assertEqual(booking.money_state, "needs_attention")
        self.assertEqual(set(booking.ticket_ids.mapped("state")), {"cancelled"})
        with self.assertRaises(UserError):
            order.action_draft()

    def test_seats_go_back_though_the_process_died_after_the_cancellation(self):
        order, _booking = self._ready_to_pay(adult=2)
        self._capture(self._new_tx(order))
        with patch.object(type(self.env["museum.hold"]), "_after_commit"):
            order.action_cancel()  # its process is killed right after the commit
        self.assertEqual(self._taken(), 2)
        with self.assertLogs("odoo.addons.museum_booking", "WARNING"):
            self.env["museum.booking"]._cron_sweep()
        self.assertEqual(self._taken(), 0)

    def test_manager_cancels_with_a_reason(self):
        order, booking = self._ready_to_pay(adult=2)
        self._capture(self._new_tx(order))
        wizard = (
            self.env["museum.booking.cancel"]
            .with_user(self.manager)
            .create({"booking_id": booking.id, "reason": "Projector broken"})
        )
        self.assertTrue(wizard.is_paid)
        self.assertEqual(wizard.visitors, 2)
        wizard.action_cancel_booking()
        self.assertEqual(booking.state, "cancelled")
        self.assertIn("Projector broken", str(booking.message_ids.mapped("body")))
        self.assertEqual(self._taken(), 0)

    def test_used_booking_cannot_be_cancelled(self):
        order, booking = self._ready_to_pay(adult=2)
        self._capture(self._new_tx(order))
        booking.ticket_ids[0]._set_state("used")
        with self.assertRaises(UserError):
            booking._cancel("test")

    # === tax, account, mixed orders ===

    def test_customer_abroad_pays_the_museums_tax(self):
        foreign = self.env["account.fiscal.position"].create(
            {
                "name": "Abroad",
                "company_id": self.company.id,
                "auto_apply": True,
                "country_id": self.env.ref("base.fr").id,
            }
        )
        partner = self.visitor.partner_id
        partner.country_id = self.env.ref("base.fr")
        partner.property_account_position_id = foreign
        order, booking = self._ready_to_pay(adult=1)
        order.write({"partner_id": self.stranger.partner_id.id})
        order.write({"partner_id": partner.id})
        order._recompute_cart()
        self.assertNotEqual(order.fiscal_position_id, foreign)
        self.assertEqual(booking.line_ids.tax_ids, self.tax)
        self.assertEqual(order.amount_total, 236.0)

    def test_order_with_shop_product(self):
        mug = self.env["product.product"].create(
            {"name": "Mug", "list_price": 50.0, "taxes_id": False, "type": "service"}
        )
        order = self._new_order()
        booking = self._book(order, adult=1)
        order._cart_add(product_id=mug.id, quantity=2)
        order._museum_lock_for_payment(True)
        self.assertEqual(order.amount_total, 336.0)
        self.assertEqual(booking.amount_total, 236.0)
        mails = self.env["mail.mail"].search_count([])
        self._capture(self._new_tx(order))
        self.assertEqual(booking.state, "confirmed")
        self.assertEqual(len(booking.ticket_ids), 1)
        self.assertEqual(order.invoice_ids.amount_total, 336.0)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertTrue(order.pending_email_template_id)

    # === crons ===

    def test_past_visits_are_closed(self):
        order, came = self._ready_to_pay(adult=2)
        missed = self._book(order, slot=self.slot2)
        order._museum_lock_for_payment(True)
        self._capture(self._new_tx(order))
        came.ticket_ids[0]._set_state("used")
        past = fields.Datetime.now() - timedelta(hours=3)
        for slot, hours in ((self.slot, 0), (self.slot2, 1)):
            # Time cannot be turned forward: the visits are moved back.
            writing(slot).write(
                {
                    "start_at": past + timedelta(hours=hours),
                    "end_at": past + timedelta(hours=hours, minutes=30),
                }
            )
        with self.enter_registry_test_mode():
            self.env.ref("museum_booking.ir_cron_booking_close").method_direct_trigger()
        self.assertEqual(came.state, "completed")
        self.assertEqual(missed.state, "no_show")

    def test_sweeper_expires_forgotten_carts(self):
        order = self._new_order()
        booking = self._book(order, adult=2)
        kept = self._book(self._new_order(), child=1)
        self._run_out(booking)
        with self.enter_registry_test_mode():
            self.env.ref("museum_booking.ir_cron_booking_sweep").method_direct_trigger()
        self.assertEqual(booking.state, "expired")
        self.assertEqual(kept.state, "pending")
        self.assertFalse(order.order_line)
        self.assertEqual(self._taken(), 1)
