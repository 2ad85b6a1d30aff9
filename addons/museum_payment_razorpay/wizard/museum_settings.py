# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class MuseumSettings(models.TransientModel):
    _inherit = "museum.settings"

    museum_unplaced_payment = fields.Selection(
        selection=lambda self: self._unplaced_choices(),
        string="Payment without seats",
        required=True,
        help="What to do with money that arrives when its seats are gone.",
    )

    def _unplaced_choices(self):
        field = self.env["res.company"]._fields["museum_unplaced_payment"]
        return field._description_selection(self.env)
