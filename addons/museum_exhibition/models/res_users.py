# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

# Odoo's own setting; see auth_totp_mail.
POLICIES = ("employee_required", "all_required")


class ResUsers(models.Model):
    """How staff log in."""

    _inherit = "res.users"

    @api.model
    def _museum_has_staff_with_password_only(self):
        """Whether some member of staff gets in by a password alone.

        :rtype: bool
        """
        policy = self.env["ir.config_parameter"].sudo().get_param("auth_totp.policy")
        if policy in POLICIES:
            return False
        # Not by a domain: the field's search takes "= False" for "= True" in Odoo 19.0.
        staff = self.sudo().search([("share", "=", False)])
        return not all(staff.mapped("totp_enabled"))

    @api.model
    def _museum_staff_login_hint(self):
        """What a manager should know about how staff log in, or ""."""
        if not self._museum_has_staff_with_password_only():
            return ""
        return self.env._(
            "Attention: staff log in with a password only. An administrator can ask"
            " for a second factor: Settings, Museum, Staff."
        )
