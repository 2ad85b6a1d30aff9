# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MuseumExhibitionImage(models.Model):
    """A picture of an exhibition's gallery."""

    _name = "museum.exhibition.image"
    _description = "Museum exhibition picture"
    _inherit = ["museum.own.mixin", "image.mixin"]
    _order = "sequence, id"

    name = fields.Char(
        string="What is seen",
        required=True,
        translate=True,
        help="Read to visitors who cannot see the picture, and shown below it.",
    )
    sequence = fields.Integer(default=10)
    exhibition_id = fields.Many2one(
        "museum.exhibition", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="exhibition_id.company_id", store=True, index=True
    )
    image_1920 = fields.Image(required=True)
