# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model
    def _museum_demo_razorpay(self, *, key_id, key_secret, webhook_secret, api_url):
        """Connect the demo museum to Razorpay or, with ``api_url``, to a stand-in.

        Called by the scripts that start the demo museum.

        :param str api_url: ``http://host:port`` of the sandbox; None for Razorpay
        """
        company = self.env.ref("base.main_company")
        providers = self.env["payment.provider"].with_company(company)
        if api_url:
            script = f"{api_url.rstrip('/')}/v1/checkout.js"
            providers._museum_use_sandbox(
                api_url, script, key_id, key_secret, webhook_secret
            )
        else:
            providers._museum_use_keys(key_id, key_secret, webhook_secret)
        # What most people in India pay with stands first.
        self.env.ref("payment.payment_method_upi").sequence = 0
