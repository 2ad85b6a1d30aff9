# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import Form, TransactionCase, new_test_user, tagged

from .common import ROLES

HINT = "staff log in with a password only"


@tagged("-at_install", "post_install")
class TestStaffLogin(TransactionCase):
    """Two factors for staff: Odoo's own setting, where a museum looks for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "two_factor_manager", groups=ROLES["manager"]
        )
        cls.admin = new_test_user(
            cls.env,
            "two_factor_admin",
            groups=f"base.group_system,{ROLES['manager']}",
        )
        cls.parameters = cls.env["ir.config_parameter"]
        cls.parameters.set_param("auth_totp.policy", False)

    def _settings_hint(self):
        settings = self.env["museum.settings"].with_user(self.manager).create({})
        return settings.staff_login_hint or ""

    def test_setting_is_odoos_policy_for_employees(self):
        self.assertFalse(self.manager._mfa_type())
        form = Form(self.env["res.config.settings"].with_user(self.admin))
        form.auth_totp_enforce = True
        form.save().execute()
        self.assertEqual(
            self.parameters.get_param("auth_totp.policy"), "employee_required"
        )
        self.assertEqual(self.manager._mfa_type(), "totp_mail")
        self.assertTrue(self.manager._rpc_api_keys_only())
        form = Form(self.env["res.config.settings"].with_user(self.admin))
        self.assertTrue(form.auth_totp_enforce)
        form.auth_totp_enforce = False
        form.save().execute()
        self.assertFalse(self.manager._mfa_type())

    def test_setting_is_in_the_museums_block(self):
        arch = self.env["res.config.settings"].with_user(self.admin).get_view()["arch"]
        self.assertIn('id="museum_staff_two_factors"', arch)

    def test_manager_is_told_until_it_is_on(self):
        self.assertIn(HINT, self._settings_hint())
        for policy in ("employee_required", "all_required"):
            self.parameters.set_param("auth_totp.policy", policy)
            self.assertEqual(self._settings_hint(), "")

    def test_manager_is_not_told_when_all_staff_have_an_app(self):
        staff = self.env["res.users"].search([("share", "=", False)])
        staff.sudo().totp_secret = "GEZDGNBVGY3TQOJQ"
        self.env.flush_all()
        self.assertEqual(self._settings_hint(), "")
        new_test_user(self.env, "two_factor_new", groups=ROLES["gate"])
        self.assertIn(HINT, self._settings_hint())

    def test_managers_cannot_switch_it_off(self):
        """It is a setting of the whole database: administrators' own."""
        settings = self.env["res.config.settings"].with_user(self.manager)
        self.assertFalse(settings.has_access("create"))

    def test_setting_up_tells_it_at_the_end(self):
        setups = self.env["museum.setup"].with_user(self.manager)
        setup = setups.create({"title": "Fresh", "venue_name": "Dome"})
        self.assertIn(HINT, setup._outcome_html())
        self.parameters.set_param("auth_totp.policy", "employee_required")
        self.assertNotIn(HINT, setup._outcome_html())
