# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What codes by SMS may cost."""

from itertools import islice

import phonenumbers

from odoo.exceptions import ValidationError
from odoo.tests import Form, TransactionCase, tagged

from ..exceptions import InputRefused, OtpLimited
from ..models.auth_one_time_cost import NOT_SERVED, SMS_COUNTRIES, SMS_PER_HOUR
from .common import CodeCommon

MAIL_INSTEAD = "Please use your e-mail address instead"


@tagged("-at_install", "post_install")
class TestCost(CodeCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_world()
        cls.parameters = cls.env["ir.config_parameter"]
        cls.env.company.country_id = cls.env.ref("base.in")
        cls._allow(all=99, home=99, abroad=99)

    @classmethod
    def _allow(cls, **most):
        for which, number in most.items():
            cls.parameters.set_param(SMS_PER_HOUR[which][0], str(number))

    def _numbers(self, region, count):
        kind = phonenumbers.PhoneNumberType.MOBILE
        example = phonenumbers.example_number_for_type(region, kind)
        first = int(phonenumbers.format_number(example, 0)[1:])
        numbers = (f"+{first + step}" for step in range(1000))
        good = (
            number
            for number in numbers
            if phonenumbers.is_valid_number(phonenumbers.parse(number))
        )
        return list(islice(good, count))

    def _ask_from_anywhere(self, number):
        """Each time another IP address: pumping comes from many."""
        self.asked = getattr(self, "asked", 0) + 1
        return self._ask(number, ip=f"198.51.100.{self.asked}")

    def test_each_country_has_a_limit(self):
        """Guard: ``_cost_rules``."""
        self._allow(abroad=2)
        first, second, third = self._numbers("GB", 3)
        self._ask_from_anywhere(first)
        self._ask_from_anywhere(second)
        with self._refused(OtpLimited) as caught:
            self._ask_from_anywhere(third)
        self.assertIn(MAIL_INSTEAD, str(caught.exception))
        self.assertTrue(0 < caught.exception.details["retry_after"] <= 3600)
        self.assertFalse(self._messages(third))
        self._ask_from_anywhere(self._numbers("FR", 1)[0])
        for number in self._numbers("IN", 3):
            self._ask_from_anywhere(number)
        self._ask_from_anywhere("vera@example.com")
        self._pass_time(3601)
        self._ask_from_anywhere(third)

    def test_home_is_the_companys_country(self):
        self._allow(home=1)
        self.env.company.country_id = self.env.ref("base.be")
        first, second = self._numbers("BE", 2)
        self._ask_from_anywhere(first)
        with self._refused(OtpLimited):
            self._ask_from_anywhere(second)
        self.env.company.country_id = self.env.ref("base.in")
        self._ask_from_anywhere(second)

    def test_all_countries_together_have_a_limit(self):
        self._allow(all=3)
        for region in ("IN", "GB", "FR"):
            self._ask_from_anywhere(self._numbers(region, 1)[0])
        with self._refused(OtpLimited) as caught:
            self._ask_from_anywhere(self._numbers("DE", 1)[0])
        self.assertIn(MAIL_INSTEAD, str(caught.exception))

    def test_right_code_gives_no_sms_back(self):
        """Whoever pumps has the phones, or the codes, too: the money is spent."""
        self._allow(abroad=1)
        first, second = self._numbers("GB", 2)
        challenge = self._ask_from_anywhere(first)["challenge"]
        self._verify(challenge, self._texted_code(first))
        with self._refused(OtpLimited):
            self._ask_from_anywhere(second)

    def test_refusal_uses_up_nothing_of_the_number(self):
        self._allow(abroad=1)
        first, second = self._numbers("GB", 2)
        self._ask_from_anywhere(first)
        for _time in range(6):
            with self._refused(OtpLimited):
                self._ask_from_anywhere(second)
        self._allow(abroad=99)
        self.assertEqual(self._ask_from_anywhere(second)["resend_in"], 30)

    def test_refusal_is_the_same_with_and_without_an_account(self):
        self._allow(abroad=2)
        known, unknown, third = self._numbers("GB", 3)
        challenge = self._ask_from_anywhere(known)["challenge"]
        verified = self._verify(challenge, self._texted_code(known))
        self.env["res.users"]._one_time_code_credential(verified)
        self._ask_from_anywhere(third)
        words = set()
        for number in (known, unknown):
            with self._refused(OtpLimited) as caught:
                self._ask_from_anywhere(number)
            words.add(str(caught.exception))
        self.assertEqual(len(words), 1)

    def test_own_waits_keep_their_own_words(self):
        number = self._numbers("IN", 1)[0]
        self._ask_from_anywhere(number)
        with self._refused(OtpLimited) as caught:
            self._ask_from_anywhere(number)
        self.assertIn("too often", str(caught.exception))

    def test_zero_is_none(self):
        """Guard: ``rule.most < 1``; the first row would be made without a look."""
        self._allow(abroad=0)
        with self._refused(OtpLimited) as caught:
            self._ask_from_anywhere(self._numbers("GB", 1)[0])
        self.assertEqual(caught.exception.details["retry_after"], 3600)

    def test_broken_parameters_are_the_defaults(self):
        for text in ("", "many", "-5", "1e9"):
            self.parameters.set_param(SMS_PER_HOUR["abroad"][0], text)
            self.assertEqual(self.codes._sms_per_hour("abroad"), 20, text)

    def test_countries_can_be_chosen(self):
        """Guard: ``_check_destination``."""
        self.parameters.set_param(SMS_COUNTRIES, "in, gb")
        for region in ("IN", "GB"):
            self._ask_from_anywhere(self._numbers(region, 1)[0])
        (french,) = self._numbers("FR", 1)
        with self._refused(InputRefused) as caught:
            self._ask_from_anywhere(french)
        self.assertIn(MAIL_INSTEAD, str(caught.exception))
        self.assertEqual(caught.exception.details, {"field": "address"})
        masked = self.codes._mask("phone", french)
        self.assertEqual(self._outcomes(masked), ["not_served"])

    def test_numbers_that_cost_their_callers_get_nothing(self):
        checked = 0
        for region in ("GB", "IN", "US", "DE", "FR"):
            for kind in NOT_SERVED:
                example = phonenumbers.example_number_for_type(region, kind)
                if not example or phonenumbers.number_type(example) != kind:
                    continue
                checked += 1
                with self._refused(InputRefused):
                    self._ask_from_anywhere(phonenumbers.format_number(example, 0))
        self.assertGreater(checked, 4)

    def test_networks_without_a_country_count_as_one(self):
        self._allow(abroad=1)
        self.assertEqual(self.codes._region("+8821312345678"), "001")

    # --- the settings page

    def test_settings_page_keeps_what_was_chosen(self):
        form = Form(self.env["res.config.settings"])
        form.otc_sms_per_hour = 50
        form.otc_sms_home_per_hour = 40
        form.otc_sms_abroad_per_hour = 0
        form.otc_sms_country_ids.add(self.env.ref("base.in"))
        form.otc_sms_country_ids.add(self.env.ref("base.uk"))
        form.save().execute()
        most = [self.codes._sms_per_hour(which) for which in SMS_PER_HOUR]
        self.assertEqual(most, [50, 40, 0])
        self.assertEqual(self.codes._sms_countries(), {"GB", "IN"})
        again = Form(self.env["res.config.settings"])
        self.assertEqual(again.otc_sms_abroad_per_hour, 0)
        self.assertEqual(again.otc_sms_country_ids.ids, form.otc_sms_country_ids.ids)

    def test_settings_page_refuses_less_than_nothing(self):
        with self.assertRaisesRegex(ValidationError, "0 or more"):
            self.env["res.config.settings"].create({"otc_sms_per_hour": -1})
