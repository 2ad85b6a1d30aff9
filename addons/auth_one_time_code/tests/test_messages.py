# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import email.policy
from email import message_from_string
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.common import MockSmtplibCase

from .common import CODE, CodeCommon

EMAIL = "vera@example.com"
NUMBER = "+919876543210"


@tagged("-at_install", "post_install")
class TestMessages(CodeCommon, MockSmtplibCase, TransactionCase):
    """What arrives."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_world()
        cls.env.company.name = "Sunrise Museum"

    def _delivered(self):
        """The one message that the mail server got, parsed."""
        with self.mock_smtplib_connection():
            self._mails(EMAIL)[-1].send(raise_exception=True)
        (sent,) = self.emails
        return sent, message_from_string(sent["message"], policy=email.policy.default)

    def test_mail_has_the_code_in_text_and_html_but_not_in_the_subject(self):
        self._ask(EMAIL)
        code = self._mailed_code(EMAIL)
        sent, message = self._delivered()
        self.assertEqual(sent["smtp_to_list"], [EMAIL])
        self.assertEqual(message["To"], EMAIL)
        self.assertIn("museum@example.com", message["From"])
        self.assertEqual(message["Subject"], "Your code for Sunrise Museum")
        for kind in ("plain", "html"):
            body = message.get_body([kind]).get_content()
            self.assertIn(code, body, kind)
            self.assertIn("good for", body)
            self.assertIn("If you did not ask, ignore", body)
            self.assertIn("Sunrise Museum", body)
        text = message.get_body(["plain"]).get_content()
        self.assertRegex(" ".join(text.split()), CODE)

    def test_text_begins_with_words(self):
        """Guard: ``_prepare_outgoing_list``: Odoo's layouts begin with fillers."""
        self._ask(EMAIL)
        _sent, message = self._delivered()
        text = message.get_body(["plain"]).get_content()
        self.assertTrue(text.startswith("Your code is"), repr(text[:40]))
        self.emails.clear()
        with self.mock_smtplib_connection():
            self.portal_user._notify_security_setting_update("Subject", "A change")
        (sent,) = self.emails
        message = message_from_string(sent["message"], policy=email.policy.default)
        text = message.get_body(["plain"]).get_content()
        self.assertTrue(text.startswith("Your Account"), repr(text[:40]))
        self.assertIn("A change", text)
        self.assertIn("\u034f", message.get_body(["html"]).get_content(), "as it was")

    def test_mail_is_deleted_once_it_was_sent(self):
        """Guard: ``auto_delete``; with it goes the readable code."""
        self._ask(EMAIL)
        mail = self._mails(EMAIL)
        message = mail.mail_message_id
        self._delivered()
        self.assertFalse(mail.exists())
        self.assertFalse(message.exists())

    def test_sms_has_the_code(self):
        self._ask(NUMBER)
        (sms,) = self._messages(NUMBER)
        self.assertRegex(sms.body, CODE)
        self.assertIn("good for 5 minutes", sms.body)
        self.assertIn("Sunrise Museum", sms.body)
        self.assertLessEqual(len(sms.body), 160, "one SMS")

    def test_texts_can_be_translated(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        mail = self.env.ref("auth_one_time_code.mail_template_code")
        mail.with_context(lang="fr_FR").subject = "Votre code"
        sms = self.env.ref("auth_one_time_code.sms_template_code")
        sms.with_context(lang="fr_FR").body = "Votre code : {{ ctx.get('otc_code') }}"
        self.portal_user.lang = "fr_FR"
        self._ask(EMAIL)
        self.assertEqual(self._mails(EMAIL).subject, "Votre code")
        self.codes.with_context(lang="fr_FR")._request("login", NUMBER, None)
        self.assertRegex(self._messages(NUMBER).body, r"^Votre code : \d{6}$")

    def test_name_of_the_company_is_text(self):
        self.env.company.name = "Art & <b>Craft</b>"
        self._ask(EMAIL)
        _sent, message = self._delivered()
        html = message.get_body(["html"]).get_content()
        self.assertIn("Art &amp; &lt;b&gt;Craft", html)

    def test_failed_sending_is_logged_and_raises_nothing(self):
        challenge = self._ask(EMAIL)["challenge"]
        mail = self._mails(EMAIL)
        with (
            patch.object(
                type(self.env["ir.mail_server"]),
                "_connect__",
                side_effect=OSError("no mail server"),
            ),
            self.assertLogs("odoo.addons.auth_one_time_code", "WARNING"),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            self._row(challenge)._send_now(mail)
        self.assertEqual(mail.state, "exception")
        self.assertEqual(self._outcomes("v•••@example.com"), ["sent", "send_failed"])
