# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools import SQL, split_every

from ..lib import seat_planning
from .guard import differs, is_switched, switched, writing

# What a schedule says of its slots: whoever changes it by hand means it.
PLANNED_FIELDS = ("start_at", "end_at", "state", "is_limited", "capacity")


class MuseumSlot(models.Model):
    """A slot and its schedule: what staff change by hand, schedules leave alone."""

    _inherit = "museum.slot"

    is_customized = fields.Boolean(
        string="Changed by hand",
        copy=False,
        groups="base.group_user",
        tracking=True,
        help="Its schedule leaves it as it is: somebody changed its times, seats or"
        " state.",
    )

    def write(self, vals):
        changed = self.browse()
        if "is_customized" not in vals and not self._is_planning():
            names = [name for name in PLANNED_FIELDS if name in vals]
            changed = self.filtered(
                lambda slot: (
                    not slot.is_customized
                    and any(differs(slot, name, vals[name]) for name in names)
                )
            )
        result = super().write(vals)
        if changed:
            super(MuseumSlot, writing(changed)).write({"is_customized": True})
        return result

    def _set_limit(self, is_limited=None, capacity=None):
        before = (self.is_limited, self.capacity)
        result = super()._set_limit(is_limited=is_limited, capacity=capacity)
        if (
            before != (self.is_limited, self.capacity)
            and not self.is_customized
            and not self._is_planning()
        ):
            writing(self).is_customized = True
        return result

    def _planning(self):
        """The slots, written on behalf of their schedules and not by hand."""
        return switched(self, "museum_planning")

    def _is_planning(self):
        return is_switched(self, "museum_planning")

    def _has_history_sql(self):
        """Condition on ``slot``: somebody has or had a place, it cannot be deleted.

        Addons whose records stand on slots add theirs. With IN all slots of a plan
        share one pass over the table; EXISTS read it once for each slot as soon as most
        seats were those of a few slots (one statement: 5.6 s instead of 20 ms).
        """
        return SQL("slot.id IN (SELECT hold.slot_id FROM museum_hold hold)")

    # --- what a plan does, always without touching people ---------------------------

    def _resize_if_empty(self, is_limited, capacity):
        """Another number of seats where nobody has one, through the seat engine.

        Committed at once, whatever becomes of the caller's transaction.

        :return: the slots that were changed
        """
        done = self.browse()
        hold = self.env["museum.hold"]
        for ids in split_every(200, self.ids):
            batch = self.browse(ids)
            pools = batch.sudo().pool_id
            changed = hold._run(
                lambda cr, _try, pools=pools: seat_planning.resize_empty(
                    cr, pools.ids, is_limited=is_limited, capacity=capacity
                )
            )
            done |= batch.filtered(
                lambda slot, changed=changed: slot.sudo().pool_id.id in changed
            )
        label = self._limit_label(is_limited, capacity)
        done._seats_moved()
        done._message_log_batch(
            bodies={
                slot.id: self.env._("Seats, as scheduled: %(seats)s", seats=label)
                for slot in done
            }
        )
        return done

    def _lock_seats(self):
        """Let buyers of these slots wait until the transaction ends: be quick.

        :raise psycopg2.errors.SerializationFailure: the seats moved meanwhile
        """
        self.env["museum.seat.pool"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT id
                  FROM museum_seat_pool
                 WHERE id = ANY(%s)
                 ORDER BY id
                   FOR NO KEY UPDATE
                """,
                self.sudo().pool_id.ids,
            )
        )

    def _lock_if_empty(self):
        """The slots in which nobody has a place, kept so until the transaction ends.

        Buyers of these very slots wait meanwhile: be quick. Somebody who got a seat
        since the transaction began makes PostgreSQL refuse the lock; run again then.

        :raise psycopg2.errors.SerializationFailure: the seats moved meanwhile
        """
        self.env["museum.seat.pool"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT slot_id
                  FROM (SELECT id, taken, blocked
                          FROM museum_seat_pool
                         WHERE id = ANY(%(pools)s)
                         ORDER BY id
                           FOR NO KEY UPDATE) pool
                  JOIN (SELECT id AS slot_id, pool_id
                          FROM museum_slot
                         WHERE id = ANY(%(slots)s)) slot ON slot.pool_id = pool.id
                 WHERE pool.taken = 0
                   AND pool.blocked = 0
                """,
                pools=self.sudo().pool_id.ids,
                slots=self.ids,
            )
        )
        found = {slot_id for (slot_id,) in self.env.cr.fetchall()}
        return self.filtered(lambda slot: slot.id in found)

    def _close_if_empty(self, reason):
        """Close slots in which nobody has a place, on behalf of the schedules."""
        slots = self._lock_if_empty().filtered(lambda slot: slot.state == "open")
        slots._planning()._set_state("closed", reason)
        return slots

    def _follow_wanted(self, wanted):
        """Take over end, schedule and state of what a schedule asks for.

        :param slot_plan.Wanted wanted: for one slot that is empty and locked
        """
        self.ensure_one()
        slot = writing(self._planning())
        vals = {}
        if self.end_at != wanted.end:
            vals["end_at"] = wanted.end
        if self.schedule_id.id != wanted.schedule_id:
            vals["schedule_id"] = wanted.schedule_id
        if vals:
            slot.write(vals)
        if self.state == "closed":
            slot._set_state("open", self.env._("Back in the schedule"))

    def action_follow_schedule(self):
        """Let the schedule have these slots again; the next plan changes them."""
        self.check_access("write")
        writing(self.filtered("is_customized")).write({"is_customized": False})
