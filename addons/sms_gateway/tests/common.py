# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from .gateway import API_KEY, Gateway

NUMBER = "+919876543210"
SECRET = "secret-of-the-reports"
TEXT = "Your code is 123456. It is good for 5 minutes. Sunrise Museum"
REGISTERED = "Your code is {#var#}. It is good for {#var#} minutes. Sunrise Museum"


class GatewayCommon:
    """Mixin of test cases: a company that sends by the sandbox."""

    @classmethod
    def _make_gateway(cls):
        cls.gateway = Gateway()
        cls.addClassCleanup(cls.gateway.stop)
        cls.company = cls.env.company
        cls.company.write(
            {
                "sms_provider": "dlt",
                "sms_dlt_url": cls.gateway.url,
                "sms_dlt_api_key": API_KEY,
                "sms_dlt_sender": "SUNMUS",
                "sms_dlt_entity_id": "1101234567890123456",
                "sms_dlt_report_secret": SECRET,
            }
        )
        cls.template = cls.env["sms.dlt.template"].create(
            {
                "name": "Code",
                "template_id": "1107161234567890123",
                "text": REGISTERED,
            }
        )

    def setUp(self):
        super().setUp()
        self.gateway.sent.clear()
        self.gateway.asked.clear()
        self.gateway.answers.clear()

    def _message(self, text=TEXT, number=NUMBER, **values):
        return self.env["sms.sms"].create({"number": number, "body": text, **values})
