# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import secrets
import time

from odoo import api, models
from odoo.exceptions import AccessDenied
from odoo.fields import Domain
from odoo.tools import SQL

from ..lib.proof import Proof

CREDENTIAL_TYPE = "one_time_code"


class ResUsers(models.Model):
    """Users who log in by a code: whose address is it, and may they?"""

    _inherit = "res.users"

    _login_lower_idx = models.Index("(lower(login))")

    def _check_credentials(self, credential, env):
        """A proof is an object of this process; clients can only send data."""
        if credential.get("type") != CREDENTIAL_TYPE:
            return super()._check_credentials(credential, env)
        proof = credential.get("proof")
        user, code_model = self.env.user, self.env["auth.one.time.code"]
        if (
            not isinstance(proof, Proof)
            or not env.get("interactive")
            or not proof.spend(user.id, time.monotonic())
            or not code_model._used_lately(proof.code_id, "login")
        ):
            raise AccessDenied()
        code = code_model.sudo().browse(proof.code_id)
        code._log("logged_in", "login", (code.kind, code.address), code.ip)
        # A second factor still applies.
        return {"uid": user.id, "auth_method": CREDENTIAL_TYPE, "mfa": "default"}

    @api.model
    def _one_time_code_road(self, kind, value):
        """What an address's owner may do, and the user who it is, if there is one.

        :return: ``(road, user)``; road: "code" (with no user: a new visitor), "staff"
            (log in with your password) or "no_account"
        """
        found = self._one_time_code_users(kind, value)
        if user := found.filtered("active")[:1]:
            # By a code alone nobody gets at what staff see.
            if user._is_internal() and not user.totp_enabled:
                return "staff", user
            return ("no_account" if user._is_public() else "code"), user
        taken = found or self.env["auth.verified.address"]._find(kind, value)
        if taken or self.sudo()._get_signup_invitation_scope() != "b2c":
            return "no_account", self.browse()
        return "code", self.browse()

    @api.model
    def _one_time_code_users(self, kind, value):
        """Users of this website, archived ones too, whose address it is.

        An e-mail address is a login's, in any case of letters. Compared in SQL: Odoo's
        "=ilike" may leave accents out, and with them the difference between addresses.
        A phone must have been verified: it could be typed as a login by anybody. So can
        an e-mail address: who has proved it comes before a login.
        """
        users_sudo = self.sudo().with_context(active_test=False)
        user_ids = []
        if kind == "email":
            self.flush_model(["login"])
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT id FROM res_users WHERE lower(login) = %(login)s
                     ORDER BY login = %(login)s DESC, id
                    """,
                    login=value,
                )
            )
            user_ids = [row[0] for row in rows]
        verified = self.env["auth.verified.address"]._find(kind, value)
        found = verified.user_id | users_sudo.browse(user_ids)
        return found.filtered(
            lambda user: users_sudo.search_count(
                Domain("id", "=", user.id) & users_sudo._get_login_domain(user.login)
            )
        )

    @api.model
    def _one_time_code_credential(self, verified):
        """The credential for ``session.authenticate`` of whoever has the address.

        Makes a portal user for a new visitor. Good for a minute, once, in this process.

        :param verified: what ``auth.one.time.code._verify("login", ...)`` returned
        :raise OtpExpired: there is no account any more, or it needs a password
        :rtype: dict
        """
        kind, value = verified.kind, verified.value
        road, user_sudo = self._one_time_code_road(kind, value)
        if road != "code" or verified.purpose != "login":
            raise self.env["auth.one.time.code"]._expired()
        claim = self.env["auth.verified.address"]._claim(kind, value, user_sudo)
        if not user_sudo:
            user_sudo = self.sudo()._one_time_code_sign_up(kind, value)
            claim.write(
                {
                    "user_id": user_sudo.id,
                    "is_contact_elsewhere": user_sudo._one_time_code_is_others_contact(
                        kind, value
                    ),
                }
            )
        elif claim or user_sudo._one_time_code_inherit(kind, value):
            user_sudo._one_time_code_first_proof(kind, value)
        return {
            "type": CREDENTIAL_TYPE,
            "login": user_sudo.login,
            "proof": Proof(verified.code_id, user_sudo.id, time.monotonic()),
        }

    def _one_time_code_inherit(self, kind, value):
        """Whether the address was an archived user's until now."""
        row = self.env["auth.verified.address"]._find(kind, value)
        return bool(row.user_id) and not row.user_id.active and row._move(self)

    def _one_time_code_first_proof(self, kind, value):
        """The address's owner comes for the first time: he alone gets in from now on.

        Anybody can sign up with somebody else's address, log in, add ways in of his
        own and wait for its owner to come by a code and buy. So whatever nobody proved
        ends with the first proof, unless staff made the account or made it one of
        theirs. Its maker may be deleted by now: then nobody vouches for it.
        """
        self.ensure_one()
        if not any(user._is_internal() for user in self | self.create_uid):
            self.sudo()._one_time_code_throw_out(kind, value)

    def _inverse_notification_type(self):
        """Write nothing for users who are in the right group, or out of it, already.

        A new user is copied from the template's, so Odoo takes him out of a group that
        he was never in, and any such write empties the caches of all workers: then
        each first visit of somebody would make everybody's next pages slow.
        """
        inbox = self.env.ref("mail.group_mail_notification_type_inbox")
        wrong = self.filtered(
            lambda user: (
                (user.notification_type == "inbox") != (inbox in user.group_ids)
            )
        )
        if not wrong:
            return None
        return super(ResUsers, wrong)._inverse_notification_type()

    @api.model
    def _one_time_code_sign_up(self, kind, value):
        """A portal user without a password, of auth_signup's template user."""
        login = self._one_time_code_free_login(value)
        values = {"login": login, "name": value, kind: value}
        if self.env.lang:
            values["lang"] = self.env.lang
        # No note on the contact that it got access, in the second in which both were
        # made: it costs a new visitor as much as the look-up of his code.
        return self.with_context(mail_notrack=True)._signup_create_user(values)

    @api.model
    def _one_time_code_free_login(self, value):
        """A login for whoever proved the address.

        It is another one when somebody without proof has chosen it as his.
        """
        users_sudo = self.sudo().with_context(active_test=False)
        if users_sudo.search_count([("login", "=", value)]):
            return f"{value}/{secrets.token_hex(4)}"
        return value
