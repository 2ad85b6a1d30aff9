# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..lib import dlt
from .common import SECRET, GatewayCommon

LOGGER = "odoo.addons.sms_gateway.controllers.dlt_reports"


@tagged("-at_install", "post_install")
class TestDltReports(GatewayCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_gateway()

    def _tell(self, *reports, company=None, secret=SECRET, body=None):
        raw = json.dumps(body or {"reports": reports}).encode()
        company = company or self.company
        return self.url_open(
            f"/sms_gateway/dlt/reports/{company.id}",
            data=raw,
            headers={
                "Content-Type": "application/json",
                "X-Signature": dlt.signature(secret, raw),
            },
        ).status_code

    def _sent(self):
        message = self._message()
        message.send()
        self.assertEqual(message.state, "pending")
        return message

    def test_delivered_message_is_marked_once_and_stays_so(self):
        message = self._sent()
        report = {"reference": message.uuid, "status": "delivered"}
        self.assertEqual(self._tell(report), 204)
        self.assertEqual(message.state, "sent")
        before = message.write_date
        self.assertEqual(self._tell(report), 204)
        failed = {**report, "status": "failed", "reason": "late"}
        self.assertEqual(self._tell(failed), 204)
        self.assertEqual((message.state, message.write_date), ("sent", before))

    def test_failed_message_is_kept_with_its_reason(self):
        message = self._sent()
        report = {"reference": message.uuid, "status": "failed", "reason": "Absent"}
        for _time in range(2):
            self.assertEqual(self._tell(report), 204)
            self.assertEqual(message.state, "error")
            self.assertEqual(message.failure_reason, "Absent")
            self.assertFalse(message.to_delete)

    @mute_logger(LOGGER)
    def test_reports_without_the_secret_are_refused(self):
        """Guard: ``is_signed``."""
        message = self._sent()
        report = {"reference": message.uuid, "status": "delivered"}
        self.assertEqual(self._tell(report, secret="guess"), 403)
        self.company.sms_dlt_report_secret = False
        self.assertEqual(self._tell(report, secret=""), 403, "none is no secret")
        self.assertEqual(message.state, "pending")
        missing = self.env["res.company"].browse(987654)
        self.assertEqual(self._tell(report, company=missing), 403)

    def test_reports_of_one_company_change_nothing_of_another(self):
        """Guard: ``_get_sms_company() != company``."""
        other = self.env["res.company"].create(
            {"name": "Other", "sms_dlt_report_secret": "theirs"}
        )
        message = self._sent()
        report = {"reference": message.uuid, "status": "delivered"}
        self.assertEqual(self._tell(report, company=other, secret="theirs"), 204)
        self.assertEqual(message.state, "pending")

    def test_what_is_no_report_is_refused(self):
        self.assertEqual(self._tell(body={"reports": "all"}), 400)
        self.assertEqual(self._tell(body=["x"]), 400)

    def test_unknown_messages_are_no_error(self):
        report = {"reference": "0" * 32, "status": "delivered"}
        self.assertEqual(self._tell(report), 204)
