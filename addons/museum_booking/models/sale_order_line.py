# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    museum_booking_id = fields.Many2one(
        "museum.booking",
        string="Museum booking",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
    )
    museum_category_id = fields.Many2one(
        "museum.ticket.category",
        string="Ticket category",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
    )
