# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

import requests

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL, file_open


@tagged("-at_install", "post_install")
class TestLog(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.sms_provider = "log"

    def test_message_is_listed_and_not_sent(self):
        message = self.env["sms.sms"].create({"number": "+12025550123", "body": "Hi"})
        with patch.object(requests.Session, "send") as send:
            message.send()
        send.assert_not_called()
        self.assertEqual(message.state, "pending")
        line = self.env["sms.log"].search([], limit=1)
        self.assertEqual((line.number, line.body), ("+12025550123", "Hi"))
        self.assertEqual(line.company_id, self.env.company)

    def test_messages_go_after_a_week(self):
        lines = self.env["sms.log"].create(
            [
                {"number": "1", "company_id": self.env.company.id},
                {"number": "2", "company_id": self.env.company.id},
            ]
        )
        self.env.cr.execute(
            SQL(
                "UPDATE sms_log SET create_date = %s WHERE id = %s",
                fields.Datetime.subtract(fields.Datetime.now(), days=8),
                lines[0].id,
            )
        )
        self.env.invalidate_all()
        self.env["sms.log"]._gc_messages()
        self.assertEqual(lines.exists(), lines[1])

    def test_copy_of_a_database_sends_nothing(self):
        """The file that Odoo runs on a copy."""
        self.env.company.write(
            {
                "sms_provider": "dlt",
                "sms_dlt_api_key": "secret",
                "sms_dlt_report_secret": "secret",
                "sms_dlt_abroad": "twilio",
            }
        )
        self.env.flush_all()
        with file_open("sms_gateway/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        company = self.env.company
        self.assertEqual(company.sms_provider, "log")
        self.assertFalse(company.sms_dlt_api_key or company.sms_dlt_report_secret)
        self.assertEqual(company.sms_dlt_abroad, "refuse")
