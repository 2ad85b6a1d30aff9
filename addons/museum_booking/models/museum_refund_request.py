# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How a refund begins: for tickets of a booking, or for a payment without a visit."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.museum_exhibition.models.guard import writing

from ..lib import states


class MuseumBooking(models.Model):
    _inherit = "museum.booking"

    refund_ids = fields.One2many(
        "museum.refund", "booking_id", string="Refunds", readonly=True
    )

    def _request_refund(self, parts, origin, reason, tickets=None):
        """Record that money goes back for tickets of this booking.

        In the caller's transaction, without any network; a job does the rest: credit
        note, then the money. The lines of the order follow here. The caller has checked
        who asks, and cancels the tickets.

        :param parts: list of ``RefundPart``, see ``_refund_amounts``
        :param str origin: one of the refund's origins
        :param str reason: why, in words for staff
        :param tickets: museum.ticket that it is for
        :return: the museum.refund; empty when nothing goes back, nothing is kept then
        """
        self.ensure_one()
        booking = self.sudo()
        amounts = booking._refund_amounts(parts)
        if not amounts.total and not amounts.in_kind:
            return booking.env["museum.refund"]
        lines = [
            {
                "sale_line_id": line.sale_line_id,
                "quantity": line.quantity,
                "percent": line.percent,
                "fee": line.fee,
                "price": line.price,
                "amount": line.amount,
                "amount_in_kind": line.in_kind,
                "taken": line.taken.as_json(),
                "given": line.given.as_json(),
            }
            for line in amounts.lines
        ]
        refund = booking.env["museum.refund"]._record(
            {
                "booking_id": booking.id,
                "company_id": booking.company_id.id,
                "currency_id": booking.currency_id.id,
                "partner_id": booking.partner_id.id,
                "amount": amounts.total,
                "amount_in_kind": amounts.in_kind,
                "reason": reason,
                "origin": origin,
                "ticket_ids": [fields.Command.set(tickets.ids if tickets else [])],
                "line_ids": [fields.Command.create(line) for line in lines],
            }
        )
        refund._give_back_in_kind()
        refund._lower_order_lines()
        return refund


class MuseumRefund(models.Model):
    _inherit = "museum.refund"

    def _give_back_in_kind(self):
        """For cards that paid, and points that were earned; before the lines follow."""

    def _lower_order_lines(self):
        """What goes back is not ordered any more: it would be invoiced once more.

        Discounts are lowered by the share of these tickets, so that the order's total
        is what the visitor still has.
        """
        self.ensure_one()
        order = self.order_id
        was_locked = order.locked
        if was_locked:
            order.locked = False
        for line in self.line_ids:
            ticket = line.sale_line_id
            # All together: none of them may be worked out anew from the quantity.
            writing(ticket).write(
                {
                    "product_uom_qty": ticket.product_uom_qty - line.quantity,
                    "price_unit": ticket.price_unit,
                    "discount": ticket.discount,
                }
            )
        for deduction, left in self._deductions_left().items():
            if deduction.price_total:
                factor = min(1.0, left / -deduction.price_total)
                writing(deduction).write({"price_unit": deduction.price_unit * factor})
        if was_locked:
            order.locked = True

    def _deductions_left(self):
        """What the discounts and cards of these tickets' order take off what is left.

        :return: {sale.order.line: positive amount}
        """
        self.ensure_one()
        order = self.order_id
        touched = set()
        for line in self.line_ids:
            touched |= line.taken["off"].keys() | line.taken["kind"].keys()
        left = dict.fromkeys(touched, 0)
        for ticket in order.order_line.filtered("museum_booking_id"):
            share = ticket._museum_left_share()
            for group in (share.off, share.kind):
                for key, parts in group.items():
                    if key in left:
                        left[key] += sum(parts.values())
        unit = 10**order.currency_id.decimal_places
        lines = self.env["sale.order.line"]
        return {
            lines.browse(int(key)).exists(): amount / unit
            for key, amount in sorted(left.items())
        }

    @api.model
    def _request_for_payment(self, tx, origin, reason, amount=None):
        """Record that a payment goes back that bought nothing.

        :param tx: the payment.transaction whose money it is
        :param float amount: by default all that has not gone back yet
        :return: the museum.refund; empty when there is nothing left to give back
        """
        tx.ensure_one()
        left = tx.sudo()._museum_left_to_refund()
        amount = left if amount is None else min(amount, left)
        if tx.currency_id.compare_amounts(amount, 0) <= 0:
            return self.sudo().browse()
        bookings = (tx | tx.museum_stray_of_id).sudo().museum_booking_ids
        refund = self._record(
            {
                "booking_id": bookings.id if len(bookings) == 1 else False,
                "source_transaction_id": tx.id,
                "company_id": tx.company_id.id,
                "currency_id": tx.currency_id.id,
                "partner_id": tx.partner_id.id,
                "amount": amount,
                "reason": reason,
                "origin": origin,
            }
        )
        if origin == "late_money":
            refund._mail_late_money()
        return refund


