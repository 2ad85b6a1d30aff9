# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The queue of SMS and the thread of a code do not send the same message."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import TransactionCase, tagged

from .common import CodeCommon

NUMBER = "+919876543210"


@tagged("-at_install", "post_install")
class TestSmsQueue(CodeCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_world()

    def _sent_by_the_queue(self):
        sent = []
        with (
            patch.object(
                self.registry["sms.sms"],
                "_send",
                lambda found, **_kwargs: sent.extend(found.mapped("number")),
            ),
            patch.object(self.registry["ir.cron"], "_commit_progress"),
        ):
            self.env["sms.sms"]._process_queue()
        return sent

    def test_queue_leaves_a_code_alone_for_a_minute(self):
        """Guard: ``queued_from``: else the two collide, and an error is logged."""
        self.env["sms.sms"].search([]).unlink()
        self.env["sms.sms"].create({"number": "+919876500001", "body": "Another"})
        self._ask(NUMBER)
        self.assertEqual(self._sent_by_the_queue(), ["+919876500001"])
        message = self._messages(NUMBER)
        message.queued_from -= timedelta(seconds=61)
        self.assertIn(NUMBER, self._sent_by_the_queue())

    def test_queue_is_woken_when_it_may_send_it(self):
        """If the thread does not live to send it."""
        job = self.env.ref("sms.ir_cron_sms_scheduler_action")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", job.id)])
        self._ask(NUMBER)
        new = (
            self.env["ir.cron.trigger"].search([("cron_id", "=", job.id)]) - triggers
        ).mapped("call_at")
        self.assertIn(self._messages(NUMBER).queued_from, new)
        self.assertGreater(
            self._messages(NUMBER).queued_from,
            fields.Datetime.now() + timedelta(seconds=50),
        )
