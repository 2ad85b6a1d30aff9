# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MuseumRoom(models.Model):
    """A room of a venue, where an exhibition is and which can be closed on its own."""

    _name = "museum.room"
    _description = "Museum room"
    _inherit = ["museum.own.mixin"]
    _order = "venue_id, sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    venue_id = fields.Many2one(
        "museum.venue", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="venue_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    exhibition_ids = fields.One2many("museum.exhibition", "room_id")
