# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from datetime import timedelta
from unittest.mock import patch

import requests

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase
from odoo.addons.sms.tools.sms_api import SmsApi
from odoo.addons.sms_twilio.tools.sms_api import SmsApiTwilio

from ..tools.sms_api import SmsApiDlt
from .common import NUMBER, REGISTERED, TEXT, GatewayCommon

LOGGER = "odoo.addons.sms_gateway.tools.sms_api"


@tagged("-at_install", "post_install")
class TestDltSending(GatewayCommon, CronMixinCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_gateway()

    def _retry_later(self, seconds):
        """So much time goes by; the job runs."""
        self.env.flush_all()
        for message in self.env["sms.sms"].search([("retry_at", "!=", False)]):
            message.retry_at -= timedelta(seconds=seconds)
        self.env.flush_all()
        with patch.object(type(self.env["ir.cron"]), "_commit_progress"):
            self.env["sms.sms"]._cron_retry()

    # --- what is sent

    def test_registered_text_is_sent_with_its_numbers(self):
        message = self._message()
        message.send()
        self.assertEqual(message.state, "pending")
        self.assertFalse(message.failure_type)
        self.assertEqual(
            self.gateway.sent,
            {
                message.uuid: {
                    "sender": "SUNMUS",
                    "entity_id": "1101234567890123456",
                    "template_id": "1107161234567890123",
                    "to": NUMBER,
                    "text": TEXT,
                    "reference": message.uuid,
                }
            },
        )

    def test_the_queues_job_sends_by_the_gateway_too(self):
        message = self._message()
        with patch.object(type(self.env["ir.cron"]), "_commit_progress"):
            self.env["sms.sms"]._process_queue()
        self.assertEqual(message.state, "pending")
        self.assertIn(message.uuid, self.gateway.sent)

    def test_text_that_is_not_registered_never_leaves(self):
        """Guard: ``if not template`` in ``_send_one``."""
        message = self._message("Something else")
        message.send()
        self.assertEqual((message.state, message.failure_type), ("error", "dlt_text"))
        self.assertIn("not one that is registered", message.failure_reason)
        self.assertEqual(self.gateway.asked, [])
        self.assertFalse(message.retry_at)

    def test_texts_of_another_company_do_not_count(self):
        self.template.company_id = self.env["res.company"].create({"name": "Other"})
        message = self._message()
        message.send()
        self.assertEqual(message.failure_type, "dlt_text")

    def test_one_of_several_registered_texts_is_found(self):
        other = self.template.copy(
            {"template_id": "1107161234567890999", "text": "Bonjour {#var#}"}
        )
        message = self._message("Bonjour Vera")
        message.send()
        sent = self.gateway.sent[message.uuid]
        self.assertEqual(sent["template_id"], other.template_id)

    def test_what_is_not_set_up_sends_nothing_and_says_so(self):
        for name in (
            "sms_dlt_url",
            "sms_dlt_api_key",
            "sms_dlt_sender",
            "sms_dlt_entity_id",
        ):
            with self.subTest(name):
                was = self.company[name]
                self.company[name] = False
                message = self._message()
                message.send()
                self.assertEqual(message.failure_type, "dlt_setup")
                self.assertIn("look at its address", message.failure_reason)
                self.company[name] = was
        self.assertEqual(self.gateway.asked, [])

    def test_key_is_never_sent_in_clear(self):
        """Guard: ``is_safe_url`` in ``_sms_dlt_settings``; SQL knows no constraint."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_company SET sms_dlt_url = 'http://sms.example.com/'"
        )
        self.env.invalidate_all()
        message = self._message()
        message.send()
        self.assertEqual(message.failure_type, "dlt_setup")

    def test_redirect_is_not_followed(self):
        """Guard: ``allow_redirects=False``; the key would go along."""
        self.gateway.will_answer(307, Location=self.gateway.url + "/elsewhere")
        message = self._message()
        message.send()
        self.assertEqual(message.failure_type, "dlt_setup")
        self.assertEqual(len(self.gateway.asked), 1)

    # --- what comes back

    def test_gateways_refusal_is_shown_and_not_tried_again(self):
        self.gateway.will_answer(
            422, {"error": {"code": "dnd", "message": "Does not want messages"}}
        )
        message = self._message()
        message.send()
        self.assertEqual(
            (message.state, message.failure_type), ("error", "dlt_refused")
        )
        self.assertIn("Does not want messages", message.failure_reason)
        self.assertFalse(message.retry_at)

    def test_wrong_key_is_a_matter_of_the_settings(self):
        self.company.sms_dlt_api_key = "another"
        message = self._message()
        message.send()
        self.assertEqual(message.failure_type, "dlt_setup")
        self.assertIn("Who are you?", message.failure_reason)

    @mute_logger(LOGGER)
    def test_busy_gateway_is_tried_again_and_then_sends_once(self):
        """Guard: ``_handle_call_result_hook``."""
        self.gateway.will_answer(503)
        self.gateway.will_answer(None)  # hangs up: nobody knows whether it was sent
        message = self._message()
        message.send()
        self.assertEqual((message.state, message.failure_type), ("error", "sms_server"))
        self.assertTrue(message.retry_at)
        self._retry_later(19)
        self.assertEqual(message.state, "error", "not before its time")
        self._retry_later(2)
        self.assertEqual(message.tries, 2)
        self._retry_later(61)
        self.assertEqual(message.state, "pending")
        self.assertFalse(message.failure_type or message.failure_reason)
        references = {json.loads(raw)["reference"] for _path, raw in self.gateway.asked}
        self.assertEqual(references, {message.uuid}, "the gateway can know it again")

    def test_tries_have_an_end(self):
        self.gateway.will_answer(500, times=9)
        message = self._message()
        message.send()
        for _time in range(6):
            self._retry_later(600)
        self.assertEqual((message.state, message.tries), ("error", 4))
        self.assertFalse(message.retry_at)
        self.assertEqual(len(self.gateway.asked), 4)

    def test_message_that_was_given_up_is_not_tried_again(self):
        self.gateway.will_answer(503)
        message = self._message()
        message.send()
        message.action_set_canceled()
        self._retry_later(600)
        self.assertEqual(message.state, "canceled")
        self.assertEqual(len(self.gateway.asked), 1)

    def test_gateway_that_is_down_is_left_alone(self):
        """Guard: ``FAILURES_TO_STOP``; else ten timeouts hold up the queue."""
        self.gateway.will_answer(503, times=9)
        messages = self.env["sms.sms"].browse()
        for _message in range(5):
            messages |= self._message()
        messages.send()
        self.assertEqual(len(self.gateway.asked), 2)
        self.assertTrue(all(messages.mapped("retry_at")))

    @mute_logger(LOGGER)
    def test_timeout_is_a_busy_gateway(self):
        calls = []

        def post(_session, _url, **kwargs):
            calls.append(kwargs)
            raise requests.ReadTimeout

        with patch.object(requests.Session, "post", post):
            message = self._message()
            message.send()
        self.assertEqual(message.failure_type, "sms_server")
        self.assertLessEqual(calls[0]["timeout"], 10)

    def test_log_has_neither_number_nor_text_nor_key(self):
        self.gateway.will_answer(None)
        with self.assertLogs("odoo.addons", "DEBUG") as logs:
            self._message().send()
        text = "\n".join(logs.output)
        for word in ("98765", "123456.", "key-of-the-sandbox"):
            self.assertNotIn(word, text)

    # --- who sends what

    def test_other_countries_go_where_the_company_wants(self):
        abroad = "+12025550123"
        for choice, api_class in (("iap", SmsApi), ("twilio", SmsApiTwilio)):
            self.company.sms_dlt_abroad = choice
            messages = self._message(number=abroad) | self._message()
            split = [
                (type(api), found.mapped("number"))
                for api, found in messages._split_by_api()
            ]
            self.assertEqual(
                split, [(api_class, [abroad]), (SmsApiDlt, [NUMBER])], choice
            )
        self.company.sms_dlt_abroad = "refuse"
        message = self._message(number=abroad)
        message.send()
        self.assertEqual(message.failure_type, "sms_country_not_supported")
        self.assertEqual(self.gateway.asked, [])

    def test_each_company_sends_by_its_own_provider(self):
        """Guard: ``_send`` splits; Odoo's job knows one company."""
        other = self.env["res.company"].create(
            {"name": "Other museum", "sms_provider": "log"}
        )
        mine = self._message()
        theirs = self._message("Anything", record_company_id=other.id)
        with patch.object(type(self.env["ir.cron"]), "_commit_progress"):
            self.env["sms.sms"]._process_queue()
        self.assertEqual(list(self.gateway.sent), [mine.uuid])
        self.assertEqual(theirs.state, "pending")
        logged = self.env["sms.log"].search([("company_id", "=", other.id)])
        self.assertEqual(logged.body, "Anything")

    def test_message_on_a_record_shows_its_failure_in_the_chatter(self):
        partner = self.env["res.partner"].create({"name": "Vera", "phone": NUMBER})
        partner._message_sms("Not registered", sms_numbers=[NUMBER])
        notification = self.env["mail.notification"].search(
            [("sms_number", "=", NUMBER)], order="id desc", limit=1
        )
        if notification.notification_status == "ready":
            self.env["sms.sms"].search([("number", "=", NUMBER)]).send()
        self.assertEqual(notification.notification_status, "exception")
        self.assertEqual(notification.failure_type, "dlt_text")
        self.assertIn("registered", notification.failure_reason)

    def test_planned_try_wakes_the_job(self):
        self.gateway.will_answer(503)
        message = self._message()
        with self.capture_triggers("sms_gateway.ir_cron_retry") as captured:
            message.send()
        self.assertEqual(captured.records.mapped("call_at"), [message.retry_at])
        self.assertGreater(message.retry_at, fields.Datetime.now())

    def test_registered_text_of_the_test_is_that_of_the_messages(self):
        self.assertTrue(self.template._fits(TEXT))
        self.assertEqual(self.template.text, REGISTERED)
