# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http

from odoo.addons.payment.controllers.post_processing import PaymentPostProcessing


class MuseumPostProcessing(PaymentPostProcessing):
    @http.route()
    def poll_status(self, **kwargs):
        """Override of `payment`: a visitor who waits does not wait for the job's turn.

        When the webhook is in the inbox already, and nobody is at it, it is handled
        here. Otherwise nothing is done that the job would not do.
        """
        tx_sudo = self._get_monitored_transaction()
        if tx_sudo.razorpay_order_id and tx_sudo.state != "done":
            tx_sudo._razorpay_work_inbox()
        return super().poll_status(**kwargs)
