# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from ..lib import states


class MuseumTicket(models.Model):
    _name = "museum.ticket"
    _description = "Museum Ticket"
    _rec_name = "code"

    booking_id = fields.Many2one(
        "museum.booking", required=True, index=True, ondelete="restrict"
    )
    order_line_id = fields.Many2one("sale.order.line", index=True, ondelete="restrict")
    category_id = fields.Many2one("museum.ticket.category", ondelete="restrict")
    slot_id = fields.Many2one("museum.slot", index=True, ondelete="restrict")
    exhibition_id = fields.Many2one("museum.exhibition", index=True)
    venue_id = fields.Many2one("museum.venue")
    company_id = fields.Many2one("res.company", required=True, index=True)
    partner_id = fields.Many2one("res.partner", index=True)
    code = fields.Char(required=True, index=True)
    state = fields.Selection(
        selection=list(states.TICKET_STATES),
        default=states.TICKET_ACTIVATED,
        required=True,
        index=True,
    )
    visitors = fields.Integer(default=1, required=True)
    valid_from = fields.Datetime()
    valid_until = fields.Datetime()
    signing_key_id = fields.Many2one("museum.signing.key", ondelete="restrict")
    used_at = fields.Datetime()
    currency_id = fields.Many2one("res.currency")
    price_unit = fields.Monetary()
    holder_name = fields.Char()
