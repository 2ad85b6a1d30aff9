# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..lib import dlt


class SmsDltTemplate(models.Model):
    """A text that is registered with India's operators, with its number.

    Not a part of Odoo's SMS templates: each of their translations is a text of its
    own, and messages without a template must be registered as well.
    """

    _name = "sms.dlt.template"
    _description = "SMS text registered for DLT"
    _order = "company_id, name, id"

    name = fields.Char(required=True)
    template_id = fields.Char(
        string="DLT template ID",
        required=True,
        help="The number that the operator gave the text.",
    )
    text = fields.Text(
        string="Registered text",
        required=True,
        help="As it is registered, with {#var#} for each variable of 1 to 30"
        " characters: Your code is {#var#}. ...",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    active = fields.Boolean(default=True)

    _template_uniq = models.Constraint(
        "UNIQUE (company_id, template_id)",
        "There is a text with this DLT template ID already.",
    )

    @api.constrains("template_id")
    def _check_template_id(self):
        for template in self:
            if not dlt.is_registered_id(template.template_id):
                raise ValidationError(
                    self.env._(
                        "The DLT template ID of %(name)s is a number of 10 to 25"
                        " digits, as the operator shows it.",
                        name=template.name,
                    )
                )

    def _fits(self, text):
        """Whether a message is this text with its variables filled in."""
        self.ensure_one()
        return dlt.fits(self.text, text)
