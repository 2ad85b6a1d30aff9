# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from urllib.parse import urlsplit

from odoo import api, fields, models

LOCAL = ("localhost", "127.0.0.1", "::1")


class ResConfigSettings(models.TransientModel):
    """The providers on the settings page."""

    _inherit = "res.config.settings"

    sms_dlt_url = fields.Char(related="company_id.sms_dlt_url", readonly=False)
    sms_dlt_api_key = fields.Char(related="company_id.sms_dlt_api_key", readonly=False)
    sms_dlt_sender = fields.Char(related="company_id.sms_dlt_sender", readonly=False)
    sms_dlt_entity_id = fields.Char(
        related="company_id.sms_dlt_entity_id", readonly=False
    )
    sms_dlt_report_secret = fields.Char(
        related="company_id.sms_dlt_report_secret", readonly=False
    )
    sms_dlt_abroad = fields.Selection(
        related="company_id.sms_dlt_abroad", readonly=False, required=True
    )
    sms_dlt_report_url = fields.Char(compute="_compute_sms_dlt_report_url")
    is_sms_log_on_public_site = fields.Boolean(
        compute="_compute_is_sms_log_on_public_site"
    )

    @api.depends("company_id")
    def _compute_sms_dlt_report_url(self):
        for settings in self:
            base = settings.company_id.get_base_url()
            path = f"/sms_gateway/dlt/reports/{settings.company_id.id}"
            settings.sms_dlt_report_url = base + path

    @api.depends("company_id", "sms_provider")
    def _compute_is_sms_log_on_public_site(self):
        for settings in self:
            host = urlsplit(settings.company_id.get_base_url()).hostname or ""
            settings.is_sms_log_on_public_site = (
                settings.sms_provider == "log" and host not in LOCAL
            )
