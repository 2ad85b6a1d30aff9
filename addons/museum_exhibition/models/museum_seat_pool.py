# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MuseumSeatPool(models.Model):
    """A counter of seats: one narrow row, moved by the seat engine alone.

    ``taken`` is always the sum of the seats of the pool's active and sold holds (see
    ``museum.hold._check_ledger``). "No limit" is a field of its own because an Integer
    cannot tell 0 from unset.
    """

    _name = "museum.seat.pool"
    _description = "Museum seat pool"
    _log_access = False
    _order = "id"

    kind = fields.Selection(
        [
            ("slot", "Time slot"),
            ("category", "Category in a time slot"),
            ("venue", "Venue at a time"),
        ],
        required=True,
        default="slot",
        readonly=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    slot_id = fields.Many2one(
        "museum.slot", index="btree_not_null", ondelete="cascade", readonly=True
    )
    category_id = fields.Many2one(
        "museum.ticket.category",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
    )
    venue_id = fields.Many2one(
        "museum.venue", index="btree_not_null", ondelete="cascade", readonly=True
    )
    start_at = fields.Datetime(
        readonly=True, help="UTC. When the piece of time of a venue's pool begins."
    )
    is_limited = fields.Boolean(default=False, required=True, readonly=True)
    # NOT NULL on purpose: NULL + 1 <= 5 is not true in SQL, so an unset counter would
    # make an empty slot look sold out, and a CHECK passes on NULL.
    capacity = fields.Integer(default=0, required=True, readonly=True)
    taken = fields.Integer(default=0, required=True, readonly=True, copy=False)
    blocked = fields.Integer(default=0, required=True, readonly=True, copy=False)
    version = fields.Integer(
        default=0,
        required=True,
        readonly=True,
        copy=False,
        help="Of the slot's own pool: how often the pools it counts in changed.",
    )

    _counters_check = models.Constraint(
        "CHECK (capacity >= 0 AND taken >= 0 AND blocked >= 0)",
        "Seats cannot be negative.",
    )
    _slot_capacity_check = models.Constraint(
        "CHECK (kind <> 'slot' OR capacity <= 1000000)",
        "A slot has between 0 and 1,000,000 seats.",
    )
    _capacity_check = models.Constraint(
        "CHECK (NOT is_limited OR taken + blocked <= capacity)",
        "More seats are taken or blocked than there are.",
    )
    _slot_category_uniq = models.UniqueIndex(
        "(slot_id, category_id) WHERE kind = 'category'",
        "A category has one pool in a slot.",
    )
    _venue_start_uniq = models.UniqueIndex(
        "(venue_id, start_at) WHERE kind = 'venue'",
        "A venue has one pool at a time.",
    )
