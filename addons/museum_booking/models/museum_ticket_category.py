# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class MuseumTicketCategory(models.Model):
    _inherit = "museum.ticket.category"

    product_id = fields.Many2one(
        "product.product",
        string="Product",
        copy=False,
        ondelete="restrict",
        check_company=True,
        groups="base.group_user",
        help="What the order line of this category sells: made by the system, "
        "never shown in the shop. Its taxes are those of the ticket.",
    )
