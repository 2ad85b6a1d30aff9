# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from ..lib import seat_audit


class MuseumHold(models.Model):
    """The checker looks at the bookings too."""

    _inherit = "museum.hold"

    @api.model
    def _check_ledger(self, slots=None):
        """Add confirmed bookings and sold seats that do not belong together."""
        found = super()._check_ledger(slots)
        slot_ids = None if slots is None else slots.ids
        with self._short_tx() as cr:
            found += seat_audit.bookings_without_seats(cr, slot_ids)
            found += seat_audit.lines_apart(cr, slot_ids)
            if slots is None:
                found += seat_audit.seats_without_booking(cr)
        return found
