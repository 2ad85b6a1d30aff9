# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import CodeCommon

MODELS = [
    "attempt.limit",
    "auth.one.time.attempt",
    "auth.one.time.code",
    "auth.verified.address",
]


@tagged("-at_install", "post_install")
class TestAccess(CodeCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_world()
        cls.admin = new_test_user(cls.env, "otc_admin", groups="base.group_system")

    def test_nobody_but_administrators_reads(self):
        public = self.env.ref("base.public_user")
        for user in (public, self.portal_user, self.staff_user):
            for model in MODELS:
                for operation in ("read", "write", "create", "unlink"):
                    self.assertFalse(
                        self.env[model].with_user(user).has_access(operation),
                        (user.login, model, operation),
                    )

    def test_administrators_read_and_take_limits_and_addresses_away(self):
        rights = {"attempt.limit": True, "auth.verified.address": True}
        for model in MODELS:
            records = self.env[model].with_user(self.admin)
            self.assertTrue(records.has_access("read"))
            self.assertEqual(records.has_access("unlink"), rights.get(model, False))
            for operation in ("write", "create"):
                self.assertFalse(records.has_access(operation), (model, operation))

    def test_log_is_append_only_even_for_the_superuser(self):
        self._ask("vera@example.com")
        attempts = self.env["auth.one.time.attempt"].sudo()
        line = attempts.search([], limit=1)
        with self.assertRaises(AccessError):
            line.write({"outcome": "used"})
        with self.assertRaises(AccessError):
            line.unlink()
        with self.assertRaises(AccessError):
            attempts.create({"purpose": "login", "outcome": "used"})

    def test_log_holds_masked_addresses_only(self):
        self._ask("vera@example.com")
        self._ask("+919876543210")
        self.env.cr.execute("SELECT a::text FROM auth_one_time_attempt a")
        text = " ".join(row for (row,) in self.env.cr.fetchall())
        self.assertNotIn("vera@", text)
        self.assertNotIn("98765", text)

    def test_administrator_sees_the_log(self):
        self._ask("vera@example.com")
        action = self.env.ref("auth_one_time_code.auth_one_time_attempt_action")
        views = self.env["auth.one.time.attempt"].with_user(self.admin)
        arch = views.get_views([(False, "list"), (False, "search")])["views"]
        self.assertIn('name="outcome"', arch["list"]["arch"])
        self.assertEqual(action.res_model, "auth.one.time.attempt")
        menu = self.env.ref("auth_one_time_code.menu_auth_one_time_attempt")
        self.assertIn(
            menu.id, self.env["ir.ui.menu"].with_user(self.admin)._visible_menu_ids()
        )
        self.assertNotIn(
            menu.id,
            self.env["ir.ui.menu"].with_user(self.staff_user)._visible_menu_ids(),
        )
