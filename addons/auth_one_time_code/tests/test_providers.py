# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo import fields
from odoo.tests import TransactionCase, tagged

from odoo.addons.sms.tools.sms_api import SmsApiBase

from .common import CODE, CodeCommon

NUMBER = "+919876543210"


@tagged("-at_install", "post_install")
class TestProviders(CodeCommon, TransactionCase):
    """Whatever provider of SMS a company has."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_world()

    def test_codes_go_by_the_companys_provider(self):
        """At once, and by the queue's job when the thread did not live."""
        sent = []

        class Provider(SmsApiBase):
            def _send_sms_batch(self, messages, delivery_reports_url=False):
                sent.extend(messages)
                return [
                    {"uuid": number["uuid"], "state": "success"}
                    for message in messages
                    for number in message["numbers"]
                ]

        companies = type(self.env.company)
        sms = type(self.env["sms.sms"])

        def split(messages):
            provider = self.env.company._get_sms_api_class()
            yield provider(self.env), messages

        with (
            patch.object(companies, "_get_sms_api_class", lambda _company: Provider),
            # Providers do so themselves, each for its companies.
            patch.object(sms, "_split_by_api", split),
        ):
            challenge = self._ask(NUMBER)["challenge"]
            message = self._messages(NUMBER)
            self._row(challenge)._send_now(message)
            self.assertEqual(message.state, "pending")
            self._pass_time(31)
            self._ask(NUMBER, challenge=challenge)
            self._messages(NUMBER).queued_from = fields.Datetime.now()
            with patch.object(type(self.env["ir.cron"]), "_commit_progress"):
                self.env["sms.sms"]._process_queue()
        self.assertEqual(len(sent), 2)
        for one in sent:
            self.assertRegex(one["content"], CODE)
            self.assertEqual([n["number"] for n in one["numbers"]], [NUMBER])

    def test_refused_sms_is_in_the_log_of_attempts(self):
        class Provider(SmsApiBase):
            def _send_sms_batch(self, messages, delivery_reports_url=False):
                raise OSError("no network")

        challenge = self._ask(NUMBER)["challenge"]
        message = self._messages(NUMBER)
        sms = type(self.env["sms.sms"])
        with (
            patch.object(
                sms, "_split_by_api", lambda found: iter([(Provider(self.env), found)])
            ),
            self.assertLogs("odoo.addons.auth_one_time_code", "WARNING"),
        ):
            self._row(challenge)._send_now(message)
        self.assertEqual(message.state, "error")
        self.assertEqual(self._outcomes("+91 ••••••3210"), ["sent", "send_failed"])

    def test_twilio_of_odoo_gets_the_code(self):
        """With Odoo's own module, when it is there: only the network is not."""
        if "sms_provider" not in self.env["res.company"]._fields:
            return
        self.env.company.write(
            {
                "sms_provider": "twilio",
                "sms_twilio_account_sid": f"AC{'1' * 32}",
                "sms_twilio_auth_token": "token",
                "sms_twilio_number_ids": [
                    (
                        0,
                        0,
                        {
                            "number": "+12025550100",
                            "country_id": self.env.ref("base.us").id,
                        },
                    )
                ],
            }
        )
        posted = []

        class Answer:
            ok = True

            def json(self):
                return {"sid": "SM1"}

        def post(_session, url, **kwargs):
            posted.append((url, kwargs["data"]))
            return Answer()

        challenge = self._ask(NUMBER)["challenge"]
        message = self._messages(NUMBER)
        with patch("requests.Session.post", post):
            self._row(challenge)._send_now(message)
        ((url, data),) = posted
        self.assertIn("api.twilio.com", url)
        self.assertEqual(data["To"], NUMBER)
        self.assertRegex(data["Body"], CODE)
        self.assertEqual(message.state, "pending")
