# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class MuseumSettings(models.TransientModel):
    _inherit = "museum.settings"

    museum_entry_minutes = fields.Integer(
        string="Entry before the start (minutes)",
        help="Tickets are valid from so many minutes before their time.",
    )
