# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MuseumExhibitionTag(models.Model):
    """A word by which visitors filter exhibitions: space, for families, new ..."""

    _name = "museum.exhibition.tag"
    _description = "Museum exhibition tag"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    active = fields.Boolean(default=True)
    exhibition_ids = fields.Many2many("museum.exhibition", string="Exhibitions")
