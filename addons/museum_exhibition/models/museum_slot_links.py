# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..exceptions import CapacityError
from ..lib import seat_ledger as ledger
from ..lib import seat_links
from .museum_slot_live import MAX_SLOTS

# Slots in one short transaction of the engine: buyers of them wait for its end.
BATCH = 200


class MuseumSlot(models.Model):
    """The further pools that the seats of a slot count in.

    New slots are linked in the transaction that creates them: nobody can have a place
    there. All others through the seat engine, which counts those who have one, in short
    transactions of its own that are committed at once.
    """

    _inherit = "museum.slot"

    @api.model
    def _create_pools(self, vals_list):
        """The own pools of slots that are about to be created, in order."""
        if not vals_list:
            return []
        self.env["museum.seat.pool"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO museum_seat_pool
                       (kind, company_id, is_limited, capacity, taken, blocked, version)
                SELECT 'slot', part.company_id, part.is_limited, part.capacity, 0, 0, 0
                  FROM unnest(%s::int[], %s::bool[], %s::int[])
                       WITH ORDINALITY
                       AS part (company_id, is_limited, capacity, place)
                 ORDER BY part.place
             RETURNING id
                """,
                [vals["company_id"] for vals in vals_list],
                [bool(vals["is_limited"]) for vals in vals_list],
                [vals["capacity"] or 0 for vals in vals_list],
            )
        )
        return sorted(pool_id for (pool_id,) in rows)

    def _link_new(self):
        """Link slots that this transaction has just created; few queries for many."""
        slots = self.sudo()
        self.env.execute_query(
            SQL(
                """
                UPDATE museum_seat_pool pool
                   SET slot_id = slot.id
                  FROM unnest(%s::int[], %s::int[]) AS slot (id, pool_id)
                 WHERE pool.id = slot.pool_id
             RETURNING pool.id
                """,
                slots.ids,
                [slot.pool_id.id for slot in slots],
            )
        )
        slots.exhibition_id._lock_for_links()
        for venue, group in slots.grouped("venue_id").items():
            if venue.is_limited:
                group._link_venue_here(venue)
        for exhibition, group in slots.grouped("exhibition_id").items():
            for category in exhibition._limited_categories():
                category._add_pools_here(group)
        self.env["museum.seat.pool"].invalidate_model()
        self.invalidate_recordset(["extra_pool_ids", "is_limited", "capacity"])

    def _pieces_wanted(self, venue):
        """The pieces of time in which the people of each slot are in the venue.

        Nobody comes to a visit that was cancelled, whoever still has a ticket for it.
        """
        return {
            slot.id: venue._pieces(slot.start_at, slot.end_at)
            if venue.is_limited and slot.state != "cancelled"
            else set()
            for slot in self
        }

    def _link_venue_here(self, venue):
        """In this transaction, for slots that nobody else knows."""
        pieces = self._pieces_wanted(venue)
        pools = seat_links.make_venue_pools(
            self.env.cr,
            venue.id,
            venue.company_id.id,
            set().union(*pieces.values()),
            is_limited=True,
            capacity=venue.capacity_max,
        )
        seat_links.insert_links(
            self.env.cr,
            (
                (slot_id, pools[start])
                for slot_id, starts in pieces.items()
                for start in starts
            ),
        )

    def _relink_venue(self, *, is_limited=True, keep=False):
        """Let the seats count in the legal maximum of the venue while they last.

        :param bool is_limited: whether pools that are missing begin with the maximum;
            the caller sets it later otherwise
        :param bool keep: leave former links until this transaction ends, in case that
            it is rolled back
        :raise CapacityError: there would be too many people at some time
        """
        slots = self.sudo().filtered(
            lambda slot: slot.venue_id.is_limited or slot.extra_pool_ids
        )
        slots.flush_recordset()
        left = self.browse()
        for venue, group in slots.grouped("venue_id").items():
            for ids in split_every(BATCH, group.ids):
                if group.browse(ids)._relink_batch(venue, is_limited, keep):
                    left += self.browse(ids)
        self.invalidate_recordset(["extra_pool_ids"])
        if left:
            self.env["museum.hold"]._after_end(
                lambda env: env["museum.slot"].browse(left.ids)._relink_venue()
            )
        self[:MAX_SLOTS]._seats_moved()

    def _relink_batch(self, venue, is_limited, keep):
        """Link slots of one venue; return whether former links were left."""
        holds = self.env["museum.hold"]
        with holds._short_tx() as cr:
            known = seat_links.own_pools(cr, self.ids)
        wanted = self.filtered(lambda slot: slot.id in known)._pieces_wanted(venue)
        if self._has_pools_of_its_own(venue, set().union(*wanted.values())):
            # Nobody may wait for a pool that is not committed: once it is.
            ids = list(wanted)
            holds._after_commit(
                lambda env: env["museum.slot"].browse(ids)._relink_venue()
            )
            is_left = False
        else:
            is_left = self._relink_known(venue, wanted, is_limited, keep)
        if new := self.filtered(lambda slot: slot.id not in known):
            new._relink_here(venue)
        return is_left

    def _relink_known(self, venue, wanted, is_limited, keep):
        def move(cr, _attempt):
            pools = seat_links.make_venue_pools(
                cr,
                venue.id,
                venue.company_id.id,
                set().union(*wanted.values()),
                is_limited=is_limited,
                capacity=venue.capacity_max,
            )
            links = {slot: [pools[start] for start in wanted[slot]] for slot in wanted}
            return ledger.relink_venue(cr, links, keep=keep)

        try:
            return self.env["museum.hold"]._run(move) if wanted else False
        except ledger.BelowTaken as below:
            raise self._too_many(below) from below

    @api.model
    def _has_pools_of_its_own(self, venue, starts):
        """Whether this transaction created some of these pools, uncommitted as yet."""
        here = seat_links.venue_pools(self.env.cr, venue.id, starts)
        if not here:
            return False
        with self.env["museum.hold"]._short_tx() as cr:
            return bool(here.keys() - seat_links.venue_pools(cr, venue.id, here).keys())

    def _relink_empty(self):
        """Link slots anew that are locked and empty, in this transaction.

        Whoever looked up their pools before hears that they are others now.
        """
        slots = self.sudo()
        slots.flush_recordset()
        limited = slots.filtered(
            lambda slot: slot.venue_id.is_limited or slot.extra_pool_ids
        )
        if limited:
            limited.exhibition_id._lock_for_links()
            for venue, group in limited.grouped("venue_id").items():
                group._relink_here(venue)
            self.env.execute_query(
                SQL(
                    """
                    UPDATE museum_seat_pool
                       SET version = version + 1
                     WHERE id = ANY(%s) RETURNING id
                    """,
                    limited.pool_id.ids,
                )
            )
            self.env["museum.seat.pool"].invalidate_model(["version"])
        self.invalidate_recordset(["extra_pool_ids"])
        self[:MAX_SLOTS]._seats_moved()

    def _relink_here(self, venue):
        """Slots of this transaction that were changed in it: link them afresh."""
        self.env.execute_query(
            SQL(
                """
                DELETE FROM museum_slot_extra_pool_rel
                 WHERE slot_id = ANY(%s) RETURNING slot_id
                """,
                self.ids,
            )
        )
        if venue.is_limited:
            self._link_venue_here(venue)

    @api.model
    def _too_many(self, below):
        """What to tell when people who have a place would be above a limit."""
        with self.env["museum.hold"]._short_tx() as cr:
            slot_id, start_at = seat_links.where(cr, below.pool_id)
        if slot_id:
            place = self.sudo().browse(slot_id).display_name
        else:
            place = fields.Datetime.to_string(start_at) + " UTC"
        return CapacityError(
            self.env._(
                "%(place)s: there are too many people already, %(taken)s have a place"
                " or are in a cart there.",
                place=place,
                taken=below.taken,
            ),
            taken=below.taken,
            blocked=below.blocked,
        )
