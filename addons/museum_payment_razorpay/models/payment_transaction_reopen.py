# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Before a visitor gives a payment up, Razorpay is asked whether it went through."""

from odoo import models
from odoo.exceptions import ValidationError

from odoo.addons.museum_booking.exceptions import PaymentOpen

from .. import const


class PaymentTransaction(models.Model):
    # One subject per file: together they would be far too long.
    _inherit = "payment.transaction"  # pylint: disable=W0012,R8180

    def _museum_ask_provider(self):
        """Override of `museum_booking`: Razorpay is asked, while nothing is locked."""
        res = super()._museum_ask_provider()
        for tx in self.filtered("razorpay_order_id"):
            try:
                entity = tx._razorpay_ask()
            except ValidationError as error:
                raise PaymentOpen(
                    self.env._(
                        "We cannot ask the bank about your payment just now. Please try"
                        " again in a minute."
                    )
                ) from error
            status = entity and entity["status"]
            if status == const.PAYMENT_CAPTURED and tx._razorpay_try_lock():
                tx._razorpay_settle(entity)
            elif status in (const.PAYMENT_CAPTURED, const.PAYMENT_AUTHORIZED):
                raise PaymentOpen(
                    self.env._("Your payment is on its way. Please wait a moment."),
                    is_on_its_way=True,
                )
        return res
