# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A message that could not be sent is told, and does not count for who waits for it."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.sms.tools.sms_api import SmsApiBase

from ..lib.waits import Rule
from ..models.auth_one_time_code import SENDS_PER_HOUR, SENDS_PER_IP
from .common import IP, CodeCommon
from .test_login_addresses import PATH, AddressCase
from .test_login_page import NUMBER, URL, PageCase

EMAIL = "vera@example.com"


class Trouble:
    """Mixin: a mail server and a provider of SMS that take nothing."""

    @contextmanager
    def _no_network(self):
        class Provider(SmsApiBase):
            def _send_sms_batch(self, messages, delivery_reports_url=False):
                raise OSError("no network")

        with (
            patch.object(
                self.registry["ir.mail_server"], "_connect__", side_effect=OSError("no")
            ),
            patch.object(
                self.registry["sms.sms"],
                "_split_by_api",
                lambda found: iter([(Provider(self.env), found)]),
            ),
            mute_logger(
                "odoo.addons.mail.models.mail_mail",
                "odoo.addons.auth_one_time_code.models.auth_one_time_sending",
            ),
        ):
            yield

    def _fail(self, address):
        """What the thread does with the last message to the address."""
        row = self.codes.search([("address", "=", address)], limit=1)
        queued = (
            self._mails(address) if row.kind == "email" else self._messages(address)
        )
        with self._no_network():
            row._send_now(queued[-1])
        return row


@tagged("-at_install", "post_install")
class TestUnsent(Trouble, CodeCommon, TransactionCase):
    """Without pages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_world()

    def test_what_was_not_sent_is_known_to_who_asked_alone(self):
        for address in (EMAIL, NUMBER):
            challenge = self._ask(address)["challenge"]
            self.assertEqual(self.codes._status("login", challenge), "on_its_way")
            self._fail(address)
            self.assertEqual(self.codes._status("login", challenge), "failed")
            self.assertEqual(self.codes._status("add_address", challenge), "over")
        self.assertEqual(self.codes._status("login", None), "none")
        self.assertEqual(self.codes._status("login", "x"), "over")

    def test_status_of_used_void_and_old_codes(self):
        challenge = self._ask(EMAIL)["challenge"]
        self._verify(challenge, self._mailed_code(EMAIL))
        self.env.invalidate_all()
        self.assertEqual(self.codes._status("login", challenge), "over")
        old = self._ask("old@example.com")["challenge"]
        self._pass_time(301)
        self.assertEqual(self.codes._status("login", old), "over")

    def test_another_code_may_be_asked_for_at_once(self):
        """Guard: ``_undo`` in ``_note_unsent``: neither counted nor waited for."""
        challenge = None
        for _time in range(SENDS_PER_HOUR + 2):
            sent = self._ask(EMAIL, challenge=challenge)
            self.assertEqual(sent["resend_in"], 30)
            challenge = sent["challenge"]
            self._fail(EMAIL)

    def test_wait_of_a_message_that_was_sent_stays(self):
        """Guard: only the failed send's wait is taken back, once."""
        sent = self._ask(EMAIL)
        self._pass_time(31)
        self._ask(EMAIL, challenge=sent["challenge"])
        row = self._fail(EMAIL)
        row._note_unsent()
        rules = self.codes._send_rules("login", ("email", EMAIL), IP)
        self.assertEqual(self.limits._wait(rules), 0)
        self._ask(EMAIL)
        # The second that counts, so the wait is the second one.
        self.assertIn(self.limits._wait(rules), range(55, 61))

    def test_what_was_counted_later_is_not_undone(self):
        """Guard: ``until``: a mail server may take a minute to fail."""
        self._ask(EMAIL)
        row = self.codes.search([("address", "=", EMAIL)], limit=1)
        self.env.cr.execute(
            "UPDATE auth_one_time_code SET create_date = create_date"
            " - INTERVAL '40 seconds' WHERE id = %s",
            [row.id],
        )
        self.env.invalidate_all()
        row._note_unsent()
        rules = self.codes._send_rules("login", ("email", EMAIL), IP)
        self.assertGreater(self.limits._wait(rules), 20)

    def test_place_and_costs_stay_counted(self):
        """Guard: ``OWN_SCOPES``: else one could try addresses for ever."""
        self._ask(NUMBER)
        self._fail(NUMBER)
        for rule in (
            Rule("login", "send_ip", IP, SENDS_PER_IP, 3600),
            Rule("sms", "country", "IN", 400, 3600),
            Rule("sms", "all", "", 500, 3600),
        ):
            key = self.limits._key(rule.purpose, rule.scope, rule.value)
            self.assertEqual(self.limits.search([("key", "=", key)]).count, 1, rule)

    def test_failure_of_a_text_is_not_told(self):
        """Guard: ``QUIET_FAILURES``: texts differ by whether there is an account."""
        sent = self._ask(NUMBER)
        message = self._messages(NUMBER)
        row = self.codes.search([("address", "=", NUMBER)], limit=1)
        values = {"state": "error", "failure_type": "dlt_text"}
        kinds = self.env["sms.sms"]._fields["failure_type"].get_values(self.env)
        if "dlt_text" not in kinds:
            # Without that addon there is no such failure; this one stands for it.
            values["failure_type"] = "sms_blacklist"
            self.startPatcher(
                patch(
                    "odoo.addons.auth_one_time_code.models.auth_one_time_sending"
                    ".QUIET_FAILURES",
                    ("sms_blacklist",),
                )
            )
        with (
            patch.object(
                self.registry["sms.sms"],
                "send",
                lambda found, **_kwargs: found.write(values),
            ),
            mute_logger("odoo.addons.auth_one_time_code.models.auth_one_time_sending"),
        ):
            row._send_now(message)
        self.assertEqual(self.codes._status("login", sent["challenge"]), "on_its_way")
        self.assertEqual(self._outcomes("+91 ••••••3210")[-1], "send_failed")


