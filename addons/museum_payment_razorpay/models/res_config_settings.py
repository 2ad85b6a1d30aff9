# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    museum_unplaced_payment = fields.Selection(
        related="company_id.museum_unplaced_payment", readonly=False
    )
