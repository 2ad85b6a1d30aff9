# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    # A company below a person is a commercial entity of its own in Odoo: it has its own
    # tax number, the person's stays what it is, and the person sees its invoices.
    is_museum_invoice_company = fields.Boolean(
        string="Company on invoices of a visitor",
        readonly=True,
        copy=False,
        help="Written down by a visitor on the order summary.",
    )
