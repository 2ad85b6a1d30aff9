# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import TransactionCase, tagged

from ..exceptions import InputRefused, OtpExpired, OtpLimited, OtpWrong
from ..lib import codes
from .common import IP, CodeCommon

EMAIL = "vera@example.com"
MASKED = "v•••@example.com"


class CodeCase(CodeCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_world()


@tagged("-at_install", "post_install")
class TestParse(CodeCase):
    def test_addresses_are_normalised(self):
        india = self.env.ref("base.in")
        self.env.company.country_id = india
        for text, address in [
            (" Vera@Example.COM ", ("email", EMAIL)),
            ("98765 43210", ("phone", "+919876543210")),
            ("09876543210", ("phone", "+919876543210")),
            ("+91-98765-43210", ("phone", "+919876543210")),
            ("९८७६५४३२१०", ("phone", "+919876543210")),
            ("+1 (202) 555-0123", ("phone", "+12025550123")),
        ]:
            self.assertEqual(self.codes._parse_address(text), address, text)

    def test_country_of_numbers_without_a_prefix(self):
        """The caller's, else the company's, else India."""
        belgium, india = self.env.ref("base.be"), self.env.ref("base.in")
        parse = self.codes._parse_address
        self.env.company.country_id = india
        self.assertEqual(parse("0475123456", belgium).value, "+32475123456")
        self.env.company.country_id = belgium
        self.assertEqual(parse("0475123456").value, "+32475123456")
        self.env.company.country_id = False
        self.assertEqual(parse("9876543210").value, "+919876543210")

    def test_what_is_no_address_is_refused_with_what_to_do(self):
        for text, words in [
            ("", "Type your e-mail"),
            (None, "Type your e-mail"),
            (["a@example.com"], "Type your e-mail"),
            ("vera", "not a mobile number or"),
            ("12345", "not a mobile number or"),
            ("vera@", "name@example.com"),
            ("Vera <vera@example.com>", "name@example.com"),
            ("a@example.com, b@example.com", "name@example.com"),
            ("a@example.com\nBcc: b@example.com", "name@example.com"),
            ("vérà@example.com", "name@example.com"),
        ]:
            with self.assertRaisesRegex(InputRefused, words) as caught:
                self.codes._parse_address(text)
            self.assertEqual(caught.exception.details, {"field": "address"})


@tagged("-at_install", "post_install")
class TestOneTimeCode(CodeCase):
    def test_code_is_right_once(self):
        """Guard: ``state = 'sent'`` in ``_use_try`` and ``_finish``."""
        sent = self._ask(EMAIL)
        code = self._mailed_code(EMAIL)
        verified = self._verify(sent["challenge"], code)
        self.assertEqual(tuple(verified)[1:], ("login", "email", EMAIL))
        self.assertEqual(self._row(sent["challenge"]).state, "used")
        with self._refused(OtpExpired):
            self._verify(sent["challenge"], code)
        self.assertEqual(self._outcomes(MASKED), ["sent", "used", "expired"])

    def test_answer_tells_what_a_page_needs(self):
        sent = self._ask(EMAIL)
        self.assertEqual(len(sent.pop("challenge")), 43)
        self.assertEqual(
            sent,
            {
                "kind": "email",
                "masked": MASKED,
                "expires_in": 300,
                "resend_in": 30,
                "tries_left": 3,
            },
        )

    def test_wrong_code_leaves_fewer_tries_and_three_end_it(self):
        """Guard: ``tries_left > 0`` in ``_use_try``."""
        challenge = self._ask(EMAIL)["challenge"]
        code = self._mailed_code(EMAIL)
        for left in (2, 1, 0):
            with self._refused(OtpWrong) as caught:
                self._verify(challenge, self._wrong(code))
            self.assertEqual(caught.exception.code, "otp_wrong")
            self.assertEqual(caught.exception.details, {"tries_left": left})
        with self._refused(OtpExpired) as caught:
            self._verify(challenge, code)
        self.assertEqual(caught.exception.code, "otp_expired")
        self.assertEqual(self._row(challenge).state, "void")

    def test_last_try_may_be_the_right_one(self):
        challenge = self._ask(EMAIL)["challenge"]
        code = self._mailed_code(EMAIL)
        for _try in range(2):
            with self._refused(OtpWrong):
                self._verify(challenge, self._wrong(code))
        self.assertTrue(self._verify(challenge, code))

    def test_what_is_no_code_uses_no_try(self):
        challenge = self._ask(EMAIL)["challenge"]
        for text in ("", "12345", "abcdef", None):
            with self.assertRaises(InputRefused):
                self._verify(challenge, text)
        self.assertEqual(self._row(challenge).tries_left, 3)

    def test_code_is_good_for_five_minutes(self):
        """Guard: ``expires_at`` in ``_use_try``."""
        challenge = self._ask(EMAIL)["challenge"]
        code = self._mailed_code(EMAIL)
        self._pass_time(285)
        with self._refused(OtpWrong):
            self._verify(challenge, self._wrong(code))
        self._pass_time(16)
        with self._refused(OtpExpired):
            self._verify(challenge, code)

    def test_code_is_worth_nothing_in_another_browser(self):
        """Guard: the challenge finds the row, and is part of the code's digest."""
        self._ask(EMAIL)
        code = self._mailed_code(EMAIL)
        self._pass_time(31)
        other = self._ask(EMAIL)["challenge"]
        for challenge in (None, "", "x" * 43, ["x"]):
            with self._refused(OtpExpired):
                self._verify(challenge, code)
        if self._mailed_code(EMAIL) != code:
            with self._refused(OtpWrong):
                self._verify(other, code)

    def test_code_is_worth_nothing_for_another_purpose(self):
        """Guard: ``purpose`` in ``_use_try``."""
        challenge = self._ask(EMAIL)["challenge"]
        code = self._mailed_code(EMAIL)
        with self._refused(OtpExpired):
            self._verify(challenge, code, purpose="lookup")
        self.assertTrue(self._verify(challenge, code))

    def test_digests_alone_are_stored(self):
        challenge = self._ask(EMAIL)["challenge"]
        code = self._mailed_code(EMAIL)
        self.env.cr.execute("SELECT c::text FROM auth_one_time_code c")
        text = " ".join(row for (row,) in self.env.cr.fetchall())
        self.assertNotIn(challenge, text)
        self.assertNotRegex(text, rf"\b{code}\b")

    # --- asking again

    def test_asking_again_ends_this_browsers_former_code(self):
        """Guard: ``_void``."""
        first = self._ask(EMAIL)["challenge"]
        old = self._mailed_code(EMAIL)
        self._pass_time(31)
        second = self._ask(EMAIL, challenge=first)["challenge"]
        with self._refused(OtpExpired):
            self._verify(first, old)
        self.assertEqual(self._row(second).sends, 2)
        self.assertEqual(self._outcomes(MASKED)[:2], ["sent", "resent"])
        self.assertTrue(self._verify(second, self._mailed_code(EMAIL)))

    def test_strangers_request_ends_nobody_elses_code(self):
        """Guard: ``_void`` asks for the challenge."""
        mine = self._ask(EMAIL)["challenge"]
        code = self._mailed_code(EMAIL)
        self._pass_time(31)
        theirs = self._ask(EMAIL, ip="203.0.113.9")["challenge"]
        self._pass_time(61)
        self._ask(EMAIL, ip="203.0.113.9", challenge=theirs)
        self.assertTrue(self._verify(mine, code))

    def test_waits_between_codes_grow(self):
        challenge = None
        for wait in (30, 60, 120, 240):
            sent = self._ask(EMAIL, challenge=challenge)
            challenge = sent["challenge"]
            self.assertIn(sent["resend_in"], range(wait - 1, wait + 1))
            with self._refused(OtpLimited) as caught:
                self._ask(EMAIL, challenge=challenge)
            self.assertEqual(caught.exception.code, "otp_limited")
            self.assertIn(
                caught.exception.details["retry_after"], range(wait - 2, wait + 1)
            )
            self._pass_time(wait)
        self.assertEqual(len(self._mails(EMAIL)), 4)

    def test_refused_request_leaves_the_live_code_alone(self):
        challenge = self._ask(EMAIL)["challenge"]
        with self._refused(OtpLimited):
            self._ask(EMAIL, challenge=challenge)
        self.assertTrue(self._verify(challenge, self._mailed_code(EMAIL)))

    def test_five_codes_an_hour(self):
        for wait in (30, 60, 120, 240, 480):
            self._ask(EMAIL, ip=None)
            self._pass_time(wait)
        with self._refused(OtpLimited) as caught:
            self._ask(EMAIL, ip=None)
        left = 3600 - 930
        self.assertIn(
            caught.exception.details["retry_after"], range(left - 5, left + 1)
        )

    def test_twenty_codes_a_day(self):
        for _send in range(20):
            self._ask(EMAIL, ip=None)
            self._pass_time(901)
        with self._refused(OtpLimited) as caught:
            self._ask(EMAIL, ip=None)
        self.assertIn("hours", str(caught.exception))
        left = 86400 - 20 * 901
        self.assertIn(
            caught.exception.details["retry_after"], range(left - 9, left + 1)
        )

    def test_thirty_codes_an_hour_from_one_ip(self):
        for number in range(30):
            self._ask(f"visitor{number}@example.com")
        with self._refused(OtpLimited):
            self._ask("visitor30@example.com")
        self._ask("visitor30@example.com", ip="198.51.100.7")

    def _guess(self, rounds, ips):
        """Three wrong guesses at each of some codes; how many were looked at."""
        tried = 0
        for number in range(rounds):
            ip = ips[number % len(ips)]
            challenge = self._ask(EMAIL, ip=ip)["challenge"]
            code = self._mailed_code(EMAIL)
            for _try in range(3):
                try:
                    self._verify(challenge, self._wrong(code), ip=ip)
                except OtpWrong:
                    tried += 1
                except OtpLimited:
                    break
            self._pass_time(901)
        return tried

    def test_ten_wrong_codes_a_day_stop_new_codes_there(self):
        """Guard: ``_check_wrong_codes``; told politely, with when.

        Its owner is elsewhere, and logs in.
        """
        self.assertEqual(self._guess(4, [IP]), 10)
        with self.assertRaisesRegex(OtpLimited, "hours, or log in with a password"):
            self._ask(EMAIL, ip=IP)
        home = "198.51.100.7"
        challenge = self._ask(EMAIL, ip=home)["challenge"]
        code = self._mailed_code(EMAIL)
        with self._refused(OtpLimited):
            self._verify(challenge, code, ip=IP)
        self.assertTrue(self._verify(challenge, code, ip=home))

    def test_forty_wrong_codes_a_day_from_everywhere_stop_new_codes(self):
        """Guard: the rule "wrong_all" of ``_wrong_rules``."""
        ips = [f"203.0.113.{number}" for number in range(1, 8)]
        self.assertEqual(self._guess(14, ips), 40)
        with self.assertRaisesRegex(OtpLimited, "hours, or log in with a password"):
            self._ask(EMAIL, ip="198.51.100.7")

    def test_codes_from_everywhere_come_one_at_a_time_and_fifteen_an_hour(self):
        """Guard: the rule "send_all" of ``_send_rules``."""
        for number in range(15):
            self._ask(EMAIL, ip=f"203.0.113.{number}")
            with self._refused(OtpLimited) as caught:
                self._ask(EMAIL, ip=f"198.51.100.{number}")
            if number < 14:
                self.assertLessEqual(caught.exception.details["retry_after"], 30)
            self._pass_time(31)
        with self._refused(OtpLimited):
            self._ask(EMAIL, ip="198.51.100.99")
        self._pass_time(3600)
        self._ask(EMAIL, ip="198.51.100.99")

    def test_twenty_wrong_codes_an_hour_from_one_ip(self):
        for number in range(7):
            challenge = self._ask(f"visitor{number}@example.com", ip=None)["challenge"]
            for _try in range(3):
                if number * 3 + _try == 20:
                    break
                with self._refused(OtpWrong):
                    self._verify(challenge, "000000", ip=IP)
        with self._refused(OtpLimited):
            self._verify(challenge, "000000", ip=IP)
        with self._refused(OtpLimited):
            self._ask("visitor9@example.com", ip=IP)

    def test_success_forgives_the_address_but_not_the_guesses_of_the_ip(self):
        """Guard: one is given back to an IP, not all: own log-ins buy no guesses."""
        other = self._ask("other@example.com", ip=None)["challenge"]
        with self._refused(OtpWrong):
            self._verify(other, "000000")
        challenge = self._ask(EMAIL)["challenge"]
        self._verify(challenge, self._mailed_code(EMAIL))
        (ip_rule,) = self.codes._wrong_rules("login", None, IP)
        row = self.limits.search([("key", "=", self.limits._key(*ip_rule[:3]))])
        self.assertEqual(row.count, 1)
        self.assertTrue(self._ask(EMAIL), "no wait after a success")

    def test_old_codes_and_attempts_are_vacuumed(self):
        challenge = self._ask(EMAIL)["challenge"]
        self._pass_time(86400)
        self._ask("other@example.com")
        self.env.cr.execute(
            "UPDATE auth_one_time_attempt SET happened_at = happened_at"
            " - INTERVAL '91 days' WHERE address = %s",
            [MASKED],
        )
        self.env.invalidate_all()
        self._pass_time(301)
        self.codes._gc_codes()
        self.env["auth.one.time.attempt"]._gc_attempts()
        self.env.invalidate_all()
        self.assertFalse(self._row(challenge))
        self.assertTrue(
            self.codes.search_count([("address", "=", "other@example.com")])
        )
        self.assertEqual(self._outcomes(MASKED), [])
        self.assertEqual(self._outcomes("o•••@example.com"), ["sent"])

    # --- purposes

    def test_other_purposes_get_a_code_whether_or_not_there_is_an_account(self):
        field = self.codes._fields["purpose"]
        self.patch(field, "_selection", {**field._selection, "lookup": "Look up"})
        for address in ("nobody@example.com", "staff@example.com", "gone@example.com"):
            challenge = self._ask(address, purpose="lookup")["challenge"]
            code = self._mailed_code(address)
            verified = self._verify(challenge, code, purpose="lookup")
            self.assertEqual(verified.value, address)

    def test_numbers_get_a_message(self):
        challenge = self._ask("+91 98765 43210")["challenge"]
        code = self._texted_code("+919876543210")
        self.assertEqual(
            self._verify(challenge, code)[1:], ("login", "phone", "+919876543210")
        )
        self.assertEqual(self._outcomes("+91 ••••••3210"), ["sent", "used"])

    def test_digest_compare_takes_no_short_cut(self):
        """Guard: ``hmac.compare_digest``, not ``==``."""
        self.assertIn("compare_digest", codes.same.__code__.co_names)
