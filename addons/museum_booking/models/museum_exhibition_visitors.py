# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

NOT_ASKED, OPTIONAL, REQUIRED = "no", "optional", "required"


class MuseumExhibition(models.Model):
    """What an exhibition asks about each visitor before the payment."""

    _inherit = "museum.exhibition"

    visitor_names = fields.Selection(
        [
            (NOT_ASKED, "Not asked"),
            (OPTIONAL, "Optional"),
            (REQUIRED, "Required"),
        ],
        string="Names of visitors",
        default=NOT_ASKED,
        required=True,
        help="One name for each ticket, asked on the order summary.",
    )
    visitor_id = fields.Selection(
        [(NOT_ASKED, "Not asked"), (REQUIRED, "Required")],
        string="ID documents of visitors",
        default=NOT_ASKED,
        required=True,
        help="Ask only where the law or the place needs it: numbers are personal data.",
    )
    visitor_id_kind_ids = fields.Many2many(
        "museum.id.kind",
        string="Accepted documents",
        help="Visitors choose one of these.",
    )

    @api.constrains("visitor_names", "visitor_id", "visitor_id_kind_ids")
    def _check_visitor_questions(self):
        for exhibition in self:
            if exhibition.visitor_id == NOT_ASKED:
                continue
            if exhibition.visitor_names != REQUIRED:
                raise ValidationError(
                    self.env._(
                        "A document belongs to a person: where ID documents are"
                        " required, names are too."
                    )
                )
            if not exhibition.visitor_id_kind_ids:
                raise ValidationError(
                    self.env._("Please choose the documents that you accept.")
                )

    @api.onchange("visitor_id")
    def _onchange_visitor_id(self):
        if self.visitor_id == REQUIRED:
            self.visitor_names = REQUIRED
