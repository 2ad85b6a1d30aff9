# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class MuseumIdKind(models.Model):
    """A kind of document that a museum may ask a visitor to bring."""

    _name = "museum.id.kind"
    _description = "Kind of ID document"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    last_four = fields.Boolean(
        string="Only the last four",
        help="Visitors write the last four characters of the number and no more."
        " For documents whose whole number must not be kept.",
    )
