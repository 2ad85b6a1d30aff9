# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hashlib

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, groupby

from ..lib import opening, recurrence, slot_plan
from .guard import writing
from .museum_exhibition_plan import BATCH
from .museum_schedule import WEEKDAYS
from .museum_slot_plan import SHOWN

KINDS = ("create", "change", "remove", "close")


class MuseumSlotPlan(models.Model):
    """The preview: what a plan would do, and what it leaves alone, with the reason."""

    _inherit = "museum.slot.plan"

    def action_preview(self):
        """Compare schedules and slots; changes nothing but the preview."""
        for plan in self:
            if plan.state == "running":
                raise UserError(self.env._("The plan is running."))
            plan._preview()

    def _preview(self):
        self.ensure_one()
        self.sudo().line_ids.unlink()
        counts = dict.fromkeys((*KINDS, "keep", "conflict", "customized"), 0)
        steps, lines, outside = [], [], 0
        for exhibition in self._exhibitions():
            plan = exhibition._slot_plan(self.date_from, self.date_to)
            hours = exhibition.venue_id._opening_rows()
            outside += sum(
                self._is_outside(hours, new, exhibition.tz) for new in plan.create
            )
            steps += self._steps_of(exhibition, plan)
            lines += self._line_vals(exhibition, plan, counts)
        self.env["museum.slot.plan.line"].sudo().create(lines)
        writing(self).write(
            {
                **{f"{kind}_count": count for kind, count in counts.items()},
                "outside_count": outside,
                "steps": steps,
                "steps_done": 0,
                "work_total": sum(step[3] for step in steps),
                "work_done": 0,
                "created_count": 0,
                "changed_count": 0,
                "removed_count": 0,
                "closed_count": 0,
                "fingerprint": self._fingerprint(),
                "state": "ready",
                "error": False,
                "started_at": False,
                "finished_at": False,
            }
        )

    def _exhibitions(self):
        return self.exhibition_ids.filtered("active")

    def _steps_of(self, exhibition, plan):
        """Runs of days with about :const:`BATCH` slots to do something about."""
        work = [opening.start for opening in plan.create]
        work += [change.slot.start for change in plan.change]
        work += [slot.start for slot in plan.remove + plan.close]
        zone = exhibition.tz
        days = sorted(recurrence.local_day(start, zone) for start in work)
        steps = []
        for day, same in groupby(days):
            count = len(same)
            if steps and steps[-1][3] + count <= BATCH:
                steps[-1][2] = day.isoformat()
                steps[-1][3] += count
            else:
                steps.append([exhibition.id, day.isoformat(), day.isoformat(), count])
        return steps

    def _fingerprint(self):
        """Changes when schedules, closures or the exhibitions' days change."""
        facts = [str((self.date_from, self.date_to))]
        for exhibition in self._exhibitions().sorted("id"):
            facts.append(str((exhibition.id, exhibition.date_from, exhibition.date_to)))
            for schedule in exhibition.schedule_ids.sorted("id"):
                names = (
                    *WEEKDAYS,
                    "date_from",
                    "date_to",
                    "first_start_hour",
                    "last_start_hour",
                    "every_minutes",
                    "duration_minutes",
                    "is_limited",
                    "capacity",
                    "tz",
                )
                facts.append(str([schedule.id, *(schedule[name] for name in names)]))
            facts += map(
                str,
                self.env["museum.closure"]._closed_periods(
                    exhibition, self.date_from, self.date_to
                ),
            )
        return hashlib.sha256("\n".join(facts).encode()).hexdigest()

    # --- lines ------------------------------------------------------------------------

    def _line_vals(self, exhibition, plan, counts):
        """Vals of the lines to show; counts everything."""
        lines = []
        for kind in KINDS:
            items = getattr(plan, kind)
            room = max(SHOWN - counts[kind], 0)
            counts[kind] += len(items)
            lines += [self._line(exhibition, kind, item, plan) for item in items[:room]]
        counts["keep"] += len(plan.keep)
        for kind, items in (
            ("conflict", plan.conflicts),
            ("customized", plan.customized),
        ):
            counts[kind] += len(items)
            lines += [self._line(exhibition, kind, item, plan) for item in items]
        return lines

    def _line(self, exhibition, kind, item, plan):
        slot = getattr(item, "slot", item)
        zone = exhibition.tz
        local = recurrence.to_local(slot.start, zone)
        return {
            "plan_id": self.id,
            "kind": kind,
            "exhibition_id": exhibition.id,
            "slot_id": False if kind == "create" else slot.id,
            "start_at": slot.start,
            "local_date": local.date(),
            "when": "{} {}–{}".format(
                format_date(self.env, local.date(), date_format="EEE d MMM yyyy"),
                self._clock(slot.start, zone),
                self._clock(slot.end, zone),
            ),
            "people": 0 if kind == "create" else slot.people,
            "detail": self._detail(kind, item, exhibition, plan),
        }

    def _clock(self, instant, zone):
        return recurrence.to_local(instant, zone).strftime("%H:%M")

    def _is_outside(self, hours, wanted, zone):
        """Whether the venue's hours tell visitors that it is closed at this time.

        :param hours: rows of lib/opening.py; none: nobody has said
        """
        if not hours:
            return False
        start, end = (
            recurrence.to_local(instant, zone).replace(tzinfo=None)
            for instant in (wanted.start, wanted.end)
        )
        return not opening.holds(hours, start, end)

    def _detail(self, kind, item, exhibition, plan):
        zone = exhibition.tz
        if kind == "create":
            words = self._seats_words(item)
            hours = exhibition.venue_id._opening_rows()
            if self._is_outside(hours, item, zone):
                words = self.env._("%(seats)s; outside the opening hours", seats=words)
            return words
        if kind == "change":
            return self._difference(item.slot, item.wanted, zone)
        if kind in ("remove", "close"):
            why = self._gone_words(plan.closures.get(item.id))
            if kind == "remove":
                return self.env._("%(why)s; nobody ever had a place", why=why)
            return self.env._("%(why)s; people once had places", why=why)
        words = []
        if item.slot.blocked:
            words.append(
                self.env._("%(seats)s seats kept back", seats=item.slot.blocked)
            )
        if item.wanted:
            words.append(self._difference(item.slot, item.wanted, zone))
        else:
            words.append(self._gone_words(item.closure))
        return "; ".join(words)

    def _gone_words(self, closure):
        if closure:
            return self.env._("Lies in the closure %(name)s", name=closure)
        return self.env._("No longer in the schedule")

    def _seats_words(self, slot):
        if not slot.is_limited:
            return self.env._("no limit")
        return self.env._("%(seats)s seats", seats=slot.capacity)

    def _difference(self, slot, wanted, zone):
        """What the schedule says now, where it is something else."""
        words = []
        if slot.end != wanted.end:
            words.append(
                self.env._(
                    "%(start)s would end %(wanted)s now, not %(end)s",
                    start=self._clock(slot.start, zone),
                    wanted=self._clock(wanted.end, zone),
                    end=self._clock(slot.end, zone),
                )
            )
        before, after = self._seats_words(slot), self._seats_words(wanted)
        if before != after:
            words.append(
                self.env._("%(after)s, not %(before)s", after=after, before=before)
            )
        if slot.state == slot_plan.CLOSED:
            words.append(self.env._("would be open; it is closed"))
        return "; ".join(words)

    def action_preview_again(self):
        """A new plan of the same days, when this one is over."""
        self.ensure_one()
        again = self.copy({"date_from": max(self.date_from, fields.Date.today())})
        again.action_preview()
        return again._open()
