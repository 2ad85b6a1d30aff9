# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A world with one user of each sort, and ways to read the messages sent."""

import re
from contextlib import contextmanager
from types import SimpleNamespace

from odoo import Command
from odoo.tools import SQL, html2plaintext

from ..lib import codes

IP = "192.0.2.1"
CODE = re.compile(r"Your code is\s+(\d{6})\b")


class CodeCommon:
    """Mixin of test cases with one transaction."""

    @classmethod
    def _make_world(cls):
        cls.codes = cls.env["auth.one.time.code"]
        cls.limits = cls.env["attempt.limit"]
        cls.env.company.partner_id.email = "museum@example.com"
        cls._allow_sign_up()
        portal = cls.env.ref("base.group_portal")
        cls.portal_user = cls._make_user("vera@example.com", portal)
        cls.staff_user = cls._make_user(
            "staff@example.com", cls.env.ref("base.group_user")
        )
        cls.archived_user = cls._make_user("gone@example.com", portal)
        cls.archived_user.active = False

    @classmethod
    def _make_user(cls, login, group):
        return (
            cls.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "login": login,
                    "name": f"Name of {login}",
                    "email": login,
                    "password": "correct horse battery",
                    "group_ids": [Command.set(group.ids)],
                }
            )
        )

    @classmethod
    def _allow_sign_up(cls, allow=True):
        scope = "b2c" if allow else "b2b"
        cls.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", scope)
        if "website" in cls.env:
            cls.env["website"].search([]).auth_signup_uninvited = scope

    # --- helpers

    @contextmanager
    def _refused(self, refusal):
        """Like ``assertRaises``, which here would roll back what stays in life."""
        caught = SimpleNamespace(exception=None)
        try:
            yield caught
        except refusal as error:
            caught.exception = error
        else:
            self.fail(f"no {refusal.__name__}")

    def _ask(self, text, ip=IP, challenge=None, purpose="login"):
        return self.codes._request(purpose, text, ip, challenge)

    def _verify(self, challenge, code, ip=IP, purpose="login"):
        return self.codes._verify(purpose, challenge, code, ip)

    def _mails(self, address):
        return self.env["mail.mail"].search([("email_to", "=", address)], order="id")

    def _mail_text(self, address):
        return " ".join(html2plaintext(self._mails(address)[-1].body_html).split())

    def _mailed_code(self, address):
        return CODE.search(self._mail_text(address).replace("*", "")).group(1)

    def _messages(self, number):
        return self.env["sms.sms"].search([("number", "=", number)], order="id")

    def _texted_code(self, number):
        return CODE.search(self._messages(number)[-1].body).group(1)

    def _wrong(self, code):
        return f"{(int(code) + 1) % 10**6:06d}"

    def _row(self, challenge):
        key = self.env["ir.config_parameter"].get_param("database.secret")
        return self.codes.search(
            [("challenge_hash", "=", codes.digest(key, "challenge", challenge))]
        )

    def _pass_time(self, seconds):
        """So many seconds go by, for limits and codes."""
        self.env.flush_all()
        for table, name in [
            ("attempt_limit", "started_at"),
            ("attempt_limit", "last_at"),
            ("auth_one_time_code", "expires_at"),
            ("auth_one_time_code", "used_at"),
        ]:
            self.env.cr.execute(
                SQL(
                    "UPDATE %(table)s"
                    " SET %(name)s = %(name)s - %(seconds)s * INTERVAL '1 second'",
                    table=SQL.identifier(table),
                    name=SQL.identifier(name),
                    seconds=seconds,
                )
            )
        self.env.invalidate_all()

    def _outcomes(self, masked):
        lines = self.env["auth.one.time.attempt"].search(
            [("address", "=", masked)], order="id"
        )
        return lines.mapped("outcome")
