# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import ValidationError
from odoo.tests import Form, TransactionCase, tagged

from ..tools.sms_api import SmsApiDlt, SmsApiLog


@tagged("-at_install", "post_install")
class TestSettings(TransactionCase):
    def test_providers_are_chosen_and_set_up_on_the_page(self):
        form = Form(self.env["res.config.settings"])
        form.sms_provider = "dlt"
        form.sms_dlt_url = "https://sms.example.com/v1/messages"
        form.sms_dlt_api_key = "secret"
        form.sms_dlt_sender = "SUNMUS"
        form.sms_dlt_entity_id = "1101234567890123456"
        form.save().execute()
        company = self.env.company
        self.assertIs(company._get_sms_api_class(), SmsApiDlt)
        self.assertEqual(
            company._sms_dlt_settings(),
            {
                "url": "https://sms.example.com/v1/messages",
                "api_key": "secret",
                "sender": "SUNMUS",
                "entity_id": "1101234567890123456",
            },
        )
        company.sms_provider = "log"
        self.assertIs(company._get_sms_api_class(), SmsApiLog)

    def test_what_cannot_be_right_is_refused_in_words(self):
        for number, (values, words) in enumerate(
            [
                ({"sms_dlt_url": "http://sms.example.com"}, "begins with https://"),
                ({"sms_dlt_url": "https://me:pw@sms.example.com"}, "holds no password"),
                ({"sms_dlt_sender": "MUSEUM1"}, "six letters"),
                ({"sms_dlt_entity_id": "12"}, "10 to 25 digits"),
            ]
        ):
            company = self.env["res.company"].create({"name": f"Museum {number}"})
            with self.assertRaisesRegex(ValidationError, words):
                company.write(values)
        with self.assertRaisesRegex(ValidationError, "10 to 25 digits"):
            self.env["sms.dlt.template"].create(
                {"name": "Code", "template_id": "x", "text": "x"}
            )

    def test_log_only_warns_where_visitors_come(self):
        self.env.company.sms_provider = "log"
        parameters = self.env["ir.config_parameter"]
        for address, warns in [
            ("http://localhost:8069", False),
            ("http://127.0.0.1:8069", False),
            ("https://tickets.example.com", True),
        ]:
            parameters.set_param("web.base.url", address)
            settings = self.env["res.config.settings"].create({})
            self.assertEqual(settings.is_sms_log_on_public_site, warns, address)
        self.env.company.sms_provider = "iap"
        settings = self.env["res.config.settings"].create({})
        self.assertFalse(settings.is_sms_log_on_public_site)

    def test_gateway_is_told_where_to_report(self):
        settings = self.env["res.config.settings"].create({})
        self.assertTrue(
            settings.sms_dlt_report_url.endswith(
                f"/sms_gateway/dlt/reports/{self.env.company.id}"
            )
        )
