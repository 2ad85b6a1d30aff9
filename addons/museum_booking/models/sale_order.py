# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    museum_booking_ids = fields.One2many(
        "museum.booking", "order_id", string="Museum bookings"
    )
