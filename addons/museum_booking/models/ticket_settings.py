# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    museum_entry_minutes = fields.Integer(
        string="Entry before the start (minutes)",
        default=15,
        help="Tickets are valid from so many minutes before their time.",
    )

    @api.constrains("museum_entry_minutes")
    def _check_museum_entry_minutes(self):
        for company in self:
            if not 0 <= company.museum_entry_minutes <= 24 * 60:
                raise ValidationError(
                    self.env._("Entry can begin 0 to 1440 minutes before the start.")
                )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    museum_entry_minutes = fields.Integer(
        related="company_id.museum_entry_minutes", readonly=False
    )
