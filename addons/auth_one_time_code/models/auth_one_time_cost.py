# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import phonenumbers

from odoo import api, models

from odoo.addons.phone_validation.tools import phone_validation

from ..exceptions import InputRefused, OtpLimited
from ..lib.waits import Rule
from .auth_one_time_code import DEFAULT_REGION, HOUR

# System parameters: SMS an hour, of all purposes together; 0 is none.
SMS_PER_HOUR = {
    "all": ("auth_one_time_code.sms_per_hour", 500),
    "home": ("auth_one_time_code.sms_home_per_hour", 400),
    "abroad": ("auth_one_time_code.sms_abroad_per_hour", 20),
}
# Two letters each, with commas; empty: all countries.
SMS_COUNTRIES = "auth_one_time_code.sms_countries"
# What no visitor's phone is, and somebody earns by.
_KINDS = phonenumbers.PhoneNumberType
NOT_SERVED = {_KINDS.PREMIUM_RATE, _KINDS.SHARED_COST, _KINDS.PAGER, _KINDS.UAN}


class AuthOneTimeCode(models.Model):
    """What codes by SMS may cost.

    Whoever earns by each SMS to a number ("SMS pumping") asks for many numbers,
    mostly of one country and from many IP addresses. So each country has a limit, the
    company's own a wider one, and all together have one.
    """

    _inherit = "auth.one.time.code"

    @api.model
    def _cost_rules(self, address):
        """The rules of ``attempt.limit`` for what an SMS costs; none for an e-mail."""
        if address.kind != "phone":
            return []
        region = self._region(address.value)
        place = "home" if region == self._home_region() else "abroad"
        return [
            Rule("sms", "country", region, self._sms_per_hour(place), HOUR),
            Rule("sms", "all", "", self._sms_per_hour("all"), HOUR),
        ]

    @api.model
    def _region(self, number):
        """The country of a number; "001" is that of networks without a country."""
        data = phone_validation.phone_get_region_data_for_number(number)
        return data["code"] or "001"

    @api.model
    def _home_region(self):
        return self.env.company.country_id.code or DEFAULT_REGION

    @api.model
    def _sms_per_hour(self, which):
        name, default = SMS_PER_HOUR[which]
        text = self.env["ir.config_parameter"].sudo().get_param(name)
        # 0 is a wish, an empty or broken parameter is none.
        return int(text) if text and str(text).isdecimal() else default

    @api.model
    def _sms_countries(self):
        """Codes of the countries to which SMS are sent; empty: to all.

        :rtype: set[str]
        """
        text = self.env["ir.config_parameter"].sudo().get_param(SMS_COUNTRIES) or ""
        return {code.strip().upper() for code in text.split(",") if code.strip()}

    @api.model
    def _check_destination(self, purpose, address, ip):
        """:raise InputRefused: no SMS is sent to such a number, whoever has it"""
        if address.kind != "phone":
            return
        countries = self._sms_countries()
        kind = phonenumbers.number_type(phonenumbers.parse(address.value))
        if kind not in NOT_SERVED and (
            not countries or self._region(address.value) in countries
        ):
            return
        self._log("not_served", purpose, address, ip)
        raise InputRefused(
            self.env._(
                "We cannot send an SMS to this number. Please use your e-mail address"
                " instead."
            ),
            field="address",
        )

    @api.model
    def _costly(self, cost_rules):
        """The refusal when it is the cost that refuses, not what the visitor did.

        :rtype: OtpLimited | None
        """
        if any(not rule.most for rule in cost_rules):
            wait = HOUR
        else:
            wait = self.env["attempt.limit"]._wait(cost_rules)
        if not wait:
            return None
        return OtpLimited(
            self.env._(
                "We cannot send an SMS to this number just now. Please use your e-mail"
                " address instead."
            ),
            retry_after=wait,
        )
