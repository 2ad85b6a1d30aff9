# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from ..lib import recurrence, slot_plan
from .guard import writing

_logger = logging.getLogger(__name__)

# So many slots are made at once: memory stays flat, and a stopped job loses little.
BATCH = 1000


class MuseumExhibition(models.Model):
    """How an exhibition's slots follow from its schedules and closures."""

    _inherit = "museum.exhibition"

    slot_plan_id = fields.Many2one(
        "museum.slot.plan",
        string="Running plan of slots",
        ondelete="set null",
        readonly=True,
        copy=False,
        groups="museum_exhibition.group_museum_manager",
        help="No second plan begins while one is running.",
    )
    slot_conflicts_told = fields.Char(
        readonly=True,
        copy=False,
        groups="museum_exhibition.group_museum_manager",
        help="The conflicts with the schedules that managers were told of.",
    )

    def _today(self):
        """The local date of the venue."""
        self.ensure_one()
        return recurrence.local_day(fields.Datetime.now(), self.tz or "UTC")

    def _last_planned_day(self):
        """As far ahead as the museum plans."""
        self.ensure_one()
        return self._today() + timedelta(days=self.company_id.museum_slot_days)

    def _slot_plan(self, first_day, last_day):
        """What makes the slots of these local days those of the schedules.

        Only times to come. Reads; changes nothing.

        :rtype: slot_plan.Plan
        """
        self.ensure_one()
        first_day = max(first_day, self._today())
        if last_day < first_day:
            return slot_plan.Plan()
        now = fields.Datetime.now()
        wanted = [
            opening
            for opening in self.schedule_ids._wanted(first_day, last_day)
            if opening.start > now
        ]
        # A visit may last into a closure of the day after.
        closures = self.env["museum.closure"]._closed_periods(
            self, first_day, last_day + timedelta(days=1)
        )
        existing = self._existing_slots(first_day, last_day, now)
        return slot_plan.make_plan(wanted, existing, closures)

    def _existing_slots(self, first_day, last_day, now):
        slots = self.env["museum.slot"]
        slots.flush_model()
        self.env["museum.seat.pool"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT slot.id, slot.start_at, slot.end_at, slot.state,
                       slot.schedule_id, pool.is_limited, pool.capacity, pool.taken,
                       pool.blocked, %(has_history)s, slot.is_customized IS TRUE
                  FROM museum_slot slot
                  JOIN museum_seat_pool pool ON pool.id = slot.pool_id
                 WHERE slot.exhibition_id = %(exhibition)s
                   AND slot.local_date BETWEEN %(first)s AND %(last)s
                   AND slot.start_at > %(now)s
                 ORDER BY slot.start_at
                """,
                has_history=slots._has_history_sql(),
                exhibition=self.id,
                first=first_day,
                last=last_day,
                now=now,
            )
        )
        return [slot_plan.Existing(*row) for row in self.env.cr.fetchall()]

    # --- creating what is missing -----------------------------------------------------

    def _plan_ahead(self, until=None):
        """Create the slots that schedules still lack; what exists stays as it is.

        In the caller's transaction. Changes are left to a plan that people look at
        first (``museum.slot.plan``).

        :param date until: last local day; default: as far ahead as the museum plans
        :return: the new slots
        :raise UserError: a plan is at work on the exhibition this very moment
        """
        made = self.env["museum.slot"]
        for exhibition in self.filtered("active"):
            exhibition._lock_for_planning()
            last_day = until or exhibition._last_planned_day()
            plan = exhibition._slot_plan(exhibition._today(), last_day)
            made |= exhibition._create_slots(plan.create)
        return made

    def _lock_for_planning(self):
        """:raise UserError: somebody else is planning them this very moment"""
        locked = self.try_lock_for_update(allow_referencing=True)
        if busy := self - locked:
            raise UserError(
                self.env._(
                    "“%(exhibition)s” is being planned or changed by somebody else at"
                    " this moment. Try again when that is done.",
                    exhibition=busy[0].name,
                )
            )

    def _create_slots(self, wanted):
        self.ensure_one()
        made = self.env["museum.slot"]
        maker = writing(made.with_context(tracking_disable=True)._planning())
        for batch in split_every(BATCH, wanted):
            made |= maker.create(
                [
                    {
                        "exhibition_id": self.id,
                        "schedule_id": opening.schedule_id,
                        "start_at": opening.start,
                        "end_at": opening.end,
                        "is_limited": opening.is_limited,
                        "capacity": opening.capacity,
                    }
                    for opening in batch
                ]
            ).with_env(self.env)
        return made

    @api.model
    def _cron_plan_ahead(self):
        """Keep the museum's number of days planned, one exhibition at a time.

        Creates only: what would change or go is told to a manager, once.
        """
        exhibitions = self.search(
            [("schedule_ids.active", "=", True), ("is_closed", "=", False)]
        )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(exhibitions))
        for exhibition in exhibitions:
            # Somebody is planning by hand: tomorrow is another day.
            if exhibition.try_lock_for_update(allow_referencing=True):
                plan = exhibition._slot_plan(
                    exhibition._today(), exhibition._last_planned_day()
                )
                slots = exhibition._create_slots(plan.create)
                _logger.info("%s: %s new slots", exhibition.name, len(slots))
                exhibition._tell_conflicts(plan)
            if not cron._commit_progress(1):
                break

    def _tell_conflicts(self, plan):
        """An activity for a manager when slots differ from the schedules, once.

        Again only when it is about other slots than last time.
        """
        self.ensure_one()
        waiting = [change.slot for change in plan.change] + plan.remove + plan.close
        left = plan.conflicts + plan.customized
        told = [slot.id for slot in waiting] + [item.slot.id for item in left]
        told = sorted(map(str, told))
        known = (self.slot_conflicts_told or "").split(",")
        writing(self).slot_conflicts_told = ",".join(told)
        manager = self._slot_manager()
        if not plan.conflicts and not waiting or set(told) <= set(known) or not manager:
            return
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=manager.id,
            summary=self.env._("Slots differ from the schedules"),
            note=self.env._(
                "%(waiting)s slots would change or go, %(conflicts)s are left alone"
                " because people have places in them or they lie in a closure. “Plan"
                " slots” shows them one by one.",
                waiting=len(waiting),
                conflicts=len(plan.conflicts),
            ),
        )

    def _slot_manager(self):
        """Whom to tell: who made the exhibition, or else the first manager."""
        managers = self.env.ref("museum_exhibition.group_museum_manager").all_user_ids
        managers = managers.filtered(
            lambda user: self.company_id in user.company_ids and user.active
        ).sorted("id")
        return self.create_uid & managers or managers[:1]

    # --- buttons ----------------------------------------------------------------------

    def action_plan_slots(self):
        """Look at what the schedules of these exhibitions make and change."""
        return self._open_slot_plan()

    def _open_slot_plan(self, date_from=None, date_to=None):
        """A new plan with its preview.

        :param date date_from: default: today
        :param date date_to: default: as far ahead as the museum plans, and as there
            are slots of schedules
        """
        if not self:
            raise UserError(self.env._("There is no exhibition to plan."))
        if len(self.company_id) > 1:
            raise UserError(
                self.env._("Plan the exhibitions of one company at a time.")
            )
        plan = self.env["museum.slot.plan"].create(
            {
                "company_id": self.company_id.id,
                "exhibition_ids": [(6, 0, self.ids)],
                "date_from": max(
                    filter(None, [date_from, min(e._today() for e in self)])
                ),
                "date_to": date_to or self._last_day_with_slots(),
            }
        )
        plan.action_preview()
        return plan._open()

    def _last_day_with_slots(self):
        ahead = max(exhibition._last_planned_day() for exhibition in self)
        [(last,)] = self.env["museum.slot"]._read_group(
            [("exhibition_id", "in", self.ids), ("schedule_id", "!=", False)],
            [],
            ["local_date:max"],
        )
        return max(filter(None, [ahead, last]))
