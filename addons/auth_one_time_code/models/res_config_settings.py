# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .auth_one_time_cost import SMS_COUNTRIES, SMS_PER_HOUR


class ResConfigSettings(models.TransientModel):
    """What codes by SMS may cost, on the settings page."""

    _inherit = "res.config.settings"

    otc_sms_per_hour = fields.Integer(
        string="SMS an hour",
        config_parameter=SMS_PER_HOUR["all"][0],
        default=SMS_PER_HOUR["all"][1],
    )
    otc_sms_home_per_hour = fields.Integer(
        string="SMS an hour to the company's country",
        config_parameter=SMS_PER_HOUR["home"][0],
        default=SMS_PER_HOUR["home"][1],
    )
    otc_sms_abroad_per_hour = fields.Integer(
        string="SMS an hour to each other country",
        config_parameter=SMS_PER_HOUR["abroad"][0],
        default=SMS_PER_HOUR["abroad"][1],
    )
    otc_sms_country_ids = fields.Many2many(
        "res.country",
        string="Countries that get an SMS",
        help="None chosen: all countries.",
    )

    @api.constrains(
        "otc_sms_per_hour", "otc_sms_home_per_hour", "otc_sms_abroad_per_hour"
    )
    def _check_otc_sms_per_hour(self):
        for settings in self:
            if (
                min(
                    settings.otc_sms_per_hour,
                    settings.otc_sms_home_per_hour,
                    settings.otc_sms_abroad_per_hour,
                )
                < 0
            ):
                raise ValidationError(
                    self.env._("A number of SMS an hour is 0 or more.")
                )

    @api.model
    def get_values(self):
        """With the countries, which the parameter has as letters."""
        codes = self.env["auth.one.time.code"]._sms_countries()
        countries = self.env["res.country"].search([("code", "in", list(codes))])
        return {**super().get_values(), "otc_sms_country_ids": countries.ids}

    def set_values(self):
        """With the countries; a 0 is kept as a wish, not as "not set"."""
        res = super().set_values()
        parameters = self.env["ir.config_parameter"].sudo()
        countries = sorted(self.otc_sms_country_ids.mapped("code"))
        parameters.set_param(SMS_COUNTRIES, ",".join(countries))
        for name, parameter in (
            ("otc_sms_per_hour", SMS_PER_HOUR["all"][0]),
            ("otc_sms_home_per_hour", SMS_PER_HOUR["home"][0]),
            ("otc_sms_abroad_per_hour", SMS_PER_HOUR["abroad"][0]),
        ):
            parameters.set_param(parameter, str(self[name]))
        return res
