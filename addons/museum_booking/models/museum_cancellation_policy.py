# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class MuseumCancellationPolicy(models.Model):
    """What becomes of the money when a visitor cannot come, in words.

    Shown before paying and copied into each booking that is sold.
    """

    _name = "museum.cancellation.policy"
    _description = "Museum cancellation policy"
    _inherit = ["mail.thread"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    text = fields.Html(
        required=True,
        translate=True,
        help="Shown before paying. A booking keeps the text that it was sold under.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    active = fields.Boolean(default=True)
    exhibition_ids = fields.One2many("museum.exhibition", "cancellation_policy_id")
