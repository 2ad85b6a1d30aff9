# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    museum_id_days = fields.Integer(related="company_id.museum_id_days", readonly=False)
    museum_name_days = fields.Integer(
        related="company_id.museum_name_days", readonly=False
    )
    museum_finance_user_id = fields.Many2one(
        related="company_id.museum_finance_user_id", readonly=False
    )
    museum_cancellation_policy_id = fields.Many2one(
        related="company_id.museum_cancellation_policy_id", readonly=False
    )
