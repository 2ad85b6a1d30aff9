# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class MuseumExhibition(models.Model):
    _inherit = "museum.exhibition"

    analytic_account_id = fields.Many2one(
        "account.analytic.account",
        string="Analytic account",
        check_company=True,
        copy=False,
        groups="museum_exhibition.group_museum_manager,account.group_account_readonly",
        help="Carries the revenue of this exhibition. Made with the first sale.",
    )
    booking_ids = fields.One2many("museum.booking", "exhibition_id", string="Bookings")
