# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import TransactionCase, tagged

from odoo.addons.auth_one_time_code.lib.proof import Verified


@tagged("post_install", "-at_install")
class TestEmptyAccount(TransactionCase):
    def test_account_with_a_card_is_not_empty(self):
        self.env["website"].search([]).auth_signup_uninvited = "b2c"
        self.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
        users = self.env["res.users"]
        login = users._one_time_code_credential(
            Verified(0, "login", "email", "meera@example.com")
        )["login"]
        user = users.search([("login", "=", login)])
        self.assertTrue(user._one_time_code_is_empty())
        program = self.env["loyalty.program"].create(
            {"name": "Cards", "program_type": "ewallet"}
        )
        self.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": user.partner_id.id}
        )
        self.assertFalse(user._one_time_code_is_empty())
