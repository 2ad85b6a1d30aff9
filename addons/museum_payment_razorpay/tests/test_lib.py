# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from datetime import datetime, timedelta

from odoo.tests import BaseCase, tagged

from odoo.addons.museum_payment_razorpay.lib import backoff, signature, webhook

NOW = datetime(2026, 3, 14, 10, 0)


@tagged("post_install", "-at_install")
class TestSignature(BaseCase):
    """Vectors made with ``openssl dgst -sha256 -hmac``."""

    def test_checkout_signature_matches_openssl(self):
        self.assertEqual(
            signature.of_checkout(
                "order_RB58MiP5SPFYyM", "pay_29QQoUBi66xm2f", "key secret of a vector"
            ),
            "c3ab63762d0e826842304bbd3bc4bb74343d6d6d02fa2c1a4f72e7028447426c",
        )

    def test_body_signature_matches_openssl(self):
        self.assertEqual(
            signature.of_body(
                b'{"event":"payment.captured","amount":100}', "webhook secret"
            ),
            "13f9945dbb33d0ce67c98507646a070ad4a6c6554f12c38b05546375cd428424",
        )

    def test_only_the_very_text_matches(self):
        good = signature.of_body(b"body", "secret")
        self.assertTrue(signature.matches(good, good))
        for wrong in (
            good.upper(),
            good[:-1],
            "",
            None,
            7,
            ["x"],
            "ü" * 64,
            good + " ",
        ):
            self.assertFalse(signature.matches(good, wrong), wrong)

    def test_ids_cannot_carry_a_path(self):
        self.assertTrue(signature.is_order_id("order_RB58MiP5SPFYyM"))
        self.assertTrue(signature.is_payment_id("pay_29QQoUBi66xm2f"))
        for wrong in ("order_", "order_a/b", "order_a\n", "pay_a?b", "x", None, 5, []):
            self.assertFalse(signature.is_order_id(wrong), wrong)
            self.assertFalse(signature.is_payment_id(wrong), wrong)


@tagged("post_install", "-at_install")
class TestBackoff(BaseCase):
    def test_asking_ends_after_five_days_with_growing_gaps(self):
        at, asked, gaps = NOW, 0, []
        while True:
            following = backoff.next_ask(NOW, at, asked)
            if following is None:
                break
            gaps.append(following - at)
            at, asked = following, asked + 1
        self.assertEqual(gaps, sorted(gaps))
        self.assertEqual(gaps[0], timedelta(minutes=5))
        self.assertEqual(gaps[-1], timedelta(hours=6))
        self.assertGreaterEqual(at - NOW, timedelta(days=5))
        self.assertLess(asked, 40)

    def test_asking_very_often_does_not_overflow(self):
        self.assertEqual(backoff.next_ask(NOW, NOW, 10_000), NOW + timedelta(hours=6))

    def test_failing_events_are_given_to_people_in_the_end(self):
        gaps = [backoff.next_try(NOW, attempts) for attempts in range(1, 9)]
        self.assertEqual(gaps[0], NOW + timedelta(seconds=5))
        self.assertIsNone(gaps[-1])
        self.assertEqual(gaps[:-1], sorted(gaps[:-1]))


@tagged("post_install", "-at_install")
class TestWebhookBody(BaseCase):
    def _parse(self, **data):
        return webhook.parse(json.dumps(data))

    def test_payment_event_tells_ids_and_money(self):
        entity = {
            "id": "pay_1",
            "order_id": "order_1",
            "amount": 100,
            "currency": "INR",
        }
        event = self._parse(
            event="payment.captured",
            created_at=1567674606,
            payload={"payment": {"entity": entity}},
        )
        self.assertEqual(event.order_id, "order_1")
        self.assertEqual(event.payment_id, "pay_1")
        self.assertEqual(event.money, (100, "INR"))
        self.assertEqual(event.created_at, datetime(2019, 9, 5, 9, 10, 6))

    def test_refund_event_tells_the_refunds_money(self):
        event = self._parse(
            event="refund.processed",
            payload={
                "refund": {
                    "entity": {
                        "id": "rfnd_1",
                        "payment_id": "pay_1",
                        "amount": 50,
                        "currency": "INR",
                    }
                },
                "payment": {
                    "entity": {"id": "pay_1", "amount": 100, "currency": "INR"}
                },
            },
        )
        self.assertEqual(event.refund_id, "rfnd_1")
        self.assertEqual(event.payment_id, "pay_1")
        self.assertEqual(event.money, (50, "INR"))

    def test_strange_payloads_are_no_crash(self):
        for payload in (None, [], 7, {"payment": None}, {"payment": {"entity": []}}):
            event = self._parse(event="payment.captured", payload=payload)
            self.assertIsNone(event.order_id)
            self.assertIsNone(event.money)
        # As in one of Razorpay's samples: a number beside the entities.
        event = self._parse(event="refund.speed_changed", payload={"created_at": 5})
        self.assertEqual(event.entities, {})
        for created_at in (True, "x", 10**20, -1, None):
            self._parse(event="x", payload={}, created_at=created_at)

    def test_what_is_no_event_is_refused(self):
        for raw in (b"", b"[]", b"{}", b'{"event": 5}', b"\xff\xfe", b"[" * 100_000):
            with self.assertRaises(webhook.BadBody):
                webhook.parse(raw)
