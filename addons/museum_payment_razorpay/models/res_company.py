# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    museum_unplaced_payment = fields.Selection(
        selection=[
            ("attention", "Ask staff"),
            ("refund", "Give it back at once"),
        ],
        string="Payment without seats",
        default="attention",
        required=True,
        help="What to do with money that arrives when its seats are gone.",
    )
