# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MuseumLanguage(models.Model):
    """A language that is spoken or written in exhibitions.

    Not Odoo's own: those are what its screens are translated into, and a museum
    guides in languages that no screen knows.
    """

    _name = "museum.language"
    _description = "Museum language"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="ISO 639 code, for other programs and search engines: en, hi, ins (Indian"
        " Sign Language).",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint(
        "UNIQUE (code)", "There is a language with this code already."
    )
