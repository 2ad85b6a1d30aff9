# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..exceptions import CapacityError
from ..lib import seat_ledger as ledger
from ..lib import seat_links
from .museum_slot_links import BATCH
from .museum_slot_live import MAX_SLOTS

# What decides in which slots a category has a limit of its own, and which.
LIMIT_FIELDS = {
    "slot_limit",
    "seats_per_ticket",
    "exhibition_id",
    "exhibition_ids",
    "active",
}


class MuseumTicketCategory(models.Model):
    """So many tickets of a category in one slot: one pool for each slot."""

    _inherit = "museum.ticket.category"

    @api.model_create_multi
    def create(self, vals_list):
        categories = super().create(vals_list)
        categories.filtered("slot_limit")._apply_slot_limit()
        return categories

    def write(self, vals):
        before = {
            category: (category.slot_limit, category.seats_per_ticket)
            for category in self
        }
        result = super().write(vals)
        if LIMIT_FIELDS & vals.keys():
            # Last: the engine commits by itself, and can refuse.
            self.filtered(
                lambda category: category.slot_limit or before[category][0]
            )._apply_slot_limit()
        return result

    def unlink(self):
        # Without history (others refuse to be deleted) nobody has a seat there.
        self.env["museum.seat.pool"].sudo().search(
            [("category_id", "in", self.ids), ("kind", "=", "category")]
        ).unlink()
        return super().unlink()

    def _seat_limit(self):
        """Seats that tickets of this category may take in one slot."""
        return self.slot_limit * self.seats_per_ticket

    def _apply_slot_limit(self):
        """Bring the pools of all slots that are not over to the limits.

        :raise CapacityError: in some slot more are held or sold; nothing was limited
        """
        self.flush_recordset()
        self.env["museum.slot"].flush_model()
        for category in self.sudo():
            exhibitions = category.exhibition_id | category.exhibition_ids
            exhibitions._hold_off_new_slots()
            category._apply_in(exhibitions)

    def _apply_in(self, exhibitions):
        self.ensure_one()
        holds = self.env["museum.hold"]
        with holds._short_tx() as cr:
            is_known = seat_links.knows_category(cr, self.id)
            known, without = seat_links.category_pools(cr, self.id, exhibitions.ids)
        if is_known and self.slot_limit and self.active:
            for ids in split_every(BATCH, without):
                batch = {slot_id: without[slot_id] for slot_id in ids}
                holds._run(
                    lambda cr, _try, batch=batch: ledger.add_category(
                        cr, batch, self.id, self.seats_per_ticket
                    )
                )
        limit = {"is_limited": bool(self.slot_limit), "capacity": self._seat_limit()}
        try:
            changed = holds._run(
                lambda cr, _try: ledger.set_limit(
                    cr,
                    seat_links.category_pools(cr, self.id, exhibitions.ids)[0].values(),
                    **limit,
                )
            )
        except ledger.BelowTaken as below:
            raise self._too_few(below) from below
        # Slots and pools of this transaction, which the engine does not see.
        here, rest = seat_links.category_pools(self.env.cr, self.id, exhibitions.ids)
        if self.slot_limit and self.active:
            mine = {k: v for k, v in rest.items() if not is_known or k not in without}
            mine = {k: v for k, v in mine.items() if k not in known}
            self._insert_pools_here(mine)
        self.env["museum.seat.pool"].browse(set(here.values()) - set(changed)).write(
            limit
        )
        self.env["museum.seat.pool"].invalidate_model()
        told = sorted({*here, *rest, *known})[:MAX_SLOTS]
        self.env["museum.slot"].browse(told)._seats_moved()

    def _add_pools_here(self, slots):
        """In this transaction, for slots that nobody else knows."""
        self._insert_pools_here({slot.id: slot.company_id.id for slot in slots})

    def _insert_pools_here(self, slots):
        self.ensure_one()
        if slots:
            seat_links.insert_category_pools(
                self.env.cr,
                slots,
                self.id,
                is_limited=True,
                capacity=self._seat_limit(),
            )

    def _too_few(self, below):
        with self.env["museum.hold"]._short_tx() as cr:
            slot_id, _start = seat_links.where(cr, below.pool_id)
        return CapacityError(
            self.env._(
                "%(category)s: %(limit)s tickets are too few for %(slot)s, where"
                " visitors have %(taken)s.",
                category=self.name,
                limit=self.slot_limit,
                slot=self.env["museum.slot"].browse(slot_id).display_name,
                taken=below.taken // self.seats_per_ticket,
            ),
            taken=below.taken,
            slot_id=slot_id,
            category_id=self.id,
        )


class MuseumExhibition(models.Model):
    """What changes the pools of an exhibition's slots."""

    _inherit = "museum.exhibition"

    def write(self, vals):
        categories = {
            exhibition: exhibition._limited_categories() for exhibition in self
        }
        venues = {exhibition: exhibition.venue_id for exhibition in self}
        result = super().write(vals)
        if "shared_category_ids" in vals:
            for exhibition in self:
                new = exhibition._limited_categories() - categories[exhibition]
                new._apply_slot_limit()
        if "venue_id" in vals:
            moved = self.filtered(lambda each: each.venue_id != venues[each])
            moved._upcoming_slots()._relink_venue(keep=True)
        return result

    def _upcoming_slots(self):
        """Their slots that are not over."""
        return self.env["museum.slot"].search(
            [
                ("exhibition_id", "in", self.ids),
                ("end_at", ">", fields.Datetime.now()),
            ]
        )

    def _limited_categories(self):
        """Those on sale that have a limit of their own in each slot."""
        self.ensure_one()
        return self.sudo().category_ids.filtered("slot_limit")

    def _lock_for_links(self):
        """While slots are created, limits of exhibition and venue stay as they are."""
        self.flush_recordset()
        self.venue_id.flush_recordset()
        self.env.execute_query(
            SQL(
                """
                SELECT 1
                  FROM museum_exhibition exhibition
                  JOIN museum_venue venue ON venue.id = exhibition.venue_id
                 WHERE exhibition.id = ANY(%s)
                 ORDER BY exhibition.id
                   FOR SHARE
                """,
                self.ids,
            )
        )

    def _hold_off_new_slots(self):
        """Whoever creates slots meanwhile has to begin again with the new limits.

        A lock alone would not do: their snapshot would stay the old one.
        """
        self.env.execute_query(
            SQL(
                """
                UPDATE museum_exhibition SET write_date = now() AT TIME ZONE 'UTC'
                 WHERE id = ANY(%s) RETURNING id
                """,
                self.ids,
            )
        )
