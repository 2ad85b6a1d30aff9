# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An order that holds museum visits, from "Pay" on: terms, price, seats, money."""

from odoo import models
from odoo.exceptions import UserError, ValidationError
from odoo.http import request

from odoo.addons.museum_exhibition.controllers.serializers import minor
from odoo.addons.museum_exhibition.exceptions import HoldExpired, MuseumRefusal
from odoo.addons.museum_exhibition.models.guard import writing

from ..exceptions import NotPayable, PriceChanged, TermsNotAccepted
from ..lib import states


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # === BEFORE PAYING ===

    def _museum_lock_for_payment(self, accept_terms, expected_total_minor=None):
        """The last look before the money: terms, prices, seats. Then hold them longer.

        :param bool accept_terms: the visitor has ticked the terms
        :param int expected_total_minor: the total that the visitor agreed to, in the
            currency's smallest unit; by default the one that the order had until now
        :raise TermsNotAccepted: there are terms and they were not accepted
        :raise ContactIncomplete: the tickets could not be sent to the contact
        :raise QuantityError: the museum allows fewer tickets by now
        :raise VisitorsIncomplete: the museum asks who comes, and was not told
        :raise HoldExpired: some seats were released; the cart shows which
        :raise PriceChanged: the total is another one now
        :raise NotPayable: nothing to pay for
        """
        self.ensure_one()
        order = self.sudo().with_company(self.company_id)
        order._museum_check_editable()
        bookings = order.museum_booking_ids._in_cart()
        if not bookings:
            raise NotPayable(
                order.env._("There is no visit in this cart any more."), is_empty=True
            )
        if order._museum_terms_parts() and accept_terms is not True:
            raise TermsNotAccepted(
                order.env._("Please accept the terms of the visit first."),
                accept_terms="must be true",
            )
        order._museum_check_contact()
        for booking in bookings:
            booking._check_rules(booking._wanted())
        order._museum_check_visitors(bookings)
        order._museum_check_price(expected_total_minor)
        order._museum_check_holds(bookings)
        order._museum_keep_terms(bookings)

    def _museum_check_price(self, expected_total_minor):
        old = (
            minor(self.amount_total, self.currency_id)
            if expected_total_minor is None
            else expected_total_minor
        )
        self._recompute_cart()
        new = minor(self.amount_total, self.currency_id)
        if new != old:
            raise PriceChanged(
                self.env._("The price has changed. Please look at the new total."),
                expected_total_minor=old,
                total_minor=new,
                currency=self.currency_id.name,
            )

    def _museum_check_holds(self, bookings):
        """Hold the seats long enough for the payment, or say which are gone."""
        facts = bookings._hold_facts()
        for booking in bookings:
            fact = facts.get(booking.id)
            if fact and fact.is_live and fact.quantities != booking._wanted():
                # Seats that an interrupted request gave back or took too many of.
                self.env["museum.hold"]._resize(booking.hold_token, booking._wanted())
        lost = self._museum_extend(self.company_id.museum_payment_minutes)
        if lost:
            raise HoldExpired(
                self.env._(
                    "Your seats for %(titles)s were released. Look at your cart.",
                    titles=", ".join(lost.exhibition_id.mapped("name")),
                ),
                bookings=lost.mapped("name"),
            )

    def _museum_terms_parts(self):
        """What is accepted before paying: the museum's terms, then each exhibition's.

        :return: list of dicts title, text, version, each text once
        """
        self.ensure_one()
        parts = {}
        for exhibition in self.museum_booking_ids._in_cart().exhibition_id:
            for part in exhibition._terms_parts():
                parts.setdefault(str(part["text"]), part)
        return list(parts.values())

    def _museum_keep_terms(self, bookings):
        bookings._keep_terms()
        for booking in bookings:
            booking._set_state(
                states.AWAITING_PAYMENT,
                self.env._("terms %(version)s accepted", version=booking.terms_version),
            )

    def _museum_check_payable(self, amount):
        """Refuse a payment that could not end as a confirmed order.

        The last line on every road that makes a transaction: the shop's route, the
        portal's, a payment link, a provider's own.

        :param float amount: what the transaction is about to collect
        :raise NotPayable, HoldExpired: with what to do
        """
        self.ensure_one()
        self._museum_check_payer()
        bookings = self.museum_booking_ids._in_cart()
        if not self.order_line:
            raise NotPayable(self.env._("There is no visit in this cart any more."))
        if bookings.filtered(lambda b: b.state != states.AWAITING_PAYMENT):
            raise NotPayable(
                self.env._("Please look at the summary and accept the terms first.")
            )
        if self.currency_id.compare_amounts(amount, self.amount_total):
            raise NotPayable(
                self.env._("The cart has been updated. Please refresh the page.")
            )
        if self._museum_money_is_coming():
            raise NotPayable(self.env._("A payment for this order is being processed."))
        facts = bookings._hold_facts()
        if any(b.id not in facts or not facts[b.id].is_live for b in bookings):
            raise HoldExpired(
                self.env._("Your seats were released. Please look at your cart.")
            )

    def _check_cart_is_ready_to_be_paid(self):
        super()._check_cart_is_ready_to_be_paid()
        if not self.is_museum:
            return
        if not self.order_line:
            raise ValidationError(self.env._("Your cart is empty."))
        if self._museum_has_visits():
            try:
                if self.currency_id.is_zero(self.amount_total):
                    # The shop's page confirms it next, without any payment.
                    self._museum_check_price(0)
                self._museum_check_payable(self.amount_total)
            except MuseumRefusal as refusal:
                raise ValidationError(str(refusal)) from refusal

    # === WHAT COUNTS AS PAID ===

    def _museum_money(self):
        """What came in for this order and what went back, in its currency.

        :return: (paid, refunded), both positive
        """
        self.ensure_one()
        paid = sum(
            tx.amount
            for tx in self.transaction_ids
            if tx.state in ("authorized", "done")
        )
        if self.invoice_ids and not paid:
            # Paid at the desk or by bank transfer, in Odoo's accounting.
            posted = self.invoice_ids.filtered(lambda move: move.state == "posted")
            paid = sum(
                move.amount_total - move.amount_residual
                for move in posted
                if move.move_type == "out_invoice"
            )
        refunds = self.transaction_ids.child_transaction_ids.filtered(
            lambda tx: tx.operation == "refund" and tx.state == "done"
        )
        by_hand = self.museum_refund_ids.filtered(
            lambda refund: (
                refund.state == states.REFUND_DONE and not refund.transaction_ids
            )
        )
        return paid, -sum(refunds.mapped("amount")) + sum(by_hand.mapped("amount"))

    def _compute_amount_paid(self):
        """Money that went back does not confirm anything a second time."""
        res = super()._compute_amount_paid()
        for order in self.filtered("is_museum"):
            _paid, refunded = order._museum_money()
            order.amount_paid -= refunded
        return res

    def _get_prepayment_required_amount(self):
        """All of it, whatever somebody has set on the order."""
        self.ensure_one()
        if self.is_museum:
            return self.amount_total
        return super()._get_prepayment_required_amount()

    def _is_confirmation_amount_reached(self):
        self.ensure_one()
        if self.is_museum and not self.order_line:
            return False
        return super()._is_confirmation_amount_reached()

    # === CONFIRMATION ===

    def _museum_secure_seats(self):
        """Make sure that all visits of the order have their seats, now.

        Expired ones are taken anew where seats are left.

        :return: the bookings that have none
        """
        missing = self.env["museum.booking"]
        bookings = self.sudo().museum_booking_ids._in_cart()
        facts = bookings._hold_facts()
        for booking in bookings:
            try:
                expires_at = self._museum_hold_again(booking, facts.get(booking.id))
                if expires_at and booking.hold_expires_at != expires_at:
                    writing(booking).write({"hold_expires_at": expires_at})
            except MuseumRefusal:
                missing |= booking
        return missing

    def _museum_hold_again(self, booking, fact):
        """Take a visit's seats anew, unless the ledger has them for it already.

        Ran out or not, what is still held can be sold. Writing such a hold once more
        would do so in another transaction, and the sale, next in ours, could then
        never see it: a serialization failure each time that Odoo runs us again.

        :param fact: what `_hold_facts` says of the booking; None: nothing
        :return: until when the seats are held now; None when nothing was moved
        :raise MuseumRefusal: the seats went to others
        """
        wanted = booking._wanted()
        has_seats = fact and fact.state in ("active", "sold")
        if has_seats and fact.quantities == wanted:
            return None
        holds = self.env["museum.hold"]
        held = holds._renew(
            booking.hold_token, booking.company_id.museum_payment_minutes
        )
        if fact and fact.quantities != wanted:
            # What an interrupted request gave back or took too many of.
            held = holds._resize(booking.hold_token, wanted)
        return held["expires_at"]

    def _museum_check_confirmable(self):
        """Who may confirm: money in full, nothing to pay, or a manager by hand.

        :raise UserError: not paid, and nobody who may decide that it need not be
        """
        self.ensure_one()
        if not self.order_line:
            raise UserError(
                self.env._("The visits of %(name)s have expired.", name=self.name)
            )
        if not self._museum_has_visits():
            return
        self._museum_check_free_terms()
        if self.currency_id.compare_amounts(self.amount_paid, self.amount_total) >= 0:
            return
        user = self.env.user
        by_hand = not self.env.su and (
            user.has_group("sales_team.group_sale_manager")
            or user.has_group("museum_exhibition.group_museum_manager")
        )
        if not by_hand:
            raise UserError(
                self.env._(
                    "%(name)s is not paid: %(paid)s of %(total)s. Only a manager may "
                    "confirm it by hand.",
                    name=self.name,
                    paid=self.currency_id.format(self.amount_paid),
                    total=self.currency_id.format(self.amount_total),
                )
            )

    def _museum_check_free_terms(self):
        """A free order has no payment that would have asked for the terms.

        The shop is not the only road: a signature in the portal confirms, too. Staff
        who confirm have spoken with the visitor.

        :raise TermsNotAccepted: the visitor has not been through the summary
        """
        self.ensure_one()
        # The portal confirms as Odoo's robot: who is asking is in the request.
        user = request.env.user if request else self.env.user
        if user._is_internal() or not self.currency_id.is_zero(self.amount_total):
            return
        bookings = self.museum_booking_ids._in_cart()
        if any(booking.state != states.AWAITING_PAYMENT for booking in bookings):
            raise TermsNotAccepted(
                self.env._("Please look at the summary and accept the terms first."),
                accept_terms="must be true",
            )

    # === FREE OF CHARGE ===

    def _museum_confirm_free(self):
        """Confirm an order that costs nothing, after the summary; seats and total
        are looked at once more.

        :raise NotPayable: it costs something, or the summary comes first
        :raise PriceChanged: it does now
        :raise HoldExpired: some seats are gone
        """
        self.ensure_one()
        order = self.sudo().with_company(self.company_id)
        order._museum_check_editable()
        if not order.currency_id.is_zero(order.amount_total):
            raise NotPayable(
                order.env._(
                    "This order costs %(total)s. Please pay it.",
                    total=order.currency_id.format(order.amount_total),
                )
            )
        order._museum_check_price(0)
        # Looks at the holds and leaves them: one that was written in a transaction of
        # its own could not be sold in this one, see `_museum_hold_again`.
        order._museum_check_payable(0.0)
        order.with_context(mail_auto_subscribe_no_notify=True)._validate_order()

    def _museum_confirm_reason(self):
        """Why the order is confirmed, for the log of its bookings."""
        self.ensure_one()
        if self.currency_id.is_zero(self.amount_total):
            return self.env._("free of charge")
        if self.currency_id.compare_amounts(self.amount_paid, self.amount_total) >= 0:
            return self.env._("paid")
        return self.env._(
            "confirmed by hand by %(user)s, %(paid)s of %(total)s paid",
            user=self.env.user.name,
            paid=self.currency_id.format(self.amount_paid),
            total=self.currency_id.format(self.amount_total),
        )

    def action_confirm(self):
        """Seats first: an order without its seats is not confirmed by any road."""
        for order in self.filtered("is_museum"):
            if order.state not in ("draft", "sent"):
                continue  # refused with Odoo's own words below
            order._museum_check_confirmable()
            order.sudo().museum_booking_ids._in_cart()._refuse_cancelled_visits()
            missing = order._museum_secure_seats()
            if missing:
                raise HoldExpired(
                    self.env._(
                        "There are no seats left for %(names)s.",
                        names=", ".join(missing.mapped("display_name")),
                    ),
                    bookings=missing.mapped("name"),
                )
        return super().action_confirm()

    def _action_confirm(self):
        res = super()._action_confirm()
        self.filtered("is_museum").museum_booking_ids._confirm()
        return res

    def _action_cancel(self):
        """Cancel the visits with the order; what was paid goes on the list.

        Visits that are sold are cancelled by managers, whichever button it is.
        """
        sold = self.sudo().museum_booking_ids.filtered(
            lambda booking: booking.confirmed_at and booking.state != states.CANCELLED
        )
        if sold and not self.env.su:
            sold.sudo(False)._check_manager()
        for order in self.filtered("is_museum"):
            order.sudo().museum_booking_ids._cancel(
                self.env._(
                    "order cancelled by %(user)s", user=self.env.user.display_name
                )
            )
        return super()._action_cancel()

    def action_draft(self):
        """A cancelled order does not come back to life: its seats are gone."""
        if any(order.museum_booking_ids for order in self.filtered("is_museum")):
            raise UserError(
                self.env._("The seats of this order were given back: book again.")
            )
        return super().action_draft()

    def _museum_restore_paid(self, bookings):
        """Bring back visits that expired while their payment was on its way.

        :param bookings: the visits that the payment was for
        :return: the bookings whose seats went to others
        """
        self.ensure_one()
        gone = self.env["museum.booking"]
        expired = bookings.sudo().filtered(
            lambda booking: booking.state == states.EXPIRED and booking.order_id == self
        )
        facts = expired._hold_facts()
        for booking in expired:
            fact = facts.get(booking.id)
            try:
                expires_at = self._museum_hold_again(booking, fact)
            except MuseumRefusal:
                gone |= booking
                continue
            booking.with_context(skip_cart_verification=True)._restore(
                booking._wanted(),
                expires_at or fact.expires_at,
                self.env._("paid after the clock had run out, seats were left"),
            )
        return gone

    def _museum_split_off(self, bookings):
        """Move visits that a payment was not for into a cart of their own.

        :return: the new order; the visitor finds it as his cart when he is logged in
        """
        self.ensure_one()
        order = writing(self).create(
            {
                "company_id": self.company_id.id,
                "partner_id": self.partner_id.id,
                "museum_guest_id": self.museum_guest_id.id,
                "website_id": self.website_id.id,
                "pricelist_id": self.pricelist_id.id,
            }
        )
        order = order.with_env(self.env)
        # Only the lines: the bookings follow them, as when Odoo merges carts.
        bookings.sudo().line_ids.write({"order_id": order.id})
        return order

    # === MAIL: never from the visitor's request ===

    def _send_order_confirmation_mail(self):
        """Visits have their own mail, a job. Shop products in the same order get
        Odoo's, as a job too: it renders a PDF."""
        museum = self.filtered("is_museum")
        for order in museum.filtered(lambda order: not order._is_museum_only()):
            order._museum_mail_later(order._get_confirmation_template())
        return super(SaleOrder, self - museum)._send_order_confirmation_mail()

    def _send_payment_succeeded_for_order_mail(self):
        museum = self.filtered("is_museum")
        return super(SaleOrder, self - museum)._send_payment_succeeded_for_order_mail()

    def _museum_mail_later(self, template):
        cron = self.env.ref("sale.send_pending_emails_cron", raise_if_not_found=False)
        if template and cron:
            self.pending_email_template_id = template
            cron.sudo()._trigger()
