# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
import random
import time
from collections import defaultdict
from contextlib import nullcontext
from datetime import date

import psycopg2

from odoo import api, fields, models, modules
from odoo.exceptions import LockError, UserError

from .guard import writing
from .museum_slot_plan import AT_ONCE

_logger = logging.getLogger(__name__)

# Somebody bought, or planned by hand, at the same moment: the step is done anew.
RACES = (psycopg2.OperationalError, psycopg2.IntegrityError, LockError)
TRIES = 5
# Empty slots whose seats are locked together: buyers of these very slots wait.
LOCKED = 50
DONE_FIELDS = {
    "create": "created_count",
    "change": "changed_count",
    "remove": "removed_count",
    "close": "closed_count",
}


class MuseumSlotPlan(models.Model):
    """Carrying a plan out, step by step, each committed.

    A step computes the plan of its days anew under the truth of that moment: a slot
    that got a visitor since the preview is left alone and listed; what a stopped worker
    did already is found done. What changes a slot that exists asks the seat engine
    first (:meth:`museum.slot._resize_if_empty`, :meth:`museum.slot._lock_if_empty`).
    """

    _inherit = "museum.slot.plan"

    def action_run(self):
        """Carry the plan out: at once when it is short, or else in the background."""
        self.ensure_one()
        if self.state not in ("ready", "failed", "cancelled"):
            raise UserError(self.env._("Look at the preview first."))
        if self.fingerprint != self._fingerprint():
            raise UserError(
                self.env._(
                    "Schedules or closures have changed since this preview. Press"
                    " “Preview” and look again."
                )
            )
        self._claim()
        writing(self).write(
            {
                "state": "running",
                "error": False,
                "started_at": self.started_at or fields.Datetime.now(),
            }
        )
        # From here on a rollback ends a step, not the plan.
        self._commit(0)
        if self.work_total - self.work_done <= AT_ONCE:
            self._run()
        else:
            self.env.ref("museum_exhibition.ir_cron_museum_slot_plan").sudo()._trigger()
            self._commit(0)
        return self._open()

    def action_cancel(self):
        """Stop after the step that is being done; what is done stays."""
        for plan in self.filtered(lambda plan: plan.state == "running"):
            plan._end("cancelled")

    def _claim(self):
        """Nobody else plans these exhibitions until this plan is over.

        Written to the exhibitions: of two plans that begin at the same moment,
        PostgreSQL lets only one have them.
        """
        exhibitions = self._exhibitions().sudo()
        exhibitions._lock_for_planning()
        other = exhibitions.slot_plan_id.filtered(
            lambda plan: plan.state == "running" and plan != self
        )
        if other:
            raise UserError(
                self.env._(
                    "“%(other)s” is being planned at this moment, started by %(user)s."
                    " Wait until it is done, or cancel it.",
                    other=other[0].name,
                    user=other[0].write_uid.name,
                )
            )
        writing(exhibitions).write({"slot_plan_id": self.id})

    def _release(self):
        mine = self.exhibition_ids.sudo().filtered(
            lambda exhibition: exhibition.slot_plan_id == self
        )
        writing(mine).write({"slot_plan_id": False})

    def _end(self, state, **vals):
        """Write how the plan ended, and let others plan its exhibitions."""
        now = fields.Datetime.now()
        writing(self).write({"state": state, "finished_at": now, **vals})
        self._release()

    # --- the loop ---------------------------------------------------------------------

    @api.model
    def _wake_cron(self):
        self.env.ref("museum_exhibition.ir_cron_museum_slot_plan").sudo()._trigger()

    @api.model
    def _cron_run(self):
        """Go on with the plans that run; the workers' own loop calls again."""
        plans = self.search([("state", "=", "running")], order="id")
        cron = self.env["ir.cron"]
        left = sum(len(plan.steps or ()) - plan.steps_done for plan in plans)
        cron._commit_progress(remaining=left + len(plans))
        for plan in plans:
            if not plan._run_safely():
                # Others have their turn; a worker that sleeps is woken for the rest.
                self._wake_cron()
                cron._commit_progress(0)
                break

    def _run_safely(self):
        """:meth:`_run`; what goes wrong with one museum's plan stops that plan alone.

        :return: whether there is time for more
        """
        self.ensure_one()
        try:
            with self._savepoint_in_test():
                return self._run()
        except RACES as race:
            # It stays as it is: the next run of the job goes on.
            _logger.info("Plan %s waits: %s", self.id, race)
            self._rollback()
        except Exception:
            _logger.exception("Plan %s stopped", self.id)
            self._rollback()
            self._end("failed", error=self._unexpected())
        return bool(self._commit(0))

    def _unexpected(self):
        return self.env._(
            "Something unexpected happened; the server's log says what. What was done"
            " stays. Try again, and show the log to whoever looks after the server if"
            " it happens again."
        )

    def _run(self):
        """Carry out the steps that are left.

        :return: whether there is time for more
        """
        self.ensure_one()
        while True:
            self.env.invalidate_all()
            if not self.exists() or self.state != "running":
                return True
            if self.steps_done >= len(self.steps or ()):
                break
            if not self._attempt(self.steps[self.steps_done]):
                return True
            if not self._commit(1):
                return False
        self._finish()
        return bool(self._commit(1))

    def _finish(self):
        """Again when somebody changed the exhibitions at the same moment."""
        for attempt in range(1, TRIES + 1):
            try:
                with self._savepoint_in_test():
                    self._end("done")
                    self.env.flush_all()
                return
            except RACES:
                if attempt == TRIES:
                    raise
                self._rollback()
                time.sleep(random.uniform(0.0, 0.1 * attempt))

    def _attempt(self, step):
        """One step; again when it met a buyer. On failure the plan says what to do."""
        for attempt in range(1, TRIES + 1):
            try:
                with self._savepoint_in_test():
                    self._run_step(*step)
                    self.env.flush_all()
                return True
            except RACES as race:
                _logger.info("Plan %s, try %s: %s", self.id, attempt, race)
                self._rollback()
                time.sleep(random.uniform(0.0, 0.1 * attempt))
                message = self.env._(
                    "Others were changing the same slots all the time. Try again in a"
                    " moment."
                )
            except UserError as refusal:
                self._rollback()
                message = str(refusal)
                break
            except Exception:
                _logger.exception("Plan %s stopped", self.id)
                self._rollback()
                message = self._unexpected()
                break
        self._end("failed", error=message)
        self._commit(0)
        return False

    def _in_test(self):
        """Whether a test's own cursor is used, which is never committed."""
        return getattr(modules.module.current_test, "cr", None) is self.env.cr

    def _commit(self, processed):
        if self._in_test():
            self.env.flush_all()
            return float("inf")
        return self.env["ir.cron"]._commit_progress(processed)

    def _savepoint_in_test(self):
        """A test's cursor has no commits to go back to."""
        return self.env.cr.savepoint() if self._in_test() else nullcontext()

    def _rollback(self):
        """Back to the last commit."""
        if not self._in_test():
            self.env.cr.rollback()
        self.env.invalidate_all()

    # --- one step ---------------------------------------------------------------------

    def _run_step(self, exhibition_id, first_day, last_day, count):
        exhibition = self.exhibition_ids.filtered(lambda e: e.id == exhibition_id)
        days = (date.fromisoformat(first_day), date.fromisoformat(last_day))
        done = dict.fromkeys(DONE_FIELDS, 0)
        if exhibition and exhibition.active:
            exhibition = exhibition.sudo()
            done["change"] += self._resize(exhibition, days)
            self._touch(exhibition, days, done)
            exhibition.lock_for_update(allow_referencing=True)
            plan = exhibition._slot_plan(*days)
            done["create"] += len(exhibition._create_slots(plan.create))
            self._list_left(exhibition, days, plan)
        vals = {
            DONE_FIELDS[kind]: self[DONE_FIELDS[kind]] + done[kind] for kind in done
        }
        writing(self).write(
            {
                **vals,
                "steps_done": self.steps_done + 1,
                "work_done": self.work_done + count,
            }
        )

    def _resize(self, exhibition, days):
        """The seats of slots that change, by the engine; commits.

        :return: slots of which nothing else changes
        """
        groups = defaultdict(list)
        only_seats = 0
        for change in exhibition._slot_plan(*days).change:
            wanted = change.wanted
            if not change.has_seats:
                groups[wanted.is_limited, wanted.capacity].append(change)
        for (is_limited, capacity), changes in groups.items():
            slots = self.env["museum.slot"].sudo().browse(c.slot.id for c in changes)
            resized = slots._planning()._resize_if_empty(is_limited, capacity)
            only_seats += sum(
                change.slot.id in resized.ids
                and change.slot.end == change.wanted.end
                and change.slot.state == "open"
                for change in changes
            )
        if groups:
            # Only a new snapshot may lock what the engine has changed.
            self._commit(0)
        return only_seats

    def _touch(self, exhibition, days, done):
        """Change, close and delete empty slots, few at a time; commits."""
        slots = self.env["museum.slot"].sudo()
        while True:
            plan = exhibition._slot_plan(*days)
            # Other seats than wanted: the engine found somebody there a moment ago.
            work = [
                ("change", change.slot.id, change.wanted)
                for change in plan.change
                if change.has_seats
            ]
            work += [("close", slot.id, None) for slot in plan.close]
            work += [("remove", slot.id, None) for slot in plan.remove]
            if not work:
                return
            work = work[:LOCKED]
            empty = slots.browse(item[1] for item in work)._lock_if_empty()
            if not empty:
                return
            for kind, slot_id, wanted in work:
                slot = slots.browse(slot_id) & empty
                done[kind] += len(slot)
                if slot and kind == "change":
                    slot._follow_wanted(wanted)
            gone = {kind: [i for k, i, _w in work if k == kind] for kind in done}
            (slots.browse(gone["close"]) & empty)._close_if_empty(
                self.env._("No longer in the schedule")
            )
            (slots.browse(gone["remove"]) & empty).unlink()
            self._commit(0)

    def _list_left(self, exhibition, days, plan):
        """What this step leaves alone, in place of what the preview thought."""
        lines = self.env["museum.slot.plan.line"].sudo()
        kinds = ("conflict", "customized")
        old = lines.search(
            [
                ("plan_id", "=", self.id),
                ("exhibition_id", "=", exhibition.id),
                ("local_date", ">=", days[0]),
                ("local_date", "<=", days[1]),
                ("kind", "in", kinds),
            ]
        )
        old.unlink()
        lines.create(
            [
                self._line(exhibition, kind, left, plan)
                for kind, items in zip(
                    kinds, (plan.conflicts, plan.customized), strict=True
                )
                for left in items
            ]
        )
        for kind in kinds:
            count = lines.search_count([("plan_id", "=", self.id), ("kind", "=", kind)])
            writing(self).write({f"{kind}_count": count})