class SaleOrder(models.Model):
    _inherit = "sale.order"

    museum_refund_ids = fields.One2many(
        "museum.refund", "order_id", string="Museum refunds", readonly=True
    )


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    museum_stray_of_id = fields.Many2one(
        "payment.transaction",
        string="Came beside",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Money that came for this purchase and bought nothing: a second payment, "
        "or another amount. Booked by itself, so that it can be given back.",
    )
    museum_stray_ids = fields.One2many(
        "payment.transaction", "museum_stray_of_id", string="Other money", readonly=True
    )

    def _museum_is_of_visits(self):
        """Whether this is money for visits, whatever became of them."""
        self.ensure_one()
        return bool(
            self.museum_booking_ids
            or self.museum_purpose
            or self.museum_stray_of_id
            or any(self.sale_order_ids.mapped("is_museum"))
        )

    def _refund(self, amount_to_refund=None):
        """Override of `payment`: recorded first, sent by the job, as all refunds.

        :return: no transaction yet, the job makes it
        :raise UserError: nothing of it is left to give back
        """
        self.ensure_one()
        if not self._museum_is_of_visits():
            return super()._refund(amount_to_refund=amount_to_refund)
        self._ensure_provider_is_not_disabled()
        refund = self.env["museum.refund"]._request_for_payment(
            self,
            "staff",
            self.env._("by %(user)s, from the payment", user=self.env.user.name),
            amount=amount_to_refund or None,
        )
        if not refund:
            raise UserError(self.env._("All of this payment was given back already."))
        return self.browse()

    def _museum_give_back(self, problem):
        """Give unplaced money back by itself, where the museum wants that.

        :param str problem: why it bought nothing, in words
        :return: the museum.refund; empty when staff decide
        """
        self.ensure_one()
        refunds = self.env["museum.refund"].sudo()
        if self.company_id.museum_unplaced_payment != "refund":
            return refunds
        return refunds._request_for_payment(self, "late_money", problem)

    def _museum_gives_back(self):
        """Whether all of this payment goes back, or has, because it bought nothing.

        :rtype: bool
        """
        self.ensure_one()
        refunds = (
            self.env["museum.refund"]
            .sudo()
            .search(
                [
                    ("source_transaction_id", "=", self.id),
                    ("state", "!=", states.REFUND_CANCELLED),
                ]
            )
        )
        amount = sum(refunds.mapped("amount"))
        return bool(refunds) and (
            self.currency_id.compare_amounts(amount, self.amount) >= 0
        )

    def _museum_left_to_refund(self):
        """What of this payment has not gone back, and is not about to.

        :rtype: float
        """
        self.ensure_one()
        gone = -sum(
            child.amount
            for child in self.child_transaction_ids
            if child.operation == "refund" and child.state not in ("error", "cancel")
        )
        waiting = (
            self.env["museum.refund"]
            .sudo()
            .search(
                [
                    ("source_transaction_id", "=", self.id),
                    ("state", "in", (states.REFUND_QUEUED, states.REFUND_FAILED)),
                ]
            )
        )
        for refund in waiting:
            begun = refund.transaction_ids.filtered(
                lambda tx: tx.state not in ("error", "cancel")
            )
            gone += max(0.0, refund.amount + sum(begun.mapped("amount")))
        return max(0.0, self.amount - gone)
