# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessDenied
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..exceptions import OtpExpired, OtpWrong
from ..lib import codes
from .common import CodeCommon

NUMBER = "+919876543210"


@tagged("-at_install", "post_install")
class TestUsers(CodeCommon, TransactionCase):
    """Whose an address is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_world()
        cls.users = cls.env["res.users"]

    def _verified(self, address):
        challenge = self._ask(address)["challenge"]
        code = (
            self._mailed_code(address) if "@" in address else self._texted_code(address)
        )
        return self._verify(challenge, code)

    def _log_in(self, address):
        """The user whom a right code belongs to."""
        credential = self.users._one_time_code_credential(self._verified(address))
        return self.users.search([("login", "=", credential["login"])])

    def test_user_is_found_by_the_login_in_any_case(self):
        self.portal_user.login = "Vera@Example.com"
        self.assertEqual(self._log_in("vera@example.com"), self.portal_user)

    def test_accents_make_another_address(self):
        """Guard: logins are compared in SQL, not by "=ilike", which drops accents."""
        self.portal_user.login = "vérà@example.com"
        self.assertNotEqual(self._log_in("vera@example.com"), self.portal_user)

    def test_wildcards_are_letters(self):
        self._make_user("a_b@example.com", self.env.ref("base.group_portal"))
        user = self._log_in("axb@example.com")
        self.assertEqual(user.login, "axb@example.com")

    def test_new_visitor_becomes_a_portal_user_without_a_password(self):
        user = self._log_in("new@example.com")
        self.assertEqual(user.email, "new@example.com")
        self.assertTrue(user._is_portal())
        self.env.cr.execute("SELECT password FROM res_users WHERE id = %s", user.ids)
        self.assertFalse(self.env.cr.fetchone()[0])
        self.assertEqual(self._log_in("new@example.com"), user, "the same again")

    def test_new_visitor_empties_no_caches(self):
        """Guard: else each sign-up makes the next page of everybody slow."""
        registry = self.env.registry
        registry.clear_cache("stable")
        model_id = self.env["ir.model"]._get_id("res.users")
        registry.cache_invalidated.clear()
        self.addCleanup(registry.cache_invalidated.clear)
        self._log_in("new@example.com")
        self.assertFalse(registry.cache_invalidated)
        with self.assertQueryCount(0):
            self.assertEqual(self.env["ir.model"]._get_id("res.users"), model_id)

    def test_notifications_still_move_staff_between_the_groups(self):
        inbox = self.env.ref("mail.group_mail_notification_type_inbox")
        self.staff_user.notification_type = "inbox"
        self.assertIn(inbox, self.staff_user.group_ids)
        self.staff_user.notification_type = "email"
        self.assertNotIn(inbox, self.staff_user.group_ids)

    def test_new_number_becomes_a_portal_user(self):
        user = self._log_in(NUMBER)
        self.assertEqual((user.login, user.phone), (NUMBER, NUMBER))
        self.assertTrue(user._is_portal())
        self.assertEqual(self._log_in(NUMBER), user)

    def test_number_typed_by_anybody_proves_nothing(self):
        """Guard: phones only by ``auth.verified.address``: no account fixation."""
        self.portal_user.phone = NUMBER
        squatter = self._make_user(NUMBER, self.env.ref("base.group_portal"))
        user = self._log_in(NUMBER)
        self.assertFalse(user & (self.portal_user | squatter))
        self.assertTrue(user.login.startswith(NUMBER))
        self.assertEqual(self._log_in(NUMBER), user)

    def test_verified_address_stays_when_the_login_changes(self):
        user = self._log_in("vera@example.com")
        user.login = "vera@example.org"
        self.assertEqual(self._log_in("vera@example.com"), user)

    def test_proof_goes_before_a_login_that_somebody_chose(self):
        """Guard: the order in ``_one_time_code_users``.

        Anybody can sign up with an address that is another user's way in, and would
        wait for him there.
        """
        user = self._log_in("vera@example.com")
        user.login = "moved@example.com"
        self._make_user("vera@example.com", self.env.ref("base.group_portal"))
        self.assertEqual(self._log_in("vera@example.com"), user)

    @mute_logger("odoo.addons.base.models.res_users")
    def test_address_of_an_archived_user_is_proved_anew(self):
        """Guard: ``_one_time_code_inherit``."""
        old = self._log_in("vera@example.com")
        old.login = "moved@example.com"
        old.action_archive()
        public = self.env.ref("base.public_user")
        values = {"login": "vera@example.com", "name": "V", "email": "v@example.com"}
        self.users.with_user(public).sudo()._signup_create_user(
            {**values, "password": "correct horse battery"}
        )
        user = self._log_in("vera@example.com")
        self.assertNotEqual(user, old)
        self.assertFalse(self._can_use_password("vera@example.com"))
        row = self.env["auth.verified.address"]._find("email", "vera@example.com")
        self.assertEqual(row.user_id, user)

    # --- unproved passwords

    def _can_use_password(self, login):
        credential = {
            "type": "password",
            "login": login,
            "password": "correct horse battery",
        }
        try:
            self.users.authenticate(credential, {"interactive": True})
        except AccessDenied:
            return False
        return True

    @mute_logger("odoo.addons.base.models.res_users")
    def test_password_of_whoever_signed_up_with_the_address_ends(self):
        """Guard: ``_one_time_code_first_proof``: no account waits for its victim."""
        public = self.env.ref("base.public_user")
        values = {"login": "victim@example.com", "name": "V", "email": "v@example.com"}
        self.users.with_user(public).sudo()._signup_create_user(
            {**values, "password": "correct horse battery"}
        )
        self.assertTrue(self._can_use_password("victim@example.com"))
        user = self._log_in("victim@example.com")
        self.assertFalse(self._can_use_password("victim@example.com"))
        user.password = "correct horse battery"
        self._log_in("victim@example.com")
        self.assertTrue(self._can_use_password("victim@example.com"), "proved by then")

    @mute_logger("odoo.addons.base.models.res_users")
    def test_nothing_that_a_squatter_left_lets_him_in(self):
        """Guard: ``_one_time_code_throw_out``, each line of it.

        He signs up while he is logged in as another visitor: its maker is no public
        user, and still nobody who may vouch for the address.
        """
        squatter = self._make_user(
            "evil@example.com", self.env.ref("base.group_portal")
        )
        values = {"login": "victim@example.com", "name": "V", "email": "v@example.com"}
        user = (
            self.users.with_user(squatter)
            .sudo()
            ._signup_create_user({**values, "password": "correct horse battery"})
        )
        self.assertEqual(user.create_uid, squatter)
        user.partner_id.write({"email": "evil2@example.com", "phone": "+919876500000"})
        child = self.env["res.partner"].create(
            {"name": "Bill", "type": "invoice", "parent_id": user.partner_id.id}
        )
        self.env["auth.verified.address"].sudo().create(
            {
                "kind": "email",
                "value": "evil3@example.com",
                "user_id": user.id,
                "verified_at": self.env.cr.now(),
            }
        )
        user.totp_secret = "GEZDGNBVGY3TQOJQ"
        self.env["res.users.apikeys"].with_user(user).sudo()._generate(
            "rpc", "key", self.env.cr.now() + timedelta(days=1)
        )
        self.env["auth_totp.device"].with_user(user).sudo()._generate(
            "browser", "device", self.env.cr.now() + timedelta(days=1)
        )
        self.env.invalidate_all()
        self.assertTrue(user.api_key_ids and user.totp_trusted_device_ids)
        self.assertEqual(self._log_in("victim@example.com"), user)
        self.env.invalidate_all()
        self.assertFalse(self._can_use_password("victim@example.com"))
        self.assertEqual(
            user._one_time_code_addresses().mapped("value"), ["victim@example.com"]
        )
        self.assertEqual(
            (user.partner_id.email, user.partner_id.phone),
            ("victim@example.com", False),
            "where Reset Password and the tickets go",
        )
        self.assertFalse(child.active)
        self.assertFalse(user.totp_enabled)
        self.assertFalse(user.api_key_ids or user.totp_trusted_device_ids)
        # What he adds by now is his own.
        user.totp_secret = "GEZDGNBVGY3TQOJQ"
        user.partner_id.phone = "+919876511111"
        self._log_in("victim@example.com")
        self.assertTrue(user.totp_enabled)
        self.assertEqual(user.partner_id.phone, "+919876511111")

    def test_account_whose_maker_is_deleted_opens_to_its_owner(self):
        """Guard: no maker is no member of staff, and no error either."""
        user = self.users._signup_create_user({"login": "v@example.com", "name": "V"})
        user.password = "correct horse battery"
        self.env.cr.execute(
            "UPDATE res_users SET create_uid = NULL WHERE id = %s", user.ids
        )
        self.env.invalidate_all()
        self.assertEqual(self._log_in("v@example.com"), user)
        self.assertFalse(self._can_use_password("v@example.com"))

    def test_password_of_whom_staff_invited_stays(self):
        self._log_in("vera@example.com")
        self.assertTrue(self._can_use_password("vera@example.com"))

    # --- no code for...

    def assertNoCode(self, address, words):
        before = self.users.with_context(active_test=False).search_count([])
        sent = self._ask(address)
        self.assertTrue(sent["challenge"])
        text = (
            self._mail_text(address)
            if "@" in address
            else self._messages(address)[-1].body
        )
        self.assertIn(words, text)
        self.assertNotRegex(text, r"\d{6}\b(?!\d)")
        after = self.users.with_context(active_test=False).search_count([])
        self.assertEqual(after, before)

    def test_archived_user_gets_no_code(self):
        self.assertNoCode("gone@example.com", "there is no account")

    def test_staff_get_no_code(self):
        self.assertNoCode("staff@example.com", "staff log in with their password")

    def test_staff_with_an_authenticator_app_get_a_code(self):
        self.staff_user.sudo().totp_secret = "GEZDGNBVGY3TQOJQ"
        self.assertEqual(self._log_in("staff@example.com"), self.staff_user)

    def test_stranger_gets_no_code_without_free_sign_up(self):
        self._allow_sign_up(False)
        self.assertNoCode("new@example.com", "there is no account")
        self.assertNoCode(NUMBER, "There is no account")

    def test_no_guess_opens_the_row_without_a_code(self):
        """Guard: ``no_code()`` is the digest of no code."""
        with patch.object(codes, "new_code", lambda: "123456"):
            challenge = self._ask("staff@example.com")["challenge"]
        with self.assertRaisesRegex(OtpWrong, "Tries left: 2"):
            self._verify(challenge, "123456")

    def test_account_archived_since_the_code_was_sent_is_refused(self):
        verified = self._verified("vera@example.com")
        self.portal_user.action_archive()
        with self.assertRaises(OtpExpired):
            self.users._one_time_code_credential(verified)

    def test_sign_up_switched_off_since_the_code_was_sent_is_refused(self):
        verified = self._verified("new@example.com")
        self._allow_sign_up(False)
        with self.assertRaises(OtpExpired):
            self.users._one_time_code_credential(verified)

    def test_code_for_another_purpose_is_no_log_in(self):
        """Guard: ``verified.purpose``."""
        verified = self._verified("vera@example.com")._replace(purpose="lookup")
        with self.assertRaises(OtpExpired):
            self.users._one_time_code_credential(verified)

    def test_new_user_is_in_the_websites_company(self):
        if "website" not in self.env:
            return
        company = self.env["res.company"].create({"name": "Second museum"})
        website = self.env["website"].create(
            {"name": "Second", "company_id": company.id}
        )
        website.auth_signup_uninvited = "b2c"
        self.users = self.users.with_context(website_id=website.id)
        self.codes = self.codes.with_context(website_id=website.id)
        user = self._log_in("new@example.com").sudo()
        self.assertEqual(user.company_id, company)
        self.assertIn(company, user.company_ids)
