# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from ..exceptions import CapacityError
from ..lib import seat_ledger as ledger
from ..lib.seat_types import MOST_SEATS
from .guard import is_writing, without_defaults

NEW_SLOT = {"state": "open"}


class MuseumSlot(models.Model):
    """The seats of a slot: its pools, made and changed through the seat engine."""

    _inherit = "museum.slot"

    @api.depends("pool_id", "exhibition_id")
    def _compute_seats(self):
        sudo = self.sudo()
        pools = self.env["museum.hold"]._pools_now(
            (sudo.pool_id | sudo.extra_pool_ids).ids
        )
        for slot in self:
            exhibition = slot.exhibition_id
            # A new slot has no pool yet: it will begin with the exhibition's defaults.
            is_limited, capacity, taken, blocked = pools.get(
                slot.sudo().pool_id.id,
                (exhibition.is_limited, exhibition.capacity, 0, 0),
            )
            slot.is_limited = is_limited
            slot.capacity = capacity
            slot.taken = taken
            slot.blocked = blocked
            counted = [pools.get(pool.id) for pool in slot.sudo().extra_pool_ids]
            counted.append((is_limited, capacity, taken, blocked))
            # As many as the tightest of its pools has.
            slot.seats_left = min(
                (pool[1] - pool[2] - pool[3] for pool in counted if pool and pool[0]),
                default=-1,
            )

    @api.model_create_multi
    def create(self, vals_list):
        clean = self._without_guarded_defaults(vals_list)
        vals_list = [dict(vals) for vals in vals_list]
        exhibitions = self.env["museum.exhibition"]
        pool_vals = []
        for vals in vals_list:
            exhibition = exhibitions.browse(vals.get("exhibition_id"))
            if not exhibition:
                raise UserError(self.env._("Of which exhibition is the slot?"))
            pool_vals.append(
                {
                    "company_id": exhibition.company_id.id,
                    "is_limited": vals.pop("is_limited", exhibition.is_limited),
                    "capacity": vals.pop("capacity", exhibition.capacity),
                }
            )
            self._check_capacity(pool_vals[-1]["capacity"])
        pool_ids = self._create_pools(pool_vals)
        for vals, pool_id in zip(vals_list, pool_ids, strict=True):
            vals["pool_id"] = pool_id
        slots = super(MuseumSlot, clean).create(vals_list).with_env(self.env)
        slots._link_new()
        return slots

    @api.model
    def _without_guarded_defaults(self, vals_list):
        """Refuse what people cannot write; defaults that a caller sends are left out.

        :raise AccessError: the system alone writes it
        """
        if is_writing(self):
            return self
        for vals in vals_list:
            for name, value in vals.items():
                is_new = not value or value == NEW_SLOT.get(name)
                if not is_new and not self._is_writable(name):
                    self._refuse_guarded(name)
        return without_defaults(self, lambda name: not self._is_writable(name))

    def _all_pool_ids(self):
        pools = self.env["museum.seat.pool"].search([("slot_id", "in", self.ids)])
        return (pools | self.pool_id | self.extra_pool_ids).ids

    def _inverse_limit(self):
        """Only for onchange and import: :meth:`write` takes the values before."""
        for slot in self:
            slot._set_limit(is_limited=slot.is_limited, capacity=slot.capacity)

    def _set_limit(self, is_limited=None, capacity=None):
        """Change the number of seats through the engine, at once and for good.

        :raise CapacityError: more seats are held, sold or blocked than there would be
        """
        self.ensure_one()
        is_limited = self.is_limited if is_limited is None else is_limited
        capacity = self.capacity if capacity is None else capacity
        if (is_limited, capacity) == (self.is_limited, self.capacity):
            return
        self._check_capacity(capacity)
        before = self._limit_label(self.is_limited, self.capacity)
        self._move_counters(
            lambda cr, pool_id: ledger.set_limit(
                cr, [pool_id], is_limited=is_limited, capacity=capacity
            ),
            self.env._("%(seats)s seats are too few", seats=capacity),
        )
        self._message_log(
            body=self.env._(
                "Seats: %(before)s → %(after)s",
                before=before,
                after=self._limit_label(is_limited, capacity),
            )
        )

    @api.model
    def _check_capacity(self, capacity):
        """:raise ValidationError: no place has so many seats"""
        if capacity and not 0 <= capacity <= MOST_SEATS:
            raise ValidationError(
                self.env._(
                    "A slot has between 0 and %(most)s seats.", most=f"{MOST_SEATS:,}"
                )
            )

    def _limit_label(self, is_limited, capacity):
        return str(capacity) if is_limited else self.env._("no limit")

    def _move_counters(self, move, refusal):
        """Run a move of the engine on the slot's own pool, and tell who looks on.

        :param move: takes a cursor and the pool's id; false: there is no such pool
        :param str refusal: what cannot be, when visitors have the seats
        :return: what the move returned
        :raise CapacityError: visitors have the seats
        """
        # Before the engine commits: the log entry would refuse too late.
        self.check_access("write")
        pool = self.sudo().pool_id
        try:
            done = self.env["museum.hold"]._run(lambda cr, _try: move(cr, pool.id))
            if not done:
                # Created in this very transaction: nobody else knows the pool yet.
                self.flush_recordset()
                pool.flush_recordset()
                done = move(self.env.cr, pool.id)
                self.env["museum.hold"]._forget_seats()
        except ledger.BelowTaken as below:
            raise CapacityError(
                self.env._(
                    "%(slot)s: %(refusal)s, because visitors have %(taken)s and"
                    " %(blocked)s are blocked.",
                    slot=self.display_name,
                    refusal=refusal,
                    taken=below.taken,
                    blocked=below.blocked,
                ),
                taken=below.taken,
                blocked=below.blocked,
            ) from below
        self._seats_moved()
        return done

    def _people_concerned(self):
        """Who has seats in these slots: {"people": seats, "slots": slots with people}.

        Other addons may add what they know, for example the bookings.
        """
        counts = (
            self.env["museum.hold"]
            .sudo()
            ._read_group(
                [("slot_id", "in", self.ids), ("state", "in", ["active", "sold"])],
                ["slot_id"],
                ["seats:sum"],
            )
        )
        return {
            "people": sum(seats for _slot, seats in counts),
            "slots": len(counts),
        }

    def _with_people(self):
        """Those of these slots in which somebody has a place."""
        groups = (
            self.env["museum.hold"]
            .sudo()
            ._read_group(
                [("slot_id", "in", self.ids), ("state", "in", ["active", "sold"])],
                ["slot_id"],
            )
        )
        return self.browse(slot.id for (slot,) in groups)

    def _concerned_sentences(self, found):
        """What :meth:`_people_concerned` found, in words, one sentence per entry."""
        if not found["people"]:
            return [self.env._("Nobody has a place in them.")]
        return [
            self.env._(
                "People who have a place: %(people)s, in %(slots)s of the slots.",
                people=found["people"],
                slots=found["slots"],
            )
        ]
