# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What staff can do about a booking that needs attention, so that it is finished."""

from odoo import fields, models
from odoo.exceptions import UserError

from ..lib import states


class MuseumBooking(models.Model):
    _inherit = "museum.booking"

    refund_count = fields.Integer(compute="_compute_refund_count")

    def _compute_refund_count(self):
        for booking in self:
            booking.refund_count = len(booking.sudo().refund_ids)

    def _attention_payments(self):
        """Payments for these bookings, those that came beside included.

        :return: payment.transaction, as superuser
        """
        bookings = self.sudo()
        found = bookings.env["payment.transaction"].search(
            [("museum_booking_ids", "in", bookings.ids)]
        )
        found |= bookings.order_id.transaction_ids
        found |= found.museum_stray_ids
        return found.filtered(lambda tx: tx.operation != "refund")

    def _unplaced_payments(self):
        """Money that bought nothing."""
        return self._attention_payments().filtered(
            lambda tx: (
                tx.state == "done"
                and (
                    tx.museum_stray_of_id
                    or tx.sale_order_ids.filtered(lambda order: order.state != "sale")
                    or tx._museum_unconfirmed()
                )
            )
        )

    def action_resolve_attention(self):
        res = super().action_resolve_attention()
        self._attention_payments()._museum_attention_over()
        return res

    def action_refund_attention(self):
        """Give money back that bought no visit.

        :raise UserError: there is none; a visit that was bought is cancelled instead
        """
        self.env["museum.refund"]._check_finance()
        self.check_access("read")
        refunds = self.env["museum.refund"].sudo()
        for tx in self._unplaced_payments():
            words = self.env._("decided by %(user)s", user=self.env.user.name)
            refunds |= refunds._request_for_payment(tx, "late_money", words)
        if not refunds:
            raise UserError(
                self.env._(
                    "No money is here without a visit. To give back what a visit cost, "
                    "cancel the booking."
                )
            )
        return True

    def action_confirm_attention(self):
        """Confirm what was paid after all, where there are seats.

        :raise UserError: it cannot be; the message says why
        """
        self.env["museum.refund"]._check_finance()
        self.check_access("read")
        for tx in self._unplaced_payments().filtered("sale_order_ids"):
            tx._museum_confirm_order()
        missing = self.sudo().filtered(lambda one: one.state not in states.BOOKING_SOLD)
        if missing:
            raise UserError(
                self.env._(
                    "This could not be confirmed: %(reason)s",
                    reason=missing[0].attention_reason or missing[0].name,
                )
            )
        self._attention_payments()._museum_attention_over()
        self._attention_over(self.env._("confirmed by %s", self.env.user.name))
        return True

    def action_view_refunds(self):
        """Open the refunds of the booking."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refunds"),
            "res_model": "museum.refund",
            "view_mode": "list,form",
            "domain": [("id", "in", self.refund_ids.ids)],
        }
