# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MuseumHold(models.Model):
    """One line of the seat ledger: who holds how many seats of a slot, until when.

    Written by the seat engine alone (``lib/seat_ledger.py``).
    """

    _name = "museum.hold"
    _description = "Museum seat hold"
    _log_access = False
    _order = "id desc"
    _rec_name = "token"

    token = fields.Char(required=True, readonly=True, copy=False)
    slot_id = fields.Many2one(
        "museum.slot", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    quantities = fields.Json(readonly=True, help="Tickets by category id.")
    seats = fields.Integer(required=True, readonly=True, default=0)
    taken_at = fields.Datetime(required=True, readonly=True, help="UTC.")
    expires_at = fields.Datetime(required=True, readonly=True, help="UTC.")
    state = fields.Selection(
        [
            ("active", "Held"),
            ("sold", "Sold"),
            ("expired", "Expired"),
            ("released", "Given back"),
        ],
        required=True,
        readonly=True,
        default="active",
    )
    take_ids = fields.One2many("museum.hold.take", "hold_id", readonly=True)

    _token_uniq = models.Constraint("UNIQUE (token)", "A token holds seats once.")
    # Finds what ran out, per slot for buyers and over all slots for the sweeper.
    _slot_due_idx = models.Index("(slot_id, expires_at) WHERE state = 'active'")
    _due_idx = models.Index("(expires_at) WHERE state = 'active'")
