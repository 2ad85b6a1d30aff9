# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MuseumClosure(models.Model):
    """Days on which nothing opens: everywhere, in one venue, or one exhibition."""

    _name = "museum.closure"
    _description = "Museum closure"
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, help="For example the name of the holiday.")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    venue_id = fields.Many2one(
        "museum.venue", check_company=True, help="Empty: every venue."
    )
    exhibition_id = fields.Many2one(
        "museum.exhibition", check_company=True, help="Empty: every exhibition."
    )
    date_from = fields.Date(string="First day", required=True)
    date_to = fields.Date(string="Last day", required=True)

    _dates_check = models.Constraint(
        "CHECK (date_to >= date_from)", "A closure ends before it begins."
    )
