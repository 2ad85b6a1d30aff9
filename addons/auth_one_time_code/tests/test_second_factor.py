# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
from contextlib import contextmanager
from unittest.mock import patch
from xmlrpc.client import Fault

from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger

from .test_login_page import PageCase

PASSWORD = "correct horse battery"
STAFF = "staff@example.com"
SECRET = "GEZDGNBVGY3TQOJQ"


@tagged("-at_install", "post_install")
class TestSecondFactor(PageCase):
    """Odoo's policy "employees must have two factors", and codes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_policy("employee_required")

    @classmethod
    def _set_policy(cls, policy):
        cls.env["ir.config_parameter"].set_param("auth_totp.policy", policy)

    def _authenticate_by_rpc(self, login, password=PASSWORD):
        """The session that apps and the mobile client use."""
        answer = self.url_open(
            "/web/session/authenticate",
            json={
                "params": {
                    "db": self.env.cr.dbname,
                    "login": login,
                    "password": password,
                }
            },
        ).json()
        return answer["result"]["uid"]

    def test_staff_with_a_mailbox_alone_never_get_in(self):
        """A code by mail and Odoo's second factor by mail would be one factor.

        Guard: ``not user.totp_enabled`` in ``_one_time_code_road``.
        """
        self._ask_page(STAFF)
        self.assertIn("We sent a message to", self.page.text_content())
        self.assertNotRegex(self._mail_text(STAFF), r"\d{6}")
        self.assertIn("log in with their password", self._mail_text(STAFF))
        for guess in ("000000", "123456", "999999"):
            self._post(step="verify", code=guess)
        self.assertFalse(self._uid())

    def test_the_same_by_sms(self):
        number = "+919876543210"
        self.env["auth.verified.address"]._claim("phone", number, self.staff_user)
        self._ask_page(number)
        self.assertNotRegex(self._messages(number).body, r"\d{6}")

    def test_staff_with_an_app_need_code_and_app(self):
        self.staff_user.sudo().totp_secret = SECRET
        self._ask_page(STAFF)
        self._post(step="verify", code=self._mailed_code(STAFF))
        self.assertIn("/web/login/totp", self.response.url)
        self.assertFalse(self._uid())

    def test_staff_with_a_password_are_asked_for_odoos_mailed_code(self):
        self.env["ir.mail_server"].search([]).active = False
        self._get("/web/login")
        with self._delivered_mails() as mails:
            self._post("/web/login", login=STAFF, password=PASSWORD)
            self.assertIn("/web/login/totp", self.response.url)
            self.assertFalse(self._uid(), "one factor is not enough")
            code = re.search(r"\b(\d{6})\b", mails[-1]).group(1)
            self._post("/web/login/totp", totp_token=code)
        self.assertEqual(self._uid(), self.staff_user.id)

    @contextmanager
    def _delivered_mails(self):
        """What Odoo's own mails say; nothing leaves."""
        mails = []

        def send(records, *_args, **_kwargs):
            # Now: the request's cursor is closed when the test looks.
            mails.extend(html2plaintext(mail.body_html) for mail in records)

        with patch.object(type(self.env["mail.mail"]), "send", send):
            yield mails

    def test_session_for_apps_stays_outside_until_the_second_factor(self):
        self.assertFalse(self._authenticate_by_rpc(STAFF))
        self.assertFalse(self._uid())
        answer = self.url_open(
            "/web/dataset/call_kw/res.users/read",
            json={
                "params": {
                    "model": "res.users",
                    "method": "read",
                    "args": [[self.staff_user.id], ["login"]],
                    "kwargs": {},
                }
            },
        ).json()
        self.assertIn("error", answer)

    def test_visitors_have_no_second_factor(self):
        self._ask_page("vera@example.com")
        self._post(step="verify", code=self._mailed_code("vera@example.com"))
        self.assertEqual(self._uid(), self.portal_user.id)

    @mute_logger("odoo.http", "odoo.addons.base.models.res_users")
    def test_passwords_open_no_rpc(self):
        """Keys do: they are made behind both factors."""
        uid, database = self.staff_user.id, self.env.cr.dbname
        with self.assertRaises(Fault):
            self.xmlrpc_object.execute_kw(
                database, uid, PASSWORD, "res.users", "read", [[uid], ["login"]]
            )
        bearer = {"Authorization": f"bearer {PASSWORD}"}
        response = self.url_open(
            "/json/2/res.users/read", json={"ids": [uid]}, headers=bearer
        )
        self.assertEqual(response.status_code, 401)
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.staff_user)
            .sudo()
            ._generate("rpc", "test", None)
        )
        answer = self.url_open(
            "/json/2/res.users/read",
            json={"ids": [uid], "fields": ["login"]},
            headers={"Authorization": f"bearer {key}"},
        )
        self.assertEqual(answer.json()[0]["login"], STAFF)

    @mute_logger("odoo.http", "odoo.addons.base.models.res_users")
    def test_without_the_policy_passwords_do(self):
        """The tests above see the policy, not some other refusal."""
        self._set_policy(False)
        self.assertEqual(self._authenticate_by_rpc(STAFF), self.staff_user.id)
        self.assertEqual(self._uid(), self.staff_user.id)
