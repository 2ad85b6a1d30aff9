# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An order while its payment is open: what is being paid stays as it is."""

from odoo import models

from ..exceptions import PaymentOpen
from ..lib import states


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _museum_open_payments(self):
        """The payments by which visits of this cart may still be paid as they are.

        None is open any more once those visits ran out, or the visitor gave it up;
        money that still comes by such a one is late money.
        """
        self.ensure_one()
        return self.sudo().transaction_ids.filtered(
            lambda tx: (
                tx.state in ("draft", "pending", "authorized")
                and tx.operation != "refund"
                and tx.museum_booking_ids.filtered(
                    lambda booking: (
                        booking.state == states.AWAITING_PAYMENT
                        and booking.order_id == self
                    )
                )
            )
        )

    def _museum_is_frozen(self):
        """Whether somebody may be paying for this very cart just now.

        :rtype: bool
        """
        self.ensure_one()
        return self.is_museum and bool(self._museum_open_payments())

    def _museum_check_not_frozen(self):
        """:raise PaymentOpen: a payment for the cart as it is has been begun"""
        for order in self:
            if words := order._museum_frozen_words():
                raise PaymentOpen(words, order=order.name)

    def _museum_frozen_words(self):
        """Why the cart cannot be changed just now; "" when it can."""
        self.ensure_one()
        if not self._museum_is_frozen():
            return ""
        return self.env._(
            "A payment for this cart is open. Finish it, or give it up in your cart"
            " before you change anything."
        )

    def _museum_reopen(self):
        """Give up the open payment, so that the cart can be changed again.

        The seats stay held. Money that comes all the same is late money: it never
        confirms a cart that is another one than what was paid.

        :return: False when the payment has just arrived; it counts then
        :raise PaymentOpen: the money is on its way, or nobody can tell
        """
        self.ensure_one()
        order = self.sudo().with_company(self.company_id)
        payments = order._museum_open_payments()
        payments._museum_ask_provider()
        if "done" in payments.mapped("state"):
            return False
        if payments.filtered(lambda tx: tx.state != "draft"):
            raise PaymentOpen(
                order.env._(
                    "Your payment is on its way: it cannot be given up any more."
                ),
                order=order.name,
                is_on_its_way=True,
            )
        words = order.env._("the visitor gave up the payment")
        payments._set_canceled(state_message=words)
        for booking in order.museum_booking_ids:
            if booking.state == states.AWAITING_PAYMENT:
                booking._set_state(states.PENDING, words)
        return True

    # === ODOO'S ROADS TO ANOTHER TOTAL ===

    def _museum_total_stays(self):
        """Whether the total is being paid, or was and the order waits for its end."""
        self.ensure_one()
        return self.is_museum and (
            self._museum_is_frozen()
            or (
                self.state in ("draft", "sent")
                and self.sudo()._museum_money_is_coming()
            )
        )

    def _recompute_prices(self):
        """What was shown when the payment began is what is paid."""
        orders = self.filtered(lambda order: not order._museum_total_stays())
        return super(SaleOrder, orders)._recompute_prices()

    def _recompute_taxes(self):
        orders = self.filtered(lambda order: not order._museum_total_stays())
        return super(SaleOrder, orders)._recompute_taxes()

    def _verify_cart(self):
        """Odoo takes products out that are no longer sold; not while they are paid.

        The product of a discount is archived with its promotion, for one.
        """
        if self._museum_total_stays():
            self._museum_refresh()
            return None
        return super()._verify_cart()

    def _verify_updated_quantity(
        self, order_line, product_id, new_qty, uom_id, **kwargs
    ):
        if words := self._museum_frozen_words():
            return order_line.product_uom_qty or 0, words
        return super()._verify_updated_quantity(
            order_line, product_id, new_qty, uom_id, **kwargs
        )

    def _cart_update_line_quantity(self, line_id, quantity, **kwargs):
        line = self.order_line.filtered(lambda line: line.id == line_id)
        if line and (words := self._museum_frozen_words()):
            line.shop_warning = words
            return {
                "added_qty": 0,
                "line_id": line.id,
                "quantity": line.product_uom_qty,
                "warning": words,
            }
        return super()._cart_update_line_quantity(line_id, quantity, **kwargs)
