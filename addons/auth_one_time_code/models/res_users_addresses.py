# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Ways to log in that a user adds and removes himself."""

import secrets

from odoo import SUPERUSER_ID, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..exceptions import (
    AddressTaken,
    CodesNotForStaff,
    LastWayIn,
    NoSuchAddress,
    TooManyAddresses,
)
from ..lib.addresses import Address, plain_email
from .auth_one_time_code import ADD_ADDRESS
from .own_transaction import own_transaction

MODULE = "auth_one_time_code"
MOST_ADDRESSES = 10
# Of the context: our own notice says it, Odoo's about the login would say it again.
SILENT = "one_time_code_silent"


class ResUsers(models.Model):
    """An address is a user's by a code alone; a typed contact proves nothing."""

    _inherit = "res.users"

    # === LOOKING ===

    def _one_time_code_addresses(self):
        """The user's proved addresses, the oldest first."""
        self.ensure_one()
        return (
            self.env["auth.verified.address"]
            .sudo()
            .search([("user_id", "=", self.id)], order="id")
        )

    def _one_time_code_may_add(self):
        """Whether codes are for this user: staff need an authenticator app."""
        self.ensure_one()
        user_sudo = self.sudo()
        if user_sudo._is_public() or not user_sudo.active:
            return False
        return not user_sudo._is_internal() or user_sudo.totp_enabled

    def _one_time_code_check_may_add(self):
        """:raise CodesNotForStaff: see :meth:`_one_time_code_may_add`"""
        if not self._one_time_code_may_add():
            raise CodesNotForStaff(
                self.env._(
                    "Staff log in with their password. With an authenticator app set up"
                    " codes work for you, too."
                )
            )

    def _one_time_code_has_password(self):
        self.ensure_one()
        self.flush_recordset(["password"])
        rows = self.env.execute_query(
            SQL("SELECT password FROM res_users WHERE id = %s", self.id)
        )
        return bool(rows and rows[0][0])

    def _one_time_code_is_login(self, kind, value):
        """Whether the address is the user's login, or what it was made of."""
        login = self.login.lower() if kind == "email" else self.login
        return login == value or login.startswith(f"{value}/")

    def _one_time_code_unproved_contact(self):
        """The contact that the user may want to log in with, too.

        Only for who logs in by codes: others have no use for it.

        :return: ``address`` (an Address) and ``only``: by which kind alone he logs in
            now, "" when there are other ways; or None
        :rtype: dict | None
        """
        self.ensure_one()
        user_sudo = self.sudo()
        rows = user_sudo._one_time_code_addresses()
        if not rows or not user_sudo._one_time_code_may_add():
            return None
        proved = {Address(row.kind, row.value) for row in rows}
        partner = user_sudo.partner_id
        contacts = [
            Address("email", plain_email(partner.email_normalized or "")),
            Address("phone", partner.phone_sanitized or ""),
        ]
        for contact in contacts:
            if not contact.value or contact in proved:
                continue
            if not user_sudo._one_time_code_is_login(*contact):
                only = user_sudo._one_time_code_only_kind(proved)
                return {
                    "address": contact,
                    "only": only if only != contact.kind else "",
                }
        return None

    def _one_time_code_only_kind(self, proved):
        """The kind of address without which there is no way in, or ""."""
        kinds = {address.kind for address in proved}
        if len(kinds) > 1 or "@" in self.login and "phone" in kinds:
            return ""
        return "" if self._one_time_code_has_password() else kinds.pop()

    def _one_time_code_is_others_contact(self, kind, value):
        """Whether another customer's account of this website has it as its contact."""
        name = {"email": "email_normalized", "phone": "phone_sanitized"}[kind]
        others = self.sudo().search(
            Domain(f"partner_id.{name}", "=", value) & Domain("share", "=", True)
        )
        return any(
            user._is_portal()
            and self.sudo().search_count(
                Domain("id", "=", user.id) & self._get_login_domain(user.login)
            )
            for user in others - self
        )

    def _one_time_code_take_contact_hint(self):
        """Whether to tell, this one time, that another account has the address."""
        rows = self._one_time_code_addresses().filtered("is_contact_elsewhere")
        rows.is_contact_elsewhere = False
        return bool(rows)

    # === ADDING ===

    def _one_time_code_add_address(self, verified):
        """Make a proved address one of this user's ways to log in.

        From an account in which nothing is it moves to this one, and that account is
        archived. It does not from any other.

        :param verified: what ``auth.one.time.code._verify`` returned
        :return: the auth.verified.address row; the old one when it is his already
        :raise OtpExpired: the code was for something else
        :raise AddressTaken: another account has it; the code proved that the reader may
            know
        :raise CodesNotForStaff, TooManyAddresses: see there
        """
        self.ensure_one()
        user_sudo = self.sudo()
        if verified.purpose != ADD_ADDRESS:
            raise self.env["auth.one.time.code"]._expired()
        user_sudo._one_time_code_check_may_add()
        user_sudo._one_time_code_lock()
        addresses = user_sudo._one_time_code_addresses()
        kind, value = verified.kind, verified.value
        row = self.env["auth.verified.address"]._find(kind, value)
        if row and row.user_id == user_sudo:
            return row
        if len(addresses) >= MOST_ADDRESSES:
            raise TooManyAddresses(
                self.env._("These are enough. Remove an address before you add one.")
            )
        told = user_sudo._one_time_code_told(addresses) - {Address(kind, value)}
        others = (user_sudo._one_time_code_users(kind, value) | row.user_id) - user_sudo
        if others or row:
            can_move = others and others == row.user_id
            if not can_move or not others._one_time_code_give_up():
                raise user_sudo._one_time_code_taken(others)
            if not row._move(user_sudo):
                raise user_sudo._one_time_code_taken(others)
        else:
            row = row._claim(kind, value, user_sudo)
        user_sudo._one_time_code_tell(
            told,
            self.env._("Security Update: a way to log in was added"),
            self.env._(
                "Codes sent to %(address)s let its owner log in to your account from"
                " now on.",
                address=self.env["auth.one.time.code"]._mask(kind, value),
            ),
            f"{MODULE}.sms_template_way_added",
        )
        return row

    def _one_time_code_taken(self, others):
        if others and not others.filtered("active"):
            return AddressTaken(
                self.env._(
                    "This address belongs to an account that was closed. Please ask us."
                )
            )
        return AddressTaken(
            self.env._(
                "This address is a way to log in to another account of this site, so"
                " it cannot be one to this account. Log in with it to see what is in"
                " there; the two accounts stay apart."
            )
        )

    def _one_time_code_lock(self):
        """One change at a time of an account's ways in.

        Who waited is run again by Odoo (the row changed since his snapshot), and sees
        what the other one did.
        """
        self.flush_recordset()
        self.env.execute_query(
            SQL(
                """
                UPDATE res_users SET write_date = clock_timestamp() AT TIME ZONE 'UTC'
                 WHERE id = %s RETURNING id
                """,
                self.id,
            )
        )
        self.invalidate_recordset(["write_date"])

    # === AN ACCOUNT IN WHICH NOTHING IS ===

    def _one_time_code_is_empty(self):
        """Whether nothing would be missed if this account was archived: hook.

        Here: somebody came by a code once, and left it at that. Addons whose records
        are a customer's add their own reasons. Called as superuser.
        """
        self.ensure_one()
        rows, partner = self._one_time_code_addresses(), self.partner_id
        is_made_by_code = (
            len(rows) == 1
            and self._one_time_code_is_login(rows.kind, rows.value)
            and not self._one_time_code_has_password()
        )
        return bool(
            is_made_by_code
            and self.active
            and self._is_portal()
            and not self.totp_enabled
            and not self.api_key_ids
            and partner.user_ids == self
            and not partner.parent_id
            and not partner.child_ids
            and not self.env["mail.message"].search_count(
                [("author_id", "=", partner.id), ("message_type", "=", "comment")],
                limit=1,
            )
        )

    def _one_time_code_give_up(self):
        """Archive the account if nothing is in it; its login is free then.

        Whatever is put into it meanwhile refers to the contact, whose row is locked:
        the look comes after the lock, and sees what others have committed by then; who
        comes later is run again by Odoo and finds no session any more.

        :return: whether it was empty, and is archived
        """
        self.ensure_one()
        partner = self.partner_id
        self.env.execute_query(
            SQL("SELECT id FROM res_partner WHERE id = %s FOR UPDATE", partner.id)
        )
        self._one_time_code_lock()
        with own_transaction(self.env) as cr:
            if not self.with_env(self.env(cr=cr))._one_time_code_is_empty():
                return False
        user = self.with_user(SUPERUSER_ID).with_context(**{SILENT: True})
        user.login = f"{user.login}/{secrets.token_hex(4)}"
        user.action_archive()
        partner.with_user(SUPERUSER_ID).action_archive()
        partner._message_log(
            body=self.env._(
                "Archived: nothing was in this account, and its owner proved its"
                " address from another one."
            )
        )
        return True

    # === WHAT SOMEBODY ELSE LEFT IN AN ACCOUNT ===

    def _one_time_code_throw_out(self, kind, value):
        """End all that lets others into the account, or tells them of it: hook.

        The password is replaced by one that nobody knows, which ends the sessions as
        well; Odoo tells the owner by mail, and "Reset Password", which goes to the
        contact, gives a new one. Called as superuser.
        """
        self.ensure_one()
        self._one_time_code_lock()
        partner = self.partner_id
        partner.child_ids.action_archive()
        if kind == "email":
            proved = {"email": value, "phone": False}
        else:
            proved = {"email": False, "phone": value}
        partner.write(proved)
        rows = self._one_time_code_addresses()
        rows.filtered(lambda row: (row.kind, row.value) != (kind, value)).unlink()
        self.totp_secret = False
        self.totp_trusted_device_ids.unlink()
        self.api_key_ids.unlink()
        if "auth_passkey_key_ids" in self._fields:
            self.auth_passkey_key_ids.unlink()
        # Without an e-mail address there is nobody to tell.
        user = self.with_context(**{SILENT: kind != "email"})
        user.password = secrets.token_urlsafe(32)

    # === REMOVING ===

    def _one_time_code_why_kept(self, row):
        """Why an address of this user cannot be removed, in words; "" when it can.

        :param row: of auth.verified.address
        """
        self.ensure_one()
        user_sudo = self.sudo()
        is_login = user_sudo._one_time_code_is_login(row.kind, row.value)
        if is_login and user_sudo._is_internal():
            return self.env._("This is the name of your account; it cannot be removed.")
        if user_sudo._one_time_code_addresses() - row:
            return ""
        if is_login or not user_sudo._one_time_code_has_password():
            return self.env._(
                "This is the last way in to your account. Add another address before"
                " you remove it."
            )
        return ""

    def _one_time_code_remove_address(self, address_id):
        """Take a way to log in away; when it was the login, another one becomes that.

        :param int address_id: of auth.verified.address
        :raise NoSuchAddress: it is not this user's
        :raise LastWayIn: he would not get in any more
        :raise CodesNotForStaff: see there
        """
        self.ensure_one()
        user_sudo = self.sudo()
        user_sudo._one_time_code_check_may_add()
        user_sudo._one_time_code_lock()
        addresses = user_sudo._one_time_code_addresses()
        row = addresses.filtered(lambda address: address.id == address_id)
        if not row:
            raise NoSuchAddress(self.env._("This address is not in the list any more."))
        if words := user_sudo._one_time_code_why_kept(row):
            raise LastWayIn(words)
        left = addresses - row
        is_login = user_sudo._one_time_code_is_login(row.kind, row.value)
        told = user_sudo._one_time_code_told(addresses)
        masked = self.env["auth.one.time.code"]._mask(row.kind, row.value)
        row.unlink()
        if is_login:
            # Else a code to it would still let its owner in.
            heir = left.sorted(lambda address: address.kind != "email")[0]
            user_sudo.with_context(
                **{SILENT: True}
            ).login = user_sudo._one_time_code_free_login(heir.value)
        user_sudo._one_time_code_tell(
            told,
            self.env._("Security Update: a way to log in was removed"),
            self.env._(
                "Codes sent to %(address)s do not let anybody log in to your account"
                " any more.",
                address=masked,
            ),
            f"{MODULE}.sms_template_way_removed",
        )

    # === TELLING ===

    def _one_time_code_told(self, addresses):
        """Where a notice about the account goes: to what was proved before the change.

        Without a proved e-mail address to the proved numbers, and to the login or the
        contact: better than nowhere.

        :return: of ``Address``
        :rtype: set
        """
        proved = {Address(row.kind, row.value) for row in addresses}
        if mails := {address for address in proved if address.kind == "email"}:
            return mails
        typed = plain_email(self.login) or self.partner_id.email_normalized
        return proved | {Address("email", value) for value in [typed] if value}

    def _one_time_code_tell(self, told, subject, content, sms_template):
        """Odoo's mail about the security of an account, or an SMS, to each address.

        The address that changed is masked in the mail: a contact that nobody proved may
        be read by a stranger. The SMS does not name it: bullets make two of one.
        """
        # What collides with another request does so before a mail is sent.
        self.env.flush_all()
        for kind, value in sorted(told):
            if kind == "phone":
                self._one_time_code_tell_by_sms(value, sms_template)
                continue
            self._notify_security_setting_update(
                subject,
                content,
                mail_values={"email_to": value},
                suggest_password_reset=self._one_time_code_has_password(),
                suggest_2fa=False,
            )

    def _one_time_code_tell_by_sms(self, number, sms_template):
        """Into the queue of SMS, whose job sends it soon."""
        user = self.with_context(lang=self.lang or self.env.lang)
        template = user.env.ref(sms_template)
        body = template._render_field("body", user.ids)[user.id]
        self.env["sms.sms"].create({"number": number, "body": body})

    def _notify_security_setting_update(self, subject, content, *args, **kwargs):
        if self.env.context.get(SILENT):
            return self.env["mail.mail"]
        return super()._notify_security_setting_update(
            subject, content, *args, **kwargs
        )
