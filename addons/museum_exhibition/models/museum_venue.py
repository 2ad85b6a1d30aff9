# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.base.models.res_partner import _tz_get

# The legal maximum is counted by quarters of an hour: exact for visits that begin and
# end on one, and on the safe side for others.
PIECE = timedelta(minutes=15)


class MuseumVenue(models.Model):
    """A place that is visited: its address, its time zone and its legal maximum."""

    _name = "museum.venue"
    _description = "Museum venue"
    _inherit = ["mail.thread", "image.mixin"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="A short name for lists and gates.")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Address",
        default=lambda self: self.env.company.partner_id,
        help="Printed on tickets and shown on the website.",
    )
    tz = fields.Selection(
        _tz_get,
        string="Time zone",
        required=True,
        default=lambda self: self._default_tz(),
        help="Slots are planned in this zone, whatever the zone of who looks.",
    )
    is_limited = fields.Boolean(
        string="Has a legal maximum",
        help="The venue may not hold more visitors at one time than its maximum.",
    )
    capacity_max = fields.Integer(
        string="Legal maximum", default=0, required=True, help="Visitors at one time."
    )
    description = fields.Html(translate=True)
    active = fields.Boolean(default=True)
    exhibition_ids = fields.One2many("museum.exhibition", "venue_id")
    opening_hour_ids = fields.One2many(
        "museum.opening.hours",
        "venue_id",
        string="Opening hours",
        copy=True,
        help="Told to visitors. What can be booked is planned by schedules.",
    )
    room_ids = fields.One2many("museum.room", "venue_id", string="Rooms", copy=True)
    how_to_reach = fields.Html(
        string="How to reach us",
        translate=True,
        help="On the website and on tickets: entrance, bus, train, parking.",
    )
    latitude = fields.Float(
        digits=(10, 7), help="In degrees, north is positive. For maps."
    )
    longitude = fields.Float(
        digits=(10, 7), help="In degrees, east is positive. For maps."
    )

    _capacity_max_check = models.Constraint(
        "CHECK (capacity_max >= 0)", "A legal maximum cannot be negative."
    )

    @api.model
    def _default_tz(self):
        return self.env.company.partner_id.tz or self.env.user.tz or "UTC"

    # --- the legal maximum: one pool for each piece of time ----------------------