@tagged("-at_install", "post_install")
class TestUnsentPage(Trouble, PageCase):
    def _unsent(self):
        path = "//*[contains(@class, 'o_login_code_unsent')]"
        return " ".join(self.page.xpath(f"string({path})").split())

    def _status(self, path=URL):
        response = self.url_open(f"{path}/status")
        self.assertIn("no-store", response.headers["Cache-Control"])
        return response.json()

    def test_page_says_so_and_lets_ask_again(self):
        """Guard: ``digits``: "We sent a message" is not said of what was not sent."""
        for address, other in ((EMAIL, "mobile number"), (NUMBER, "e-mail address")):
            self._new_browser()
            self._ask_page(address)
            self.assertEqual(self._unsent(), "")
            self.assertEqual(self._status()["state"], "on_its_way")
            self._fail(address)
            status = self._status()
            self.assertEqual((status["state"], status["resend_in"]), ("failed", 0))
            self._get()
            self.assertIn(other, self._unsent())
            self.assertIn("ask for a new code", self._unsent())
            self.assertIn(status["message"], self._unsent())
            shown = EMAIL if address == EMAIL else "+91 98765 43210"
            self.assertIn(shown, self._unsent(), "to be checked")
            self.assertNotIn("We sent", self._words())
            self.assertFalse(self.page.xpath("//*[@data-status-url]"))
            self._post(step="resend")
            self.assertEqual(self.response.status_code, 200)
            self.assertEqual(self._unsent(), "")
            self.assertIn("We sent", self._words())

    def test_failure_tells_nothing_about_an_account(self):
        self._allow_sign_up(False)
        pages = []
        for address in (EMAIL, "vnobody@example.com", "staff@example.com"):
            self._new_browser()
            self._ask_page(address)
            self._fail(address)
            self._get()
            words = " ".join(self.page.xpath("string(//main)").split())
            words = words.replace(address, "TYPED")
            pages.append((words, self._status()["state"]))
        self.assertIn("could not send", pages[0][0])
        self.assertEqual(pages, [pages[0]] * 3)

    def test_status_is_of_this_session_alone(self):
        self._ask_page(EMAIL)
        self._fail(EMAIL)
        self._new_browser()
        self.assertEqual(
            self._status(),
            {"state": "none", "message": None, "expires_in": 0, "resend_in": 0},
        )

    def test_waiting_visitor_learns_it_by_himself(self):
        """In a browser, without a tap."""
        looks = []

        def status(_codes, _purpose, challenge):
            # The page is made before it is known, as it is with a thread.
            looks.append(challenge)
            return "failed" if len(looks) > 1 else "on_its_way"

        with patch.object(self.registry["auth.one.time.code"], "_status", status):
            self.start_tour(URL, "auth_one_time_code_unsent")


@tagged("-at_install", "post_install")
class TestUnsentAddress(Trouble, AddressCase):
    def test_page_of_ways_to_log_in_says_so_too(self):
        self._log_in_as(self.phil)
        self._get(PATH)
        self._send(step="request", address="phil2@example.com")
        self.assertIn("message to phil2@example.com", self._words())
        self.codes.search([("address", "=", "phil2@example.com")])._note_unsent()
        self._get(PATH)
        self.assertIn("could not send the message", self._alert())
        status = self.url_open(f"{PATH}/status").json()
        self.assertEqual(status["state"], "failed")
        self._send(step="resend")
        self.assertEqual(self.response.status_code, 200)
        self.assertEqual(self._alert(), "")
