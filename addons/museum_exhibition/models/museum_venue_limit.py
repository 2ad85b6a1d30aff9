# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.tools import format_datetime

from ..exceptions import CapacityError
from ..lib import seat_ledger as ledger
from ..lib import seat_links
from .museum_hold import StaleSnapshot
from .museum_slot_live import MAX_SLOTS

# The legal maximum is counted by quarters of an hour: exact for visits that begin and
# end on one, and on the safe side for others.
PIECE = timedelta(minutes=15)


class MuseumVenue(models.Model):
    """The legal maximum of a venue: one pool for each piece of time."""

    _inherit = "museum.venue"

    def write(self, vals):
        before = {venue: venue.is_limited for venue in self}
        result = super().write(vals)
        if {"is_limited", "capacity_max"} & vals.keys():
            self.flush_recordset()
            for venue in self.sudo():
                venue._apply_limit(is_new=not before[venue])
        return result

    @api.model
    def _pieces(self, start, end):
        """The starts of the pieces of time that a visit touches.

        :rtype: set[datetime.datetime]
        """
        piece = start - (start - datetime(1970, 1, 1)) % PIECE
        pieces = set()
        while piece < end:
            pieces.add(piece)
            piece += PIECE
        return pieces

    def _apply_limit(self, *, is_new):
        """Bring the pools and the slots that are not over to the venue's maximum.

        Switched on, all people who have a place are counted first, without a limit;
        then the limit is set, everywhere or nowhere.

        :param bool is_new: slots may not count in it as yet
        :raise CapacityError: more people have a place at some time
        """
        self.ensure_one()
        now = fields.Datetime.now()
        slots = self.env["museum.slot"].search(
            [("venue_id", "=", self.id), ("end_at", ">", now)]
        )
        with self.env["museum.hold"]._short_tx() as cr:
            if not set(seat_links.venue_slots(cr, self.id, now)) <= set(slots.ids):
                # Created by somebody whom the write to the venue had to wait for.
                raise StaleSnapshot("slots are newer than this transaction")
        if self.is_limited and is_new:
            slots._relink_venue(is_limited=False)
        vals = {"is_limited": self.is_limited, "capacity": self.capacity_max}
        try:
            known = self.env["museum.hold"]._run(
                lambda cr, _try: ledger.set_limit(
                    cr, seat_links.venue_pools_from(cr, self.id, now - PIECE), **vals
                )
            )
        except ledger.BelowTaken as below:
            raise self._too_few(below) from below
        # Pools that this transaction created are not known to the engine yet.
        here = seat_links.venue_pools_from(self.env.cr, self.id, now - PIECE)
        self.env["museum.seat.pool"].browse(set(here) - set(known)).write(vals)
        slots[:MAX_SLOTS]._seats_moved()

    def _too_few(self, below):
        with self.env["museum.hold"]._short_tx() as cr:
            _slot_id, start_at = seat_links.where(cr, below.pool_id)
        return CapacityError(
            self.env._(
                "%(venue)s: %(maximum)s is too few, because on %(when)s %(taken)s"
                " people have a place there.",
                venue=self.name,
                maximum=self.capacity_max,
                when=format_datetime(self.env, start_at, tz=self.tz),
                taken=below.taken,
            ),
            taken=below.taken,
        )
