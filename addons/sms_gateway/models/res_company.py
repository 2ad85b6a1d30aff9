# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..lib import dlt
from ..tools.sms_api import SmsApiDlt, SmsApiLog

APIS = {"log": SmsApiLog, "dlt": SmsApiDlt}


class ResCompany(models.Model):
    """Two more providers of SMS, and what the one for India needs to know."""

    _inherit = "res.company"

    sms_provider = fields.Selection(
        selection_add=[
            ("dlt", "Gateway for India (DLT)"),
            ("log", "Log only, send nothing (development)"),
        ],
        ondelete={"dlt": "set default", "log": "set default"},
    )
    sms_dlt_url = fields.Char("Gateway's address", groups="base.group_system")
    sms_dlt_api_key = fields.Char(
        "Gateway's API key", groups="base.group_system", copy=False
    )
    sms_dlt_sender = fields.Char("DLT sender (header)")
    sms_dlt_entity_id = fields.Char("DLT principal entity ID")
    sms_dlt_report_secret = fields.Char(
        "Secret of delivery reports",
        groups="base.group_system",
        copy=False,
        help="The gateway signs its delivery reports with it. Without one they are"
        " refused.",
    )
    sms_dlt_abroad = fields.Selection(
        [
            ("refuse", "are refused"),
            ("iap", "are sent via Odoo"),
            ("twilio", "are sent via Twilio"),
        ],
        string="Messages to other countries",
        default="refuse",
        required=True,
        help="A gateway for DLT takes Indian numbers only.",
    )

    @api.constrains("sms_dlt_url", "sms_dlt_sender", "sms_dlt_entity_id")
    def _check_sms_dlt(self):
        for company in self.sudo():
            if company.sms_dlt_url and not dlt.is_safe_url(company.sms_dlt_url):
                raise ValidationError(
                    self.env._(
                        "The gateway's address begins with https:// (with http:// only"
                        " on this machine) and holds no password."
                    )
                )
            if company.sms_dlt_sender and not dlt.is_sender(company.sms_dlt_sender):
                raise ValidationError(
                    self.env._("The DLT sender is six letters, like MUSEUM.")
                )
            if company.sms_dlt_entity_id and not dlt.is_registered_id(
                company.sms_dlt_entity_id
            ):
                raise ValidationError(
                    self.env._(
                        "The DLT principal entity ID is a number of 10 to 25 digits, as"
                        " the operator shows it."
                    )
                )

    def _get_sms_api_class(self):
        return APIS.get(self.sms_provider) or super()._get_sms_api_class()

    def _sms_dlt_settings(self):
        """What a request to the gateway needs, or None while something is missing.

        :return: ``url``, ``api_key``, ``sender``, ``entity_id``
        :rtype: dict | None
        """
        self.ensure_one()
        settings = {
            "url": self.sms_dlt_url,
            "api_key": self.sms_dlt_api_key,
            "sender": self.sms_dlt_sender,
            "entity_id": self.sms_dlt_entity_id,
        }
        # Asked again: a parameter may have come by SQL or from another version.
        if not all(settings.values()) or not dlt.is_safe_url(settings["url"]):
            return None
        return settings

    def _sms_dlt_template(self, text):
        """The registered text that a message is, or none.

        :rtype: sms.dlt.template
        """
        self.ensure_one()
        templates = self.env["sms.dlt.template"].search([("company_id", "=", self.id)])
        return templates.filtered(lambda template: template._fits(text))[:1]
