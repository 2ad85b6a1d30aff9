# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.museum_payment_razorpay import const

from .common import KEY_ID, KEY_SECRET, WEBHOOK_SECRET, MuseumPaymentCase

PROVIDER = "odoo.addons.museum_payment_razorpay.models.payment_provider"


@tagged("post_install", "-at_install")
class TestProvider(MuseumPaymentCase):
    def test_sandbox_stands_in_only_in_test_state(self):
        url = self.provider._build_request_url("orders")
        self.assertEqual(url, f"{self.sandbox.url}/v1/orders")
        self.provider.state = "enabled"
        url = self.provider._build_request_url("orders")
        self.assertEqual(url, "https://api.razorpay.com/v1/orders")
        self.assertEqual(self.provider._razorpay_checkout_js(), const.CHECKOUT_JS)

    def test_sandbox_set_up_is_ready_to_sell(self):
        self.assertEqual(self.provider.state, "test")
        self.assertTrue(self.provider.is_published)
        self.assertEqual(self.provider.journal_id.type, "bank")
        active = self.provider.payment_method_ids.filtered("active").mapped("code")
        self.assertLessEqual({"card", "upi", "netbanking"}, set(active))
        self.assertTrue(self.env.ref("payment.cron_post_process_payment_tx").active)
        visitor = self.provider.with_user(self.visitor).sudo(False)
        compatible = visitor.sudo()._get_compatible_providers(
            self.company.id,
            self.visitor.partner_id.id,
            100.0,
            currency_id=self.company.currency_id.id,
        )
        self.assertIn(self.provider, compatible)

    def test_setting_up_again_changes_nothing(self):
        again = self.provider._museum_use_sandbox(
            self.sandbox.url,
            f"{self.sandbox.url}/v1/checkout.js",
            KEY_ID,
            KEY_SECRET,
            WEBHOOK_SECRET,
        )
        self.assertEqual(again, self.provider)
        self.assertEqual(self.provider.state, "test")

    def test_real_keys_leave_the_sandbox(self):
        self.provider._museum_use_keys("rzp_test_abc", "secret", "hook")
        self.assertEqual(self.provider.state, "test")
        self.assertEqual(self.provider._razorpay_checkout_js(), const.CHECKOUT_JS)
        self.assertIn("api.razorpay.com", self.provider._build_request_url("x"))
        self.provider._museum_use_keys("rzp_live_abc", "secret")
        self.assertEqual(self.provider.state, "enabled")
        self.assertFalse(self.provider.razorpay_webhook_secret)

    def test_logs_have_no_personal_data(self):
        """Hole 9: neither what is sent nor what is answered is logged."""
        self.visitor.partner_id.phone = "+91 98765 43210"
        with self.assertLogs("odoo.addons", level=logging.INFO) as logs:
            values = self.checkout()
            answer = self.sandbox.pay(
                values["razorpay_order_id"],
                email="bkc_visitor@example.com",
                contact="+919876543210",
            )
            self.deliver()
            self.verify(answer)
            self.run_inbox()
        text = "\n".join(logs.output)
        self.assertIn("Razorpay answered", text)
        for personal in ("bkc_visitor@example.com", "98765", KEY_SECRET):
            self.assertNotIn(personal, text)

    def test_wrong_keys_are_said(self):
        self.provider.razorpay_key_secret = "wrong"
        with self.assertRaises(ValidationError), mute_logger(PROVIDER):
            self.provider._send_api_request("GET", "payments/pay_1")
