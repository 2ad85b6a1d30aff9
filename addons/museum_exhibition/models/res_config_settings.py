# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    museum_code = fields.Char(related="company_id.museum_code", readonly=False)
    museum_hold_minutes = fields.Integer(
        related="company_id.museum_hold_minutes", readonly=False
    )
    museum_payment_minutes = fields.Integer(
        related="company_id.museum_payment_minutes", readonly=False
    )
    museum_slot_days = fields.Integer(
        related="company_id.museum_slot_days", readonly=False
    )
    museum_entry_minutes = fields.Integer(
        related="company_id.museum_entry_minutes", readonly=False
    )
    museum_terms = fields.Html(related="company_id.museum_terms", readonly=False)
    museum_terms_version = fields.Char(
        related="company_id.museum_terms_version", readonly=False
    )
