# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class MuseumSettings(models.TransientModel):
    """For managers, who are not administrators of Odoo."""

    _inherit = "museum.settings"

    museum_id_days = fields.Integer(
        string="ID numbers are kept (days)", help="After the visit."
    )
    museum_name_days = fields.Integer(
        string="Visitors' names are kept (days)",
        help="After the visit; 0 keeps them.",
    )
