# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.museum_payment_razorpay.lib import signature

from .common import KEY_SECRET, MuseumPaymentCase

CONTROLLERS = "odoo.addons.museum_payment_razorpay.controllers.main"
SETTLE = "odoo.addons.museum_payment_razorpay.models.payment_transaction_settle"


@tagged("post_install", "-at_install")
class TestVerify(MuseumPaymentCase):
    """What the browser hands in after the checkout window."""

    def test_verified_payment_confirms_without_webhook(self):
        values = self.checkout(adult=2)
        answer = self.sandbox.pay(values["razorpay_order_id"])
        result = self.verify(answer)
        self.assertEqual(result["status"], "confirmed")
        self.assertEqual(result["reference"], values["reference"])
        self.assertEqual(result["next"], "/shop/payment/validate")
        tx = self.tx_of(values)
        self.assertEqual(tx.razorpay_payment_id, answer["razorpay_payment_id"])
        self.assertEqual(tx.provider_reference, answer["razorpay_payment_id"])
        self.assertConfirmedOnce(tx)

    def test_verifying_again_changes_nothing(self):
        values = self.checkout()
        answer = self.sandbox.pay(values["razorpay_order_id"])
        for _time in range(3):
            self.assertEqual(self.verify(answer)["status"], "confirmed")
        self.assertConfirmedOnce(self.tx_of(values))

    def test_post_processing_again_says_nothing_twice(self):
        """Odoo's cron works on a list that it has made before others were done."""
        values = self.checkout()
        self.verify(self.sandbox.pay(values["razorpay_order_id"]))
        tx = self.tx_of(values)
        order = tx.sale_order_ids
        messages = len(order.message_ids)
        tx._post_process()
        self.assertEqual(len(order.message_ids), messages)
        self.assertConfirmedOnce(tx)

    @mute_logger(CONTROLLERS)
    def test_wrong_signature_is_refused(self):
        values = self.checkout()
        answer = self.sandbox.pay(values["razorpay_order_id"])
        for wrong in ("0" * 64, "é" * 64, answer["razorpay_signature"][:-1]):
            body = {**answer, "razorpay_signature": wrong}
            refusal = self.verify(body, status=403)
            self.assertEqual(refusal["error"]["code"], "forbidden")
        self.assertNothingConfirmed(self.tx_of(values))

    def test_strange_ids_are_refused(self):
        self.checkout()
        for order_id, payment_id in (
            ("order_1/../x", "pay_1"),
            ("order_1", "pay_1?expand[]=card"),
            ("order_1", ["pay_1"]),
            (None, "pay_1"),
        ):
            answer = {
                "razorpay_order_id": order_id,
                "razorpay_payment_id": payment_id,
                "razorpay_signature": "0" * 64,
            }
            self.verify(answer, status=422)

    def test_signature_of_another_order_pays_only_that_one(self):
        """Hole 3: a paid small order must not pay a large one."""
        small = self.checkout(child=1)
        answer = self.sandbox.pay(small["razorpay_order_id"])
        large = self.checkout("bkc_stranger", adult=8)
        # As Odoo's own return route could be called: signed ids, other reference.
        response = self.url_open(
            f"/payment/razorpay/return?reference={large['reference']}",
            data={
                key: answer[key]
                for key in (
                    "razorpay_order_id",
                    "razorpay_payment_id",
                    "razorpay_signature",
                )
            },
            allow_redirects=False,
        )
        self.assertEqual(response.status_code, 303)
        self.env.invalidate_all()
        self.assertNothingConfirmed(self.tx_of(large))
        self.assertConfirmedOnce(self.tx_of(small))
        # The other way: the large order's id with the small payment, really signed by
        # somebody who knows the key: Razorpay itself says that they do not belong.
        mixed = {
            "razorpay_order_id": large["razorpay_order_id"],
            "razorpay_payment_id": answer["razorpay_payment_id"],
            "razorpay_signature": signature.of_checkout(
                large["razorpay_order_id"], answer["razorpay_payment_id"], KEY_SECRET
            ),
        }
        with mute_logger(SETTLE):
            self.assertEqual(self.verify(mixed)["status"], "processing")
        self.assertNothingConfirmed(self.tx_of(large))

    @mute_logger(CONTROLLERS)
    def test_return_route_refuses_wrong_signature(self):
        values = self.checkout()
        answer = self.sandbox.pay(values["razorpay_order_id"])
        response = self.url_open(
            f"/payment/razorpay/return?reference={values['reference']}",
            data={**answer, "razorpay_signature": "0" * 64},
            allow_redirects=False,
        )
        self.assertEqual(response.status_code, 403)
        self.env.invalidate_all()
        self.assertNothingConfirmed(self.tx_of(values))

    def test_verify_tells_strangers_nothing_but_the_status(self):
        values = self.checkout()
        answer = self.sandbox.pay(values["razorpay_order_id"])
        self.authenticate("bkc_stranger", "bkc_stranger")
        result = self.verify(answer)
        self.assertEqual(set(result), {"status", "reference", "next"})
        self.assertEqual(result["next"], "/payment/status")

    def test_authorised_payment_waits_for_its_capture(self):
        values = self.checkout()
        answer = self.sandbox.pay(values["razorpay_order_id"], "authorized")
        self.assertEqual(self.verify(answer)["status"], "processing")
        tx = self.tx_of(values)
        self.assertNothingConfirmed(tx)
        self.assertFalse(tx.razorpay_payment_id)
        self.assertTrue(tx.razorpay_next_ask_at)

    @mute_logger("odoo.addons.museum_payment_razorpay.models.payment_provider")
    def test_razorpay_down_leaves_it_to_the_webhook(self):
        values = self.checkout()
        answer = self.sandbox.pay(values["razorpay_order_id"])
        self.sandbox.switch(api_failures=1)
        result = self.verify(answer)
        self.assertEqual(result["status"], "processing")
        self.assertEqual(result["next"], "/payment/status")
        self.deliver("payment.captured")
        self.run_inbox()
        self.assertConfirmedOnce(self.tx_of(values))

    def test_failed_attempt_then_success_confirms(self):
        values = self.checkout()
        failed = self.sandbox.pay(values["razorpay_order_id"], "failed")
        self.deliver("payment.failed")
        self.run_inbox()
        tx = self.tx_of(values)
        self.assertEqual(tx.state, "draft")
        self.assertIn("bank declined", tx.razorpay_failure)
        self.assertEqual(self.verify(failed)["status"], "processing")
        self.assertNothingConfirmed(tx)
        answer = self.sandbox.pay(values["razorpay_order_id"])
        self.assertEqual(self.verify(answer)["status"], "confirmed")
        self.assertFalse(tx.razorpay_failure)
        self.assertConfirmedOnce(tx)
