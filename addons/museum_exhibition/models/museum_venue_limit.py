# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, timedelta

from odoo import api, fields, models

from ..exceptions import CapacityError
from ..lib import seat_ledger as ledger

# The legal maximum is counted by quarters of an hour: exact for visits that begin and
# end on one, and on the safe side for others.
PIECE = timedelta(minutes=15)


class MuseumVenue(models.Model):
    """The legal maximum of a venue: one pool for each piece of time."""

    _inherit = "museum.venue"

    def write(self, vals):
        result = super().write(vals)
        if {"is_limited", "capacity_max"} & vals.keys():
            self.flush_recordset()
            for venue in self.sudo():
                venue._apply_limit()
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

    def _pools_during(self, slots):
        """The pools that slots of this venue count in, created where they are missing.

        None when the venue has no maximum.
        """
        self.ensure_one()
        pools = self.env["museum.seat.pool"].sudo()
        if not self.is_limited or not slots:
            return pools
        wanted = set()
        for slot in slots:
            wanted |= self._pieces(slot.start_at, slot.end_at)
        pools = pools.search(
            [
                ("kind", "=", "venue"),
                ("venue_id", "=", self.id),
                ("start_at", ">=", min(wanted)),
                ("start_at", "<=", max(wanted)),
            ]
        )
        missing = wanted - set(pools.mapped("start_at"))
        return pools | pools.create(
            [
                {
                    "kind": "venue",
                    "venue_id": self.id,
                    "company_id": self.company_id.id,
                    "start_at": start,
                    "is_limited": True,
                    "capacity": self.capacity_max,
                }
                for start in sorted(missing)
            ]
        )

    def _apply_limit(self):
        """Bring the pools and the slots that are not over to the venue's maximum.

        :raise CapacityError: more people have a place at some time
        :raise UserError: it is switched on although slots have visitors already
        """
        self.ensure_one()
        now = fields.Datetime.now()
        pools = self.env["museum.seat.pool"].search(
            [
                ("kind", "=", "venue"),
                ("venue_id", "=", self.id),
                ("start_at", ">", now - PIECE),
            ]
        )
        vals = {"is_limited": self.is_limited, "capacity": self.capacity_max}
        try:
            known = self.env["museum.hold"]._run(
                lambda cr, _try: ledger.set_limit(cr, pools.ids, **vals)
            )
        except ledger.BelowTaken as below:
            raise CapacityError(
                self.env._(
                    "%(venue)s: %(maximum)s is too few, because at some time"
                    " %(taken)s people have a place there.",
                    venue=self.name,
                    maximum=self.capacity_max,
                    taken=below.taken,
                ),
                taken=below.taken,
            ) from below
        # Pools that this transaction created are not known to the engine yet.
        pools.filtered(lambda pool: pool.id not in known).write(vals)
        if self.is_limited:
            self.env["museum.slot"].search(
                [("venue_id", "=", self.id), ("end_at", ">", now)]
            )._link_venue_pools()
