# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class MuseumSettings(models.TransientModel):
    """The museum's settings for its managers, who are not administrators of Odoo.

    A field of this model that a company has too is read from and written to the
    company. Other addons add their settings by adding the field.
    """

    _name = "museum.settings"
    _description = "Museum settings"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    museum_code = fields.Char(
        required=True, help="Every booking reference and ticket code begins with it."
    )
    museum_terms = fields.Html(string="Terms of the visit")
    museum_terms_version = fields.Char(
        string="Version of the terms", help="Raise it whenever the terms change."
    )
    museum_hold_minutes = fields.Integer(
        string="Cart keeps seats (minutes)", help="From adding them to the cart."
    )
    museum_payment_minutes = fields.Integer(
        string="Payment keeps seats (minutes)", help="From the start of the payment."
    )
    museum_slot_days = fields.Integer(
        string="Days of slots ahead", help="How far schedules create their slots."
    )
    museum_entry_minutes = fields.Integer(
        string="Entry before the start (minutes)",
        help="For new exhibitions; each can have its own.",
    )

    staff_login_hint = fields.Char(compute="_compute_staff_login_hint")

    @api.depends("company_id")
    def _compute_staff_login_hint(self):
        hint = self.env["res.users"]._museum_staff_login_hint()
        for settings in self:
            settings.staff_login_hint = hint

    @api.model
    def _check_role(self):
        if not self.env.user.has_group("museum_exhibition.group_museum_manager"):
            raise AccessError(self.env._("Only managers of the museum change this."))

    @api.model
    def _setting_names(self):
        return [
            name
            for name in self._fields
            if name.startswith("museum_") and name in self.env["res.company"]._fields
        ]

    @api.model
    def default_get(self, fields):
        self._check_role()
        # Managers may not write companies, and not read all of them.
        company = self.env.company.sudo()
        values = super().default_get(fields)
        for name in self._setting_names():
            if name in fields:
                values[name] = company[name]
        return values

    def action_save(self):
        """Write what was changed to the company.

        :raise AccessError: the user is no manager
        :raise UserError: another company was chosen since the page was opened
        :raise ValidationError: a value will not do
        """
        self.ensure_one()
        self._check_role()
        if self.company_id != self.env.company:
            raise UserError(
                self.env._("You work for another company now. Open the settings again.")
            )
        company = self.company_id.sudo()
        # What stayed as it is would overwrite translations.
        changed = {
            name: self[name]
            for name in self._setting_names()
            if (self[name] or False) != (company[name] or False)
        }
        company.write(changed)
        return {"type": "ir.actions.act_window_close"}
