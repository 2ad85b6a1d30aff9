# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MuseumHoldTake(models.Model):
    """How many seats of one pool a hold takes. Written by the seat engine alone."""

    _name = "museum.hold.take"
    _description = "Seats of a pool in a hold"
    _log_access = False

    hold_id = fields.Many2one(
        "museum.hold", required=True, readonly=True, ondelete="cascade"
    )
    pool_id = fields.Many2one(
        "museum.seat.pool",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    seats = fields.Integer(required=True, readonly=True)

    # Whoever looks up what ran out finds all that he needs in the index.
    _hold_pool_uniq = models.Constraint(
        "UNIQUE (hold_id, pool_id) INCLUDE (seats)", "A hold takes from a pool once."
    )
    _seats_check = models.Constraint(
        "CHECK (seats > 0)", "A hold takes at least one seat."
    )
